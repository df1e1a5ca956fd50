// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of every instruction set that this build and this CPU have, against the scalar ones: random and extreme
// residues, odd counts, aliasing. Needs the C target alone, so that it also runs cross-compiled and under sanitizers.
// An argument is the seed.

#include "portable_tests.h"
#include "support.h"
#include "switching_tests.h"

static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 130};
enum { COUNTS = sizeof counts / sizeof counts[0] };

typedef void (*binary)(uint64_t *, const uint64_t *, const uint64_t *, size_t, const he_modulus *);

static void test_binary(const he_kernels *k, const char *name, binary tested, binary expected, const he_modulus *q) {
  for (size_t c = 0; c < COUNTS; c++) {
    for (unsigned how = 0; how < FILLS; how++) {
      const size_t n = counts[c];
      uint64_t *x = filled(n, q->value, how), *y = filled(n, q->value, next() % FILLS);
      uint64_t *a = filled(n, q->value, 0), *b = copied(a, n);
      expected(a, x, y, n, q);
      tested(b, x, y, n, q);
      bool good = same(a, b, n) && guarded(b, n);
      // In place, on either side: the accumulating kernels read the output too, so they are asked anew.
      uint64_t *in_place = copied(x, n);
      memcpy(a, x, n * sizeof *a);
      expected(a, a, y, n, q);
      tested(in_place, in_place, y, n, q);
      good = good && same(a, in_place, n);
      memcpy(a, y, n * sizeof *a);
      memcpy(in_place, y, n * sizeof *a);
      expected(a, x, a, n, q);
      tested(in_place, x, in_place, n, q);
      good = good && same(a, in_place, n) && guarded(in_place, n);
      expect(good, k->isa, name, q->value, n, how);
      free(x), free(y), free(a), free(b), free(in_place);
    }
  }
}

static void test_unary(const he_kernels *k, const he_modulus *q) {
  for (size_t c = 0; c < COUNTS; c++) {
    for (unsigned how = 0; how < FILLS; how++) {
      const size_t n = counts[c];
      uint64_t w;
      fill(&w, 1, q->value, next() % FILLS);
      uint64_t *x = filled(n, q->value, how), *a = filled(n, q->value, next() % FILLS), *b = copied(a, n);
      scalar->multiply_scalar_accumulate(a, x, w, n, q);
      k->multiply_scalar_accumulate(b, x, w, n, q);
      expect(same(a, b, n) && guarded(b, n), k->isa, "multiply_scalar_accumulate", q->value, n, how);
      scalar->multiply_scalar(a, x, w, n, q);
      k->multiply_scalar(b, x, w, n, q);
      bool good = same(a, b, n) && guarded(b, n);
      memcpy(b, x, n * sizeof *b);
      k->multiply_scalar(b, b, w, n, q);
      expect(good && same(a, b, n), k->isa, "multiply_scalar", q->value, n, how);
      scalar->negate(a, x, n, q);
      k->negate(b, x, n, q);
      good = same(a, b, n) && guarded(b, n);
      memcpy(b, x, n * sizeof *b);
      k->negate(b, b, n, q);
      expect(good && same(a, b, n), k->isa, "negate", q->value, n, how);
      free(x), free(a), free(b);
    }
  }
}

static void test_sums(const he_kernels *k, const he_modulus *q) {
  static const size_t terms[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64};
  for (size_t s = 0; s < sizeof terms / sizeof terms[0]; s++) {
    for (unsigned how = 0; how < FILLS; how++) {
      const size_t n = counts[next() % COUNTS];
      uint64_t *x[HE_TERMS_MAX], *y[HE_TERMS_MAX], *a = words(n), *b = words(n);
      for (size_t t = 0; t < terms[s]; t++) {
        x[t] = filled(n, q->value, how);
        y[t] = filled(n, q->value, how == 3 ? 3 : how == 4 ? 4 : how % 2);
      }
      scalar->sum_of_products(a, (const uint64_t *const *)x, (const uint64_t *const *)y, terms[s], n, q);
      k->sum_of_products(b, (const uint64_t *const *)x, (const uint64_t *const *)y, terms[s], n, q);
      bool good = same(a, b, n) && guarded(b, n);
      k->sum_of_products(x[0], (const uint64_t *const *)x, (const uint64_t *const *)y, terms[s], n, q);
      expect(good && same(a, x[0], n), k->isa, "sum_of_products", q->value, n, terms[s]);
      for (size_t t = 0; t < terms[s]; t++) free(x[t]), free(y[t]);
      free(a), free(b);
    }
  }
}

