// SPDX-License-Identifier: Apache-2.0
//
// Contracts, checked in builds with HE_VERIFY and free in all others. A broken one names the kernel, the index, the
// value and the bound, and aborts.
#ifndef HE_CONTRACT_H
#define HE_CONTRACT_H

#include "he_arithmetic.h"

#ifdef HE_VERIFY

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/// Every value, masked by `mask`, is below `bound`.
static inline void he_check_below(const char *kernel, const char *what, const uint64_t *values, size_t count,
                                  uint64_t mask, uint64_t bound) {
  for (size_t i = 0; i < count; i++) {
    if ((values[i] & mask) >= bound) {
      fprintf(stderr, "%s: %s[%zu] = %" PRIu64 ", must be below %" PRIu64 "\n", kernel, what, i, values[i] & mask,
              bound);
      abort();
    }
  }
}

static inline void he_check(const char *kernel, const char *condition, bool holds) {
  if (!holds) {
    fprintf(stderr, "%s: does not hold: %s\n", kernel, condition);
    abort();
  }
}

/// Same array or no common byte at all.
static inline bool he_exact_or_disjoint(const void *a, const void *b, size_t bytes) {
  uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;
  return x == y || x + bytes <= y || y + bytes <= x;
}

/// What he_kernels.convert requires and ensures, for moduli below `limit`.
static inline void he_check_conversion(const char *kernel, const uint64_t *out, size_t out_stride, const uint64_t *in,
                                       size_t in_stride, const uint64_t *own, size_t own_stride, size_t count,
                                       const he_conversion *c, uint64_t limit) {
  he_check(kernel, "1 <= from_count <= 64", c->from_count >= 1 && c->from_count <= 64);
  he_check(kernel, "corrections exactly where fractions are", (c->fractions == NULL) == (c->corrections == NULL));
  he_check(kernel, "own exactly where own_factors are", (own == NULL) == (c->own_factors == NULL));
  he_check(kernel, "out is own with the same stride, if at all", own != out || own_stride == out_stride);
  for (size_t i = 0; i < c->from_count; i++) {
    const uint64_t q = c->from[i].value;
    he_check(kernel, "input modulus in range", q >= 2 && q < limit);
    he_check_below(kernel, "in", in + i * in_stride, count, UINT64_MAX, q);
    if (c->inverses != NULL) he_check_below(kernel, "inverses", c->inverses + i, 1, UINT64_MAX, q);
    if (c->fractions != NULL) he_check_below(kernel, "fractions", c->fractions + 2 * i, 2, UINT64_MAX, UINT64_C(1) << 52);
  }
  for (size_t j = 0; j < c->to_count; j++) {
    const uint64_t p = c->to[j].value;
    he_check(kernel, "output modulus in range", p >= 2 && p < limit);
    he_check_below(kernel, "factors", c->factors + j * c->from_count, c->from_count, UINT64_MAX, p);
    if (c->corrections != NULL) he_check_below(kernel, "corrections", c->corrections + j, 1, UINT64_MAX, p);
    if (own != NULL) {
      he_check_below(kernel, "own", own + j * own_stride, count, UINT64_MAX, p);
      he_check_below(kernel, "own_factors", c->own_factors + j, 1, UINT64_MAX, p);
    }
    for (size_t i = 0; i < c->from_count; i++) {
      const uint64_t *x = in + i * in_stride, *y = out + j * out_stride;
      he_check(kernel, "in and out share no element",
               count == 0 || (x != y && he_exact_or_disjoint(x, y, count * sizeof(uint64_t))));
    }
  }
}

static inline void he_check_converted(const char *kernel, const uint64_t *out, size_t out_stride, size_t count,
                                      const he_conversion *c) {
  for (size_t j = 0; j < c->to_count; j++) {
    he_check_below(kernel, "out", out + j * out_stride, count, UINT64_MAX, c->to[j].value);
  }
}

#define HE_REQUIRE_CONVERSION(out, out_stride, in, in_stride, own, own_stride, count, conversion, limit) \
  he_check_conversion(__func__, out, out_stride, in, in_stride, own, own_stride, count, conversion, limit)
#define HE_ENSURE_CONVERTED(out, out_stride, count, conversion) \
  he_check_converted(__func__, out, out_stride, count, conversion)
#define HE_REQUIRE(condition) he_check(__func__, #condition, (condition))
#define HE_REQUIRE_BELOW(values, count, bound) he_check_below(__func__, #values, (values), (count), UINT64_MAX, (bound))
#define HE_ENSURE_BELOW(values, count, bound) he_check_below(__func__, #values, (values), (count), UINT64_MAX, (bound))
/// The low 52 bits of every value are below `bound`: the lazy domain, whose high bits are undefined.
#define HE_ENSURE_LOW52_BELOW(values, count, bound) \
  he_check_below(__func__, #values, (values), (count), (UINT64_C(1) << 52) - 1, (bound))
#define HE_REQUIRE_LOW52_BELOW(values, count, bound) HE_ENSURE_LOW52_BELOW(values, count, bound)
#define HE_REQUIRE_ALIASING(a, b, count) \
  he_check(__func__, #a " is " #b " or disjoint from it", he_exact_or_disjoint((a), (b), (count) * sizeof(uint64_t)))
#define HE_REQUIRE_DISJOINT(a, b, count)                \
  he_check(__func__, #a " and " #b " share no element", \
           (count) == 0 || ((a) != (b) && he_exact_or_disjoint((a), (b), (count) * sizeof(uint64_t))))

#else

#define HE_REQUIRE_CONVERSION(out, out_stride, in, in_stride, own, own_stride, count, conversion, limit) ((void)0)
#define HE_ENSURE_CONVERTED(out, out_stride, count, conversion) ((void)0)
#define HE_REQUIRE_DISJOINT(a, b, count) ((void)0)
#define HE_REQUIRE(condition) ((void)0)
#define HE_REQUIRE_BELOW(values, count, bound) ((void)0)
#define HE_ENSURE_BELOW(values, count, bound) ((void)0)
#define HE_ENSURE_LOW52_BELOW(values, count, bound) ((void)0)
#define HE_REQUIRE_LOW52_BELOW(values, count, bound) ((void)0)
#define HE_REQUIRE_ALIASING(a, b, count) ((void)0)

#endif

#define HE_REQUIRE_ALIGNED(pointer) HE_REQUIRE(((uintptr_t)(pointer) & 63) == 0)
#define HE_REQUIRE_MODULUS(q, limit) HE_REQUIRE((q)->value >= 2 && (q)->value < (limit))
#define HE_REQUIRE_LOG_N(log_n) HE_REQUIRE((log_n) >= HE_LOG_N_MIN && (log_n) <= HE_LOG_N_MAX)
#define HE_MODULUS_LIMIT (UINT64_C(1) << HE_MODULUS_BITS_MAX)

#endif
