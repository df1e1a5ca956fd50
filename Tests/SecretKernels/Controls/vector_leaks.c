// SPDX-License-Identifier: Apache-2.0
//
// Functions that leak what is in their vectors: Scripts/check_vector_kernels.sh must find fault with each of them.

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma"))), apply_to = function)

/// A branch on a comparison of secrets.
size_t leak_by_mask(const uint64_t *secret, size_t count) {
  size_t k = 0;
  while (k < count && _mm512_test_epi64_mask(_mm512_loadu_si512(secret + k), _mm512_set1_epi64(1)) != 0) k += 8;
  return k;
}

/// A branch on one lane.
uint64_t leak_by_lane(const uint64_t *secret, const uint64_t *other) {
  const __m512i product =
    _mm512_madd52lo_epu64(_mm512_setzero_si512(), _mm512_loadu_si512(secret), _mm512_loadu_si512(other));
  return _mm_cvtsi128_si64(_mm512_castsi512_si128(product)) < 1000 ? secret[8] * other[8] : other[9];
}

/// Addresses that are secrets.
void leak_by_gather(uint64_t *out, const uint64_t *secret, const uint64_t *table) {
  _mm512_storeu_si512(out, _mm512_i64gather_epi64(_mm512_loadu_si512(secret), table, 8));
}

/// A comparison of floating-point numbers.
double leak_by_double(const double *secret, const double *other) {
  return secret[0] < other[0] ? secret[1] * secret[2] * other[1] : other[2];
}

/// Divisions, whose time depends on what is divided.
void leak_by_division(uint64_t *out, const uint64_t *secret, uint64_t q, size_t count) {
  for (size_t k = 0; k < count; k++) out[k] = secret[k] % q;
}

/// As many words as there are odd ones.
void leak_by_length(uint64_t *out, const uint64_t *secret) {
  const __m512i words = _mm512_loadu_si512(secret);
  _mm512_mask_compressstoreu_epi64(out, _mm512_test_epi64_mask(words, _mm512_set1_epi64(1)), words);
}

#pragma clang attribute pop
