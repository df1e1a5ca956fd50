// SPDX-License-Identifier: Apache-2.0
//
// What the kernels under test run on: one set of kernels, one ring of a size that is really used.
#ifndef SETTING_H
#define SETTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../Sources/Arithmetic/CPolynomial/include/he_fft.h"
#include "../../Sources/Arithmetic/CPolynomial/internal/he_arithmetic.h"

#define LIMBS 3
/// Moduli that conversions go to, and polynomials for each modulus in the input of a case.
#define TARGETS 2
#define OPERANDS 5
/// Residues of count n - 3: the kernels' loops and their ends.
#define RAGGED 3

typedef struct setting {
  const he_kernels *kernels;
  unsigned log_n, bits;
  size_t n;
  he_modulus q[LIMBS + TARGETS];  ///< the primes of the ring, then the targets of conversions
  he_modulus t;                   ///< plaintext modulus
  uint64_t *tables[LIMBS];
  uint64_t *scratch;  ///< (LIMBS + 2 * LIMBS) * n words
  uint32_t *indexes;  ///< a permutation
  const he_fft_kernels *fft;  ///< of the same instructions, or NULL
  double *fft_tables, *fft_scratch;
} setting;

/// SplitMix64: public and reproducible.
static inline uint64_t next_word(uint64_t *state) {
  uint64_t word = *state += UINT64_C(0x9E3779B97F4A7C15);
  word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
  return word ^ (word >> 31);
}

static inline void *allocate(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (memory == NULL) abort();
  memset(memory, 0, (bytes + 63) / 64 * 64);
  return memory;
}

/// Miller and Rabin with the bases that decide below 3.4 * 10^14 > 2^48.
static inline bool is_prime(uint64_t value) {
  static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17};
  he_modulus q;
  he_modulus_init(&q, value);
  const unsigned twos = (unsigned)__builtin_ctzll(value - 1);
  for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
    uint64_t power = he_power_mod(bases[i], (value - 1) >> twos, &q);
    bool passed = power == 1 || power == value - 1;
    for (unsigned s = 1; s < twos && !passed; s++) {
      power = he_multiply_mod(power, power, &q);
      passed = power == value - 1;
    }
    if (!passed) return false;
  }
  return true;
}

/// A primitive 2n-th root of unity.
static inline uint64_t root_of_unity(const he_modulus *q, size_t n) {
  for (uint64_t base = 2;; base++) {
    const uint64_t root = he_power_mod(base, (q->value - 1) / (2 * n), q);
    if (he_power_mod(root, n, q) == q->value - 1) return root;
  }
}

static inline setting make_setting(const he_kernels *kernels, unsigned log_n, unsigned bits) {
  setting s = {.kernels = kernels, .log_n = log_n, .bits = bits, .n = (size_t)1 << log_n};
  // The largest primes below 2^bits that are 1 modulo 2n, bits <= 46.
  uint64_t candidate = ((UINT64_C(1) << bits) / (2 * s.n)) * 2 * s.n + 1;
  for (size_t found = 0; found < LIMBS + TARGETS;) {
    candidate -= 2 * s.n;
    if (is_prime(candidate)) he_modulus_init(&s.q[found++], candidate);
  }
  he_modulus_init(&s.t, 65537);
  for (size_t i = 0; i < LIMBS; i++) {
    s.tables[i] = allocate(8 * kernels->ntt_table_words(log_n));
    kernels->ntt_fill_tables(s.tables[i], log_n, &s.q[i], root_of_unity(&s.q[i], s.n));
  }
  s.scratch = allocate(8 * 3 * LIMBS * s.n);
  s.indexes = allocate(4 * s.n);
  he_galois_indexes(s.indexes, log_n, 3);
  s.fft_tables = allocate(8 * he_embedding_table_doubles(log_n));
  he_embedding_fill_tables(s.fft_tables, log_n);
  s.fft_scratch = allocate(8 * he_embedding_scratch_doubles(log_n));
  return s;
}

static inline void free_setting(setting *s) {
  for (size_t i = 0; i < LIMBS; i++) free(s->tables[i]);
  free(s->scratch);
  free(s->indexes);
  free(s->fft_tables);
  free(s->fft_scratch);
}

/// Polynomial number `operand` modulo the prime number `limb` in the input of a case.
static inline const uint64_t *operand(const setting *s, const uint64_t *in, size_t number, size_t limb) {
  return in + (LIMBS * number + limb) * s->n;
}

/// What the words of an input are.
typedef enum filling {
  RESIDUES,  ///< each polynomial canonical modulo its prime
  WORDS,     ///< any words, or random bytes
  SMALL,     ///< two's complement words in [-21, 21]
  MESSAGES,  ///< below t
  NUMBERS,   ///< doubles of either sign, 1 to 2 in absolute value
} filling;

/// One kernel on one input of OPERANDS * LIMBS * n words.
typedef struct test_case {
  const char *name;
  filling input;
  /// Writes words of `out` that all depend on the input, and returns how many; at most LIMBS * n.
  size_t (*run)(const setting *s, uint64_t *out, const uint64_t *in);
} test_case;

/// The cases that differ from one set of kernels to another, those that do not, and those of the embedding; all end with a
/// name of NULL.
extern const test_case kernel_cases[];
extern const test_case portable_cases[];
extern const test_case embedding_cases[];

#endif
