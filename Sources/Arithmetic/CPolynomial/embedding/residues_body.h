// SPDX-License-Identifier: Apache-2.0
//
// Words and doubles to residues modulo q < 2^50, in floating-point arithmetic that is exact throughout. Part of the text that
// every implementation compiles (backend_body.h).

/// The constants of one modulus q < 2^50.
typedef struct reduction {
  vector q, inverse;  ///< q, and 1/q rounded
  word_vector q_word;
} reduction;

HE_INLINE reduction reduction_of(const he_modulus *q) {
  return (reduction){
    .q = vector_broadcast((double)q->value),
    .inverse = vector_broadcast(1.0 / (double)q->value),
    .q_word = word_vector_broadcast(q->value),
  };
}

/// 2^log_power mod q, as a vector. requires: log_power < 128.
HE_INLINE vector power_of_two_mod(unsigned log_power, const he_modulus *q) {
  return vector_broadcast((double)he_reduce_128((he_uint128)1 << log_power, q));
}

/// a * factor modulo q, within 0.51 q of 0. requires: an integer |a| <= 2^40, factor in [0, q).
/// a * factor = product + error exactly, |error| <= 2^-13 q, an integer. The quotient is below 2^41 and off by at most
/// 1/2 + 2^-12, so that both terms of the result are integers below 0.51 q < 2^50 [HLQ16, section 3].
HE_INLINE vector multiply_mod_centred(vector a, vector factor, const reduction *constants) {
  const vector product = a * factor;
  const vector error = vector_fma(a, factor, -product);
  const vector quotient = vector_round(product * constants->inverse);
  return vector_fma(-quotient, constants->q, product) + error;
}

/// A sum modulo q, canonical. requires: an integer |sum| < 2^40 + 2 q. The quotient is off by at most 1/2 + 2^-11, the
/// remainder below q in magnitude.
HE_INLINE word_vector canonical_residue(vector sum, const reduction *constants) {
  const vector remainder = vector_fma(-vector_round(sum * constants->inverse), constants->q, sum);
  const word_vector word = vector_small_word(remainder);
  return word + (constants->q_word & (0 - (word >> 63)));
}

HE_INLINE word_vector reduce_signed_word(word_vector x, vector factor_32, const reduction *constants) {
  vector high, low;
  split_signed(&high, &low, x);
  return canonical_residue(multiply_mod_centred(high, factor_32, constants) + low, constants);
}

/// y = a2 * 2^80 + a1 * 2^40 + a0 + fraction: each digit is the integer nearest to what is left, so that |a2| <= 2^40,
/// |a1|, |a0| <= 2^39, and every difference is exact. What is subtracted is even: ties of a0 are ties of y.
HE_INLINE word_vector round_to_residue(vector y, vector factor_80, vector factor_40, const reduction *constants) {
  const vector a2 = vector_round(y * vector_broadcast(0x1p-80));
  const vector rest_1 = vector_fma(a2, vector_broadcast(-0x1p+80), y);
  const vector a1 = vector_round(rest_1 * vector_broadcast(0x1p-40));
  const vector a0 = vector_round(vector_fma(a1, vector_broadcast(-0x1p+40), rest_1));
  const vector upper = multiply_mod_centred(a2, factor_80, constants) + multiply_mod_centred(a1, factor_40, constants);
  return canonical_residue(upper + a0, constants);
}

// One by one the integer kernels are faster, and they finish what is left of a count that is no multiple of HE_LANES: a
// canonical residue is the same everywhere.

static void reduce_signed_words(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_FFT_MODULUS_LIMIT);
  HE_REQUIRE_ALIASING(out, in, count);
  size_t done = 0;
#if HE_LANES > 1
  const reduction constants = reduction_of(q);
  const vector factor_32 = power_of_two_mod(32, q);
  for (; done + HE_LANES <= count; done += HE_LANES) {
    word_vector_store(out + done, reduce_signed_word(word_vector_load(in + done), factor_32, &constants));
  }
#endif
  he_reduce_signed_words(out + done, in + done, count - done, q);
  HE_ENSURE_BELOW(out, count, q->value);
}

static void round_to_residues(uint64_t *out, const double *in, double scale, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_FFT_MODULUS_LIMIT);
  HE_REQUIRE_ALIASING(out, in, count);
  HE_REQUIRE(__builtin_isfinite(scale));
  HE_REQUIRE_MAGNITUDE(in, scale, 0x1p+120, count);
  size_t done = 0;
#if HE_LANES > 1
  const reduction constants = reduction_of(q);
  const vector factor_80 = power_of_two_mod(80, q), factor_40 = power_of_two_mod(40, q), factor = vector_broadcast(scale);
  for (; done + HE_LANES <= count; done += HE_LANES) {
    const vector y = vector_load(in + done) * factor;
    word_vector_store(out + done, round_to_residue(y, factor_80, factor_40, &constants));
  }
#endif
  he_round_to_residues(out + done, in + done, scale, count - done, q);
  HE_ENSURE_BELOW(out, count, q->value);
}
