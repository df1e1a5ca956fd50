// SPDX-License-Identifier: Apache-2.0
//
// Doubles to words and back, without conversion instructions: integers below 2^52 are read in the low bits of a sum with a
// power of two. Part of the text that every implementation compiles (backend_body.h).

/// 3 * 2^51: adding it to |x| <= 2^51 rounds x to an integer, ties to even, which the low 52 bits hold modulo 2^52.
#define HE_ROUNDER 0x1.8p+52
#define HE_ROUNDER_BITS UINT64_C(0x4338000000000000)
/// 2^52: ulp 1, so that the low 52 bits count units. Its bits, with a word below 2^52 in them, are 2^52 + that word.
#define HE_UNIT 0x1p+52
#define HE_UNIT_BITS UINT64_C(0x4330000000000000)

/// The nearest integer, ties to even. requires: |x| <= 2^51.
HE_INLINE vector vector_round(vector x) { return (x + vector_broadcast(HE_ROUNDER)) - vector_broadcast(HE_ROUNDER); }

/// An integer as a two's complement word, after rounding. requires: |x| < 2^51.
HE_INLINE word_vector vector_small_word(vector x) {
  return vector_bits(x + vector_broadcast(HE_ROUNDER)) - word_vector_broadcast(HE_ROUNDER_BITS);
}

/// x = high * 2^32 + low, high in [-2^31, 2^31), low in [0, 2^32), for a two's complement word.
HE_INLINE void split_signed(vector *high, vector *low, word_vector x) {
  // The sign bit, flipped, adds 2^63 to the value and 2^31 to the high half.
  const word_vector upper = (x ^ word_vector_broadcast(UINT64_C(1) << 63)) >> 32;
  *high = vector_from_bits(upper | word_vector_broadcast(HE_UNIT_BITS)) - vector_broadcast(HE_UNIT + 0x1p+31);
  const word_vector lower = x & word_vector_broadcast(UINT32_MAX);
  *low = vector_from_bits(lower | word_vector_broadcast(HE_UNIT_BITS)) - vector_broadcast(HE_UNIT);
}

HE_INLINE word_vector round_to_word(vector x, vector scale) {
  const vector y = x * scale;
  // y = high * 2^32 + low, |low| <= 2^31, exactly; high * 2^32 is even, so that ties of low are ties of y.
  const vector high = vector_round(y * vector_broadcast(0x1p-32));
  const vector low = vector_fma(high, vector_broadcast(-0x1p+32), y);
  return (vector_small_word(high) << 32) + vector_small_word(low);
}

HE_INLINE vector word_to_double(word_vector x) {
  vector high, low;
  split_signed(&high, &low, x);
  return vector_fma(high, vector_broadcast(0x1p+32), low);
}

HE_INLINE vector wide_word_to_double(word_vector hi, word_vector lo) {
  // With the low word taken as signed, nothing cancels: either the high word is 0, or it outweighs the low one.
  return vector_fma(word_to_double(hi + (lo >> 63)), vector_broadcast(0x1p+64), word_to_double(lo));
}

// The loops. The last vector of a count that is no multiple of HE_LANES goes through a buffer.

#define HE_FOR_VECTORS(count, in, out, whole, buffered)         \
  size_t k = 0;                                                 \
  for (; k + HE_LANES <= (count); k += HE_LANES) whole;         \
  if (k < (count)) {                                            \
    uint64_t buffer[2][HE_LANES] = {{0}};                       \
    const size_t rest = ((count) - k) * sizeof(uint64_t);       \
    buffered;                                                   \
    __builtin_memcpy((out) + k, buffer[0], rest);               \
    he_zeroize(buffer, sizeof buffer);                          \
  }

/// The larger of two words below 2^63. Without the empty statement compilers make a branch of the sum.
HE_INLINE uint64_t larger_word(uint64_t a, uint64_t b) {
  uint64_t excess = a - b, mask = (excess >> 63) - 1;
  __asm__("" : "+r"(mask));
  return b + (excess & mask);
}

static double largest_magnitude(const double *in, size_t count) {
  // Without the sign, doubles are ordered as their bits are, with what is not a number above infinity.
  const uint64_t magnitude = UINT64_MAX >> 1;
  uint64_t largest = 0;
  size_t k = 0;
#if HE_LANES > 1
  word_vector lanes = word_vector_broadcast(0);
  for (; k + HE_LANES <= count; k += HE_LANES) {
    const word_vector x = vector_bits(vector_load(in + k)) & word_vector_broadcast(magnitude);
    const word_vector excess = x - lanes;
    lanes += excess & ((excess >> 63) - 1);
  }
  for (size_t lane = 0; lane < HE_LANES; lane++) largest = larger_word(lanes[lane], largest);
#endif
  for (; k < count; k++) largest = larger_word(__builtin_bit_cast(uint64_t, in[k]) & magnitude, largest);
  return __builtin_bit_cast(double, largest);
}

static void round_to_words(uint64_t *out, const double *in, double scale, size_t count) {
  HE_REQUIRE(__builtin_isfinite(scale));
  HE_REQUIRE_ALIASING(out, in, count);
  HE_REQUIRE_MAGNITUDE(in, scale, 0x1p+62, count);
  const vector factor = vector_broadcast(scale);
  HE_FOR_VECTORS(count, in, out, word_vector_store(out + k, round_to_word(vector_load(in + k), factor)), {
    __builtin_memcpy(buffer[0], in + k, rest);
    const vector x = vector_from_bits(word_vector_load(buffer[0]));
    word_vector_store(buffer[0], round_to_word(x, factor));
  })
}

static void words_to_doubles(double *out, const uint64_t *in, double scale, size_t count) {
  HE_REQUIRE_ALIASING(out, in, count);
  const vector factor = vector_broadcast(scale);
  HE_FOR_VECTORS(count, in, out, vector_store(out + k, word_to_double(word_vector_load(in + k)) * factor), {
    __builtin_memcpy(buffer[0], in + k, rest);
    word_vector_store(buffer[0], vector_bits(word_to_double(word_vector_load(buffer[0])) * factor));
  })
}

static void wide_words_to_doubles(double *out, const uint64_t *hi, const uint64_t *lo, double scale, size_t count) {
  HE_REQUIRE_ALIASING(out, hi, count);
  HE_REQUIRE_ALIASING(out, lo, count);
  const vector factor = vector_broadcast(scale);
  HE_FOR_VECTORS(
      count, hi, out,
      vector_store(out + k, wide_word_to_double(word_vector_load(hi + k), word_vector_load(lo + k)) * factor), {
        __builtin_memcpy(buffer[0], hi + k, rest);
        __builtin_memcpy(buffer[1], lo + k, rest);
        const vector x = wide_word_to_double(word_vector_load(buffer[0]), word_vector_load(buffer[1]));
        word_vector_store(buffer[0], vector_bits(x * factor));
      })
}
