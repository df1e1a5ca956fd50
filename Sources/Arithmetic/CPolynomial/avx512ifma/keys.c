// SPDX-License-Identifier: Apache-2.0
//
// Evaluation keys: how they are packed, and inner products with them.
//
// A packed key holds residues times 2^52 modulo q, which the Montgomery reduction takes off again, each in as few bytes as q
// has: keys are most of what a key switch reads from memory, and the rest of the word would be a quarter or more of them. A
// masked load and a permutation of bytes spread eight of them over a vector.

#include <string.h>

#include "../internal/he_arithmetic.h"
#include "he_avx512ifma.h"
#include "split_sum.h"
#include "vector.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Bytes of a residue.
HE_INLINE size_t key_width(const he_modulus *q) { return (q->bits + 7) / 8; }

/// The residues of a vector as 8 * width bytes.
typedef struct key_format {
  size_t width;
  he_vector spread, gather;  ///< which byte comes from which, from bytes to words and back
  __mmask64 bytes, places;   ///< the bytes there are, and those of the words that they go to
} key_format;

// Byte b of lane l from byte w l + b, and byte k from byte k mod w of lane k / w; what the masks leave out does not matter.
#define HE_SPREAD_8(w, l) \
  (w) * (l), (w) * (l) + 1, (w) * (l) + 2, (w) * (l) + 3, (w) * (l) + 4, (w) * (l) + 5, (w) * (l) + 6, (w) * (l) + 7
#define HE_GATHER(w, k) 8 * ((k) / (w) % 8) + (k) % (w)
#define HE_GATHER_8(w, k)                                                                                      \
  HE_GATHER(w, k), HE_GATHER(w, k + 1), HE_GATHER(w, k + 2), HE_GATHER(w, k + 3), HE_GATHER(w, k + 4),         \
    HE_GATHER(w, k + 5), HE_GATHER(w, k + 6), HE_GATHER(w, k + 7)
#define HE_SPREAD_64(w)                                                                                        \
  {HE_SPREAD_8(w, 0), HE_SPREAD_8(w, 1), HE_SPREAD_8(w, 2), HE_SPREAD_8(w, 3),                                 \
   HE_SPREAD_8(w, 4), HE_SPREAD_8(w, 5), HE_SPREAD_8(w, 6), HE_SPREAD_8(w, 7)}
#define HE_GATHER_64(w)                                                                                        \
  {HE_GATHER_8(w, 0),  HE_GATHER_8(w, 8),  HE_GATHER_8(w, 16), HE_GATHER_8(w, 24),                             \
   HE_GATHER_8(w, 32), HE_GATHER_8(w, 40), HE_GATHER_8(w, 48), HE_GATHER_8(w, 56)}

static const uint8_t key_spread[][64] = {
  HE_SPREAD_64(1), HE_SPREAD_64(2), HE_SPREAD_64(3), HE_SPREAD_64(4), HE_SPREAD_64(5), HE_SPREAD_64(6),
};
static const uint8_t key_gather[][64] = {
  HE_GATHER_64(1), HE_GATHER_64(2), HE_GATHER_64(3), HE_GATHER_64(4), HE_GATHER_64(5), HE_GATHER_64(6),
};

/// requires: a modulus below HE_AVX512IFMA_LIMIT, which has 46 bits at most.
static inline key_format key_format_of(const he_modulus *q) {
  const size_t width = key_width(q);
  const key_format format = {
    .width = width,
    .spread = _mm512_loadu_si512(key_spread[width - 1]),
    .gather = _mm512_loadu_si512(key_gather[width - 1]),
    .bytes = (UINT64_C(1) << 8 * width) - 1,
    .places = UINT64_C(0x0101010101010101) * ((1u << width) - 1),
  };
  return format;
}

HE_INLINE he_vector load_key(const uint8_t *bytes, const key_format *format) {
  return _mm512_maskz_permutexvar_epi8(format->places, format->spread, _mm512_maskz_loadu_epi8(format->bytes, bytes));
}

HE_INLINE void store_key(uint8_t *bytes, he_vector residues, const key_format *format) {
  _mm512_mask_storeu_epi8(bytes, format->bytes, _mm512_permutexvar_epi8(format->gather, residues));
}

size_t he_avx512ifma_packed_key_words(size_t terms, size_t count, const he_modulus *q) {
  return 2 * terms * count / 8 * key_width(q);
}

