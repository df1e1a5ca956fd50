// SPDX-License-Identifier: Apache-2.0
//
// Inverse negacyclic transform: the passes. ntt_inverse.h has the butterflies, and says what range every value is in.

#include <string.h>

#include "../internal/he_arithmetic.h"
#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "ntt_inverse.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// How many bytes of an output are on their way.
#define HE_WRITE_AHEAD 2048

/// One pass of radix 2^log_radix over 2^log_radix rows of `stride` values, each row shifted.
HE_INLINE void inverse_pass(uint64_t *data, size_t stride, const uint64_t *twiddles, const inverse_shift *shift,
                            const inverse_constants *constants, const unsigned log_radix, const bool last) {
  const unsigned radix = 1u << log_radix;
  for (size_t j = 0; j < stride; j += 8) {
    he_vector x[16];
    value_range range[16];
    HE_UNROLL
    for (unsigned r = 0; r < radix; r++) {
      x[r] = vector_load(data + r * stride + j);
      range[r] = first_range(HE_PASS_BOUND, r);
    }
    HE_UNROLL
    for (unsigned step = 0; step < log_radix; step++) {
      const unsigned level = log_radix - 1 - step, half = radix >> (level + 1);
      HE_UNROLL
      for (unsigned b = 0; b < 1u << level; b++) {
        const uint64_t *pair = twiddles + 2 * ((1u << level) - 1 + b);
        const bool scaled = last && level == 0;
        const he_vector w = scaled ? constants->last : vector_broadcast(pair[0]);
        const he_vector quotient = scaled ? constants->last_quotient : vector_broadcast(pair[1]);
        HE_UNROLL
        for (unsigned i = 0; i < half; i++) {
          const unsigned lower = 2 * half * b + i, upper = lower + half;
          inverse_butterfly(&x[lower], &x[upper], &range[lower], &range[upper], w, quotient, upper, step, shift,
                            !last && is_shifted_product(upper, step, log_radix), constants);
          if (scaled) close_last(&x[lower], &x[upper], &range[lower], constants);
        }
      }
    }
    HE_UNROLL
    for (unsigned r = 0; r < radix; r++) {
      if (!last) hand_on(&x[r], &range[r], r, log_radix, shift, constants);
      vector_store(data + r * stride + j, x[r]);
    }
  }
}

/// Butterfly `k` of 4 of level `level` of 3 on eight registers, twiddles of eight lanes.
HE_INLINE void lanes_step(he_vector x[8], value_range range[8], const uint64_t *table, const unsigned level,
                          const unsigned k, const inverse_constants *constants) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  const he_vector raised = vector_load(table + 8 * ((1u << level) - 1 + b));
  inverse_butterfly_montgomery(&x[i], &x[i + half], &range[i], &range[i + half], raised,
                               montgomery_companion(raised, constants->inverse), i + half, 2 - level, constants);
}

/// The same with twiddles in single pairs.
HE_INLINE void rows_step(he_vector x[8], value_range range[8], const uint64_t *table, const unsigned level,
                         const unsigned k, const inverse_shift *shift, const inverse_constants *constants,
                         const bool last) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  const uint64_t *pair = table + HE_BLOCK_SINGLES + 2 * ((1u << level) - 1 + b);
  const bool scaled = last && level == 0;
  inverse_butterfly(&x[i], &x[i + half], &range[i], &range[i + half],
                    scaled ? constants->last : vector_broadcast(pair[0]),
                    scaled ? constants->last_quotient : vector_broadcast(pair[1]), i + half, 2 - level, shift,
                    !last && is_shifted_product(i + half, 2 - level, 3), constants);
}

HE_INLINE void load_canonical(he_vector x[8], value_range range[8], const uint64_t *data,
                              const inverse_constants *constants) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) x[r] = raise_first(vector_load(data + 8 * r), &range[r], 1, r, constants);
}

/// The transposition gives every register lanes of all eight, none of which is above the bound of a pass.
HE_INLINE void transpose_lanes(he_vector x[8], value_range range[8], const inverse_constants *constants) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) bring_below(&x[r], &range[r], HE_PASS_BOUND, constants->shifts, false, constants);
  vector_transpose(x);
}

/// What has been transposed, as the registers of three more levels.
HE_INLINE void raise_rows(he_vector x[8], value_range range[8], const inverse_constants *constants) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) x[r] = raise_first(x[r], &range[r], HE_PASS_BOUND, r, constants);
}

