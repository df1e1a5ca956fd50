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

#define HE_REQUIRE(condition) he_check(__func__, #condition, (condition))
#define HE_REQUIRE_BELOW(values, count, bound) he_check_below(__func__, #values, (values), (count), UINT64_MAX, (bound))
#define HE_ENSURE_BELOW(values, count, bound) he_check_below(__func__, #values, (values), (count), UINT64_MAX, (bound))
/// The low 52 bits of every value are below `bound`: the lazy domain, whose high bits are undefined.
#define HE_ENSURE_LOW52_BELOW(values, count, bound) \
  he_check_below(__func__, #values, (values), (count), (UINT64_C(1) << 52) - 1, (bound))
#define HE_REQUIRE_ALIASING(a, b, count) \
  he_check(__func__, #a " is " #b " or disjoint from it", he_exact_or_disjoint((a), (b), (count) * sizeof(uint64_t)))
#define HE_REQUIRE_DISJOINT(a, b, count)                \
  he_check(__func__, #a " and " #b " share no element", \
           (count) == 0 || ((a) != (b) && he_exact_or_disjoint((a), (b), (count) * sizeof(uint64_t))))

#else

#define HE_REQUIRE_DISJOINT(a, b, count) ((void)0)
#define HE_REQUIRE(condition) ((void)0)
#define HE_REQUIRE_BELOW(values, count, bound) ((void)0)
#define HE_ENSURE_BELOW(values, count, bound) ((void)0)
#define HE_ENSURE_LOW52_BELOW(values, count, bound) ((void)0)
#define HE_REQUIRE_ALIASING(a, b, count) ((void)0)

#endif

#define HE_REQUIRE_ALIGNED(pointer) HE_REQUIRE(((uintptr_t)(pointer) & 63) == 0)
#define HE_REQUIRE_MODULUS(q, limit) HE_REQUIRE((q)->value >= 2 && (q)->value < (limit))
#define HE_REQUIRE_LOG_N(log_n) HE_REQUIRE((log_n) >= HE_LOG_N_MIN && (log_n) <= HE_LOG_N_MAX)
#define HE_MODULUS_LIMIT (UINT64_C(1) << HE_MODULUS_BITS_MAX)

#endif
