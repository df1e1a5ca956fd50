// SPDX-License-Identifier: Apache-2.0
//
// Steps of a map between residue number systems, for a tile of coefficients that stays in the first-level cache.
#ifndef HE_AVX512IFMA_CONVERSION_TILE_H
#define HE_AVX512IFMA_CONVERSION_TILE_H

#include "../internal/he_arithmetic.h"
#include "he_avx512ifma.h"
#include "vector.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Words of scaled residues kept at a time, all limbs together: what fits the first-level cache.
#define HE_TILE_WORDS 4096
/// Most coefficients in a tile, and vectors of one inner loop.
#define HE_TILE_MAX 512
#define HE_TILE_VECTORS 4

/// scaled[k] = in[k] * inverse mod q, canonical, for k < count; zero up to the next multiple of 32.
HE_INLINE void scale_limb(uint64_t *scaled, const uint64_t *in, size_t count, uint64_t inverse, const he_modulus *q) {
  const he_vector modulus = vector_broadcast(q->value), negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value);
  const he_vector w = vector_broadcast(inverse), quotient = vector_broadcast(he_shoup_quotient(inverse, 52, q));
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    he_vector product = vector_multiply_shoup_lazy(vector_load(in + k), w, quotient, negated_q);
    vector_store(scaled + k, vector_close(product, modulus));
  }
  if (k < count) {
    const __mmask8 lanes = (__mmask8)((1u << (count - k)) - 1);
    he_vector product = vector_multiply_shoup_lazy(_mm512_maskz_loadu_epi64(lanes, in + k), w, quotient, negated_q);
    vector_store(scaled + k, vector_close(product, modulus));
    k += 8;
  }
  for (; k % (8 * HE_TILE_VECTORS) != 0; k += 8) vector_store(scaled + k, vector_zero());
}

/// scaled[k] = in[k] for k < count; zero up to the next multiple of 32.
HE_INLINE void copy_limb(uint64_t *scaled, const uint64_t *in, size_t count) {
  size_t k = 0;
  for (; k + 8 <= count; k += 8) vector_store(scaled + k, vector_load(in + k));
  if (k < count) {
    const __mmask8 lanes = (__mmask8)((1u << (count - k)) - 1);
    vector_store(scaled + k, _mm512_maskz_loadu_epi64(lanes, in + k));
    k += 8;
  }
  for (; k % (8 * HE_TILE_VECTORS) != 0; k += 8) vector_store(scaled + k, vector_zero());
}

/// factors * 2^52 mod p, which the Montgomery reduction takes off again.
HE_INLINE void raise_factors(uint64_t *raised, const uint64_t *factors, size_t count, const he_modulus *p) {
  const uint64_t radix = he_reduce_64(UINT64_C(1) << 52, p);
  const he_vector modulus = vector_broadcast(p->value), negated_p = vector_broadcast((UINT64_C(1) << 52) - p->value);
  const he_vector w = vector_broadcast(radix), quotient = vector_broadcast(he_shoup_quotient(radix, 52, p));
  for (size_t i = 0; i < count; i += 8) {
    const __mmask8 lanes = (__mmask8)(count - i >= 8 ? 0xff : (1u << (count - i)) - 1);
    he_vector factor = _mm512_maskz_loadu_epi64(lanes, factors + i);
    vector_store(raised + i, vector_close(vector_multiply_shoup_lazy(factor, w, quotient, negated_p), modulus));
  }
}

HE_INLINE uint64_t raise_factor(uint64_t factor, const he_modulus *p) {
  return he_multiply_mod(factor, he_reduce_64(UINT64_C(1) << 52, p), p);
}

/// v of he_conversion for a tile: three multiply-adds per vector and input modulus.
/// The sums stay below 64 * 2^52: each term is below y * theta < 2^46.
HE_INLINE void round_fractions(uint64_t *rounded, size_t count, const uint64_t *scaled, size_t tile,
                               const uint64_t *fractions, size_t from_count) {
  for (size_t k = 0; k < count; k += 8 * HE_TILE_VECTORS) {
    he_vector low[HE_TILE_VECTORS], high[HE_TILE_VECTORS];
    HE_UNROLL
    for (int v = 0; v < HE_TILE_VECTORS; v++) {
      low[v] = vector_broadcast(UINT64_C(1) << 51);
      high[v] = vector_zero();
    }
    for (size_t i = 0; i < from_count; i++) {
      const he_vector first = vector_broadcast(fractions[2 * i]), second = vector_broadcast(fractions[2 * i + 1]);
      const uint64_t *residues = scaled + i * tile + k;
      HE_UNROLL
      for (int v = 0; v < HE_TILE_VECTORS; v++) {
        he_vector y = vector_load(residues + 8 * v);
        low[v] = vector_madd_hi(vector_madd_lo(low[v], first, y), second, y);
        high[v] = vector_madd_hi(high[v], first, y);
      }
    }
    HE_UNROLL
    for (int v = 0; v < HE_TILE_VECTORS; v++) {
      vector_store(rounded + k + 8 * v, vector_add(high[v], _mm512_srli_epi64(low[v], 52)));
    }
  }
}

