// SPDX-License-Identifier: Apache-2.0
//
// Discrete Gaussians of great width, for flooding [DDLL13, section 6]. Constant time but for the positions of rejected
// attempts, which are independent of what is kept.

#include "../internal/he_bytes.h"
#include "../internal/he_contract.h"

/// How many x > 0 there are.
#define HE_TAILS 10

/// round(2^64 * 2^(-2^-i)) for i = 1 ... 64, at most 2^64 - 1.
static const uint64_t powers[64] = {
    UINT64_C(0xb504f333f9de6484), UINT64_C(0xd744fccad69d6af4), UINT64_C(0xeac0c6e7dd24392f), UINT64_C(0xf5257d152486cc2c),
    UINT64_C(0xfa83b2db722a033a), UINT64_C(0xfd3e0c0cf486c175), UINT64_C(0xfe9e115c7b8f884c), UINT64_C(0xff4ecb59511ec8a5),
    UINT64_C(0xffa756521c8daed2), UINT64_C(0xffd3a751c0f7e10c), UINT64_C(0xffe9d2b2f7db2756), UINT64_C(0xfff4e91bff1b8c3e),
    UINT64_C(0xfffa747ea0040664), UINT64_C(0xfffd3a3b7814eb54), UINT64_C(0xfffe9d1cc60ddab1), UINT64_C(0xffff4e8e25879bfa),
    UINT64_C(0xffffa7470363f451), UINT64_C(0xffffd3a37dda0313), UINT64_C(0xffffe9d1bdf703af), UINT64_C(0xfffff4e8debe025e),
    UINT64_C(0xfffffa746f4fa150), UINT64_C(0xfffffd3a37a3f8b0), UINT64_C(0xfffffe9d1bd1065a), UINT64_C(0xffffff4e8de845ae),
    UINT64_C(0xffffffa746f41377), UINT64_C(0xffffffd3a37a05e4), UINT64_C(0xffffffe9d1bd01fc), UINT64_C(0xfffffff4e8de80c0),
    UINT64_C(0xfffffffa746f4051), UINT64_C(0xfffffffd3a37a025), UINT64_C(0xfffffffe9d1bd011), UINT64_C(0xffffffff4e8de808),
    UINT64_C(0xffffffffa746f404), UINT64_C(0xffffffffd3a37a02), UINT64_C(0xffffffffe9d1bd01), UINT64_C(0xfffffffff4e8de81),
    UINT64_C(0xfffffffffa746f40), UINT64_C(0xfffffffffd3a37a0), UINT64_C(0xfffffffffe9d1bd0), UINT64_C(0xffffffffff4e8de8),
    UINT64_C(0xffffffffffa746f4), UINT64_C(0xffffffffffd3a37a), UINT64_C(0xffffffffffe9d1bd), UINT64_C(0xfffffffffff4e8df),
    UINT64_C(0xfffffffffffa746f), UINT64_C(0xfffffffffffd3a38), UINT64_C(0xfffffffffffe9d1c), UINT64_C(0xffffffffffff4e8e),
    UINT64_C(0xffffffffffffa747), UINT64_C(0xffffffffffffd3a3), UINT64_C(0xffffffffffffe9d2), UINT64_C(0xfffffffffffff4e9),
    UINT64_C(0xfffffffffffffa74), UINT64_C(0xfffffffffffffd3a), UINT64_C(0xfffffffffffffe9d), UINT64_C(0xffffffffffffff4f),
    UINT64_C(0xffffffffffffffa7), UINT64_C(0xffffffffffffffd4), UINT64_C(0xffffffffffffffea), UINT64_C(0xfffffffffffffff5),
    UINT64_C(0xfffffffffffffffa), UINT64_C(0xfffffffffffffffd), UINT64_C(0xffffffffffffffff), UINT64_C(0xffffffffffffffff),
};