HE_INLINE void store_rows(uint64_t *data, he_vector x[8], value_range range[8], const inverse_shift *shift,
                          const inverse_constants *constants, const bool last) {
  if (last) {
    HE_UNROLL
    for (unsigned r = 0; r < 4; r++) close_last(&x[r], &x[r + 4], &range[r], constants);
  }
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) {
    if (!last) hand_on(&x[r], &range[r], r, 3, shift, constants);
    vector_store(data + 8 * r, x[r]);
  }
}

/// Asks for the words that are written a few blocks later: where another core has them last, their lines take long to come. An
/// address outside of any object does no harm.
HE_INLINE void write_ahead(const uint64_t *data) {
  HE_UNROLL
  for (unsigned line = 0; line < 8; line++) {
    __builtin_prefetch((const void *)((uintptr_t)(data + 8 * line) + HE_WRITE_AHEAD), 1, 3);
  }
}

/// The first six levels of `blocks` blocks of 64 values, the mirror image of the forward transform's last six: the
/// second half of each block is interleaved with the first half of the next. Each block is a row of the next pass. In place, or
/// from elsewhere.
HE_INLINE void inverse_blocks(uint64_t *data, const uint64_t *in, size_t blocks, const uint64_t *table,
                              const inverse_constants *constants, const bool last) {
  he_vector x[8];
  value_range range[8];
  load_canonical(x, range, in, constants);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) lanes_step(x, range, table, 2 - step / 4, step % 4, constants);
  transpose_lanes(x, range, constants);
  const uint8_t *row_shift = row_shifts;
  for (; blocks > 1; blocks--) {
    const inverse_shift *shift = &constants->shifts[*row_shift++];
    he_vector next[8];
    value_range next_range[8];
    load_canonical(next, next_range, in + 64, constants);
    if (constants->is_moving) write_ahead(data);
    raise_rows(x, range, constants);
    HE_UNROLL
    for (unsigned step = 0; step < 12; step++) {
      lanes_step(next, next_range, table + HE_BLOCK_WORDS, 2 - step / 4, step % 4, constants);
      rows_step(x, range, table, 2 - step / 4, step % 4, shift, constants, false);
    }
    store_rows(data, x, range, shift, constants, false);
    transpose_lanes(next, next_range, constants);
    HE_UNROLL
    for (unsigned r = 0; r < 8; r++) x[r] = next[r];
    data += 64;
    in += 64;
    table += HE_BLOCK_WORDS;
  }
  const inverse_shift *shift = &constants->shifts[*row_shift];
  raise_rows(x, range, constants);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) rows_step(x, range, table, 2 - step / 4, step % 4, shift, constants, last);
  store_rows(data, x, range, shift, constants, last);
}

// The shapes in use, each compiled once. A pass of radix 2 exists for degree 128 alone.

#define DEFINE_PASS(name, log_radix, last)                                                                  \
  static void name(uint64_t *data, size_t stride, const uint64_t *table, const inverse_shift *shift,           \
                   const inverse_constants *constants) {                                                      \
    inverse_pass(data, stride, table, shift, constants, log_radix, last);                                      \
  }

DEFINE_PASS(inverse_pass_2, 1, true)
DEFINE_PASS(inverse_pass_4, 2, false)
DEFINE_PASS(inverse_pass_4_last, 2, true)
DEFINE_PASS(inverse_pass_8, 3, false)
DEFINE_PASS(inverse_pass_8_last, 3, true)
DEFINE_PASS(inverse_pass_16, 4, false)
DEFINE_PASS(inverse_pass_16_last, 4, true)

static void inverse_blocks_only(uint64_t *data, const uint64_t *in, const uint64_t *table,
                                const inverse_constants *constants) {
  inverse_blocks(data, in, 1, table, constants, true);  // degree 64 alone
}
static void inverse_blocks_below(uint64_t *data, const uint64_t *in, size_t blocks, const uint64_t *table,
                                 const inverse_constants *constants) {
  inverse_blocks(data, in, blocks, table, constants, false);
}

