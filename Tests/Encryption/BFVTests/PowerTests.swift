// SPDX-License-Identifier: Apache-2.0

import BFV
import PolynomialRing
import RLWE
import TestSupport
import Testing

@Suite struct PowerTests {
  static let set = SwitchingSet(
    name: "N=16, 6×46 bits", degree: 16, bits: Array(repeating: 46, count: 6), specialBits: [46, 46], digitLimbs: 2,
    plaintextModulus: 97)

  /// Every power is right and has the noise of its depth.
  @Test func powersHaveTheSmallestDepth() throws {
    let fixture = try SwitchingFixture(Self.set)
    let (evaluator, oracle) = (fixture.evaluator, PlaintextOracle(fixture.parameters))
    var generator = TestGenerator(seed: 0x5A_0001)
    let message = fixture.message(&generator, sparse: false)
    let ciphertext = try fixture.encrypt(message)
    let count = 33
    let powers = try evaluator.powers(of: ciphertext, upTo: count, with: fixture.keys)
    #expect(powers.count == count)
    // The noise of repeated squaring: the most that depth d may have.
    var squared = ciphertext
    var byDepth = [ciphertext.noise.log2Magnitude(degree: 16, failure: .ownUse)]
    for _ in 0..<6 {
      squared = try evaluator.square(squared, with: fixture.keys)
      byDepth.append(squared.noise.log2Magnitude(degree: 16, failure: .ownUse))
    }
    var expected = message
    for exponent in 1...count {
      let depth = exponent == 1 ? 0 : Int.bitWidth - (exponent - 1).leadingZeroBitCount
      let power = try evaluator.power(ciphertext, exponent: exponent, with: fixture.keys)
      for result in [powers[exponent - 1], power] {
        #expect(try fixture.decrypt(result) == expected, "power \(exponent), \(generator)")
        let bound = result.noise.log2Magnitude(degree: 16, failure: .ownUse)
        #expect(bound <= byDepth[depth] + 0.01, "power \(exponent) at depth \(depth)")
        #expect(fixture.log2Noise(result, message: expected) <= bound)
      }
      expected = oracle.multiply(expected, message)
    }
  }

  @Test func productsOfManyAreTrees() throws {
    let fixture = try SwitchingFixture(Self.set)
    let (evaluator, oracle) = (fixture.evaluator, PlaintextOracle(fixture.parameters))
    var generator = TestGenerator(seed: 0x5A_0002)
    var factors: [Ciphertext<Coefficient>] = []
    var expected: [UInt64]?
    var squared = try fixture.encrypt([1])
    for count in 1...9 {
      let message = fixture.message(&generator, sparse: false)
      var factor = try fixture.encrypt(message)
      if count == 9 { factor = try evaluator.switchModulus(factor) }
      factors.append(factor)
      expected = expected.map { oracle.multiply($0, message) } ?? message
      let product = try evaluator.product(of: factors, with: fixture.keys)
      #expect(try fixture.decrypt(product) == expected, "\(count) factors, \(generator)")
      #expect(product.limbCount == (count == 9 ? 5 : 6))
      guard count.nonzeroBitCount == 1, count > 1 else { continue }
      // The noise of as many squarings as the tree is deep.
      squared = try evaluator.square(squared, with: fixture.keys)
      let difference =
        product.noise.log2Magnitude(degree: 16, failure: .ownUse)
        - squared.noise.log2Magnitude(degree: 16, failure: .ownUse)
      #expect(abs(difference) < 0.01, "\(count) factors")
    }
  }
}
