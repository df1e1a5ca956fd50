// SPDX-License-Identifier: Apache-2.0
//
// Inputs, memory and bookkeeping of the kernel tests.
#ifndef HE_KERNEL_TESTS_SUPPORT_H
#define HE_KERNEL_TESTS_SUPPORT_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "he_kernels.h"

typedef unsigned __int128 uint128;

// Words behind every array that must stay as they are. The address sanitizer watches them itself.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARD_WORDS 0
#endif
#endif
#ifndef GUARD_WORDS
#define GUARD_WORDS 8
#endif
#define GUARD UINT64_C(0xDEADBEEFDEADBEEF)

static uint64_t state;  ///< of the generator of inputs
static size_t passed, failed;

/// SplitMix64.
static inline uint64_t next(void) {
  uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}
static inline uint64_t below(uint64_t bound) { return (uint64_t)(((uint128)next() * bound) >> 64); }

/// `count` words at a 64-byte boundary.
static inline uint64_t *words(size_t count) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, (count + GUARD_WORDS) * sizeof(uint64_t) + (count == 0)) != 0) abort();
  for (size_t i = 0; i < count + GUARD_WORDS; i++) ((uint64_t *)memory)[i] = GUARD;
  return memory;
}
static inline bool guarded(const uint64_t *array, size_t count) {
  for (size_t i = 0; i < GUARD_WORDS; i++) {
    if (array[count + i] != GUARD) return false;
  }
  return true;
}

/// How an array is filled: random residues, the largest, the smallest, either of the two, and near the middle.
enum { FILLS = 5 };
static inline void fill(uint64_t *array, size_t count, uint64_t q, unsigned how) {
  for (size_t i = 0; i < count; i++) {
    switch (how) {
      case 0: array[i] = below(q); break;
      case 1: array[i] = q - 1; break;
      case 2: array[i] = 0; break;
      case 3: array[i] = next() & 1 ? q - 1 : 0; break;
      default: array[i] = (q / 2 + (next() & 1)) % q; break;
    }
  }
}
static inline uint64_t *filled(size_t count, uint64_t q, unsigned how) {
  uint64_t *array = words(count);
  fill(array, count, q, how);
  return array;
}
static inline uint64_t *copied(const uint64_t *source, size_t count) {
  uint64_t *array = words(count);
  if (count > 0) memcpy(array, source, count * sizeof(uint64_t));
  return array;
}
static inline bool same(const uint64_t *a, const uint64_t *b, size_t count) {
  return count == 0 || memcmp(a, b, count * sizeof(uint64_t)) == 0;
}

static inline const char *isa_name(he_isa isa) {
  static const char *const names[] = {"scalar", "avx512ifma", "avx512", "avx2", "neon"};
  return names[isa];
}

/// Counts one comparison, and prints the first failures.
static inline void expect(bool holds, he_isa isa, const char *what, uint64_t q, size_t size, size_t detail) {
  if (holds) {
    passed++;
    return;
  }
  if (failed++ < 20) {
    printf("FAILED: %s %s, q = %" PRIu64 ", size %zu, case %zu\n", isa_name(isa), what, q, size, detail);
  }
}

static inline uint64_t power(uint64_t base, uint64_t exponent, uint64_t q) {
  uint64_t result = 1 % q;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = (uint64_t)((uint128)result * base % q);
    base = (uint64_t)((uint128)base * base % q);
  }
  return result;
}

/// Miller and Rabin with the bases that decide every 64-bit number.
static inline bool is_prime(uint64_t n) {
  static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  for (size_t i = 0; i < 12; i++) {
    if (n % bases[i] == 0) return n == bases[i];
  }
  if (n < 2) return false;
  uint64_t odd = n - 1;
  unsigned twos = 0;
  for (; odd % 2 == 0; odd /= 2) twos++;
  for (size_t i = 0; i < 12; i++) {
    uint64_t x = power(bases[i], odd, n);
    bool witness = x != 1 && x != n - 1;
    for (unsigned s = 1; witness && s < twos; s++) {
      x = (uint64_t)((uint128)x * x % n);
      witness = x != n - 1;
    }
    if (witness) return false;
  }
  return true;
}

/// The largest prime below `limit` that is 1 modulo `step`, or 0.
static inline uint64_t prime_below(uint64_t limit, uint64_t step) {
  for (uint64_t q = (limit - 2) / step * step + 1; q > step; q -= step) {
    if (is_prime(q)) return q;
  }
  return 0;
}

/// A primitive 2N-th root of unity.
static inline uint64_t root_of_unity(uint64_t q, unsigned log_n) {
  const uint64_t n = UINT64_C(1) << log_n;
  for (uint64_t x = 2;; x++) {
    const uint64_t psi = power(x, (q - 1) / (2 * n), q);
    if (power(psi, n, q) == q - 1) return psi;
  }
}

#endif
