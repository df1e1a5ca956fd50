// SPDX-License-Identifier: Apache-2.0

#include "../he_fma.h"

#if defined(__aarch64__) && defined(__clang__)

#define HE_FMA_ISA HE_ISA_NEON
#include "../vector_neon.h"
#include "../backend_body.h"

// Every 64-bit Arm CPU has the instructions.
const he_kernels *he_neon_kernels_if_supported(void) { return &fma_kernels; }

#else

const he_kernels *he_neon_kernels_if_supported(void) { return NULL; }

#endif
