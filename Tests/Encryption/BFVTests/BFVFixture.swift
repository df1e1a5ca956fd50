// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness
import TestSupport
import Testing

/// A parameter set, written down so that a failing test names it.
struct TestSet: Sendable, CustomTestStringConvertible {
  let name: String
  let degree: Int
  /// Bit lengths of the primes.
  let bits: [Int]
  let plaintextModulus: UInt64
  var replyBits: Int?
  var security = SecurityLevel.uncheckedInsecure

  var testDescription: String { name }

  func literal() throws -> BFVParameterLiteral {
    var used: Set<UInt64> = [plaintextModulus]
    var moduli: [UInt64] = []
    for width in bits {
      let prime = try NTTPrimes.largest(below: width, degree: degree, count: 1, excluding: used)[0]
      used.insert(prime)
      moduli.append(prime)
    }
    let reply = try replyBits.map {
      try NTTPrimes.largest(below: $0, degree: degree, count: 1, excluding: [plaintextModulus])[0]
    }
    return BFVParameterLiteral(
      degree: degree, moduli: moduli, plaintextModulus: plaintextModulus, replyModulus: reply, security: security)
  }

  /// The largest prime below 2^bits that gives `degree` slots.
  static func batchingPrime(below bits: Int, degree: Int) -> UInt64 {
    NTTPrimes.nextBelow(1 << UInt64(bits), degree: degree) ?? 0
  }

  /// Sets that a user could take.
  static let real: [TestSet] = [
    TestSet(
      name: "N=4096, 2×43 bits, t=2^20", degree: 4096, bits: [43, 43], plaintextModulus: 1 << 20, replyBits: 36,
      security: .classical128),
    TestSet(
      name: "N=4096, 3×35 bits, t=65537", degree: 4096, bits: [35, 35, 35], plaintextModulus: 65_537, replyBits: 30,
      security: .classical128),
    TestSet(
      name: "N=4096, 3×35 bits, t near 2^46", degree: 4096, bits: [35, 35, 35],
      plaintextModulus: batchingPrime(below: 46, degree: 4096), replyBits: 60, security: .classical128),
    TestSet(
      name: "N=8192, 4×46 bits, t=2^60", degree: 8192, bits: [46, 46, 46, 46], plaintextModulus: 1 << 60,
      security: .classical128),
    TestSet(
      name: "N=2048, 1×53 bits, t=3", degree: 2048, bits: [53], plaintextModulus: 3, replyBits: 20,
      security: .classical128),
  ]

  /// Tiny rings that protect nothing.
  static let tiny: [TestSet] = [
    TestSet(name: "N=8, 2×30 bits, t=17", degree: 8, bits: [30, 30], plaintextModulus: 17, replyBits: 20),
    TestSet(name: "N=16, 4×40 bits, t=97", degree: 16, bits: [40, 40, 40, 40], plaintextModulus: 97, replyBits: 25),
    TestSet(name: "N=64, 3×25 bits, t=2", degree: 64, bits: [25, 25, 25], plaintextModulus: 2, replyBits: 18),
    TestSet(name: "N=32, 1×61 bits, t=2^20", degree: 32, bits: [61], plaintextModulus: 1 << 20, replyBits: 40),
    TestSet(
      name: "N=64, 5×46 bits, t near 2^46", degree: 64, bits: [46, 46, 46, 46, 46],
      plaintextModulus: batchingPrime(below: 46, degree: 64), replyBits: 60),
    TestSet(
      name: "N=128, 4×50 bits, t=1000", degree: 128, bits: [50, 50, 50, 50], plaintextModulus: 1000, replyBits: 33),
  ]

  static let all = tiny + real
}

/// Parameters with keys.
///
/// The secret is a function of the set; encryption draws fresh randomness.
final class BFVFixture: Sendable {
  let parameters: BFVParameters
  let secret: SecretKey
  let publicKey: PublicKey
  let evaluator: BFVEvaluator

  init(_ set: TestSet, kernels: KernelChoice = .automatic) throws {
    parameters = try BFVParameters(set.literal(), kernels: kernels)
    secret = SecretKey(parameters: parameters.rlwe)
    publicKey = PublicKey(of: secret)
    evaluator = BFVEvaluator(parameters: parameters)
  }

  var t: UInt64 { parameters.plaintextModulus.value }
  var degree: Int { parameters.degree }