/// Transforms 2^log_length values of `in` to row `row` of the next pass, or to the end where `last`. Returns where the next
/// twiddles are.
static const uint64_t *inverse_walk(uint64_t *data, const uint64_t *in, unsigned log_length, const uint64_t *table,
                                    const inverse_constants *constants, size_t row, bool last) {
  const unsigned log_radix = pass_log_radix(log_length);
  const size_t stride = (size_t)1 << (log_length - log_radix);
  const uint64_t *const twiddles = table;
  table += pass_words(log_radix);
  if (stride == 64) {
    inverse_blocks_below(data, in, (size_t)1 << log_radix, table, constants);
    HE_ENSURE_LOW52_BELOW(data, stride << log_radix, HE_LAZY_BOUND * constants->modulus);
    table += (size_t)HE_BLOCK_WORDS << log_radix;
  } else {
    for (size_t part = 0; part < (size_t)1 << log_radix; part++) {
      table = inverse_walk(data + part * stride, in + part * stride, log_length - log_radix, table, constants, part,
                           false);
    }
  }
  const inverse_shift *shift = &constants->shifts[row_shifts[row]];
  switch (log_radix) {
    case 1: inverse_pass_2(data, stride, twiddles, shift, constants); break;
    case 2: (last ? inverse_pass_4_last : inverse_pass_4)(data, stride, twiddles, shift, constants); break;
    case 3: (last ? inverse_pass_8_last : inverse_pass_8)(data, stride, twiddles, shift, constants); break;
    default: (last ? inverse_pass_16_last : inverse_pass_16)(data, stride, twiddles, shift, constants); break;
  }
  if (!last) HE_ENSURE_LOW52_BELOW(data, stride << log_radix, (HE_PASS_BOUND - shift->estimate) * constants->modulus);
  return table;
}

/// A function of its own, as it moves public words between vectors and general registers, which the others have no reason to.
__attribute__((noinline)) static void fill_shifts(inverse_shift shifts[HE_SHIFTS], uint64_t modulus) {
  for (unsigned s = 0; s < HE_SHIFTS; s++) {
    const uint64_t shift = s == 0 ? 0 : (2 * s - 1) * HE_PASS_BOUND;
    shifts[s].estimate = -shift;
    for (unsigned i = 0; i < HE_MULTIPLES; i++) {
      shifts[s].multiples[i] = (shift + (uint64_t)(int64_t)multiple_counts[i]) * modulus;
    }
  }
}

/// Both transforms of degree 64 and more; `scale` and `last` with their quotients as in inverse_constants.
HE_INLINE void inverse(uint64_t *out, const uint64_t *in, const uint64_t scale[2], const uint64_t last[2], unsigned log_n,
                       const he_modulus *q, const uint64_t *tables) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_ALIGNED(out);
  HE_REQUIRE_ALIGNED(in);
  HE_REQUIRE_ALIGNED(tables);
  HE_REQUIRE_BELOW(in, (size_t)1 << log_n, q->value);
  const uint64_t modulus = q->value;
  inverse_constants constants = {
    .negated_q = vector_broadcast((UINT64_C(1) << 52) - modulus),
    .reciprocal = vector_broadcast(he_reciprocal_52(q)),
    .q = vector_broadcast(modulus),
    .inverse = vector_broadcast(inverse_of_odd(modulus)),
    .scale = vector_broadcast(scale[0]),
    .scale_quotient = vector_broadcast(scale[1]),
    .last = vector_broadcast(last[0]),
    .last_quotient = vector_broadcast(last[1]),
    .modulus = modulus,
    .is_moving = out != in,
  };
  fill_shifts(constants.shifts, modulus);
  tables += HE_HEAD_WORDS + walk_words(log_n);
  if (log_n == 6) {
    inverse_blocks_only(out, in, tables, &constants);
  } else {
    inverse_walk(out, in, log_n, tables, &constants, 0, true);
  }
  HE_ENSURE_BELOW(out, (size_t)1 << log_n, modulus);
}

void he_avx512ifma_ntt_inverse(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  HE_REQUIRE_LOG_N(log_n);
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_inverse(data, log_n, q, tables);
  } else {
    inverse(data, data, tables + HE_HEAD_SCALE, tables + HE_HEAD_LAST, log_n, q, tables);
  }
}

void he_avx512ifma_ntt_inverse_scaled(uint64_t *out, const uint64_t *in, uint64_t scalar, unsigned log_n,
                                      const he_modulus *q, const uint64_t *tables) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_ALIASING(out, in, (size_t)1 << log_n);
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    if (out != in) memcpy(out, in, sizeof *out << log_n);
    he_scalar_ntt_inverse(out, log_n, q, tables);
    he_avx512ifma_multiply_scalar(out, out, scalar, (size_t)1 << log_n, q);
    return;
  }
  // The last level multiplies anyhow.
  uint64_t factors[2][2];
  for (unsigned i = 0; i < 2; i++) {
    factors[i][0] = he_multiply_mod(tables[i == 0 ? HE_HEAD_SCALE : HE_HEAD_LAST], scalar, q);
    factors[i][1] = he_shoup_quotient(factors[i][0], 52, q);
  }
  inverse(out, in, factors[0], factors[1], log_n, q, tables);
}

HE_AVX512IFMA_REGION_END

#endif
