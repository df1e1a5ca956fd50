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

    def plaintexts(self, encode):
        """Sets the plaintexts and ciphertexts that the operations work on; `encode` fills a plaintext from a list."""
        self.first_list, self.second_list = first_slots(self.slot_count), second_slots(self.slot_count)
        self.plain, second = seal.Plaintext(), seal.Plaintext()
        encode(self.first_list, self.plain)
        encode(self.second_list, second)
        self.first, self.second = seal.Ciphertext(), seal.Ciphertext()
        self.encryptor.encrypt(self.plain, self.first)
        self.encryptor.encrypt(second, self.second)
        self.product = seal.Ciphertext()
        self.evaluator.multiply(self.first, self.second, self.product)

    def new_key(self):
        """A relinearisation key in the form that computes."""
        keys = seal.RelinKeys()
        self.generator.create_relin_keys(keys)
        return keys

    def refused(self, encode, too_long):
        """What it takes to hand over a list: an encoder that refuses one that is too long has converted it."""

        def call():
            try:
                encode(too_long)
            except (ValueError, RuntimeError):
                return
            raise AssertionError("a list that is too long was taken")

        call()
        return call

    def common(self, operations, encode, decode, kind):
        """The calls and overheads of a scheme whose own operations are `operations`."""
        plain, cipher = seal.Plaintext(), seal.Ciphertext()
        self.calls = {
            "make-usable-relinearization-key": self.new_key,
            "encode": lambda: encode(self.first_list, plain),
            "decode": lambda: decode(self.plain),
            "encrypt-public-key": lambda: self.encryptor.encrypt(self.plain, cipher),
            "decrypt": lambda: self.decryptor.decrypt(self.first, plain),
            "multiply": lambda: self.evaluator.multiply(self.first, self.second, cipher),
            "relinearize": lambda: self.evaluator.relinearize(self.product, self.relinearization_keys, cipher),
        } | operations
        # A call that does next to nothing; for lists also their conversion, back by the same means as in the bindings.
        self.overheads = {name: lambda: self.first.size() for name in self.calls}
        self.overheads["encode"] = self.refused(lambda values: encode(values, plain), self.first_list + [0])
        self.overheads["decode"] = array.array(kind, self.first_list).tolist


class BFVSession(Session):
    """Batched BFV."""

    def __init__(self, fields):
        super().__init__(seal.SCHEME_TYPE.BFV, fields)
        self.slot_count = self.degree
        self.encoder = seal.BatchEncoder(self.context)
        self.plaintexts(self.encoder.encode)
        result = seal.Ciphertext()

        def multiply_relinearize():
            self.evaluator.multiply(self.first, self.second, result)
            self.evaluator.relinearize_inplace(result, self.relinearization_keys)

        self.common(
            {
                "multiply-relinearize": multiply_relinearize,
                "rotate": lambda: self.evaluator.rotate_rows(self.first, 1, self.galois_keys, result),
            },
            self.encoder.encode,
            self.encoder.decode_int64,
            "q",
        )
        self.slots = {name: self.slots_of(name) for name in self.calls}

    def decrypted(self, ciphertext):
        """Its slots."""
        plain = seal.Plaintext()
        self.decryptor.decrypt(ciphertext, plain)
        return self.encoder.decode_int64(plain)

    def slots_of(self, name):
        """What gives the decrypted result of an operation."""

        def plain():
            result = seal.Plaintext()
            self.encoder.encode(self.first_list, result)
            return self.encoder.decode_int64(result)

        def fresh():
            result = seal.Ciphertext()
            self.encryptor.encrypt(self.plain, result)
            return self.decrypted(result)

        def product():
            result, keys = seal.Ciphertext(), self.relinearization_keys
            if name == "make-usable-relinearization-key":
                keys = self.new_key()
            self.evaluator.multiply(self.first, self.second, result)
            if name != "multiply":
                self.evaluator.relinearize_inplace(result, keys)
            return self.decrypted(result)

        def rotated():
            result = seal.Ciphertext()
            self.evaluator.rotate_rows(self.first, 1, self.galois_keys, result)
            return self.decrypted(result)

        return {
            "encode": plain,
            "decode": plain,
            "encrypt-public-key": fresh,
            "decrypt": lambda: self.decrypted(self.first),
            "rotate": rotated,
        }.get(name, product)


def open_session(scheme, fields):
    """A session of the scheme."""
    sessions = {"bfv": BFVSession}
    return sessions[scheme](fields)


if __name__ == "__main__":
    serve(open_session)
