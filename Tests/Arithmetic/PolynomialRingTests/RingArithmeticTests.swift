// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import PolynomialRing
import Randomness
import TestSupport
import Testing

@Suite struct RingArithmeticTests {
  @Test(arguments: Shape.withBackends)
  func productsAreNegacyclic(_ shape: Shape, _ instructionSet: KernelBackend.InstructionSet?) throws {
    let oracle = RingOracle(basis: try shape.basis(instructionSet))
    var generator = TestGenerator(seed: 0x11)
    for _ in 0..<3 {
      let a = oracle.random(&generator)
      let b = oracle.random(&generator)
      let c = oracle.random(&generator)
      let x = oracle.polynomial(a).evaluationForm()
      let y = oracle.polynomial(b).evaluationForm()
      let expected = oracle.multiply(a, b)
      #expect(oracle.integers((x * y).coefficientForm()) == expected, "\(generator)")
      var sum = oracle.polynomial(c).evaluationForm()
      sum.addProduct(x, y)
      #expect(
        oracle.integers(sum.coefficientForm()) == oracle.reduce(zip(c, expected).map { $0 + $1 }), "\(generator)")
    }
  }

  @Test(arguments: Shape.withBackends)
  func transformsAreInverse(_ shape: Shape, _ instructionSet: KernelBackend.InstructionSet?) throws {
    let oracle = RingOracle(basis: try shape.basis(instructionSet))
    var generator = TestGenerator(seed: 0x12)
    let start = oracle.polynomial(oracle.random(&generator))
    #expect(start.evaluationForm().coefficientForm() == start)
    let values = RNSPolynomial<Evaluation>(zeroIn: oracle.basis) + start.evaluationForm()
    #expect(values.coefficientForm().evaluationForm() == values)
    // The evaluation order is the documented one.
    let evaluated = start.evaluationForm()
    let logDegree = shape.degree.trailingZeroBitCount
    for (index, plan) in oracle.basis.plans.enumerated() {
      for position in [0, 1, shape.degree / 2, shape.degree - 1] {
        let exponent = PolynomialKernels.nttExponent(logDegree: logDegree, position: position)
        let point = plan.modulus.power(plan.root, UInt64(exponent))
        var value: UInt64 = 0
        for k in (0..<shape.degree).reversed() { value = plan.modulus.multiplyAdd(value, point, start.limb(index)[k]) }
        #expect(evaluated.limb(index)[position] == value)
      }
    }
  }

  @Test(arguments: Shape.withBackends)
  func linearOperationsMatchTheOracle(_ shape: Shape, _ instructionSet: KernelBackend.InstructionSet?) throws {
    let oracle = RingOracle(basis: try shape.basis(instructionSet))
    var generator = TestGenerator(seed: 0x13)
    let a = oracle.random(&generator)
    let b = oracle.random(&generator)
    let x = oracle.polynomial(a)
    let y = oracle.polynomial(b)
    #expect(oracle.integers(x) == a)
    #expect(oracle.integers(x + y) == oracle.reduce(zip(a, b).map { $0 + $1 }))
    #expect(oracle.integers(x - y) == oracle.reduce(zip(a, b).map { $0 - $1 }))
    var negated = x
    negated.negate()
    #expect(oracle.integers(negated) == oracle.reduce(a.map { -$0 }))
    let scalar = oracle.random(&generator)[3]
    let residues = oracle.basis.moduli.map { scalar.residue(modulo: $0.value) }
    var scaled = x
    scaled.multiply(byResidues: residues)
    #expect(oracle.integers(scaled) == oracle.reduce(a.map { $0 * scalar }))
    var accumulated = y
    accumulated.addProduct(x, byResidues: residues)
    #expect(oracle.integers(accumulated) == oracle.reduce(zip(a, b).map { $0 * scalar + $1 }))
    // An operand that is the accumulator itself.
    var doubled = x
    doubled.add(x)
    #expect(oracle.integers(doubled) == oracle.reduce(a.map { $0 + $0 }))
    var nothing = x
    nothing.subtract(x)
    #expect(nothing == RNSPolynomial(zeroIn: oracle.basis))
    #expect(oracle.integers(x) == a && oracle.integers(y) == b)
  }

  @Test(arguments: Shape.all)
  func signedWordsAreReduced(_ shape: Shape) throws {
    let oracle = RingOracle(basis: try shape.basis())
    var generator = TestGenerator(seed: 0x14)
    let smallest = oracle.basis.moduli.map(\.value).min() ?? 3
    let small = (0..<shape.degree).map { _ in Int64(generator.next(below: 2 * smallest - 1)) - Int64(smallest - 1) }
    let any = (0..<shape.degree).map { index in
      [Int64.min, .max, 0, -1, 1, Int64(bitPattern: generator.next())][index % 6]
    }
    let smallWords = small.map { UInt64(bitPattern: $0) }
    let anyWords = any.map { UInt64(bitPattern: $0) }
    #expect(
      oracle.integers(RNSPolynomial(signedWords: smallWords.span, basis: oracle.basis))
        == oracle.reduce(small.map { BigInteger($0) }))
    #expect(
      oracle.integers(RNSPolynomial(reducingSignedWords: anyWords.span, basis: oracle.basis))
        == oracle.reduce(any.map { BigInteger($0) }))
  }

  @Test func aLongerFactorIsCutToTheBasis() throws {
    let long = try Shape(degree: 32, bits: [46, 46, 46]).basis()
    let short = long.prefix(2)
    #expect(long.hasPrefix(short) && !short.hasPrefix(long))
    let oracle = RingOracle(basis: short)
    var generator = TestGenerator(seed: 0x15)
    let a = oracle.random(&generator)
    let b = oracle.random(&generator)
    var sum = RNSPolynomial<Evaluation>(zeroIn: short)
    sum.addProduct(
      oracle.polynomial(a).evaluationForm(), RingOracle(basis: long).polynomial(b).evaluationForm())
    #expect(oracle.integers(sum.coefficientForm()) == oracle.multiply(a, b))
  }

  @Test func copiesAreIndependent() throws {
    let oracle = RingOracle(basis: try Shape(degree: 16, bits: [30, 30]).basis())
    var generator = TestGenerator(seed: 0x16)
    let values = oracle.random(&generator)
    let original = oracle.polynomial(values)
    func unchanged(_ change: (inout RNSPolynomial<Coefficient>) -> Void) {
      var copy = original
      #expect(copy.storage === original.storage)
      change(&copy)
      #expect(copy.storage !== original.storage)
      #expect(oracle.integers(original) == values)
    }
    unchanged { $0.negate() }
    unchanged { $0.add(original) }
    unchanged { $0.subtract(original) }
    unchanged { $0.multiply(byResidues: [2, 3]) }
    unchanged { $0.addProduct(original, byResidues: [2, 3]) }
    unchanged {
      var limb = $0.mutableLimb(1)
      limb[0] = limb[0] == 0 ? 1 : 0
    }
    let evaluated = original.evaluationForm()
    #expect(oracle.integers(original) == values)
    let copy = evaluated
    _ = copy.coefficientForm()
    #expect(evaluated == oracle.polynomial(values).evaluationForm())
    var product = evaluated
    product.multiply(by: evaluated)
    #expect(evaluated == oracle.polynomial(values).evaluationForm())
  }

  /// A transform of a polynomial that nothing else holds works in place: no second copy of what may be secret.
  @Test func transformsOfUniqueStorageAreInPlace() throws {
    let basis = try Shape(degree: 16, bits: [30, 30]).basis()
    let fresh = RNSPolynomial<Coefficient>(zeroIn: basis)
    let identity = ObjectIdentifier(fresh.storage)
    let evaluated = (consume fresh).evaluationForm()
    #expect(ObjectIdentifier(evaluated.storage) == identity)
    var back = (consume evaluated).coefficientForm()
    #expect(ObjectIdentifier(back.storage) == identity)
    let again = back.take().evaluationForm()
    #expect(ObjectIdentifier(again.storage) == identity)
    var stream = RandomStream.system()
    let secret = SecretCoefficients(ternaryOfDegree: 16, from: &stream).residues(in: basis)
    let secretWords = ObjectIdentifier(secret.polynomial.storage)
    let transformed = secret.evaluationForm()
    #expect(ObjectIdentifier(transformed.polynomial.storage) == secretWords)
  }

  @Test func zeroisingIsInherited() throws {
    let basis = try Shape(degree: 16, bits: [30, 30]).basis()
    let secret = RNSPolynomial<Coefficient>(zeroIn: basis, zeroising: true)
    var copy = secret
    copy.negate()
    #expect(copy.storage.isZeroising)
    #expect(copy.evaluationForm().storage.isZeroising)
    #expect(secret.droppingLastLimb(to: basis.prefix(1)).storage.isZeroising)
    #expect((secret + RNSPolynomial(zeroIn: basis)).storage.isZeroising)
  }

  @Test func uniformSamplingIsAFunctionOfTheSeed() throws {
    let basis = try Shape(degree: 128, bits: [35, 40, 62]).basis()
    let seed = try Seed(bytes: Array(0..<32))
    func sample(_ label: String) -> RNSPolynomial<Evaluation> {
      var stream = RandomStream(seed: seed, label: label)
      return RNSPolynomial(uniformIn: basis, from: &stream)
    }
    let first = sample("a")
    #expect(first == sample("a"))
    #expect(first != sample("b"))
    // The first limbs do not depend on how many follow.
    var stream = RandomStream(seed: seed, label: "a")
    let shorter = RNSPolynomial<Evaluation>(uniformIn: basis.prefix(2), from: &stream)
    for index in 0..<2 {
      for k in 0..<128 where shorter.limb(index)[k] != first.limb(index)[k] { Issue.record("limb \(index), word \(k)") }
    }
    for index in 0..<3 {
      for k in 0..<128 { #expect(first.limb(index)[k] < basis.moduli[index].value) }
    }
  }

  @Test func secretCoefficientsAreSmallAndTheSameInEveryBasis() throws {
    let basis = try Shape(degree: 1024, bits: [35, 62]).basis()
    var stream = RandomStream(seed: try Seed(bytes: Array(0..<32)), label: "test")
    let ternary = SecretCoefficients(ternaryOfDegree: 1024, from: &stream)
    let error = SecretCoefficients(errorOfDegree: 1024, from: &stream)
    let residues = ternary.residues(in: basis)
    for k in 0..<1024 {
      let value = Int64(bitPattern: ternary.words()[k])
      #expect((-1...1).contains(value))
      #expect((-21...21).contains(Int64(bitPattern: error.words()[k])))
      for index in 0..<2 {
        #expect(residues.polynomial.limb(index)[k] == basis.moduli[index].reduce(signed: value))
      }
    }
  }
}
