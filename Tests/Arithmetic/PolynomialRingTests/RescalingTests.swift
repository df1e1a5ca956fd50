// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import PolynomialRing
import TestSupport
import Testing

@Suite struct RescalingTests {
  @Test(arguments: Shape.withBackends.filter { $0.0.bits.count > 1 })
  func droppingALimbRoundsToNearest(_ shape: Shape, _ instructionSet: KernelBackend.InstructionSet?) throws {
    let basis = try shape.basis(instructionSet)
    let target = basis.prefix(basis.limbCount - 1)
    let oracle = RingOracle(basis: basis)
    let shorter = RingOracle(basis: target)
    let last = BigInteger(basis.moduli[basis.limbCount - 1].value)
    var generator = TestGenerator(seed: 0x21)
    for _ in 0..<5 {
      let values = oracle.random(&generator)
      let start = oracle.polynomial(values)
      let result = start.droppingLastLimb(to: target)
      // The prime is odd, so there are no ties.
      let expected = shorter.reduce(values.map { $0.dividedRoundingToNearest(by: last) })
      #expect(shorter.integers(result) == expected, "\(generator)")
      #expect(oracle.integers(start) == values)
      let evaluations = start.evaluationForm().droppingLastLimb(to: target)
      #expect(evaluations.coefficientForm() == result, "evaluation form, \(generator)")
    }
  }

  @Test(
    arguments: Shape.all, [2, 3, 17, 1 << 20, 1_000_003, (1 << 46) - 21, 1 << 60, (1 << 61) - 1, 1 << 61] as [UInt64])
  func scalingMatchesExactRounding(_ shape: Shape, _ target: UInt64) throws {
    let oracle = RingOracle(basis: try shape.basis())
    let scaler = RNSScaler(basis: oracle.basis, target: target)
    var generator = TestGenerator(seed: 0x22)
    let q = oracle.product
    let t = BigInteger(target)
    for round in 0..<3 {
      var values = oracle.random(&generator)
      if round == 2 {
        // As near to the half integers as integers can be.
        values = values.map { _ in
          let half = BigInteger(generator.next(below: target)) * 2 + 1
          let near = (half * q) / (t * 2)
          return (near + BigInteger(Int(generator.next(below: 3)) - 1)).modulo(q)
        }
      }
      let polynomial = oracle.polynomial(values)
      var words = [UInt64](repeating: .max, count: shape.degree)
      var span = words.mutableSpan
      polynomial.scaleAndRound(into: &span, range: 0..<shape.degree, scaler: scaler)
      for (k, value) in values.enumerated() {
        let doubled = value * t * 2
        let exact = ((doubled + q) / (q * 2)).modulo(t)
        // Documented: exact but for limbs·2^−60 around a half integer, where the neighbour may come out.
        let distance = (doubled - q).modulo(q * 2).centeredDistance(modulo: q * 2)
        let isNear = distance << 59 <= q * BigInteger(oracle.basis.limbCount) * 2
        let difference = (BigInteger(words[k]) - exact).centeredResidue(modulo: t).magnitude
        #expect(difference == 0 || (isNear && difference == 1), "\(generator), coefficient \(k)")
        #expect(words[k] < target)
      }
    }
  }

  @Test func scalingTouchesOnlyItsRange() throws {
    let oracle = RingOracle(basis: try Shape(degree: 64, bits: [43, 43]).basis())
    let scaler = RNSScaler(basis: oracle.basis, target: 65_537)
    var generator = TestGenerator(seed: 0x23)
    let polynomial = oracle.polynomial(oracle.random(&generator))
    var all = [UInt64](repeating: 0, count: 64)
    var allSpan = all.mutableSpan
    polynomial.scaleAndRound(into: &allSpan, range: 0..<64, scaler: scaler)
    for range in [0..<0, 0..<1, 63..<64, 5..<17, 64..<64, 0..<64] {
      var words = [UInt64](repeating: .max, count: 64)
      var span = words.mutableSpan
      polynomial.scaleAndRound(into: &span, range: range, scaler: scaler)
      #expect(words == (0..<64).map { range.contains($0) ? all[$0] : .max })
    }
  }

  @Test(arguments: Shape.all)
  func conversionAddsAMultipleOfTheProduct(_ shape: Shape) throws {
    let source = try shape.basis()
    let primes = try NTTPrimes.largest(
      below: 47, degree: shape.degree, count: 3, excluding: Set(source.moduli.map(\.value)))
    let target = try RNSBasis(degree: shape.degree, moduli: primes)
    let converter = BasisConverter(from: source, to: target)
    let oracle = RingOracle(basis: source)
    let other = RingOracle(basis: target)
    var generator = TestGenerator(seed: 0x24)
    let values = oracle.random(&generator)
    let converted = other.integers(converter.convert(oracle.polynomial(values)))
    for (value, found) in zip(values, converted) {
      let multiple = (0..<source.limbCount).contains { a in
        (value + oracle.product * BigInteger(a)).modulo(other.product) == found
      }
      #expect(multiple, "\(generator)")
    }
  }

  @Test func basesAreChecked() throws {
    #expect(throws: RingError.limbCount(0)) { try RNSBasis(degree: 8, moduli: []) }
    #expect(throws: RingError.limbCount(65)) {
      try RNSBasis(degree: 8, moduli: NTTPrimes.largest(below: 40, degree: 8, count: 65))
    }
    for degree in [0, -8, 1, 4, 7, 12, 262_144, Int.max, Int.min] {
      #expect(throws: RingError.unsupportedDegree(degree)) { try RNSBasis(degree: degree, moduli: [17]) }
    }
    for modulus in [0, 1, 2, 16, 33, 19, 1 << 62, .max] as [UInt64] {
      #expect(throws: RingError.notAnNTTPrime(modulus: modulus, degree: 8)) {
        try RNSBasis(degree: 8, moduli: [modulus])
      }
    }
    #expect(throws: RingError.repeatedModulus(17)) { try RNSBasis(degree: 8, moduli: [17, 97, 17]) }
    for error in [
      RingError.limbCount(0), .unsupportedDegree(3), .repeatedModulus(17), .notAnNTTPrime(modulus: 5, degree: 8),
      .unavailableInstructionSet("x"),
    ] {
      #expect(!error.description.isEmpty)
    }
  }

  @Test func anInstructionSetThatDoesNotTakeThePrimeIsRefused() throws {
    let prime = try NTTPrimes.largest(below: 62, degree: 8, count: 1)
    for instructionSet in KernelBackend.InstructionSet.allCases {
      let takes = KernelBackend(instructionSet).map { prime[0] < $0.modulusLimit } ?? false
      if takes {
        #expect(try RNSBasis(degree: 8, moduli: prime, instructionSet: instructionSet).plans.count == 1)
      } else {
        #expect(throws: RingError.unavailableInstructionSet(instructionSet.rawValue)) {
          try RNSBasis(degree: 8, moduli: prime, instructionSet: instructionSet)
        }
      }
    }
  }
}

extension BigInteger {
  /// Distance to the nearest multiple of `modulus`, for values in [0, modulus).
  fileprivate func centeredDistance(modulo modulus: BigInteger) -> BigInteger {
    min(self, modulus - self)
  }
}
