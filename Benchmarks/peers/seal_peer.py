# SPDX-License-Identifier: Apache-2.0
"""Microsoft SEAL through the raw bindings that TenSEAL ships, as a peer."""

import array
import os
import tempfile

import tenseal.sealapi as seal

from inputs import PLAINTEXT_MODULUS, first_slots, second_slots
from protocol import serve, widths


class Session:
    """What every scheme has: primes, keys, and what a call from Python costs."""

    def __init__(self, scheme, fields):
        self.degree = int(fields["n"])
        bits = widths(fields["bits"]) + widths(fields["special_bits"])
        parameters = seal.EncryptionParameters(scheme)
        parameters.set_poly_modulus_degree(self.degree)
        moduli = seal.CoeffModulus.Create(self.degree, bits)
        parameters.set_coeff_modulus(moduli)
        if scheme == seal.SCHEME_TYPE.BFV:
            parameters.set_plain_modulus(PLAINTEXT_MODULUS)
        self.context = seal.SEALContext(parameters, True, seal.SEC_LEVEL_TYPE.TC128)
        if not self.context.parameters_set():
            raise ValueError(self.context.parameters_error_message())
        self.generator = seal.KeyGenerator(self.context)
        public_key = seal.PublicKey()
        self.generator.create_public_key(public_key)
        self.relinearization_keys = seal.RelinKeys()
        self.generator.create_relin_keys(self.relinearization_keys)
        self.galois_keys = seal.GaloisKeys()
        # The automorphism X -> X^3 rotates by one place to the left.
        self.generator.create_galois_keys([3], self.galois_keys)
        self.encryptor = seal.Encryptor(self.context, public_key)
        self.decryptor = seal.Decryptor(self.context, self.generator.secret_key())
        self.evaluator = seal.Evaluator(self.context)
        key_bits = self.context.key_context_data().total_coeff_modulus_bit_count()
        bits_of_q = self.context.first_context_data().total_coeff_modulus_bit_count()
        self.description = (
            f"library=SEAL-{self.version(public_key)} limbs={len(bits) - 1} special_limbs=1 log_q={bits_of_q} "
            f"log_qp={key_bits}"
        )

    @staticmethod
    def version(key):
        """The version that SEAL writes into the head of what it saves: bytes 3 and 4."""
        descriptor, path = tempfile.mkstemp()
        os.close(descriptor)
        try:
            key.save(path)
            with open(path, "rb") as file:
                head = file.read(16)
        finally:
            os.unlink(path)
        return f"{head[3]}.{head[4]}"

    def plaintexts(self, first, second, encode, decode, kind):
        """Takes the two lists of slots, and how the scheme encodes into a plaintext and decodes; makes the ciphertexts.

        `kind` is the type of a slot as arrays name it.
        """
        self.first_list, self.kind, self.encode, self.decode = first, kind, encode, decode
        self.plain, second_plain = seal.Plaintext(), seal.Plaintext()
        encode(first, self.plain)
        encode(second, second_plain)
        self.first, self.second = seal.Ciphertext(), seal.Ciphertext()
        self.encryptor.encrypt(self.plain, self.first)
        self.encryptor.encrypt(second_plain, self.second)
        self.product = seal.Ciphertext()
        self.evaluator.multiply(self.first, self.second, self.product)

    def new_key(self):
        """A relinearisation key in the form that computes."""
        keys = seal.RelinKeys()
        self.generator.create_relin_keys(keys)
        return keys

    def encoded(self):
        """A fresh plaintext of the first list."""
        plain = seal.Plaintext()
        self.encode(self.first_list, plain)
        return plain

    def encrypted(self, plain):
        """A fresh ciphertext."""
        result = seal.Ciphertext()
        self.encryptor.encrypt(plain, result)
        return result

    def decrypted(self, ciphertext):
        """Its slots."""
        plain = seal.Plaintext()
        self.decryptor.decrypt(ciphertext, plain)
        return self.decode(plain)

    def multiplied(self, keys=None):
        """A fresh product, relinearised."""
        result = seal.Ciphertext()
        self.evaluator.multiply(self.first, self.second, result)
        self.evaluator.relinearize_inplace(result, keys or self.relinearization_keys)
        return result

    def common_calls(self):
        """What is timed in every scheme."""
        plain, cipher = seal.Plaintext(), seal.Ciphertext()

        def decrypt_decode():
            self.decryptor.decrypt(self.first, plain)
            return self.decode(plain)

        def encode_encrypt():
            self.encode(self.first_list, plain)
            self.encryptor.encrypt(plain, cipher)

        def multiply_relinearize():
            self.evaluator.multiply(self.first, self.second, cipher)
            self.evaluator.relinearize_inplace(cipher, self.relinearization_keys)

        return {
            "make-usable-relinearization-key": self.new_key,
            "encode": lambda: self.encode(self.first_list, plain),
            "encode-encrypt": encode_encrypt,
            "decode": lambda: self.decode(self.plain),
            "decrypt-decode": decrypt_decode,
            "encrypt-public-key": lambda: self.encryptor.encrypt(self.plain, cipher),
            "decrypt": lambda: self.decryptor.decrypt(self.first, plain),
            "multiply": lambda: self.evaluator.multiply(self.first, self.second, cipher),
            "relinearize": lambda: self.evaluator.relinearize(self.product, self.relinearization_keys, cipher),
            "multiply-relinearize": multiply_relinearize,
        }

    def common_slots(self):
        """What gives the decrypted results of those."""
        same = {
            "encode": lambda: self.decode(self.encoded()),
            "encode-encrypt": lambda: self.decrypted(self.encrypted(self.encoded())),
            "encrypt-public-key": lambda: self.decrypted(self.encrypted(self.plain)),
            "decrypt": lambda: self.decrypted(self.first),
        }
        return same | {
            "decode": same["encode"],
            "decrypt-decode": same["decrypt"],
            "make-usable-relinearization-key": lambda: self.decrypted(self.multiplied(self.new_key())),
            "multiply": lambda: self.decrypted(self.product),
            "relinearize": lambda: self.decrypted(self.multiplied()),
            "multiply-relinearize": lambda: self.decrypted(self.multiplied()),
        }

    @property
    def overheads(self):
        """Calls that do next to nothing; for lists their conversion, back by the same means as in the bindings."""
        plain, too_long = seal.Plaintext(), self.first_list + self.first_list[:1]

        def hand_over():
            # An encoder that refuses a list has converted it.
            try:
                self.encode(too_long, plain)
            except (ValueError, RuntimeError):
                return
            raise AssertionError("a list that is too long was taken")

        hand_over()
        give_back = array.array(self.kind, self.first_list).tolist
        return {
            name: hand_over if "encode" in name.split("-") else give_back if "decode" in name else self.first.size
            for name in self.calls
        }


