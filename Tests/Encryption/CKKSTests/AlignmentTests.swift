// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// Operands of different levels and scales, zeros, promises.
@Suite struct AlignmentTests {
  /// Every pair of levels, in sums and in products.
  @Test(arguments: CKKSTestSet.tiny)
  func allPairsOfLevels(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xA1)
    let keys = try fixture.keys()
    let x = fixture.numbers(&generator)
    let bound = min(1, set.valueBound)
    let y = fixture.numbers(&generator, bound: bound)
    for first in 0...fixture.parameters.maximumLevel {
      for second in 0...fixture.parameters.maximumLevel {
        let (a, b) = (try fixture.encrypt(x, level: first), try fixture.encrypt(y, level: second, bound: bound))
        let level = min(first, second)
        var sum = a
        try fixture.evaluator.add(&sum, b)
        #expect(sum.level == level)
        fixture.requireCanonicalScale(sum)
        try fixture.requireError(sum, x + y, slack: 16, "\(first) and \(second)")
        guard level > 0 else {
          #expect(throws: RLWEError.noLevelLeft) { try fixture.evaluator.multiply(a, b, with: keys) }
          continue
        }
        let product = try fixture.evaluator.multiply(a, b, with: keys)
        #expect(product.level == level - 1)
        fixture.requireCanonicalScale(product)
        try fixture.requireError(product, x * y, slack: 16, "\(first) and \(second)")
      }
    }
  }

  /// Scales that differ a little, by much, and by as much as the value of one operand hides: never a wrong sum.
  @Test(arguments: [-400, -41, -30, -20, -10, -1, 0, 1, 10, 20, 30, 37] as [Int])
  func sumsOfAnyTwoScales(_ difference: Int) throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    var generator = TestGenerator(seed: 0xA2)
    let (x, y) = (fixture.numbers(&generator), fixture.numbers(&generator))
    let a = try fixture.encrypt(x)
    let scale = a.scale * .powerOfTwo(difference) * CKKSScale(1 + 0x1p-30)
    var b = try fixture.encrypt(y)
    // A scale that is only said: the numbers are y · 2^difference then.
    b.scale = a.scale / (scale / a.scale)
    b.valueBound = (scale / a.scale).doubleValue
    let factor = b.valueBound
    for evaluator in [fixture.evaluator, fixture.manual] {
      for isSwapped in [false, true] {
        var sum = isSwapped ? b : a
        do throws(RLWEError) {
          try evaluator.add(&sum, isSwapped ? a : b)
        } catch {
          continue
        }
        let decrypted = try fixture.secret.decrypt(sum)
        let values = fixture.encoder.decodeComplex(decrypted)
        for index in values.indices {
          let expected = x[index] + Complex(factor, 0) * y[index]
          #expect((values[index] - expected).length <= decrypted.error, "\(difference), \(isSwapped)")
        }
      }
    }
  }

  /// Real encryptions of two scales at one level: brought together one level below.
  @Test func differentScalesOfOneLevel() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    var generator = TestGenerator(seed: 0xA3)
    let (x, y) = (fixture.numbers(&generator), fixture.numbers(&generator))
    for scale in [0x1p30, 0x1.8p39, 0x1.0001p40, 0x1p42, 0x1p50] {
      var sum = try fixture.encrypt(x)
      let other = try fixture.encrypt(y, scale: CKKSScale(scale))
      try fixture.evaluator.add(&sum, other)
      #expect(sum.level == fixture.parameters.maximumLevel - 1)
      fixture.requireCanonicalScale(sum)
      try fixture.requireError(sum, x + y, slack: 18, "\(scale)")
      var manual = try fixture.encrypt(x)
      #expect(throws: RLWEError.self) { try fixture.manual.add(&manual, other) }
      // No level is left for it.
      var low = try fixture.encrypt(x, level: 0)
      let lowOther = try fixture.encrypt(y, level: 0, scale: CKKSScale(min(scale * 0.5, 0x1.8p41)))
      #expect {
        try fixture.evaluator.add(&low, lowOther)
      } throws: { error in
        guard case .scaleMismatch = error as? RLWEError else { return false }
        return true
      }
    }
  }

  /// What the roundings of factors cost, where it is more than all other noise.
  @Test func roundedFactorsAreCounted() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let evaluator = fixture.manual
    var generator = TestGenerator(seed: 0xA6)
    let x = fixture.numbers(&generator)
    let a = try fixture.encrypt(x)
    // A scale of 3.6: the factor that is multiplied by is 1.4, 2.5, 3.6 …, as an integer.
    for factor in [0.6, 1.4, 1.5, 2.5, 3.6, 7.3, 100.4] {
      let wide = try fixture.encrypt(x, scale: a.scale * fixture.parameters.divisor(level: 4) / CKKSScale(factor))
      let adjusted = try evaluator.adjust(wide, toLevel: 3, scale: a.scale)
      try fixture.requireError(adjusted, x, slack: 4, "\(factor)")
      // A constant whose integer is as small, not rescaled: nothing else hides the error.
      let scale = fixture.parameters.scale(level: 3) * fixture.parameters.divisor(level: 4) / a.scale
      let constant = factor / scale.doubleValue
      try fixture.requireError(evaluator.multiply(a, by: constant), constant * x, slack: 4, "constant \(factor)")
    }
    // Sums of two scales that are nearly one.
    var b = a
    b.scale = a.scale * CKKSScale(1 + 0x1p-32)
    var sum = a
    try evaluator.add(&sum, b)
    #expect(sum.noise >= a.noise + b.noise + 0.9 * 0x1p-32 * a.scale.doubleValue)
    #expect(sum.scale == a.scale)
  }

  /// Zeros in every disguise: no errors, and the level that any other number would have.
  @Test(arguments: [CKKSTestSet.tiny[0], CKKSTestSet.tiny[3], CKKSTestSet.tiny[4], CKKSTestSet.tiny[6]])
  func zeros(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0xA4)
    let (evaluator, encoder) = (fixture.evaluator, fixture.encoder)
    let keys = try fixture.keys(rotations: [1])
    let x = fixture.numbers(&generator)
    let nothing = [Complex<Double>](repeating: .zero, count: x.count)
    let a = try fixture.encrypt(x)
    let top = fixture.parameters.maximumLevel
    let zero = try encoder.encode([] as [Double])
    #expect(zero.magnitude == 0)
    let products = [
      try evaluator.multiply(a, by: 0), try evaluator.multiply(a, by: -0.0), try evaluator.multiply(a, by: zero),
      try evaluator.multiply(a, by: CKKSEvaluationPlaintext(zero)),
      try evaluator.multiply(a, by: encoder.encode(constant: 0)),
      try evaluator.multiply(a, by: Double.leastNonzeroMagnitude),
    ]
    for product in products {
      #expect(product.isTransparent && product.level == top - 1)
      fixture.requireCanonicalScale(product)
      try fixture.requireError(product, nothing, slack: nil)
      // And on with it.
      var sum = product
      try evaluator.add(&sum, a)
      #expect(!sum.isTransparent)
      try fixture.requireError(sum, x, slack: 16)
      let rotation = try evaluator.rotate(product, by: 1, with: keys)
      try fixture.requireError(rotation, nothing, slack: nil)
      if top > 1 {
        try fixture.requireError(evaluator.multiply(product, a, with: keys), nothing, slack: nil)
        try fixture.requireError(evaluator.square(product, with: keys), nothing, slack: nil)
      }
      #expect(try fixture.secret.decryptForRelease(product, largestError: 1e9).magnitude >= 0)
    }
    var byInteger = a
    try evaluator.multiply(&byInteger, byInteger: 0)
    #expect(byInteger.isTransparent && byInteger.level == top && byInteger.valueBound == 0)
    #expect(byInteger.errorBound == 0 && byInteger.precisionBits == .infinity)
    #expect(try fixture.decrypt(byInteger).allSatisfy { $0 == .zero })
    // A ciphertext of zeros is not transparent.
    let encrypted = try fixture.encrypt(nothing, bound: 0)
    #expect(!encrypted.isTransparent)
    try fixture.requireError(evaluator.multiply(encrypted, a, with: keys), nothing, slack: nil)
    // Zero has any scale: at the lowest level too, where nothing can be adjusted.
    var low = try fixture.encrypt(x, level: 0)
    var lowZero = try fixture.encrypt(x, level: 0, scale: CKKSScale(0x1p20))
    try evaluator.multiply(&lowZero, byInteger: 0)
    var sum = lowZero
    try evaluator.add(&sum, low)
    try fixture.requireError(sum, x, slack: 16)
    try evaluator.subtract(&low, lowZero)
    try fixture.requireError(low, x, slack: 16)
    // By hand the scale of a zero may grow until no object may have it; then that is said.
    var squares = byInteger
    #expect {
      for _ in 0..<8 { squares = try fixture.manual.square(squares, with: keys) }
    } throws: { error in
      guard case .scaleExceedsModulus = error as? RLWEError else { return false }
      return true
    }
    #expect(!squares.serialized().isEmpty)
  }

  @Test func promises() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let x = [Complex<Double>](repeating: Complex(0.001, 0), count: fixture.parameters.slotCount)
    var a = try fixture.encrypt(x, level: 0)
    // Seven bits of growth do not fit, unless it is known that the numbers are small.
    var large = a
    #expect(throws: RLWEError.self) { try fixture.evaluator.multiply(&large, byInteger: 128) }
    a = try fixture.evaluator.assuming(a, bound: 0.001)
    #expect(a.valueBound == 0.001)
    try fixture.evaluator.multiply(&a, byInteger: 128)
    try fixture.requireError(a, 128 * x, slack: 16)
    #expect(try fixture.evaluator.assuming(a, bound: 1e300).valueBound == a.valueBound)
    #expect(try fixture.evaluator.assuming(a, bound: .infinity).valueBound == a.valueBound)
    for bound in [-1, -Double.infinity] {
      #expect(throws: RLWEError.unusableNumber(bound)) { try fixture.evaluator.assuming(a, bound: bound) }
    }
    #expect(throws: RLWEError.self) { try fixture.evaluator.assuming(a, bound: .nan) }
  }

  @Test func numbersThatAreNone() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let a = try fixture.encrypt([])
    for value in [Double.infinity, -.infinity] {
      #expect(throws: RLWEError.unusableNumber(value)) { try fixture.evaluator.multiply(a, by: value) }
      var sum = a
      #expect(throws: RLWEError.unusableNumber(value)) { try fixture.evaluator.add(&sum, value) }
    }
    var sum = a
    #expect(throws: RLWEError.self) { try fixture.evaluator.add(&sum, .nan) }
    for value in [Double.greatestFiniteMagnitude, 1e200, 1e30, -1e30] {
      #expect(throws: RLWEError.self) { try fixture.evaluator.multiply(a, by: value) }
      #expect(throws: RLWEError.self) { try fixture.evaluator.add(&sum, value) }
    }
    var large = try fixture.encrypt([], level: 1)
    for value in [Int64.min, .max] {
      #expect(throws: RLWEError.self) { try fixture.evaluator.multiply(&large, byInteger: value) }
    }
  }
}
