// SPDX-License-Identifier: Apache-2.0
//
// Forward negacyclic transform with biased lazy butterflies: three multiply-adds and two additions, nothing masked,
// nothing reduced between the first level and the last.
//
// Range algebra, in integers. The product t lies in [-q, q): its remainder is in [0, 2q), and its accumulator starts at
// -q. Each level therefore widens the values by q on both sides. The inputs are in [0, q); the half of them that enters
// the first level as x gets a bias of n q, n = log_n, and the other half is a product there. After l levels all values
// are in [(n - l) q, (n + 1 + l) q), after the last in [0, (2n + 1) q), and 35 q < 2^52: no value ever leaves [0,
// 2^52), where the low 52 bits of a lane are the value. Inputs below b q, like those of switching.c, end below (2n + b) q.

#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "ntt_forward.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// The butterfly with a Montgomery twiddle: there too the product lies in (-q, q).
HE_INLINE void forward_butterfly_raised(he_vector *x, he_vector *y, he_vector raised, he_vector companion,
                                        he_vector q) {
  he_vector m = vector_madd_lo(vector_zero(), *y, companion);
  he_vector high = vector_madd_hi(vector_zero(), *y, raised);
  he_vector negated_t = vector_subtract(vector_madd_hi(vector_zero(), m, q), high);
  *y = vector_add(*x, negated_t);
  *x = vector_subtract(*x, negated_t);
}

/// Butterfly `k` of 4 of level `level` of 3 on eight registers, twiddles in single pairs.
HE_INLINE void rows_step(he_vector x[8], const uint64_t *table, const unsigned level, const unsigned k,
                         he_vector negated_q) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  const uint64_t *pair = table + HE_BLOCK_SINGLES + 2 * ((1u << level) - 1 + b);
  forward_butterfly(&x[i], &x[i + half], vector_broadcast(pair[0]), vector_broadcast(pair[1]), negated_q);
}

/// The same with twiddles of eight lanes.
HE_INLINE void lanes_step(he_vector x[8], const uint64_t *table, const unsigned level, const unsigned k,
                          const forward_constants *constants) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  const he_vector raised = vector_load(table + 8 * ((1u << level) - 1 + b));
  forward_butterfly_raised(&x[i], &x[i + half], raised, montgomery_companion(raised, constants->inverse),
                           constants->q);
}

HE_INLINE void load_rows(he_vector x[8], const uint64_t *data, const forward_constants *constants, const bool first) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) {
    x[r] = vector_load(data + 8 * r);
    if (first && r < 4) x[r] = vector_add(x[r], constants->bias);
  }
}

// x mod q for a clean x < (2 n + 1) q. With R = ceil(2^(51 + b) / q), x R / 2^(51 + b) exceeds x/q by less than x / 2^(51 +
// b), and both have the same floor where that is at most 1/q: where (2 n + 1) q^2 <= 2^(51 + b). It always is for n <=
// 15, as q < 2^b <= 2^46; above, values modulo a wide q are first brought below 19 q.
HE_INLINE he_vector close_exactly(he_vector x, const forward_constants *constants) {
  he_vector estimate = _mm512_srlv_epi64(vector_madd_hi(vector_zero(), x, constants->reciprocal), constants->shift);
  return vector_low_52(vector_madd_lo(x, estimate, constants->negated_q));
}

/// How the values are handed on.
typedef enum closing { CLOSE_LAZY, CLOSE_EXACT, CLOSE_WIDE } closing;

HE_INLINE void store_block(uint64_t *data, he_vector x[8], const forward_constants *constants, const closing close) {
  if (close == CLOSE_WIDE) {
    HE_UNROLL
    for (unsigned r = 0; r < 8; r++) x[r] = vector_subtract_if_reached(vector_low_52(x[r]), constants->multiple);
  }
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) vector_store(data + 8 * r, close == CLOSE_LAZY ? x[r] : close_exactly(x[r], constants));
}

/// Loads what will soon be read, as set_ahead says. An address outside of any object does no harm.
HE_INLINE void load_ahead(const uint64_t *data, const forward_constants *constants) {
  const uintptr_t next = constants->ahead + (uintptr_t)data / 8 * constants->ahead_lines;
  for (size_t line = 0; line < constants->ahead_lines; line++) __builtin_prefetch((const void *)(next + 64 * line), 0, 2);
}

/// The last six levels of `blocks` blocks of 64 values. The first three run down the registers; after the transposition
/// lane v holds values 8v to 8v + 7, and the other three run down the registers too. Both halves wait for their own
/// products, so the second half of each block is interleaved with the first half of the next.
HE_INLINE void forward_blocks(uint64_t *data, size_t blocks, const uint64_t *table, const forward_constants *constants,
                              const bool first, const closing close, const bool ahead) {
  const he_vector negated_q = constants->negated_q;
  he_vector x[8];
  load_rows(x, data, constants, first);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) rows_step(x, table, step / 4, step % 4, negated_q);
  vector_transpose(x);
  for (; blocks > 1; blocks--) {
    if (ahead) load_ahead(data, constants);
    he_vector next[8];
    load_rows(next, data + 64, constants, false);
    HE_UNROLL
    for (unsigned step = 0; step < 12; step++) {
      rows_step(next, table + HE_BLOCK_WORDS, step / 4, step % 4, negated_q);
      lanes_step(x, table, step / 4, step % 4, constants);
    }
    store_block(data, x, constants, close);
    vector_transpose(next);
    HE_UNROLL
    for (unsigned r = 0; r < 8; r++) x[r] = next[r];
    data += 64;
    table += HE_BLOCK_WORDS;
  }
  if (ahead) load_ahead(data, constants);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) lanes_step(x, table, step / 4, step % 4, constants);
  store_block(data, x, constants, close);
}

