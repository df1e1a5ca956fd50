// SPDX-License-Identifier: Apache-2.0
//
// Modular arithmetic on integers held in doubles [HLQ16, section 4], for q < 2^47. Included after a vocabulary.
//
// Rounding is to nearest, and only what is written as a fused operation is fused. The product of x and w modulo q is
//   h = RN(x w),  e = x w - h (exact: one fused operation),  c = the integer nearest to RN(1/q) h,
//   r = (h - c q) + e = x w - c q.
// h and RN(1/q) are each off by a factor of 1 + d, |d| <= 2^-53, so that |c - x w / q| <= 1/2 + |x w / q| 2^-52 and
//   |r| <= (1/2 + |x w / q| 2^-52) q.                                                                              (1)
// h - c q is an integer below |r| + |e| with |e| <= |x w| 2^-53, and exact where that is below 2^53; so is r then. The
// nearest integer comes from one fused addition to 3 * 2^51, a double whose neighbours are 1 apart: |x w / q| < 2^51.
// For |x| <= b q, |w| <= q/2 and b <= 32 all of this holds, and |r| < (1/2 + b/64) q by q < 2^47.
//
// Zeros: e is +0 where it vanishes, so r is never -0, and no sum or difference of values that are not -0 is. A set sign
// therefore says that a value is negative.
#ifndef HE_FMA_MODULAR_H
#define HE_FMA_MODULAR_H

#define HE_FMA_LIMIT (UINT64_C(1) << 47)
/// Lazy values of the forward transform are integers of at most this many q in size: see ntt_forward_body.h.
#define HE_FMA_LAZY_BOUND 11

/// The constants of one modulus, in every lane.
typedef struct modular {
  he_vector q, inverse;  ///< q and RN(1/q)
  he_vector shift;       ///< 3 * 2^51
} modular;

HE_INLINE modular modular_of(const he_modulus *q) {
  const double value = (double)q->value;
  const modular m = {vector_broadcast(value), vector_broadcast(1 / value), vector_broadcast(0x1.8p52)};
  return m;
}

/// The integer nearest to x / q. requires: |x / q| < 2^51.
HE_INLINE he_vector nearest_quotient(he_vector x, const modular *m) {
  return vector_subtract(vector_fma(x, m->inverse, m->shift), m->shift);
}

/// x modulo q, at most (1/2 + |x / q| 2^-53) q in size. requires: x an integer, |x| < 2^53, |x / q| < 2^51.
HE_INLINE he_vector reduce(he_vector x, const modular *m) { return vector_fnma(nearest_quotient(x, m), m->q, x); }

/// x w modulo q, within (1).
HE_INLINE he_vector multiply(he_vector x, he_vector w, const modular *m) {
  const he_vector h = vector_multiply(x, w), e = vector_fms(x, w, h);
  return vector_add(vector_fnma(nearest_quotient(h, m), m->q, h), e);
}

/// addend + x w modulo q, within (1) for x w + addend. requires: |addend| <= q.
HE_INLINE he_vector multiply_add(he_vector x, he_vector w, he_vector addend, const modular *m) {
  const he_vector h = vector_multiply(x, w), e = vector_fms(x, w, h);
  const he_vector c = nearest_quotient(vector_add(h, addend), m);
  return vector_add(vector_fnma(c, m->q, h), vector_add(e, addend));
}

/// The canonical residue of an integer in (-q, q), as a double.
HE_INLINE he_vector canonical(he_vector x, const modular *m) { return vector_add_if_negative(x, m->q); }

/// w or w - q, whichever is the smaller: at most q/2 in size. requires: w < q. Constant time.
HE_INLINE double centred(uint64_t w, uint64_t q) {
  const uint64_t above = 0 - (((q >> 1) - w) >> 63);  // all ones where w > q/2
  return (double)(int64_t)(w - (q & above));
}
HE_INLINE uint64_t double_bits(double x) {
  union {
    double value;
    uint64_t bits;
  } pun = {x};
  return pun.bits;
}

HE_INLINE he_words load_lanes(const uint64_t *p, size_t lanes) {
  return lanes == HE_LANES ? words_load(p) : words_load_first(p, lanes);
}
HE_INLINE void store_lanes(uint64_t *p, he_words x, size_t lanes) {
  if (lanes == HE_LANES) {
    words_store(p, x);
  } else {
    words_store_first(p, x, lanes);
  }
}
HE_INLINE he_vector load_residues(const uint64_t *p, size_t lanes) { return vector_from_words(load_lanes(p, lanes)); }
/// Stores the canonical residues of integers in (-q, q).
HE_INLINE void store_canonical(uint64_t *p, he_vector x, size_t lanes, const modular *m) {
  store_lanes(p, vector_to_words(canonical(x, m)), lanes);
}

/// Runs `statement` for every whole vector, then once for the lanes left over. It uses `k` and `lanes`.
#define FOR_EACH_VECTOR(statement)                    \
  do {                                                \
    size_t k = 0;                                     \
    for (; k + HE_LANES <= count; k += HE_LANES) {    \
      const size_t lanes = HE_LANES;                  \
      statement                                       \
    }                                                 \
    if (k < count) {                                  \
      const size_t lanes = count - k;                 \
      statement                                       \
    }                                                 \
  } while (0)

#ifdef HE_VERIFY

/// Every value is an integer, held in a double, of size at most `bound`.
static inline void check_integers(const char *kernel, const char *what, const uint64_t *values, size_t count,
                                  double bound) {
  for (size_t i = 0; i < count; i++) {
    union {
      uint64_t bits;
      double value;
    } pun = {values[i]};
    const double x = pun.value;
    if (!(x >= -bound && x <= bound && x == (double)(int64_t)x)) {
      fprintf(stderr, "%s: %s[%zu] = %.17g, must be an integer within %.17g\n", kernel, what, i, x, bound);
      abort();
    }
  }
}

/// 1 + 3 * 2^-54 and 1 + 2^-54 are rounded up and down to the nearest double, in both signs.
static inline bool rounds_to_nearest(void) {
  volatile double one = 1, more = 0x3p-54, less = 0x1p-54;
  return one + more == 0x1.0000000000001p0 && one + less == 1 && -one - more == -0x1.0000000000001p0 &&
         -one - less == -1;
}

#define HE_CHECK_INTEGERS(values, count, bound) check_integers(__func__, #values, (values), (count), (bound))
#define HE_REQUIRE_ROUNDING() he_check(__func__, "floating-point arithmetic rounds to nearest", rounds_to_nearest())

#else

#define HE_CHECK_INTEGERS(values, count, bound) ((void)0)
#define HE_REQUIRE_ROUNDING() ((void)0)

#endif

/// What every kernel here requires.
#define HE_REQUIRE_FMA(q)                \
  do {                                   \
    HE_REQUIRE_ROUNDING();               \
    HE_REQUIRE_MODULUS(q, HE_FMA_LIMIT); \
  } while (0)
#define HE_REQUIRE_LAZY(values, count, q) HE_CHECK_INTEGERS(values, count, HE_FMA_LAZY_BOUND * (double)(q)->value)

#endif
