// SPDX-License-Identifier: Apache-2.0
//
// The two steps of a key switch against conversion, transform and sum of the scalar kernels.
#ifndef SWITCHING_TESTS_H
#define SWITCHING_TESTS_H

#include "support.h"

static const he_kernels *scalar;

/// One backend and degree, with its tables.
static uint64_t *tables_of(const he_kernels *k, unsigned log_n, const he_modulus *q, uint64_t psi) {
  const size_t count = k->ntt_table_words(log_n);
  uint64_t *tables = words(count);
  k->ntt_fill_tables(tables, log_n, q, psi);
  expect(guarded(tables, count), k->isa, "ntt_fill_tables", q->value, count, log_n);
  return tables;
}

/// Most outputs of one conversion here: more than an implementation keeps constants of at a time.
#define SWITCHING_OUTPUTS 11

/// What digits are made of.
typedef enum digit_kind { DIGITS_OF_SUMS, DIGITS_OF_ROWS, DIGITS_CENTRED } digit_kind;

/// The constants of a digit of one row modulo q, with factors 1: all others of one output.
static void fill_centring(uint64_t fractions[2], uint64_t *correction, const he_modulus *q, const he_modulus *p) {
  const unsigned __int128 top = (unsigned __int128)1 << 52;
  fractions[0] = (uint64_t)(top / q->value);
  fractions[1] = (uint64_t)(((top % q->value) << 52) / q->value);
  *correction = (p->value - q->value % p->value) % p->value;
}

/// Adds the terms of a tensor by the scalar kernels for pointwise products.
static void add_tensor(uint64_t *out0, uint64_t *out1, const he_tensor *tensor, size_t n, const he_modulus *q) {
  uint64_t *product = words(n);
  const uint64_t *const lhs[] = {tensor->a0, tensor->a1}, *const rhs[] = {tensor->b1, tensor->b0};
  scalar->multiply(product, tensor->a0, tensor->b0, n, q);
  scalar->multiply_scalar_accumulate(out0, product, tensor->scalar, n, q);
  scalar->sum_of_products(product, lhs, rhs, 2, n, q);
  scalar->multiply_scalar_accumulate(out1, product, tensor->scalar, n, q);
  free(product);
}

