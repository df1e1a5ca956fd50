// SPDX-License-Identifier: Apache-2.0
//
// A key switch from coefficients to products, one prime at a time, with each digit written once and read once: the first pass
// of the transform takes its values from the conversion before they are stored, and the other passes run part by part, all
// digits of a part one after the other, until their products with the key are summed. So a part's twiddles and digits stay
// in the caches near the core, and while digits are transformed the key comes closer from memory. What a division drops is
// lifted and transformed in the same way, until it is subtracted.
//
// A digit is begun when the first pass over it is done: its low 52 bits below (2 log_n + HE_BEGUN_BOUND) q, as in the transform,
// where canonical values have 1 for HE_BEGUN_BOUND. Short digits have no pass of their own, and are begun when they are converted.

#include "../internal/he_arithmetic.h"
#include "../internal/he_switching.h"
#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "ntt_forward.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Degrees with a pass of their own; below, a digit and its twiddles are near the core anyhow.
#define HE_BEGUN_LOG_N 13
/// Columns that are converted for one output after the other, and outputs whose constants are kept at a time.
#define HE_BEGUN_COLUMNS 64
#define HE_BEGUN_OUTPUTS 8
/// Terms of a sum between two reductions, and what a sum is below, in multiples of p.
#define HE_BEGUN_TERMS 8
#define HE_BEGUN_BOUND 11

/// How the values of an output come from those of the rows.
typedef enum begun_kind {
  BEGIN_SUM,      ///< sums of products
  BEGIN_RESIDUE,  ///< of one row, reduced
  BEGIN_COPY,     ///< of one row, below HE_BEGUN_BOUND p as they are
  BEGIN_CENTRED,  ///< of one row, the upper half of them less its modulus, reduced
} begun_kind;

struct begun_output;
typedef void begin_function(uint64_t *out, size_t stride, const uint64_t *in, size_t in_stride, size_t from_count,
                            const struct begun_output *output);

/// One output of a conversion with the first pass of its transform.
typedef struct begun_output {
  uint64_t pairs[2 * 64];  ///< factors and their quotients floor(factor * 2^52 / p)
  forward_constants constants;
  he_vector reciprocal;    ///< floor(2^52 / p)
  he_vector half;          ///< floor(q / 2), q the modulus of the only row
  he_vector correction;    ///< -q modulo p
  const uint64_t *twiddles;
  begin_function *begin;
} begun_output;

// Sums of products y f of 8 vectors.
//
// A sum is reduced by one estimate: the sum of floor(y quotient / 2^52), which falls short of y f / p by less than 1 + 2^-6 a
// term, as y < 2^46. So what is left of eight terms is below 9 p, and of what a reduction has left before and eight more below
// 11 p.
HE_INLINE void sum_rows(he_vector x[8], size_t stride, const uint64_t *in, size_t in_stride, size_t from_count,
                        const begun_output *output, const unsigned radix) {
  const he_vector negated_q = output->constants.negated_q;
  HE_UNROLL
  for (unsigned v = 0; v < 8; v++) x[v] = vector_zero();
  for (size_t first = 0; first < from_count; first += HE_BEGUN_TERMS) {
    const size_t end = first + HE_BEGUN_TERMS < from_count ? first + HE_BEGUN_TERMS : from_count;
    he_vector estimate[8];
    HE_UNROLL
    for (unsigned v = 0; v < 8; v++) {
      estimate[v] = vector_zero();
      if (first != 0) x[v] = vector_reduce_lazy(x[v], output->reciprocal, negated_q);
    }
    for (size_t i = first; i < end; i++) {
      const uint64_t *residues = in + i * in_stride;
      const he_vector factor = vector_broadcast(output->pairs[2 * i]);
      const he_vector quotient = vector_broadcast(output->pairs[2 * i + 1]);
      HE_UNROLL
      for (unsigned v = 0; v < 8; v++) {
        const he_vector y = vector_load(residues + v % radix * stride + 8 * (v / radix));
        estimate[v] = vector_madd_hi(estimate[v], y, quotient);
        x[v] = vector_madd_lo(x[v], y, factor);
      }
    }
    HE_UNROLL
    for (unsigned v = 0; v < 8; v++) x[v] = vector_madd_lo(x[v], estimate[v], negated_q);
  }
}

