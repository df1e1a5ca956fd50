// SPDX-License-Identifier: Apache-2.0

import BFV
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// Random circuits of every operation: what is not refused decrypts to what the plaintext ring gives, and its noise is
/// within its bound.
@Suite struct RandomCircuitTests {
  /// Many short circuits in rings that protect nothing.
  @Test(arguments: SwitchingSet.tiny, [1, 2, 3, 4] as [UInt64])
  func smallCircuits(_ set: SwitchingSet, _ seed: UInt64) throws {
    let machine = try CircuitMachine(set)
    var totals = CircuitMachine.Totals()
    for circuit in 0..<10 {
      try machine.run(seed: seed << 32 + UInt64(circuit), steps: 100, into: &totals)
    }
    print("\(set.name), seed \(seed): \(totals)")
    #expect(totals.done > 100)
  }

  /// A few circuits in secure rings.
  @Test(arguments: [SwitchingSet.real[1], SwitchingSet.real[3]], [1, 2] as [UInt64])
  func secureCircuits(_ set: SwitchingSet, _ seed: UInt64) throws {
    let machine = try CircuitMachine(set)
    var totals = CircuitMachine.Totals()
    try machine.run(seed: seed, steps: set.degree > 8192 ? 20 : 40, into: &totals)
    print("\(set.name), seed \(seed): \(totals)")
    #expect(totals.done > 10)
  }
}

/// Runs random operations on a few ciphertexts and on their messages.
final class CircuitMachine: Sendable {
  /// A ciphertext, its message, and how many products are behind it.
  struct Entry {
    var ciphertext: Ciphertext<Coefficient>
    var message: [UInt64]
    var depth = 0
  }

  struct Totals: CustomStringConvertible {
    var done = 0
    var refused = 0
    var deepest = 0

    var description: String { "\(done) operations done, \(refused) refused, depth \(deepest)" }
  }

  private static let rotations = [1, -1, 3]

  private let fixture: SwitchingFixture
  private let oracle: PlaintextOracle
  private let encoder: BatchEncoder?

  init(_ set: SwitchingSet) throws {
    fixture = try SwitchingFixture(set, rotations: Self.rotations, parallelism: set.degree > 1024 ? 2 : 1)
    oracle = PlaintextOracle(fixture.parameters)
    encoder = set.degree > 128 ? try BatchEncoder(parameters: fixture.parameters) : nil
  }

  private var parameters: BFVParameters { fixture.parameters }
  private var degree: Int { parameters.degree }

  /// Starts from fresh ciphertexts, and replaces those on which an operation was refused.
  func run(seed: UInt64, steps: Int, into totals: inout Totals) throws {
    var generator = TestGenerator(seed: seed)
    var entries = try (0..<4).map { _ in try fresh(&generator) }
    for step in 0..<steps {
      let index = Int(generator.next(below: UInt64(entries.count)))
      let other = entries[Int(generator.next(below: UInt64(entries.count)))]
      let operation = Operation.allCases[Int(generator.next(below: UInt64(Operation.allCases.count)))]
      guard let result = try attempt(operation, on: entries[index], other, &generator) else {
        totals.refused += 1
        entries[index] = try fresh(&generator)
        continue
      }
      totals.done += 1
      totals.deepest = max(totals.deepest, result.depth)
      let what = "step \(step), \(operation), \(generator), \(fixture.set.name)"
      let decrypted = try fixture.decrypt(result.ciphertext)
      #expect(decrypted == result.message, "\(what)")
      let bound = result.ciphertext.noise.log2Magnitude(degree: degree, failure: .ownUse)
      // Rounding a plaintext may reach its bound; the logarithms then differ in the last place.
      #expect(fixture.log2Noise(result.ciphertext, message: result.message) <= bound + 1e-9, "\(what)")
      entries[index] = result
    }
  }

