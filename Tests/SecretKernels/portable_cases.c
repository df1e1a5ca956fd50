// SPDX-License-Identifier: Apache-2.0
//
// The kernels that are the same on every machine. Not here: he_sample_uniform and he_sample_gaussian, whose rejections show
// in the time. What they reject is independent of what they keep. Of the first, only public polynomials and floods,
// which are drawn below powers of two where nothing is rejected, come.

#include "setting.h"

#define FOR_EACH_LIMB for (size_t i = 0; i < LIMBS; i++)
#define COUNT (s->n - RAGGED)
#define OUT (out + i * COUNT)
#define IN(number) operand(s, in, number, i)

static size_t sample_ternary(const setting *s, uint64_t *out, const uint64_t *in) {
  he_sample_ternary(out, (const uint8_t *)in, COUNT);
  return COUNT;
}

static size_t sample_centered_binomial(const setting *s, uint64_t *out, const uint64_t *in) {
  he_sample_centered_binomial(out, (const uint8_t *)in, COUNT);
  return COUNT;
}

static size_t signed_to_residues(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB he_signed_to_residues(OUT, in, COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t reduce_words(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB he_reduce_words(OUT, IN(0), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t reduce_signed_words(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB he_reduce_signed_words(OUT, IN(0), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t scale_remainder(const setting *s, uint64_t *out, const uint64_t *in) {
  he_scale_remainder(out, in, COUNT, 12345, &s->t);
  return COUNT;
}

static size_t scale_accumulate(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    memcpy(OUT, IN(0), 8 * COUNT);
    he_scale_accumulate(OUT, IN(1), IN(2), s->q[i].value / 3, COUNT, &s->q[i]);
  }
  return LIMBS * COUNT;
}

static size_t scale_and_round(const setting *s, uint64_t *out, const uint64_t *in, uint64_t target) {
  he_scale_limb constants[LIMBS];
  FOR_EACH_LIMB {
    const uint64_t q = s->q[i].value;
    const he_uint128 high = (he_uint128)(target % q) << 64;
    constants[i] = (he_scale_limb){
      .inverse = q / 5, .whole = target / q, .fraction_hi = (uint64_t)(high / q),
      .fraction_lo = (uint64_t)(((high % q) << 64) / q),
    };
  }
  he_scale_and_round(out, in, s->n, COUNT, s->q, constants, LIMBS, target);
  return COUNT;
}

static size_t scale_and_round_short(const setting *s, uint64_t *out, const uint64_t *in) {
  return scale_and_round(s, out, in, s->t.value);
}

static size_t scale_and_round_general(const setting *s, uint64_t *out, const uint64_t *in) {
  return scale_and_round(s, out, in, (UINT64_C(1) << 60) - 1);
}

static size_t divide_round_limb(const setting *s, uint64_t *out, const uint64_t *in) {
  const size_t last = LIMBS - 1;
  for (size_t i = 0; i < last; i++) {
    he_divide_round_limb(OUT, IN(0), operand(s, in, 1, last), COUNT, s->q[i].value / 7, &s->q[i], &s->q[last]);
  }
  return last * COUNT;
}

static size_t centre_words(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB he_centre_words(OUT, IN(0), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

/// Low words, then high words.
static size_t compose_centred(const setting *s, uint64_t *out, const uint64_t *in) {
  uint64_t inverses[LIMBS * LIMBS] = {0};
  FOR_EACH_LIMB {
    for (size_t k = 0; k < i; k++) {
      const uint64_t q = s->q[i].value;
      inverses[i * LIMBS + k] = he_power_mod(s->q[k].value % q, q - 2, &s->q[i]);
    }
  }
  he_compose_centred(out + COUNT, out, in, s->n, COUNT, s->q, inverses, LIMBS);
  return 2 * COUNT;
}

static size_t pack_bits(const setting *s, uint64_t *out, const uint64_t *in) {
  he_pack_bits((uint8_t *)out, in, COUNT, s->bits);
  return COUNT * s->bits / 64;
}

static size_t pack_wide_bits(const setting *s, uint64_t *out, const uint64_t *in) {
  he_pack_bits((uint8_t *)out, in, COUNT, 60);
  return COUNT * 60 / 64;
}

static size_t unpack_bits(const setting *s, uint64_t *out, const uint64_t *in) {
  he_unpack_bits(out, (const uint8_t *)in, COUNT, s->bits);
  return COUNT;
}

static size_t unpack_wide_bits(const setting *s, uint64_t *out, const uint64_t *in) {
  he_unpack_bits(out, (const uint8_t *)in, COUNT, 60);
  return COUNT;
}

static size_t all_below(const setting *s, uint64_t *out, const uint64_t *in) {
  out[0] = he_all_below(in, COUNT, s->q[0].value);
  return 1;
}

const test_case portable_cases[] = {
  {"he_sample_ternary", WORDS, sample_ternary},
  {"he_sample_centered_binomial", WORDS, sample_centered_binomial},
  {"he_signed_to_residues", SMALL, signed_to_residues},
  {"he_reduce_words", WORDS, reduce_words},
  {"he_reduce_signed_words", WORDS, reduce_signed_words},
  {"he_scale_remainder", MESSAGES, scale_remainder},
  {"he_scale_accumulate", RESIDUES, scale_accumulate},
  {"he_scale_and_round, short", RESIDUES, scale_and_round_short},
  {"he_scale_and_round, general", RESIDUES, scale_and_round_general},
  {"he_divide_round_limb", RESIDUES, divide_round_limb},
  {"he_centre_words", RESIDUES, centre_words},
  {"he_compose_centred", RESIDUES, compose_centred},
  {"he_pack_bits", RESIDUES, pack_bits},
  {"he_pack_bits, wide", RESIDUES, pack_wide_bits},
  {"he_unpack_bits", WORDS, unpack_bits},
  {"he_unpack_bits, wide", WORDS, unpack_wide_bits},
  {"he_all_below", RESIDUES, all_below},
  {NULL, RESIDUES, NULL},
};
