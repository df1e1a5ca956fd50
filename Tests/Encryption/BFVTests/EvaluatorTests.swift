// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness
import TestSupport
import Testing

@Suite struct EvaluatorTests {
  @Test(arguments: TestSet.all)
  func linearOperationsMatchTheOracle(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let evaluator = fixture.evaluator
    let oracle = PlaintextOracle(fixture.parameters)
    var generator = TestGenerator(seed: 0x0A)
    let a = generator.message(fixture.parameters)
    let b = generator.message(fixture.parameters)
    let x = try fixture.secret.encrypt(fixture.plaintext(a)).expanded()
    let y = try fixture.secret.encrypt(fixture.plaintext(b)).expanded()
    let small = Int64(min(fixture.t - 1, 5))

    func expect(_ ciphertext: Ciphertext<Evaluation>, _ message: [UInt64], line: Int = #line) throws {
      let decrypted = try fixture.secret.decrypt(ciphertext, parameters: fixture.parameters)
      #expect(decrypted.coefficients == message, "line \(line), \(generator)")
      #expect(fixture.log2Noise(ciphertext, message: message) <= fixture.log2Bound(ciphertext.noise), "line \(line)")
    }

    var sum = x
    try evaluator.add(&sum, y)
    try expect(sum, oracle.add(a, b))
    var difference = x
    try evaluator.subtract(&difference, y)
    try expect(difference, oracle.subtract(a, b))
    try evaluator.negate(&difference)
    try expect(difference, oracle.subtract(b, a))
    var shifted = x
    try evaluator.add(&shifted, fixture.plaintext(b))
    try expect(shifted, oracle.add(a, b))
    var coefficient = x.coefficientForm()
    try evaluator.add(&coefficient, fixture.plaintext(b))
    try expect(coefficient.evaluationForm(), oracle.add(a, b))
    try evaluator.subtract(&coefficient, fixture.plaintext(a))
    try expect(coefficient.evaluationForm(), b)
    try evaluator.add(&coefficient, y.coefficientForm())
    try expect(coefficient.evaluationForm(), oracle.add(b, b))
    try evaluator.negate(&coefficient)
    try expect(coefficient.evaluationForm(), oracle.negate(oracle.add(b, b)))
    for scalar in [0, 1, -1, small, -small] {
      var scaled = x
      try evaluator.multiply(&scaled, by: scalar)
      try expect(scaled, oracle.multiply(a, by: scalar))
      var accumulated = y
      try evaluator.addProduct(to: &accumulated, x, by: scalar)
      try expect(accumulated, oracle.add(b, oracle.multiply(a, by: scalar)))
    }
    // The operands are as they were.
    try expect(x, a)
    try expect(y, b)
  }

