// SPDX-License-Identifier: Apache-2.0
//
// One pass over a tile: butterflies in registers. Part of the text that every implementation compiles (backend_body.h); the
// algorithm is in plan.h.

/// Complex product w * b: two products rounded first, then fused.
HE_INLINE void multiply(vector *re, vector *im, vector w_re, vector w_im, vector b_re, vector b_im) {
  *re = vector_fma(w_re, b_re, -(w_im * b_im));
  *im = vector_fma(w_re, b_im, w_im * b_re);
}

/// One twiddle for all lanes, or one for each.
HE_INLINE void load_twiddle(vector *re, vector *im, const double *table, size_t entry, size_t lane, bool by_lanes) {
  if (by_lanes) {
    *re = vector_load(table + HE_ROW * entry + lane);
    *im = vector_load(table + HE_ROW * entry + 8 + lane);
  } else {
    *re = vector_broadcast(table[2 * entry]);
    *im = vector_broadcast(table[2 * entry + 1]);
  }
}

/// How one butterfly of a pass uses the stored twiddles.
typedef struct butterfly_shape {
  size_t entry;
  bool quarter;   ///< x_(j + 2^(l-2)) is wanted and x_j stored
  bool negative;  ///< the exception of level 2: -sqrt(-1) instead of sqrt(-1)
} butterfly_shape;

/// Level `step` of a pass that begins after `level` levels, at index `i` < 2^level; `h` < 2^step. `upper`: i >= 2^(level-1).
/// `bottom`: level 1 here is level 1 of the whole transform.
HE_INLINE butterfly_shape shape_of(unsigned level, unsigned step, size_t i, size_t h, bool upper, bool bottom) {
  butterfly_shape shape = {.entry = 0, .quarter = false, .negative = false};
  if (step == 0) {
    shape.quarter = upper;
    shape.entry = embedding_entry(level + 1, upper ? i - ((size_t)1 << (level - 1)) : i);
  } else {
    const size_t half = (size_t)1 << (step - 1);
    shape.quarter = h >= half;
    shape.negative = shape.quarter && bottom && level + step == 1;
    shape.entry = embedding_entry(level + step + 1, i + ((h & (half - 1)) << level));
  }
  return shape;
}

HE_INLINE void forward_butterfly(vector *a_re, vector *a_im, vector *b_re, vector *b_im, vector w_re, vector w_im,
                                 bool quarter, bool negative) {
  vector t_re, t_im, x_re = *a_re, x_im = *a_im, y_re, y_im;
  if (quarter) {
    // t = sqrt(-1) w b, its real part negated.
    t_re = vector_fma(w_im, *b_re, w_re * *b_im);
    t_im = vector_fma(w_re, *b_re, -(w_im * *b_im));
    *a_re = x_re - t_re, y_re = x_re + t_re;
  } else {
    multiply(&t_re, &t_im, w_re, w_im, *b_re, *b_im);
    *a_re = x_re + t_re, y_re = x_re - t_re;
  }
  *a_im = x_im + t_im, y_im = x_im - t_im;
  *b_re = negative ? *a_re : y_re;
  *b_im = negative ? *a_im : y_im;
  if (negative) *a_re = y_re, *a_im = y_im;
}

/// The adjoint: (a, b) to (a + b, conj(w) (a - b)).
HE_INLINE void inverse_butterfly(vector *a_re, vector *a_im, vector *b_re, vector *b_im, vector w_re, vector w_im,
                                 bool quarter, bool negative) {
  vector x_re = *a_re, x_im = *a_im, y_re = *b_re, y_im = *b_im;
  *a_re = x_re + y_re, *a_im = x_im + y_im;
  if (quarter) {
    // conj(sqrt(-1) w) d = -sqrt(-1) conj(w) d, with d_re negated.
    vector d_re = negative ? x_re - y_re : y_re - x_re, d_im = negative ? y_im - x_im : x_im - y_im;
    *b_re = vector_fma(w_re, d_im, w_im * d_re);
    *b_im = vector_fma(w_re, d_re, -(w_im * d_im));
  } else {
    vector d_re = x_re - y_re, d_im = x_im - y_im;
    *b_re = vector_fma(w_re, d_re, w_im * d_im);
    *b_im = vector_fma(w_re, d_im, -(w_im * d_re));
  }
}