/// Converts some columns of all rows, and passes over them before they are stored, in groups of eight registers.
HE_INLINE void begin_columns(uint64_t *out, size_t stride, const uint64_t *in, size_t in_stride, size_t from_count,
                             const begun_output *output, const unsigned log_radix, const begun_kind kind) {
  const unsigned radix = 1u << log_radix, groups = 8 / radix;
  const he_vector negated_q = output->constants.negated_q;
  for (size_t j = 0; j < HE_BEGUN_COLUMNS; j += 8 * groups) {
    he_vector x[8];
    if (kind == BEGIN_SUM) {
      sum_rows(x, stride, in + j, in_stride, from_count, output, radix);
    } else {
      HE_UNROLL
      for (unsigned v = 0; v < 8; v++) {
        const he_vector y = vector_load(in + j + v % radix * stride + 8 * (v / radix));
        x[v] = kind == BEGIN_COPY ? y : vector_reduce_lazy(y, output->reciprocal, negated_q);
        if (kind == BEGIN_CENTRED) x[v] = vector_add_where_above(x[v], output->correction, y, output->half);
      }
    }
    HE_UNROLL
    for (unsigned v = 0; v < 8; v++) {
      if (v % radix < radix / 2) x[v] = vector_add(x[v], output->constants.bias);
    }
    HE_UNROLL
    for (unsigned g = 0; g < groups; g++) forward_levels(x + g * radix, output->twiddles, negated_q, log_radix);
    HE_UNROLL
    for (unsigned v = 0; v < 8; v++) vector_store(out + v % radix * stride + j + 8 * (v / radix), x[v]);
  }
}

#define DEFINE_BEGIN(name, log_radix, kind)                                                                          \
  static void name(uint64_t *out, size_t stride, const uint64_t *in, size_t in_stride, size_t from_count,           \
                   const begun_output *output) {                                                                    \
    begin_columns(out, stride, in, in_stride, from_count, output, log_radix, kind);                                 \
  }

DEFINE_BEGIN(begin_sum_4, 2, BEGIN_SUM)
DEFINE_BEGIN(begin_sum_8, 3, BEGIN_SUM)
DEFINE_BEGIN(begin_residue_4, 2, BEGIN_RESIDUE)
DEFINE_BEGIN(begin_residue_8, 3, BEGIN_RESIDUE)
DEFINE_BEGIN(begin_copy_4, 2, BEGIN_COPY)
DEFINE_BEGIN(begin_copy_8, 3, BEGIN_COPY)
DEFINE_BEGIN(begin_centred_4, 2, BEGIN_CENTRED)
DEFINE_BEGIN(begin_centred_8, 3, BEGIN_CENTRED)

/// Whether output `index` is one row as it is, or centred.
static bool is_one_row(const he_conversion *conversion, size_t index) {
  return conversion->from_count == 1 && conversion->factors[index] == 1;
}

/// A function of its own, as it moves public words between vectors and general registers, which the others have no reason to.
__attribute__((noinline)) static void fill_output(begun_output *output, const he_conversion *conversion, size_t index,
                                                  unsigned log_n, const uint64_t *tables) {
  static begin_function *const functions[][2] = {
    {begin_sum_4, begin_sum_8},
    {begin_residue_4, begin_residue_8},
    {begin_copy_4, begin_copy_8},
    {begin_centred_4, begin_centred_8},
  };
  const he_modulus *const p = &conversion->to[index], *const q = &conversion->from[0];
  const uint64_t *const factors = conversion->factors + index * conversion->from_count;
  const bool is_centred = conversion->fractions != NULL;
  output->constants = forward_constants_of(p, log_n, HE_BEGUN_BOUND);
  output->reciprocal = vector_broadcast(he_reciprocal_52(p));
  output->half = vector_broadcast(q->value / 2);
  output->correction = vector_broadcast(is_centred ? conversion->corrections[index] : 0);
  output->twiddles = tables + HE_HEAD_WORDS;
  for (size_t i = 0; i < conversion->from_count; i++) {
    output->pairs[2 * i] = factors[i];
    output->pairs[2 * i + 1] = he_shoup_quotient(factors[i], 52, p);
  }
  begun_kind kind = BEGIN_SUM;
  if (is_centred) {
    kind = BEGIN_CENTRED;
  } else if (is_one_row(conversion, index)) {
    kind = q->value <= HE_BEGUN_BOUND * p->value ? BEGIN_COPY : BEGIN_RESIDUE;
  }
  output->begin = functions[kind][pass_log_radix(log_n) - 2];
}

