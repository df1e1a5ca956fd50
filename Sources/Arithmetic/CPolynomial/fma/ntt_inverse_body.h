// SPDX-License-Identifier: Apache-2.0
//
// Inverse negacyclic transform with lazy butterflies (x, y) to (x + y, (x - y) w).
//
// Range algebra, in sixty-fourths of q. Values at most a and b in size have a sum and a difference of at most a + b,
// and the product of that difference with a twiddle is below 32 + (a + b) / 64 (modular.h), as long as a + b <= 64 *
// 32. Each function below carries the bound of every register as a number that is known when it is compiled, and
// reduces a register to q/2, counted as 33 (two fused operations and an addition), only where a sum would pass 64 * 32
// or where a pass would hand on more than HE_PASS_BOUND. That is one register in eight of a pass of radix 8 (bounds
// 160, 320, 640, 1280 along the sums; 4 * 37 along the sums of the first products), and two of the last six levels,
// which start at 64.

/// Every value in memory between two passes is at most 2.5 q in size.
#define HE_PASS_BOUND 160
/// No sum or difference is above 32 q.
#define HE_SUM_BOUND 2048
#define HE_REDUCED_BOUND 33

typedef struct inverse_constants {
  modular m;
  he_vector scale;  ///< N^-1
  double modulus;
} inverse_constants;

HE_INLINE void reduce_above(he_vector *x, unsigned *bound, const unsigned limit, const modular *m) {
  if (*bound > limit) {
    *x = reduce(*x, m);
    *bound = HE_REDUCED_BOUND;
  }
}

/// (x, y) to (x + y, (x - y) w), the sum lazy and unscaled.
HE_INLINE void inverse_butterfly(he_vector *x, he_vector *y, unsigned *x_bound, unsigned *y_bound, he_vector w,
                                 const modular *m) {
  if (*x_bound + *y_bound > HE_SUM_BOUND) {
    reduce_above(x, x_bound, HE_PASS_BOUND, m);
    reduce_above(y, y_bound, HE_PASS_BOUND, m);
  }
  const he_vector difference = vector_subtract(*x, *y);
  *x = vector_add(*x, *y);
  *x_bound += *y_bound;
  *y = multiply(difference, w, m);
  *y_bound = 32 + (*x_bound + 63) / 64;
}

/// One pass of radix 2^log_radix over 2^log_radix rows of `stride` values within HE_PASS_BOUND. After the last level
/// of all the sums are multiplied by N^-1 (the differences have it in their twiddle): products of at most 32 q lie
/// within q.
HE_INLINE void inverse_pass(uint64_t *data, size_t stride, const uint64_t *twiddles, const inverse_constants *constants,
                            const unsigned log_radix, const bool last) {
  const unsigned columns = pass_columns(log_radix), count = columns << log_radix;
  const modular m = constants->m;
  for (size_t j = 0; j < stride; j += HE_LANES * columns) {
    he_vector x[16];
    unsigned bound[16];
    HE_UNROLL
    for (unsigned i = 0; i < count; i++) {
      x[i] = vector_load(data + i / columns * stride + j + HE_LANES * (i % columns));
      bound[i] = HE_PASS_BOUND;
    }
    HE_UNROLL
    for (unsigned step = 0; step < log_radix; step++) {
      const unsigned level = log_radix - 1 - step, half = count >> (level + 1);
      HE_UNROLL
      for (unsigned b = 0; b < 1u << level; b++) {
        const he_vector w = twiddle_at(twiddles + (1u << level) - 1 + b);
        HE_UNROLL
        for (unsigned i = 0; i < half; i++) {
          const unsigned lower = 2 * half * b + i, upper = lower + half;
          inverse_butterfly(&x[lower], &x[upper], &bound[lower], &bound[upper], w, &m);
        }
      }
    }
    HE_UNROLL
    for (unsigned i = 0; i < count; i++) {
      uint64_t *place = data + i / columns * stride + j + HE_LANES * (i % columns);
      if (last) {
        store_canonical(place, i < count / 2 ? multiply(x[i], constants->scale, &m) : x[i], HE_LANES, &m);
      } else {
        reduce_above(&x[i], &bound[i], HE_PASS_BOUND, &m);
        vector_store(place, x[i]);
      }
    }
  }
}

/// Butterfly `k` of 4 of level `level` of 3 on eight registers, twiddles of the lanes from `lane` on.
HE_INLINE void inverse_lanes_step(he_vector x[8], unsigned bound[8], const uint64_t *table, const unsigned lane,
                                  const unsigned level, const unsigned k, const modular *m) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  inverse_butterfly(&x[i], &x[i + half], &bound[i], &bound[i + half],
                    vector_load(table + 8 * ((1u << level) - 1 + b) + lane), m);
}

