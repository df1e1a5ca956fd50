// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// The three polynomials of a product, bit by bit against big integers.
@Suite struct MultiplicationOracleTests {
  /// What the residues of a polynomial are made of.
  enum Filling: CaseIterable {
    case zero, one, minusOne, residuesAtTheEnds, nearHalf, nearQuarters, alternating, random

    /// `residuesAtTheEnds` takes 0, 1 and q − 1 for each prime on its own; the others are integers modulo Q.
    func polynomial(in basis: RNSBasis, _ generator: inout TestGenerator) -> RNSPolynomial<Coefficient> {
      var result = RNSPolynomial<Coefficient>(zeroIn: basis)
      let values = self == .residuesAtTheEnds || self == .random ? [] : integers(modulo: basis, &generator)
      for limb in 0..<basis.limbCount {
        let prime = basis.moduli[limb].value
        let ends = [0, 1, prime - 1]
        let words = (0..<basis.degree).map { k in
          switch self {
          case .residuesAtTheEnds: ends[Int(generator.next(below: 3))]
          case .random: generator.next(below: prime)
          default: values[k].residue(modulo: prime)
          }
        }
        var span = result.mutableLimb(limb)
        span.copyWords(of: words.span)
      }
      return result
    }

    private func integers(modulo basis: RNSBasis, _ generator: inout TestGenerator) -> [BigInteger] {
      let q = basis.product
      let half = q >> 1
      return (0..<basis.degree).map { k in
        let offset = BigInteger(Int(generator.next(below: 5)) - 2)
        switch self {
        case .one: return 1
        case .minusOne: return q - 1
        case .nearHalf: return half + offset
        case .nearQuarters: return (half >> 1) * BigInteger(k % 2 == 0 ? 1 : 3) + offset
        case .alternating: return k % 2 == 0 ? half - (half >> 20) : half + (half >> 20)
        case .zero, .random, .residuesAtTheEnds: return 0
        }
      }
    }
  }

  static let sets: [SwitchingSet] =
    SwitchingSet.tiny + [
      SwitchingSet(
        name: "N=8, 20 to 30 bits", degree: 8, bits: [30, 25, 20], specialBits: [31], plaintextModulus: 5),
      SwitchingSet(
        name: "N=32, 60 and 36 bits", degree: 32, bits: [60, 36], specialBits: [61], plaintextModulus: 65_537),
    ]

  static func pair(
    _ parameters: BFVParameters, _ c0: RNSPolynomial<Coefficient>, _ c1: RNSPolynomial<Coefficient>
  ) -> Ciphertext<Coefficient> {
    Ciphertext(
      parameters: parameters.rlwe, key: KeyIdentifier(bytes: [UInt8](repeating: 7, count: 16)), c0: c0, c1: c1,
      noise: .zero)
  }

  /// The parameters with each backend that takes all primes.
  static func everyBackend(_ set: SwitchingSet) throws -> [BFVParameters] {
    let literal = try set.literal()
    let automatic = try BFVParameters(literal)
    let widest = automatic.rlwe.keyBasis.moduli.map(\.value).max() ?? 0
    return try [automatic]
      + KernelBackend.supported.filter { $0.modulusLimit > widest }.map {
        try BFVParameters(literal, kernels: .only($0.instructionSet))
      }
  }

  @Test(arguments: sets)
  func smallProductsAreExact(_ set: SwitchingSet) throws {
    let backends = try Self.everyBackend(set)
    let parameters = backends[0]
    var generator = TestGenerator(seed: 0x3A_0001)
    var checked = 0
    var ambiguous = 0
    // A noise-free product must fit: not where the plaintext modulus is as large as the primes that are left.
    for limbs in 1...parameters.rlwe.limbCount where parameters.log2NoiseCapacity(limbs: limbs) > 12 {
      let oracle = try MultiplicationOracle(parameters, limbs: limbs)
      #expect(oracle.p * oracle.p >= oracle.q * oracle.q * BigInteger(set.degree))
      for left in Filling.allCases {
        for right in Filling.allCases {
          let a = (
            left.polynomial(in: oracle.basis, &generator), Filling.random.polynomial(in: oracle.basis, &generator)
          )
          let b = (right.polynomial(in: oracle.basis, &generator), right.polynomial(in: oracle.basis, &generator))
          let what = "\(limbs) primes, \(left) by \(right), \(generator)"
          let (a0, a1) = (oracle.lifted(a.0), oracle.lifted(a.1))
          let (b0, b1) = (oracle.scaled(b.0), oracle.scaled(b.1))
          let expected = [
            IntegerRing.naiveProduct(a0, b0),
            IntegerRing.sum(IntegerRing.naiveProduct(a0, b1), IntegerRing.naiveProduct(a1, b0)),
            IntegerRing.naiveProduct(a1, b1),
          ]
          var first: [RNSPolynomial<Coefficient>] = []
          for backend in backends {
            let evaluator = BFVEvaluator(parameters: backend)
            let product = try evaluator.multiply(
              Self.pair(backend, a.0, a.1), Self.pair(backend, b.0, b.1))
            let found = [product.c0, product.c1, product.c2]
            if first.isEmpty {
              first = found
              ambiguous += oracle.check(expected, against: found, what)
              checked += 1
            } else {
              #expect(found == first, "another backend, \(what)")
            }
          }
          if left == .random, right == .random {
            let exact = IntegerRing.naiveProduct(a0, integers(b.0).map { $0.centeredResidue(modulo: oracle.q) })
            #expect(oracle.largestDifference(exact, from: first[0]) <= oracle.differenceBound(terms: 1), "\(what)")
          }
        }
      }
    }
    #expect(checked >= 64)
    print("\(set.name): \(checked) products on \(backends.count - 1) backends, \(ambiguous) coefficients near a half")
  }

