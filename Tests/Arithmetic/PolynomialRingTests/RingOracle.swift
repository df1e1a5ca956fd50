// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import PolynomialRing
import TestSupport
import Testing

/// Z_Q[X]/(X^N + 1) with coefficients as integers in [0, Q), slowly.
struct RingOracle {
  let basis: RNSBasis

  var product: BigInteger { basis.product }

  func reduce(_ values: [BigInteger]) -> [BigInteger] { values.map { $0.modulo(product) } }

  func multiply(_ a: [BigInteger], _ b: [BigInteger]) -> [BigInteger] {
    let n = basis.degree
    var result = [BigInteger](repeating: 0, count: n)
    for i in 0..<n {
      for j in 0..<n {
        if i + j < n { result[i + j] += a[i] * b[j] } else { result[i + j - n] -= a[i] * b[j] }
      }
    }
    return reduce(result)
  }

  func polynomial(_ values: [BigInteger]) -> RNSPolynomial<Coefficient> {
    var result = RNSPolynomial<Coefficient>(zeroIn: basis)
    for index in 0..<basis.limbCount {
      var limb = result.mutableLimb(index)
      for k in 0..<basis.degree { limb[k] = values[k].residue(modulo: basis.moduli[index].value) }
    }
    return result
  }

  func integers(_ polynomial: RNSPolynomial<Coefficient>) -> [BigInteger] {
    let moduli = basis.moduli.map(\.value)
    return (0..<basis.degree).map { k in
      BigInteger.chineseRemainder(
        residues: (0..<moduli.count).map { polynomial.limb($0)[k] }, moduli: moduli)
    }
  }

  /// Integers in [0, Q), many of them at or next to the ends, the middle and the multiples of the last prime.
  func random(_ generator: inout TestGenerator) -> [BigInteger] {
    let last = BigInteger(basis.moduli[basis.limbCount - 1].value)
    let special: [BigInteger] = [
      0, 1, product - 1, product / 2, product / 2 + 1, last / 2, last / 2 + 1, last - 1, last,
    ]
    return (0..<basis.degree).map { _ in
      if generator.next() % 4 == 0 { return special[Int(generator.next(below: UInt64(special.count)))].modulo(product) }
      let words = (0...product.bitWidth / 64).map { _ in generator.next() }
      return BigInteger(words: words).modulo(product)
    }
  }
}

func / (lhs: BigInteger, rhs: BigInteger) -> BigInteger {
  lhs.floorQuotientAndRemainder(dividingBy: rhs).quotient
}

/// A degree and widths of primes.
struct Shape: Sendable, CustomTestStringConvertible {
  let degree: Int
  let bits: [Int]

  var testDescription: String { "N=\(degree), \(bits) bits" }

  func basis(_ instructionSet: KernelBackend.InstructionSet? = nil) throws -> RNSBasis {
    try RNSBasis(degree: degree, moduli: primes(), instructionSet: instructionSet)
  }

  func primes() throws -> [UInt64] {
    var result: [UInt64] = []
    for width in bits {
      result += try NTTPrimes.largest(below: width, degree: degree, count: 1, excluding: Set(result))
    }
    return result
  }

  static let all: [Shape] = [
    Shape(degree: 8, bits: [5]), Shape(degree: 8, bits: [20, 9, 61]), Shape(degree: 16, bits: [30, 30]),
    Shape(degree: 32, bits: [62]), Shape(degree: 32, bits: [46, 46, 46, 46, 46]), Shape(degree: 64, bits: [43, 43]),
    Shape(degree: 64, bits: [62, 61, 62, 40]), Shape(degree: 128, bits: [35, 35, 35]),
    Shape(degree: 8, bits: [Int](repeating: 46, count: 64)),
  ]

  /// With every instruction set of this machine that takes the primes, and with the automatic choice.
  static let withBackends: [(Shape, KernelBackend.InstructionSet?)] = all.flatMap { shape in
    [(shape, nil)]
      + KernelBackend.supported.filter { backend in shape.bits.allSatisfy { 1 << UInt64($0) <= backend.modulusLimit } }
      .map { (shape, Optional($0.instructionSet)) }
  }
}
