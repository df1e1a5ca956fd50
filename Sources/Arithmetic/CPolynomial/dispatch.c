// SPDX-License-Identifier: Apache-2.0
//
// Which table runs where. No state: the answer depends on the CPU and on the modulus alone.

#include "avx512ifma/he_avx512ifma.h"
#include "fma/he_fma.h"
#include "scalar/he_scalar.h"

const he_kernels *he_kernels_for(he_isa isa) {
  switch (isa) {
    case HE_ISA_SCALAR:
      return &he_scalar_kernels;
    case HE_ISA_AVX512IFMA:
      return he_avx512ifma_kernels_if_supported();
    case HE_ISA_AVX512:
      return he_avx512_kernels_if_supported();
    case HE_ISA_AVX2:
      return he_avx2_kernels_if_supported();
    case HE_ISA_NEON:
      return he_neon_kernels_if_supported();
  }
  return NULL;
}

const he_kernels *he_kernels_best(uint64_t q) {
  // The fastest first.
  static const he_isa order[] = {HE_ISA_AVX512IFMA, HE_ISA_AVX512, HE_ISA_AVX2, HE_ISA_NEON};
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    const he_kernels *kernels = he_kernels_for(order[i]);
    if (kernels != NULL && q < kernels->modulus_limit) return kernels;
  }
  return &he_scalar_kernels;
}
