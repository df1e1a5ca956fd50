// SPDX-License-Identifier: Apache-2.0
//
// Kernels that are the same on every machine: residues put together, wide Gaussians.
#ifndef HE_KERNEL_TESTS_PORTABLE_H
#define HE_KERNEL_TESTS_PORTABLE_H

#include "support.h"

/// Random odd moduli of `bits` bits that have no factor in common, and their inverses.
static void composition_of(he_modulus *moduli, uint64_t *inverses, size_t limbs, unsigned bits) {
  uint64_t limit = UINT64_C(1) << bits;
  for (size_t j = 0; j < limbs; j++) {
    limit = prime_below(limit - 2 * below(8), 2);
    he_modulus_init(&moduli[j], limit);
    for (size_t i = 0; i < limbs; i++) {
      const uint64_t q = moduli[j].value;
      inverses[j * limbs + i] = i < j ? power(moduli[i].value % q, q - 2, q) : 0;
    }
  }
}

/// Signed integers below Q / 2, or up to 2^125, come back from their residues.
static void test_composition(void) {
  static const size_t counts[] = {0, 1, 2, 7, 8, 9, 64, 65};
  for (size_t limbs = 2; limbs <= HE_COMPOSE_LIMIT; limbs++) {
    for (unsigned bits = 8; bits <= 61; bits += bits < 20 ? 6 : 1) {
      const size_t n = counts[next() % 8], stride = n + next() % 4;
      he_modulus moduli[HE_COMPOSE_LIMIT];
      uint64_t inverses[HE_COMPOSE_LIMIT * HE_COMPOSE_LIMIT];
      composition_of(moduli, inverses, limbs, bits);
      uint128 half = 1;
      bool wraps = false;  // whether Q is 2^126 or more
      for (size_t j = 0; j < limbs; j++) {
        wraps = wraps || half > (((uint128)1 << 126) / moduli[j].value);
        if (!wraps) half *= moduli[j].value;
      }
      half = wraps ? (uint128)1 << 125 : (half - 1) / 2;
      uint64_t *in = words(limbs * stride), *hi = words(n), *lo = words(n), *expected = words(2 * n);
      for (size_t k = 0; k < n; k++) {
        uint128 magnitude = ((uint128)next() << 64 | next()) >> (next() % 120);
        if (magnitude > half || next() % 8 == 0) magnitude = half - next() % 2;
        const uint64_t sign = next() & 1;
        const uint128 value = sign ? 0 - magnitude : magnitude;
        expected[k] = (uint64_t)(value >> 64);
        expected[n + k] = (uint64_t)value;
        for (size_t j = 0; j < limbs; j++) {
          const uint64_t residue = (uint64_t)(magnitude % moduli[j].value);
          in[j * stride + k] = sign && residue != 0 ? moduli[j].value - residue : residue;
        }
      }
      he_compose_centred(hi, lo, in, stride, n, moduli, inverses, limbs);
      expect(same(hi, expected, n) && same(lo, expected + n, n) && guarded(hi, n) && guarded(lo, n), HE_ISA_SCALAR,
             "compose_centred", moduli[0].value, n, limbs);
      if (n > 0 && stride == n) {
        he_centre_words(in, in, n, &moduli[0]);
        bool good = true;
        for (size_t k = 0; k < n; k++) {
          const int64_t value = (int64_t)in[k], most = (int64_t)(moduli[0].value / 2);
          good = good && value >= -most && value <= most;
        }
        expect(good, HE_ISA_SCALAR, "centre_words", moduli[0].value, n, limbs);
      }
      free(in), free(hi), free(lo), free(expected);
    }
  }
}

/// Random and extreme bytes: nothing is written or read beyond what is announced, and all values are in range.
static void test_gaussian(void) {
  static const size_t capacities[] = {0, 1, 2, 7, 8, 100};
  for (unsigned log_width = 0; log_width <= HE_GAUSSIAN_LIMIT; log_width++) {
    for (unsigned how = 0; how < 4; how++) {
      const size_t capacity = capacities[next() % 6], attempts = next() % 150;
      uint64_t *out = words(capacity), *random = words(4 * attempts);
      for (size_t i = 0; i < 4 * attempts; i++) {
        random[i] = how == 0 ? next() : how == 1 ? UINT64_MAX : how == 2 ? 0 : 0 - (next() & 1);
      }
      size_t consumed = SIZE_MAX;
      const size_t written = he_sample_gaussian(out, capacity, &consumed, (const uint8_t *)random, attempts, log_width);
      bool good = written <= capacity && written <= consumed && consumed <= attempts && guarded(out, capacity);
      good = good && (written == capacity || consumed == attempts);
      const int64_t limit = (int64_t)(UINT64_C(11) << log_width);
      for (size_t k = 0; k < written; k++) good = good && (int64_t)out[k] > -limit && (int64_t)out[k] < limit;
      expect(good, HE_ISA_SCALAR, "sample_gaussian", UINT64_C(1) << log_width, capacity, how);
      free(out), free(random);
    }
  }
}

static void test_portable(void) {
  const size_t before = passed + failed;
  for (unsigned round = 0; round < 20; round++) {
    test_composition();
    test_gaussian();
  }
  printf("portable: %zu comparisons\n", passed + failed - before);
}

#endif