/// Transforms both ways, and the kernels that take lazy values.
static void test_transforms(const he_kernels *k, unsigned log_n, const he_modulus *q) {
  const size_t n = (size_t)1 << log_n;
  const uint64_t psi = root_of_unity(q->value, log_n);
  uint64_t *tables = tables_of(k, log_n, q, psi), *reference = tables_of(scalar, log_n, q, psi);
  for (unsigned how = 0; how < FILLS; how++) {
    uint64_t *x = filled(n, q->value, how), *a = copied(x, n), *b = copied(x, n), *lazy = copied(x, n);
    scalar->ntt_forward(a, log_n, q, reference);
    k->ntt_forward(b, log_n, q, tables);
    expect(same(a, b, n) && guarded(b, n), k->isa, "ntt_forward", q->value, n, how);
    k->ntt_inverse(b, log_n, q, tables);
    expect(same(x, b, n) && guarded(b, n), k->isa, "ntt_inverse of ntt_forward", q->value, n, how);
    // Extreme values enter the inverse too.
    memcpy(a, x, n * sizeof *a), memcpy(b, x, n * sizeof *b);
    scalar->ntt_inverse(a, log_n, q, reference);
    k->ntt_inverse(b, log_n, q, tables);
    expect(same(a, b, n), k->isa, "ntt_inverse", q->value, n, how);
    // (lhs - lazy) * w, with and without an addend.
    uint64_t *canonical = copied(x, n), *lhs = filled(n, q->value, how), *addend = filled(n, q->value, how), w;
    fill(&w, 1, q->value, next() % FILLS);
    k->ntt_forward(canonical, log_n, q, tables);
    k->ntt_forward_lazy(lazy, log_n, q, tables);
    scalar->subtract_scale(a, NULL, lhs, canonical, w, n, q);
    k->subtract_scale(b, NULL, lhs, lazy, w, n, q);
    expect(same(a, b, n) && guarded(b, n), k->isa, "subtract_scale", q->value, n, how);
    scalar->subtract_scale(a, addend, lhs, canonical, w, n, q);
    k->subtract_scale(addend, addend, lhs, lazy, w, n, q);
    bool good = same(a, addend, n);
    const size_t odd = n - 3;
    scalar->subtract_scale(a, canonical, lhs, canonical, w, odd, q);
    k->subtract_scale(lhs, canonical, lhs, lazy, w, odd, q);
    expect(good && same(a, lhs, odd), k->isa, "subtract_scale with an addend", q->value, n, how);
    k->make_lazy(canonical, x, odd, q);
    k->make_lazy(lazy, x, n, q);
    scalar->subtract_scale(a, NULL, addend, x, w, n, q);
    k->subtract_scale(b, NULL, addend, lazy, w, n, q);
    expect(same(a, b, n) && same(canonical, lazy, odd), k->isa, "make_lazy", q->value, n, how);
    const uint64_t inverse = (next() % n) * 2 + 1;
    scalar->galois_coefficients(a, x, log_n, inverse, q);
    k->galois_coefficients(b, x, log_n, inverse, q);
    expect(same(a, b, n) && guarded(b, n), k->isa, "galois_coefficients", q->value, n, how);
    uint32_t *indexes = malloc(n * sizeof *indexes);
    he_galois_indexes(indexes, log_n, inverse);
    scalar->permute(a, x, indexes, n);
    k->permute(b, x, indexes, n);
    expect(same(a, b, n) && guarded(b, n), k->isa, "permute", q->value, n, how);
    free(indexes);
    free(x), free(a), free(b), free(lazy), free(canonical), free(lhs), free(addend);
  }
  free(tables), free(reference);
}

