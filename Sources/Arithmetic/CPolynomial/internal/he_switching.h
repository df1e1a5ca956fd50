// SPDX-License-Identifier: Apache-2.0
//
// The steps of a key switch where nothing is gained by mixing them. The first one ends the transforms, so that begun digits
// are lazy ones.
#ifndef HE_SWITCHING_H
#define HE_SWITCHING_H

#include <string.h>

#include "he_arithmetic.h"
#include "he_contract.h"

/// Whether a conversion takes residues of one odd modulus q in [-q/2, q/2].
HE_INLINE bool he_is_centred(const he_conversion *conversion) {
  const uint64_t q = conversion->from[0].value;
  const he_uint128 high = ((he_uint128)1 << 52) / q, low = ((((he_uint128)1 << 52) % q) << 52) / q;
  if (conversion->from_count != 1 || (q & 1) == 0) return false;
  if (conversion->fractions[0] != high || conversion->fractions[1] != low) return false;
  for (size_t j = 0; j < conversion->to_count; j++) {
    const uint64_t p = conversion->to[j].value, factor = conversion->factors[j];
    if (factor != 1 || conversion->corrections[j] != (p - q % p) % p) return false;
  }
  return true;
}

/// What he_kernels.begin_digits requires besides what convert does.
#define HE_REQUIRE_BEGIN(out, out_stride, conversion)                                       \
  do {                                                                                      \
    HE_REQUIRE_ALIGNED(out);                                                                \
    HE_REQUIRE((out_stride) % 8 == 0);                                                      \
    HE_REQUIRE((conversion)->inverses == NULL);                                             \
    HE_REQUIRE((conversion)->fractions == NULL || he_is_centred(conversion));               \
    for (size_t j = 0; j < (conversion)->to_count; j++) {                                   \
      HE_REQUIRE(((conversion)->to[j].value & 1) == 1);                                     \
    }                                                                                       \
  } while (0)

/// What he_kernels.finish_key_product requires of its arrays.
#define HE_REQUIRE_FINISH(out0, out1, digits, digit_stride, begun, known, known_digit, terms, packed_terms, tensor, count, q) \
  do {                                                                                      \
    HE_REQUIRE_ALIGNED(digits);                                                             \
    HE_REQUIRE((digit_stride) % 8 == 0 && (digit_stride) >= (count));                       \
    HE_REQUIRE((terms) >= 1 && (terms) <= (packed_terms) && (packed_terms) <= HE_TERMS_MAX); \
    HE_REQUIRE_DISJOINT(out0, out1, count);                                                 \
    if ((known) != NULL) {                                                                  \
      HE_REQUIRE((known_digit) < (terms) && ((begun) >> (known_digit) & 1) == 0);           \
      HE_REQUIRE_DISJOINT(out0, known, count);                                              \
      HE_REQUIRE_DISJOINT(out1, known, count);                                              \
      HE_REQUIRE_BELOW(known, count, (q)->value);                                           \
    }                                                                                       \
    if ((tensor) != NULL) {                                                                 \
      const uint64_t *const rows_[] = {(tensor)->a0, (tensor)->a1, (tensor)->b0, (tensor)->b1}; \
      HE_REQUIRE((tensor)->scalar < (q)->value);                                            \
      for (size_t i = 0; i < 4; i++) {                                                      \
        HE_REQUIRE_BELOW(rows_[i], count, (q)->value);                                      \
        HE_REQUIRE_DISJOINT(out0, rows_[i], count);                                         \
        HE_REQUIRE_DISJOINT(out1, rows_[i], count);                                         \
        for (size_t t = 0; t < (terms); t++) {                                              \
          HE_REQUIRE_DISJOINT(rows_[i], (digits) + t * (digit_stride), count);              \
        }                                                                                   \
        (void)rows_;                                                                        \
      }                                                                                     \
    }                                                                                       \
    for (size_t i = 0; i < (terms); i++) {                                                  \
      HE_REQUIRE_DISJOINT(out0, (digits) + i * (digit_stride), count);                      \
      HE_REQUIRE_DISJOINT(out1, (digits) + i * (digit_stride), count);                      \
      if ((known) != NULL) HE_REQUIRE_DISJOINT(known, (digits) + i * (digit_stride), count); \
    }                                                                                       \
  } while (0)

/// What he_kernels.finish_quotient requires of its arrays.
#define HE_REQUIRE_QUOTIENT(out, addend, lhs, digit, count)                                  \
  do {                                                                                       \
    HE_REQUIRE_ALIGNED(digit);                                                               \
    HE_REQUIRE_DISJOINT(out, digit, count);                                                  \
    HE_REQUIRE_DISJOINT(lhs, digit, count);                                                  \
    if ((addend) != NULL) HE_REQUIRE_DISJOINT(addend, digit, count);                         \
  } while (0)

/// Words of products that are kept at a time.
#define HE_TENSOR_TILE 512

