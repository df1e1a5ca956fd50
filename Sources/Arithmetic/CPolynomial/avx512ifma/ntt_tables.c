// SPDX-License-Identifier: Apache-2.0

#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "ntt_plan.h"

#ifdef HE_HAS_AVX512IFMA

size_t he_avx512ifma_ntt_table_words(unsigned log_n) {
  HE_REQUIRE_LOG_N(log_n);
  if (log_n < HE_VECTOR_LOG_N_MIN) return he_scalar_ntt_table_words(log_n);
  return HE_HEAD_WORDS + 2 * walk_words(log_n);
}

// Any power below psi^(2^17) is the product of two entries: no table of all of them, and no power computed bit by bit.
#define HE_LOW_POWER_BITS 9
#define HE_LOW_POWERS (1u << HE_LOW_POWER_BITS)
#define HE_HIGH_POWERS (1u << (HE_LOG_N_MAX - HE_LOW_POWER_BITS))

/// How the twiddle of a place follows from its exponent.
typedef struct twiddle_source {
  uint64_t low[HE_LOW_POWERS];    ///< psi^i
  uint64_t high[HE_HIGH_POWERS];  ///< psi^(512 i)
  uint64_t radix;                 ///< 2^52 mod q
  unsigned log_n;
  bool mirrored;                  ///< for the inverse transform
  const he_modulus *q;
} twiddle_source;

/// The twiddle of block `block` of the level with `blocks` blocks.
static uint64_t twiddle(const twiddle_source *source, uint64_t blocks, uint64_t block) {
  const uint64_t index = blocks + (source->mirrored ? blocks - 1 - block : block);
  const uint64_t exponent = he_reverse_bits(index, source->log_n);
  return he_multiply_mod(source->low[exponent % HE_LOW_POWERS], source->high[exponent / HE_LOW_POWERS], source->q);
}

/// A number below q and its quotient.
static void fill_pair(uint64_t *pair, uint64_t w, const he_modulus *q) {
  pair[0] = w;
  pair[1] = he_shoup_quotient(w, 52, q);
}

/// The twiddles of `log_radix` levels of block `block` of the level with `blocks` blocks, as single pairs.
static void fill_singles(uint64_t *pairs, const twiddle_source *source, unsigned log_radix, uint64_t blocks,
                         uint64_t block) {
  for (unsigned level = 0; level < log_radix; level++) {
    for (uint64_t i = 0; i < UINT64_C(1) << level; i++) {
      fill_pair(pairs, twiddle(source, blocks << level, (block << level) + i), source->q);
      pairs += 2;
    }
  }
}

/// Writes the twiddles of block `block` of the level with `blocks` blocks, and of all below it. Returns the next place.
static uint64_t *fill(uint64_t *place, const twiddle_source *source, unsigned log_length, uint64_t blocks,
                      uint64_t block) {
  if (log_length > 6) {
    const unsigned log_radix = pass_log_radix(log_length);
    const size_t words = pass_words(log_radix);
    for (size_t i = 0; i < words; i++) place[i] = 0;
    fill_singles(place, source, log_radix, blocks, block);
    place += words;
    for (uint64_t part = 0; part < UINT64_C(1) << log_radix; part++) {
      place = fill(place, source, log_length - log_radix, blocks << log_radix, (block << log_radix) + part);
    }
    return place;
  }
  uint64_t *lanes = place;
  for (unsigned level = 0; level < 3; level++) {
    for (uint64_t i = 0; i < UINT64_C(1) << level; i++) {
      for (uint64_t lane = 0; lane < 8; lane++) {
        // Lane v holds values 8v to 8v + 7 of the 64: block 8 * block + v of the level with 8 * blocks blocks.
        const uint64_t w = twiddle(source, 8 * blocks << level, ((8 * block + lane) << level) + i);
        lanes[lane] = he_multiply_mod(w, source->radix, source->q);
      }
      lanes += 8;
    }
  }
  fill_singles(place + HE_BLOCK_SINGLES, source, 3, blocks, block);
  place[HE_BLOCK_WORDS - 2] = place[HE_BLOCK_WORDS - 1] = 0;
  return place + HE_BLOCK_WORDS;
}

void he_avx512ifma_ntt_fill_tables(uint64_t *tables, unsigned log_n, const he_modulus *q, uint64_t psi) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_ALIGNED(tables);
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_fill_tables(tables, log_n, q, psi);
    return;
  }
  const uint64_t n = UINT64_C(1) << log_n;
  HE_REQUIRE(psi < q->value && he_power_mod(psi, n, q) == q->value - 1);
  twiddle_source source;
  source.log_n = log_n;
  source.mirrored = false;
  source.radix = he_reduce_64(UINT64_C(1) << 52, q);
  source.q = q;
  uint64_t power = 1;
  for (unsigned i = 0; i < HE_LOW_POWERS; i++, power = he_multiply_mod(power, psi, q)) source.low[i] = power;
  const uint64_t step = power;
  power = 1;
  for (unsigned i = 0; i < HE_HIGH_POWERS; i++, power = he_multiply_mod(power, step, q)) source.high[i] = power;
  const uint64_t scale = he_power_mod(he_reduce_64(n, q), q->value - 2, q);  // N^-1, q being prime
  for (size_t i = 0; i < HE_HEAD_WORDS; i++) tables[i] = 0;
  fill_pair(tables + HE_HEAD_SCALE, scale, q);
  fill_pair(tables + HE_HEAD_LAST, he_multiply_mod(twiddle(&source, 1, 0), scale, q), q);
  uint64_t *const next = fill(tables + HE_HEAD_WORDS, &source, log_n, 1, 0);
  source.mirrored = true;
  fill(next, &source, log_n, 1, 0);
}

#endif
