// SPDX-License-Identifier: Apache-2.0
//
// Maps between residue number systems [HPS18]: two multiply-adds per vector and pair of moduli, one Montgomery reduction
// per vector of output. A tile of the input is scaled once and read for every output while it is in the first-level cache.

#include "../scalar/he_scalar.h"
#include "conversion_tile.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// The limbs whose modulus is even and has no Montgomery inverse take the other road.
static void convert_even(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride, const uint64_t *own,
                         size_t own_stride, size_t count, const he_conversion *conversion) {
  for (size_t j = 0; j < conversion->to_count; j++) {
    if ((conversion->to[j].value & 1) != 0) continue;
    he_conversion one = *conversion;
    one.to = conversion->to + j;
    one.to_count = 1;
    one.factors = conversion->factors + j * conversion->from_count;
    if (one.corrections != NULL) one.corrections += j;
    if (one.own_factors != NULL) one.own_factors += j;
    he_scalar_convert(out + j * out_stride, out_stride, in, in_stride, own == NULL ? NULL : own + j * own_stride,
                      own_stride, count, &one);
  }
}

void he_avx512ifma_convert(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride,
                           const uint64_t *own, size_t own_stride, size_t count,
                           const he_conversion *conversion) {
  const size_t from_count = conversion->from_count;
  HE_REQUIRE_CONVERSION(out, out_stride, in, in_stride, own, own_stride, count, conversion, HE_AVX512IFMA_LIMIT);
  convert_even(out, out_stride, in, in_stride, own, own_stride, count, conversion);
  // A multiple of 32 from 64 (64 limbs) to 512 (8 limbs and fewer).
  size_t tile = HE_TILE_WORDS / from_count / (8 * HE_TILE_VECTORS) * (8 * HE_TILE_VECTORS);
  if (tile > HE_TILE_MAX) tile = HE_TILE_MAX;
  uint64_t scaled[HE_TILE_WORDS] __attribute__((aligned(64)));
  uint64_t rounded[HE_TILE_MAX] __attribute__((aligned(64)));
  uint64_t raised[64 + 8] __attribute__((aligned(64)));
  bool is_scaled_used = false;
  for (size_t start = 0; start < count; start += tile) {
    const size_t length = count - start < tile ? count - start : tile;
    // Residues that are not scaled are read where they are, if they are whole groups of vectors.
    const bool in_place = conversion->inverses == NULL && length % (8 * HE_TILE_VECTORS) == 0;
    const uint64_t *const terms_in = in_place ? in + start : scaled;
    const size_t terms_stride = in_place ? in_stride : tile;
    is_scaled_used |= !in_place;
    for (size_t i = 0; i < from_count && !in_place; i++) {
      const uint64_t *residues = in + i * in_stride + start;
      if (conversion->inverses == NULL) {
        copy_limb(scaled + i * tile, residues, length);
      } else {
        scale_limb(scaled + i * tile, residues, length, conversion->inverses[i], &conversion->from[i]);
      }
    }
    if (conversion->fractions != NULL) {
      round_fractions(rounded, length, terms_in, terms_stride, conversion->fractions, from_count);
    }
    for (size_t j = 0; j < conversion->to_count; j++) {
      const he_modulus *p = &conversion->to[j];
      if ((p->value & 1) == 0) continue;
      raise_factors(raised, conversion->factors + j * from_count, from_count, p);
      if (conversion->corrections != NULL) raised[from_count] = raise_factor(conversion->corrections[j], p);
      if (own != NULL) raised[from_count + 1] = raise_factor(conversion->own_factors[j], p);
      const tile_terms terms = {
        .scaled = terms_in,
        .tile = terms_stride,
        .from_count = from_count,
        .rounded = conversion->fractions != NULL ? rounded : NULL,
        .own = own != NULL ? own + j * own_stride + start : NULL,
        .raised = raised,
      };
      convert_tile(out + j * out_stride + start, length, &terms, p->value);
    }
  }
  if (is_scaled_used) he_zeroize(scaled, tile * from_count * sizeof(uint64_t));
  if (conversion->fractions != NULL) he_zeroize(rounded, tile * sizeof(uint64_t));
  HE_ENSURE_CONVERTED(out, out_stride, count, conversion);
}

HE_AVX512IFMA_REGION_END

#endif