  func plaintext(_ coefficients: [UInt64]) throws -> BFVPlaintext {
    try BFVPlaintext(coefficients: coefficients, parameters: parameters)
  }

  /// log2 of the largest coefficient of c₀ + c₁·s − Q·m/t modulo Q.
  func log2Noise(_ ciphertext: Ciphertext<Coefficient>, message: [UInt64]) -> Double {
    let phase = secret.phase(of: ciphertext)
    return log2Noise(phase.polynomial, message: message)
  }

  func log2Noise(_ ciphertext: Ciphertext<Evaluation>, message: [UInt64]) -> Double {
    let phase = secret.phase(of: ciphertext)
    return log2Noise(phase.polynomial, message: message)
  }

  private func log2Noise(_ phase: RNSPolynomial<Coefficient>, message: [UInt64]) -> Double {
    noise(phase, message: message).map { $0.magnitude }.max().map {
      $0.isZero ? -.infinity : $0.log2 - BigInteger(t).log2
    }
      ?? -.infinity
  }

  /// t times the noise of each coefficient.
  func noise(_ phase: RNSPolynomial<Coefficient>, message: [UInt64]) -> [BigInteger] {
    let q = phase.basis.product
    let tq = q * BigInteger(t)
    return zip(integers(phase), message).map { value, m in
      (value * BigInteger(t) - q * BigInteger(m)).centeredResidue(modulo: tq)
    }
  }

  func log2Bound(_ noise: NoiseBound) -> Double {
    noise.log2Magnitude(degree: degree, failure: .ownUse)
  }
}

/// The coefficients of a polynomial in [0, Q), by CRT.
func integers(_ polynomial: RNSPolynomial<Coefficient>) -> [BigInteger] {
  let moduli = polynomial.basis.moduli.map(\.value)
  let product = polynomial.basis.product
  let weights = moduli.map { q -> BigInteger in
    let cofactor = product.floorQuotientAndRemainder(dividingBy: BigInteger(q)).quotient
    return cofactor * (cofactor.inverse(modulo: BigInteger(q)) ?? 0)
  }
  var result = [BigInteger](repeating: 0, count: polynomial.degree)
  for (index, weight) in weights.enumerated() {
    let limb = polynomial.limb(index)
    for k in 0..<limb.count { result[k] += weight * BigInteger(limb[k]) }
  }
  return result.map { $0.modulo(product) }
}

/// The plaintext ring Z_t[X]/(X^N + 1), slowly.
struct PlaintextOracle: Sendable {
  let degree: Int
  let modulus: Modulus

  init(_ parameters: BFVParameters) {
    degree = parameters.degree
    modulus = parameters.plaintextModulus
  }

  func add(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] { zip(a, b).map { modulus.add($0, $1) } }

  func subtract(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] { zip(a, b).map { modulus.subtract($0, $1) } }

  func negate(_ a: [UInt64]) -> [UInt64] { a.map { modulus.negate($0) } }

  func multiply(_ a: [UInt64], by scalar: Int64) -> [UInt64] {
    a.map { modulus.multiply($0, modulus.reduce(signed: scalar)) }
  }

  /// Skips the zeros of `b`: sparse polynomials are cheap.
  func multiply(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: degree)
    for (j, y) in b.enumerated() where y != 0 {
      let negative = modulus.negate(y)
      for (i, x) in a.enumerated() {
        let k = i + j
        if k < degree {
          result[k] = modulus.multiplyAdd(x, y, result[k])
        } else {
          result[k - degree] = modulus.multiplyAdd(x, negative, result[k - degree])
        }
      }
    }
    return result
  }
}

extension TestGenerator {
  /// A message of `degree` coefficients below t, with many extreme ones.
  mutating func message(_ parameters: BFVParameters) -> [UInt64] {
    words(parameters.degree, below: parameters.plaintextModulus.value)
  }

  /// A polynomial with at most `terms` coefficients other than zero, of magnitude at most `magnitude`.
  mutating func sparse(_ parameters: BFVParameters, terms: Int, magnitude: UInt64) -> [UInt64] {
    let t = parameters.plaintextModulus.value
    var result = [UInt64](repeating: 0, count: parameters.degree)
    for _ in 0..<terms {
      let value = next(below: min(magnitude, t / 2) + 1)
      result[Int(next(below: UInt64(parameters.degree)))] = next() % 2 == 0 || value == 0 ? value % t : t - value
    }
    return result
  }
}
