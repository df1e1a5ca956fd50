// SPDX-License-Identifier: Apache-2.0
//
// Pointwise arithmetic. Sums are taken on words, products on doubles.

static void fma_add(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const he_words modulus = words_broadcast(q->value);
  FOR_EACH_VECTOR({
    he_words sum = words_add(load_lanes(lhs + k, lanes), load_lanes(rhs + k, lanes));
    store_lanes(out + k, words_add_if_negative(words_subtract(sum, modulus), modulus), lanes);
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

static void fma_subtract(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const he_words modulus = words_broadcast(q->value);
  FOR_EACH_VECTOR({
    he_words difference = words_subtract(load_lanes(lhs + k, lanes), load_lanes(rhs + k, lanes));
    store_lanes(out + k, words_add_if_negative(difference, modulus), lanes);
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

static void fma_negate(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const he_words modulus = words_broadcast(q->value), zero = words_broadcast(0);
  FOR_EACH_VECTOR({
    he_words difference = words_subtract(zero, load_lanes(in + k, lanes));
    store_lanes(out + k, words_add_if_negative(difference, modulus), lanes);
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

// Factors below q < 2^47: |x w / q| 2^-52 < 2^-5, so by (1) a product lies in (-q, q).

static void fma_multiply(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const modular m = modular_of(q);
  FOR_EACH_VECTOR({
    he_vector product = multiply(load_residues(lhs + k, lanes), load_residues(rhs + k, lanes), &m);
    store_canonical(out + k, product, lanes, &m);
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

static void fma_multiply_accumulate(uint64_t *accumulator, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                                    const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_BELOW(accumulator, count, q->value);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(accumulator, lhs, count);
  HE_REQUIRE_ALIASING(accumulator, rhs, count);
  const modular m = modular_of(q);
  FOR_EACH_VECTOR({
    he_vector sum = multiply_add(load_residues(lhs + k, lanes), load_residues(rhs + k, lanes),
                                 load_residues(accumulator + k, lanes), &m);
    store_canonical(accumulator + k, sum, lanes, &m);
  });
  HE_ENSURE_BELOW(accumulator, count, q->value);
}

static void fma_multiply_scalar(uint64_t *out, const uint64_t *in, uint64_t scalar, size_t count,
                                const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const modular m = modular_of(q);
  const he_vector w = vector_broadcast(centred(scalar, q->value));
  FOR_EACH_VECTOR({ store_canonical(out + k, multiply(load_residues(in + k, lanes), w, &m), lanes, &m); });
  HE_ENSURE_BELOW(out, count, q->value);
}

static void fma_multiply_scalar_accumulate(uint64_t *accumulator, const uint64_t *in, uint64_t scalar, size_t count,
                                           const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(accumulator, count, q->value);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(accumulator, in, count);
  const modular m = modular_of(q);
  const he_vector w = vector_broadcast(centred(scalar, q->value));
  FOR_EACH_VECTOR({
    he_vector sum = multiply_add(load_residues(in + k, lanes), w, load_residues(accumulator + k, lanes), &m);
    store_canonical(accumulator + k, sum, lanes, &m);
  });
  HE_ENSURE_BELOW(accumulator, count, q->value);
}
