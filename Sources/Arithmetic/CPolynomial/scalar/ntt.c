// SPDX-License-Identifier: Apache-2.0
//
// Negacyclic transforms with Harvey's lazy butterflies [Har14], the powers of psi merged into them [LN16].
//
// Tables, all N words long: W, its Shoup quotients, V, its Shoup quotients. W[m + i] = psi^rev(m + i) is the twiddle of
// block i of the level with m blocks; V[m + i] is its inverse. V[0] = N^-1, and V[1] is multiplied by N^-1 as well: the
// last level of the inverse needs both.

#include "he_scalar.h"

size_t he_scalar_ntt_table_words(unsigned log_n) {
  HE_REQUIRE_LOG_N(log_n);
  return (size_t)4 << log_n;
}

void he_scalar_ntt_fill_tables(uint64_t *tables, unsigned log_n, const he_modulus *q, uint64_t psi) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_ALIGNED(tables);
  const size_t n = (size_t)1 << log_n;
  HE_REQUIRE(psi < q->value && he_power_mod(psi, n, q) == q->value - 1);
  uint64_t *forward = tables, *inverse = tables + 2 * n;
  // psi^-e = -psi^(N - e), because psi^N = -1.
  uint64_t power = 1;
  for (size_t e = 0; e < n; e++) {
    forward[he_reverse_bits(e, log_n)] = power;
    if (e != 0) inverse[he_reverse_bits(n - e, log_n)] = q->value - power;
    power = he_multiply_mod(power, psi, q);
  }
  const uint64_t scale = he_power_mod(he_reduce_64(n, q), q->value - 2, q);  // N^-1, q being prime
  inverse[0] = scale;
  inverse[1] = he_multiply_mod(inverse[1], scale, q);
  for (size_t i = 0; i < n; i++) {
    forward[n + i] = he_shoup_quotient(forward[i], 64, q);
    inverse[n + i] = he_shoup_quotient(inverse[i], 64, q);
  }
}

/// Exchanges positions 8 r + v and 8 v + r of every block of 64: the evaluation order of he_ntt_exponent.
static void transpose_blocks(uint64_t *data, size_t n) {
  for (size_t start = 0; start + 64 <= n; start += 64) {
    for (size_t r = 0; r < 8; r++) {
      for (size_t v = 0; v < r; v++) {
        uint64_t kept = data[start + 8 * r + v];
        data[start + 8 * r + v] = data[start + 8 * v + r];
        data[start + 8 * v + r] = kept;
      }
    }
  }
}

/// What a butterfly needs besides its operands.
typedef struct butterfly_tables {
  const uint64_t *twiddles, *quotients;
  uint64_t modulus, twice;
} butterfly_tables;

// Forward values lie in [0, 4q). x is brought to [0, 2q), the product t is in [0, 2q): x + t and x - t + 2q are in [0,
// 4q) again, and 4q < 2^64.
HE_INLINE void forward_butterfly(uint64_t *x, uint64_t *y, uint64_t w, uint64_t quotient,
                                 const butterfly_tables *tables) {
  uint64_t reduced = he_subtract_if_reached(*x, tables->twice);
  uint64_t t = he_multiply_shoup_lazy(*y, w, quotient, tables->modulus);
  *x = reduced + t;
  *y = reduced - t + tables->twice;
}

// Inverse values lie in [0, 2q). x + y is brought back to [0, 2q), and x - y + 2q is below 4q < 2^64: its product is in
// [0, 2q).
HE_INLINE void inverse_butterfly(uint64_t *x, uint64_t *y, uint64_t w, uint64_t quotient,
                                 const butterfly_tables *tables) {
  uint64_t difference = *x - *y + tables->twice;
  *x = he_subtract_if_reached(*x + *y, tables->twice);
  *y = he_multiply_shoup_lazy(difference, w, quotient, tables->modulus);
}

/// Levels at `first_blocks`, 2 `first_blocks` ... of 2^levels values in x, the block at the top being number `block`.
HE_INLINE void forward_tree(uint64_t *x, const unsigned levels, size_t first_blocks, size_t block,
                            const butterfly_tables *tables) {
#pragma clang loop unroll(full)
  for (unsigned level = 0; level < levels; level++) {
    const unsigned half = 1u << (levels - 1 - level);
#pragma clang loop unroll(full)
    for (unsigned b = 0; b < 1u << level; b++) {
      const size_t index = ((first_blocks + block) << level) + b;
#pragma clang loop unroll(full)
      for (unsigned i = 2 * half * b; i < 2 * half * b + half; i++) {
        forward_butterfly(&x[i], &x[i + half], tables->twiddles[index], tables->quotients[index], tables);
      }
    }
  }
}