static void test_keys(const he_kernels *k, unsigned log_n, const he_modulus *q) {
  static const size_t terms[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 64};
  const size_t n = (size_t)1 << log_n;
  const uint64_t psi = root_of_unity(q->value, log_n);
  uint64_t *tables = tables_of(k, log_n, q, psi);
  for (size_t s = 0; s < sizeof terms / sizeof terms[0]; s++) {
    for (unsigned how = 0; how < FILLS; how++) {
      // Of a key that is as long as the sum or longer. The scalar kernel is given one of just that length.
      const size_t packed_terms = terms[s] + below(HE_TERMS_MAX + 1 - terms[s]), size = k->packed_key_words(packed_terms, n, q);
      uint64_t *packed = words(size), *reference = words(scalar->packed_key_words(terms[s], n, q));
      uint64_t *digits[HE_TERMS_MAX], *lazy[HE_TERMS_MAX], *out[4];
      for (unsigned i = 0; i < 4; i++) out[i] = words(n);
      for (size_t t = 0; t < packed_terms; t++) {
        uint64_t *k0 = filled(n, q->value, how), *k1 = filled(n, q->value, (how + 4) % FILLS);
        k->pack_key(packed, k0, k1, t, packed_terms, n, q);
        if (t < terms[s]) {
          scalar->pack_key(reference, k0, k1, t, terms[s], n, q);
          digits[t] = filled(n, q->value, how);
          lazy[t] = copied(digits[t], n);
          k->ntt_forward(digits[t], log_n, q, tables);
          k->ntt_forward_lazy(lazy[t], log_n, q, tables);
        }
        free(k0), free(k1);
      }
      const uint64_t *const *given = (const uint64_t *const *)digits, *const *given_lazy = (const uint64_t *const *)lazy;
      scalar->key_inner_product(out[0], out[1], given, reference, terms[s], terms[s], n, q);
      k->key_inner_product(out[2], out[3], given_lazy, packed, terms[s], packed_terms, n, q);
      bool good = same(out[0], out[2], n) && same(out[1], out[3], n) && guarded(packed, size);
      expect(good && guarded(out[2], n) && guarded(out[3], n), k->isa, "key_inner_product", q->value, n, terms[s]);
      for (size_t t = 0; t < terms[s]; t++) free(digits[t]), free(lazy[t]);
      for (unsigned i = 0; i < 4; i++) free(out[i]);
      free(packed), free(reference);
    }
  }
  free(tables);
}

/// A conversion between random moduli of up to `bits` bits; all constants are arbitrary, as the contract allows.
static void test_conversion(const he_kernels *k, uint64_t limit, size_t from_count, size_t to_count, size_t n,
                            unsigned how, bool rounded, bool with_own) {
  he_modulus from[64], to[64];
  for (size_t i = 0; i < from_count; i++) he_modulus_init(&from[i], limit - 1 - below(limit < 64 ? limit - 2 : 60));
  for (size_t j = 0; j < to_count; j++) {
    const uint64_t narrow = 2 + below(j % 4 == 0 ? 16 : limit - 2);
    he_modulus_init(&to[j], j % 2 == 0 ? narrow : limit - 1 - below(limit < 64 ? limit - 2 : 60));
  }
  uint64_t *inverses = words(from_count), *fractions = words(2 * from_count), *factors = words(from_count * to_count);
  uint64_t *corrections = words(to_count), *own_factors = words(to_count);
  const size_t in_stride = n + 3, out_stride = n + 5;
  uint64_t *in = words(from_count * in_stride), *own = words(to_count * out_stride);
  for (size_t i = 0; i < from_count; i++) {
    fill(inverses + i, 1, from[i].value, how);
    fill(in + i * in_stride, n, from[i].value, how);
    fill(fractions + 2 * i, 2, UINT64_C(1) << 52, how);
    for (size_t j = 0; j < to_count; j++) fill(factors + j * from_count + i, 1, to[j].value, how);
  }
  if (how == 1) {
    for (size_t i = 0; i < from_count; i++) inverses[i] = 1;  // y = q - 1
  }
  for (size_t j = 0; j < to_count; j++) {
    fill(corrections + j, 1, to[j].value, how);
    fill(own_factors + j, 1, to[j].value, how);
    fill(own + j * out_stride, n, to[j].value, how);
  }
  const he_conversion conversion = {
    .from = from,
    .from_count = from_count,
    .to = to,
    .to_count = to_count,
    .inverses = next() % 4 == 0 ? NULL : inverses,
    .factors = factors,
    .fractions = rounded ? fractions : NULL,
    .corrections = rounded ? corrections : NULL,
    .own_factors = with_own ? own_factors : NULL,
  };
  uint64_t *a = words(to_count * out_stride), *b = words(to_count * out_stride);
  const uint64_t *given = with_own ? own : NULL;
  scalar->convert(a, out_stride, in, in_stride, given, out_stride, n, &conversion);
  k->convert(b, out_stride, in, in_stride, given, out_stride, n, &conversion);
  bool good = same(a, b, to_count * out_stride) && guarded(b, to_count * out_stride);
  if (with_own) {
    k->convert(own, out_stride, in, in_stride, own, out_stride, n, &conversion);
    for (size_t j = 0; j < to_count; j++) good = good && same(a + j * out_stride, own + j * out_stride, n);
  }
  expect(good, k->isa, rounded ? "convert, rounded" : "convert", limit, n, 100 * from_count + to_count);
  free(inverses), free(fractions), free(factors), free(corrections), free(own_factors);
  free(in), free(own), free(a), free(b);
}

