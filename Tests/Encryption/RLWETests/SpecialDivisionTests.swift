// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import TestSupport
import Testing

@testable import RLWE

/// Division in evaluation form against the map in coefficient form, for primes that take kernels of different kinds too.
@Suite struct SpecialDivisionTests {
  /// Widths of the primes that stay and of those that go.
  struct Widths: Sendable, CustomTestStringConvertible {
    let kept: [Int]
    let dropped: [Int]

    var testDescription: String { "\(kept) bits by \(dropped)" }

    static let all = [
      Widths(kept: [46, 46, 40], dropped: [46]), Widths(kept: [46], dropped: [45, 44, 43]),
      Widths(kept: [46, 40], dropped: [60]), Widths(kept: [60, 46], dropped: [46, 46]),
      Widths(kept: [47, 30], dropped: [46, 58]), Widths(kept: [36, 36, 36, 36, 36], dropped: [20]),
    ]
  }

  @Test(arguments: Widths.all, [64, 8192])
  func evaluationsAreDividedLikeCoefficients(_ widths: Widths, _ degree: Int) throws {
    var generator = TestGenerator(seed: 0x5D_0001)
    var taken: Set<UInt64> = []
    let moduli = try (widths.kept + widths.dropped).map { bits in
      let prime = try NTTPrimes.largest(below: bits, degree: degree, count: 1, excluding: taken)[0]
      taken.insert(prime)
      return prime
    }
    let (basis, kept) = (try RNSBasis(degree: degree, moduli: moduli), widths.kept.count)
    let target = basis.prefix(kept)
    func polynomial() -> RNSPolynomial<Coefficient> {
      var polynomial = RNSPolynomial<Coefficient>(zeroIn: basis)
      for (limb, modulus) in basis.moduli.enumerated() {
        let words = generator.words(degree, below: modulus.value)
        var row = polynomial.mutableLimb(limb)
        row.copyWords(of: words.span)
      }
      return polynomial
    }
    let inputs = (polynomial(), polynomial())
    let plans = basis.plans
    let division = SpecialDivision(dropping: Array(plans[kept...]), keeping: Array(plans[..<kept]))
    let map = RNSMap.division(by: Array(plans[kept...]), in: Array(plans[..<kept]))
    let pair = (inputs.0.evaluationForm(), inputs.1.evaluationForm())
    for threads in [1, 2, 5] {
      let quotients = division.divide(
        pair, to: target, scratch: ScratchPool(), parallelism: Parallelism(threads).team())
      for (input, quotient) in [(inputs.0, quotients.0), (inputs.1, quotients.1)] {
        var expected = RNSPolynomial<Coefficient>(zeroIn: target)
        let words = input.allLimbs()
        var output = [UInt64](repeating: 0, count: kept * degree)
        var span = output.mutableSpan
        let (own, rest) = (words.extracting(0..<kept * degree), words.extracting(kept * degree..<words.count))
        map.apply(&span, rest, own: own, stride: degree, count: degree)
        for limb in 0..<kept {
          var row = expected.mutableLimb(limb)
          row.copyWords(of: output.span.extracting(limb * degree..<(limb + 1) * degree))
        }
        #expect(quotient.coefficientForm() == expected, "\(threads) threads, \(generator)")
      }
    }
  }
}