/// The same levels from the last to the first.
HE_INLINE void inverse_tree(uint64_t *x, const unsigned levels, size_t first_blocks, size_t block,
                            const butterfly_tables *tables) {
#pragma clang loop unroll(full)
  for (unsigned step = 0; step < levels; step++) {
    const unsigned level = levels - 1 - step, half = 1u << step;
#pragma clang loop unroll(full)
    for (unsigned b = 0; b < 1u << level; b++) {
      const size_t index = ((first_blocks + block) << level) + b;
#pragma clang loop unroll(full)
      for (unsigned i = 2 * half * b; i < 2 * half * b + half; i++) {
        inverse_butterfly(&x[i], &x[i + half], tables->twiddles[index], tables->quotients[index], tables);
      }
    }
  }
}

/// `levels` levels at once on all `n` values, 2^levels rows of each of the `blocks` blocks.
HE_INLINE void pass(uint64_t *data, size_t n, size_t blocks, const unsigned levels, const bool inverse,
                    const butterfly_tables *tables) {
  const butterfly_tables constants = *tables;
  const size_t stride = (n / blocks) >> levels;
  for (size_t block = 0; block < blocks; block++) {
    uint64_t *rows = data + block * (n / blocks);
    for (size_t j = 0; j < stride; j++) {
      uint64_t x[8];
#pragma clang loop unroll(full)
      for (unsigned r = 0; r < 1u << levels; r++) x[r] = rows[r * stride + j];
      if (inverse) {
        inverse_tree(x, levels, blocks, block, &constants);
      } else {
        forward_tree(x, levels, blocks, block, &constants);
      }
#pragma clang loop unroll(full)
      for (unsigned r = 0; r < 1u << levels; r++) rows[r * stride + j] = x[r];
    }
  }
}

/// Lazy output lies in [0, 4q).
HE_INLINE void forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables, const bool lazy) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_ALIGNED(data);
  const size_t n = (size_t)1 << log_n;
  HE_REQUIRE_BELOW(data, n, q->value);
  const uint64_t modulus = q->value, twice = 2 * modulus;
  const butterfly_tables constants = {tables, tables + n, modulus, twice};
  // Two levels at a time; the last three, on eight neighbours, together with the reduction to [0, q).
  unsigned level = 0;
  if ((log_n - 3) % 2 == 1) {
    pass(data, n, 1, 1, false, &constants);
    level = 1;
  }
  for (; level < log_n - 3; level += 2) pass(data, n, (size_t)1 << level, 2, false, &constants);
  for (size_t block = 0; block < n / 8; block++) {
    uint64_t *x = data + 8 * block;
    forward_tree(x, 3, n / 8, block, &constants);
#pragma clang loop unroll(full)
    for (unsigned r = 0; r < 8; r++) {
      if (!lazy) x[r] = he_subtract_if_reached(he_subtract_if_reached(x[r], twice), modulus);
    }
  }
  transpose_blocks(data, n);
  HE_ENSURE_BELOW(data, n, lazy ? 4 * modulus : modulus);
}

void he_scalar_ntt_forward(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  forward(data, log_n, q, tables, false);
}

void he_scalar_ntt_forward_lazy(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  forward(data, log_n, q, tables, true);
}

void he_scalar_ntt_inverse(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_ALIGNED(data);
  const size_t n = (size_t)1 << log_n;
  HE_REQUIRE_BELOW(data, n, q->value);
  const uint64_t modulus = q->value, twice = 2 * modulus;
  const butterfly_tables constants = {tables + 2 * n, tables + 3 * n, modulus, twice};
  transpose_blocks(data, n);
  // From the level with n / 2 blocks to the one with two.
  unsigned level = log_n - 2;
  pass(data, n, (size_t)1 << level, 2, true, &constants);
  for (; level >= 3; level -= 2) pass(data, n, (size_t)1 << (level - 2), 2, true, &constants);
  if (level == 2) pass(data, n, 2, 1, true, &constants);
  // The last level, with N^-1 on both sides. Sums stay below 4q: he_multiply_shoup takes any word.
  for (size_t j = 0; j < n / 2; j++) {
    uint64_t x = data[j], y = data[j + n / 2];
    data[j] = he_multiply_shoup(x + y, constants.twiddles[0], constants.quotients[0], modulus);
    data[j + n / 2] = he_multiply_shoup(x - y + twice, constants.twiddles[1], constants.quotients[1], modulus);
  }
  HE_ENSURE_BELOW(data, n, modulus);
}