/// Fractions for which the one coefficient of the input that counts lies at a half integer, or a unit of 2^-104 beside
/// it: there each implementation must take the same floors.
static void test_half_integers(const he_kernels *k, uint64_t limit) {
  for (unsigned trial = 0; trial < 200; trial++) {
    he_modulus from[2], to[1];
    he_modulus_init(&from[0], limit - 1 - below(limit / 2));
    he_modulus_init(&from[1], limit - 1);
    he_modulus_init(&to[0], limit - 1 - 2 * below(limit / 8));
    const uint64_t y = 1 + (trial < 20 ? trial : below(from[0].value - 1)), mask = (UINT64_C(1) << 52) - 1;
    // (2m + 1) / 2y * 2^104, by two divisions with remainder.
    const uint128 numerator = (uint128)(2 * below(y) + 1) << 51;
    uint128 fraction = (numerator / y << 52) + ((numerator % y << 52) / y);
    fraction += next() % 3;
    fraction -= fraction > 0 ? next() % 2 : 0;
    const uint64_t fractions[] = {(uint64_t)(fraction >> 52) & mask, (uint64_t)fraction & mask, 0, 0};
    const uint64_t factors[] = {1, 1}, correction = 1 + below(to[0].value - 1);
    const he_conversion conversion = {
      .from = from,
      .from_count = 2,
      .to = to,
      .to_count = 1,
      .factors = factors,
      .fractions = fractions,
      .corrections = &correction,
    };
    const size_t n = 5;
    uint64_t *in = filled(2 * n, from[1].value, 0), *a = words(n), *b = words(n);
    for (size_t i = 0; i < n; i++) in[i] = y;
    scalar->convert(a, n, in, n, NULL, 0, n, &conversion);
    k->convert(b, n, in, n, NULL, 0, n, &conversion);
    expect(same(a, b, n), k->isa, "convert at a half integer", from[0].value, n, trial);
    free(in), free(a), free(b);
  }
}

static void test_conversions(const he_kernels *k) {
  static const size_t from_counts[] = {1, 2, 3, 8, 13, 31, 32, 33, 63, 64};
  for (size_t f = 0; f < sizeof from_counts / sizeof from_counts[0]; f++) {
    for (unsigned how = 0; how < FILLS; how++) {
      for (unsigned kind = 0; kind < 4; kind++) {
        const size_t n = counts[next() % COUNTS] + (kind == 3 ? 600 : 0);
        test_conversion(k, k->modulus_limit < (UINT64_C(1) << 60) ? k->modulus_limit : UINT64_C(1) << 60,
                        from_counts[f], 1 + next() % 6, n, how, kind & 1, kind & 2);
        test_conversion(k, UINT64_C(1) << (3 + next() % 44), from_counts[f], next() % 4, n % 70, how, kind & 1,
                        kind & 2);
      }
    }
  }
}

