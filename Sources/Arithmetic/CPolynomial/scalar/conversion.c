// SPDX-License-Identifier: Apache-2.0
//
// Maps between residue number systems on single words.

#include "he_scalar.h"

/// Coefficients converted at a time: the scaled residues of up to 64 limbs stay in 16 KiB.
#define HE_SCALAR_TILE 32
/// Products below 2^124 that fit 128 bits together with a reduced sum and two products more.
#define HE_SCALAR_TERMS 13

/// v of he_conversion, below 64 * 2^62: each term is below 2^62 * 2^52, and 64 of them stay below 2^128.
HE_INLINE he_uint128 rounded_fraction(const uint64_t *scaled, const uint64_t *fractions, size_t count) {
  he_uint128 sum = (he_uint128)1 << 51;
  for (size_t i = 0; i < count; i++) {
    sum += (he_uint128)scaled[i] * fractions[2 * i];
    sum += (uint64_t)(((he_uint128)scaled[i] * fractions[2 * i + 1]) >> 52);
  }
  return sum >> 52;
}

void he_scalar_convert(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride,
                       const uint64_t *own, size_t own_stride, size_t count,
                       const he_conversion *conversion) {
  const size_t from_count = conversion->from_count;
  HE_REQUIRE_CONVERSION(out, out_stride, in, in_stride, own, own_stride, count, conversion, HE_MODULUS_LIMIT);
  uint64_t quotients[64];
  for (size_t i = 0; conversion->inverses != NULL && i < from_count; i++) {
    quotients[i] = he_shoup_quotient(conversion->inverses[i], 64, &conversion->from[i]);
  }
  uint64_t scaled[HE_SCALAR_TILE][64];  // the terms of one sum side by side
  he_uint128 rounded[HE_SCALAR_TILE];
  for (size_t start = 0; start < count; start += HE_SCALAR_TILE) {
    const size_t length = count - start < HE_SCALAR_TILE ? count - start : HE_SCALAR_TILE;
    for (size_t i = 0; i < from_count; i++) {
      const uint64_t *residues = in + i * in_stride + start;
      if (conversion->inverses == NULL) {
        for (size_t k = 0; k < length; k++) scaled[k][i] = residues[k];
        continue;
      }
      const uint64_t inverse = conversion->inverses[i], q = conversion->from[i].value;
      for (size_t k = 0; k < length; k++) scaled[k][i] = he_multiply_shoup(residues[k], inverse, quotients[i], q);
    }
    for (size_t k = 0; conversion->fractions != NULL && k < length; k++) {
      rounded[k] = rounded_fraction(scaled[k], conversion->fractions, from_count);
    }
    for (size_t j = 0; j < conversion->to_count; j++) {
      const he_modulus modulus = conversion->to[j];
      const uint64_t *row = conversion->factors + j * from_count;
      uint64_t *results = out + j * out_stride + start;
      for (size_t k = 0; k < length; k++) {
        he_uint128 sum = 0;
        if (conversion->fractions != NULL) {
          sum = (he_uint128)he_reduce_128(rounded[k], &modulus) * conversion->corrections[j];
        }
        if (own != NULL) sum += (he_uint128)own[j * own_stride + start + k] * conversion->own_factors[j];
        for (size_t i = 0; i < from_count; sum = he_reduce_128(sum, &modulus)) {
          const size_t end = from_count - i < HE_SCALAR_TERMS ? from_count : i + HE_SCALAR_TERMS;
          for (; i < end; i++) sum += (he_uint128)scaled[k][i] * row[i];
        }
        results[k] = (uint64_t)sum;
      }
    }
  }
  he_zeroize(scaled, sizeof scaled);
  he_zeroize(rounded, sizeof rounded);
  HE_ENSURE_CONVERTED(out, out_stride, count, conversion);
}