class BFVSession(Session):
    """Batched BFV."""

    def __init__(self, fields):
        super().__init__(seal.SCHEME_TYPE.BFV, fields)
        encoder = seal.BatchEncoder(self.context)
        self.plaintexts(
            first_slots(self.degree), second_slots(self.degree), encoder.encode, encoder.decode_int64, "q"
        )
        result = seal.Ciphertext()

        def rotate():
            self.evaluator.rotate_rows(self.first, 1, self.galois_keys, result)
            return result

        self.calls = self.common_calls() | {"rotate": rotate}
        self.slots = self.common_slots() | {"rotate": lambda: self.decrypted(rotate())}


class CKKSSession(Session):
    """Real numbers; the scale is as wide as the last prime of Q."""

    def __init__(self, fields):
        super().__init__(seal.SCHEME_TYPE.CKKS, fields)
        encoder = seal.CKKSEncoder(self.context)
        scale = 2.0 ** widths(fields["bits"])[-1]
        self.plaintexts(
            [value / 1000 for value in first_slots(self.degree // 2)],
            [value / 1000 for value in second_slots(self.degree // 2)],
            lambda values, plain: encoder.encode(values, scale, plain),
            encoder.decode_double,
            "d",
        )
        relinearized, result = self.multiplied(), seal.Ciphertext()

        def rotate():
            self.evaluator.rotate_vector(self.first, 1, self.galois_keys, result)
            return result

        def rescale():
            self.evaluator.rescale_to_next(relinearized, result)
            return result

        def multiply_rescale():
            self.evaluator.multiply(self.first, self.second, result)
            self.evaluator.relinearize_inplace(result, self.relinearization_keys)
            self.evaluator.rescale_to_next_inplace(result)
            return result

        calls, slots = self.common_calls(), self.common_slots()
        self.calls = calls | {
            "encode-for-products": calls["encode"],
            "rescale": rescale,
            "multiply-relinearize-rescale": multiply_rescale,
            "rotate": rotate,
        }
        self.slots = slots | {
            "encode-for-products": slots["encode"],
            "rescale": lambda: self.decrypted(rescale()),
            "multiply-relinearize-rescale": lambda: self.decrypted(multiply_rescale()),
            "rotate": lambda: self.decrypted(rotate()),
        }


def open_session(scheme, fields):
    """A session of the scheme."""
    sessions = {"bfv": BFVSession, "ckks": CKKSSession}
    return sessions[scheme](fields)


if __name__ == "__main__":
    serve(open_session)
