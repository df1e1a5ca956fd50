// SPDX-License-Identifier: Apache-2.0
//
// Which table runs where. No state: the answer depends on the CPU alone.

#include "embedding_shared.h"

const he_fft_kernels *he_fft_kernels_for(he_fft_isa isa) {
  switch (isa) {
    case HE_FFT_ISA_SCALAR:
      return he_fft_scalar_kernels();
    case HE_FFT_ISA_NEON:
      return he_fft_neon_kernels_if_supported();
    case HE_FFT_ISA_AVX2:
      return he_fft_avx2_kernels_if_supported();
    case HE_FFT_ISA_AVX512:
      return he_fft_avx512_kernels_if_supported();
  }
  return NULL;
}

const he_fft_kernels *he_fft_kernels_best(void) {
  const he_fft_kernels *table = he_fft_avx512_kernels_if_supported();
  if (table == NULL) table = he_fft_avx2_kernels_if_supported();
  if (table == NULL) table = he_fft_neon_kernels_if_supported();
  return table != NULL ? table : he_fft_scalar_kernels();
}
