// SPDX-License-Identifier: Apache-2.0
//
// The kernels on 52-bit multiply-add, for moduli below 2^46; contracts as in he_kernels.h.
#ifndef HE_AVX512IFMA_H
#define HE_AVX512IFMA_H

#include "../internal/he_contract.h"

/// The table, or NULL where this build or this CPU lacks the instructions.
const he_kernels *he_avx512ifma_kernels_if_supported(void);

size_t he_avx512ifma_ntt_table_words(unsigned log_n);
void he_avx512ifma_ntt_fill_tables(uint64_t *tables, unsigned log_n, const he_modulus *q, uint64_t psi);
void he_avx512ifma_ntt_forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
void he_avx512ifma_ntt_forward_lazy(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
void he_avx512ifma_ntt_inverse(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
void he_avx512ifma_ntt_inverse_scaled(uint64_t *out, const uint64_t *in, uint64_t scalar, unsigned log_n,
                                      const he_modulus *q, const uint64_t *tables);

void he_avx512ifma_add(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
void he_avx512ifma_subtract(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
void he_avx512ifma_negate(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
void he_avx512ifma_multiply(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
void he_avx512ifma_multiply_accumulate(uint64_t *accumulator, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                                       const he_modulus *q);
void he_avx512ifma_multiply_scalar(uint64_t *out, const uint64_t *in, uint64_t scalar, size_t count,
                                   const he_modulus *q);
void he_avx512ifma_multiply_scalar_accumulate(uint64_t *accumulator, const uint64_t *in, uint64_t scalar, size_t count,
                                              const he_modulus *q);
void he_avx512ifma_sum_of_products(uint64_t *out, const uint64_t *const *lhs, const uint64_t *const *rhs, size_t terms,
                               size_t count, const he_modulus *q);
void he_avx512ifma_subtract_scale(uint64_t *out, const uint64_t *addend, const uint64_t *lhs,
                              const uint64_t *lazy_rhs, uint64_t scalar, size_t count, const he_modulus *q);
size_t he_avx512ifma_packed_key_words(size_t terms, size_t count, const he_modulus *q);
void he_avx512ifma_pack_key(uint64_t *packed, const uint64_t *k0, const uint64_t *k1, size_t term, size_t terms,
                        size_t count, const he_modulus *q);
void he_avx512ifma_key_inner_product(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits,
                                 const uint64_t *packed, size_t terms, size_t packed_terms, size_t count,
                                     const he_modulus *q);
void he_avx512ifma_begin_digits(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride, unsigned log_n,
                                const he_conversion *conversion, const uint64_t *const *tables);
void he_avx512ifma_finish_key_product(uint64_t *out0, uint64_t *out1, uint64_t *digits, size_t digit_stride,
                                      uint64_t begun, const uint64_t *known, size_t known_digit, const uint64_t *packed,
                                      size_t terms, size_t packed_terms, const he_tensor *tensor, unsigned log_n,
                                      const he_modulus *q, const uint64_t *tables);
void he_avx512ifma_finish_quotient(uint64_t *out, const uint64_t *addend, const uint64_t *lhs, uint64_t *digit,
                                   uint64_t scalar, unsigned log_n, const he_modulus *q, const uint64_t *tables);
/// key_inner_product with the terms of `tensor` from `start` on, if there is one.
void he_avx512ifma_key_product(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits, const uint64_t *packed,
                               size_t terms, size_t packed_terms, const he_tensor *tensor, size_t start, size_t count,
                               const he_modulus *q);
void he_avx512ifma_make_lazy(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
void he_avx512ifma_convert(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride,
                       const uint64_t *own, size_t own_stride, size_t count,
                       const he_conversion *conversion);

#endif
