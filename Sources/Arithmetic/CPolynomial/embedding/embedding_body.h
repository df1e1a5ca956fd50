// SPDX-License-Identifier: Apache-2.0
//
// Passes to transforms of tiles, tiles to the embedding. Part of the text that every implementation compiles
// (backend_body.h); the algorithm is in plan.h.

// The shapes of a pass in use, each compiled once; what it reads lies in the tile or outside it. log_radix is 2 or 3.

#define HE_DEFINE_PASSES(name, by_lanes, lowest, inverse, from)                                                         \
  static void name(double *tile, const outer_rows *outer, const double *table, unsigned log_rows, unsigned level,       \
                   unsigned log_radix) {                                                                                \
    if (log_radix == 2) {                                                                                               \
      pass(tile, outer, table, log_rows, level, 2, by_lanes, lowest, inverse, from);                                    \
    } else {                                                                                                            \
      pass(tile, outer, table, log_rows, level, 3, by_lanes, lowest, inverse, from);                                    \
    }                                                                                                                   \
  }

HE_DEFINE_PASSES(forward_first_lowest, false, true, false, rows_reversed)
HE_DEFINE_PASSES(forward_first_next, false, false, false, rows_tile)
HE_DEFINE_PASSES(forward_second_lowest, true, true, false, rows_tile)
HE_DEFINE_PASSES(forward_second_next, true, false, false, rows_tile)
HE_DEFINE_PASSES(inverse_first_lowest, false, true, true, rows_tile)
HE_DEFINE_PASSES(inverse_first_next, false, false, true, rows_tile)
HE_DEFINE_PASSES(inverse_second_lowest, true, true, true, rows_tile)
HE_DEFINE_PASSES(inverse_second_next, true, false, true, rows_tile)
HE_DEFINE_PASSES(inverse_second_highest, true, false, true, rows_natural)
HE_DEFINE_PASSES(inverse_second_only, true, true, true, rows_natural)

/// log2 of the radices of the passes of a transform of 2^log_rows rows, 3 <= log_rows <= 8, from the lowest level up.
typedef struct pass_plan {
  unsigned count, log_radix[4];
} pass_plan;

HE_INLINE pass_plan plan_of(unsigned log_rows) {
#if HE_LOG_RADIX == 3
  static const pass_plan plans[6] = {{1, {3}},    {2, {2, 2}},    {2, {2, 3}},
                                     {2, {3, 3}}, {3, {2, 2, 3}}, {3, {2, 3, 3}}};
#else
  static const pass_plan plans[6] = {{1, {3}},       {2, {2, 2}},    {2, {3, 2}},
                                     {3, {2, 2, 2}}, {3, {3, 2, 2}}, {4, {2, 2, 2, 2}}};
#endif
  return plans[log_rows - 3];
}

/// Levels 1 ... log n2 of one tile, from eight columns outside it.
static void forward_first(double *tile, const outer_rows *outer, const double *table, unsigned log_rows) {
  const pass_plan plan = plan_of(log_rows);
  unsigned level = plan.log_radix[0];
  forward_first_lowest(tile, outer, table, log_rows, 0, level);
  for (unsigned p = 1; p < plan.count; level += plan.log_radix[p++]) {
    forward_first_next(tile, NULL, table, log_rows, level, plan.log_radix[p]);
  }
}

/// The other levels of one tile.
static void forward_second(double *tile, const double *table, unsigned log_rows) {
  const pass_plan plan = plan_of(log_rows);
  unsigned level = plan.log_radix[0];
  forward_second_lowest(tile, NULL, table, log_rows, 0, level);
  for (unsigned p = 1; p < plan.count; level += plan.log_radix[p++]) {
    forward_second_next(tile, NULL, table, log_rows, level, plan.log_radix[p]);
  }
}

static void inverse_first(double *tile, const double *table, unsigned log_rows) {
  const pass_plan plan = plan_of(log_rows);
  unsigned level = log_rows;
  for (unsigned p = plan.count - 1; p > 0; p--) {
    level -= plan.log_radix[p];
    inverse_first_next(tile, NULL, table, log_rows, level, plan.log_radix[p]);
  }
  inverse_first_lowest(tile, NULL, table, log_rows, 0, plan.log_radix[0]);
}

static void inverse_second(double *tile, const outer_rows *outer, const double *table, unsigned log_rows) {
  const pass_plan plan = plan_of(log_rows);
  if (plan.count == 1) {
    inverse_second_only(tile, outer, table, log_rows, 0, plan.log_radix[0]);
    return;
  }
  unsigned level = log_rows - plan.log_radix[plan.count - 1];
  inverse_second_highest(tile, outer, table, log_rows, level, plan.log_radix[plan.count - 1]);
  for (unsigned p = plan.count - 2; p > 0; p--) {
    level -= plan.log_radix[p];
    inverse_second_next(tile, NULL, table, log_rows, level, plan.log_radix[p]);
  }
  inverse_second_lowest(tile, NULL, table, log_rows, 0, plan.log_radix[0]);
}