static void test_backend(const he_kernels *k) {
  // Moduli of every width, at both ends; the widest that the backend takes.
  const uint64_t limit = k->modulus_limit;
  uint64_t moduli[200] = {2, 3, 4, 5, 17, 97, 12289, 65537, limit - 1, limit - 2, limit - 3};
  size_t count = 11;
  for (unsigned bits = 6; bits < 62; bits += bits < 44 ? 5 : 1) {
    const uint64_t top = UINT64_C(1) << bits;
    if (top < limit) moduli[count++] = top - 1, moduli[count++] = top, moduli[count++] = top / 2 + 1 + below(top / 2);
  }
  for (size_t i = 0; i < count; i++) {
    he_modulus q;
    he_modulus_init(&q, moduli[i]);
    test_binary(k, "add", k->add, scalar->add, &q);
    test_binary(k, "subtract", k->subtract, scalar->subtract, &q);
    test_binary(k, "multiply", k->multiply, scalar->multiply, &q);
    test_binary(k, "multiply_accumulate", k->multiply_accumulate, scalar->multiply_accumulate, &q);
    test_unary(k, &q);
    test_sums(k, &q);
  }
  for (unsigned log_n = HE_LOG_N_MIN; log_n <= HE_LOG_N_MAX; log_n++) {
    const uint64_t step = UINT64_C(2) << log_n;
    const uint64_t primes[] = {prime_below(limit, step), prime_below(UINT64_C(1) << 36, step),
                               prime_below(step * 64, step)};
    for (size_t i = 0; i < 3; i++) {
      if (primes[i] == 0) continue;
      he_modulus q;
      he_modulus_init(&q, primes[i]);
      test_transforms(k, log_n, &q);
      test_quotients(k, log_n, &q);
      if (log_n <= 7) test_keys(k, log_n, &q);
      he_modulus pair[2] = {q};
      he_modulus_init(&pair[1], prime_below(limit, step));
      for (unsigned trial = 0; trial < (log_n < 10 ? 8 : 2); trial++) {
        test_switching(k, log_n, pair, 1 + below(3), 1 + below(log_n < 13 ? 9 : 3), 1 + below(4), DIGITS_OF_SUMS);
      }
      for (unsigned trial = 0; trial < 4 && (log_n <= 7 || log_n == 13 || log_n == 14); trial++) {
        test_switching(k, log_n, pair, 1 + below(2), 1, 1 + below(3), trial % 2 == 0 ? DIGITS_OF_ROWS : DIGITS_CENTRED);
      }
      if ((log_n == 6 || log_n == 13) && i == 0) {
        test_switching(k, log_n, pair, 2, 3, HE_TERMS_MAX, DIGITS_OF_SUMS);
        test_switching(k, log_n, pair, SWITCHING_OUTPUTS, 64, 2, DIGITS_OF_SUMS);
      }
      if (log_n == 14 && i == 0) test_switching(k, log_n, pair, 2, 17, 2, DIGITS_OF_SUMS);
    }
  }
  // Residues of one byte to as many as the backend takes.
  for (unsigned bits = 8; bits < 48; bits += 8) {
    const unsigned log_n = bits == 8 ? 3 : 5;
    const uint64_t top = UINT64_C(1) << bits, prime = prime_below(top < limit ? top : limit, UINT64_C(2) << log_n);
    he_modulus narrow;
    he_modulus_init(&narrow, prime);
    test_keys(k, log_n, &narrow);
  }
  // Worst lazy digits: the deepest transform, the widest prime.
  he_modulus q;
  he_modulus_init(&q, prime_below(limit, UINT64_C(2) << 12));
  test_keys(k, 12, &q);
  test_conversions(k);
  test_half_integers(k, limit < (UINT64_C(1) << 60) ? limit : UINT64_C(1) << 60);
}

int main(int argc, char **argv) {
  state = argc > 1 ? strtoull(argv[1], NULL, 0) : UINT64_C(0x7AC17);
  printf("seed 0x%" PRIx64 "\n", state);
  scalar = he_kernels_for(HE_ISA_SCALAR);
  for (he_isa isa = HE_ISA_SCALAR; isa <= HE_ISA_NEON; isa++) {
    const he_kernels *kernels = he_kernels_for(isa);
    if (kernels == NULL) {
      printf("skipped: %s, which this build or this CPU lacks\n", isa_name(isa));
      continue;
    }
    const size_t before = passed + failed;
    if (kernels->isa != isa) expect(false, isa, "isa", 0, 0, 0);
    test_backend(kernels);
    printf("%s: %zu comparisons\n", isa_name(isa), passed + failed - before);
  }
  test_portable();
  printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
