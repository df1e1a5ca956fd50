// SPDX-License-Identifier: Apache-2.0
//
// Maps between residue number systems [HPS18]: two fused operations and two additions per vector and pair of moduli,
// one reduction per vector of output. A tile of the input is scaled once and read for every output while it is in the
// first-level cache.

/// Words of scaled residues kept at a time, all limbs together: what fits the first-level cache.
#define HE_TILE_WORDS 4096
/// Most coefficients in a tile, and vectors of one inner loop.
#define HE_TILE_MAX 512
#define HE_TILE_VECTORS (HE_LANES == 2 ? 8 : 4)
#define HE_TILE_STEP (HE_TILE_VECTORS * HE_LANES)

/// scaled[k] = in[k] * inverse mod q, canonical, as doubles, for k < count; zero up to the next multiple of
/// HE_TILE_STEP. Where `inverse` is 1, in[k] itself.
HE_INLINE void scale_limb(uint64_t *scaled, const uint64_t *in, size_t count, uint64_t inverse, const he_modulus *q) {
  if (inverse == 1) {
    FOR_EACH_VECTOR(vector_store(scaled + k, load_residues(in + k, lanes)););
  } else {
    const modular m = modular_of(q);
    const he_vector w = vector_broadcast(centred(inverse, q->value));
    FOR_EACH_VECTOR(vector_store(scaled + k, canonical(multiply(load_residues(in + k, lanes), w, &m), &m)););
  }
  for (size_t k = (count + HE_LANES - 1) / HE_LANES * HE_LANES; k % HE_TILE_STEP != 0; k += HE_LANES) {
    vector_store(scaled + k, vector_zero());
  }
}

// v of he_conversion for a tile, as doubles: at most 2^53, because y < 2^47, theta < 1 and 64 limbs at most.
//
// With A = RN(3 * 2^103 + y d), d a digit, whose neighbours are 2^52 apart, y d = 2^52 a + e: a < 2^47 is the
// difference of the bits of A and of 3 * 2^103, and e = y d - (A - 3 * 2^103) is exact, |e| <= 2^51. Then floor(y d /
// 2^52) is a, less one where e is negative; and the bits of 3 * 2^51 + e are those of 3 * 2^51 plus e. For the high
// digits a and e are added up, for the low ones the floor. The sum of all e and floors, with 2^51 and a bias of 2^58
// that makes it positive, is below 64 * (2^51 + 2^47) + 2^51 + 2^58 < 2^60, and its high bits, less 2^6, carry to the
// sum of the a.
HE_INLINE void round_fractions(uint64_t *rounded, size_t count, const uint64_t *scaled, size_t tile,
                               const uint64_t *fractions, size_t from_count) {
  const he_vector split = vector_broadcast(HE_SPLIT(52)), unit = vector_broadcast(HE_SPLIT(0));
  const uint64_t split_bits = double_bits(HE_SPLIT(52)), unit_bits = double_bits(HE_SPLIT(0));
  const he_words whole_start = words_broadcast(0 - from_count * split_bits - 64);
  const he_words part_start =
    words_broadcast((UINT64_C(1) << 51) + (UINT64_C(1) << 58) - from_count * (split_bits + unit_bits));
  for (size_t k = 0; k < count; k += HE_TILE_STEP) {
    he_words whole[HE_TILE_VECTORS], part[HE_TILE_VECTORS];
    HE_UNROLL
    for (int v = 0; v < HE_TILE_VECTORS; v++) {
      whole[v] = whole_start;
      part[v] = part_start;
    }
    for (size_t i = 0; i < from_count; i++) {
      const he_vector high = vector_broadcast((double)fractions[2 * i]);
      const he_vector low = vector_broadcast((double)fractions[2 * i + 1]);
      const uint64_t *residues = scaled + i * tile + k;
      HE_UNROLL
      for (int v = 0; v < HE_TILE_VECTORS; v++) {
        const he_vector y = vector_load(residues + HE_LANES * v);
        const he_vector a = vector_fma(y, high, split), b = vector_fma(y, low, split);
        const he_vector e = vector_fma(y, high, vector_subtract(split, a));
        const he_vector f = vector_fma(y, low, vector_subtract(split, b));
        whole[v] = words_add(whole[v], vector_bits(a));
        part[v] = words_add(part[v], vector_bits(vector_add(e, unit)));
        part[v] = words_add(part[v], words_subtract(vector_bits(b), words_shift_right(vector_bits(f), 63)));
      }
    }
    HE_UNROLL
    for (int v = 0; v < HE_TILE_VECTORS; v++) {
      const he_words sum = words_add(whole[v], words_shift_right(part[v], 52));
      vector_store(rounded + k + HE_LANES * v, vector_from_wide_words(sum));
    }
  }
}

/// A tile of the input and the constants of one output modulus, all factors as doubles of size at most p/2.
typedef struct tile_terms {
  const uint64_t *scaled;   ///< from_count rows of `tile` doubles
  size_t tile, from_count;
  const uint64_t *rounded;  ///< `tile` doubles, or NULL
  const double *factors;    ///< factors, then the correction, then the factor of own
} tile_terms;

/// Factors of one output, and the terms of one running sum.
#define HE_CONVERT_SPLIT HE_SPLIT(48)
#define HE_CONVERT_TERMS 16

/// v * w modulo p, at most 2.5 p in size, for v <= 2^53 and |w| <= p/2: as `multiply`, but that |v w / p| may reach
/// 2^52, and c is off by up to 1/2 + 3 * 2^52 / 2^53.
HE_INLINE he_vector multiply_wide(he_vector v, he_vector w, const modular *m) {
  const he_vector h = vector_multiply(v, w), e = vector_fms(v, w, h);
  const he_vector c = vector_nearest(vector_multiply(h, m->inverse));
  return vector_add(vector_fnma(c, m->q, h), e);
}

