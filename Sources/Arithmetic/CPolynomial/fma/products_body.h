// SPDX-License-Identifier: Apache-2.0
//
// Sums of products: two fused operations and two additions a product, one reduction a sum.
//
// A running sum A begins at 3 * 2^(51 + s), in the middle of a binade whose doubles are 2^s apart. While the sum of
// the products stays below 2^(51 + s) in size, A stays in the binade: A' = RN(A + x y) changes by a multiple of 2^s,
// A' - A is exact, and so is its error e = x y - (A' - A), |e| <= 2^(s-1). Errors of fewer than 2^(53-s) terms add up
// exactly to L, |L| < 2^52: the sum is S = (A - 3 * 2^(51+s)) + L. What is carried on from the terms before is added
// to L.

/// 3 * 2^(51 + s): the running sum of nothing.
#define HE_SPLIT(s) (0x1.8p52 * (double)(UINT64_C(1) << (s)))

typedef struct split_sum {
  he_vector high, low;
} split_sum;

/// `start`, and what is carried on from the terms before.
HE_INLINE split_sum split_start(he_vector start, he_vector carried) { return (split_sum){start, carried}; }

HE_INLINE void add_product(split_sum *sum, he_vector x, he_vector y) {
  const he_vector high = vector_fma(x, y, sum->high);
  const he_vector error = vector_fma(x, y, vector_subtract(sum->high, high));
  sum->high = high;
  sum->low = vector_add(sum->low, error);
}

/// The sum S modulo q, below q in size. requires: |S / q| <= 2^50.7, |L| < 2^52. With H = A - start, RN(H + L) and
/// RN(1/q) put the quotient off by at most 2^50.7 * 2^-52 < 0.41 besides the 1/2 of rounding, and H - c q, an integer
/// below q + |L|, is exact.
HE_INLINE he_vector close_sum(split_sum sum, he_vector start, const modular *m) {
  const he_vector high = vector_subtract(sum.high, start);
  const he_vector c = nearest_quotient(vector_add(high, sum.low), m);
  return vector_add(vector_fnma(c, m->q, high), sum.low);
}

/// The same for |H / q| <= 2^53 and |L| < 2^52: H alone, then all. The first quotient is off by at most 1/2 + 2^53 * 3
/// * 2^-53, so that |H - c q| <= 3.5 q < 2^49: exact, and its sum with L is below 2^53. requires: that sum is below
/// 2^50 q.
HE_INLINE he_vector close_wide_sum(split_sum sum, he_vector start, const modular *m) {
  const he_vector high = vector_subtract(sum.high, start);
  const he_vector c = vector_nearest(vector_multiply(high, m->inverse));
  return reduce(vector_add(vector_fnma(c, m->q, high), sum.low), m);
}

// Canonical factors, s = 49, 12 terms at a time: the sum is below 12 * 2^94 < 2^100, the errors below 12 * 2^48 + q <
// 2^52, |S / q| <= 12 q + 1 < 2^50.7.
#define HE_SUM_SPLIT HE_SPLIT(49)
#define HE_SUM_TERMS 12

HE_INLINE void sum_vectors(uint64_t *out, const uint64_t *const *lhs, const uint64_t *const *rhs, size_t terms,
                           size_t k, size_t lanes, const unsigned vectors, const modular *m) {
  const he_vector start = vector_broadcast(HE_SUM_SPLIT);
  he_vector carried[4];
  HE_UNROLL
  for (unsigned v = 0; v < vectors; v++) carried[v] = vector_zero();
  for (size_t t = 0; t < terms;) {
    split_sum sum[4];
    HE_UNROLL
    for (unsigned v = 0; v < vectors; v++) sum[v] = split_start(start, carried[v]);
    const size_t end = terms - t < HE_SUM_TERMS ? terms : t + HE_SUM_TERMS;
    for (; t < end; t++) {
      HE_UNROLL
      for (unsigned v = 0; v < vectors; v++) {
        const size_t position = k + HE_LANES * v;
        add_product(&sum[v], load_residues(lhs[t] + position, lanes), load_residues(rhs[t] + position, lanes));
      }
    }
    HE_UNROLL
    for (unsigned v = 0; v < vectors; v++) carried[v] = close_sum(sum[v], start, m);
  }
  HE_UNROLL
  for (unsigned v = 0; v < vectors; v++) store_canonical(out + k + HE_LANES * v, carried[v], lanes, m);
}

