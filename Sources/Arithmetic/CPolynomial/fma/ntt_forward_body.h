// SPDX-License-Identifier: Apache-2.0
//
// Forward negacyclic transform: four multiplications or fused operations and four additions a butterfly, nothing
// reduced between the first level and the last.
//
// Range algebra, in multiples of q. The inputs are in [0, 1]. If the values before a level are at most b in size, then
// its products are below 1/2 + b/64 (modular.h, twiddles being at most q/2), and its values below b (1 + 1/64) + 1/2.
// From 1 on, n levels lead to 33 (1 + 1/64)^n - 32: 10.96 for n = 17, HE_FMA_LAZY_BOUND being 11. All b are below 32.

/// (x, y) to (x + w y, x - w y).
HE_INLINE void forward_butterfly(he_vector *x, he_vector *y, he_vector w, const modular *m) {
  const he_vector t = multiply(*y, w, m);
  *y = vector_subtract(*x, t);
  *x = vector_add(*x, t);
}

HE_INLINE he_vector twiddle_at(const uint64_t *p) { return vector_from_bits(words_broadcast(*p)); }

/// Input of the first pass are residues, of all others doubles.
HE_INLINE he_vector load_input(const uint64_t *p, const bool first) {
  return first ? vector_from_words(words_load(p)) : vector_load(p);
}

/// Vectors of a row that a pass takes at a time: two, where they fill no more than half of the registers, to have more
/// products that do not wait for each other.
HE_INLINE unsigned pass_columns(unsigned log_radix) { return 2u << log_radix <= HE_REGISTERS / 2 ? 2 : 1; }

/// One pass of radix 2^log_radix over 2^log_radix rows of `stride` values.
HE_INLINE void forward_pass(uint64_t *data, size_t stride, const uint64_t *twiddles, const modular *constants,
                            const unsigned log_radix, const bool first) {
  const unsigned columns = pass_columns(log_radix), count = columns << log_radix;
  const modular m = *constants;
  for (size_t j = 0; j < stride; j += HE_LANES * columns) {
    he_vector x[16];
    HE_UNROLL
    for (unsigned i = 0; i < count; i++) {
      x[i] = load_input(data + i / columns * stride + j + HE_LANES * (i % columns), first);
    }
    HE_UNROLL
    for (unsigned level = 0; level < log_radix; level++) {
      const unsigned half = count >> (level + 1);
      HE_UNROLL
      for (unsigned b = 0; b < 1u << level; b++) {
        const he_vector w = twiddle_at(twiddles + (1u << level) - 1 + b);
        HE_UNROLL
        for (unsigned i = 0; i < half; i++) {
          forward_butterfly(&x[2 * half * b + i], &x[2 * half * b + half + i], w, &m);
        }
      }
    }
    HE_UNROLL
    for (unsigned i = 0; i < count; i++) {
      vector_store(data + i / columns * stride + j + HE_LANES * (i % columns), x[i]);
    }
  }
}

/// Butterfly `k` of 4 of level `level` of 3 on eight registers, single twiddles.
HE_INLINE void forward_rows_step(he_vector x[8], const uint64_t *table, const unsigned level, const unsigned k,
                                 const modular *m) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  forward_butterfly(&x[i], &x[i + half], twiddle_at(table + HE_BLOCK_SINGLES + (1u << level) - 1 + b), m);
}

/// The same with twiddles of eight lanes, of which these are the ones from `lane` on.
HE_INLINE void forward_lanes_step(he_vector x[8], const uint64_t *table, const unsigned lane, const unsigned level,
                                  const unsigned k, const modular *m) {
  const unsigned half = 4u >> level, b = k / half, i = 2 * half * b + k % half;
  forward_butterfly(&x[i], &x[i + half], vector_load(table + 8 * ((1u << level) - 1 + b) + lane), m);
}

/// Eight registers to the eight rows at `data`.
HE_INLINE void forward_store(uint64_t *data, he_vector x[8], const bool lazy, const modular *m) {
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) {
    if (lazy) {
      vector_store(data + 8 * r, x[r]);
    } else {
      store_canonical(data + 8 * r, reduce(x[r], m), HE_LANES, m);
    }
  }
}

