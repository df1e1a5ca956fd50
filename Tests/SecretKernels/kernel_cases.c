// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of a table of kernels, on all limbs of a ring.

#include "setting.h"

#define FOR_EACH_LIMB for (size_t i = 0; i < LIMBS; i++)
#define COUNT (s->n - RAGGED)
#define OUT (out + i * COUNT)
#define IN(number) operand(s, in, number, i)

static size_t add(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->add(OUT, IN(0), IN(1), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t subtract(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->subtract(OUT, IN(0), IN(1), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t negate(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->negate(OUT, IN(0), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t multiply(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->multiply(OUT, IN(0), IN(1), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t multiply_accumulate(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    memcpy(OUT, IN(2), 8 * COUNT);
    s->kernels->multiply_accumulate(OUT, IN(0), IN(1), COUNT, &s->q[i]);
  }
  return LIMBS * COUNT;
}

// The scalar is secret too.
static size_t multiply_scalar(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->multiply_scalar(OUT, IN(0), IN(1)[0], COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

static size_t multiply_scalar_accumulate(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    memcpy(OUT, IN(2), 8 * COUNT);
    s->kernels->multiply_scalar_accumulate(OUT, IN(0), IN(1)[0], COUNT, &s->q[i]);
  }
  return LIMBS * COUNT;
}

static size_t sum_of_products(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    const uint64_t *lhs[] = {IN(0), IN(1)}, *rhs[] = {IN(2), IN(3)};
    s->kernels->sum_of_products(OUT, lhs, rhs, 2, COUNT, &s->q[i]);
  }
  return LIMBS * COUNT;
}

/// The transform of a secret polynomial, in the kernels' lazy form.
static void transform_lazily(const setting *s, uint64_t *out, const uint64_t *in, size_t limb) {
  memcpy(out, in, 8 * s->n);
  s->kernels->ntt_forward_lazy(out, s->log_n, &s->q[limb], s->tables[limb]);
}

static size_t subtract_scale(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    transform_lazily(s, s->scratch, IN(1), i);
    s->kernels->subtract_scale(OUT, NULL, IN(0), s->scratch, IN(2)[0], COUNT, &s->q[i]);
  }
  return LIMBS * COUNT;
}

static size_t add_subtract_scale(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    transform_lazily(s, s->scratch, IN(1), i);
    s->kernels->subtract_scale(OUT, IN(3), IN(0), s->scratch, IN(2)[0], COUNT, &s->q[i]);
  }
  return LIMBS * COUNT;
}

/// Both halves of the key and the digits are secret.
static size_t key_inner_product(const setting *s, uint64_t *out, const uint64_t *in) {
  uint64_t *packed = s->scratch + 3 * s->n;
  const uint64_t *digits[] = {s->scratch, s->scratch + s->n, s->scratch + 2 * s->n};
  FOR_EACH_LIMB {
    for (size_t t = 0; t < 3; t++) {
      transform_lazily(s, s->scratch + t * s->n, IN(t), i);
      s->kernels->pack_key(packed, IN(3), IN(4), t, 3, s->n, &s->q[i]);
    }
    // The room is for one product a limb: the second is overwritten by the next limb's first, the last stays.
    uint64_t *second = i + 1 < LIMBS ? out + (i + 1) * s->n : out;
    s->kernels->key_inner_product(out + i * s->n, second, digits, packed, 2, 3, s->n, &s->q[i]);
  }
  return LIMBS * s->n;
}

static size_t make_lazy(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->make_lazy(OUT, IN(0), COUNT, &s->q[i]);
  return LIMBS * COUNT;
}

/// MemorySanitizer does not follow what a gather loads: of its output no word counts as secret.
static size_t gathered(const setting *s) {
  const bool gathers = s->kernels->isa == HE_ISA_AVX512 || s->kernels->isa == HE_ISA_AVX512IFMA;
  return gathers ? 0 : LIMBS * s->n;
}

static size_t permute(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->permute(out + i * s->n, IN(0), s->indexes, s->n);
  return gathered(s);
}

static size_t galois_coefficients(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->galois_coefficients(out + i * s->n, IN(0), s->log_n, 3, &s->q[i]);
  return gathered(s);
}

static size_t ntt_forward(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    memcpy(out + i * s->n, IN(0), 8 * s->n);
    s->kernels->ntt_forward(out + i * s->n, s->log_n, &s->q[i], s->tables[i]);
  }
  return LIMBS * s->n;
}

static size_t ntt_forward_lazy(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB transform_lazily(s, out + i * s->n, IN(0), i);
  return LIMBS * s->n;
}

static size_t ntt_inverse(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB {
    memcpy(out + i * s->n, IN(0), 8 * s->n);
    s->kernels->ntt_inverse(out + i * s->n, s->log_n, &s->q[i], s->tables[i]);
  }
  return LIMBS * s->n;
}

static size_t ntt_inverse_scaled(const setting *s, uint64_t *out, const uint64_t *in) {
  FOR_EACH_LIMB s->kernels->ntt_inverse_scaled(out + i * s->n, IN(0), 3, s->log_n, &s->q[i], s->tables[i]);
  return LIMBS * s->n;
}

/// A digit modulo one limb, begun in scratch: a sum of `from_count` rows of residues of a secret polynomial, or one of them,
/// centred.
static void begin_digit(const setting *s, const uint64_t *in, size_t from_count, bool centred, size_t limb) {
  const uint64_t factors[LIMBS] = {1, 1, 1}, q = s->q[0].value, p = s->q[limb].value, top = UINT64_C(1) << 52;
  const uint64_t fractions[2] = {top / q, (uint64_t)(((unsigned __int128)(top % q) << 52) / q)};
  const uint64_t correction = (p - q % p) % p;
  const he_conversion conversion = {
    .from = s->q, .from_count = from_count, .to = &s->q[limb], .to_count = 1, .factors = factors,
    .fractions = centred ? fractions : NULL, .corrections = centred ? &correction : NULL};
  const uint64_t *const tables[] = {s->tables[limb]};
  s->kernels->begin_digits(s->scratch, s->n, in, s->n, s->log_n, &conversion, tables);
}

static size_t finish_key_product_of(const setting *s, uint64_t *out, const uint64_t *in, size_t from_count,
                                    bool has_tensor) {
  uint64_t *packed = s->scratch + s->n, *second = s->scratch + 3 * s->n;
  FOR_EACH_LIMB {
    begin_digit(s, in, from_count, false, i);
    s->kernels->pack_key(packed, IN(1), IN(2), 0, 1, s->n, &s->q[i]);
    const he_tensor tensor = {.a0 = IN(0), .a1 = IN(1), .b0 = IN(2), .b1 = IN(3), .scalar = IN(4)[0]};
    s->kernels->finish_key_product(out + i * s->n, second, s->scratch, s->n, 1, NULL, 0, packed, 1, 1,
                                   has_tensor ? &tensor : NULL, s->log_n, &s->q[i], s->tables[i]);
  }
  return LIMBS * s->n;
}

static size_t finish_key_product(const setting *s, uint64_t *out, const uint64_t *in) {
  return finish_key_product_of(s, out, in, LIMBS, true);
}
static size_t finish_key_product_of_row(const setting *s, uint64_t *out, const uint64_t *in) {
  return finish_key_product_of(s, out, in, 1, false);
}

/// The first digit begun, the second known by its evaluations.
static size_t finish_key_product_known(const setting *s, uint64_t *out, const uint64_t *in) {
  uint64_t *packed = s->scratch + 2 * s->n, *second = s->scratch + 6 * s->n;
  FOR_EACH_LIMB {
    begin_digit(s, in, LIMBS, false, i);
    for (size_t t = 0; t < 2; t++) s->kernels->pack_key(packed, IN(1), IN(2), t, 2, s->n, &s->q[i]);
    const he_tensor tensor = {.a0 = IN(0), .a1 = IN(1), .b0 = IN(2), .b1 = IN(3), .scalar = IN(4)[0]};
    s->kernels->finish_key_product(out + i * s->n, second, s->scratch, s->n, 1, IN(3), 1, packed, 2, 2, &tensor, s->log_n,
                                   &s->q[i], s->tables[i]);
  }
  return LIMBS * s->n;
}

static size_t finish_quotient_of(const setting *s, uint64_t *out, const uint64_t *in, bool centred) {
  FOR_EACH_LIMB {
    begin_digit(s, in, centred ? 1 : LIMBS, centred, i);
    s->kernels->finish_quotient(out + i * s->n, IN(3), IN(1), s->scratch, IN(2)[0], s->log_n, &s->q[i], s->tables[i]);
  }
  return LIMBS * s->n;
}

static size_t finish_quotient(const setting *s, uint64_t *out, const uint64_t *in) {
  return finish_quotient_of(s, out, in, false);
}
static size_t finish_quotient_centred(const setting *s, uint64_t *out, const uint64_t *in) {
  return finish_quotient_of(s, out, in, true);
}

/// Arbitrary constants: the kernels' contract is a formula in integers, which takes any.
static size_t convert(const setting *s, uint64_t *out, const uint64_t *in, bool multiplied, bool fractions, bool own) {
  uint64_t inverses[LIMBS], factors[TARGETS * LIMBS], digits[2 * LIMBS], corrections[TARGETS], own_factors[TARGETS];
  uint64_t state = 1;
  FOR_EACH_LIMB inverses[i] = next_word(&state) % s->q[i].value;
  for (size_t i = 0; i < 2 * LIMBS; i++) digits[i] = next_word(&state) >> 12;
  for (size_t j = 0; j < TARGETS; j++) {
    const uint64_t p = s->q[LIMBS + j].value;
    FOR_EACH_LIMB factors[LIMBS * j + i] = next_word(&state) % p;
    corrections[j] = next_word(&state) % p;
    own_factors[j] = next_word(&state) % p;
  }
  const he_conversion conversion = {
    .from = s->q, .from_count = LIMBS, .to = s->q + LIMBS, .to_count = TARGETS, .factors = factors,
    .inverses = multiplied ? NULL : inverses, .fractions = fractions ? digits : NULL,
    .corrections = fractions ? corrections : NULL, .own_factors = own ? own_factors : NULL,
  };
  // The own term is operand number 1, reduced once more: its primes are others.
  uint64_t *reduced = s->scratch;
  for (size_t j = 0; j < TARGETS; j++) {
    he_reduce_words(reduced + j * s->n, operand(s, in, 1, j), s->n, &s->q[LIMBS + j]);
  }
  s->kernels->convert(out, COUNT, in, s->n, own ? reduced : NULL, own ? s->n : 0, COUNT, &conversion);
  return TARGETS * COUNT;
}

static size_t convert_fast(const setting *s, uint64_t *out, const uint64_t *in) {
  return convert(s, out, in, false, false, false);
}

static size_t convert_exact(const setting *s, uint64_t *out, const uint64_t *in) {
  return convert(s, out, in, false, true, false);
}

static size_t convert_own(const setting *s, uint64_t *out, const uint64_t *in) {
  return convert(s, out, in, false, true, true);
}

static size_t convert_multiplied(const setting *s, uint64_t *out, const uint64_t *in) {
  return convert(s, out, in, true, true, false);
}

const test_case kernel_cases[] = {
  {"add", RESIDUES, add},
  {"subtract", RESIDUES, subtract},
  {"negate", RESIDUES, negate},
  {"multiply", RESIDUES, multiply},
  {"multiply_accumulate", RESIDUES, multiply_accumulate},
  {"multiply_scalar", RESIDUES, multiply_scalar},
  {"multiply_scalar_accumulate", RESIDUES, multiply_scalar_accumulate},
  {"sum_of_products", RESIDUES, sum_of_products},
  {"subtract_scale", RESIDUES, subtract_scale},
  {"subtract_scale with an addend", RESIDUES, add_subtract_scale},
  {"pack_key and key_inner_product", RESIDUES, key_inner_product},
  {"make_lazy", RESIDUES, make_lazy},
  {"permute", RESIDUES, permute},
  {"galois_coefficients", RESIDUES, galois_coefficients},
  {"ntt_forward", RESIDUES, ntt_forward},
  {"ntt_forward_lazy", RESIDUES, ntt_forward_lazy},
  {"ntt_inverse", RESIDUES, ntt_inverse},
  {"ntt_inverse_scaled", RESIDUES, ntt_inverse_scaled},
  {"begin_digits and finish_key_product with a tensor", RESIDUES, finish_key_product},
  {"begin_digits of one row and finish_key_product", RESIDUES, finish_key_product_of_row},
  {"finish_key_product of a known digit with a tensor", RESIDUES, finish_key_product_known},
  {"begin_digits and finish_quotient", RESIDUES, finish_quotient},
  {"begin_digits of one centred row and finish_quotient", RESIDUES, finish_quotient_centred},
  {"convert", RESIDUES, convert_fast},
  {"convert with fractions", RESIDUES, convert_exact},
  {"convert with fractions and an own term", RESIDUES, convert_own},
  {"convert, multiplied input", RESIDUES, convert_multiplied},
  {NULL, RESIDUES, NULL},
};
