// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness
import TestSupport
import Testing

/// What keys, encryption and decryption leave of secrets in the memory that they free.
@Suite(.enabled(if: FreedMemory.isObservable)) struct ZeroisationTests {
  /// A polynomial in every form that it takes in memory.
  struct Forms {
    /// Words of few values: a long run of them is no chance.
    var small: [[UInt64]] = []
    /// Words all over the range.
    var large: [[UInt64]] = []

    func expectNone(in freed: FreedMemory, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
      for words in small {
        #expect(!freed.holds(words, run: 64), "\(what): coefficients are left", sourceLocation: sourceLocation)
      }
      for words in large {
        #expect(!freed.holds(words, run: 4), "\(what): words are left", sourceLocation: sourceLocation)
      }
    }
  }

  static func copied(_ words: Span<UInt64>) -> [UInt64] { words.indices.map { words[$0] } }

  /// The secret as signed words, as residues, as evaluations.
  static func forms(_ key: borrowing SecretKey) -> Forms {
    let basis = key.parameters.basis
    let residues = key.coefficients.residues(in: basis)
    let evaluation = key.evaluation(in: basis)
    return Forms(
      small: [copied(key.coefficients.words()), copied(residues.polynomial.allLimbs())],
      large: [copied(evaluation.polynomial.allLimbs())])
  }

  static func forms<Domain>(_ polynomial: RNSPolynomial<Domain>) -> Forms {
    Forms(large: [copied(polynomial.allLimbs())])
  }

  /// An error as signed words, as residues, as evaluations.
  static func forms(error: RNSPolynomial<Coefficient>) -> Forms {
    let q = error.basis.moduli[0].value
    let signed = copied(error.limb(0)).map { $0 > q / 2 ? $0 &- q : $0 }
    #expect(signed.allSatisfy { (-21...21).contains(Int64(bitPattern: $0)) }, "this is no error")
    return Forms(
      small: [signed, copied(error.allLimbs())], large: [copied(error.evaluationForm().allLimbs())])
  }

  static let sets = Array(TestSet.real.prefix(3))

  @Test(arguments: sets)
  func makingAKeyLeavesNothing(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let recorder = FreedMemoryRecorder()
    let key = SecretKey(parameters: parameters.rlwe)
    let freed = recorder.finish()
    let forms = Self.forms(key)
    forms.expectNone(in: freed, "a new key")
    // Nor the random words that the coefficients are made of.
    let samples = freed.mapped { $0.multipliedFullWidth(by: 3).high &- 1 }
    #expect(!samples.holds(forms.small[0], run: 64), "the random words of a new key are left")
  }

  @Test(arguments: sets)
  func releasingAKeyLeavesNothing(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let key = SecretKey(parameters: parameters.rlwe)
    let forms = Self.forms(key)
    let recorder = FreedMemoryRecorder()
    Self.release(key)
    let freed = recorder.finish()
    #expect(freed.words.count >= set.degree * (1 + set.bits.count), "the key was not freed in time")
    forms.expectNone(in: freed, "a released key")
  }

  static func release(_: consuming SecretKey) {}

  @Test(arguments: sets)
  func encryptionLeavesNothing(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let key = SecretKey(parameters: parameters.rlwe)
    let secret = Self.forms(key)
    let basis = parameters.rlwe.basis

    let recorder = FreedMemoryRecorder()
    let seeded = key.encryptZero()
    let freed = recorder.finish()
    secret.expectNone(in: freed, "a symmetric encryption")
    // c0 = e - a·s: neither a·s, with which the ciphertext gives the error away, nor the error may be left.
    let full = seeded.expanded()
    let product = full.c1 * key.evaluation(in: basis).polynomial
    Self.forms(product).expectNone(in: freed, "a·s")
    var negated = product
    negated.negate()
    Self.forms(negated).expectNone(in: freed, "-a·s")
    Self.forms(product.coefficientForm()).expectNone(in: freed, "a·s in coefficient form")
    Self.forms(negated.coefficientForm()).expectNone(in: freed, "-a·s in coefficient form")
    let error = (full.c0 + product).coefficientForm()
    Self.forms(error: error).expectNone(in: freed, "the error")
  }

  @Test(arguments: sets)
  func publicKeysAndTheirEncryptionLeaveNothing(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let key = SecretKey(parameters: parameters.rlwe)
    let secret = Self.forms(key)
    let recorder = FreedMemoryRecorder()
    let publicKey = PublicKey(of: key)
    let ciphertext = publicKey.encryptZero()
    let freed = recorder.finish()
    secret.expectNone(in: freed, "a public key")
    // p0 = -(a·s + e).
    let product = publicKey.p1 * key.evaluation(in: parameters.rlwe.basis).polynomial
    Self.forms(product).expectNone(in: freed, "a·s of a public key")
    var error = (publicKey.p0 + product).coefficientForm()
    Self.forms(error: error).expectNone(in: freed, "the negative error of a public key")
    error.negate()
    Self.forms(error: error).expectNone(in: freed, "the error of a public key")
    // c0 + c1·s = p·u·s + …: whatever it is, it is known to the key holder alone.
    Self.forms(key.phase(of: ciphertext).polynomial).expectNone(in: freed, "the noise")
  }

  @Test(arguments: sets)
  func decryptionLeavesNothing(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let secret = Self.forms(fixture.secret)
    var generator = TestGenerator(seed: 0x5EC3)
    let plaintext = try fixture.plaintext(generator.message(fixture.parameters))
    let evaluations = try fixture.secret.encrypt(plaintext).expanded()
    let coefficients = try fixture.publicKey.encrypt(plaintext)
    let product = evaluations.c1 * fixture.secret.evaluation(in: evaluations.basis).polynomial

    let recorder = FreedMemoryRecorder()
    let first = try fixture.secret.decrypt(evaluations, parameters: fixture.parameters)
    let second = try fixture.secret.decrypt(coefficients, parameters: fixture.parameters)
    let third = try fixture.secret.decryptForRelease(coefficients, parameters: fixture.parameters)
    let freed = recorder.finish()
    #expect(freed.words.count >= 3 * set.degree * set.bits.count, "the phases were not freed in time")
    #expect(first == plaintext && second == plaintext && third == plaintext)
    secret.expectNone(in: freed, "decryption")
    Self.forms(product).expectNone(in: freed, "c1·s")
    Self.forms(product.coefficientForm()).expectNone(in: freed, "c1·s in coefficient form")
    for phase in [fixture.secret.phase(of: evaluations).polynomial, fixture.secret.phase(of: coefficients).polynomial] {
      Self.forms(phase).expectNone(in: freed, "message and noise")
      Self.forms(phase.evaluationForm()).expectNone(in: freed, "message and noise, transformed")
    }
  }

  @Test(arguments: sets)
  func writingAndReadingAKeyLeavesNothing(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let key = SecretKey(parameters: parameters.rlwe)
    let secret = Self.forms(key)
    let recorder = FreedMemoryRecorder()
    let bytes = key.serialized()
    Self.release(try SecretKey(serialized: bytes, parameters: parameters.rlwe))
    let freed = recorder.finish()
    secret.expectNone(in: freed, "a key written and read")
    // Two bits a coefficient, from somewhere in the middle.
    #expect(!freed.holds(bytes: Array(bytes[bytes.count / 2..<bytes.count / 2 + 32])), "packed coefficients are left")
    #expect(FreedMemory(words: Self.words(of: bytes)).holds(bytes: Array(bytes[200..<232])))
  }

  /// The same for keys and plaintexts of several plaintext moduli, which are longer than the room that bytes start with.
  @Test func writingAndReadingSeveralPartsLeavesNothing() throws {
    let parameters = try CRTParameters(Self.sets[0].literal(), plaintextModuli: [1 << 20, 65_537])
    let key = CRTSecretKey(parameters: parameters)
    var generator = TestGenerator(seed: 0x5EC4)
    let degree = parameters.components[0].degree
    let plaintext = try CRTPlaintext(
      coefficients: CRTTests.random(degree, parameters.modulus, &generator), parameters: parameters)
    let secrets = plaintext.parts.map(\.coefficients)
    let recorder = FreedMemoryRecorder()
    let bytes = key.serialized()
    Self.release(try CRTSecretKey(serialized: bytes, parameters: parameters))
    let plainBytes = plaintext.serialized()
    Self.release(try CRTPlaintext(serialized: plainBytes, parameters: parameters))
    let freed = recorder.finish()
    for words in secrets { #expect(!freed.holds(words, run: 4), "coefficients are left") }
    for bytes in [bytes, plainBytes] {
      // Packed coefficients of every part.
      for start in stride(from: 200, to: bytes.count - 32, by: 500) {
        #expect(!freed.holds(bytes: Array(bytes[start..<start + 32])), "packed coefficients are left")
      }
    }
    // Two bits a coefficient: the words in memory, from the bytes.
    for part in 0..<2 {
      let start = 40 + part * (16 + degree / 4) + 16
      let words = bytes[start..<start + degree / 4].flatMap { byte in
        (0..<4).map { UInt64((byte >> (2 * $0)) & 3) &- 1 }
      }
      #expect(!freed.holds(words, run: 64), "coefficients of a secret are left")
    }
    withExtendedLifetime((bytes, plainBytes, plaintext)) {}
  }

  static func release(_: consuming CRTSecretKey) {}

  static func release(_: consuming CRTPlaintext) {}

  static func words(of bytes: [UInt8]) -> [UInt64] {
    stride(from: 0, to: bytes.count - 7, by: 8).map { start in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }
  }

  /// The search would find what is left.
  @Test func aPlainCopyIsFound() throws {
    let parameters = try BFVParameters(Self.sets[0].literal())
    let key = SecretKey(parameters: parameters.rlwe)
    let secret = Self.forms(key)
    let recorder = FreedMemoryRecorder()
    let kept = Self.useCopies(key)
    let freed = recorder.finish()
    #expect(kept != 0)
    for words in secret.small { #expect(freed.holds(words, run: 64)) }
    for words in secret.large { #expect(freed.holds(words, run: 4)) }
  }

  static func useCopies(_ key: borrowing SecretKey) -> UInt64 {
    let forms = forms(key)
    return (forms.small + forms.large).reduce(0) { $1.reduce($0, &+) }
  }
}
