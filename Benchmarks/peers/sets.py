# SPDX-License-Identifier: Apache-2.0
"""The parameter sets that are compared: one row a ring degree.

Every peer of a row has the same log2 Q, and log2 QP within 128 bits of security by the guidelines of 2024. `tacit` and `seal`
have the same primes of Q; SEAL knows one special prime only. `seal-wide` has as few primes of Q as SEAL can have, which
suits it best. In CKKS the scale is as wide as the primes after the first.
"""

TACIT, SEAL, SEAL_WIDE = "tacit", "seal", "seal-wide"


def parameters(degree, bits, special_bits, digit_limbs=1):
    """A set as its words."""
    return f"n={degree} bits={bits} special_bits={special_bits} digit_limbs={digit_limbs}"


BFV = {
    4096: {
        TACIT: parameters(4096, "2x35", "36"),
        SEAL: parameters(4096, "2x35", "36"),
    },
    8192: {
        TACIT: parameters(8192, "4x42", "46"),
        SEAL: parameters(8192, "4x42", "46"),
        SEAL_WIDE: parameters(8192, "3x56", "46"),
    },
    16384: {
        TACIT: parameters(16384, "8x42", "2x46", 2),
        SEAL: parameters(16384, "8x42", "46"),
        SEAL_WIDE: parameters(16384, "6x56", "60"),
    },
    32768: {
        TACIT: parameters(32768, "17x42", "3x46", 3),
        SEAL: parameters(32768, "17x42", "46"),
        SEAL_WIDE: parameters(32768, "6x60+6x59", "60"),
    },
}

CKKS = {
    4096: {
        TACIT: parameters(4096, "37+30", "38"),
        SEAL: parameters(4096, "37+30", "38"),
    },
    8192: {
        TACIT: parameters(8192, "46+3x40", "46"),
        SEAL: parameters(8192, "46+3x40", "46"),
    },
    16384: {
        TACIT: parameters(16384, "46+7x40", "2x46", 2),
        SEAL: parameters(16384, "46+7x40", "46"),
    },
    32768: {
        TACIT: parameters(32768, "46+17x40", "3x46", 3),
        SEAL: parameters(32768, "46+17x40", "46"),
    },
}

BFV_OPERATIONS = [
    "make-usable-relinearization-key",
    "encode",
    "decode",
    "encrypt-public-key",
    "decrypt",
    "multiply",
    "relinearize",
    "multiply-relinearize",
    "rotate",
]

CKKS_OPERATIONS = [
    "make-usable-relinearization-key",
    "encode-for-products",
    "encode-encrypt",
    "decrypt-decode",
    "encrypt-public-key",
    "decrypt",
    "decode",
    "multiply",
    "relinearize",
    "rescale",
    "multiply-relinearize-rescale",
    "rotate",
]
