// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of the embedding of CKKS: numbers, and the integers that stand for them, are secrets of whoever encrypts or
// decrypts.

#include "setting.h"

#define FOR_EACH_LIMB for (size_t i = 0; i < LIMBS; i++)
#define COUNT (s->n - RAGGED)
#define OUT (out + i * COUNT)
#define IN(number) operand(s, in, number, i)

static size_t embedding_forward(const setting *s, uint64_t *out, const uint64_t *in) {
  memcpy(out, in, 8 * s->n);
  s->fft->embedding_forward((double *)out, s->fft_scratch, s->log_n, s->fft_tables);
  return s->n;
}

static size_t embedding_inverse(const setting *s, uint64_t *out, const uint64_t *in) {
  memcpy(out, in, 8 * s->n);
  s->fft->embedding_inverse((double *)out, s->fft_scratch, s->log_n, s->fft_tables);
  return s->n;
}

static size_t largest_magnitude(const setting *s, uint64_t *out, const uint64_t *in) {
  const double largest = s->fft->largest_magnitude((const double *)in, COUNT);
  memcpy(out, &largest, sizeof largest);
  return 1;
}

static size_t round_to_words(const setting *s, uint64_t *out, const uint64_t *in) {
  s->fft->round_to_words(out, (const double *)in, 0x1p50, COUNT);
  return COUNT;
}

static size_t words_to_doubles(const setting *s, uint64_t *out, const uint64_t *in) {
  s->fft->words_to_doubles((double *)out, in, 0x1p-40, COUNT);
  return COUNT;
}

static size_t wide_words_to_doubles(const setting *s, uint64_t *out, const uint64_t *in) {
  s->fft->wide_words_to_doubles((double *)out, in, in + s->n, 0x1p-80, COUNT);
  return COUNT;
}

static size_t reduce_signed_words(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->fft->reduce_signed_words(OUT, IN(0), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t round_to_residues(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->fft->round_to_residues(OUT, (const double *)IN(0), 0x1p100, COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t portable_round_to_residues(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB he_round_to_residues(OUT, (const double *)IN(0), 0x1p100, COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

const test_case embedding_cases[] = {
  {"embedding_forward", NUMBERS, embedding_forward},
  {"embedding_inverse", NUMBERS, embedding_inverse},
  {"largest_magnitude", NUMBERS, largest_magnitude},
  {"round_to_words", NUMBERS, round_to_words},
  {"words_to_doubles", RESIDUES, words_to_doubles},
  {"wide_words_to_doubles", RESIDUES, wide_words_to_doubles},
  {"reduce_signed_words", WORDS, reduce_signed_words},
  {"round_to_residues", NUMBERS, round_to_residues},
  {"he_round_to_residues", NUMBERS, portable_round_to_residues},
  {NULL, RESIDUES, NULL},
};
