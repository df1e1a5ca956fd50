// SPDX-License-Identifier: Apache-2.0

import BigIntegers

/// Fixed-point numbers with 192 fraction bits in big integers: the independent oracle of the embedding.
enum FixedPoint {
  static let bits = 192
  static let one = BigInteger(1) << bits

  /// The nearest multiple of 2^-192.
  static func fixed(_ x: Double) -> BigInteger {
    guard x != 0 else { return BigInteger() }
    let shift = Int(x.exponent) - 52 + bits
    let significand = BigInteger(Int(x.significand * 0x1p52)) * BigInteger(x < 0 ? -1 : 1)
    return shift >= 0
      ? significand << shift : significand.dividedRoundingToNearest(by: BigInteger(1) << -shift)
  }

  static func double(_ x: BigInteger) -> Double {
    Double(x) * 0x1p-192
  }

  static func multiply(_ a: BigInteger, _ b: BigInteger) -> BigInteger {
    (a * b) >> bits
  }

  /// arctan(1/k), k >= 2, by its series.
  private static func inverseTangent(_ k: Int) -> BigInteger {
    var power = one.dividedRoundingToNearest(by: BigInteger(k))
    var sum = BigInteger()
    var n = 1
    while !power.isZero {
      let term = power.dividedRoundingToNearest(by: BigInteger(n))
      sum = n % 4 == 1 ? sum + term : sum - term
      power = power.dividedRoundingToNearest(by: BigInteger(k * k))
      n += 2
    }
    return sum
  }

  /// Machin: π/4 = 4 arctan(1/5) - arctan(1/239).
  static let pi = (inverseTangent(5) * 4 - inverseTangent(239)) * 4
}

/// A complex fixed-point number.
struct FixedComplex {
  var re: BigInteger
  var im: BigInteger

  static func * (a: FixedComplex, b: FixedComplex) -> FixedComplex {
    FixedComplex(
      re: (a.re * b.re - a.im * b.im) >> FixedPoint.bits, im: (a.re * b.im + a.im * b.re) >> FixedPoint.bits)
  }

  /// exp(2πi / 2^logOrder) by the series, logOrder >= 3.
  static func root(logOrder: Int) -> FixedComplex {
    let angle = (FixedPoint.pi << 1) >> logOrder
    var sum = FixedComplex(re: FixedPoint.one, im: BigInteger())
    var term = FixedPoint.one
    var k = 1
    while !term.isZero {
      term = FixedPoint.multiply(term, angle).dividedRoundingToNearest(by: BigInteger(k))
      switch k % 4 {
      case 0: sum.re += term
      case 1: sum.im += term
      case 2: sum.re -= term
      default: sum.im -= term
      }
      k += 1
    }
    return sum
  }

  func power(_ exponent: Int) -> FixedComplex {
    var result = FixedComplex(re: FixedPoint.one, im: BigInteger())
    for bit in stride(from: Int.bitWidth - exponent.leadingZeroBitCount - 1, through: 0, by: -1) {
      result = result * result
      if exponent >> bit & 1 == 1 { result = result * self }
    }
    return result
  }
}

/// The embedding of one degree by its definition.
struct EmbeddingOracle {
  let degree: Int
  /// ζ^e for e < 2N.
  private let root: FixedComplex

  init(logDegree: Int) {
    degree = 1 << logDegree
    root = FixedComplex.root(logOrder: logDegree + 1)
  }

  /// All ζ^e, e < 2N, for small degrees.
  func roots() -> [FixedComplex] {
    var list = [FixedComplex(re: FixedPoint.one, im: BigInteger())]
    for _ in 1..<2 * degree { list.append(list[list.count - 1] * root) }
    return list
  }

  /// 3^i modulo 2N.
  func exponent(ofSlot i: Int) -> Int {
    (0..<i).reduce(1) { power, _ in 3 * power % (2 * degree) }
  }

  /// a(ζ^(3^i)) by Horner's rule.
  func slot(_ i: Int, of coefficients: [Double]) -> FixedComplex {
    let point = root.power(exponent(ofSlot: i))
    var value = FixedComplex(re: BigInteger(), im: BigInteger())
    for coefficient in coefficients.reversed() {
      value = value * point
      value.re += FixedPoint.fixed(coefficient)
    }
    return value
  }
}
