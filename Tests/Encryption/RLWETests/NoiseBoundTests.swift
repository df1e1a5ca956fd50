// SPDX-License-Identifier: Apache-2.0

import RLWE
import Testing

@Suite struct NoiseBoundTests {
  static func close(_ x: Double, _ y: Double) -> Bool { x == y || abs(x - y) < 1e-9 }

  @Test func partsAddSeparately() {
    let sum =
      NoiseBound(deviation: 3, bounded: 5, independent: true) + NoiseBound(deviation: 4, bounded: 2, independent: true)
    #expect(Self.close(sum.log2Deviation, 2.807354922057604))  // log2 7: dependent summands are allowed
    #expect(Self.close(sum.log2Bounded, 2.807354922057604))
    #expect(sum.hasIndependentCoefficients)
    let dependent = NoiseBound(deviation: 1, bounded: 0, independent: false)
    #expect(!(sum + dependent).hasIndependentCoefficients)
    #expect(!(dependent + sum).hasIndependentCoefficients)
    #expect(sum + .zero == sum)
    #expect(NoiseBound.zero + sum == sum)
    #expect(NoiseBound.zero + .zero == .zero)
    // A bounded part says nothing of independence.
    let flood = NoiseBound(deviation: 0, bounded: 8, independent: false)
    #expect((sum + flood).hasIndependentCoefficients)
  }

  @Test func productsUseTheRightNorm() {
    let independent = NoiseBound(deviation: 1, bounded: 1, independent: true)
    let product = independent.multiplied(byNorm1: 16, norm2: 4)
    #expect(product.log2Deviation == 2 && product.log2Bounded == 4 && !product.hasIndependentCoefficients)
    let dependent = NoiseBound(deviation: 1, bounded: 1, independent: false).multiplied(byNorm1: 16, norm2: 4)
    #expect(dependent.log2Deviation == 4 && dependent.log2Bounded == 4)
    let monomial = independent.multiplied(byNorm1: 8, norm2: 8)
    #expect(monomial.log2Deviation == 3 && monomial.hasIndependentCoefficients)
    #expect(independent.multiplied(byNorm1: 0, norm2: 0) == .zero)
    #expect(NoiseBound.zero.multiplied(byNorm1: 8, norm2: 8) == .zero)
    #expect(independent.scaledDown(bits: 3).log2Deviation == -3)
  }

  @Test func magnitudesHoldForTheFailureProbability() {
    #expect(NoiseBound.zero.log2Magnitude(degree: 8, failure: .release) == -.infinity)
    let bounded = NoiseBound(deviation: 0, bounded: 4, independent: true)
    #expect(bounded.log2Magnitude(degree: 4096, failure: .ownUse) == 2)
    let unit = NoiseBound(deviation: 1, bounded: 0, independent: true)
    // x with 2N·exp(−x²/2) = 2^−40 and 2^−128 at N = 4096: sqrt(2·ln 2·53) and sqrt(2·ln 2·141).
    #expect(Self.close(unit.log2Magnitude(degree: 4096, failure: .ownUse), 3.0995770408))
    #expect(Self.close(unit.log2Magnitude(degree: 4096, failure: .release), 3.8053924897))
    // The error's own support is smaller than the tail bound allows.
    let fresh = NoiseBound.freshError.log2Magnitude(degree: 8, failure: .ownUse)
    #expect(fresh > 4.39 && fresh < 4.8)
    // Huge moduli do not overflow.
    let huge = NoiseBound(log2Deviation: 8000, log2Bounded: 8000, independent: true)
    #expect((huge + huge).multiplied(byNorm1: 1e300, norm2: 1e300).log2Magnitude(degree: 8, failure: .release) < 1e5)
  }

  @Test func roundingAndPublicKeyEncryption() {
    #expect(Self.close(NoiseBound.rounding(degree: 4095).log2Deviation, (12 - 3.584962500721156) / 2))
    #expect(NoiseBound.publicKeyEncryption(degree: 4096).log2Deviation > NoiseBound.freshError.log2Deviation + 6.4)
    #expect(!NoiseBound.publicKeyEncryption(degree: 4096).hasIndependentCoefficients)
  }
}
