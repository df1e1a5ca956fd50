// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import ModularArithmetic
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// What users of homomorphic encryption stumble over elsewhere, and what is promised here instead.
@Suite struct PromiseTests {
  // MARK: Scales and levels

  /// Out of levels means that, with an evaluator that sees to scales and without.
  @Test func theEndOfTheLevelsIsNoScaleError() throws {
    let fixture = try CKKSFixture(CKKSTestSet(name: "N=64, 1 level", levels: 1, degree: 64))
    let keys = try fixture.keys()
    let x = [Complex(0.5, 0)]
    let low = try fixture.encrypt(x, level: 0)
    #expect(throws: RLWEError.noLevelLeft) { try fixture.evaluator.square(low, with: keys) }
    #expect(throws: RLWEError.noLevelLeft) { try fixture.evaluator.multiply(low, by: 0.5) }
    #expect(throws: RLWEError.noLevelLeft) { try fixture.manual.rescale(low) }
    func expect(_ level: Int, _ words: [String], _ body: () throws -> Void) {
      #expect("level \(level)") {
        try body()
      } throws: { error in
        guard case .scaleExceedsModulus(let scale, let modulus, level) = error as? RLWEError else { return false }
        return scale >= modulus && words.allSatisfy { "\(error)".contains($0) }
      }
    }
    let plaintext = try fixture.encoder.encode(x)
    expect(0, ["no level is left", "more levels"]) { _ = try fixture.manual.square(low, with: keys) }
    expect(0, ["no level is left", "more levels"]) { _ = try fixture.manual.multiply(low, by: plaintext) }
    expect(0, ["no level is left", "more levels"]) { _ = try fixture.manual.multiply(low, by: 0.25) }
    expect(0, ["smaller scale"]) { _ = try fixture.encrypt(x, level: 0, scale: CKKSScale(0x1p60)) }
    // With a level left the way out is another.
    let square = try fixture.manual.square(fixture.encrypt(x), with: keys)
    expect(1, ["rescale products before they are multiplied again"]) {
      _ = try fixture.manual.square(square, with: keys)
    }
    // Numbers that are too large are no matter of the scale.
    #expect {
      var sum = low
      try fixture.evaluator.multiply(&sum, byInteger: 1000)
    } throws: { error in
      guard case .valuesExceedModulus = error as? RLWEError else { return false }
      return "\(error)".contains("declare a smaller bound")
    }
  }

  /// A formula of terms of every depth is written down as it stands: no rescale, no level and no scale in sight.
  @Test func formulasNeedNoBookkeeping() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let evaluator = fixture.evaluator
    let keys = try fixture.keys()
    var generator = TestGenerator(seed: 0xF0_0001)
    let x = fixture.numbers(&generator)
    let a = try fixture.encrypt(x)
    // 1/2 + x − x²·3/8 + x⁴/16 − x·0, level 4 to level 1.
    let second = try evaluator.square(a, with: keys)
    let fourth = try evaluator.square(second, with: keys)
    var sum = try evaluator.multiply(fourth, by: 1.0 / 16)
    try evaluator.add(&sum, evaluator.multiply(second, by: -3.0 / 8))
    try evaluator.add(&sum, a)
    try evaluator.add(&sum, evaluator.multiply(a, by: 0))
    try evaluator.add(&sum, 0.5)
    let expected = x.map { x in
      let square = x * x
      return Complex(0.5, 0) + x - Complex(0.375, 0) * square + Complex(0.0625, 0) * (square * square)
    }
    #expect(sum.level == 1)
    fixture.requireCanonicalScale(sum)
    try fixture.requireError(sum, expected, slack: 16)
    #expect(sum.errorBound < 0x1p-15)
  }

  /// A zero among the numbers of a plaintext is no case of its own: level, scale and the other numbers are as ever.
  @Test func zerosAmongTheFactorsChangeNothing() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    var generator = TestGenerator(seed: 0xF0_0002)
    let (x, w) = (fixture.numbers(&generator), fixture.numbers(&generator, bound: 1))
    let masks = [w, w.enumerated().map { $0 % 2 == 0 ? .zero : $1 }, w.map { _ in .zero }]
    var result = try fixture.encrypt(x)
    var expected = x
    for (depth, mask) in masks.enumerated() {
      result = try fixture.evaluator.multiply(result, by: fixture.encoder.encode(mask))
      expected = expected * mask
      #expect(result.level == fixture.parameters.maximumLevel - depth - 1)
      fixture.requireCanonicalScale(result)
      try fixture.requireError(result, expected, slack: nil)
      // And a fresh ciphertext can be added at once.
      var sum = result
      try fixture.evaluator.add(&sum, fixture.encrypt(x))
      try fixture.requireError(sum, expected + x, slack: 16)
    }
  }

  /// Encrypted at a lower level, a ciphertext is half of what one is that was brought there, and computes with it.
  @Test(arguments: [CKKSTestSet.plain, CKKSTestSet.real[0]])
  func encryptionAtLowerLevelsIsSmaller(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xF0_0003)
    let x = fixture.numbers(&generator)
    let plaintext = try fixture.encoder.encode(x)
    let top = try fixture.encrypt(x)
    var previous = 0
    for level in 0..<fixture.parameters.maximumLevel {
      let bytes = try fixture.secret.encrypt(plaintext, level: level).serialized()
      let lowered = try fixture.evaluator.adjust(top, toLevel: level)
      #expect(bytes.count > previous && bytes.count < lowered.serialized().count / 2 + 80)
      previous = bytes.count
      var sum = try SeededCKKSCiphertext(serialized: bytes, parameters: fixture.parameters).expanded()
      #expect(sum.level == level)
      try fixture.evaluator.add(&sum, lowered)
      try fixture.requireError(sum, x + x, slack: 16)
    }
  }

  // MARK: Slots

  /// A short vector is followed by zeros to the end of the N/2 slots, and rotations turn all of them, by any number of steps.
  @Test func shortVectorsAreFollowedByZerosAndSlotsTurnAround() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let count = fixture.parameters.slotCount
    let keys = try fixture.keys(relinearization: false, rotations: [1, -1])
    let zeros = [Double](repeating: 0, count: count)
    let ciphertext = try fixture.secret.encrypt(fixture.encoder.encode([0.1, 0.2, 0.3])).expanded()
    let left = [0.2, 0.3] + zeros[..<(count - 3)] + [0.1]
    let right = [0, 0.1, 0.2, 0.3] + zeros[..<(count - 4)]
    let still = [0.1, 0.2, 0.3] + zeros[..<(count - 3)]
    for (steps, expected) in [
      (1, left), (1 + count, left), (1 - 3 * count, left), (-1, right), (count - 1, right), (0, still), (count, still),
    ] {
      let rotated = try fixture.evaluator.rotate(ciphertext, by: steps, with: keys)
      let slots = fixture.encoder.decode(try fixture.secret.decrypt(rotated))
      #expect(slots.count == count && zip(slots, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "by \(steps)")
    }
  }

  // MARK: Keys

  /// A rotation without its key is refused before anything is computed, with its steps and its element.
  @Test func missingRotationsAreNamed() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let degree = fixture.parameters.degree
    let keys = try fixture.keys(rotations: [1, 2])
    let ciphertext = try fixture.encrypt([.one])
    let element = GaloisElement.rotation(by: -5, degree: degree)
    let expected = RLWEError.missingGaloisKey(element: element.value, degree: degree)
    for words in ["rotation by 27 steps", "by -5)", "X^\(element.value) "] {
      #expect(expected.description.contains(words))
    }
    #expect(throws: expected) { try fixture.evaluator.rotate(ciphertext, by: -5, with: keys) }
    #expect(throws: expected) { try fixture.evaluator.rotate(ciphertext, by: [1, 0, -5], with: keys) }
    #expect(throws: RLWEError.missingGaloisKey(element: 2 * degree - 1, degree: degree)) {
      try fixture.evaluator.conjugate(ciphertext, with: keys)
    }
    let four = GaloisElement.rotation(by: 4, degree: degree).value
    #expect(throws: RLWEError.missingGaloisKey(element: four, degree: degree)) {
      try fixture.evaluator.innerSum(ciphertext, count: 8, with: keys)
    }
    // No rotation needs no key, of anybody.
    #expect(try fixture.evaluator.rotate(ciphertext, by: 0, with: keys).serialized() == ciphertext.serialized())
  }

  /// A ring of 2048, too small for a special prime at 128 bits of security, multiplies or rotates in the gadget form.
  @Test func smallSecureRingsHaveProductsOrRotations() throws {
    var generator = TestGenerator(seed: 0xF0_0004)
    let primes = try NTTPrimes.largest(below: 26, degree: 2048, count: 2)
    let deep = try CKKSFixture(
      CKKSParameterLiteral(
        degree: 2048, baseModuli: [268_369_921], levelModuli: [[16_760_833]], scale: 0x1p24,
        keySwitching: .gadget(digitBits: 4)))
    let (x, y) = (deep.numbers(&generator), deep.numbers(&generator))
    let product = try deep.evaluator.multiply(deep.encrypt(x), deep.encrypt(y), with: deep.keys())
    try deep.requireError(product, x * y, slack: 16)
    #expect(product.errorBound < 0x1p-8)
    let flat = try CKKSFixture(
      CKKSParameterLiteral(
        degree: 2048, baseModuli: primes, levelModuli: [], scale: 0x1p44, keySwitching: .gadget(digitBits: 4)))
    let keys = try flat.keys(relinearization: false, rotations: [1], conjugation: true)
    let turned = try flat.evaluator.rotate(flat.encrypt(x), by: 1, with: keys)
    try flat.requireError(turned, rotated(x, by: 1), slack: 16)
    try flat.requireError(flat.evaluator.conjugate(turned, with: keys), rotated(x, by: 1).map(\.conjugate), slack: 16)
    #expect(turned.errorBound < 0x1p-15)
  }

  // MARK: State

  /// Two parameter sets live side by side, and a set that is made twice is one: nothing is registered anywhere.
  @Test func parameterSetsShareNothing() throws {
    let literals = try [CKKSTestSet.tiny[0], CKKSTestSet.tiny[4]].map { try $0.literal() }
    // What one side makes, and forgets all of but the bytes.
    func client(_ literal: CKKSParameterLiteral, _ value: Double) throws -> (
      secret: [UInt8], keys: [UInt8], data: [UInt8]
    ) {
      let parameters = try CKKSParameters(literal)
      let secret = SecretKey(parameters: parameters.rlwe)
      let keys = try secret.evaluationKeys(EvaluationKeyRequest(relinearization: true)).serialized()
      let plaintext = try CKKSEncoder(parameters: parameters).encode(constant: value)
      return (secret.serialized(), keys, try secret.encrypt(plaintext).serialized())
    }
    let sent = try [client(literals[0], 0.5), client(literals[1], -0.25)]
    let parameters = try literals.map { try CKKSParameters($0) }
    var results: [Int: CKKSCiphertext] = [:]
    for index in [1, 0, 1, 0] {
      let keys = try EvaluationKeys(serialized: sent[index].keys, parameters: parameters[index].rlwe)
      let data = try SeededCKKSCiphertext(serialized: sent[index].data, parameters: parameters[index]).expanded()
      results[index] = try CKKSEvaluator(parameters: parameters[index])
        .square(results[index] ?? data, with: keys)
    }
    for (index, expected) in [(1, 0.00390625), (0, 0.0625)] {
      let again = try CKKSParameters(literals[index])
      #expect(again == parameters[index] && again !== parameters[index])
      let secret = try SecretKey(serialized: sent[index].secret, parameters: again.rlwe)
      let decrypted = try secret.decrypt(#require(results[index]))
      #expect(abs(CKKSEncoder(parameters: again).decode(decrypted)[0] - expected) < 1e-3)
    }
  }

  // MARK: Results

  /// What leaves is never the exact result twice: the noise of each release is fresh, and wider than what it hides.
  @Test func releasesOfOneResultDiffer() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    var generator = TestGenerator(seed: 0xF0_0005)
    let x = fixture.numbers(&generator)
    let ciphertext = try fixture.encrypt(x)
    let own = try fixture.decrypt(ciphertext)
    #expect(try fixture.decrypt(ciphertext) == own)
    let released = try (0..<3).map { _ in
      fixture.encoder.decodeComplex(try fixture.secret.decryptForRelease(ciphertext))
    }
    #expect(released[0] != released[1] && released[1] != released[2] && released[0] != own)
    #expect(ciphertext.releaseErrorBound(ReleasePolicy()) > 0x1p15 * ciphertext.errorBound)
  }
}