  enum Operation: CaseIterable {
    case add, subtract, negate, addPlaintext, subtractPlaintext, multiplyPlaintext, accumulatePlaintext, addScalar
    case multiplyScalar, multiply, square, sumOfProducts, power, rotate, conjugate, hoist, switchModulus, dropFree
    case multiplyZero, addTransparentZero
  }

  /// nil where it was refused.
  private func attempt(
    _ operation: Operation, on entry: Entry, _ other: Entry, _ generator: inout TestGenerator
  ) throws -> Entry? {
    do {
      return try apply(operation, to: entry, other, &generator)
    } catch RLWEError.noiseExhausted(let needed, let available) {
      #expect(needed >= available)
      return nil
    } catch RLWEError.noPrimeLeft {
      return nil
    }
  }

  private func apply(
    _ operation: Operation, to entry: Entry, _ other: Entry, _ generator: inout TestGenerator
  ) throws -> Entry {
    switch operation {
    case .multiply, .square, .sumOfProducts, .power, .multiplyZero:
      try applyProduct(operation, to: entry, other, &generator)
    case .rotate, .conjugate, .hoist: try applyRotation(operation, to: entry, &generator)
    default: try applyLinear(operation, to: entry, other, &generator)
    }
  }

  private func applyLinear(
    _ operation: Operation, to entry: Entry, _ other: Entry, _ generator: inout TestGenerator
  ) throws -> Entry {
    let evaluator = fixture.evaluator
    var result = entry
    result.depth = max(entry.depth, other.depth)
    let polynomial = message(&generator)
    let plaintext = try BFVPlaintext(coefficients: polynomial, parameters: parameters)
    switch operation {
    case .add:
      try evaluator.add(&result.ciphertext, other.ciphertext)
      result.message = oracle.add(entry.message, other.message)
    case .subtract:
      try evaluator.subtract(&result.ciphertext, other.ciphertext)
      result.message = oracle.subtract(entry.message, other.message)
    case .negate:
      try evaluator.negate(&result.ciphertext)
      result.message = oracle.negate(entry.message)
    case .addPlaintext:
      try evaluator.add(&result.ciphertext, plaintext)
      result.message = oracle.add(entry.message, polynomial)
    case .subtractPlaintext:
      try evaluator.subtract(&result.ciphertext, plaintext)
      result.message = oracle.subtract(entry.message, polynomial)
    case .multiplyPlaintext:
      try evaluator.multiply(&result.ciphertext, by: EvaluationPlaintext(plaintext))
      result.message = product(entry.message, polynomial)
    case .accumulatePlaintext:
      var sum = entry.ciphertext.evaluationForm()
      try evaluator.addProduct(to: &sum, other.ciphertext.evaluationForm(), by: EvaluationPlaintext(plaintext))
      result.ciphertext = sum.coefficientForm()
      result.message = oracle.add(entry.message, product(other.message, polynomial))
    case .addScalar:
      try evaluator.add(&result.ciphertext, BFVScalar(unsigned: polynomial[0], parameters: parameters))
      result.message[0] = parameters.plaintextModulus.add(entry.message[0], polynomial[0])
    case .multiplyScalar:
      let scalar = Int64(generator.next(below: 21)) - 10
      try evaluator.multiply(&result.ciphertext, by: scalar)
      result.message = oracle.multiply(entry.message, by: scalar)
    case .switchModulus: result.ciphertext = try evaluator.switchModulus(entry.ciphertext)
    case .dropFree: result.ciphertext = try evaluator.droppingFreeLimbs(entry.ciphertext)
    default: try evaluator.add(&result.ciphertext, evaluator.transparentZero(like: entry.ciphertext))
    }
    return result
  }