/// A tile of the input and the constants of one output modulus, all factors times 2^52 modulo p.
typedef struct tile_terms {
  const uint64_t *scaled;   ///< from_count rows, `tile` words apart
  size_t tile, from_count;
  const uint64_t *rounded;  ///< `tile` words below 2^52, or NULL
  const uint64_t *own;      ///< residues modulo p, or NULL
  const uint64_t *raised;   ///< factors, then the correction, then the factor of own
} tile_terms;

/// low + high * 2^52 += factor * y.
HE_INLINE void accumulate(he_vector *low, he_vector *high, he_vector factor, he_vector y) {
  *low = vector_madd_lo(*low, factor, y);
  *high = vector_madd_hi(*high, factor, y);
}

HE_INLINE __mmask8 lanes_at(size_t position, size_t count) {
  const size_t left = count > position ? count - position : 0;
  return (__mmask8)(left >= 8 ? 0xff : (1u << left) - 1);
}

// One output limb of a tile, HE_TILE_VECTORS at a time; rows have a multiple of them, but for a last one that is not whole. The sum
// s of products y f, with f < p and the y < 2^46 but for v < 2^52, is gathered as s = high * 2^52 + low with low < 66 * 2^52. The
// carry of low goes to high, and then high <= s / 2^52 < (65 * 2^46 + 2^52) * p / 2^52 < 2.02 p; below p where at most 64 multiples
// of 2^46 come together, v < from_count * 2^46 being from_count of them. With m = low * p^-1 mod 2^52, the low 52 bits of m p are
// those of s, so that (s - m p) / 2^52 = high - floor(m p / 2^52) exactly, in (-p, 2.02 p).
HE_INLINE void convert_tile(uint64_t *out, size_t count, const tile_terms *terms, uint64_t p) {
  const he_vector modulus = vector_broadcast(p), inverse = vector_broadcast(inverse_of_odd(p));
  const size_t from_count = terms->from_count;
  const bool wide = (terms->rounded != NULL ? 2 : 1) * from_count + (terms->own != NULL) > 64;
  for (size_t k = 0; k < count; k += 8 * HE_TILE_VECTORS) {
    const bool whole = k + 8 * HE_TILE_VECTORS <= count;
    he_vector low[HE_TILE_VECTORS], high[HE_TILE_VECTORS];
    HE_UNROLL
    for (unsigned v = 0; v < HE_TILE_VECTORS; v++) low[v] = high[v] = vector_zero();
    for (size_t i = 0; i < from_count; i++) {
      const he_vector factor = vector_broadcast(terms->raised[i]);
      const uint64_t *residues = terms->scaled + i * terms->tile + k;
      HE_UNROLL
      for (unsigned v = 0; v < HE_TILE_VECTORS; v++) accumulate(&low[v], &high[v], factor, vector_load(residues + 8 * v));
    }
    if (terms->rounded != NULL) {
      const he_vector factor = vector_broadcast(terms->raised[from_count]);
      HE_UNROLL
      for (unsigned v = 0; v < HE_TILE_VECTORS; v++) {
        accumulate(&low[v], &high[v], factor, vector_load(terms->rounded + k + 8 * v));
      }
    }
    if (terms->own != NULL) {
      const he_vector factor = vector_broadcast(terms->raised[from_count + 1]);
      HE_UNROLL
      for (unsigned v = 0; v < HE_TILE_VECTORS; v++) {
        const __mmask8 lanes = whole ? 0xff : lanes_at(k + 8 * v, count);
        accumulate(&low[v], &high[v], factor, _mm512_maskz_loadu_epi64(lanes, terms->own + k + 8 * v));
      }
    }
    HE_UNROLL
    for (unsigned v = 0; v < HE_TILE_VECTORS; v++) {
      he_vector carried = vector_add(high[v], _mm512_srli_epi64(low[v], 52));
      he_vector m = vector_madd_lo(vector_zero(), low[v], inverse);
      he_vector difference = vector_subtract(carried, vector_madd_hi(vector_zero(), m, modulus));
      high[v] = vector_min(difference, vector_add(difference, modulus));  // negative: a huge word
      if (wide) {
        high[v] = vector_subtract_if_reached(vector_subtract_if_reached(high[v], modulus), modulus);
      }
    }
    if (whole) {
      HE_UNROLL
      for (unsigned v = 0; v < HE_TILE_VECTORS; v++) vector_store(out + k + 8 * v, high[v]);
    } else {
      HE_UNROLL
      for (unsigned v = 0; v < HE_TILE_VECTORS; v++) {
        const size_t position = k + 8 * v;
        _mm512_mask_storeu_epi64(out + position, lanes_at(position, count), high[v]);
      }
    }
  }
}

HE_AVX512IFMA_REGION_END

#endif

#endif