/// round(2^104 * P(x > i)) for i = 0 ... 9, where P(x) is proportional to 2^(-x^2), x = 0, 1, 2, ...: the high 64 bits, and the
/// low 40 bits. P(x > 10) is below 2^-120.
static const uint64_t tails[HE_TAILS] = {
    UINT64_C(0x5c5dbb936a4a4ff6), UINT64_C(0x0a8c995d1f6f77f1), UINT64_C(0x0052751656141cf1), UINT64_C(0x0000a3f41fc94219),
    UINT64_C(0x00000051db5cac63), UINT64_C(0x000000000a3a7618), UINT64_C(0x00000000000051d1), UINT64_C(0x0000000000000000),
    UINT64_C(0x0000000000000000), UINT64_C(0x0000000000000000),
};
static const uint64_t tail_ends[HE_TAILS] = {
    UINT64_C(0x7a244a9b38), UINT64_C(0xb7366fe8d5), UINT64_C(0x1ed8b49288), UINT64_C(0x1a15c6b7d6), UINT64_C(0x6a0c40dc20),
    UINT64_C(0x8f343c1933), UINT64_C(0xc5d8e1189a), UINT64_C(0xa3a2963dc2), UINT64_C(0x000051d12c), UINT64_C(0x000000000a),
};

/// 2^64 * 2^(-fraction / 2^64), with a relative error below 2^-57: 64 products, each short by less than 2^-63 of itself.
HE_INLINE uint64_t he_power_of_half(uint64_t fraction) {
  uint64_t result = UINT64_MAX;
  for (unsigned i = 0; i < 64; i++) {
    const uint64_t taken = 0 - ((fraction >> (63 - i)) & 1);
    const uint64_t product = he_multiply_high(result, powers[i]);
    result = (product & taken) | (result & ~taken);
  }
  return result;
}

/// 1 where a < b. requires: both below 2^127.
HE_INLINE uint64_t he_is_less(he_uint128 a, he_uint128 b) {
  return (uint64_t)((a - b) >> 127);
}

size_t he_sample_gaussian(uint64_t *out, size_t capacity, size_t *consumed, const uint8_t *random, size_t attempts,
                          unsigned log_width) {
  HE_REQUIRE(log_width <= HE_GAUSSIAN_LIMIT);
  size_t written = 0, read = 0;
  for (; written < capacity && read < attempts; read++) {
    const uint8_t *bytes = random + 32 * read;
    const uint64_t first = he_load_word(bytes), second = he_load_word(bytes + 8), fourth = he_load_word(bytes + 24);
    const he_uint128 choice = (he_uint128)first << 40 | fourth >> 24;
    uint64_t x = 0;
    for (int i = 0; i < HE_TAILS; i++) x += he_is_less(choice, (he_uint128)tails[i] << 40 | tail_ends[i]);
    // z = K x + y with y uniform below K = 2^log_width, kept with probability 2^-(y^2 + 2 K x y)/K^2: then z has a
    // probability proportional to 2^-(z/K)^2.
    const uint64_t y = second & ((UINT64_C(1) << log_width) - 1);
    const uint64_t f = log_width == 0 ? 0 : y << (64 - log_width);
    const he_uint128 exponent = he_multiply_high(f, f) + (he_uint128)f * (2 * x);
    const uint64_t whole = (uint64_t)(exponent >> 64);  // at most 20
    const uint64_t z = (x << log_width) + y;
    const uint64_t is_kept = he_is_less(he_load_word(bytes + 16), he_power_of_half((uint64_t)exponent)) &
                             he_is_less(fourth & ((UINT64_C(1) << whole) - 1), 1);
    // Zero comes once, not with both signs.
    const uint64_t is_once = he_is_less(0, z) | ((second >> 62) & 1);
    const uint64_t sign = 0 - (second >> 63);
    out[written] = (z ^ sign) - sign;
    written += is_kept & is_once;
  }
  *consumed = read;
  return written;
}
