// SPDX-License-Identifier: Apache-2.0
//
// The roots of unity of the embedding, correct to the last bit and the same on every machine: no library function.

#include "double_double.h"
#include "embedding_shared.h"

#pragma STDC FP_CONTRACT OFF

size_t he_embedding_table_doubles(unsigned log_n) {
  HE_REQUIRE_LOG_N(log_n);
  const size_t slots = (size_t)1 << (log_n - 1);
  // slots/2 pairs; or n2/2 pairs and n2 * n1/2 of them in rows.
  return log_n < HE_EMBEDDING_TILED_LOG_N ? (slots < 8 ? 8 : slots) : embedding_rows_offset(log_n) + slots;
}

size_t he_embedding_scratch_doubles(unsigned log_n) {
  HE_REQUIRE_LOG_N(log_n);
  if (log_n < HE_EMBEDDING_TILED_LOG_N) return (size_t)1 << log_n;
  return embedding_first_tiles_offset(log_n) +
         embedding_tiles_together(embedding_log_n1(log_n)) * embedding_tile_doubles(embedding_log_n2(log_n));
}

/// Angles of the first octant: at most 2^15 steps of 2 pi / 2^18, a product of a coarse and a fine root each.
#define HE_FINE_BITS 7
#define HE_COARSE_BITS 8

typedef struct root_table {
  unsigned log_order;  ///< the roots have order 2^log_order
  complex_double_double fine[1 << HE_FINE_BITS];            ///< exponents 0 ... 2^7 - 1
  complex_double_double coarse[(1 << HE_COARSE_BITS) + 1];  ///< exponents 0, 2^7, ... 2^15
} root_table;

/// exp(sqrt(-1) x) by its Taylor series in Horner's form, for 0 <= x <= pi/4: the first term left out is x^30/30! < 2^-117.
static complex_double_double root_by_series(double_double x) {
  const double_double one = {1.0, 0.0}, square = dd_negate(dd_multiply(x, x));
  double_double cosine = one, sine = one;
  for (int k = 28; k >= 2; k -= 2) {
    cosine = dd_add(one, dd_divide(dd_multiply(square, cosine), (double)(k * (k - 1))));
    sine = dd_add(one, dd_divide(dd_multiply(square, sine), (double)(k * (k + 1))));
  }
  return (complex_double_double){cosine, dd_multiply(x, sine)};
}

/// exp(2 pi sqrt(-1) 2^log_exponent / 2^log_order), log_order - log_exponent >= 3.
static complex_double_double root_of_power(unsigned log_exponent, unsigned log_order) {
  // pi to 107 bits: the double nearest to it, and the double nearest to the rest.
  const double_double pi = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};
  const double scale = 2.0 / (double)(UINT64_C(1) << (log_order - log_exponent));
  return root_by_series((double_double){pi.hi * scale, pi.lo * scale});
}

/// list[i] = root^i, i < count, where root has the exponent 2^log_step; as far as the first octant goes. Each from one with
/// a bit less.
static void fill_powers(complex_double_double *list, size_t count, unsigned log_step, unsigned log_order) {
  list[0] = (complex_double_double){{1.0, 0.0}, {0.0, 0.0}};
  for (unsigned bit = 0; (size_t)1 << bit < count && log_step + bit + 3 <= log_order; bit++) {
    const complex_double_double root = root_of_power(log_step + bit, log_order);
    const size_t first = (size_t)1 << bit;
    for (size_t i = first; i < 2 * first && i < count; i++) list[i] = dd_complex_multiply(list[i - first], root);
  }
}

static void root_table_init(root_table *roots, unsigned log_order) {
  roots->log_order = log_order;
  fill_powers(roots->fine, (size_t)1 << HE_FINE_BITS, 0, log_order);
  fill_powers(roots->coarse, ((size_t)1 << HE_COARSE_BITS) + 1, HE_FINE_BITS, log_order);
}

/// exp(2 pi sqrt(-1) e / 2^log_order), rounded.
static void root_at(double *re, double *im, const root_table *roots, uint64_t e) {
  const uint64_t order = UINT64_C(1) << roots->log_order, eighth = order / 8;
  e &= order - 1;
  const uint64_t octant = e / eighth;
  // Odd octants count back from the next axis or diagonal pair: cosine and sine change places.
  const uint64_t angle = (octant & 1) != 0 ? eighth - e % eighth : e % eighth;
  const complex_double_double root =
      dd_complex_multiply(roots->coarse[angle >> HE_FINE_BITS], roots->fine[angle & ((1 << HE_FINE_BITS) - 1)]);
  const bool swap = ((octant + 1) & 2) != 0;
  const double c = swap ? root.im.hi : root.re.hi, s = swap ? root.re.hi : root.im.hi;
  *re = octant >= 2 && octant < 6 ? -c : c;
  *im = octant >= 4 ? -s : s;
}

/// The root j of level l of an embedding of 2^levels slots: exponent g^j / 2^(l+2), g = -3.
static void twiddle_at(double *re, double *im, const root_table *roots, unsigned levels, unsigned level, size_t j) {
  uint64_t power = 1, base = (uint64_t)0 - 3;
  for (; j != 0; j >>= 1, base *= base) {
    if ((j & 1) != 0) power *= base;
  }
  root_at(re, im, roots, power << (levels - level));
}

void he_embedding_fill_tables(double *tables, unsigned log_n) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_ALIGNED(tables);
  root_table roots;
  root_table_init(&roots, log_n + 1);
  const unsigned levels = log_n - 1;
  const bool tiled = log_n >= HE_EMBEDDING_TILED_LOG_N;
  const unsigned first_levels = tiled ? embedding_log_n2(log_n) : levels;
  for (size_t i = 0; i < he_embedding_table_doubles(log_n); i++) tables[i] = 0.0;
  for (unsigned level = 1; level <= first_levels; level++) {
    for (size_t j = 0; j < (level == 1 ? 1 : (size_t)1 << (level - 2)); j++) {
      double *pair = tables + 2 * embedding_entry(level, j);
      twiddle_at(&pair[0], &pair[1], &roots, levels, level, j);
    }
  }
  if (!tiled) return;
  const size_t n2 = (size_t)1 << first_levels, row_count = ((size_t)1 << embedding_log_n1(log_n)) / 2;
  double *rows = tables + embedding_rows_offset(log_n);
  for (size_t j2 = 0; j2 < n2; j2 += 8, rows += HE_ROW * row_count) {
    for (unsigned level = 1; level <= embedding_log_n1(log_n); level++) {
      for (size_t i = 0; i < (level == 1 ? 1 : (size_t)1 << (level - 2)); i++) {
        double *row = rows + HE_ROW * embedding_entry(level, i);
        for (size_t v = 0; v < 8; v++) {
          twiddle_at(&row[v], &row[8 + v], &roots, levels, first_levels + level, j2 + v + i * n2);
        }
      }
    }
  }
}