  @Test(arguments: TestSet.all)
  func plaintextProductsMatchTheOracle(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let evaluator = fixture.evaluator
    let oracle = PlaintextOracle(fixture.parameters)
    var generator = TestGenerator(seed: 0x0B)
    let a = generator.message(fixture.parameters)
    let b = generator.message(fixture.parameters)
    let x = try fixture.secret.encrypt(fixture.plaintext(a)).expanded()
    let y = try fixture.secret.encrypt(fixture.plaintext(b)).expanded()
    let zero = [UInt64](repeating: 0, count: fixture.degree)
    var one = zero
    one[0] = 1
    var minusMonomial = zero
    minusMonomial[fixture.degree - 1] = fixture.t - 1
    let factors = [
      zero, one, minusMonomial, generator.sparse(fixture.parameters, terms: 4, magnitude: 3),
      generator.sparse(fixture.parameters, terms: min(64, fixture.degree), magnitude: 1),
    ]
    for factor in factors {
      let plaintext = EvaluationPlaintext(try fixture.plaintext(factor))
      var product = x
      try evaluator.multiply(&product, by: plaintext)
      let expected = oracle.multiply(a, factor)
      #expect(
        try fixture.secret.decrypt(product, parameters: fixture.parameters).coefficients == expected, "\(generator)")
      #expect(fixture.log2Noise(product, message: expected) <= fixture.log2Bound(product.noise))
      var sum = y
      try evaluator.addProduct(to: &sum, x, by: plaintext)
      let total = oracle.add(b, expected)
      #expect(try fixture.secret.decrypt(sum, parameters: fixture.parameters).coefficients == total, "\(generator)")
      #expect(fixture.log2Noise(sum, message: total) <= fixture.log2Bound(sum.noise))
      var fromZero = evaluator.transparentZero(like: x)
      try evaluator.addProduct(to: &fromZero, x, by: plaintext)
      #expect(try fixture.secret.decrypt(fromZero, parameters: fixture.parameters).coefficients == expected)
    }
  }

  /// Full-size messages times full-size plaintexts, where the modulus has room.
  @Test(arguments: [TestSet.tiny[1], TestSet.tiny[4], TestSet.tiny[5], TestSet.tiny[2]])
  func denseProductsMatchTheOracle(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let oracle = PlaintextOracle(fixture.parameters)
    var generator = TestGenerator(seed: 0x0C)
    for _ in 0..<10 {
      let a = generator.message(fixture.parameters)
      let b = generator.message(fixture.parameters)
      var product = try fixture.secret.encrypt(fixture.plaintext(a)).expanded()
      try fixture.evaluator.multiply(&product, by: EvaluationPlaintext(fixture.plaintext(b)))
      let expected = oracle.multiply(a, b)
      #expect(
        try fixture.secret.decrypt(product, parameters: fixture.parameters).coefficients == expected, "\(generator)")
      let gap = fixture.log2Bound(product.noise) - fixture.log2Noise(product, message: expected)
      #expect((0...6).contains(gap), "\(generator), gap \(gap)")
    }
  }

  @Test(arguments: TestSet.all.filter { $0.bits.count > 1 })
  func modulusSwitchingKeepsTheMessage(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: 0x0D)
    let message = generator.message(fixture.parameters)
    var ciphertexts = [try fixture.publicKey.encrypt(fixture.plaintext(message))]
    ciphertexts.append(try fixture.secret.encrypt(fixture.plaintext(message)).expanded().coefficientForm())
    for start in ciphertexts {
      try walkDown(from: start, message: message, set: set, fixture: fixture)
    }
  }

  private func walkDown(
    from start: Ciphertext<Coefficient>, message: [UInt64], set: TestSet, fixture: BFVFixture
  ) throws {
    var chain = [start]
    while let current = chain.last, current.limbCount > 1 {
      let limbs = current.limbCount - 1
      guard let next = try Self.switched(current, fixture) else {
        // Refused: little must be left indeed.
        #expect(fixture.parameters.log2NoiseCapacity(limbs: limbs) < 12)
        return
      }
      chain.append(next)
      #expect(next.limbCount == limbs)
      #expect(try fixture.secret.decrypt(next, parameters: fixture.parameters).coefficients == message)
      #expect(try fixture.secret.decrypt(next.evaluationForm(), parameters: fixture.parameters).coefficients == message)
      let measured = fixture.log2Noise(next, message: message)
      let gap = fixture.log2Bound(next.noise) - measured
      print("\(set.name): \(limbs) primes left: noise \(measured), bound over noise \(gap) bits")
      #expect((0...(set.degree < 64 ? 9 : 5)).contains(gap))
    }
    let last = chain[chain.count - 1]
    #expect(throws: RLWEError.noPrimeLeft) { _ = try fixture.evaluator.switchModulus(last) }
  }

  /// nil where the noise would not fit.
  private static func switched(
    _ ciphertext: Ciphertext<Coefficient>, _ fixture: BFVFixture
  ) throws -> Ciphertext<Coefficient>? {
    do {
      return try fixture.evaluator.switchModulus(ciphertext)
    } catch .noiseExhausted {
      return nil
    }
  }

  @Test(arguments: TestSet.all)
  func rerandomisingKeepsTheMessage(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: 0x0E)
    let message = generator.message(fixture.parameters)
    let start = try fixture.secret.encrypt(fixture.plaintext(message)).expanded()
    let before = (start.c0, start.c1)
    let fresh = try fixture.evaluator.rerandomize(start, with: fixture.publicKey)
    #expect(start.c0 == before.0 && start.c1 == before.1)
    #expect(try fixture.secret.decrypt(fresh, parameters: fixture.parameters).coefficients == message)
    #expect(fresh.c1 != start.c1.coefficientForm())
    #expect(fixture.log2Noise(fresh, message: message) <= fixture.log2Bound(fresh.noise))
    // Below the top as well: the public key is cut to the primes of the ciphertext.
    if let lower = try? fixture.evaluator.switchModulus(fresh) {
      let again = try fixture.evaluator.rerandomize(lower.evaluationForm(), with: fixture.publicKey)
      #expect(try fixture.secret.decrypt(again, parameters: fixture.parameters).coefficients == message)
      #expect(fixture.log2Noise(again, message: message) <= fixture.log2Bound(again.noise))
    }
  }

  /// The short ways of preparing plaintexts give what the long ways give.
  @Test(arguments: [TestSet.tiny[1], TestSet.tiny[2], TestSet.tiny[4], TestSet.real[0]])
  func preparedPlaintextsAreTheSame(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let parameters = fixture.parameters
    let oracle = PlaintextOracle(parameters)
    let n = parameters.degree
    let half = Int64(fixture.t / 2)
    let message = {
      var generator = TestGenerator(seed: 0x10); return generator.message(parameters)
    }()
    let terms: [(position: Int, value: Int64)] = [(0, 1), (3, -half + 1 - Int64(fixture.t % 2)), (n - 1, half)]
    var polynomial = [Int64](repeating: 0, count: n)
    for (position, value) in terms { polynomial[position] = value }
    let short = EvaluationPlaintext(terms: terms, parameters: parameters)
    let long = EvaluationPlaintext(try BFVPlaintext(signedCoefficients: polynomial, parameters: parameters))
    #expect(abs(short.norm1 - long.norm1) <= 1e-9 * long.norm1 && abs(short.norm2 - long.norm2) <= 1e-9 * long.norm2)
    let seeded = try fixture.secret.encrypt(fixture.plaintext(message))
    func product(_ plaintext: EvaluationPlaintext) -> Ciphertext<Evaluation>? {
      var result = seeded.expanded()
      return (try? fixture.evaluator.multiply(&result, by: plaintext)) == nil ? nil : result
    }
    #expect(product(short)?.serialized() == product(long)?.serialized())

    let runs: [(range: Range<Int>, value: Int64)] = [(0..<2, half), (2..<2, 0), (3..<n, 1 - half)]
    var constant = [Int64](repeating: 0, count: n)
    for (range, value) in runs { for position in range { constant[position] = value } }
    let added = try BFVPlaintext(signedCoefficients: constant, parameters: parameters)
    for plaintext in [try ScaledPlaintext(runs: runs, parameters: parameters), ScaledPlaintext(added)] {
      var sum = seeded.expanded().coefficientForm()
      try fixture.evaluator.add(&sum, plaintext)
      #expect(
        try fixture.secret.decrypt(sum, parameters: parameters).coefficients == oracle.add(message, added.coefficients))
    }
    #expect(throws: EncodingError.self) {
      try ScaledPlaintext(runs: [(0..<1, half + 1)], parameters: parameters)
    }
  }

  /// All kernel implementations give the same ciphertexts.
  @Test(arguments: KernelBackend.InstructionSet.allCases.filter { KernelBackend($0) != nil })
  func everyBackendGivesTheSame(_ instructionSet: KernelBackend.InstructionSet) throws {
    let set = TestSet(name: "", degree: 4096, bits: [35, 35, 35], plaintextModulus: 65_537, replyBits: 40)
    let reference = try BFVFixture(set, kernels: .only(.scalar))
    let parameters = try BFVParameters(set.literal(), kernels: .only(instructionSet))
    #expect(parameters.rlwe.basis.plans.allSatisfy { $0.backend.instructionSet == instructionSet })
    #expect(parameters == reference.parameters)
    let secret = try SecretKey(serialized: reference.secret.serialized(), parameters: parameters.rlwe)
    var generator = TestGenerator(seed: 0x0F)
    let message = generator.message(parameters)
    let seeded = try reference.secret.encrypt(reference.plaintext(message))
    let same = try SeededCiphertext(serialized: seeded.serialized(), parameters: parameters.rlwe)
    let factor = generator.sparse(parameters, terms: 20, magnitude: 100)
    func compute(
      _ ciphertext: SeededCiphertext, _ evaluator: BFVEvaluator
    ) throws -> (Ciphertext<Coefficient>, BFVReply) {
      let parameters = evaluator.parameters
      var result = ciphertext.expanded()
      try evaluator.multiply(
        &result, by: EvaluationPlaintext(BFVPlaintext(coefficients: factor, parameters: parameters)))
      try evaluator.multiply(&result, by: -3)
      try evaluator.addProduct(to: &result, ciphertext.expanded(), by: 11)
      var form = result.coefficientForm()
      try evaluator.add(&form, BFVPlaintext(coefficients: message, parameters: parameters))
      let switched = try evaluator.switchModulus(form)
      return (switched, try evaluator.reply(switched, keeping: [0..<5, 100..<200]))
    }
    let (expected, expectedReply) = try compute(seeded, reference.evaluator)
    let (found, reply) = try compute(same, BFVEvaluator(parameters: parameters))
    #expect(found.serialized() == expected.serialized())
    #expect(reply.serialized() == expectedReply.serialized())
    #expect(
      try secret.decrypt(found, parameters: parameters).coefficients
        == reference.secret.decrypt(expected, parameters: reference.parameters).coefficients)
  }
}
