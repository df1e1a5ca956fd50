// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import PolynomialRing
import TestSupport
import Testing

/// Products of pairs, constants and prefixes against the naive ring.
@Suite struct TensorTests {
  @Test(arguments: Shape.withBackends)
  func tensorsAreProductsInAnotherVariable(
    _ shape: Shape, _ instructionSet: KernelBackend.InstructionSet?
  ) throws {
    let oracle = RingOracle(basis: try shape.basis(instructionSet))
    var generator = TestGenerator(seed: 0x7E1)
    let values = (0..<4).map { _ in oracle.random(&generator) }
    let polynomials = values.map { oracle.polynomial($0).evaluationForm() }
    let expected = [
      oracle.multiply(values[0], values[2]),
      oracle.reduce(
        zip(oracle.multiply(values[0], values[3]), oracle.multiply(values[1], values[2])).map { $0 + $1 }),
      oracle.multiply(values[1], values[3]),
    ]
    for parallelism in 1...3 {
      let (d0, d1, d2) = RNSPolynomial.tensor(
        (polynomials[0], polynomials[1]), (polynomials[2], polynomials[3]), parallelism: Parallelism(parallelism))
      #expect([d0, d1, d2].map { oracle.integers($0.coefficientForm()) } == expected, "\(generator)")
    }
    // Of a pair with itself.
    let (s0, s1, s2) = RNSPolynomial.tensor(
      (polynomials[0], polynomials[1]), (polynomials[0], polynomials[1]), parallelism: .none)
    let cross = oracle.multiply(values[0], values[1])
    #expect(oracle.integers(s0.coefficientForm()) == oracle.multiply(values[0], values[0]))
    #expect(oracle.integers(s1.coefficientForm()) == oracle.reduce(cross.map { $0 + $0 }))
    #expect(oracle.integers(s2.coefficientForm()) == oracle.multiply(values[1], values[1]))
  }

  @Test(arguments: Shape.withBackends)
  func constantsAreAddedToEveryEvaluation(
    _ shape: Shape, _ instructionSet: KernelBackend.InstructionSet?
  ) throws {
    let oracle = RingOracle(basis: try shape.basis(instructionSet))
    var generator = TestGenerator(seed: 0x7E2)
    let values = oracle.random(&generator)
    let constants: [(UInt128, Bool)] = [
      (0, false), (0, true), (1, false), (1, true), (.max, false), (.max, true), (1 << 127, true),
      (UInt128(generator.next()) << 64 | UInt128(generator.next()), false),
    ]
    for (magnitude, isNegative) in constants {
      let words = [UInt64(truncatingIfNeeded: magnitude), UInt64(truncatingIfNeeded: magnitude >> 64)]
      let constant = isNegative ? -BigInteger(words: words) : BigInteger(words: words)
      let residues = oracle.basis.residues(of: magnitude, isNegative: isNegative)
      #expect(residues == oracle.basis.moduli.map { constant.residue(modulo: $0.value) }, "\(constant)")
      var sum = oracle.polynomial(values).evaluationForm()
      sum.addConstant(residues)
      var expected = values
      expected[0] += constant
      #expect(oracle.integers(sum.coefficientForm()) == oracle.reduce(expected), "\(constant), \(generator)")
    }
    for value in [0, 1, -1, .max, .min, -12_345] as [Int64] {
      #expect(
        oracle.basis.residues(of: value) == oracle.basis.moduli.map { BigInteger(value).residue(modulo: $0.value) })
    }
  }

  /// Sums with the first limbs of longer polynomials.
  @Test func prefixesAreAdded() throws {
    let shape = Shape(degree: 16, bits: [40, 46, 36, 30])
    let basis = try shape.basis()
    let long = RingOracle(basis: basis)
    var generator = TestGenerator(seed: 0x7E3)
    let (a, b, c) = (long.random(&generator), long.random(&generator), long.random(&generator))
    for limbs in 1...4 {
      let short = RingOracle(basis: basis.prefix(limbs))
      var sum = short.polynomial(a).evaluationForm()
      sum.addPrefix(of: long.polynomial(b).evaluationForm())
      sum.addProduct(long.polynomial(b).evaluationForm(), long.polynomial(c).evaluationForm())
      sum.multiply(by: long.polynomial(c).evaluationForm())
      let inner = zip(zip(a, b), short.multiply(b, c)).map { $0.0 + $0.1 + $1 }
      #expect(short.integers(sum.coefficientForm()) == short.multiply(inner, c), "\(generator)")
    }
  }
}
