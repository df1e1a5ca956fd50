// SPDX-License-Identifier: Apache-2.0
//
// The kernels that run everywhere, for every modulus. Other implementations fall back on them for the shapes that they
// do not cover; contracts as in he_kernels.h.
#ifndef HE_SCALAR_H
#define HE_SCALAR_H

#include "../internal/he_contract.h"

extern const he_kernels he_scalar_kernels;

size_t he_scalar_ntt_table_words(unsigned log_n);
void he_scalar_ntt_fill_tables(uint64_t *tables, unsigned log_n, const he_modulus *q, uint64_t psi);
void he_scalar_ntt_forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
void he_scalar_ntt_forward_lazy(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
void he_scalar_ntt_inverse(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);

void he_scalar_add(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
void he_scalar_subtract(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
void he_scalar_negate(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
void he_scalar_multiply(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
void he_scalar_multiply_accumulate(uint64_t *accumulator, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                                   const he_modulus *q);
void he_scalar_multiply_scalar(uint64_t *out, const uint64_t *in, uint64_t scalar, size_t count, const he_modulus *q);
void he_scalar_multiply_scalar_accumulate(uint64_t *accumulator, const uint64_t *in, uint64_t scalar, size_t count,
                                          const he_modulus *q);
void he_scalar_sum_of_products(uint64_t *out, const uint64_t *const *lhs, const uint64_t *const *rhs, size_t terms,
                               size_t count, const he_modulus *q);
void he_scalar_subtract_scale(uint64_t *out, const uint64_t *addend, const uint64_t *lhs,
                              const uint64_t *lazy_rhs, uint64_t scalar, size_t count, const he_modulus *q);
void he_scalar_pack_key(uint64_t *packed, const uint64_t *k0, const uint64_t *k1, size_t term, size_t terms,
                        size_t count, const he_modulus *q);
void he_scalar_key_inner_product(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits,
                                 const uint64_t *packed, size_t terms, size_t packed_terms, size_t count,
                                 const he_modulus *q);
void he_scalar_make_lazy(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
void he_scalar_permute(uint64_t *out, const uint64_t *in, const uint32_t *indexes, size_t count);
void he_scalar_galois_coefficients(uint64_t *out, const uint64_t *in, unsigned log_n, uint64_t inverse,
                                   const he_modulus *q);
void he_scalar_convert(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride,
                       const uint64_t *own, size_t own_stride, size_t count,
                       const he_conversion *conversion);

#endif