/// Defines `prefix`_packed_key_words for keys of whole words, and `prefix`_begin_digits, `prefix`_finish_key_product,
/// `prefix`_finish_quotient and `prefix`_ntt_inverse_scaled by the other kernels of that prefix.
#define HE_DEFINE_SWITCHING(linkage, prefix)                                                                         \
  linkage size_t prefix##_packed_key_words(size_t terms, size_t count, const he_modulus *q) {                        \
    (void)q;                                                                                                         \
    return 2 * terms * count;                                                                                        \
  }                                                                                                                  \
  linkage void prefix##_begin_digits(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride,         \
                                     unsigned log_n, const he_conversion *conversion,                                \
                                     const uint64_t *const *tables) {                                                \
    HE_REQUIRE_BEGIN(out, out_stride, conversion);                                                                   \
    prefix##_convert(out, out_stride, in, in_stride, NULL, 0, (size_t)1 << log_n, conversion);                       \
    for (size_t j = 0; j < conversion->to_count; j++) {                                                              \
      prefix##_ntt_forward_lazy(out + j * out_stride, log_n, &conversion->to[j], tables[j]);                         \
    }                                                                                                                \
  }                                                                                                                  \
  static void prefix##_tensor_accumulate(uint64_t *out0, uint64_t *out1, const he_tensor *tensor, size_t count,      \
                                         const he_modulus *q) {                                                      \
    const uint64_t scalar = tensor->scalar;                                                                          \
    uint64_t product[HE_TENSOR_TILE];                                                                                \
    for (size_t k = 0; k < count; k += HE_TENSOR_TILE) {                                                             \
      const size_t length = count - k < HE_TENSOR_TILE ? count - k : HE_TENSOR_TILE;                                 \
      const uint64_t *const lhs[] = {tensor->a0 + k, tensor->a1 + k}, *const rhs[] = {tensor->b1 + k, tensor->b0 + k}; \
      prefix##_multiply(product, lhs[0], rhs[1], length, q);                                                         \
      prefix##_multiply_scalar_accumulate(out0 + k, product, scalar, length, q);                                     \
      prefix##_sum_of_products(product, lhs, rhs, 2, length, q);                                                     \
      prefix##_multiply_scalar_accumulate(out1 + k, product, scalar, length, q);                                     \
    }                                                                                                                \
  }                                                                                                                  \
  linkage void prefix##_finish_key_product(uint64_t *out0, uint64_t *out1, uint64_t *digits, size_t digit_stride,    \
                                           uint64_t begun, const uint64_t *known, size_t known_digit,                \
                                           const uint64_t *packed, size_t terms, size_t packed_terms,                \
                                           const he_tensor *tensor, unsigned log_n, const he_modulus *q,             \
                                           const uint64_t *tables) {                                                 \
    HE_REQUIRE_FINISH(out0, out1, digits, digit_stride, begun, known, known_digit, terms, packed_terms, tensor,      \
                      (size_t)1 << log_n, q);                                                                        \
    (void)begun;                                                                                                     \
    (void)tables;                                                                                                    \
    const uint64_t *rows[HE_TERMS_MAX];                                                                              \
    for (size_t t = 0; t < terms; t++) rows[t] = digits + t * digit_stride;                                          \
    if (known != NULL) prefix##_make_lazy(digits + known_digit * digit_stride, known, (size_t)1 << log_n, q);        \
    prefix##_key_inner_product(out0, out1, rows, packed, terms, packed_terms, (size_t)1 << log_n, q);                \
    if (tensor != NULL) prefix##_tensor_accumulate(out0, out1, tensor, (size_t)1 << log_n, q);                       \
  }                                                                                                                  \
  linkage void prefix##_finish_quotient(uint64_t *out, const uint64_t *addend, const uint64_t *lhs, uint64_t *digit, \
                                        uint64_t scalar, unsigned log_n, const he_modulus *q,                        \
                                        const uint64_t *tables) {                                                    \
    HE_REQUIRE_QUOTIENT(out, addend, lhs, digit, (size_t)1 << log_n);                                                \
    (void)tables;                                                                                                    \
    prefix##_subtract_scale(out, addend, lhs, digit, scalar, (size_t)1 << log_n, q);                                 \
  }                                                                                                                  \
  linkage void prefix##_ntt_inverse_scaled(uint64_t *out, const uint64_t *in, uint64_t scalar, unsigned log_n,       \
                                           const he_modulus *q, const uint64_t *tables) {                            \
    HE_REQUIRE_ALIASING(out, in, (size_t)1 << log_n);                                                                \
    if (out != in) memcpy(out, in, sizeof *out << log_n);                                                            \
    prefix##_ntt_inverse(out, log_n, q, tables);                                                                     \
    if (scalar != 1) prefix##_multiply_scalar(out, out, scalar, (size_t)1 << log_n, q);                              \
  }

#endif