/// Memory does not grow while a server serves.
@Suite(.enabled(if: Allocations.areCounted)) struct GrowthTests {
  @Test func servingAgainAndAgainHoldsNoMore() throws {
    let fixture = try CKKSFixture(CKKSTestSet.real[1])
    let (parameters, evaluator) = (fixture.parameters, fixture.evaluator)
    let keys = try fixture.keys(rotations: [1])
    try expectNoGrowth("a request") {
      let request = try fixture.secret.encrypt(fixture.encoder.encode([0.5, 0.25])).serialized()
      let received = try SeededCKKSCiphertext(serialized: request, parameters: parameters).expanded()
      var result = try evaluator.square(evaluator.rotate(received, by: 1, with: keys), with: keys)
      try evaluator.add(&result, received)
      let read = try CKKSCiphertext(serialized: result.serialized(), parameters: parameters)
      #expect(try abs(fixture.encoder.decode(fixture.secret.decrypt(read))[0] - 0.5625) < 1e-2)
    }
    // Whole sets of parameters and keys that come and go leave nothing either.
    try expectNoGrowth("a client", repetitions: 5) {
      let other = try CKKSParameters(parameters.literal)
      let secret = SecretKey(parameters: other.rlwe)
      let keys = try secret.evaluationKeys(EvaluationKeyRequest(rotations: [1], degree: other.degree))
      _ = try EvaluationKeys(serialized: keys.serialized(), parameters: other.rlwe)
    }
  }
}
