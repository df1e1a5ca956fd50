// SPDX-License-Identifier: Apache-2.0
//
// The kernels on double-precision fused multiply-add, for moduli below 2^47 on CPUs that lack a wide integer product
// [HL24]. One text for every instruction set: each of avx512/, avx2/ and neon/ includes its vector vocabulary and then
// the bodies. Contracts as in he_kernels.h.
#ifndef HE_FMA_H
#define HE_FMA_H

#include "../internal/he_contract.h"

/// The tables, or NULL where this build or this CPU lacks the instructions.
const he_kernels *he_avx512_kernels_if_supported(void);
const he_kernels *he_avx2_kernels_if_supported(void);
const he_kernels *he_neon_kernels_if_supported(void);

/// Also in the table of the instruction set avx512ifma.
void he_avx512_permute(uint64_t *out, const uint64_t *in, const uint32_t *indexes, size_t count);
void he_avx512_galois_coefficients(uint64_t *out, const uint64_t *in, unsigned log_n, uint64_t inverse,
                                   const he_modulus *q);

#endif
