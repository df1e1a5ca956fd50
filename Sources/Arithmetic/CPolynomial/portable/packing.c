// SPDX-License-Identifier: Apache-2.0
//
// Residues to bit strings and back. Eight values of b bits fill b bytes exactly, so that every group of eight starts at
// a byte and groups are independent of each other.

#include "../internal/he_bytes.h"
#include "../internal/he_contract.h"

/// Any width and count, byte by byte.
static void pack_slowly(uint8_t *out, const uint64_t *in, size_t count, unsigned bits) {
  unsigned pending_bits = 0, pending = 0;  // bits not written yet, fewer than 8
  for (size_t k = 0; k < count; k++) {
    uint64_t value = in[k];
    for (unsigned left = bits; left != 0;) {
      unsigned taken = 8 - pending_bits < left ? 8 - pending_bits : left;
      pending |= (unsigned)(value & ((1u << taken) - 1)) << pending_bits;
      value >>= taken;
      left -= taken;
      pending_bits += taken;
      if (pending_bits == 8) {
        *out++ = (uint8_t)pending;
        pending_bits = pending = 0;
      }
    }
  }
  if (pending_bits != 0) *out = (uint8_t)pending;
}

static void unpack_slowly(uint64_t *out, const uint8_t *in, size_t count, unsigned bits) {
  unsigned used = 0;  // bits of *in that earlier values took
  for (size_t k = 0; k < count; k++) {
    uint64_t value = 0;
    for (unsigned have = 0; have < bits;) {
      unsigned taken = 8 - used < bits - have ? 8 - used : bits - have;
      value |= (uint64_t)(((unsigned)*in >> used) & ((1u << taken) - 1)) << have;
      have += taken;
      used += taken;
      if (used == 8) {
        in++;
        used = 0;
      }
    }
    out[k] = value;
  }
}

// One unaligned word covers a value of up to 57 bits at any of the eight bit offsets, and wider ones but for one byte.
#define HE_PACK_NARROW_BITS 57

/// Whether `group` leaves 8 bytes behind it among those of all `groups`. Loads and stores reach at most 9 bytes from a
/// place before the end of their group, so they stay inside the array then. What lies behind is written by later
/// groups.
HE_INLINE bool room_behind(size_t group, size_t groups, unsigned bits) {
  return (group + 1) * bits + 8 <= groups * bits;
}

HE_INLINE void pack_group(uint8_t *out, const uint64_t *in, const unsigned bits, const bool narrow) {
  he_uint128 pending = 0;
  uint64_t narrow_pending = 0;
  unsigned position = 0;
#pragma clang loop unroll(full)
  for (unsigned i = 0; i < 8; i++) {
    const unsigned next = position + bits, whole_bits = 8 * ((next >> 3) - (position >> 3));
    if (narrow) {
      // whole_bits is 64 after the last value of 57 bits at most, and there nothing is pending.
      narrow_pending |= in[i] << (position & 7);
      he_store_word(out + (position >> 3), narrow_pending);
      narrow_pending >>= whole_bits & 63;
    } else {
      pending |= (he_uint128)in[i] << (position & 7);
      he_store_word(out + (position >> 3), (uint64_t)pending);
      pending >>= whole_bits;
    }
    position = next;
  }
}

HE_INLINE void unpack_group(uint64_t *out, const uint8_t *in, const unsigned bits, const bool narrow) {
  const uint64_t mask = UINT64_MAX >> (64 - bits);
#pragma clang loop unroll(full)
  for (unsigned i = 0; i < 8; i++) {
    const unsigned position = i * bits, shift = position & 7;
    uint64_t value = he_load_word(in + (position >> 3)) >> shift;
    if (!narrow) value |= ((uint64_t)in[(position >> 3) + 8] << 1) << (63 - shift);
    out[i] = value & mask;
  }
}

void he_pack_bits(uint8_t *out, const uint64_t *in, size_t count, unsigned bits) {
  HE_REQUIRE(bits >= 1 && bits <= 64);
#ifdef HE_VERIFY
  if (bits < 64) HE_REQUIRE_BELOW(in, count, UINT64_C(1) << bits);
#endif
  const size_t groups = count / 8;
  size_t group = 0;
  if (bits <= HE_PACK_NARROW_BITS) {
    for (; room_behind(group, groups, bits); group++) pack_group(out + group * bits, in + 8 * group, bits, true);
  } else {
    for (; room_behind(group, groups, bits); group++) pack_group(out + group * bits, in + 8 * group, bits, false);
  }
  pack_slowly(out + group * bits, in + 8 * group, count - 8 * group, bits);
}

void he_unpack_bits(uint64_t *out, const uint8_t *in, size_t count, unsigned bits) {
  HE_REQUIRE(bits >= 1 && bits <= 64);
  const size_t groups = count / 8;
  size_t group = 0;
  if (bits <= HE_PACK_NARROW_BITS) {
    for (; room_behind(group, groups, bits); group++) unpack_group(out + 8 * group, in + group * bits, bits, true);
  } else {
    for (; room_behind(group, groups, bits); group++) unpack_group(out + 8 * group, in + group * bits, bits, false);
  }
  unpack_slowly(out + 8 * group, in + group * bits, count - 8 * group, bits);
#ifdef HE_VERIFY
  if (bits < 64) HE_ENSURE_BELOW(out, count, UINT64_C(1) << bits);
#endif
}

bool he_all_below(const uint64_t *in, size_t count, uint64_t bound) {
  uint64_t reached = 0;
  for (size_t k = 0; k < count; k++) reached |= in[k] >= bound;
  return reached == 0;
}
