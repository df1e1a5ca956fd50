// SPDX-License-Identifier: Apache-2.0
//
// Doubles beyond one word to residues of any modulus.

#include "embedding_shared.h"

/// All ones where the two's complement word is negative.
HE_INLINE uint64_t sign_mask(uint64_t x) { return 0 - (x >> 63); }

/// min(max(x, 0), bound) for |x|, bound < 2^62, without a branch.
HE_INLINE uint64_t clamp(uint64_t x, uint64_t bound) {
  x &= ~sign_mask(x);
  const uint64_t excess = bound - x;
  return x + (excess & sign_mask(excess));
}

/// round(|x|), ties to even, from the bits of x. requires: |x| <= 2^120.
HE_INLINE he_uint128 rounded_magnitude(uint64_t bits) {
  const uint64_t exponent = (bits >> 52) & 0x7ff, fraction = bits & ((UINT64_C(1) << 52) - 1);
  // |x| = mantissa * 2^(exponent - 1075) where it is not subnormal; those become 0 with or without the leading one.
  const uint64_t mantissa = fraction | UINT64_C(1) << 52;
  const uint64_t shift = exponent - 1075;
  // Down: 2^54 and more leave nothing of 53 bits. Half a unit less one bit, plus the bit that decides ties.
  const uint64_t down = clamp(0 - shift, 63), is_down = 1 - ((down - 1) >> 63);
  const uint64_t half = ((UINT64_C(1) << down) >> 1) - is_down + ((mantissa >> down) & is_down);
  const uint64_t rounded = (mantissa + half) >> down;
  // Up, by at most 68. In two steps below 64.
  const uint64_t up = clamp(shift, 68), low_up = up & 63, far = 0 - (up >> 6);
  const uint64_t low = rounded << low_up, high = (rounded >> 1) >> (63 - low_up);
  return (he_uint128)((low & far) | high) << 64 | (low & ~far);
}

void he_round_to_residues(uint64_t *out, const double *in, double scale, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_ALIASING(out, in, count);
  HE_REQUIRE(__builtin_isfinite(scale));
  HE_REQUIRE_MAGNITUDE(in, scale, 0x1p+120, count);
  const he_modulus modulus = *q;
  for (size_t k = 0; k < count; k++) {
    const double x = in[k] * scale;
    const uint64_t bits = __builtin_bit_cast(uint64_t, x);
    const uint64_t residue = he_reduce_128(rounded_magnitude(bits), &modulus);
    // The sign, and 0 for 0: q - r is in (0, q], once more reduced.
    const uint64_t negated = he_subtract_if_reached(modulus.value - residue, modulus.value);
    out[k] = residue ^ ((residue ^ negated) & sign_mask(bits));
  }
  HE_ENSURE_BELOW(out, count, q->value);
}