void he_avx512ifma_pack_key(uint64_t *packed, const uint64_t *k0, const uint64_t *k1, size_t term, size_t terms,
                            size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE((q->value & 1) == 1);
  HE_REQUIRE(terms >= 1 && terms <= HE_TERMS_MAX && term < terms);
  HE_REQUIRE(count == 8 || count % HE_KEY_BLOCK == 0);
  HE_REQUIRE_BELOW(k0, count, q->value);
  HE_REQUIRE_BELOW(k1, count, q->value);
  const key_format format = key_format_of(q);
  const he_vector modulus = vector_broadcast(q->value), negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value);
  const uint64_t radix = he_reduce_64(UINT64_C(1) << 52, q);
  const he_vector w = vector_broadcast(radix), quotient = vector_broadcast(he_shoup_quotient(radix, 52, q));
  for (size_t start = 0; start < count; start += HE_KEY_BLOCK) {
    // The last block of a polynomial of 8 coefficients is half as long.
    const size_t length = count - start < HE_KEY_BLOCK ? count - start : HE_KEY_BLOCK;
    uint8_t *place = (uint8_t *)packed + 2 * (terms * start + term * length) * format.width;
    for (size_t k = 0; k < length; k += 8) {
      he_vector x = vector_multiply_shoup_lazy(vector_load(k0 + start + k), w, quotient, negated_q);
      he_vector y = vector_multiply_shoup_lazy(vector_load(k1 + start + k), w, quotient, negated_q);
      store_key(place + k * format.width, vector_close(x, modulus), &format);
      store_key(place + (length + k) * format.width, vector_close(y, modulus), &format);
    }
  }
}

/// How many bytes of a key are on their way, and lines that a term of a block takes at most.
#define HE_KEY_AHEAD 8192
#define HE_KEY_LINES 3
/// The same of a row of a tensor.
#define HE_ROW_AHEAD 2048
/// What the terms of a tensor add to a sum is at most so much times q^2.
#define HE_TENSOR_BOUND 4

typedef struct product_constants {
  he_vector q, negated_q, inverse, reciprocal;
  he_vector raised, raised_quotient;  ///< the scalar of the tensor times 2^52
  const uint64_t *tensor[4];          ///< a0, a1, b0, b1
  key_format format;
} product_constants;

/// Adds the terms of a tensor. b is multiplied by the raised scalar before: below 2 q.
HE_INLINE void add_tensor(split_sum *sum, size_t start, const unsigned vectors, const product_constants *constants) {
  HE_UNROLL
  for (unsigned v = 0; v < vectors; v++) {
    he_vector x[4];
    HE_UNROLL
    for (unsigned i = 0; i < 4; i++) {
      // More streams than the core follows from page to page by itself.
      const uint64_t *row = constants->tensor[i] + start + 8 * v;
      __builtin_prefetch((const void *)((uintptr_t)row + HE_ROW_AHEAD), 0, 3);
      x[i] = vector_load(row);
    }
    HE_UNROLL
    for (unsigned i = 2; i < 4; i++) {
      x[i] = vector_multiply_shoup_lazy(x[i], constants->raised, constants->raised_quotient, constants->negated_q);
    }
    add_product(&sum[v], x[0], x[2]);
    add_product(&sum[vectors + v], x[0], x[3]);
    add_product(&sum[vectors + v], x[1], x[2]);
  }
}

// The digits lie in [0, 45 q) and the keys in [0, q), a tensor adds at most 4 q^2: s <= (terms * 45 + 4) q^2, so s / 2^52 < (terms *
// 45 + 4) / 64 q < 46 q. Plus q, where the high halves start, the Montgomery reduction is a clean word below 47 q < 2^52; below
// 2 q for a narrow modulus, where (terms * 45 + 4) q <= 2^52.
HE_INLINE void key_block(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits, const uint8_t *block,
                         size_t start, size_t terms, const unsigned vectors, const bool narrow, const bool has_tensor,
                         const product_constants *constants) {
  const he_vector modulus = constants->q, negated_q = constants->negated_q;
  const key_format format = constants->format;
  split_sum sum[4];
  HE_UNROLL
  for (unsigned v = 0; v < 2 * vectors; v++) sum[v].low = vector_zero(), sum[v].high = modulus;
  for (size_t t = 0; t < terms; t++) {
    const uint64_t *digit = lazy_digits[t] + start;
    // Keys come from memory, whose own streams end with each page. An address outside of the key does no harm.
    HE_UNROLL
    for (unsigned line = 0; line < HE_KEY_LINES; line++) {
      __builtin_prefetch((const void *)((uintptr_t)block + HE_KEY_AHEAD + 64 * line), 0, 3);
    }
    HE_UNROLL
    for (unsigned v = 0; v < vectors; v++) {
      const he_vector x = vector_load(digit + 8 * v);
      add_product(&sum[v], x, load_key(block + 8 * v * format.width, &format));
      add_product(&sum[vectors + v], x, load_key(block + 8 * (vectors + v) * format.width, &format));
    }
    block += 16 * vectors * format.width;
  }
  if (has_tensor) add_tensor(sum, start, vectors, constants);
  HE_UNROLL
  for (unsigned v = 0; v < 2 * vectors; v++) {
    he_vector reduced = montgomery(sum[v], constants->inverse, modulus);
    if (narrow) {
      reduced = vector_subtract_if_reached(reduced, modulus);
    } else {
      reduced = vector_close(vector_reduce_lazy(reduced, constants->reciprocal, negated_q), modulus);
    }
    vector_store((v < vectors ? out0 : out1) + start + 8 * (v % vectors), reduced);
  }
}