/// Levels level+1 ... level+log_radix on 2^log_radix registers.
HE_INLINE void group_levels(vector *re, vector *im, const double *table, unsigned level, const unsigned log_radix, size_t i,
                            size_t lane, const bool by_lanes, const bool upper, const bool bottom, const bool inverse) {
  HE_UNROLL
  for (unsigned s = 0; s < log_radix; s++) {
    const unsigned step = inverse ? log_radix - 1 - s : s;
    HE_UNROLL
    for (unsigned h = 0; h < 1u << step; h++) {
      const butterfly_shape shape = shape_of(level, step, i, h, upper, bottom);
      vector w_re, w_im;
      load_twiddle(&w_re, &w_im, table, shape.entry, lane, by_lanes);
      HE_UNROLL
      for (unsigned c = 0; c < 1u << (log_radix - 1 - step); c++) {
        const unsigned a = (c << (step + 1)) + h, b = a + (1u << step);
        if (inverse) {
          inverse_butterfly(&re[a], &im[a], &re[b], &im[b], w_re, w_im, shape.quarter, shape.negative);
        } else {
          forward_butterfly(&re[a], &im[a], &re[b], &im[b], w_re, w_im, shape.quarter, shape.negative);
        }
      }
    }
  }
}

/// Columns outside the tile: row r of the natural order is at base + r * stride, its imaginary parts `im` doubles further on.
typedef struct outer_rows {
  const double *base;
  size_t stride, im;
} outer_rows;

enum rows_kind { rows_tile, rows_reversed, rows_natural };

/// What negates the imaginary parts of odd slots.
static const double conjugation_signs[8] = {0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0};

/// One group of a pass: load, levels, store. The natural rows outside are slots.
HE_INLINE void group(double *tile, const outer_rows *outer, const double *table, unsigned log_rows, unsigned level,
                     const unsigned log_radix, size_t block, size_t i, const bool by_lanes, const bool upper,
                     const bool lowest, const bool inverse, const enum rows_kind from) {
  const unsigned radix = 1u << log_radix;
  const size_t first = (block << (level + log_radix)) + i, step = (size_t)1 << level;
  HE_UNROLL
  for (size_t lane = 0; lane < 8; lane += HE_LANES) {
    vector re[8], im[8];
    HE_UNROLL
    for (unsigned t = 0; t < radix; t++) {
      const size_t r = first + t * step;
      if (from == rows_tile) {
        re[t] = vector_load(tile + HE_ROW * r + lane);
        im[t] = vector_load(tile + HE_ROW * r + 8 + lane);
      } else {
        const double *row = outer->base + outer->stride * (from == rows_reversed ? he_reverse_bits(r, log_rows) : r) + lane;
        re[t] = vector_load(row);
        im[t] = vector_load(row + outer->im);
        if (from == rows_natural) im[t] = vector_xor(im[t], vector_load(conjugation_signs + lane));
      }
    }
    group_levels(re, im, table, level, log_radix, i, lane, by_lanes, upper, lowest && !by_lanes, inverse);
    HE_UNROLL
    for (unsigned t = 0; t < radix; t++) {
      double *row = tile + HE_ROW * (first + t * step) + lane;
      vector_store(row, re[t]);
      vector_store(row + 8, im[t]);
    }
  }
}

/// One pass over a whole tile.
HE_INLINE void pass(double *tile, const outer_rows *outer, const double *table, unsigned log_rows, unsigned level,
                    const unsigned log_radix, const bool by_lanes, const bool lowest, const bool inverse,
                    const enum rows_kind from) {
  const size_t blocks = (size_t)1 << (log_rows - level - log_radix), half = ((size_t)1 << level) / 2;
  for (size_t block = 0; block < blocks; block++) {
    if (lowest) {
      group(tile, outer, table, log_rows, 0, log_radix, block, 0, by_lanes, false, true, inverse, from);
      continue;
    }
    for (size_t i = 0; i < half; i++) {
      group(tile, outer, table, log_rows, level, log_radix, block, i, by_lanes, false, false, inverse, from);
    }
    for (size_t i = half; i < 2 * half; i++) {
      group(tile, outer, table, log_rows, level, log_radix, block, i, by_lanes, true, false, inverse, from);
    }
  }
}