static void fma_sum_of_products(uint64_t *out, const uint64_t *const *lhs, const uint64_t *const *rhs, size_t terms,
                                size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE(terms >= 1 && terms <= HE_TERMS_MAX);
#ifdef HE_VERIFY
  for (size_t t = 0; t < terms; t++) {
    HE_REQUIRE_BELOW(lhs[t], count, q->value);
    HE_REQUIRE_BELOW(rhs[t], count, q->value);
    HE_REQUIRE_ALIASING(out, lhs[t], count);
    HE_REQUIRE_ALIASING(out, rhs[t], count);
  }
#endif
  const modular m = modular_of(q);
  size_t k = 0;
  for (; k + 4 * HE_LANES <= count; k += 4 * HE_LANES) sum_vectors(out, lhs, rhs, terms, k, HE_LANES, 4, &m);
  for (; k + HE_LANES <= count; k += HE_LANES) sum_vectors(out, lhs, rhs, terms, k, HE_LANES, 1, &m);
  if (k < count) sum_vectors(out, lhs, rhs, terms, k, count - k, 1, &m);
  HE_ENSURE_BELOW(out, count, q->value);
}

// |lhs - lazy| <= 12 q, the scalar centred: a product below (1/2 + 12/64 + 1/64) q.
static void fma_subtract_scale(uint64_t *out, const uint64_t *addend, const uint64_t *lhs,
                               const uint64_t *lazy_rhs, uint64_t scalar, size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_LAZY(lazy_rhs, count, q);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, lazy_rhs, count);
  const modular m = modular_of(q);
  const he_vector w = vector_broadcast(centred(scalar, q->value));
  if (addend == NULL) {
    FOR_EACH_VECTOR({
      he_vector rhs = vector_from_bits(load_lanes(lazy_rhs + k, lanes));
      he_vector product = multiply(vector_subtract(load_residues(lhs + k, lanes), rhs), w, &m);
      store_canonical(out + k, product, lanes, &m);
    });
  } else {
    HE_REQUIRE_BELOW(addend, count, q->value);
    HE_REQUIRE_ALIASING(out, addend, count);
    FOR_EACH_VECTOR({
      he_vector rhs = vector_from_bits(load_lanes(lazy_rhs + k, lanes));
      he_vector difference = vector_subtract(load_residues(lhs + k, lanes), rhs);
      he_vector sum = multiply_add(difference, w, load_residues(addend + k, lanes), &m);
      store_canonical(out + k, sum, lanes, &m);
    });
  }
  HE_ENSURE_BELOW(out, count, q->value);
}

/// The words of a packed key are doubles, the residues of size at most q/2.
static void fma_pack_key(uint64_t *packed, const uint64_t *k0, const uint64_t *k1, size_t term, size_t terms,
                         size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE((q->value & 1) == 1);
  HE_REQUIRE(terms >= 1 && terms <= HE_TERMS_MAX && term < terms);
  HE_REQUIRE(count == 8 || count % HE_KEY_BLOCK == 0);
  HE_REQUIRE_BELOW(k0, count, q->value);
  HE_REQUIRE_BELOW(k1, count, q->value);
  const modular m = modular_of(q);
  for (size_t start = 0; start < count; start += HE_KEY_BLOCK) {
    // The last block of a polynomial of 8 coefficients is half as long.
    const size_t length = count - start < HE_KEY_BLOCK ? count - start : HE_KEY_BLOCK;
    uint64_t *place = packed + 2 * (terms * start + term * length);
    for (size_t k = 0; k < length; k += HE_LANES) {
      vector_store(place + k, reduce(load_residues(k0 + start + k, HE_LANES), &m));
      vector_store(place + length + k, reduce(load_residues(k1 + start + k, HE_LANES), &m));
    }
  }
}

