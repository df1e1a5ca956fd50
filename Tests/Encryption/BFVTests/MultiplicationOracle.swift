// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// The product of two ciphertexts before relinearisation, in big integers and by the words of its contract [KPZ21,
/// section 4]: one factor centred modulo Q, the other scaled by P/Q and centred modulo P, their product over the integers
/// modulo X^N + 1, and t/P of it rounded.
///
/// The conversions round to nearest but for what lies within `RNSMap`'s tolerance of a half; there either neighbour is
/// allowed. Of a factor the oracle then takes the neighbour that the conversion takes, after checking that it is one.
struct MultiplicationOracle {
  typealias Integers = [BigInteger]

  let degree: Int
  let basis: RNSBasis
  let divisor: RNSBasis
  let t: BigInteger

  /// The tolerance times 2^98.
  private let tolerance: BigInteger

  init(_ parameters: BFVParameters, limbs: Int) throws {
    degree = parameters.degree
    basis = parameters.rlwe.basis(limbs: limbs)
    divisor = RNSBasis(plans: try #require(parameters.multiplicationPlans(limbs: limbs)))
    t = BigInteger(parameters.plaintextModulus.value)
    let widest = (basis.moduli + divisor.moduli).map(\.bitWidth).max() ?? 0
    tolerance = BigInteger(1) << 52 + BigInteger(1) << widest
  }

  var q: BigInteger { basis.product }
  var p: BigInteger { divisor.product }

  /// The nearest integer, and the next one where the kernels may take it.
  struct Rounded {
    let nearest: BigInteger
    let other: BigInteger?
  }

  /// The denominator is odd, as products of primes are: there are no halves.
  func round(_ numerator: BigInteger, over denominator: BigInteger) -> Rounded {
    let (below, rest) = numerator.floorQuotientAndRemainder(dividingBy: denominator)
    let distance = rest * 2 - denominator
    let isNear = distance.magnitude << 98 <= denominator * tolerance * 2
    let above = below + 1
    return distance.signum > 0
      ? Rounded(nearest: above, other: isNear ? below : nil) : Rounded(nearest: below, other: isNear ? above : nil)
  }

  /// The factor that is lifted from Q to Q·P.
  func lifted(_ polynomial: RNSPolynomial<Coefficient>) -> Integers {
    let values = integers(polynomial)
    return centred(values, in: polynomial, from: basis, to: divisor)
  }

  /// The factor that is scaled by P/Q, centred.
  func scaled(_ polynomial: RNSPolynomial<Coefficient>) -> Integers {
    let choices = integers(polynomial).map { round($0 * p, over: q) }
    let image = Self.apply(.scaling(from: basis.plans, to: divisor.plans), to: polynomial, in: divisor)
    let taken = resolved(choices, as: image).map { $0.modulo(p) }
    return centred(taken, in: image, from: divisor, to: basis)
  }

  /// The values less the multiple of the modulus that brings them nearest to zero.
  private func centred(
    _ values: Integers, in polynomial: RNSPolynomial<Coefficient>, from source: RNSBasis, to target: RNSBasis
  ) -> Integers {
    let modulus = source.product
    let choices = values.map { value in
      let quotient = round(value, over: modulus)
      return Rounded(nearest: value - quotient.nearest * modulus, other: quotient.other.map { value - $0 * modulus })
    }
    let image = Self.apply(.lifting(from: source.plans, to: target.plans), to: polynomial, in: target)
    return resolved(choices, as: image)
  }

  private static func apply(
    _ map: RNSMap, to polynomial: RNSPolynomial<Coefficient>, in target: RNSBasis
  ) -> RNSPolynomial<Coefficient> {
    let result = RNSPolynomial<Coefficient>(zeroIn: target)
    let storage = result.storage
    var words = storage.mutableWords(0..<storage.count)
    map.apply(&words, polynomial.allLimbs(), stride: target.degree, count: target.degree)
    return result
  }

  /// The choices that `image` holds modulo its own primes.
  private func resolved(_ choices: [Rounded], as image: RNSPolynomial<Coefficient>) -> Integers {
    let modulus = image.basis.product
    let found = choices.contains { $0.other != nil } ? integers(image) : []
    return choices.enumerated().map { k, choice in
      guard let other = choice.other else { return choice.nearest }
      if (found[k] - choice.nearest).modulo(modulus).isZero { return choice.nearest }
      #expect((found[k] - other).modulo(modulus).isZero, "coefficient \(k) of a conversion is no neighbour")
      return other
    }
  }

  /// Checks (a₀ + a₁X)(b₀ + b₁X), given as products of the factors, against what was computed.
  ///
  /// - Returns: How many coefficients were near enough to a half to allow either neighbour.
  func check(_ products: [Integers], against found: [RNSPolynomial<Coefficient>], _ what: String) -> Int {
    var ambiguous = 0
    for (part, (product, result)) in zip(products, found).enumerated() {
      let values = integers(result)
      var wrong = 0
      for k in 0..<degree {
        let expected = round(product[k] * t, over: p)
        if expected.other != nil { ambiguous += 1 }
        let isRight = [expected.nearest, expected.other].contains { choice in
          choice.map { (values[k] - $0).modulo(q).isZero } ?? false
        }
        if !isRight { wrong += 1 }
      }
      #expect(wrong == 0, "part \(part) of \(what): \(wrong) coefficients are wrong")
    }
    return ambiguous
  }

  /// The largest difference from the definition round(t/Q · a·b) modulo Q, a and b centred.
  func largestDifference(_ product: Integers, from found: RNSPolynomial<Coefficient>) -> BigInteger {
    let values = integers(found)
    return (0..<degree).map { k in
      (values[k] - round(product[k] * t, over: q).nearest).centeredResidue(modulo: q).magnitude
    }.max() ?? 0
  }

  /// What `largestDifference` is at most, for a sum of `terms` products: rounding the scaled factor to integers is off by ½,
  /// times coefficients of at most Q/2, N of them, times t/P; and ½ for either rounding of the results.
  func differenceBound(terms: Int) -> BigInteger {
    let numerator = t * BigInteger(terms * degree) * q
    return numerator.floorQuotientAndRemainder(dividingBy: p * 4).quotient + 1
  }
}

/// Products over the integers modulo X^N + 1.
enum IntegerRing {
  typealias Integers = [BigInteger]

