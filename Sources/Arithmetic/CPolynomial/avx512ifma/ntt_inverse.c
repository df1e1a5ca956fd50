// SPDX-License-Identifier: Apache-2.0
//
// Inverse negacyclic transform with lazy butterflies (x, y) to (x + y, (y - x) w), w = -(inverse twiddle): three multiply-adds, one
// addition and one subtraction.
//
// Range algebra, in multiples of q. Every register has a range [low, high) that is known when it is compiled. A difference must
// not be negative: y.low >= x.high. To that end what will be y somewhere is raised by a multiple of q. Register r of a pass is y at
// step s where bit s of r is set, and where p bits above it are set, it is a summand of p more y. So values in [0, b) that a
// pass begins with are raised by (1 + 2 p) b where bit 0 of r is set, p the bits above it: that makes the sums of step 0 ranges of
// 2 b that follow one another, those of step 1 ranges of 4 b, and so on. And a product, in [0, 2) whatever enters it, is raised
// by 2 p, p the bits above that of its step: its accumulator starts so much higher.
//
// A pass hands on values below HE_PASS_BOUND = 8, for which two of its registers are lowered by a multiple again, and the one that
// only sums have reached is reduced too (radix 8). Its part is one row of the next pass, which wants it raised as above. So it
// is handed on raised, by a shift that is the same for the part: in the accumulators of the products of the last step, of
// those of the step before that are y in the last one, in what is taken off to lower, and in the estimate that reduces. This
// takes no operation.
//
// What enters a product or a reduction must be below 2^52, and 64 q < 2^52; a sum that is only added to may be above. Where a
// difference would be (the last step of radix 16, for the sums of what was loaded), both values are brought to [0, 2) before, and 2
// is added to their difference.

#include <string.h>

#include "../internal/he_arithmetic.h"
#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "ntt_plan.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Every value in memory between two passes is below 8 q, plus the shift of its row.
#define HE_PASS_BOUND 8
/// What enters a product or a reduction is never above 64 q.
#define HE_LAZY_BOUND 64
/// How many bytes of an output are on their way.
#define HE_WRITE_AHEAD 2048

/// The multiples of q that are added to registers.
#define HE_MULTIPLES 14
static const int16_t multiple_counts[HE_MULTIPLES] = {-160, -96, -12, -8, 0, 1, 2, 3, 4, 5, 6, 8, 24, 40};

/// What rows are raised by: the odd ones, by the more the more bits above are set.
#define HE_SHIFTS 5
#define HE_SHIFT_MAX 56
static const uint8_t row_shifts[16] = {0, 1, 0, 2, 0, 2, 0, 3, 0, 2, 0, 3, 0, 3, 0, 4};

/// The constants of a shift, in multiples of q.
typedef struct inverse_shift {
  uint64_t multiples[HE_MULTIPLES];  ///< (shift + count) q modulo 2^64 for each of multiple_counts
  uint64_t estimate;  ///< -shift modulo 2^64: where the estimate of a reduction starts that is to leave so much more
} inverse_shift;

typedef struct inverse_constants {
  he_vector negated_q;  ///< 2^52 - q
  he_vector reciprocal; ///< floor(2^52 / q)
  he_vector q;
  he_vector inverse;    ///< q^-1 mod 2^52
  he_vector scale, scale_quotient;  ///< N^-1, times a factor where there is one
  he_vector last, last_quotient;    ///< psi^rev(1) N^-1, times that factor
  inverse_shift shifts[HE_SHIFTS];  ///< the first is none
  uint64_t modulus;
  bool is_moving;       ///< not in place
} inverse_constants;

/// Multiples of q that a register is in: low <= x < high.
typedef struct value_range {
  unsigned low, high;
} value_range;

/// (shift + count) q for one of multiple_counts.
HE_INLINE he_vector multiple(const inverse_shift *shift, const int count) {
  unsigned i = 0;
  HE_UNROLL
  for (unsigned k = 0; k < HE_MULTIPLES; k++) {
    if (multiple_counts[k] == count) i = k;
  }
  HE_REQUIRE(multiple_counts[i] == count);
  return vector_broadcast(shift->multiples[i]);
}

/// How many of the bits of register `r` above bit `step` are set: the summands y that it will be part of.
HE_INLINE unsigned bits_above(const unsigned r, const unsigned step) { return (unsigned)__builtin_popcount(r >> (step + 1)); }

/// What register or row `r` of a pass begins with, where it is in [0, bound) before it is raised.
HE_INLINE value_range first_range(const unsigned bound, const unsigned r) {
  const unsigned raise = (r & 1) != 0 ? (1 + 2 * bits_above(r, 0)) * bound : 0;
  return (value_range){raise, raise + bound};
}

/// A value in [0, bound) as register `r` of a pass.
HE_INLINE he_vector raise_first(he_vector x, value_range *range, const unsigned bound, const unsigned r,
                                const inverse_constants *constants) {
  *range = first_range(bound, r);
  return range->low == 0 ? x : vector_add(x, multiple(constants->shifts, (int)range->low));
}

