// SPDX-License-Identifier: Apache-2.0
//
// The butterflies of the inverse transform, with lazy values (x, y) to (x + y, (y - x) w), w = -(inverse twiddle): three
// multiply-adds, one addition and one subtraction.
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
// takes no operation, but one for the register of radix 16 that needs no lowering.
//
// What enters a product or a reduction must be below 2^52, and 64 q < 2^52; a sum that is only added to may be above. Where a
// difference would be (the last step of radix 16, for the sums of what was loaded), both values are brought to [0, 2) before, and 2
// is added to their difference.
#ifndef HE_AVX512IFMA_NTT_INVERSE_H
#define HE_AVX512IFMA_NTT_INVERSE_H

#include "ntt_plan.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Every value in memory between two passes is below 8 q, plus the shift of its row.
#define HE_PASS_BOUND 8
/// What enters a product or a reduction is never above 64 q.
#define HE_LAZY_BOUND 64

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

/// Whether the product for register `r` at step `step` is shifted: at the last step, and where it is y at the last step.
HE_INLINE bool is_shifted_product(const unsigned r, const unsigned step, const unsigned log_radix) {
  return step + 2 >= log_radix && r >> (log_radix - 1) != 0;
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

HE_AVX512IFMA_REGION_END

#endif

#endif