/// Both steps of a key switch modulo two primes in turns, with begun digits and others.
static void test_switching(const he_kernels *k, unsigned log_n, const he_modulus pair[2], size_t to_count,
                           size_t from_count, size_t terms, digit_kind kind) {
  const size_t n = (size_t)1 << log_n;
  const size_t packed_terms = terms + (terms < HE_TERMS_MAX ? below(2) : 0), stride = n + 8 * below(3);
  he_modulus from[64], q[SWITCHING_OUTPUTS];
  for (size_t i = 0; i < from_count; i++) he_modulus_init(&from[i], pair[0].value - 1 - below(60));
  // One row may be of any width: as it is, or reduced.
  if (kind != DIGITS_OF_SUMS) he_modulus_init(&from[0], (3 + below(below(2) == 0 ? pair[0].value - 3 : k->modulus_limit - 3)) | 1);
  uint64_t *tables[2], *reference[2], *table[SWITCHING_OUTPUTS];
  for (unsigned j = 0; j < 2; j++) {
    const uint64_t psi = root_of_unity(pair[j].value, log_n);
    tables[j] = tables_of(k, log_n, &pair[j], psi), reference[j] = tables_of(scalar, log_n, &pair[j], psi);
  }
  for (size_t j = 0; j < to_count; j++) q[j] = pair[j % 2], table[j] = tables[j % 2];
  uint64_t *factors = words(to_count * from_count), *in = words(from_count * n), *row = words(n), *out[4];
  uint64_t *digits = words(to_count * terms * stride), *canonical = words(to_count * terms * n);
  for (unsigned i = 0; i < 4; i++) out[i] = words(n);
  uint64_t fractions[2], corrections[SWITCHING_OUTPUTS];
  for (size_t j = 0; j < to_count; j++) fill_centring(fractions, &corrections[j], &from[0], &q[j]);
  he_conversion conversion = {.from = from, .from_count = from_count, .to = q, .to_count = to_count, .factors = factors};
  if (kind == DIGITS_CENTRED) conversion.fractions = fractions, conversion.corrections = corrections;
  uint64_t begun = 0;
  size_t known = terms;  // which digit is given by its evaluations, if any
  for (size_t t = 0; t < terms; t++) {
    const unsigned how = (unsigned)below(FILLS);
    for (size_t i = 0; i < from_count; i++) fill(in + i * n, n, from[i].value, how);
    for (size_t j = 0; j < to_count; j++) {
      fill(factors + j * from_count, from_count, q[j].value, how);
      if (kind != DIGITS_OF_SUMS) factors[j] = 1;
    }
    const bool begins = below(4) != 0;
    if (!begins && below(2) != 0) known = t;
    if (begins) {
      begun |= UINT64_C(1) << t;
      k->begin_digits(digits + t * stride, terms * stride, in, n, log_n, &conversion, (const uint64_t *const *)table);
    }
    for (size_t j = 0; j < to_count; j++) {
      if (begins) {
        he_conversion one = conversion;
        one.to = q + j, one.to_count = 1, one.factors = factors + j * from_count;
        if (kind == DIGITS_CENTRED) one.corrections = corrections + j;
        scalar->convert(row, n, in, n, NULL, 0, n, &one);
        scalar->ntt_forward(row, log_n, &q[j], reference[j % 2]);
      } else {
        fill(row, n, q[j].value, how);
        k->make_lazy(digits + (j * terms + t) * stride, row, n, &q[j]);
      }
      memcpy(canonical + (j * terms + t) * n, row, n * sizeof *row);
    }
  }
  expect(guarded(digits, to_count * terms * stride), k->isa, "begin_digits", q[0].value, n, from_count);
  for (size_t j = 0; j < to_count; j++) {
    uint64_t *packed = words(k->packed_key_words(packed_terms, n, &q[j]));
    uint64_t *packed_reference = words(scalar->packed_key_words(terms, n, &q[j]));
    const uint64_t *rows[HE_TERMS_MAX];
    for (size_t t = 0; t < packed_terms; t++) {
      uint64_t *k0 = filled(n, q[j].value, 0), *k1 = filled(n, q[j].value, (unsigned)below(FILLS));
      k->pack_key(packed, k0, k1, t, packed_terms, n, &q[j]);
      if (t < terms) scalar->pack_key(packed_reference, k0, k1, t, terms, n, &q[j]), rows[t] = canonical + (j * terms + t) * n;
      free(k0), free(k1);
    }
    scalar->key_inner_product(out[0], out[1], rows, packed_reference, terms, terms, n, &q[j]);
    uint64_t *x[4];
    // As large as it can be where the sums are.
    const bool is_most = terms == HE_TERMS_MAX, has_tensor = is_most || below(2) == 0;
    for (unsigned i = 0; i < 4; i++) x[i] = filled(n, q[j].value, is_most ? 1 : (unsigned)below(FILLS));
    he_tensor tensor = {.a0 = x[0], .a1 = x[1], .b0 = x[2], .b1 = x[3]};
    fill(&tensor.scalar, 1, q[j].value, is_most ? 1 : (unsigned)below(FILLS));
    if (has_tensor) add_tensor(out[0], out[1], &tensor, n, &q[j]);
    if (known < terms) fill(digits + (j * terms + known) * stride, n, q[j].value, 1);
    k->finish_key_product(out[2], out[3], digits + j * terms * stride, stride, begun,
                          known < terms ? canonical + (j * terms + known) * n : NULL, known, packed, terms, packed_terms,
                          has_tensor ? &tensor : NULL, log_n, &q[j], table[j]);
    const bool good = same(out[0], out[2], n) && same(out[1], out[3], n) && guarded(out[2], n) && guarded(out[3], n);
    expect(good, k->isa, "finish_key_product", q[j].value, n, 100 * from_count + terms);
    for (unsigned i = 0; i < 4; i++) free(x[i]);
    free(packed), free(packed_reference);
  }
  for (unsigned j = 0; j < 2; j++) free(tables[j]), free(reference[j]);
  for (unsigned i = 0; i < 4; i++) free(out[i]);
  free(factors), free(in), free(row), free(digits), free(canonical);
}