// Digits of at most 11 q < 2^50.5, keys of at most q/2 < 2^46, s = 50, 7 terms at a time: the sum is below 2^99.3 <
// 2^101, the errors below 7 * 2^49 + q < 2^52. H is off the sum by less than 2^52, so that |H / q| <= 38.5 q + 2^52 /
// q < 2^53. Where q < 2^21 the sum is below 2^48, H is 0, and L is the sum: |L / q| <= 38.5 q + 1. Else |L / q| <
// 2^31.
#define HE_KEY_SPLIT HE_SPLIT(50)
#define HE_KEY_TERMS 7

/// `vectors` vectors of both outputs; `length` coefficients stand together in the packed key.
HE_INLINE void key_vectors(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits, const uint64_t *packed,
                           size_t start, size_t terms, const size_t length, const unsigned vectors, const modular *m) {
  const he_vector split = vector_broadcast(HE_KEY_SPLIT);
  he_vector carried[8];
  HE_UNROLL
  for (unsigned v = 0; v < 2 * vectors; v++) carried[v] = vector_zero();
  for (size_t t = 0; t < terms;) {
    split_sum sum[8];
    HE_UNROLL
    for (unsigned v = 0; v < 2 * vectors; v++) sum[v] = split_start(split, carried[v]);
    const size_t end = terms - t < HE_KEY_TERMS ? terms : t + HE_KEY_TERMS;
    for (; t < end; t++) {
      const uint64_t *digit = lazy_digits[t] + start, *key = packed + 2 * t * length;
      HE_UNROLL
      for (unsigned v = 0; v < vectors; v++) {
        const he_vector x = vector_load(digit + HE_LANES * v);
        add_product(&sum[v], x, vector_load(key + HE_LANES * v));
        add_product(&sum[vectors + v], x, vector_load(key + length + HE_LANES * v));
      }
    }
    HE_UNROLL
    for (unsigned v = 0; v < 2 * vectors; v++) carried[v] = close_wide_sum(sum[v], split, m);
  }
  HE_UNROLL
  for (unsigned v = 0; v < vectors; v++) {
    store_canonical(out0 + start + HE_LANES * v, carried[v], HE_LANES, m);
    store_canonical(out1 + start + HE_LANES * v, carried[vectors + v], HE_LANES, m);
  }
}

/// Vectors that the registers hold twice over, with their sums and errors.
#define HE_KEY_VECTORS (HE_LANES == 2 ? 4 : 2)

static void fma_key_inner_product(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits,
                                  const uint64_t *packed, size_t terms, size_t packed_terms, size_t count,
                                  const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE((q->value & 1) == 1);
  HE_REQUIRE(terms >= 1 && terms <= packed_terms && packed_terms <= HE_TERMS_MAX);
  HE_REQUIRE(count == 8 || count % HE_KEY_BLOCK == 0);
#ifdef HE_VERIFY
  for (size_t t = 0; t < terms; t++) HE_REQUIRE_LAZY(lazy_digits[t], count, q);
  HE_CHECK_INTEGERS(packed, 2 * packed_terms * count, (double)q->value / 2);
#endif
  const modular m = modular_of(q);
  if (count == 8) {
    for (size_t k = 0; k < 8; k += HE_LANES) {
      key_vectors(out0, out1, lazy_digits, packed + k, k, terms, 8, 1, &m);
    }
  } else {
    for (size_t start = 0; start < count; start += HE_KEY_BLOCK) {
      for (size_t k = 0; k < HE_KEY_BLOCK; k += HE_KEY_VECTORS * HE_LANES) {
        key_vectors(out0, out1, lazy_digits, packed + 2 * packed_terms * start + k, start + k, terms,
                    HE_KEY_BLOCK, HE_KEY_VECTORS, &m);
      }
    }
  }
  HE_ENSURE_BELOW(out0, count, q->value);
  HE_ENSURE_BELOW(out1, count, q->value);
}

static void fma_make_lazy(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  (void)q;
  FOR_EACH_VECTOR(store_lanes(out + k, vector_bits(load_residues(in + k, lanes)), lanes););
}
