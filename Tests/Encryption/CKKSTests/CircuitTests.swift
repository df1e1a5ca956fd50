// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// Random circuits: whatever was not refused is within its error of what it should be.
@Suite struct CircuitTests {
  /// A ciphertext with what it should hold.
  struct Value {
    var ciphertext: CKKSCiphertext
    var numbers: [Complex<Double>]
  }

  struct Circuit {
    let fixture: CKKSFixture
    let keys: EvaluationKeys
    var generator: TestGenerator
    var refusals = 0
    var operations = 0
    let steps = [1, 2, -1, 5]

    init(_ fixture: CKKSFixture, keys: EvaluationKeys, seed: UInt64) {
      self.fixture = fixture
      self.keys = keys
      generator = TestGenerator(seed: seed)
    }

    mutating func size() -> Double {
      let bound = fixture.parameters.literal.valueBound
      return [bound, bound / 4, bound * 0x1p-12, 0][Int(generator.next(below: 4))]
    }

    mutating func fresh() throws -> Value {
      let size = size()
      let numbers = fixture.numbers(&generator, bound: size)
      let level = Int(generator.next(below: UInt64(fixture.parameters.maximumLevel + 1)))
      let plaintext = try fixture.encoder.encode(numbers)
      let ciphertext =
        generator.next() & 1 == 0
        ? try fixture.secret.encrypt(plaintext, level: max(level, 1), bound: size).expanded()
        : try fixture.publicKey.encrypt(plaintext, bound: size)
      return Value(ciphertext: ciphertext, numbers: numbers)
    }

    /// One operation on random ones of `values`.
    mutating func step(_ values: [Value]) throws -> Value {
      let evaluator = fixture.evaluator
      var a = values[Int(generator.next(below: UInt64(values.count)))]
      let b = values[Int(generator.next(below: UInt64(values.count)))]
      switch generator.next(below: 13) {
      case 0:
        try evaluator.add(&a.ciphertext, b.ciphertext)
        a.numbers = a.numbers + b.numbers
      case 1:
        try evaluator.subtract(&a.ciphertext, b.ciphertext)
        a.numbers = a.numbers - b.numbers
      case 2, 3:
        a.ciphertext = try evaluator.multiply(a.ciphertext, b.ciphertext, with: keys)
        a.numbers = a.numbers * b.numbers
      case 4:
        a.ciphertext = try evaluator.square(a.ciphertext, with: keys)
        a.numbers = a.numbers * a.numbers
      case 5:
        let step = steps[Int(generator.next(below: 4))]
        a.ciphertext = try evaluator.rotate(a.ciphertext, by: step, with: keys)
        a.numbers = rotated(a.numbers, by: step)
      case 6:
        a.ciphertext = try evaluator.conjugate(a.ciphertext, with: keys)
        a.numbers = a.numbers.map(\.conjugate)
      case 7:
        let numbers = fixture.numbers(&generator, bound: size())
        a.ciphertext = try evaluator.multiply(a.ciphertext, by: fixture.encoder.encode(numbers))
        a.numbers = a.numbers * numbers
      case 8:
        let numbers = fixture.numbers(&generator, bound: size())
        try evaluator.add(&a.ciphertext, fixture.encoder.encode(numbers))
        a.numbers = a.numbers + numbers
      case 9:
        let value = generator.next(below: 4) == 0 ? 0 : Double.random(in: -2...2, using: &generator)
        a.ciphertext = try evaluator.multiply(a.ciphertext, by: value)
        a.numbers = value * a.numbers
      case 10:
        let value = Double.random(in: -1...1, using: &generator) * fixture.parameters.literal.valueBound
        try evaluator.add(&a.ciphertext, value)
        a.numbers = a.numbers.map { $0 + Complex(value, 0) }
      case 11:
        let value = Int64.random(in: -3...3, using: &generator)
        try evaluator.multiply(&a.ciphertext, byInteger: value)
        a.numbers = Double(value) * a.numbers
      default:
        let sum = try evaluator.innerSum(
          evaluator.assuming(a.ciphertext, bound: a.numbers.reduce(0) { max($0, $1.length) } * 1.000001 + 1e-300),
          count: 2, with: keys)
        a.numbers = a.numbers + rotated(a.numbers, by: 1)
        a.ciphertext = sum
      }
      return a
    }

    mutating func run(operations count: Int) throws {
      var values = try (0..<3).map { _ in try fresh() }
      for index in 0..<count {
        operations += 1
        do {
          let result = try step(values)
          try fixture.requireError(result.ciphertext, result.numbers, slack: nil, "operation \(index) of \(generator)")
          fixture.requireCanonicalScale(result.ciphertext)
          values[Int(generator.next(below: 3))] = result
        } catch let error as RLWEError {
          refusals += 1
          switch error {
          case .noLevelLeft, .valuesExceedModulus, .valuesTooWide, .noiseExhausted: break
          default: Issue.record("operation \(index) of \(generator): \(error)")
          }
          values[Int(generator.next(below: 3))] = try fresh()
        }
      }
    }
  }

  @Test(arguments: CKKSTestSet.tiny)
  func onSmallRings(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    let keys = try fixture.keys(rotations: [1, 2, -1, 5], conjugation: true)
    let (circuits, operations) = fixture.parameters.degree <= 256 ? (100, 25) : (12, 25)
    for seed in 0..<circuits {
      var circuit = Circuit(fixture, keys: keys, seed: UInt64(0xC1A0 + seed))
      try circuit.run(operations: operations)
      #expect(circuit.refusals < circuit.operations / 2 + 3, "hardly anything was computed: \(circuit.generator)")
    }
  }

  @Test(arguments: [
    CKKSTestSet(name: "N=8192, secure", levels: 2, scaleBits: 40), CKKSTestSet(name: "N=16384, secure", levels: 6),
    CKKSTestSet(name: "N=16384, 80 bits, secure", levels: 2, scaleBits: 80),
  ])
  func onSecureRings(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    #expect([8192, 16384].contains(fixture.parameters.degree))
    let keys = try fixture.keys(rotations: [1, 2, -1, 5], conjugation: true)
    for seed in 0..<5 {
      var circuit = Circuit(fixture, keys: keys, seed: UInt64(0xC1B0 + seed))
      try circuit.run(operations: 15)
    }
  }

  /// x, x², x⁴, … next to a plain evaluation, with all that is known of the numbers.
  @Test func repeatedSquaring() throws {
    let set = CKKSTestSet(name: "N=128, 12 levels", levels: 12, degree: 128, digitLimbs: 3)
    let fixture = try CKKSFixture(set)
    let keys = try fixture.keys()
    var generator = TestGenerator(seed: 0xC1C0)
    var numbers = (0..<fixture.parameters.slotCount).map { _ in
      Complex(length: Double.random(in: 0.99...1, using: &generator), phase: .random(in: 0...6.28, using: &generator))
    }
    var power = try fixture.encrypt(numbers)
    for _ in 0..<12 {
      power = try fixture.evaluator.square(power, with: keys)
      numbers = numbers * numbers
      fixture.requireCanonicalScale(power)
      try fixture.requireError(power, numbers, slack: 22)
    }
  }
}
