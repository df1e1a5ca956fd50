// SPDX-License-Identifier: Apache-2.0
//
// Little-endian words in byte strings of any alignment.
#ifndef HE_BYTES_H
#define HE_BYTES_H

#include <string.h>

#include "he_arithmetic.h"

HE_INLINE uint64_t he_little_endian(uint64_t word) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return __builtin_bswap64(word);
#else
  return word;
#endif
}

HE_INLINE uint64_t he_load_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return he_little_endian(word);
}

HE_INLINE void he_store_word(uint8_t *bytes, uint64_t word) {
  word = he_little_endian(word);
  memcpy(bytes, &word, sizeof word);
}

#endif
