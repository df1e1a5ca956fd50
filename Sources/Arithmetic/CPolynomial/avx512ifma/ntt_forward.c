// SPDX-License-Identifier: Apache-2.0
//
// Forward negacyclic transform with biased lazy butterflies: three multiply-adds and two additions, nothing masked,
// nothing reduced between the first level and the last.
//
// Range algebra, in integers. The product t lies in [-q, q): its remainder is in [0, 2q), and its accumulator starts at
// -q. Each level therefore widens the values by q on both sides. The inputs are in [0, q); the half of them that enters
// the first level as x gets a bias of n q, n = log_n, and the other half is a product there. After l levels all values
// are in [(n - l) q, (n + 1 + l) q), after the last in [0, (2n + 1) q), and 35 q < 2^52: no value ever leaves [0,
// 2^52), where the low 52 bits of a lane are the value.

#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "ntt_plan.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

typedef struct forward_constants {
  he_vector negated_q;  ///< 2^52 - q, which is also -q modulo 2^52
  he_vector bias;       ///< log_n * q
  he_vector reciprocal; ///< floor(2^52 / q)
  he_vector q;
  uint64_t lazy_bound;  ///< (2 log_n + 1) * q
} forward_constants;

/// (x, y) to (x + w y, x - w y).
HE_INLINE void forward_butterfly(he_vector *x, he_vector *y, he_vector w, he_vector quotient, he_vector negated_q) {
  he_vector estimate = vector_madd_hi(vector_zero(), *y, quotient);
  he_vector t = vector_madd_lo(negated_q, *y, w);
  t = vector_madd_lo(t, estimate, negated_q);
  *y = vector_subtract(*x, t);
  *x = vector_add(*x, t);
}

/// One pass of radix 2^log_radix over 2^log_radix rows of `stride` values.
HE_INLINE void forward_pass(uint64_t *data, size_t stride, const uint64_t *twiddles, const forward_constants *constants,
                            const unsigned log_radix, const bool first) {
  const unsigned radix = 1u << log_radix;
  const he_vector negated_q = constants->negated_q, bias = constants->bias;
  for (size_t j = 0; j < stride; j += 8) {
    he_vector x[16];
    HE_UNROLL
    for (unsigned r = 0; r < radix; r++) {
      x[r] = vector_load(data + r * stride + j);
      if (first && r < radix / 2) x[r] = vector_add(x[r], bias);
    }
    HE_UNROLL
    for (unsigned level = 0; level < log_radix; level++) {
      const unsigned half = radix >> (level + 1);
      HE_UNROLL
      for (unsigned b = 0; b < 1u << level; b++) {
        const uint64_t *pair = twiddles + 2 * ((1u << level) - 1 + b);
        const he_vector w = vector_broadcast(pair[0]), quotient = vector_broadcast(pair[1]);
        HE_UNROLL
        for (unsigned i = 0; i < half; i++) {
          forward_butterfly(&x[2 * half * b + i], &x[2 * half * b + half + i], w, quotient, negated_q);
        }
      }
    }
    HE_UNROLL
    for (unsigned r = 0; r < radix; r++) vector_store(data + r * stride + j, x[r]);
  }
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
                          he_vector negated_q) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  const uint64_t *pair = table + 16 * ((1u << level) - 1 + b);
  forward_butterfly(&x[i], &x[i + half], vector_load(pair), vector_load(pair + 8), negated_q);
}

HE_INLINE void load_rows(he_vector x[8], const uint64_t *data, const forward_constants *constants, const bool first) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) {
    x[r] = vector_load(data + 8 * r);
    if (first && r < 4) x[r] = vector_add(x[r], constants->bias);
  }
}

HE_INLINE void store_canonical(uint64_t *data, he_vector x[8], const forward_constants *constants) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) {
    he_vector reduced = vector_reduce_lazy(x[r], constants->reciprocal, constants->negated_q);
    vector_store(data + 8 * r, vector_close(reduced, constants->q));
  }
}

/// The last six levels of `blocks` blocks of 64 values. The first three run down the registers; after the transposition
/// lane v holds values 8v to 8v + 7, and the other three run down the registers too. Both halves wait for their own
/// products, so the second half of each block is interleaved with the first half of the next.
HE_INLINE void forward_blocks(uint64_t *data, size_t blocks, const uint64_t *table, const forward_constants *constants,
                              const bool first) {
  const he_vector negated_q = constants->negated_q;
  he_vector x[8];
  load_rows(x, data, constants, first);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) rows_step(x, table, step / 4, step % 4, negated_q);
  vector_transpose(x);
  for (; blocks > 1; blocks--) {
    he_vector next[8];
    load_rows(next, data + 64, constants, false);
    HE_UNROLL
    for (unsigned step = 0; step < 12; step++) {
      rows_step(next, table + HE_BLOCK_WORDS, step / 4, step % 4, negated_q);
      lanes_step(x, table, step / 4, step % 4, negated_q);
    }
    store_canonical(data, x, constants);
    vector_transpose(next);
    HE_UNROLL
    for (unsigned r = 0; r < 8; r++) x[r] = next[r];
    data += 64;
    table += HE_BLOCK_WORDS;
  }
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) lanes_step(x, table, step / 4, step % 4, negated_q);
  store_canonical(data, x, constants);
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

static void forward_blocks_only(uint64_t *data, const uint64_t *table, const forward_constants *constants) {
  forward_blocks(data, 1, table, constants, true);  // degree 64 alone
}
static void forward_blocks_below(uint64_t *data, size_t blocks, const uint64_t *table,
                                 const forward_constants *constants) {
  forward_blocks(data, blocks, table, constants, false);
}

/// Transforms 2^log_length values, the first pass of all included where `first`. Returns where the next twiddles are.
static const uint64_t *forward_walk(uint64_t *data, unsigned log_length, const uint64_t *table,
                                    const forward_constants *constants, bool first) {
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
    forward_blocks_below(data, (size_t)1 << log_radix, table, constants);
    return table + (HE_BLOCK_WORDS << log_radix);
  }
  for (size_t part = 0; part < (size_t)1 << log_radix; part++) {
    table = forward_walk(data + part * stride, log_length - log_radix, table, constants, false);
  }
  return table;
}

void he_avx512ifma_ntt_forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_ALIGNED(data);
  HE_REQUIRE_ALIGNED(tables);
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_forward(data, log_n, q, tables);
    return;
  }
  HE_REQUIRE_BELOW(data, (size_t)1 << log_n, q->value);
  const uint64_t modulus = q->value;
  const forward_constants constants = {
    .negated_q = vector_broadcast((UINT64_C(1) << 52) - modulus),
    .bias = vector_broadcast(log_n * modulus),
    .reciprocal = vector_broadcast(he_reciprocal_52(q)),
    .q = vector_broadcast(modulus),
    .lazy_bound = (2 * log_n + 1) * modulus,
  };
  tables += HE_HEAD_WORDS;
  if (log_n == 6) {
    forward_blocks_only(data, tables, &constants);
  } else {
    forward_walk(data, log_n, tables, &constants, true);
  }
  HE_ENSURE_BELOW(data, (size_t)1 << log_n, modulus);
}

HE_AVX512IFMA_REGION_END

#endif