  static let real: [SwitchingSet] =
    SwitchingSet.real + [
      SwitchingSet(
        name: "N=16384, 9×42 bits, one special prime", degree: 16_384, bits: Array(repeating: 42, count: 9),
        specialBits: [46], plaintextModulus: 65_537, security: .classical128),
      SwitchingSet(
        name: "N=32768, 17×42 bits, digits of three", degree: 32_768, bits: Array(repeating: 42, count: 17),
        specialBits: [46, 46, 46], digitLimbs: 3, plaintextModulus: 65_537, security: .classical128),
    ]

  /// One random product of each set that tests and benchmarks use, with all primes, on every backend and two threads.
  @Test(arguments: real)
  func productsOfRealSizeAreExact(_ set: SwitchingSet) throws {
    let backends = try Self.everyBackend(set)
    let oracle = try MultiplicationOracle(backends[0], limbs: set.bits.count)
    var generator = TestGenerator(seed: 0x3A_0002)
    let inputs = (0..<4).map { _ in Filling.random.polynomial(in: oracle.basis, &generator) }
    let (a0, a1) = (oracle.lifted(inputs[0]), oracle.lifted(inputs[1]))
    let (b0, b1) = (oracle.scaled(inputs[2]), oracle.scaled(inputs[3]))
    let (low, high) = (IntegerRing.product(a0, b0), IntegerRing.product(a1, b1))
    let crossed = IntegerRing.product(IntegerRing.sum(a0, a1), IntegerRing.sum(b0, b1))
    let middle = zip(crossed, zip(low, high)).map { $0 - $1.0 - $1.1 }
    var first: [RNSPolynomial<Coefficient>] = []
    for (index, parameters) in backends.enumerated() {
      let evaluator = BFVEvaluator(parameters: parameters, parallelism: 1 + index % 2)
      let product = try evaluator.multiply(
        Self.pair(parameters, inputs[0], inputs[1]), Self.pair(parameters, inputs[2], inputs[3]))
      let found = [product.c0, product.c1, product.c2]
      if first.isEmpty {
        first = found
        let ambiguous = oracle.check([low, middle, high], against: found, "\(set.name), \(generator)")
        #expect(ambiguous == 0)
      } else {
        #expect(found == first, "backend \(index), \(generator)")
      }
    }
    let second = integers(inputs[2]).map { $0.centeredResidue(modulo: oracle.q) }
    let difference = oracle.largestDifference(IntegerRing.product(a0, second), from: first[0])
    let bound = oracle.differenceBound(terms: 1)
    print("\(set.name): \(difference) from round(t/Q·a·b), at most \(bound)")
    #expect(difference <= bound)
  }

  /// The two ways of multiplying polynomials of integers agree.
  @Test func theOracleOfLargeRingsIsThatOfSmallOnes() {
    var generator = TestGenerator(seed: 0x3A_0003)
    for bits in [1, 63, 64, 65, 200] {
      let polynomials = (0..<2).map { _ in
        (0..<32).map { k -> BigInteger in
          let value = (0..<4).reduce(BigInteger()) { sum, _ in (sum << 50) + BigInteger(generator.next() >> 14) }
          let reduced = k % 5 == 0 ? (BigInteger(1) << bits) - 1 : value.modulo(BigInteger(1) << bits)
          return generator.next() % 2 == 0 ? reduced : -reduced
        }
      }
      #expect(
        IntegerRing.product(polynomials[0], polynomials[1])
          == IntegerRing.naiveProduct(polynomials[0], polynomials[1]), "\(bits) bits, \(generator)")
    }
  }
}
