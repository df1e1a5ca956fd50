// SPDX-License-Identifier: Apache-2.0
//
// The tables of ntt_plan.h.

static size_t fma_ntt_table_words(unsigned log_n) {
  HE_REQUIRE_LOG_N(log_n);
  if (log_n < HE_VECTOR_LOG_N_MIN) return he_scalar_ntt_table_words(log_n);
  return HE_HEAD_WORDS + 2 * direction_words(log_n);
}

// Any power below psi^(2^17) is the product of two entries: no table of all of them, and no power computed bit by bit.
#define HE_LOW_POWER_BITS 9
#define HE_LOW_POWERS (1u << HE_LOW_POWER_BITS)
#define HE_HIGH_POWERS (1u << (HE_LOG_N_MAX - HE_LOW_POWER_BITS))

/// How the twiddle of a place follows from its exponent.
typedef struct twiddle_source {
  uint64_t low[HE_LOW_POWERS];    ///< psi^i
  uint64_t high[HE_HIGH_POWERS];  ///< psi^(512 i)
  uint64_t scale;                 ///< N^-1
  unsigned log_n;
  bool inverse;
  const he_modulus *q;
} twiddle_source;

/// The twiddle of block `index` - m of the level with m blocks, as the bits of a double.
static uint64_t twiddle(const twiddle_source *source, uint64_t index) {
  const he_modulus *q = source->q;
  uint64_t exponent = he_reverse_bits(index, source->log_n);  // at least 1, as index is
  // psi^-e = -psi^(N - e), because psi^N = -1.
  if (source->inverse) exponent = (UINT64_C(1) << source->log_n) - exponent;
  uint64_t w = he_multiply_mod(source->low[exponent % HE_LOW_POWERS], source->high[exponent / HE_LOW_POWERS], q);
  if (source->inverse) {
    w = q->value - w;
    if (index == 1) w = he_multiply_mod(w, source->scale, q);
  }
  return double_bits(centred(w, q->value));
}

/// The twiddles of `log_radix` levels of block `block` of the level with `blocks` blocks, one word each.
static void fill_singles(uint64_t *place, const twiddle_source *source, unsigned log_radix, uint64_t blocks,
                         uint64_t block) {
  for (unsigned level = 0; level < log_radix; level++) {
    for (uint64_t i = 0; i < UINT64_C(1) << level; i++) *place++ = twiddle(source, ((blocks + block) << level) + i);
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
      // Lane v holds values 8v to 8v + 7 of the 64: block 8 * block + v of the level with 8 * blocks blocks.
      for (uint64_t lane = 0; lane < 8; lane++) {
        *lanes++ = twiddle(source, ((8 * (blocks + block) + lane) << level) + i);
      }
    }
  }
  fill_singles(place + HE_BLOCK_SINGLES, source, 3, blocks, block);
  place[HE_BLOCK_WORDS - 1] = 0;
  return place + HE_BLOCK_WORDS;
}

static void fma_ntt_fill_tables(uint64_t *tables, unsigned log_n, const he_modulus *q, uint64_t psi) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_ALIGNED(tables);
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_fill_tables(tables, log_n, q, psi);
    return;
  }
  const uint64_t n = UINT64_C(1) << log_n;
  HE_REQUIRE(psi < q->value && he_power_mod(psi, n, q) == q->value - 1);
  twiddle_source source;
  source.scale = he_power_mod(he_reduce_64(n, q), q->value - 2, q);  // N^-1, q being prime
  source.log_n = log_n;
  source.inverse = false;
  source.q = q;
  // Exponents are below N.
  const uint64_t low_count = n < HE_LOW_POWERS ? n : HE_LOW_POWERS;
  uint64_t power = 1;
  for (uint64_t i = 0; i < low_count; i++, power = he_multiply_mod(power, psi, q)) source.low[i] = power;
  const uint64_t step = power;
  power = 1;
  for (uint64_t i = 0; i < n / low_count; i++, power = he_multiply_mod(power, step, q)) source.high[i] = power;
  for (size_t i = 0; i < HE_HEAD_WORDS; i++) tables[i] = 0;
  tables[0] = double_bits(centred(source.scale, q->value));
  uint64_t *inverse = fill(tables + HE_HEAD_WORDS, &source, log_n, 1, 0);
  source.inverse = true;
  fill(inverse, &source, log_n, 1, 0);
}
