// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness
import TestSupport
import Testing

@Suite struct EncryptionTests {
  /// Random and extreme messages.
  static func messages(_ parameters: BFVParameters, _ generator: inout TestGenerator) -> [[UInt64]] {
    let t = parameters.plaintextModulus.value
    let degree = parameters.degree
    var ramp = [UInt64](repeating: 0, count: degree)
    for index in 0..<degree { ramp[index] = UInt64(index) % t }
    var lone = [UInt64](repeating: 0, count: degree)
    lone[degree - 1] = t - 1
    return [
      [UInt64](repeating: 0, count: degree), [UInt64](repeating: t - 1, count: degree),
      [UInt64](repeating: t / 2, count: degree), ramp, lone, generator.message(parameters),
      generator.message(parameters),
    ]
  }

  @Test(arguments: TestSet.all)
  func encryptionAndDecryptionRoundTrip(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: 0xE1)
    for message in Self.messages(fixture.parameters, &generator) {
      let plaintext = try fixture.plaintext(message)
      #expect(plaintext.coefficients == message)

      let seeded = try fixture.secret.encrypt(plaintext)
      let symmetric = seeded.expanded()
      #expect(try fixture.secret.decrypt(symmetric, parameters: fixture.parameters) == plaintext)
      #expect(try fixture.secret.decrypt(symmetric.coefficientForm(), parameters: fixture.parameters) == plaintext)
      #expect(try fixture.secret.decryptForRelease(symmetric, parameters: fixture.parameters) == plaintext)
      #expect(fixture.log2Noise(symmetric, message: message) <= fixture.log2Bound(symmetric.noise))

      let asymmetric = try fixture.publicKey.encrypt(plaintext)
      #expect(try fixture.secret.decrypt(asymmetric, parameters: fixture.parameters) == plaintext)
      #expect(try fixture.secret.decrypt(asymmetric.evaluationForm(), parameters: fixture.parameters) == plaintext)
      #expect(try fixture.secret.decryptForRelease(asymmetric, parameters: fixture.parameters) == plaintext)
      #expect(fixture.log2Noise(asymmetric, message: message) <= fixture.log2Bound(asymmetric.noise))
    }
  }

  @Test(arguments: TestSet.real)
  func theBoundOfAFreshCiphertextIsTight(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: 0xE2)
    let message = generator.message(fixture.parameters)
    let plaintext = try fixture.plaintext(message)
    let symmetric = try fixture.secret.encrypt(plaintext).expanded()
    let asymmetric = try fixture.publicKey.encrypt(plaintext)
    let symmetricGap = fixture.log2Bound(symmetric.noise) - fixture.log2Noise(symmetric, message: message)
    let asymmetricGap = fixture.log2Bound(asymmetric.noise) - fixture.log2Noise(asymmetric, message: message)
    print("\(set.name): bound over noise: secret key \(symmetricGap) bits, public key \(asymmetricGap) bits")
    #expect((0...2.5).contains(symmetricGap))
    #expect((0...2.5).contains(asymmetricGap))
  }

  @Test func encryptionsOfOneMessageDiffer() throws {
    let fixture = try BFVFixture(TestSet.tiny[1])
    let plaintext = try fixture.plaintext([1, 2, 3])
    let seeded = try (0..<8).map { _ in try fixture.secret.encrypt(plaintext) }
    #expect(Set(seeded.map(\.seed)).count == 8)
    #expect(Set(try (0..<8).map { _ in try fixture.publicKey.encrypt(plaintext).serialized() }).count == 8)
  }

  @Test(arguments: [2, 3, 4, 5, 96, 97] as [UInt64])
  func signedCoefficientsAreCentred(_ t: UInt64) throws {
    let set = TestSet(name: "", degree: 8, bits: [40], plaintextModulus: t)
    let parameters = try BFVParameters(set.literal())
    let low = -Int64((t - 1) / 2)
    let high = Int64(t / 2)
    let plaintext = try BFVPlaintext(signedCoefficients: [low, high, 0], parameters: parameters)
    #expect(plaintext.signedCoefficients == [low, high, 0, 0, 0, 0, 0, 0])
    #expect(throws: EncodingError.self) { try BFVPlaintext(signedCoefficients: [low - 1], parameters: parameters) }
    #expect(throws: EncodingError.self) { try BFVPlaintext(signedCoefficients: [high + 1], parameters: parameters) }
    #expect(throws: EncodingError.valueOutOfRange(index: 1, value: "\(t)", allowed: "0 to \(t - 1)")) {
      try BFVPlaintext(coefficients: [0, t], parameters: parameters)
    }
    #expect(throws: EncodingError.tooManyValues(count: 9, capacity: 8)) {
      try BFVPlaintext(coefficients: Array(repeating: 0, count: 9), parameters: parameters)
    }
    #expect(throws: EncodingError.tooManyValues(count: 9, capacity: 8)) {
      try BFVPlaintext(signedCoefficients: Array(repeating: 0, count: 9), parameters: parameters)
    }
    #expect(throws: EncodingError.self) { try BFVPlaintext(signedCoefficients: [.min], parameters: parameters) }
    #expect(throws: EncodingError.self) { try BFVPlaintext(signedCoefficients: [.max], parameters: parameters) }
  }

  /// The phase of a transparent encryption of m is round(Q·m/t), halves up [KPZ21, section 3.1].
  @Test(arguments: TestSet.tiny)
  func theScaledMessageIsRoundedExactly(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: 0xE3)
    for limbs in 1...fixture.parameters.rlwe.limbCount {
      let message = generator.message(fixture.parameters)
      let zero = RNSPolynomial<Coefficient>(zeroIn: fixture.parameters.rlwe.basis(limbs: limbs))
      var ciphertext = Ciphertext<Coefficient>(
        parameters: fixture.parameters.rlwe, key: fixture.secret.identifier, c0: zero, c1: zero, noise: .zero)
      let q = zero.basis.product
      guard q > BigInteger(fixture.t) * 2 else { continue }
      try fixture.evaluator.add(&ciphertext, fixture.plaintext(message))
      let t = BigInteger(fixture.t)
      let expected = message.map {
        ((q * BigInteger($0) * 2 + t).floorQuotientAndRemainder(dividingBy: t * 2).quotient).modulo(q)
      }
      #expect(integers(ciphertext.c0) == expected, "\(generator)")
    }
  }

  /// A sum that wraps around t leaves no more noise than the sum of the noises: with floor(Q/t)·m instead of
  /// round(Q·m/t), each wrap would add Q mod t, and the key holder could count them.
  @Test func noiseDoesNotCountWraps() throws {
    // Q mod t is near t/2 here: floor(Q/t)·m would show every wrap.
    let degree = 64
    let primes = try NTTPrimes.largest(below: 40, degree: degree, count: 2)
    let q = BigInteger(primes[0]) * BigInteger(primes[1])
    let t = try #require(
      ((1 << 30)...(1 << 30) + 4096).map { UInt64($0) }.first { t in
        let rest = q.residue(modulo: t)
        return rest > t / 3 && rest < 2 * (t / 3)
      })
    let set = TestSet(name: "wraps", degree: degree, bits: [40, 40], plaintextModulus: t)
    let fixture = try BFVFixture(set)
    var wrapping = try fixture.secret.encrypt(fixture.plaintext([UInt64](repeating: t - 1, count: degree))).expanded()
    var still = try fixture.secret.encrypt(fixture.plaintext([])).expanded()
    var message = [UInt64](repeating: t - 1, count: degree)
    let oracle = PlaintextOracle(fixture.parameters)
    for _ in 0..<6 {
      try fixture.evaluator.multiply(&wrapping, by: 7)
      try fixture.evaluator.multiply(&still, by: 7)
      message = oracle.multiply(message, by: 7)
    }
    // 7^6·(t−1) wraps about 117 648 times: floor(Q/t) would leave at least 117648·t/3 > 2^45 of noise.
    let wrapped = fixture.log2Noise(wrapping, message: message)
    let unwrapped = fixture.log2Noise(still, message: [UInt64](repeating: 0, count: degree))
    // 7^6·(21 + ½) at most, on either.
    #expect(wrapped <= 21.3)
    #expect(unwrapped <= 21.3)
    // The test sees what it is for: the same with floor(Q/t)·m is far noisier.
    let delta = fixture.parameters.rlwe.basis.product.floorQuotientAndRemainder(dividingBy: BigInteger(t)).quotient
    var floored = RNSPolynomial<Coefficient>(zeroIn: fixture.parameters.rlwe.basis)
    for index in 0..<2 {
      var limb = floored.mutableLimb(index)
      let value = (delta * BigInteger(t - 1)).residue(modulo: primes[index])
      for k in 0..<degree { limb[k] = value }
    }
    var biased = Ciphertext<Coefficient>(
      parameters: fixture.parameters.rlwe, key: fixture.secret.identifier, c0: floored,
      c1: RNSPolynomial(zeroIn: floored.basis), noise: .zero)
    for _ in 0..<6 { try fixture.evaluator.multiply(&biased, by: 7) }
    #expect(fixture.log2Noise(biased, message: message) > 40)
    // The sum of many full messages, by additions.
    var sum = fixture.evaluator.transparentZero(like: wrapping)
    var total = [UInt64](repeating: 0, count: degree)
    for _ in 0..<50 {
      let full = [UInt64](repeating: t - 1, count: degree)
      try fixture.evaluator.add(&sum, fixture.secret.encrypt(fixture.plaintext(full)).expanded())
      total = oracle.add(total, full)
    }
    #expect(fixture.log2Noise(sum, message: total) <= 10.1)  // 50·21.5 = 2^10.07
    #expect(try fixture.secret.decrypt(sum, parameters: fixture.parameters).coefficients == total)
  }

  @Test func wrongKeysAndParametersAreRefused() throws {
    let fixture = try BFVFixture(TestSet.tiny[1])
    let stranger = try BFVFixture(TestSet.tiny[1])
    let other = try BFVFixture(TestSet.tiny[0])
    let plaintext = try fixture.plaintext([5])
    let ciphertext = try fixture.publicKey.encrypt(plaintext)
    let mismatch = RLWEError.parametersMismatch(
      expected: other.parameters.rlwe.digest, found: fixture.parameters.rlwe.digest)
    #expect(throws: RLWEError.wrongKey) {
      try stranger.secret.decrypt(ciphertext, parameters: fixture.parameters)
    }
    #expect(throws: RLWEError.wrongKey) {
      try stranger.secret.decrypt(ciphertext.evaluationForm(), parameters: fixture.parameters)
    }
    #expect(throws: mismatch) { try fixture.secret.decrypt(ciphertext, parameters: other.parameters) }
    #expect(throws: mismatch) { try other.secret.decrypt(ciphertext, parameters: other.parameters) }
    #expect(throws: RLWEError.self) { try other.secret.encrypt(plaintext) }
    #expect(throws: RLWEError.self) { try other.publicKey.encrypt(plaintext) }
    #expect(throws: RLWEError.wrongKey) {
      var mine = ciphertext
      try fixture.evaluator.add(&mine, stranger.publicKey.encrypt(plaintext))
    }
    #expect(throws: RLWEError.wrongKey) {
      try fixture.evaluator.rerandomize(ciphertext.evaluationForm(), with: stranger.publicKey)
    }
  }
}