// HE_TILE_STEP coefficients of one output limb, from the k-th of the tile. y < 2^47 and |factor| <= p/2 < 2^46, s =
// 48, 16 terms at a time and with the first of them the own one: the sum is below 17 * 2^93 < 2^99, the errors, with
// up to 2.5 p for the product of v, below 17 * 2^47 + 2^48.4 < 2^52, and |S / p| <= 17 * 2^46 + 2.5 < 2^50.7.
HE_INLINE void convert_vectors(uint64_t *out, const uint64_t *own, size_t k, const tile_terms *terms,
                               const modular *m) {
  const he_vector start = vector_broadcast(HE_CONVERT_SPLIT);
  const size_t from_count = terms->from_count;
  split_sum sum[HE_TILE_VECTORS];
  HE_UNROLL
  for (unsigned v = 0; v < HE_TILE_VECTORS; v++) sum[v] = split_start(start, vector_zero());
  if (terms->rounded != NULL) {
    const he_vector correction = vector_broadcast(terms->factors[from_count]);
    HE_UNROLL
    for (unsigned v = 0; v < HE_TILE_VECTORS; v++) {
      sum[v].low = multiply_wide(vector_load(terms->rounded + k + HE_LANES * v), correction, m);
    }
  }
  if (own != NULL) {
    const he_vector factor = vector_broadcast(terms->factors[from_count + 1]);
    HE_UNROLL
    for (unsigned v = 0; v < HE_TILE_VECTORS; v++) {
      add_product(&sum[v], load_residues(own + HE_LANES * v, HE_LANES), factor);
    }
  }
  for (size_t i = 0; i < from_count;) {
    const size_t end = from_count - i < HE_CONVERT_TERMS ? from_count : i + HE_CONVERT_TERMS;
    for (; i < end; i++) {
      const he_vector factor = vector_broadcast(terms->factors[i]);
      const uint64_t *residues = terms->scaled + i * terms->tile + k;
      HE_UNROLL
      for (unsigned v = 0; v < HE_TILE_VECTORS; v++) add_product(&sum[v], vector_load(residues + HE_LANES * v), factor);
    }
    HE_UNROLL
    for (unsigned v = 0; v < HE_TILE_VECTORS; v++) sum[v] = split_start(start, close_sum(sum[v], start, m));
  }
  HE_UNROLL
  for (unsigned v = 0; v < HE_TILE_VECTORS; v++) store_canonical(out + HE_LANES * v, sum[v].low, HE_LANES, m);
}

/// One output limb of a tile; the last coefficients, fewer than a step, by way of copies.
static void convert_tile(uint64_t *out, const uint64_t *own, size_t count, const tile_terms *terms,
                         const modular *m) {
  size_t k = 0;
  for (; k + HE_TILE_STEP <= count; k += HE_TILE_STEP) {
    convert_vectors(out + k, own != NULL ? own + k : NULL, k, terms, m);
  }
  if (k == count) return;
  uint64_t last[HE_TILE_STEP] = {0};
  for (size_t i = 0; own != NULL && i < count - k; i++) last[i] = own[k + i];
  convert_vectors(last, own != NULL ? last : NULL, k, terms, m);
  for (size_t i = 0; i < count - k; i++) out[k + i] = last[i];
}

static void fma_convert(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride,
                        const uint64_t *own, size_t own_stride, size_t count,
                        const he_conversion *conversion) {
  const size_t from_count = conversion->from_count;
  HE_REQUIRE_ROUNDING();
  HE_REQUIRE_CONVERSION(out, out_stride, in, in_stride, own, own_stride, count, conversion, HE_FMA_LIMIT);
  // A multiple of 32 from 64 (64 limbs) to 512 (8 limbs and fewer).
  size_t tile = HE_TILE_WORDS / from_count / 32 * 32;
  if (tile > HE_TILE_MAX) tile = HE_TILE_MAX;
  uint64_t scaled[HE_TILE_WORDS] __attribute__((aligned(64)));
  uint64_t rounded[HE_TILE_MAX] __attribute__((aligned(64)));
  double factors[64 + 2];
  for (size_t start = 0; start < count; start += tile) {
    const size_t length = count - start < tile ? count - start : tile;
    for (size_t i = 0; i < from_count; i++) {
      const uint64_t inverse = conversion->inverses == NULL ? 1 : conversion->inverses[i];
      scale_limb(scaled + i * tile, in + i * in_stride + start, length, inverse, &conversion->from[i]);
    }
    if (conversion->fractions != NULL) {
      round_fractions(rounded, length, scaled, tile, conversion->fractions, from_count);
    }
    for (size_t j = 0; j < conversion->to_count; j++) {
      const he_modulus *p = &conversion->to[j];
      const modular m = modular_of(p);
      for (size_t i = 0; i < from_count; i++) factors[i] = centred(conversion->factors[j * from_count + i], p->value);
      if (conversion->corrections != NULL) factors[from_count] = centred(conversion->corrections[j], p->value);
      if (own != NULL) factors[from_count + 1] = centred(conversion->own_factors[j], p->value);
      const tile_terms terms = {
        .scaled = scaled,
        .tile = tile,
        .from_count = from_count,
        .rounded = conversion->fractions != NULL ? rounded : NULL,
        .factors = factors,
      };
      convert_tile(out + j * out_stride + start, own != NULL ? own + j * own_stride + start : NULL, length, &terms, &m);
    }
  }
  he_zeroize(scaled, tile * from_count * sizeof(uint64_t));
  if (conversion->fractions != NULL) he_zeroize(rounded, tile * sizeof(uint64_t));
  HE_ENSURE_CONVERTED(out, out_stride, count, conversion);
}