/// What may be above `limit`: lowered if that is enough, else reduced, before which it is lowered where it may be above 64 q. With
/// the shift, which is not part of the range.
HE_INLINE void bring_below(he_vector *x, value_range *range, const unsigned limit, const inverse_shift *shift,
                           const bool is_shifted, const inverse_constants *constants) {
  const unsigned width = range->high - range->low;
  if (width <= limit) {
    const unsigned fall = range->high > limit ? range->low : 0;
    if (fall != 0 || is_shifted) *x = vector_add(*x, multiple(shift, -(int)fall));
    *range = (value_range){range->low - fall, range->high - fall};
    return;
  }
  if (range->high > HE_LAZY_BOUND) *x = vector_add(*x, multiple(constants->shifts, -(int)range->low));
  he_vector estimate = is_shifted ? vector_broadcast(shift->estimate) : vector_zero();
  estimate = vector_madd_hi(estimate, *x, constants->reciprocal);
  *x = vector_madd_lo(*x, estimate, constants->negated_q);
  *range = (value_range){0, 2};
}

/// After the last step of a pass of radix 2^log_radix, register `r`: below HE_PASS_BOUND, and shifted. Where the last
/// step made its y, or the sum has a y of the step before, it is so already.
HE_INLINE void hand_on(he_vector *x, value_range *range, const unsigned r, const unsigned log_radix,
                       const inverse_shift *shift, const inverse_constants *constants) {
  if (r < 1u << log_radix >> 2) bring_below(x, range, HE_PASS_BOUND, shift, true, constants);
  HE_REQUIRE(range->high <= HE_PASS_BOUND);
}

/// (x, y) to (x + y, y - x).
HE_INLINE he_vector sum_and_difference(he_vector *x, he_vector y, value_range *x_range, value_range *y_range,
                                       const inverse_constants *constants) {
  if (y_range->high - x_range->low > HE_LAZY_BOUND) {
    bring_below(x, x_range, 2, constants->shifts, false, constants);
    bring_below(&y, y_range, 2, constants->shifts, false, constants);
  }
  he_vector difference = vector_subtract(y, *x);
  if (y_range->low < x_range->high) {
    difference = vector_add(difference, multiple(constants->shifts, (int)(x_range->high - y_range->low)));
  }
  *x = vector_add(*x, y);
  x_range->low += y_range->low;
  x_range->high += y_range->high;
  return difference;
}

/// (x, y) to (x + y, (y - x) w) for registers x and `r` at step `step`, the sum lazy and unscaled, the product with the shift.
HE_INLINE void inverse_butterfly(he_vector *x, he_vector *y, value_range *x_range, value_range *y_range, he_vector w,
                                 he_vector quotient, const unsigned r, const unsigned step, const inverse_shift *shift,
                                 const bool is_shifted, const inverse_constants *constants) {
  he_vector difference = sum_and_difference(x, *y, x_range, y_range, constants);
  const unsigned raise = 2 * bits_above(r, step);
  HE_REQUIRE(raise + 2 + HE_SHIFT_MAX <= HE_LAZY_BOUND || !is_shifted);
  he_vector estimate = vector_madd_hi(vector_zero(), difference, quotient);
  const inverse_shift *const start = is_shifted ? shift : constants->shifts;
  *y = vector_madd_lo(raise == 0 && !is_shifted ? vector_zero() : multiple(start, (int)raise), difference, w);
  *y = vector_madd_lo(*y, estimate, constants->negated_q);
  *y_range = (value_range){raise, raise + 2};
}

/// Whether the product for register `r` at step `step` is shifted: at the last step, and where it is y at the last step.
HE_INLINE bool is_shifted_product(const unsigned r, const unsigned step, const unsigned log_radix) {
  return step + 2 >= log_radix && r >> (log_radix - 1) != 0;
}

/// The same with a Montgomery twiddle, whose product is q + (difference of two numbers in [0, q)); without a shift.
HE_INLINE void inverse_butterfly_montgomery(he_vector *x, he_vector *y, value_range *x_range, value_range *y_range,
                                            he_vector w, he_vector companion, const unsigned r, const unsigned step,
                                            const inverse_constants *constants) {
  he_vector difference = sum_and_difference(x, *y, x_range, y_range, constants);
  const unsigned raise = 2 * bits_above(r, step);
  he_vector m = vector_madd_lo(vector_zero(), difference, companion);
  he_vector high =
    vector_madd_hi(raise == 0 ? constants->q : multiple(constants->shifts, (int)raise + 1), difference, w);
  *y = vector_subtract(high, vector_madd_hi(vector_zero(), m, constants->q));
  *y_range = (value_range){raise, raise + 2};
}

/// After the last level: the sum times the scale (the difference has it in its twiddle), canonical.
HE_INLINE void close_last(he_vector *x, he_vector *y, value_range *x_range, const inverse_constants *constants) {
  bring_below(x, x_range, HE_LAZY_BOUND, constants->shifts, false, constants);
  he_vector scaled =
    vector_multiply_shoup_lazy(*x, constants->scale, constants->scale_quotient, constants->negated_q);
  *x = vector_close(scaled, constants->q);
  *y = vector_close(*y, constants->q);
}

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