/// The 8 x 8 blocks that tile `tile_index` of the first levels (rows j2, lanes k1) shares with the tiles of the others
/// (rows k1 in bit-reversed order, lanes j2), which lie `step` doubles apart in `tiles`.
HE_INLINE void exchange(double *tile, double *tiles, size_t tile_index, unsigned log_n1, unsigned log_n2, size_t step,
                        const bool back) {
  double *rows[8];
  for (size_t v = 0; v < 8; v++) rows[v] = tiles + HE_ROW * he_reverse_bits(8 * tile_index + v, log_n1);
  for (size_t block = 0; block < (size_t)1 << (log_n2 - 3); block++) {
    HE_UNROLL
    for (size_t part = 0; part < HE_ROW; part += 8) {
      HE_UNROLL
      for (size_t r = 0; r < 8; r += HE_LANES) {
        HE_UNROLL
        for (size_t c = 0; c < 8; c += HE_LANES) {
          vector x[HE_LANES];
          if (back) {
            HE_UNROLL
            for (size_t t = 0; t < HE_LANES; t++) x[t] = vector_load(rows[c + t] + part + r);
            vector_transpose(x);
            HE_UNROLL
            for (size_t t = 0; t < HE_LANES; t++) vector_store(tile + HE_ROW * (r + t) + part + c, x[t]);
          } else {
            HE_UNROLL
            for (size_t t = 0; t < HE_LANES; t++) x[t] = vector_load(tile + HE_ROW * (r + t) + part + c);
            vector_transpose(x);
            HE_UNROLL
            for (size_t t = 0; t < HE_LANES; t++) vector_store(rows[c + t] + part + r, x[t]);
          }
        }
      }
    }
    tile += 8 * HE_ROW;
    for (size_t v = 0; v < 8; v++) rows[v] += step;
  }
}

/// Tiles to columns: row r of `count` neighbouring tiles, `step` doubles apart, to out + r * stride. Several tiles at once,
/// because rows are a power of two apart: single cache lines at such distances fall into few sets of the caches (measured
/// on Zen 5: up to ten times slower than runs of four lines).
HE_INLINE void store_columns(double *out, size_t stride, size_t im, const double *tiles, size_t step, size_t count,
                             unsigned log_rows, const bool reversed, double factor) {
  for (size_t r = 0; r < (size_t)1 << log_rows; r++) {
    const double *row = tiles + HE_ROW * (reversed ? he_reverse_bits(r, log_rows) : r);
    double *target = out + r * stride;
    HE_UNROLL
    for (size_t part = 0; part < HE_ROW; part += 8) {
      for (size_t t = 0; t < count; t++) {
        HE_UNROLL
        for (size_t lane = 0; lane < 8; lane += HE_LANES) {
          vector x = vector_load(row + t * step + part + lane);
          if (reversed) {
            x = x * vector_broadcast(factor);
          } else if (part != 0) {
            x = vector_xor(x, vector_load(conjugation_signs + lane));
          }
          vector_store(target + 8 * t + lane, x);
        }
      }
      target += im;
    }
  }
}

static void embedding_forward(double *data, double *scratch, unsigned log_n, const double *tables) {
  he_embedding_check(data, scratch, log_n, tables);
  if (log_n < HE_EMBEDDING_TILED_LOG_N) {
    he_embedding_small_forward(data, scratch, log_n, tables);
    return;
  }
  const unsigned log_n1 = embedding_log_n1(log_n), log_n2 = embedding_log_n2(log_n);
  const size_t slots = (size_t)1 << (log_n - 1), n1 = (size_t)1 << log_n1, n2 = (size_t)1 << log_n2;
  const size_t step = embedding_tile_doubles(log_n1);
  double *tile = scratch + embedding_first_tiles_offset(log_n);
  for (size_t k1 = 0; k1 < n1; k1 += 8) {
    const outer_rows columns = {.base = data + k1, .stride = n1, .im = slots};
    forward_first(tile, &columns, tables, log_n2);
    exchange(tile, scratch, k1 / 8, log_n1, log_n2, step, false);
  }
  const double *rows = tables + embedding_rows_offset(log_n);
  const size_t together = embedding_tiles_together(log_n2);
  for (size_t t = 0; t < n2 / 8; t += together) {
    for (size_t u = t; u < t + together; u++) forward_second(scratch + step * u, rows + 8 * n1 * u, log_n1);
    store_columns(data + 8 * t, n2, slots, scratch + step * t, step, together, log_n1, false, 1.0);
  }
}

static void embedding_inverse(double *data, double *scratch, unsigned log_n, const double *tables) {
  he_embedding_check(data, scratch, log_n, tables);
  if (log_n < HE_EMBEDDING_TILED_LOG_N) {
    he_embedding_small_inverse(data, scratch, log_n, tables);
    return;
  }
  const unsigned log_n1 = embedding_log_n1(log_n), log_n2 = embedding_log_n2(log_n);
  const size_t slots = (size_t)1 << (log_n - 1), n1 = (size_t)1 << log_n1, n2 = (size_t)1 << log_n2;
  const size_t step = embedding_tile_doubles(log_n1), first_step = embedding_tile_doubles(log_n2);
  const double *rows = tables + embedding_rows_offset(log_n);
  for (size_t t = 0; t < n2 / 8; t++) {
    const outer_rows columns = {.base = data + 8 * t, .stride = n2, .im = slots};
    inverse_second(scratch + step * t, &columns, rows + 8 * n1 * t, log_n1);
  }
  double *tiles = scratch + embedding_first_tiles_offset(log_n);
  const size_t together = embedding_tiles_together(log_n1);
  for (size_t t = 0; t < n1 / 8; t += together) {
    for (size_t u = 0; u < together; u++) {
      exchange(tiles + first_step * u, scratch, t + u, log_n1, log_n2, step, true);
      inverse_first(tiles + first_step * u, tables, log_n2);
    }
    store_columns(data + 8 * t, n1, slots, tiles, first_step, together, log_n2, true, 1.0 / (double)slots);
  }
}