/// The same with single twiddles.
HE_INLINE void inverse_rows_step(he_vector x[8], unsigned bound[8], const uint64_t *table, const unsigned level,
                                 const unsigned k, const modular *m) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  inverse_butterfly(&x[i], &x[i + half], &bound[i], &bound[i + half],
                    twiddle_at(table + HE_BLOCK_SINGLES + (1u << level) - 1 + b), m);
}

HE_INLINE void load_canonical(he_vector x[8], unsigned bound[8], const uint64_t *data) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) {
    x[r] = vector_from_words(words_load(data + 8 * r));
    bound[r] = 64;
  }
}

/// Before the transposition, which gives every register lanes of all eight bounds.
HE_INLINE void reduce_lanes(he_vector x[8], unsigned bound[8], const modular *m) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) reduce_above(&x[r], &bound[r], HE_PASS_BOUND, m);
}

HE_INLINE void reset_bounds(unsigned bound[8]) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) bound[r] = HE_PASS_BOUND;
}

HE_INLINE void store_rows(uint64_t *data, he_vector x[8], unsigned bound[8], const inverse_constants *constants,
                          const bool last) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) {
    if (last) {
      store_canonical(data + 8 * r, r < 4 ? multiply(x[r], constants->scale, &constants->m) : x[r], HE_LANES,
                      &constants->m);
    } else {
      reduce_above(&x[r], &bound[r], HE_PASS_BOUND, &constants->m);
      vector_store(data + 8 * r, x[r]);
    }
  }
}

// The first six levels of `blocks` blocks of 64 values, the mirror image of the forward transform's last six.

#if HE_LANES == 8

HE_INLINE void inverse_blocks(uint64_t *data, size_t blocks, const uint64_t *table, const inverse_constants *constants,
                              const bool last) {
  const modular m = constants->m;
  he_vector x[8];
  unsigned bound[8];
  load_canonical(x, bound, data);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) inverse_lanes_step(x, bound, table, 0, 2 - step / 4, step % 4, &m);
  reduce_lanes(x, bound, &m);
  vector_transpose(x);
  for (; blocks > 1; blocks--) {
    he_vector next[8];
    unsigned next_bound[8];
    load_canonical(next, next_bound, data + 64);
    reset_bounds(bound);
    HE_UNROLL
    for (unsigned step = 0; step < 12; step++) {
      inverse_lanes_step(next, next_bound, table + HE_BLOCK_WORDS, 0, 2 - step / 4, step % 4, &m);
      inverse_rows_step(x, bound, table, 2 - step / 4, step % 4, &m);
    }
    store_rows(data, x, bound, constants, false);
    reduce_lanes(next, next_bound, &m);
    vector_transpose(next);
    HE_UNROLL
    for (unsigned r = 0; r < 8; r++) x[r] = next[r];
    data += 64;
    table += HE_BLOCK_WORDS;
  }
  reset_bounds(bound);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) inverse_rows_step(x, bound, table, 2 - step / 4, step % 4, &m);
  store_rows(data, x, bound, constants, last);
}

#else

HE_INLINE void inverse_lanes_part(uint64_t *block, const uint64_t *data, const unsigned column, const uint64_t *table,
                                  const modular *m) {
  he_vector x[8];
  unsigned bound[8];
  load_canonical(x, bound, data + column);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) inverse_lanes_step(x, bound, table, column, 2 - step / 4, step % 4, m);
  reduce_lanes(x, bound, m);
  HE_UNROLL
  for (unsigned row = 0; row < 8; row += HE_LANES) {
    vector_transpose(x + row);
    HE_UNROLL
    for (unsigned i = 0; i < HE_LANES; i++) vector_store(block + 8 * (column + i) + row, x[row + i]);
  }
}

HE_INLINE void inverse_rows_part(uint64_t *data, const uint64_t *block, const unsigned column, const uint64_t *table,
                                 const inverse_constants *constants, const bool last) {
  he_vector x[8];
  unsigned bound[8];
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) x[r] = vector_load(block + 8 * r + column);
  reset_bounds(bound);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) {
    inverse_rows_step(x, bound, table, 2 - step / 4, step % 4, &constants->m);
  }
  store_rows(data + column, x, bound, constants, last);
}

