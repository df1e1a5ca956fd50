# SPDX-License-Identifier: Apache-2.0
"""What every peer computes on, and what must come out."""

PLAINTEXT_MODULUS = 65537


SAME = ("encode", "encode-for-products", "decode", "encrypt-public-key", "encode-encrypt", "decrypt", "decrypt-decode")
"""Operations that leave the slots as they are."""


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
    if operation in SAME:
        return first
    return [centred(x * y) for x, y in zip(first, second_slots(degree))]


def expected_ckks(operation, degree):
    """The slots of an operation's result: one row of N/2, a thousandth of those of BFV."""
    first = [value / 1000 for value in first_slots(degree // 2)]
    if operation == "rotate":
        return first[1:] + first[:1]
    return first if operation in SAME else [x * y for x, y in zip(first, first[::-1])]
