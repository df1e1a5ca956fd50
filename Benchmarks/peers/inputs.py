# SPDX-License-Identifier: Apache-2.0
"""What every peer computes on, and what must come out."""

PLAINTEXT_MODULUS = 65537


def first_slots(count):
    """-500 ... 499, again and again."""
    return [i % 1000 - 500 for i in range(count)]


def second_slots(count):
    """The same in reverse."""
    return first_slots(count)[::-1]


def centred(value):
    """Modulo the plaintext modulus, around zero."""
    residue = value % PLAINTEXT_MODULUS
    return residue - PLAINTEXT_MODULUS if residue > PLAINTEXT_MODULUS // 2 else residue


def expected_bfv(operation, degree):
    """The slots of an operation's result: two rows of N/2."""
    first = first_slots(degree)
    if operation == "rotate":
        half = degree // 2
        return first[1:half] + first[:1] + first[half + 1 :] + first[half : half + 1]
    if operation in ("encode", "decode", "encrypt-public-key", "decrypt"):
        return first
    return [centred(x * y) for x, y in zip(first, second_slots(degree))]
