// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

@Suite struct NoiseTests {
  /// A ciphertext and what it must decrypt to.
  struct Entry {
    var ciphertext: Ciphertext<Evaluation>
    var message: [UInt64]
  }

  /// Random operations until one is refused, again and again: no result decrypts wrongly, no noise exceeds its bound.
  @Test(arguments: TestSet.tiny, [1, 2, 3] as [UInt64])
  func randomCircuitsDecryptOrAreRefused(_ set: TestSet, _ seed: UInt64) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: seed)
    var refusals = 0
    var largestGap = 0.0
    for _ in 0..<6 {
      var entries = try (0..<3).map { _ in try Self.fresh(fixture, &generator) }
      for step in 0..<150 {
        let index = Int(generator.next(below: UInt64(entries.count)))
        let before = entries[index]
        let outcome = try Self.attempt(on: before, with: entries, fixture, &generator)
        if case .refused = outcome {
          refusals += 1
          // The operand that the caller kept is as it was.
          #expect(try Self.decrypts(before, fixture))
          break
        }
        guard case .done(let result) = outcome else { continue }
        #expect(try Self.decrypts(result, fixture), "step \(step), \(generator), \(set.name)")
        let measured = fixture.log2Noise(result.ciphertext, message: result.message)
        let bound = fixture.log2Bound(result.ciphertext.noise)
        #expect(measured <= bound, "step \(step), \(generator), \(set.name)")
        if measured > -.infinity { largestGap = max(largestGap, bound - measured) }
        entries[index] = result
      }
    }
    print("\(set.name), seed \(seed): \(refusals) refusals, bound at most \(largestGap) bits over the noise")
    #expect(refusals > 0)
  }

  private static func fresh(_ fixture: BFVFixture, _ generator: inout TestGenerator) throws -> Entry {
    let message = generator.message(fixture.parameters)
    let plaintext = try fixture.plaintext(message)
    let ciphertext =
      generator.next() % 2 == 0
      ? try fixture.secret.encrypt(plaintext).expanded() : try fixture.publicKey.encrypt(plaintext).evaluationForm()
    return Entry(ciphertext: ciphertext, message: message)
  }

  private static func decrypts(_ entry: Entry, _ fixture: BFVFixture) throws -> Bool {
    try fixture.secret.decrypt(entry.ciphertext, parameters: fixture.parameters).coefficients == entry.message
  }

  private enum Outcome {
    case done(Entry)
    case refused
    case noPrimeLeft
  }

  private static func attempt(
    on entry: Entry, with others: [Entry], _ fixture: BFVFixture, _ generator: inout TestGenerator
  ) throws -> Outcome {
    do {
      return .done(try operate(on: entry, with: others, fixture, &generator))
    } catch RLWEError.noiseExhausted(let needed, let available) {
      #expect(needed >= available)
      return .refused
    } catch RLWEError.noPrimeLeft {
      return .noPrimeLeft
    }
  }

  private static func operate(
    on entry: Entry, with others: [Entry], _ fixture: BFVFixture, _ generator: inout TestGenerator
  ) throws -> Entry {
    let evaluator = fixture.evaluator
    let parameters = fixture.parameters
    let oracle = PlaintextOracle(parameters)
    let limbs = entry.ciphertext.limbCount
    let same = others.filter { $0.ciphertext.limbCount == limbs }
    let other = same[Int(generator.next(below: UInt64(same.count)))]
    let polynomial =
      generator.next() % 3 == 0
      ? generator.message(parameters)
      : generator.sparse(parameters, terms: Int(generator.next(below: 5)), magnitude: 1 + generator.next(below: 50))
    let prepared = EvaluationPlaintext(try fixture.plaintext(polynomial), limbs: limbs)
    let scalar = Int64(generator.next(below: 41)) - 20
    var result = entry
    switch generator.next(below: 11) {
    case 0:
      try evaluator.add(&result.ciphertext, other.ciphertext)
      result.message = oracle.add(entry.message, other.message)
    case 1:
      try evaluator.subtract(&result.ciphertext, other.ciphertext)
      result.message = oracle.subtract(entry.message, other.message)
    case 2:
      try evaluator.negate(&result.ciphertext)
      result.message = oracle.negate(entry.message)
    case 3:
      try evaluator.add(&result.ciphertext, fixture.plaintext(polynomial))
      result.message = oracle.add(entry.message, polynomial)
    case 4, 5:
      try evaluator.multiply(&result.ciphertext, by: prepared)
      result.message = oracle.multiply(entry.message, polynomial)
    case 6:
      try evaluator.addProduct(to: &result.ciphertext, other.ciphertext, by: prepared)
      result.message = oracle.add(entry.message, oracle.multiply(other.message, polynomial))
    case 7:
      try evaluator.multiply(&result.ciphertext, by: scalar)
      result.message = oracle.multiply(entry.message, by: scalar)
    case 8:
      try evaluator.addProduct(to: &result.ciphertext, other.ciphertext, by: scalar)
      result.message = oracle.add(entry.message, oracle.multiply(other.message, by: scalar))
    case 9:
      result.ciphertext = try evaluator.switchModulus(entry.ciphertext.coefficientForm()).evaluationForm()
    default:
      result.ciphertext = try evaluator.rerandomize(entry.ciphertext, with: fixture.publicKey).evaluationForm()
      if generator.next() % 2 == 0 {
        var flooded = result.ciphertext.coefficientForm()
        try evaluator.flood(&flooded, bits: Int(generator.next(below: 40)))
        result.ciphertext = flooded.evaluationForm()
      }
    }
    return result
  }

  /// A product or a sum of products at real parameters: the bound is near the noise.
  @Test(arguments: Array(TestSet.real[..<2]))
  func theBoundOfAScoreIsTight(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: 0x51)
    let message = generator.sparse(fixture.parameters, terms: 100, magnitude: 100)
    let factor = generator.sparse(fixture.parameters, terms: 200, magnitude: 100)
    let oracle = PlaintextOracle(fixture.parameters)
    let expected = oracle.multiply(message, factor)
    let prepared = EvaluationPlaintext(try fixture.plaintext(factor))
    var symmetric = try fixture.secret.encrypt(fixture.plaintext(message)).expanded()
    try fixture.evaluator.multiply(&symmetric, by: prepared)
    var asymmetric = try fixture.publicKey.encrypt(fixture.plaintext(message)).evaluationForm()
    try fixture.evaluator.multiply(&asymmetric, by: prepared)
    for (name, ciphertext, limit) in [("secret", symmetric, 5.0), ("public", asymmetric, 7.0)] {
      let gap = fixture.log2Bound(ciphertext.noise) - fixture.log2Noise(ciphertext, message: expected)
      print("\(set.name): product under the \(name) key: bound over noise \(gap) bits")
      #expect((0...limit).contains(gap))
    }
  }

  /// Squaring by doubling: the operation that would exhaust the noise is the first that throws.
  @Test(arguments: TestSet.all)
  func doublingIsRefusedBeforeItFails(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let oracle = PlaintextOracle(fixture.parameters)
    var generator = TestGenerator(seed: 0x52)
    var message = generator.message(fixture.parameters)
    var ciphertext = try fixture.secret.encrypt(fixture.plaintext(message)).expanded()
    var refused = false
    for _ in 0..<256 {
      guard let next = try Self.doubled(ciphertext, fixture) else {
        refused = true
        break
      }
      ciphertext = next
      message = oracle.add(message, message)
    }
    #expect(refused)
    #expect(try fixture.secret.decrypt(ciphertext, parameters: fixture.parameters).coefficients == message)
    let left =
      fixture.parameters.log2NoiseCapacity(limbs: ciphertext.limbCount)
      - fixture.log2Noise(ciphertext, message: message)
    // In a tiny ring the largest of the few errors may happen to be small.
    #expect((0...(set.degree < 64 ? 8 : 5)).contains(left), "\(left) bits unused")
    // For release the same ciphertext is refused: the tail for 2^−128 needs more room.
    #expect(throws: RLWEError.self) { try fixture.secret.decryptForRelease(ciphertext, parameters: fixture.parameters) }
  }

  private static func doubled(
    _ ciphertext: Ciphertext<Evaluation>, _ fixture: BFVFixture
  ) throws -> Ciphertext<Evaluation>? {
    var result = ciphertext
    do {
      try fixture.evaluator.multiply(&result, by: 2)
    } catch RLWEError.noiseExhausted {
      return nil
    }
    return result
  }

  @Test(arguments: [0, 1, 5, 20, 36, 37])
  func floodIsUniform(_ bits: Int) throws {
    try Self.checkFlood(bits: bits, set: TestSet(name: "", degree: 4096, bits: [40], plaintextModulus: 2))
  }

  @Test(arguments: [60, 61, 62, 63, 64, 90, 120])
  func wideFloodIsUniform(_ bits: Int) throws {
    try Self.checkFlood(bits: bits, set: TestSet(name: "", degree: 4096, bits: [45, 45, 45], plaintextModulus: 2))
  }

  /// Range, mean, and the balance of the lowest, the highest and the middle bits of 8192 draws.
  ///
  /// Each comparison fails with a probability below 2^−48 (Hoeffding: 2·exp(−2·n·x²) with n = 8192 and x = 0.0456; for the
  /// last one n = 4096 and x = 0.065), all of them together below 2^−40.
  private static func checkFlood(bits: Int, set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let limit = BigInteger(1) << bits
    let zero = [UInt64](repeating: 0, count: fixture.degree)
    let empty = RNSPolynomial<Coefficient>(zeroIn: fixture.parameters.rlwe.basis)
    var draws: [BigInteger] = []
    for _ in 0..<2 {
      var ciphertext = Ciphertext<Coefficient>(
        parameters: fixture.parameters.rlwe, key: fixture.secret.identifier, c0: empty, c1: empty, noise: .zero)
      try fixture.evaluator.flood(&ciphertext, bits: bits)
      #expect(ciphertext.noise.log2Bounded == Double(bits))
      #expect(fixture.log2Noise(ciphertext, message: zero) <= Double(bits))
      #expect(ciphertext.c1 == empty)
      // Shifted to [0, 2^(bits+1)).
      let q = ciphertext.basis.product
      draws += integers(ciphertext.c0).map { ($0 + limit).modulo(q) }
    }
    #expect(draws.allSatisfy { $0 < limit + limit })
    let n = Double(draws.count)
    for bit in Set([0, 1, 31, 32, 60, 61, 62, 63, bits / 2, bits - 1, bits]) where (0...bits).contains(bit) {
      let ones = draws.filter { ($0 >> bit).isOdd }.count
      #expect(abs(Double(ones) / n - 0.5) < 0.0456, "bit \(bit)")
    }
    let mean = draws.reduce(0.0) { $0 + Double($1) / Double(limit + limit) } / n
    let expected = 0.5 - 0.5 / Double(limit + limit)
    #expect(abs(mean - expected) < 0.0456)
    // Neighbouring coefficients, and the two calls, are independent: the lowest bits agree half of the time.
    let agree = zip(draws, draws.dropFirst(fixture.degree)).filter { $0.isOdd == $1.isOdd }.count
    #expect(abs(Double(agree) / Double(fixture.degree) - 0.5) < 0.065)
  }

  @Test func floodThatDoesNotFitIsRefused() throws {
    let fixture = try BFVFixture(TestSet(name: "", degree: 64, bits: [40], plaintextModulus: 1 << 10))
    let ciphertext = try fixture.publicKey.encrypt(fixture.plaintext([1]))
    // Q/2t is just below 2^29.
    var fits = ciphertext
    try fixture.evaluator.flood(&fits, bits: 28)
    #expect(try fixture.secret.decrypt(fits, parameters: fixture.parameters).coefficients[0] == 1)
    var refused = ciphertext
    #expect(throws: RLWEError.self) { try fixture.evaluator.flood(&refused, bits: 29) }
    #expect(throws: RLWEError.self) { try fixture.evaluator.flood(&fits, bits: 28) }
  }
}
