// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ComplexModule
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness
import TestSupport
import Testing

@testable import CKKS

/// What encoding, encryption and decryption leave of secrets in the memory that they free.
@Suite(.enabled(if: FreedMemory.isObservable)) struct ZeroisationTests {
  static let sets = [CKKSTestSet.real[0], CKKSTestSet.real[3]]

  static func copied(_ words: Span<UInt64>) -> [UInt64] { words.indices.map { words[$0] } }

  static func words(_ polynomial: RNSPolynomial<Coefficient>) -> [[UInt64]] {
    [copied(polynomial.allLimbs()), copied(polynomial.evaluationForm().allLimbs())]
  }

  /// The numbers of a plaintext as the doubles they are in memory: coefficients, slots in their two halves, and slots as
  /// complex numbers.
  static func words(_ plaintext: CKKSPlaintext) -> [[UInt64]] {
    let slots = CKKSEncoder(parameters: plaintext.parameters).decodeComplex(plaintext)
    return [
      copied(plaintext.storage.words(0..<plaintext.storage.count)), slots.map(\.real.bitPattern),
      slots.map(\.imaginary.bitPattern), slots.flatMap { [$0.real.bitPattern, $0.imaginary.bitPattern] },
    ]
  }

  /// The secret as signed words and residues, which have few values, and as evaluations.
  static func forms(_ key: borrowing SecretKey) -> (small: [[UInt64]], large: [[UInt64]]) {
    let basis = key.parameters.basis
    let residues = key.coefficients.residues(in: basis)
    let evaluation = key.evaluation(in: basis)
    return (
      [copied(key.coefficients.words()), copied(residues.polynomial.allLimbs())],
      [copied(evaluation.polynomial.allLimbs())]
    )
  }

  private func expectNone(
    _ secrets: [[UInt64]], in freed: FreedMemory, run: Int = 4, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for words in secrets {
      #expect(!freed.holds(words, run: run), "\(what) is left", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: sets)
  func encodingLeavesNothing(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x5E1)
    let values = fixture.numbers(&generator)
    let kept = try fixture.encoder.encode(values)
    let secrets = Self.words(kept) + [values.map(\.real.bitPattern), values.map(\.imaginary.bitPattern)]
    let real = values.map(\.real)
    let keptReal = Self.words(try fixture.encoder.encode(real))
    let recorder = FreedMemoryRecorder()
    try Self.release(fixture.encoder.encode(values))
    try Self.release(fixture.encoder.encode(real))
    let freed = recorder.finish()
    #expect(freed.words.count >= 2 * fixture.parameters.degree, "the plaintexts were not freed in time")
    // The caller's own numbers live as long as this.
    withExtendedLifetime((values, real)) { expectNone(secrets + keptReal, in: freed, "an encoded number") }
  }

  static func release(_: consuming CKKSPlaintext) {}

  @Test(arguments: sets)
  func readingAPlaintextLeavesNothing(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x5E5)
    let plaintext = try fixture.encoder.encode(fixture.numbers(&generator))
    let secrets = Self.words(plaintext)
    let bytes = plaintext.serialized()
    let recorder = FreedMemoryRecorder()
    try Self.release(CKKSPlaintext(serialized: bytes, parameters: fixture.parameters))
    let freed = recorder.finish()
    #expect(freed.words.count >= 2 * fixture.parameters.degree, "the plaintext was not freed in time")
    // The bytes are the caller's, and live as long as this.
    withExtendedLifetime(bytes) { expectNone(secrets, in: freed, "a number that was read") }
  }

  @Test(arguments: sets)
  func encryptionLeavesNothing(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x5E2)
    let secret = Self.forms(fixture.secret)
    let plaintext = try fixture.encoder.encode(fixture.numbers(&generator))
    let level = fixture.parameters.maximumLevel
    let basis = fixture.parameters.rlwe.basis
    let message = plaintext.scaled(by: fixture.parameters.scale(level: level), basis: basis)

    let recorder = FreedMemoryRecorder()
    let seeded = try fixture.secret.encrypt(plaintext)
    let asymmetric = try fixture.publicKey.encrypt(plaintext)
    let freed = recorder.finish()
    expectNone(secret.small, in: freed, run: 64, "the secret")
    expectNone(secret.large, in: freed, "the secret")
    expectNone(Self.words(message), in: freed, "the scaled message")
    expectNone(Self.words(plaintext), in: freed, "the message")
    // c0 = e + m − a·s: neither a·s nor e + m may be left.
    let full = seeded.expanded()
    let evaluation = fixture.secret.evaluation(in: basis)
    var product = full.ciphertext.c1 * evaluation.polynomial
    let sum = (full.ciphertext.c0 + product).coefficientForm()
    expectNone(Self.words(sum), in: freed, "message and error")
    expectNone([Self.copied(product.allLimbs())], in: freed, "a·s")
    product.negate()
    expectNone([Self.copied(product.allLimbs())], in: freed, "−a·s")
    var negative = sum
    negative.negate()
    expectNone(Self.words(negative), in: freed, "minus message and error")
    let phase = fixture.secret.phase(of: asymmetric.ciphertext)
    expectNone(Self.words(phase.polynomial), in: freed, "message and noise")
  }

  @Test(arguments: sets)
  func decryptionLeavesNothing(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x5E3)
    let secret = Self.forms(fixture.secret)
    let ciphertext = try fixture.encrypt(fixture.numbers(&generator))
    let product = ciphertext.ciphertext.c1 * fixture.secret.evaluation(in: ciphertext.ciphertext.basis).polynomial
    let phase = try fixture.secret.phase(of: ciphertext, bits: ciphertext.neededBits)
    let phases = Self.words(phase.polynomial)
    let own = Self.words(try fixture.secret.decrypt(ciphertext))

    let recorder = FreedMemoryRecorder()
    try Self.decryptAndDecode(fixture, ciphertext)
    let freed = recorder.finish()
    #expect(freed.words.count >= 4 * fixture.parameters.degree, "the phase was not freed in time")
    expectNone(secret.small, in: freed, run: 64, "the secret")
    expectNone(secret.large, in: freed, "the secret")
    expectNone([Self.copied(product.allLimbs())], in: freed, "c1·s")
    expectNone(phases, in: freed, "message and noise")
    expectNone([own[0]], in: freed, "a coefficient")
    // High words are those of a sign, where integers are short.
    let composed = Self.integers(phase.polynomial)
    expectNone([composed[0]], in: freed, "an integer")
  }

  /// The low and the high words of the centred integers.
  static func integers(_ polynomial: RNSPolynomial<Coefficient>) -> [[UInt64]] {
    let (basis, moduli) = (polynomial.basis, polynomial.basis.moduli.map(\.value))
    let two128 = BigInteger(1) << 128
    let words = (0..<basis.degree).map { k -> [UInt64] in
      let residues = moduli.indices.map { polynomial.limb($0)[k] }
      let value = BigInteger.chineseRemainder(residues: residues, moduli: moduli)
      return (value.centeredResidue(modulo: basis.product) + two128).words + [0, 0]
    }
    return [words.map { $0[0] }, words.map { $0[1] }]
  }

  @inline(never)
  static func decryptAndDecode(_ fixture: CKKSFixture, _ ciphertext: CKKSCiphertext) throws {
    let plaintext = try fixture.secret.decrypt(ciphertext)
    let released = try fixture.secret.decryptForRelease(ciphertext, largestError: 1e9)
    // What is decoded belongs to the caller: read, and not kept here.
    release(plaintext)
    release(released)
  }

  /// The noise of a release, without which the numbers would tell of the key.
  @Test func theNoiseOfAReleaseIsNotLeft() throws {
    let fixture = try CKKSFixture(CKKSTestSet.real[3])
    let ciphertext = try fixture.encrypt([])
    let phase = try fixture.secret.phase(of: ciphertext, bits: 100)
    let own = Self.integers(phase.polynomial)
    let recorder = FreedMemoryRecorder()
    let released = try fixture.secret.decryptForRelease(ciphertext)
    let freed = recorder.finish()
    // The flood is what was released less the noise, as integers: exact where a double holds it.
    let scale = ciphertext.scale.doubleValue
    let storage = released.storage
    let doubles = storage.doubles(0..<storage.count)
    let flood = doubles.indices.map { UInt64(bitPattern: Int64(doubles[$0] * scale)) &- own[0][$0] }
    expectNone([flood], in: freed, "the noise of a release")
  }

  /// The search would find what is left.
  @Test func aPlainCopyIsFound() throws {
    let fixture = try CKKSFixture(CKKSTestSet.real[0])
    var generator = TestGenerator(seed: 0x5E4)
    let plaintext = try fixture.encoder.encode(fixture.numbers(&generator))
    let recorder = FreedMemoryRecorder()
    let sum = Self.useCopies(plaintext)
    let freed = recorder.finish()
    #expect(sum != 0)
    for words in Self.words(plaintext) { #expect(freed.holds(words, run: 4)) }
  }

  @inline(never)
  static func useCopies(_ plaintext: CKKSPlaintext) -> UInt64 {
    words(plaintext).reduce(0) { $1.reduce($0, &+) }
  }
}