/// One pass of radix 2^log_radix over 2^log_radix rows of `stride` values.
HE_INLINE void forward_pass(uint64_t *data, size_t stride, const uint64_t *twiddles, const forward_constants *constants,
                            const unsigned log_radix, const bool first) {
  const unsigned radix = 1u << log_radix;
  for (size_t j = 0; j < stride; j += 8) {
    he_vector x[16];
    HE_UNROLL
    for (unsigned r = 0; r < radix; r++) {
      x[r] = vector_load(data + r * stride + j);
      if (first && r < radix / 2) x[r] = vector_add(x[r], constants->bias);
    }
    forward_levels(x, twiddles, constants->negated_q, log_radix);
    HE_UNROLL
    for (unsigned r = 0; r < radix; r++) vector_store(data + r * stride + j, x[r]);
  }
}

// The shapes in use, each compiled once. A pass of radix 2 exists for degree 128 alone.

#define DEFINE_PASS(name, log_radix, first)                                                                    \
  static void name(uint64_t *data, size_t stride, const uint64_t *table, const forward_constants *constants) {   \
    forward_pass(data, stride, table, constants, log_radix, first);                                              \
  }

DEFINE_PASS(forward_pass_2, 1, true)
DEFINE_PASS(forward_pass_4, 2, false)
DEFINE_PASS(forward_pass_4_first, 2, true)
DEFINE_PASS(forward_pass_8, 3, false)
DEFINE_PASS(forward_pass_8_first, 3, true)
DEFINE_PASS(forward_pass_16, 4, false)
DEFINE_PASS(forward_pass_16_first, 4, true)

typedef void blocks_function(uint64_t *data, size_t blocks, const uint64_t *table, const forward_constants *constants);

#define DEFINE_BLOCKS(name, first, close, ahead)                                                                  \
  static void name(uint64_t *data, size_t blocks, const uint64_t *table, const forward_constants *constants) {     \
    forward_blocks(data, blocks, table, constants, first, close, ahead);                                           \
  }

DEFINE_BLOCKS(forward_blocks_lazy, false, CLOSE_LAZY, false)
DEFINE_BLOCKS(forward_blocks_ahead, false, CLOSE_LAZY, true)
DEFINE_BLOCKS(forward_blocks_exact, false, CLOSE_EXACT, false)
DEFINE_BLOCKS(forward_blocks_wide, false, CLOSE_WIDE, false)
DEFINE_BLOCKS(forward_blocks_only_lazy, true, CLOSE_LAZY, false)  // degree 64 alone
DEFINE_BLOCKS(forward_blocks_only_exact, true, CLOSE_EXACT, false)

/// Transforms 2^log_length values, the first pass of all included where `first`. Returns where the next twiddles are.
static const uint64_t *forward_walk(uint64_t *data, unsigned log_length, const uint64_t *table,
                                    const forward_constants *constants, bool first, blocks_function *last_levels) {
  const unsigned log_radix = pass_log_radix(log_length);
  const size_t stride = (size_t)1 << (log_length - log_radix);
  switch (log_radix) {
    case 1: forward_pass_2(data, stride, table, constants); break;
    case 2: (first ? forward_pass_4_first : forward_pass_4)(data, stride, table, constants); break;
    case 3: (first ? forward_pass_8_first : forward_pass_8)(data, stride, table, constants); break;
    default: (first ? forward_pass_16_first : forward_pass_16)(data, stride, table, constants); break;
  }
  HE_ENSURE_LOW52_BELOW(data, stride << log_radix, constants->lazy_bound);
  table += pass_words(log_radix);
  if (stride == 64) {
    last_levels(data, (size_t)1 << log_radix, table, constants);
    return table + (HE_BLOCK_WORDS << log_radix);
  }
  for (size_t part = 0; part < (size_t)1 << log_radix; part++) {
    table = forward_walk(data + part * stride, log_length - log_radix, table, constants, false, last_levels);
  }
  return table;
}

const uint64_t *he_avx512ifma_forward_part(uint64_t *data, unsigned log_length, const uint64_t *table,
                                           const forward_constants *constants) {
  return forward_walk(data, log_length, table, constants, false, forward_blocks_ahead);
}

/// Both transforms of degree 64 and more.
HE_INLINE void forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables, const bool lazy) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_ALIGNED(data);
  HE_REQUIRE_ALIGNED(tables);
  HE_REQUIRE_BELOW(data, (size_t)1 << log_n, q->value);
  const forward_constants constants = forward_constants_of(q, log_n, 1);
  tables += HE_HEAD_WORDS;
  if (log_n == 6) {
    (lazy ? forward_blocks_only_lazy : forward_blocks_only_exact)(data, 1, tables, &constants);
  } else {
    const bool wide = log_n > 15 && q->bits == 46;
    blocks_function *exact = wide ? forward_blocks_wide : forward_blocks_exact;
    forward_walk(data, log_n, tables, &constants, true, lazy ? forward_blocks_lazy : exact);
  }
  HE_ENSURE_LOW52_BELOW(data, (size_t)1 << log_n, lazy ? constants.lazy_bound : q->value);
}

void he_avx512ifma_ntt_forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_forward(data, log_n, q, tables);
  } else {
    forward(data, log_n, q, tables, false);
    HE_ENSURE_BELOW(data, (size_t)1 << log_n, q->value);
  }
}

void he_avx512ifma_ntt_forward_lazy(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_forward_lazy(data, log_n, q, tables);  // below 4q, which is lazy here too
  } else {
    forward(data, log_n, q, tables, true);
  }
}

HE_AVX512IFMA_REGION_END

#endif
