// SPDX-License-Identifier: Apache-2.0
//
// The vector vocabulary, HE_LANES doubles or 64-bit words wide, in the compiler's vector extensions: each implementation
// compiles it for its own instructions.

typedef double vector __attribute__((ext_vector_type(HE_LANES)));
typedef uint64_t word_vector __attribute__((ext_vector_type(HE_LANES)));

HE_INLINE vector vector_load(const double *p) {
  vector x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}
HE_INLINE void vector_store(double *p, vector x) { __builtin_memcpy(p, &x, sizeof x); }
HE_INLINE word_vector word_vector_load(const uint64_t *p) {
  word_vector x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}
HE_INLINE void word_vector_store(uint64_t *p, word_vector x) { __builtin_memcpy(p, &x, sizeof x); }

HE_INLINE vector vector_broadcast(double x) { return (vector)x; }
HE_INLINE word_vector word_vector_broadcast(uint64_t x) { return (word_vector)x; }
/// a * b + c, rounded once.
HE_INLINE vector vector_fma(vector a, vector b, vector c) { return __builtin_elementwise_fma(a, b, c); }

// The same bits, read as the other type.
HE_INLINE vector vector_from_bits(word_vector x) { return __builtin_bit_cast(vector, x); }
HE_INLINE word_vector vector_bits(vector x) { return __builtin_bit_cast(word_vector, x); }
HE_INLINE vector vector_xor(vector a, vector b) { return vector_from_bits(vector_bits(a) ^ vector_bits(b)); }

/// Rows to columns of a matrix of HE_LANES x HE_LANES: blocks of 1, then 2, then 4 change places.
HE_INLINE void vector_transpose(vector x[HE_LANES]) {
#if HE_LANES == 2
  vector low = __builtin_shufflevector(x[0], x[1], 0, 2);
  x[1] = __builtin_shufflevector(x[0], x[1], 1, 3);
  x[0] = low;
#elif HE_LANES == 4
  vector t[4];
  HE_UNROLL
  for (int i = 0; i < 4; i += 2) {
    t[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 4, 2, 6);
    t[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 1, 5, 3, 7);
  }
  HE_UNROLL
  for (int i = 0; i < 2; i++) {
    x[i] = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 4, 5);
    x[i + 2] = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 6, 7);
  }
#elif HE_LANES == 8
  vector t[8], u[8];
  HE_UNROLL
  for (int i = 0; i < 8; i += 2) {
    t[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  // t[2p + b], pair of lanes c: rows 2p and 2p + 1 of column 2c + b.
  HE_UNROLL
  for (int b = 0; b < 2; b++) {
    HE_UNROLL
    for (int h = 0; h < 8; h += 4) {
      u[h + b] = __builtin_shufflevector(t[h + b], t[h + 2 + b], 0, 1, 4, 5, 8, 9, 12, 13);
      u[h + 2 + b] = __builtin_shufflevector(t[h + b], t[h + 2 + b], 2, 3, 6, 7, 10, 11, 14, 15);
    }
  }
  // u[4h + 2o + b]: (rows 4h, 4h + 1 of columns 2o + b and 2o + b + 4), (rows 4h + 2, 4h + 3 of the same).
  HE_UNROLL
  for (int i = 0; i < 4; i++) {
    x[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 4, 5, 8, 9, 12, 13);
    x[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 2, 3, 6, 7, 10, 11, 14, 15);
  }
#else
  (void)x;
#endif
}