/// One row modulo output `index`, centred where the conversion says so: canonical.
static void convert_row(uint64_t *out, const uint64_t *in, size_t count, const he_conversion *conversion, size_t index) {
  const he_modulus *const p = &conversion->to[index];
  const bool is_centred = conversion->fractions != NULL;
  const he_vector modulus = vector_broadcast(p->value), negated_p = vector_broadcast((UINT64_C(1) << 52) - p->value);
  const he_vector reciprocal = vector_broadcast(he_reciprocal_52(p)), half = vector_broadcast(conversion->from[0].value / 2);
  const he_vector correction = vector_broadcast(is_centred ? conversion->corrections[index] : 0);
  for (size_t k = 0; k < count; k += 8) {
    const he_vector y = vector_load(in + k);
    he_vector x = vector_close(vector_reduce_lazy(y, reciprocal, negated_p), modulus);
    if (is_centred) x = vector_subtract_if_reached(vector_add_where_above(x, correction, y, half), modulus);
    vector_store(out + k, x);
  }
}

void he_avx512ifma_begin_digits(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride, unsigned log_n,
                                const he_conversion *conversion, const uint64_t *const *tables) {
  const size_t n = (size_t)1 << log_n, from_count = conversion->from_count;
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_CONVERSION(out, out_stride, in, in_stride, NULL, 0, n, conversion, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_BEGIN(out, out_stride, conversion);
  if (log_n < HE_BEGUN_LOG_N) {
    bool is_simple = true;
    for (size_t j = 0; j < conversion->to_count; j++) is_simple = is_simple && is_one_row(conversion, j);
    if (is_simple) {
      for (size_t j = 0; j < conversion->to_count; j++) convert_row(out + j * out_stride, in, n, conversion, j);
    } else {
      he_avx512ifma_convert(out, out_stride, in, in_stride, NULL, 0, n, conversion);
    }
    return;
  }
  const unsigned log_radix = pass_log_radix(log_n);
  const size_t stride = n >> log_radix;
  begun_output outputs[HE_BEGUN_OUTPUTS];
  for (size_t first = 0; first < conversion->to_count; first += HE_BEGUN_OUTPUTS) {
    const size_t left = conversion->to_count - first, count = left < HE_BEGUN_OUTPUTS ? left : HE_BEGUN_OUTPUTS;
    for (size_t j = 0; j < count; j++) {
      fill_output(&outputs[j], conversion, first + j, log_n, tables[first + j]);
    }
    for (size_t column = 0; column < stride; column += HE_BEGUN_COLUMNS) {
      for (size_t j = 0; j < count; j++) {
        outputs[j].begin(out + (first + j) * out_stride + column, stride, in + column, in_stride, from_count, &outputs[j]);
      }
    }
    for (size_t j = 0; j < count; j++) {
      HE_ENSURE_LOW52_BELOW(out + (first + j) * out_stride, n, outputs[j].constants.lazy_bound);
    }
  }
}

void he_avx512ifma_finish_quotient(uint64_t *out, const uint64_t *addend, const uint64_t *lhs, uint64_t *digit,
                                   uint64_t scalar, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  const size_t n = (size_t)1 << log_n;
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_QUOTIENT(out, addend, lhs, digit, n);
  if (log_n < HE_BEGUN_LOG_N) {
    he_avx512ifma_ntt_forward_lazy(digit, log_n, q, tables);
    he_avx512ifma_subtract_scale(out, addend, lhs, digit, scalar, n, q);
    return;
  }
  const unsigned log_radix = pass_log_radix(log_n), log_length = log_n - log_radix;
  const size_t length = (size_t)1 << log_length;
  forward_constants constants = forward_constants_of(q, log_n, HE_BEGUN_BOUND);
  // What comes from memory; the difference has just been computed.
  set_ahead(&constants, (uintptr_t)(addend != NULL ? addend : lhs), 8, digit);
  const uint64_t *table = tables + HE_HEAD_WORDS + pass_words(log_radix);
  for (size_t start = 0; start < n; start += length, table += walk_words(log_length)) {
    he_avx512ifma_forward_part(digit + start, log_length, table, &constants);
    he_avx512ifma_subtract_scale(out + start, addend == NULL ? NULL : addend + start, lhs + start, digit + start, scalar,
                                 length, q);
  }
}

/// How many lines of the key are to come while 64 values of a digit are transformed: its share, if most of the key is of use. A
/// function of its own, like fill_output.
__attribute__((noinline)) static size_t lines_to_fill(uint64_t begun, size_t terms, size_t packed_terms,
                                                      const he_modulus *q) {
  size_t transforms = 0;
  for (size_t t = 0; t < terms; t++) transforms += begun >> t & 1;
  if (transforms == 0 || packed_terms >= 2 * terms) return 0;
  const size_t key_lines = he_avx512ifma_packed_key_words(packed_terms, 64, q) / 8;
  return (key_lines + transforms - 1) / transforms;
}

void he_avx512ifma_finish_key_product(uint64_t *out0, uint64_t *out1, uint64_t *digits, size_t digit_stride,
                                      uint64_t begun, const uint64_t *known, size_t known_digit, const uint64_t *packed,
                                      size_t terms, size_t packed_terms, const he_tensor *tensor, unsigned log_n,
                                      const he_modulus *q, const uint64_t *tables) {
  const size_t n = (size_t)1 << log_n;
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_FINISH(out0, out1, digits, digit_stride, begun, known, known_digit, terms, packed_terms, tensor, n, q);
  // A canonical word is a lazy one: known evaluations are read where they are.
  const uint64_t *rows[HE_TERMS_MAX];
  if (log_n < HE_BEGUN_LOG_N) {
    for (size_t t = 0; t < terms; t++) {
      if ((begun >> t & 1) != 0) he_avx512ifma_ntt_forward_lazy(digits + t * digit_stride, log_n, q, tables);
      rows[t] = known != NULL && t == known_digit ? known : digits + t * digit_stride;
    }
    he_avx512ifma_key_product(out0, out1, rows, packed, terms, packed_terms, tensor, 0, n, q);
    return;
  }
  const unsigned log_radix = pass_log_radix(log_n), log_length = log_n - log_radix;
  const size_t length = (size_t)1 << log_length;
  forward_constants constants = forward_constants_of(q, log_n, HE_BEGUN_BOUND);
  const uint64_t *table = tables + HE_HEAD_WORDS + pass_words(log_radix);
  const size_t lines = lines_to_fill(begun, terms, packed_terms, q);
  for (size_t start = 0; start < n; start += length, table += walk_words(log_length)) {
    const uint64_t *const key = packed + he_avx512ifma_packed_key_words(packed_terms, start, q);
    uintptr_t next = (uintptr_t)key;
    for (size_t t = 0; t < terms; t++) {
      uint64_t *const digit = digits + t * digit_stride + start;
      rows[t] = known != NULL && t == known_digit ? known + start : digit;
      if ((begun >> t & 1) == 0) continue;
      set_ahead(&constants, next, lines, digit);
      next += lines * length;
      he_avx512ifma_forward_part(digit, log_length, table, &constants);
    }
    he_avx512ifma_key_product(out0 + start, out1 + start, rows, key, terms, packed_terms, tensor, start, length, q);
  }
}

HE_AVX512IFMA_REGION_END

#endif
