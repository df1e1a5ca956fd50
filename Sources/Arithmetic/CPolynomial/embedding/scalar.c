// SPDX-License-Identifier: Apache-2.0

#include "embedding_shared.h"

#define HE_FFT_ISA HE_FFT_ISA_SCALAR
#define HE_LANES 1
#define HE_LOG_RADIX 2

#include "backend_body.h"

const he_fft_kernels *he_fft_scalar_kernels(void) { return &kernels; }