/// A division's last step from residues that are multiplied already, in place and not, with an addend and without; and the
/// inverse transform that a factor is given to.
static void test_quotients(const he_kernels *k, unsigned log_n, const he_modulus *q) {
  const size_t n = (size_t)1 << log_n;
  const uint64_t psi = root_of_unity(q->value, log_n);
  uint64_t *tables = tables_of(k, log_n, q, psi), *reference = tables_of(scalar, log_n, q, psi);
  for (unsigned how = 0; how < FILLS; how++) {
    const bool is_centred = below(3) == 0;
    const size_t from_count = is_centred ? 1 : 1 + below(5);
    he_modulus from[5];
    for (size_t i = 0; i < from_count; i++) he_modulus_init(&from[i], (q->value - 1 - below(60)) | (is_centred ? 1 : 0));
    uint64_t *in = words(from_count * n), *row = words(n), *digit = words(n), *expected = words(n), *out = words(n);
    uint64_t *factors = filled(from_count, q->value, how), w;
    for (size_t i = 0; i < from_count; i++) fill(in + i * n, n, from[i].value, how);
    fill(&w, 1, q->value, (unsigned)below(FILLS));
    he_conversion conversion = {.from = from, .from_count = from_count, .to = q, .to_count = 1, .factors = factors};
    uint64_t fractions[2], correction;
    fill_centring(fractions, &correction, &from[0], q);
    if (is_centred) factors[0] = 1, conversion.fractions = fractions, conversion.corrections = &correction;
    scalar->convert(row, n, in, n, NULL, 0, n, &conversion);
    scalar->ntt_forward_lazy(row, log_n, q, reference);
    uint64_t *lhs = filled(n, q->value, how), *addend = filled(n, q->value, (how + 1) % FILLS), *both = copied(lhs, n);
    for (unsigned shape = 0; shape < 4; shape++) {
      uint64_t *const sum = (shape & 1) != 0 ? addend : NULL, *const target = (shape & 2) != 0 ? both : out;
      if ((shape & 2) != 0) memcpy(both, lhs, n * sizeof *lhs);
      k->begin_digits(digit, n, in, n, log_n, &conversion, (const uint64_t *const *)&tables);
      k->finish_quotient(target, sum, (shape & 2) != 0 ? both : lhs, digit, w, log_n, q, tables);
      scalar->subtract_scale(expected, sum, lhs, row, w, n, q);
      const bool good = same(expected, target, n) && guarded(target, n) && guarded(digit, n);
      expect(good, k->isa, "finish_quotient", q->value, n, 10 * how + shape);
    }
    memcpy(expected, lhs, n * sizeof *lhs);
    scalar->ntt_inverse(expected, log_n, q, reference);
    scalar->multiply_scalar(expected, expected, w, n, q);
    memcpy(both, lhs, n * sizeof *lhs);
    k->ntt_inverse_scaled(out, both, w, log_n, q, tables);
    expect(same(expected, out, n) && guarded(out, n) && same(both, lhs, n), k->isa, "ntt_inverse_scaled", q->value, n, how);
    k->ntt_inverse_scaled(both, both, w, log_n, q, tables);
    expect(same(expected, both, n) && guarded(both, n), k->isa, "ntt_inverse_scaled in place", q->value, n, how);
    free(in), free(row), free(digit), free(expected), free(out), free(factors), free(lhs), free(addend), free(both);
  }
  free(tables), free(reference);
}

#endif
