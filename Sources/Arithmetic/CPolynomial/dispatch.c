// SPDX-License-Identifier: Apache-2.0
//
// Which table runs where. No state: the answer depends on the CPU and on the modulus alone.

#include "avx512ifma/he_avx512ifma.h"
#include "scalar/he_scalar.h"

const he_kernels *he_kernels_for(he_isa isa) {
  switch (isa) {
    case HE_ISA_SCALAR:
      return &he_scalar_kernels;
    case HE_ISA_AVX512IFMA:
      return he_avx512ifma_kernels_if_supported();
    case HE_ISA_AVX512:
    case HE_ISA_AVX2:
    case HE_ISA_NEON:
      break;
  }
  return NULL;
}

const he_kernels *he_kernels_best(uint64_t q) {
  const he_kernels *widest = he_avx512ifma_kernels_if_supported();
  return widest != NULL && q < widest->modulus_limit ? widest : &he_scalar_kernels;
}
