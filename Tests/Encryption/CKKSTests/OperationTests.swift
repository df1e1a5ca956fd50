// SPDX-License-Identifier: Apache-2.0

import CKKS
import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

/// Every operation against complex arithmetic, with its error bound.
@Suite struct OperationTests {
  static let sets = CKKSTestSet.tiny + CKKSTestSet.real

  @Test(arguments: sets)
  func automaticOperations(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xC0)
    let (evaluator, encoder) = (fixture.evaluator, fixture.encoder)
    let keys = try fixture.keys(rotations: [1, -3], conjugation: true)
    let (x, y) = (fixture.numbers(&generator), fixture.numbers(&generator))
    let (a, b) = (try fixture.encrypt(x), try fixture.publicKey.encrypt(encoder.encode(y)))
    func report(_ what: String, _ ciphertext: CKKSCiphertext, _ expected: [Complex<Double>], level: Int) throws {
      try fixture.requireError(ciphertext, expected, slack: 16, what)
      #expect(ciphertext.level == level, "\(what)")
      fixture.requireCanonicalScale(ciphertext)
    }
    let top = fixture.parameters.maximumLevel
    var sum = a
    try evaluator.add(&sum, b)
    try report("sum", sum, x + y, level: top)
    var difference = a
    try evaluator.subtract(&difference, b)
    try report("difference", difference, x - y, level: top)
    var negative = a
    try evaluator.negate(&negative)
    try report("negative", negative, -1 * x, level: top)
    let product = try evaluator.multiply(a, b, with: keys)
    try report("product", product, x * y, level: top - 1)
    let twoSteps = try evaluator.relinearizeAndRescale(evaluator.multiply(a, b), with: keys)
    #expect(product.serialized() == twoSteps.serialized(), "one step is not the same as two")
    try report("product, the other way", evaluator.multiply(b, a, with: keys), x * y, level: top - 1)
    try report("square", evaluator.square(a, with: keys), x * x, level: top - 1)
    var mixed = product
    try evaluator.add(&mixed, a)
    try report("mixed levels", mixed, x * y + x, level: top - 1)
    mixed = a
    try evaluator.subtract(&mixed, product)
    try report("mixed levels, the other way", mixed, x - x * y, level: top - 1)
    try report("rotation", evaluator.rotate(a, by: 1, with: keys), rotated(x, by: 1), level: top)
    try report("rotation to the right", evaluator.rotate(a, by: -3, with: keys), rotated(x, by: -3), level: top)
    try report("no rotation", evaluator.rotate(a, by: 0, with: keys), x, level: top)
    try report("conjugate", evaluator.conjugate(a, with: keys), x.map(\.conjugate), level: top)
    let plaintext = try encoder.encode(y)
    try report("by a plaintext", evaluator.multiply(a, by: plaintext), x * y, level: top - 1)
    let ready = try CKKSEvaluationPlaintext(plaintext)
    try report("by a ready plaintext", evaluator.multiply(a, by: ready), x * y, level: top - 1)
    let lower = try CKKSEvaluationPlaintext(plaintext, level: top - 1)
    if top > 1 { try report("by a lower plaintext", evaluator.multiply(a, by: lower), x * y, level: top - 2) }
    #expect(throws: RLWEError.plaintextLevel(plaintext: top, ciphertext: top - 1)) {
      try evaluator.multiply(product, by: ready)
    }
    #expect(throws: RLWEError.plaintextLevel(plaintext: top, ciphertext: top - 1)) {
      try evaluator.weightedSum([a, product], by: [ready, ready])
    }
    try report("by a constant", evaluator.multiply(a, by: -0.37), -0.37 * x, level: top - 1)
    var constant = a
    try evaluator.multiply(&constant, byInteger: -3)
    try report("by an integer", constant, -3 * x, level: top)
    let bound = set.valueBound
    constant = a
    try evaluator.add(&constant, -0.7 * bound)
    try report("plus a constant", constant, x.map { $0 + Complex(-0.7 * bound, 0) }, level: top)
    sum = a
    try evaluator.add(&sum, plaintext)
    try report("plus a plaintext", sum, x + y, level: top)
    sum = product
    try evaluator.subtract(&sum, plaintext)
    try report("minus a plaintext", sum, x * y - y, level: top - 1)
  }

  /// Products to the lowest level, where values fill all the room there is.
  @Test(arguments: sets)
  func everyLevelIsOfUse(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xC1)
    let keys = try fixture.keys()
    var x = fixture.numbers(&generator, bound: min(1, set.valueBound))
    var a = try fixture.encrypt(x, bound: min(1, set.valueBound))
    let unit = fixture.numbers(&generator, bound: 1)
    let b = try fixture.encrypt(unit, bound: 1)
    for level in (0..<fixture.parameters.maximumLevel).reversed() {
      a = try fixture.evaluator.multiply(a, b, with: keys)
      x = x * unit
      #expect(a.level == level)
      fixture.requireCanonicalScale(a)
      try fixture.requireError(a, x, slack: 16, "level \(level)")
    }
    #expect(throws: RLWEError.noLevelLeft) { try fixture.evaluator.multiply(a, b, with: keys) }
    #expect(throws: RLWEError.noLevelLeft) { try fixture.evaluator.multiply(a, by: 0.5) }
    #expect(throws: RLWEError.noLevelLeft) { try fixture.evaluator.rescale(a) }
    #expect(RLWEError.noLevelLeft.description.contains("more levels"))
    try fixture.evaluator.add(&a, 0.25 * set.valueBound)
    try fixture.requireError(a, x.map { $0 + Complex(0.25 * set.valueBound, 0) }, slack: 16)
  }

  @Test(arguments: sets)
  func manualOperations(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xC2)
    let (evaluator, encoder, parameters) = (fixture.manual, fixture.encoder, fixture.parameters)
    let keys = try fixture.keys()
    let (x, y) = (fixture.numbers(&generator), fixture.numbers(&generator))
    let (a, b) = (try fixture.encrypt(x), try fixture.encrypt(y))
    let top = parameters.maximumLevel
    let wide = parameters.scale(level: top) * parameters.scale(level: top)
    // Not rescaled: the scale is that of the product, and where 126 bits are enough it decrypts as it is.
    let product = try evaluator.multiply(a, b, with: keys)
    #expect(product.level == top && product.scale.relativeDifference(from: wide) < 0x1p-100)
    if 2 * set.scaleBits < 120 {
      try fixture.requireError(product, x * y, slack: 16, "not rescaled")
    } else {
      #expect {
        try fixture.secret.decrypt(product)
      } throws: { error in
        guard case .valuesTooWide = error as? RLWEError else { return false }
        return "\(error)".contains("rescale products first")
      }
    }
    try fixture.requireError(evaluator.rescale(product), x * y, slack: 16, "rescaled")
    fixture.requireCanonicalScale(try evaluator.rescale(product))
    let byPlaintext = try evaluator.multiply(a, by: encoder.encode(y))
    #expect(byPlaintext.level == top)
    try fixture.requireError(evaluator.rescale(byPlaintext), x * y, slack: 16, "by a plaintext")
    try fixture.requireError(evaluator.rescale(evaluator.multiply(a, by: 0.3)), 0.3 * x, slack: 16, "by a constant")
    // Levels and scales are the caller's.
    let lower = try evaluator.drop(a, toLevel: top - 1)
    #expect(lower.level == top - 1 && lower.scale == a.scale)
    try fixture.requireError(lower, x, "dropped")
    var sum = a
    #expect(throws: RLWEError.self) { try evaluator.add(&sum, lower) }
    #expect(throws: RLWEError.self) { try evaluator.multiply(a, lower, with: keys) }
    sum = try evaluator.rescale(product)
    #expect(throws: RLWEError.self) {
      try evaluator.multiply(a, by: CKKSEvaluationPlaintext(encoder.encode(y), level: 0))
    }
    let adjusted = try evaluator.adjust(a, toLevel: top - 1)
    fixture.requireCanonicalScale(adjusted)
    try evaluator.add(&sum, adjusted)
    try fixture.requireError(sum, x * y + x, slack: 16, "adjusted")
    let custom = CKKSScale(0x1.5p0) * .powerOfTwo(set.scaleBits - 5)
    let other = try evaluator.adjust(a, toLevel: 0, scale: custom)
    #expect(other.scale == custom && other.level == 0)
    try fixture.requireError(other, x, slack: 16, "adjusted to another scale")
    // A ciphertext that is at the level already, as one that came from elsewhere may be.
    #expect(throws: RLWEError.levelTooLow(level: 0, needed: 1)) { try evaluator.adjust(other, toLevel: 0) }
    #expect(throws: RLWEError.levelTooLow(level: 0, needed: top)) { try evaluator.drop(other, toLevel: top) }
    #expect(throws: RLWEError.levelTooLow(level: 0, needed: top + 1)) { try evaluator.adjust(other, toLevel: top) }
  }

  /// Products are summed first, then relinearised and rescaled together.
  @Test(arguments: sets)
  func sumsOfProducts(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xC3)
    let evaluator = fixture.evaluator
    let keys = try fixture.keys()
    let x = (0..<3).map { _ in fixture.numbers(&generator) }
    let a = try x.map { try fixture.encrypt($0) }
    var sum = try evaluator.multiply(a[0], a[1])
    try evaluator.add(&sum, evaluator.multiply(a[1], a[2]))
    try evaluator.add(&sum, evaluator.multiply(a[2], a[2]))
    let expected = x[0] * x[1] + x[1] * x[2] + x[2] * x[2]
    let together = try evaluator.relinearizeAndRescale(sum, with: keys)
    try fixture.requireError(together, expected, slack: 16)
    fixture.requireCanonicalScale(together)
    let apart = try fixture.manual.rescale(evaluator.relinearize(sum, with: keys))
    try fixture.requireError(apart, expected, slack: 16)
    #expect(apart.level == together.level)
    guard fixture.parameters.maximumLevel > 1 else { return }
    // Others do not go together.
    let lower = try evaluator.multiply(a[0], evaluator.drop(a[1], toLevel: fixture.parameters.maximumLevel - 1))
    #expect(throws: RLWEError.self) { try evaluator.add(&sum, lower) }
  }

  @Test(arguments: sets)
  func weightedSums(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xC4)
    let x = (0..<4).map { _ in fixture.numbers(&generator) }
    let w = (0..<4).map { _ in fixture.numbers(&generator, bound: 1) }
    let a = try x.map { try fixture.encrypt($0) }
    let plaintexts = try w.map { try CKKSEvaluationPlaintext(fixture.encoder.encode($0)) }
    let sum = try fixture.evaluator.weightedSum(a, by: plaintexts)
    let expected = (1..<4).reduce(x[0] * w[0]) { $0 + x[$1] * w[$1] }
    try fixture.requireError(sum, expected, slack: 16)
    fixture.requireCanonicalScale(sum)
    #expect(sum.level == fixture.parameters.maximumLevel - 1)
    let unscaled = try fixture.manual.weightedSum(a, by: plaintexts)
    #expect(unscaled.level == fixture.parameters.maximumLevel)
    try fixture.requireError(fixture.manual.rescale(unscaled), expected, slack: 16)
  }

  /// Terms of different levels have different scales too; it is the levels that are named, and nothing is changed.
  @Test(arguments: [CKKSTestSet.tiny[0], CKKSTestSet.tiny[5]])
  func sumsOfDifferentLevelsSaySo(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    let evaluator = fixture.evaluator
    var generator = TestGenerator(seed: 0xC5)
    let parameters = fixture.parameters
    let top = parameters.maximumLevel
    let (high, low) = (parameters.limbCount(level: top), parameters.limbCount(level: top - 1))
    let a = try fixture.encrypt(fixture.numbers(&generator))
    let b = try evaluator.adjust(a, toLevel: top - 1)
    var sum = try fixture.manual.multiply(a, a)
    let term = try fixture.manual.multiply(b, b)
    let before = sum.serialized()
    #expect(throws: RLWEError.levelMismatch(lhs: high, rhs: low)) { try evaluator.add(&sum, term) }
    #expect(sum.serialized() == before)
    sum = term
    let other = try fixture.manual.multiply(a, a)
    #expect(throws: RLWEError.levelMismatch(lhs: low, rhs: high)) { try evaluator.add(&sum, other) }
    let plaintext = try fixture.encoder.encode(fixture.numbers(&generator, bound: 1))
    let prepared = try [top, top - 1].map { try CKKSEvaluationPlaintext(plaintext, level: $0) }
    #expect(throws: RLWEError.levelMismatch(lhs: high, rhs: low)) { try evaluator.weightedSum([a, a], by: prepared) }
    #expect(throws: RLWEError.levelMismatch(lhs: low, rhs: high)) {
      try evaluator.weightedSum([a, a], by: prepared.reversed())
    }
    // At one level it is the scales that differ.
    let coarse = try CKKSEvaluationPlaintext(plaintext, scale: CKKSScale(0x1p8))
    #expect {
      try evaluator.weightedSum([a, a], by: [prepared[0], coarse])
    } throws: { error in
      guard case .scaleMismatch = error as? RLWEError else { return false }
      return true
    }
  }
}