// The last six levels of `blocks` blocks of 64 values, eight rows of eight. The first three run down the rows. After
// the transposition row v holds the values 8v to 8v + 7 of what were rows: the other three run down the rows too, and
// lane v of the contract's order is theirs.

#if HE_LANES == 8

/// Both halves wait for their own products, so the second half of each block is interleaved with the first half of the
/// next.
HE_INLINE void forward_blocks(uint64_t *data, size_t blocks, const uint64_t *table, const modular *constants,
                              const bool first, const bool lazy) {
  const modular m = *constants;
  he_vector x[8];
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) x[r] = load_input(data + 8 * r, first);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) forward_rows_step(x, table, step / 4, step % 4, &m);
  vector_transpose(x);
  for (; blocks > 1; blocks--) {
    he_vector next[8];
    HE_UNROLL
    for (unsigned r = 0; r < 8; r++) next[r] = load_input(data + 64 + 8 * r, first);
    HE_UNROLL
    for (unsigned step = 0; step < 12; step++) {
      forward_rows_step(next, table + HE_BLOCK_WORDS, step / 4, step % 4, &m);
      forward_lanes_step(x, table, 0, step / 4, step % 4, &m);
    }
    forward_store(data, x, lazy, &m);
    vector_transpose(next);
    HE_UNROLL
    for (unsigned r = 0; r < 8; r++) x[r] = next[r];
    data += 64;
    table += HE_BLOCK_WORDS;
  }
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) forward_lanes_step(x, table, 0, step / 4, step % 4, &m);
  forward_store(data, x, lazy, &m);
}

#else

/// HE_LANES columns through the first three levels, and into `block`, transposed.
HE_INLINE void forward_rows_part(uint64_t *block, const uint64_t *data, const unsigned column, const uint64_t *table,
                                 const bool first, const modular *m) {
  he_vector x[8];
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) x[r] = load_input(data + 8 * r + column, first);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) forward_rows_step(x, table, step / 4, step % 4, m);
  HE_UNROLL
  for (unsigned row = 0; row < 8; row += HE_LANES) {
    vector_transpose(x + row);
    HE_UNROLL
    for (unsigned i = 0; i < HE_LANES; i++) vector_store(block + 8 * (column + i) + row, x[row + i]);
  }
}

/// HE_LANES columns of a transposed block through the last three levels.
HE_INLINE void forward_lanes_part(uint64_t *data, const uint64_t *block, const unsigned column, const uint64_t *table,
                                  const bool lazy, const modular *m) {
  he_vector x[8];
  HE_UNROLL
  for (unsigned r = 0; r < 8; r++) x[r] = vector_load(block + 8 * r + column);
  HE_UNROLL
  for (unsigned step = 0; step < 12; step++) forward_lanes_step(x, table, column, step / 4, step % 4, m);
  forward_store(data + column, x, lazy, m);
}

/// Eight registers hold a part of the columns only, so that a transposed block waits in memory between the two halves:
/// long enough for the first half of the next block, part by part, to stand between its parts.
HE_INLINE void forward_blocks(uint64_t *data, size_t blocks, const uint64_t *table, const modular *constants,
                              const bool first, const bool lazy) {
  const modular m = *constants;
  uint64_t waiting[2][64] __attribute__((aligned(64)));
  uint64_t *block = waiting[0], *next = waiting[1];
  HE_UNROLL
  for (unsigned column = 0; column < 8; column += HE_LANES) forward_rows_part(block, data, column, table, first, &m);
  for (; blocks > 1; blocks--) {
    HE_UNROLL
    for (unsigned column = 0; column < 8; column += HE_LANES) {
      forward_rows_part(next, data + 64, column, table + HE_BLOCK_WORDS, first, &m);
      forward_lanes_part(data, block, column, table, lazy, &m);
    }
    uint64_t *const done = block;
    block = next;
    next = done;
    data += 64;
    table += HE_BLOCK_WORDS;
  }
  HE_UNROLL
  for (unsigned column = 0; column < 8; column += HE_LANES) forward_lanes_part(data, block, column, table, lazy, &m);
  he_zeroize(waiting, sizeof waiting);
}

