// SPDX-License-Identifier: Apache-2.0
//
// Random bytes to samples. Only the positions of rejected words show in the running time.

#include "../internal/he_bytes.h"
#include "../internal/he_contract.h"

void he_sample_ternary(uint64_t *out, const uint8_t *random, size_t count) {
  for (size_t k = 0; k < count; k++) {
    uint64_t word = he_load_word(random + 8 * k);
    out[k] = he_multiply_high(word, 3) - 1;
  }
}

/// Number of ones in each of the two halves of `word`, as two 32-bit numbers.
/// In plain arithmetic: a population-count instruction is not part of every baseline.
HE_INLINE uint64_t count_ones_in_halves(uint64_t word) {
  word -= (word >> 1) & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  word += word >> 8;
  return (word + (word >> 16)) & UINT64_C(0x0000003f0000003f);
}

void he_sample_centered_binomial(uint64_t *out, const uint8_t *random, size_t count) {
  const uint64_t mask = (UINT64_C(1) << 21) - 1;  // eta = 21 coins on each side
  for (size_t k = 0; k < count; k++) {
    uint64_t word = he_load_word(random + 8 * k);
    uint64_t ones = count_ones_in_halves((word & mask) | (((word >> 21) & mask) << 32));
    out[k] = (ones & 63) - (ones >> 32);
  }
}

size_t he_sample_uniform(uint64_t *out, size_t capacity, size_t *consumed, const uint8_t *random, size_t words,
                         uint64_t bound) {
  HE_REQUIRE(bound >= 1);
  const uint64_t mask = bound == 1 ? 0 : UINT64_MAX >> __builtin_clzll(bound - 1);
  size_t written = 0, read = 0;
  // While both the words and the room last for four more, no test between them: each candidate is written, and the next
  // one overwrites it where it was rejected.
  while (capacity - written >= 4 && words - read >= 4) {
    for (int i = 0; i < 4; i++) {
      uint64_t candidate = he_load_word(random + 8 * read) & mask;
      out[written] = candidate;
      written += candidate < bound;
      read += 1;
    }
  }
  while (written < capacity && read < words) {
    uint64_t candidate = he_load_word(random + 8 * read) & mask;
    out[written] = candidate;
    written += candidate < bound;
    read += 1;
  }
  *consumed = read;
  HE_ENSURE_BELOW(out, written, bound);
  return written;
}