  private func applyProduct(
    _ operation: Operation, to entry: Entry, _ other: Entry, _ generator: inout TestGenerator
  ) throws -> Entry {
    let (evaluator, keys) = (fixture.evaluator, fixture.keys)
    var result = entry
    result.depth = max(entry.depth, other.depth) + 1
    switch operation {
    case .multiply:
      result.ciphertext = try evaluator.multiply(entry.ciphertext, other.ciphertext, with: keys)
      result.message = product(entry.message, other.message)
    case .square:
      result.ciphertext = try evaluator.square(entry.ciphertext, with: keys)
      result.message = product(entry.message, entry.message)
    case .sumOfProducts:
      let third = try fresh(&generator)
      var sum = try evaluator.multiply(entry.ciphertext, other.ciphertext)
      try evaluator.add(&sum, evaluator.multiply(other.ciphertext, third.ciphertext))
      result.ciphertext = try evaluator.relinearize(sum, with: keys)
      result.message = oracle.add(product(entry.message, other.message), product(other.message, third.message))
    case .power:
      result.ciphertext = try evaluator.power(entry.ciphertext, exponent: 3, with: keys)
      result.message = product(product(entry.message, entry.message), entry.message)
      result.depth += 1
    default:
      let zero = [UInt64](repeating: 0, count: degree)
      let isTransparent = generator.next() % 2 == 0
      let factor =
        isTransparent ? evaluator.transparentZero(like: other.ciphertext) : try fixture.encrypt(zero)
      result.ciphertext = try evaluator.multiply(entry.ciphertext, factor, with: keys)
      result.message = zero
    }
    return result
  }

  private func applyRotation(
    _ operation: Operation, to entry: Entry, _ generator: inout TestGenerator
  ) throws -> Entry {
    let (evaluator, keys) = (fixture.evaluator, fixture.keys)
    var result = entry
    switch operation {
    case .rotate:
      let steps = Self.rotations[Int(generator.next(below: 3))]
      result.ciphertext = try evaluator.rotateRows(entry.ciphertext, by: steps, with: keys)
      result.message = image(of: entry.message, under: .rotation(by: steps, degree: degree))
    case .conjugate:
      result.ciphertext = try evaluator.rotateColumns(entry.ciphertext, with: keys)
      result.message = image(of: entry.message, under: .conjugation(degree: degree))
    default:
      for (steps, rotated) in zip(
        Self.rotations, try evaluator.rotateRows(entry.ciphertext, by: Self.rotations, with: keys))
      {
        try evaluator.add(&result.ciphertext, rotated)
        result.message = oracle.add(
          result.message, image(of: entry.message, under: .rotation(by: steps, degree: degree)))
      }
    }
    return result
  }

  // MARK: Messages

  /// Zero, sparse or dense.
  private func message(_ generator: inout TestGenerator) -> [UInt64] {
    switch generator.next(below: 8) {
    case 0: [UInt64](repeating: 0, count: degree)
    case 1...4: generator.sparse(parameters, terms: 4, magnitude: 8)
    default: generator.message(parameters)
    }
  }

  /// At any level that decrypts.
  private func fresh(_ generator: inout TestGenerator) throws -> Entry {
    let message = message(&generator)
    var ciphertext = try fixture.encrypt(message)
    if ciphertext.limbCount > 2, generator.next() % 3 == 0 {
      ciphertext = try fixture.evaluator.switchModulus(ciphertext)
    }
    return Entry(ciphertext: ciphertext, message: message)
  }

  /// By the definition in small rings, slot by slot in large ones.
  private func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    guard let encoder, let x = try? BFVPlaintext(coefficients: a, parameters: parameters),
      let y = try? BFVPlaintext(coefficients: b, parameters: parameters)
    else { return oracle.multiply(a, b) }
    let slots = zip(encoder.decodeUnsigned(x), encoder.decodeUnsigned(y)).map {
      parameters.plaintextModulus.multiply($0, $1)
    }
    return (try? encoder.encode(unsigned: slots))?.coefficients ?? []
  }

  /// m(X^g).
  private func image(of message: [UInt64], under element: GaloisElement) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: degree)
    for (k, word) in message.enumerated() {
      let power = k * element.value % (2 * degree)
      result[power % degree] = power < degree ? word : parameters.plaintextModulus.negate(word)
    }
    return result
  }
}