#endif

// The shapes in use, each compiled once. A pass of radix 2 exists for degree 128 alone.

#define DEFINE_PASS(name, log_radix, first)                                                            \
  static void name(uint64_t *data, size_t stride, const uint64_t *table, const modular *constants) {   \
    forward_pass(data, stride, table, constants, log_radix, first);                                    \
  }
#define DEFINE_BLOCKS(name, first, lazy)                                                               \
  static void name(uint64_t *data, size_t blocks, const uint64_t *table, const modular *constants) {   \
    forward_blocks(data, blocks, table, constants, first, lazy);                                       \
  }

DEFINE_PASS(forward_pass_2, 1, true)
DEFINE_PASS(forward_pass_4, 2, false)
DEFINE_PASS(forward_pass_4_first, 2, true)
DEFINE_PASS(forward_pass_8, 3, false)
DEFINE_PASS(forward_pass_8_first, 3, true)
#if HE_LANES == 8
DEFINE_PASS(forward_pass_16, 4, false)
DEFINE_PASS(forward_pass_16_first, 4, true)
#endif
DEFINE_BLOCKS(forward_blocks_only, true, false)  // degree 64 alone
DEFINE_BLOCKS(forward_blocks_only_lazy, true, true)
DEFINE_BLOCKS(forward_blocks_below, false, false)
DEFINE_BLOCKS(forward_blocks_below_lazy, false, true)

#undef DEFINE_PASS
#undef DEFINE_BLOCKS

/// Transforms 2^log_length values, the first pass of all included where `first`. Returns where the next twiddles are.
static const uint64_t *forward_walk(uint64_t *data, unsigned log_length, const uint64_t *table,
                                    const modular *constants, bool first, bool lazy) {
  const unsigned log_radix = pass_log_radix(log_length);
  const size_t stride = (size_t)1 << (log_length - log_radix);
  switch (log_radix) {
    case 1: forward_pass_2(data, stride, table, constants); break;
    case 2: (first ? forward_pass_4_first : forward_pass_4)(data, stride, table, constants); break;
#if HE_LANES == 8
    case 4: (first ? forward_pass_16_first : forward_pass_16)(data, stride, table, constants); break;
#endif
    default: (first ? forward_pass_8_first : forward_pass_8)(data, stride, table, constants); break;
  }
  table += pass_words(log_radix);
  if (stride == 64) {
    (lazy ? forward_blocks_below_lazy : forward_blocks_below)(data, (size_t)1 << log_radix, table, constants);
    return table + ((size_t)HE_BLOCK_WORDS << log_radix);
  }
  for (size_t part = 0; part < (size_t)1 << log_radix; part++) {
    table = forward_walk(data + part * stride, log_length - log_radix, table, constants, false, lazy);
  }
  return table;
}

HE_INLINE void forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables, const bool lazy) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_FMA(q);
  HE_REQUIRE_ALIGNED(data);
  HE_REQUIRE_ALIGNED(tables);
  const size_t n = (size_t)1 << log_n;
  HE_REQUIRE_BELOW(data, n, q->value);
  if (log_n < HE_VECTOR_LOG_N_MIN) {
    he_scalar_ntt_forward(data, log_n, q, tables);
    if (lazy) fma_make_lazy(data, data, n, q);
  } else {
    const modular constants = modular_of(q);
    tables += HE_HEAD_WORDS;
    if (log_n == 6) {
      (lazy ? forward_blocks_only_lazy : forward_blocks_only)(data, 1, tables, &constants);
    } else {
      forward_walk(data, log_n, tables, &constants, true, lazy);
    }
  }
  if (lazy) {
    HE_REQUIRE_LAZY(data, n, q);
  } else {
    HE_ENSURE_BELOW(data, n, q->value);
  }
}

static void fma_ntt_forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  forward(data, log_n, q, tables, false);
}

static void fma_ntt_forward_lazy(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  forward(data, log_n, q, tables, true);
}