  static func sum(_ a: Integers, _ b: Integers) -> Integers { zip(a, b).map { $0 + $1 } }

  /// By the definition.
  static func naiveProduct(_ a: Integers, _ b: Integers) -> Integers {
    let degree = a.count
    var result = Integers(repeating: 0, count: degree)
    for (i, x) in a.enumerated() where !x.isZero {
      for (j, y) in b.enumerated() {
        if i + j < degree { result[i + j] += x * y } else { result[i + j - degree] -= x * y }
      }
    }
    return result
  }

  /// By one product of two huge integers, the polynomials' values at a power of two (Kronecker substitution).
  static func product(_ a: Integers, _ b: Integers) -> Integers {
    let degree = a.count
    let widest = { (values: Integers) in values.map(\.bitWidth).max() ?? 0 }
    // A sign, and the sum of N products.
    let bits = widest(a) + widest(b) + degree.trailingZeroBitCount + 2
    let words = (bits + 63) / 64
    let half = BigInteger(1) << (64 * words - 1)
    // Every coefficient of the product is made positive, so that no digit borrows from the next.
    let bias = packed(Integers(repeating: half, count: 2 * degree), words: words)
    let digits = (value(of: a, words: words) * value(of: b, words: words) + bias).words
    func digit(_ k: Int) -> BigInteger { BigInteger(words: Array(digits[k * words..<(k + 1) * words])) - half }
    return (0..<degree).map { digit($0) - digit($0 + degree) }
  }

  private static func value(of polynomial: Integers, words: Int) -> BigInteger {
    packed(polynomial.map { $0.signum > 0 ? $0 : 0 }, words: words)
      - packed(polynomial.map { $0.signum < 0 ? $0.magnitude : 0 }, words: words)
  }

  private static func packed(_ digits: Integers, words: Int) -> BigInteger {
    var result = [UInt64](repeating: 0, count: digits.count * words)
    for (k, digit) in digits.enumerated() {
      for (index, word) in digit.words.enumerated() { result[k * words + index] = word }
    }
    return BigInteger(words: result)
  }
}
