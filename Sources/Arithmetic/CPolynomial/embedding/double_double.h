// SPDX-License-Identifier: Apache-2.0
//
// Unevaluated sums of two doubles, |lo| <= ulp(hi)/2: about 106 bits, from correctly rounded operations alone
// [JMP17, algorithms 1, 2, 3, 6 and 12]. Relative errors of each operation are below 2^-102.
#ifndef HE_DOUBLE_DOUBLE_H
#define HE_DOUBLE_DOUBLE_H

#include "../internal/he_arithmetic.h"

#pragma STDC FP_CONTRACT OFF

typedef struct double_double {
  double hi, lo;
} double_double;

typedef struct complex_double_double {
  double_double re, im;
} complex_double_double;

/// requires: |a| >= |b| or a = 0.
HE_INLINE double_double dd_fast_sum(double a, double b) {
  const double sum = a + b;
  return (double_double){sum, b - (sum - a)};
}

HE_INLINE double_double dd_two_sum(double a, double b) {
  const double sum = a + b, a_part = sum - b, b_part = sum - a_part;
  return (double_double){sum, (a - a_part) + (b - b_part)};
}

HE_INLINE double_double dd_add(double_double a, double_double b) {
  double_double high = dd_two_sum(a.hi, b.hi), low = dd_two_sum(a.lo, b.lo);
  high = dd_fast_sum(high.hi, high.lo + low.hi);
  return dd_fast_sum(high.hi, high.lo + low.lo);
}

HE_INLINE double_double dd_negate(double_double a) { return (double_double){-a.hi, -a.lo}; }

HE_INLINE double_double dd_multiply(double_double a, double_double b) {
  const double product = a.hi * b.hi, error = __builtin_fma(a.hi, b.hi, -product);
  const double cross = __builtin_fma(a.lo, b.hi, __builtin_fma(a.hi, b.lo, a.lo * b.lo));
  return dd_fast_sum(product, error + cross);
}

HE_INLINE double_double dd_divide(double_double a, double b) {
  const double quotient = a.hi / b, remainder = __builtin_fma(-quotient, b, a.hi);
  return dd_fast_sum(quotient, (remainder + a.lo) / b);
}

HE_INLINE complex_double_double dd_complex_multiply(complex_double_double a, complex_double_double b) {
  return (complex_double_double){
    dd_add(dd_multiply(a.re, b.re), dd_negate(dd_multiply(a.im, b.im))),
    dd_add(dd_multiply(a.re, b.im), dd_multiply(a.im, b.re)),
  };
}

#endif
