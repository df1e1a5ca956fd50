// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// What needs keys: automorphisms, products, other secrets.
@Suite struct KeyTests {
  @Test(arguments: CKKSTestSet.tiny)
  func everyRotation(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x6E1)
    let slots = fixture.parameters.slotCount
    let steps = slots <= 32 ? Array(0..<slots) : [1, 2, slots / 2, slots - 1, slots / 2 + 3]
    let keys = try fixture.keys(relinearization: false, rotations: steps, conjugation: true)
    let x = fixture.numbers(&generator)
    let a = try fixture.encrypt(x)
    let low = try fixture.encrypt(x, level: 0)
    let hoisted = try fixture.evaluator.rotate(a, by: steps, with: keys)
    let hoistedLow = try fixture.evaluator.rotate(low, by: steps, with: keys)
    for (index, step) in steps.enumerated() {
      let single = try fixture.evaluator.rotate(a, by: step, with: keys)
      try fixture.requireError(single, rotated(x, by: step), slack: 16, "by \(step)")
      #expect(single.serialized() == hoisted[index].serialized(), "by \(step)")
      #expect(single.errorBound == hoisted[index].errorBound)
      let lower = try fixture.evaluator.rotate(low, by: step, with: keys)
      try fixture.requireError(lower, rotated(x, by: step), slack: 16, "by \(step)")
      #expect(lower.serialized() == hoistedLow[index].serialized(), "by \(step)")
      // The other way around.
      let back = try fixture.evaluator.rotate(a, by: step - slots, with: keys)
      #expect(back.serialized() == single.serialized())
    }
    #expect(try fixture.evaluator.rotate(a, by: [Int](), with: keys).isEmpty)
    try fixture.requireError(fixture.evaluator.conjugate(low, with: keys), x.map(\.conjugate), slack: 16)
    let both = try fixture.evaluator.apply(
      [.conjugation(degree: set.degree ?? 0), .rotation(by: 1, degree: set.degree ?? 0)], toOne: a, with: keys)
    try fixture.requireError(both[0], x.map(\.conjugate), slack: 16)
    try fixture.requireError(both[1], rotated(x, by: 1), slack: 16)
  }

  @Test(arguments: [CKKSTestSet.tiny[0], CKKSTestSet.tiny[4], CKKSTestSet.tiny[5]])
  func innerSums(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x6E2)
    for count in [1, 2, 8] {
      let keys = try fixture.keys(
        relinearization: false, rotations: CKKSEvaluator.innerSumSteps(count: count))
      let x = fixture.numbers(&generator)
      let sum = try fixture.evaluator.innerSum(fixture.encrypt(x), count: count, with: keys)
      let expected = (1..<count).reduce(x) { $0 + rotated(x, by: $1) }
      try fixture.requireError(sum, expected, slack: 16, "\(count)")
      #expect(sum.level == fixture.parameters.maximumLevel && sum.valueBound == Double(count) * set.valueBound)
    }
    #expect(CKKSEvaluator.innerSumSteps(count: 8) == [1, 2, 4] && CKKSEvaluator.innerSumSteps(count: 1).isEmpty)
  }

  @Test func keysThatAreNotThere() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let evaluator = fixture.evaluator
    let a = try fixture.encrypt([.one])
    let none = try fixture.keys(relinearization: false)
    let degree = fixture.parameters.degree
    let element = GaloisElement.rotation(by: 3, degree: degree)
    #expect(throws: RLWEError.missingRelinearizationKey) { try evaluator.multiply(a, a, with: none) }
    #expect(throws: RLWEError.missingRelinearizationKey) { try fixture.manual.square(a, with: none) }
    #expect(throws: RLWEError.missingGaloisKey(element: element.value, degree: degree)) {
      try evaluator.rotate(a, by: 3, with: none)
    }
    #expect(throws: RLWEError.missingGaloisKey(element: element.value, degree: degree)) {
      try evaluator.rotate(a, by: [0, 3], with: none)
    }
    #expect(throws: RLWEError.self) { try evaluator.conjugate(a, with: none) }
    #expect(throws: RLWEError.self) { try evaluator.innerSum(a, count: 2, with: none) }
    #expect(throws: RLWEError.self) {
      try evaluator.apply(.rotation(by: 1, degree: 2 * degree), to: a, with: none)
    }
    // Of another secret, of other parameters, of parameters without.
    let stranger = SecretKey(parameters: fixture.parameters.rlwe)
    let request = EvaluationKeyRequest(relinearization: true, rotations: [1], degree: degree)
    let seeded = try stranger.evaluationKeys(request)
    let foreign = seeded.expanded()
    #expect(throws: RLWEError.wrongKey) { try evaluator.multiply(a, a, with: foreign) }
    #expect(throws: RLWEError.wrongKey) { try evaluator.rotate(a, by: 1, with: foreign) }
    let other = try CKKSFixture(CKKSTestSet.tiny[5])
    let others = try other.keys(rotations: [1])
    #expect(throws: RLWEError.self) { try evaluator.multiply(a, a, with: others) }
    #expect(throws: RLWEError.self) { try evaluator.rotate(a, by: 1, with: others) }
    #expect(throws: RLWEError.self) { try other.evaluator.rotate(a, by: 1, with: others) }
    var mixed = a
    let b = try stranger.encrypt(fixture.encoder.encode(constant: 1))
    #expect(throws: RLWEError.wrongKey) { try evaluator.add(&mixed, b.expanded()) }
    #expect(throws: RLWEError.wrongKey) { try evaluator.multiply(a, b.expanded()) }
    let plaintext = try CKKSEvaluationPlaintext(fixture.encoder.encode(constant: 1))
    #expect(throws: RLWEError.wrongKey) { try evaluator.weightedSum([a, b.expanded()], by: [plaintext, plaintext]) }
    var literal = fixture.parameters.literal
    literal.keySwitching = nil
    let bare = try CKKSFixture(literal)
    let alone = try bare.encrypt([.one])
    #expect(throws: RLWEError.self) { try bare.evaluator.multiply(alone, alone, with: none) }
    #expect(throws: RLWEError.noKeySwitching) { _ = try bare.secret.evaluationKeys(request) }
    #expect(throws: RLWEError.noKeySwitching) { _ = try bare.secret.reencryptionKey(to: bare.secret) }
    let product = try bare.evaluator.multiply(alone, by: 0.5)
    try bare.requireError(product, [Complex(0.5, 0)], slack: nil)
  }

  @Test(arguments: [CKKSTestSet.tiny[0], CKKSTestSet.tiny[3], CKKSTestSet.tiny[4], CKKSTestSet.tiny[5]])
  func trimmedKeys(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x6E3)
    let x = fixture.numbers(&generator)
    let top = fixture.parameters.maximumLevel
    for level in 0..<top {
      let limbs = fixture.parameters.limbCount(level: level)
      let keys = try fixture.keys(rotations: [1], limbCount: limbs)
      #expect(keys.limbCount == limbs)
      let a = try fixture.encrypt(x, level: level)
      try fixture.requireError(
        fixture.evaluator.rotate(a, by: 1, with: keys), rotated(x, by: 1), slack: 16, "level \(level)")
      if level > 0 {
        try fixture.requireError(fixture.evaluator.square(a, with: keys), x * x, slack: 16, "level \(level)")
      }
      let above = try fixture.encrypt(x, level: level + 1)
      let expected = RLWEError.keysTooShort(
        keys: limbs, ciphertext: fixture.parameters.limbCount(level: level + 1))
      #expect(throws: expected) { try fixture.evaluator.rotate(above, by: 1, with: keys) }
      #expect(throws: expected) { try fixture.evaluator.square(above, with: keys) }
    }
  }

  @Test(arguments: CKKSTestSet.tiny)
  func reencryption(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x6E4)
    let target = SecretKey(parameters: fixture.parameters.rlwe)
    let seeded = try fixture.secret.reencryptionKey(to: target)
    let key = seeded.expanded()
    #expect(key.source == fixture.secret.identifier && key.target == target.identifier)
    #expect(key.limbCount == fixture.parameters.rlwe.limbCount)
    let x = fixture.numbers(&generator)
    for level in 0...fixture.parameters.maximumLevel {
      let a = try fixture.encrypt(x, level: level)
      let b = try fixture.evaluator.reencrypt(a, with: key)
      #expect(b.key == target.identifier && b.level == level && b.scale == a.scale && b.errorBound >= a.errorBound)
      #expect(throws: RLWEError.wrongKey) { try fixture.secret.decrypt(b) }
      #expect(throws: RLWEError.wrongKey) { try fixture.evaluator.reencrypt(b, with: key) }
      let plaintext = try target.decrypt(b)
      let values = fixture.encoder.decodeComplex(plaintext)
      for (value, expected) in zip(values, x) { #expect((value - expected).length <= plaintext.error) }
    }
    // Keys for fewer primes serve fewer.
    let short = try fixture.secret.reencryptionKey(to: target, limbCount: 1)
    #expect(throws: RLWEError.keysTooShort(keys: 1, ciphertext: fixture.parameters.rlwe.limbCount)) {
      try fixture.evaluator.reencrypt(fixture.encrypt(x), with: short.expanded())
    }
    let most = fixture.parameters.rlwe.limbCount
    for limbs in [0, -1, most + 1] {
      #expect(throws: RLWEError.keyLimbCount(asked: limbs, available: most)) {
        _ = try fixture.secret.reencryptionKey(to: target, limbCount: limbs)
      }
    }
  }

  /// Rings too small for a special prime.
  @Test func gadgetOfASmallRing() throws {
    let fixture = try CKKSFixture(CKKSTestSet(name: "N=2048, gadget", levels: 2, degree: 2048, gadgetBits: 8))
    var generator = TestGenerator(seed: 0x6E5)
    let keys = try fixture.keys(rotations: [1])
    let (x, y) = (fixture.numbers(&generator), fixture.numbers(&generator))
    let a = try fixture.encrypt(x)
    try fixture.requireError(fixture.evaluator.rotate(a, by: 1, with: keys), rotated(x, by: 1), slack: 12)
    let product = try fixture.evaluator.multiply(a, fixture.encrypt(y), with: keys)
    try fixture.requireError(product, x * y, slack: 12)
  }
}
