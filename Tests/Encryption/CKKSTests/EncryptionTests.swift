// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import PolynomialRing
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

@Suite struct EncryptionTests {
  static let sets = CKKSTestSet.tiny + CKKSTestSet.real

  /// Both kinds, at every level, with the bound that is said and the scale that is said.
  @Test(arguments: sets)
  func everyLevel(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xE1)
    let x = fixture.numbers(&generator)
    let plaintext = try fixture.encoder.encode(x)
    for level in 0...fixture.parameters.maximumLevel {
      let seeded = try fixture.secret.encrypt(plaintext, level: level)
      let symmetric = seeded.expanded()
      let asymmetric = try fixture.publicKey.encrypt(plaintext, level: level)
      for ciphertext in [symmetric, asymmetric] {
        #expect(ciphertext.level == level && ciphertext.key == fixture.secret.identifier)
        #expect(ciphertext.scale == fixture.parameters.scale(level: level))
        #expect(ciphertext.valueBound == set.valueBound && !ciphertext.isTransparent)
        try fixture.requireError(ciphertext, x, "level \(level)")
      }
      #expect(symmetric.errorBound <= asymmetric.errorBound)
      #expect(seeded.level == level && seeded.scale == symmetric.scale && seeded.valueBound == symmetric.valueBound)
      // The same seed, the same ciphertext.
      let again = seeded.expanded()
      #expect(again.ciphertext.c0 == symmetric.ciphertext.c0 && again.ciphertext.c1 == symmetric.ciphertext.c1)
      #expect(seeded.c0 == symmetric.ciphertext.c0)
    }
    // Two encryptions have nothing in common.
    let (first, second) = (try fixture.encrypt(x), try fixture.encrypt(x))
    #expect(first.ciphertext.c0 != second.ciphertext.c0 && first.ciphertext.c1 != second.ciphertext.c1)
  }

  @Test(arguments: [CKKSTestSet.tiny[0], CKKSTestSet.tiny[3], CKKSTestSet.real[0]])
  func scalesAndBounds(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xE2)
    for (scale, bound) in [(0x1p20, 10), (0x1.23p35, 1), (0x1p60, 1e-3), (0x1p30, 1e9), (0x1p100, 0x1p-30)] {
      let x = fixture.numbers(&generator, bound: bound)
      for ciphertext in [
        try fixture.encrypt(x, scale: CKKSScale(scale), bound: bound),
        try fixture.publicKey.encrypt(fixture.encoder.encode(x), scale: CKKSScale(scale), bound: bound),
      ] {
        #expect(ciphertext.scale == CKKSScale(scale) && ciphertext.valueBound == bound)
        try fixture.requireError(ciphertext, x, slack: 14, "\(scale), \(bound)")
      }
    }
  }

  @Test func numbersAboveTheBound() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let plaintext = try fixture.encoder.encode([0.5, -1.5] as [Double])
    let expected = RLWEError.valueOutOfBound(bound: 1)
    #expect(throws: expected) { _ = try fixture.secret.encrypt(plaintext) }
    #expect(throws: expected) { try fixture.publicKey.encrypt(plaintext) }
    for bound in [1.4, -1, .nan, -.infinity] as [Double] {
      #expect(throws: RLWEError.self) { _ = try fixture.secret.encrypt(plaintext, bound: bound) }
      #expect(throws: RLWEError.self) { try fixture.publicKey.encrypt(plaintext, bound: bound) }
    }
    #expect(expected.description.contains("declared 1.0"))
    let allowed = try fixture.secret.encrypt(plaintext, bound: 1.5)
    #expect(allowed.valueBound == 1.5)
  }

  /// What does not fit under the modulus is refused when it is encrypted, by either key.
  @Test func numbersThatDoNotFit() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    func refuses(_ level: Int, _ scale: CKKSScale?, _ bound: Double, _ value: Double = 0) throws {
      let plaintext = try fixture.encoder.encode(constant: value)
      #expect(throws: RLWEError.self, "secret, \(bound)") {
        _ = try fixture.secret.encrypt(plaintext, level: level, scale: scale, bound: bound)
      }
      #expect(throws: RLWEError.self, "public, \(bound)") {
        try fixture.publicKey.encrypt(plaintext, level: level, scale: scale, bound: bound)
      }
    }
    try refuses(0, nil, 64, 63)
    try refuses(0, nil, .infinity)
    try refuses(0, CKKSScale(0x1p50), 1, 1)
    try refuses(1, CKKSScale(0x1p100), 1)
    try refuses(4, nil, 1e300, 1e100)
    // Noise that covers the numbers, and scales beyond any use, with numbers and without.
    for exponent in [3, -20, -400, -3000, 300, 1000, 3000] {
      try refuses(4, .powerOfTwo(exponent), 1, 0)
      try refuses(4, .powerOfTwo(exponent), 1, 0.5)
    }
    let plaintext = try fixture.encoder.encode(constant: 0)
    for exponent in [-3000, 700, 3000] {
      #expect(throws: RLWEError.self) { _ = try CKKSEvaluationPlaintext(plaintext, scale: .powerOfTwo(exponent)) }
    }
    #expect(throws: RLWEError.self) { _ = try CKKSEvaluationPlaintext(fixture.encoder.encode(constant: 1e50)) }
  }

  @Test func wrongKeysAndParameters() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let other = try CKKSFixture(CKKSTestSet.tiny[2])
    let stranger = SecretKey(parameters: fixture.parameters.rlwe)
    let ciphertext = try fixture.encrypt([Complex(0.5, 0)])
    let plaintext = try fixture.encoder.encode(constant: 0.5)
    #expect(throws: RLWEError.wrongKey) { try stranger.decrypt(ciphertext) }
    #expect(throws: RLWEError.wrongKey) { try stranger.decryptForRelease(ciphertext, largestError: 1e9) }
    let mismatch = RLWEError.parametersMismatch(
      expected: other.parameters.rlwe.digest, found: fixture.parameters.rlwe.digest)
    #expect(throws: mismatch) { try other.secret.decrypt(ciphertext) }
    #expect(throws: mismatch) { try other.secret.decryptForRelease(ciphertext) }
    #expect(throws: RLWEError.self) { _ = try other.secret.encrypt(plaintext) }
    #expect(throws: RLWEError.self) { try other.publicKey.encrypt(plaintext) }
    // The same ring and another scale or bound are other parameters.
    var literal = fixture.parameters.literal
    literal.valueBound = 2
    #expect(try CKKSParameters(literal) != fixture.parameters)
    literal = fixture.parameters.literal
    literal.scale = literal.scale.nextUp
    #expect(try CKKSParameters(literal) != fixture.parameters)
    // Primes at other levels too.
    literal = fixture.parameters.literal
    literal.baseModuli += literal.levelModuli.removeFirst()
    #expect(try CKKSParameters(literal) != fixture.parameters)
    #expect(try CKKSParameters(fixture.parameters.literal) == fixture.parameters)
  }

  /// What was decrypted has an error, and keeps it when it is encrypted or multiplied with again.
  @Test(arguments: [CKKSTestSet.tiny[0], CKKSTestSet.tiny[3], CKKSTestSet.real[0]])
  func errorsOfDecryptedNumbersStay(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xE4)
    let x = fixture.numbers(&generator)
    let first = try fixture.secret.decrypt(fixture.encrypt(x))
    #expect(first.error > 0 && first.magnitude >= set.valueBound)
    let bound = 2 * set.valueBound
    let again = try fixture.secret.encrypt(first, bound: bound).expanded()
    #expect(again.errorBound > 1.5 * first.error)
    try fixture.requireError(again, x, slack: 16)
    let ones = try fixture.encrypt([Complex<Double>](repeating: .one, count: x.count), bound: 1)
    let product = try fixture.evaluator.multiply(ones, by: first)
    let exact = try fixture.evaluator.multiply(ones, by: fixture.encoder.encode(x))
    #expect(product.errorBound > exact.errorBound + 0.9 * first.error)
    try fixture.requireError(product, x, slack: 16)
    var sum = ones
    try fixture.evaluator.subtract(&sum, first)
    #expect(sum.errorBound > first.error)
    try fixture.requireError(sum, x.map { Complex(1, 0) - $0 }, slack: 16)
  }

  /// A ciphertext whose numbers are larger than it says decrypts, and what was decrypted is of no further use.
  @Test func falseClaimsAreFound() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let x = [Complex<Double>](repeating: .one, count: fixture.parameters.slotCount)
    let ciphertext = try fixture.evaluator.assuming(fixture.encrypt(x), bound: 0.25)
    let plaintext = try fixture.secret.decrypt(ciphertext)
    #expect(abs(fixture.encoder.decode(plaintext)[0] - 1) < 1e-6)
    func isFound(_ error: any Error) -> Bool {
      guard case .valueOutOfBound = error as? RLWEError else { return false }
      return true
    }
    #expect { _ = try fixture.secret.encrypt(plaintext) } throws: { isFound($0) }
    #expect { try fixture.publicKey.encrypt(plaintext) } throws: { isFound($0) }
    #expect { _ = try CKKSEvaluationPlaintext(plaintext) } throws: { isFound($0) }
    var sum = ciphertext
    #expect { try fixture.evaluator.add(&sum, plaintext) } throws: { isFound($0) }
    #expect(throws: WireError.outOfRange(field: "a coefficient")) {
      try CKKSPlaintext(serialized: plaintext.serialized(), parameters: fixture.parameters)
    }
  }

  /// Doubles cost something where a scale is finer than they are, and the decrypted numbers say so.
  @Test func theErrorOfDoublesIsCounted() throws {
    let fixture = try CKKSFixture(CKKSTestSet.tiny[3])
    var generator = TestGenerator(seed: 0xE5)
    // Tiny numbers with tiny noise, and then a sum that is large: exact in the ciphertext, not in a double.
    let x = fixture.numbers(&generator, bound: 0x1p-40)
    var ciphertext = try fixture.encrypt(x, bound: 0x1p-40)
    try fixture.evaluator.add(&ciphertext, 0x1.23456789abcdep-1)
    let plaintext = try fixture.secret.decrypt(ciphertext)
    #expect(plaintext.error > 0x1p-53 && ciphertext.errorBound < 0x1p-53)
    try fixture.requireError(ciphertext, x.map { $0 + Complex(0x1.23456789abcdep-1, 0) }, slack: nil)
  }

  /// What is too wide for the roundings is called that, and no fault of the modulus.
  @Test func numbersThatAreTooWideToEncode() throws {
    let fixture = try CKKSFixture(CKKSTestSet.tiny[3])
    let plaintext = try fixture.encoder.encode(constant: 0.5)
    #expect(throws: RLWEError.valuesTooWide(neededBits: 120, largestBits: 119)) {
      try CKKSEvaluationPlaintext(plaintext, scale: .powerOfTwo(121))
    }
    _ = try CKKSEvaluationPlaintext(plaintext, scale: .powerOfTwo(120))
    let wide = CKKSScale.powerOfTwo(120) * CKKSScale(1.001)
    func expectTooWide(_ body: () throws -> Void) {
      #expect {
        try body()
      } throws: { error in
        guard case .valuesTooWide(let needed, 119) = error as? RLWEError else { return false }
        return needed > 119 && "\(error)".contains("take a smaller scale")
      }
    }
    expectTooWide { _ = try CKKSEvaluationPlaintext(plaintext, scale: wide) }
    expectTooWide { _ = try fixture.secret.encrypt(plaintext, scale: wide) }
    expectTooWide { _ = try fixture.publicKey.encrypt(plaintext, scale: wide) }
    let nothing = try fixture.encoder.encode([Complex(0, 0)])
    expectTooWide { _ = try CKKSEvaluationPlaintext(nothing, scale: .powerOfTwo(501)) }
    #expect(throws: RLWEError.noiseExhausted(neededBits: -1, availableBits: -501)) {
      try CKKSEvaluationPlaintext(plaintext, scale: .powerOfTwo(-501))
    }
  }

  /// Primes so small that no nine of them are as wide as numbers may be.
  @Test func tinyPrimesAreNoTrap() throws {
    let literal = CKKSParameterLiteral(
      degree: 8, baseModuli: [97, 113, 193, 241, 257, 337, 353, 401, 433, 449, 577, 593, 641], levelModuli: [],
      scale: 0x1p20, security: .uncheckedInsecure)
    let fixture = try CKKSFixture(literal)
    let small = try fixture.encrypt([Complex(0.5, 0)])
    try fixture.requireError(small, [Complex(0.5, 0)], slack: nil)
    let wide = try fixture.encrypt([Complex(0.5, 0)], scale: CKKSScale(0x1p90))
    #expect {
      try fixture.secret.decrypt(wide)
    } throws: { error in
      guard case .valuesTooWide = error as? RLWEError else { return false }
      return true
    }
  }
}