/// Whether the sum of a term of each of `terms` digits, and of a tensor, over 2^52 is below q.
HE_INLINE bool is_narrow(size_t terms, const he_modulus *q) {
  return (terms * HE_FORWARD_LAZY_BOUND + HE_TENSOR_BOUND) * q->value <= UINT64_C(1) << 52;
}

#define DEFINE_KEY_BLOCKS(name, narrow, has_tensor)                                                                   \
  static void name(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits, const uint8_t *key, size_t terms, \
                   size_t block_bytes, size_t count, const product_constants *constants) {                            \
    for (size_t start = 0; start < count; start += HE_KEY_BLOCK, key += block_bytes) {                                \
      key_block(out0, out1, lazy_digits, key, start, terms, 2, narrow, has_tensor, constants);                        \
    }                                                                                                                 \
  }

DEFINE_KEY_BLOCKS(key_blocks, false, false)
DEFINE_KEY_BLOCKS(key_blocks_narrow, true, false)
DEFINE_KEY_BLOCKS(key_blocks_tensor, false, true)
DEFINE_KEY_BLOCKS(key_blocks_narrow_tensor, true, true)

void he_avx512ifma_key_product(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits, const uint64_t *packed,
                               size_t terms, size_t packed_terms, const he_tensor *tensor, size_t start, size_t count,
                               const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE((q->value & 1) == 1);
  HE_REQUIRE(terms >= 1 && terms <= packed_terms && packed_terms <= HE_TERMS_MAX);
  HE_REQUIRE(count == 8 || count % HE_KEY_BLOCK == 0);
  product_constants constants = {
    .q = vector_broadcast(q->value),
    .negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value),
    .inverse = vector_broadcast(inverse_of_odd(q->value)),
    .reciprocal = vector_broadcast(he_reciprocal_52(q)),
    .format = key_format_of(q),
  };
  if (tensor != NULL) {
    const uint64_t raised = he_multiply_mod(tensor->scalar, he_reduce_64(UINT64_C(1) << 52, q), q);
    constants.raised = vector_broadcast(raised);
    constants.raised_quotient = vector_broadcast(he_shoup_quotient(raised, 52, q));
    const uint64_t *const rows[] = {tensor->a0, tensor->a1, tensor->b0, tensor->b1};
    for (size_t i = 0; i < 4; i++) constants.tensor[i] = rows[i] + start;
  }
  const uint8_t *key = (const uint8_t *)packed;
#ifdef HE_VERIFY
  for (size_t t = 0; t < terms; t++) {
    HE_REQUIRE_LOW52_BELOW(lazy_digits[t], count, HE_FORWARD_LAZY_BOUND * q->value);
  }
  for (size_t k = 0; k < 2 * packed_terms * count; k++) {
    uint64_t residue = 0;
    memcpy(&residue, key + k * constants.format.width, constants.format.width);
    HE_REQUIRE_BELOW(&residue, 1, q->value);
  }
#endif
  const size_t block_bytes = 2 * packed_terms * HE_KEY_BLOCK * constants.format.width;
  if (count == 8 && tensor != NULL) {
    key_block(out0, out1, lazy_digits, key, 0, terms, 1, false, true, &constants);
  } else if (count == 8) {
    key_block(out0, out1, lazy_digits, key, 0, terms, 1, false, false, &constants);
  } else if (is_narrow(terms, q)) {
    (tensor != NULL ? key_blocks_narrow_tensor : key_blocks_narrow)(out0, out1, lazy_digits, key, terms, block_bytes, count,
                                                                    &constants);
  } else {
    (tensor != NULL ? key_blocks_tensor : key_blocks)(out0, out1, lazy_digits, key, terms, block_bytes, count, &constants);
  }
  HE_ENSURE_BELOW(out0, count, q->value);
  HE_ENSURE_BELOW(out1, count, q->value);
}

void he_avx512ifma_key_inner_product(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits,
                                     const uint64_t *packed, size_t terms, size_t packed_terms, size_t count,
                                     const he_modulus *q) {
  he_avx512ifma_key_product(out0, out1, lazy_digits, packed, terms, packed_terms, NULL, 0, count, q);
}

HE_AVX512IFMA_REGION_END

#endif