HE_INLINE void inverse_blocks(uint64_t *data, size_t blocks, const uint64_t *table, const inverse_constants *given,
                              const bool last) {
  const inverse_constants constants = *given;
  uint64_t waiting[2][64] __attribute__((aligned(64)));
  uint64_t *block = waiting[0], *next = waiting[1];
  HE_UNROLL
  for (unsigned column = 0; column < 8; column += HE_LANES) {
    inverse_lanes_part(block, data, column, table, &constants.m);
  }
  for (; blocks > 1; blocks--) {
    HE_UNROLL
    for (unsigned column = 0; column < 8; column += HE_LANES) {
      inverse_lanes_part(next, data + 64, column, table + HE_BLOCK_WORDS, &constants.m);
      inverse_rows_part(data, block, column, table, &constants, false);
    }
    uint64_t *const done = block;
    block = next;
    next = done;
    data += 64;
    table += HE_BLOCK_WORDS;
  }
  HE_UNROLL
  for (unsigned column = 0; column < 8; column += HE_LANES) {
    inverse_rows_part(data, block, column, table, &constants, last);
  }
  he_zeroize(waiting, sizeof waiting);
}

#endif

// The shapes in use, each compiled once. A pass of radix 2 exists for degree 128 alone.

#define DEFINE_PASS(name, log_radix, last)                                                                       \
  static void name(uint64_t *data, size_t stride, const uint64_t *table, const inverse_constants *constants) {   \
    inverse_pass(data, stride, table, constants, log_radix, last);                                               \
  }

DEFINE_PASS(inverse_pass_2, 1, true)
DEFINE_PASS(inverse_pass_4, 2, false)
DEFINE_PASS(inverse_pass_4_last, 2, true)
DEFINE_PASS(inverse_pass_8, 3, false)
DEFINE_PASS(inverse_pass_8_last, 3, true)
#if HE_LANES == 8
DEFINE_PASS(inverse_pass_16, 4, false)
DEFINE_PASS(inverse_pass_16_last, 4, true)
#endif

#undef DEFINE_PASS

static void inverse_blocks_only(uint64_t *data, const uint64_t *table, const inverse_constants *constants) {
  inverse_blocks(data, 1, table, constants, true);  // degree 64 alone
}
static void inverse_blocks_below(uint64_t *data, size_t blocks, const uint64_t *table,
                                 const inverse_constants *constants) {
  inverse_blocks(data, blocks, table, constants, false);
}

/// Transforms 2^log_length values, the last pass of all included where `last`. Returns where the next twiddles are.
static const uint64_t *inverse_walk(uint64_t *data, unsigned log_length, const uint64_t *table,
                                    const inverse_constants *constants, bool last) {
  const unsigned log_radix = pass_log_radix(log_length);
  const size_t stride = (size_t)1 << (log_length - log_radix);
  const uint64_t *own = table;
  table += pass_words(log_radix);
  if (stride == 64) {
    inverse_blocks_below(data, (size_t)1 << log_radix, table, constants);
    table += (size_t)HE_BLOCK_WORDS << log_radix;
  } else {
    for (size_t part = 0; part < (size_t)1 << log_radix; part++) {
      table = inverse_walk(data + part * stride, log_length - log_radix, table, constants, false);
    }
  }
  HE_CHECK_INTEGERS(data, stride << log_radix, HE_PASS_BOUND / 64.0 * constants->modulus);
  switch (log_radix) {
    case 1: inverse_pass_2(data, stride, own, constants); break;
    case 2: (last ? inverse_pass_4_last : inverse_pass_4)(data, stride, own, constants); break;
#if HE_LANES == 8
    case 4: (last ? inverse_pass_16_last : inverse_pass_16)(data, stride, own, constants); break;
#endif
    default: (last ? inverse_pass_8_last : inverse_pass_8)(data, stride, own, constants); break;
  }
  return table;
}

static void fma_ntt_inverse(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_ALIGNED(data);
  HE_REQUIRE_ALIGNED(tables);
  HE_REQUIRE_BELOW(data, (size_t)1 << log_n, q->value);
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_inverse(data, log_n, q, tables);
    return;
  }
  const inverse_constants constants = {
    .m = modular_of(q),
    .scale = twiddle_at(tables),
    .modulus = (double)q->value,
  };
  tables += HE_HEAD_WORDS + direction_words(log_n);
  if (log_n == 6) {
    inverse_blocks_only(data, tables, &constants);
  } else {
    inverse_walk(data, log_n, tables, &constants, true);
  }
  HE_ENSURE_BELOW(data, (size_t)1 << log_n, q->value);
}
