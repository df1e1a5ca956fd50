// SPDX-License-Identifier: Apache-2.0
//
// Fast base conversion [HPS18, eq. (2)]: two multiply-adds per vector and pair of moduli, one Montgomery reduction per
// vector of output.

#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "vector.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Words of scaled residues kept at a time, all limbs together: what fits the first-level cache.
#define HE_TILE_WORDS 4096
/// Most coefficients in a tile, and vectors of one inner loop.
#define HE_TILE_MAX 512
#define HE_TILE_VECTORS 4

/// p^-1 modulo 2^52 for odd p, by Newton's iteration: p p = 1 mod 8, so p is right to 3 bits, then 6, 12, 24, 48, 96.
HE_INLINE uint64_t inverse_of_odd(uint64_t p) {
  uint64_t inverse = p;
  for (int i = 0; i < 5; i++) inverse *= 2 - p * inverse;
  return inverse & HE_LOW_52;
}

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

// One output limb of a tile. The sum s of from_count <= 64 products y f, y < 2^46 and f < p < 2^46, is gathered as
// s = high * 2^52 + low with low < 64 * 2^52 and high < 64 * 2^40, both far below 2^64. The carry of low goes to high,
// and then high <= s / 2^52 < 64 * 2^46 * p / 2^52 = p. With m = low * p^-1 mod 2^52, the low 52 bits of m p are those
// of s, so that (s - m p) / 2^52 = high - floor(m p / 2^52) exactly, in (-p, p).
HE_INLINE void convert_tile(uint64_t *out, size_t count, const uint64_t *scaled, size_t tile, const uint64_t *raised,
                            size_t from_count, uint64_t p) {
  const he_vector modulus = vector_broadcast(p), inverse = vector_broadcast(inverse_of_odd(p));
  for (size_t k = 0; k < count; k += 8 * HE_TILE_VECTORS) {
    he_vector low[HE_TILE_VECTORS], high[HE_TILE_VECTORS];
    HE_UNROLL
    for (int v = 0; v < HE_TILE_VECTORS; v++) low[v] = high[v] = vector_zero();
    for (size_t i = 0; i < from_count; i++) {
      const he_vector factor = vector_broadcast(raised[i]);
      const uint64_t *residues = scaled + i * tile + k;
      HE_UNROLL
      for (int v = 0; v < HE_TILE_VECTORS; v++) {
        he_vector y = vector_load(residues + 8 * v);
        low[v] = vector_madd_lo(low[v], factor, y);
        high[v] = vector_madd_hi(high[v], factor, y);
      }
    }
    HE_UNROLL
    for (int v = 0; v < HE_TILE_VECTORS; v++) {
      he_vector carried = vector_add(high[v], _mm512_srli_epi64(low[v], 52));
      he_vector m = vector_madd_lo(vector_zero(), low[v], inverse);
      he_vector difference = vector_subtract(carried, vector_madd_hi(vector_zero(), m, modulus));
      high[v] = vector_min(difference, vector_add(difference, modulus));  // negative: a huge word
    }
    if (k + 8 * HE_TILE_VECTORS <= count) {
      HE_UNROLL
      for (int v = 0; v < HE_TILE_VECTORS; v++) vector_store(out + k + 8 * v, high[v]);
    } else {
      HE_UNROLL
      for (int v = 0; v < HE_TILE_VECTORS; v++) {
        const size_t position = k + 8 * (size_t)v;
        const size_t left = count > position ? count - position : 0;
        const __mmask8 lanes = (__mmask8)(left >= 8 ? 0xff : (1u << left) - 1);
        _mm512_mask_storeu_epi64(out + position, lanes, high[v]);
      }
    }
  }
}

void he_avx512ifma_base_convert(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride, size_t count,
                                const he_modulus *from, const uint64_t *inverses, size_t from_count,
                                const he_modulus *to, const uint64_t *factors, size_t to_count) {
  HE_REQUIRE(from_count >= 1 && from_count <= 64);
#ifdef HE_VERIFY
  for (size_t i = 0; i < from_count; i++) {
    HE_REQUIRE_MODULUS(&from[i], HE_AVX512IFMA_LIMIT);
    HE_REQUIRE_BELOW(in + i * in_stride, count, from[i].value);
    HE_REQUIRE(inverses[i] < from[i].value);
  }
  for (size_t j = 0; j < to_count; j++) {
    HE_REQUIRE_MODULUS(&to[j], HE_AVX512IFMA_LIMIT);
    for (size_t i = 0; i < from_count; i++) HE_REQUIRE_DISJOINT(out + j * out_stride, in + i * in_stride, count);
    HE_REQUIRE_BELOW(factors + j * from_count, from_count, to[j].value);
  }
#endif
  // An even modulus has no Montgomery inverse: those limbs take the other road.
  for (size_t j = 0; j < to_count; j++) {
    if ((to[j].value & 1) == 0) {
      he_scalar_base_convert(out + j * out_stride, out_stride, in, in_stride, count, from, inverses, from_count, &to[j],
                             factors + j * from_count, 1);
    }
  }
  // A multiple of 32 from 64 (64 limbs) to 512 (8 limbs and fewer).
  size_t tile = HE_TILE_WORDS / from_count / (8 * HE_TILE_VECTORS) * (8 * HE_TILE_VECTORS);
  if (tile > HE_TILE_MAX) tile = HE_TILE_MAX;
  uint64_t scaled[HE_TILE_WORDS] __attribute__((aligned(64)));
  uint64_t raised[64] __attribute__((aligned(64)));
  for (size_t start = 0; start < count; start += tile) {
    const size_t length = count - start < tile ? count - start : tile;
    for (size_t i = 0; i < from_count; i++) {
      scale_limb(scaled + i * tile, in + i * in_stride + start, length, inverses[i], &from[i]);
    }
    for (size_t j = 0; j < to_count; j++) {
      if ((to[j].value & 1) == 0) continue;
      raise_factors(raised, factors + j * from_count, from_count, &to[j]);
      convert_tile(out + j * out_stride + start, length, scaled, tile, raised, from_count, to[j].value);
    }
  }
  he_zeroize(scaled, tile * from_count * sizeof(uint64_t));
#ifdef HE_VERIFY
  for (size_t j = 0; j < to_count; j++) HE_ENSURE_BELOW(out + j * out_stride, count, to[j].value);
#endif
}

HE_AVX512IFMA_REGION_END

#endif
