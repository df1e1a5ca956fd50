// SPDX-License-Identifier: Apache-2.0

import BFV
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// What users of homomorphic encryption stumble over elsewhere, and what is promised here instead.
@Suite struct PromiseTests {
  // MARK: Zero

  /// A factor of zero is a factor like any other: no error, no other level, and what follows goes on.
  @Test(arguments: [SwitchingSet.tiny[1], SwitchingSet.tiny[3]])
  func productsWithZeroGoOn(_ set: SwitchingSet) throws {
    let fixture = try SwitchingFixture(set)
    let (parameters, evaluator, keys) = (fixture.parameters, fixture.evaluator, fixture.keys)
    var generator = TestGenerator(seed: 0x0F_0001)
    let message = fixture.message(&generator, sparse: false)
    let nothing = [UInt64](repeating: 0, count: set.degree)
    let start = try fixture.encrypt(message)
    let zero = try BFVPlaintext(coefficients: [], parameters: parameters)
    var products = [start, start, start]
    try evaluator.multiply(&products[0], by: 0)
    try evaluator.multiply(&products[1], by: EvaluationPlaintext(zero))
    try evaluator.multiply(&products[2], by: BFVScalar(0, parameters: parameters))
    for product in products {
      // Anybody can read it, which can be asked for, and is nobody's error.
      #expect(product.isTransparent && product.limbCount == start.limbCount)
      #expect(try fixture.decrypt(product) == nothing)
      var sum = product
      try evaluator.add(&sum, start)
      #expect(try !sum.isTransparent && fixture.decrypt(sum) == message)
      #expect(try fixture.decrypt(evaluator.multiply(product, start, with: keys)) == nothing)
      #expect(try fixture.decrypt(evaluator.rotateRows(product, by: 1, with: keys)) == nothing)
      let again = try Ciphertext<Coefficient>(serialized: product.serialized(), parameters: parameters.rlwe)
      #expect(again.isTransparent)
      let hidden = try evaluator.rerandomize(again.evaluationForm(), with: PublicKey(of: fixture.secret))
      #expect(try !hidden.isTransparent && fixture.decrypt(hidden) == nothing)
    }
    // A difference of a ciphertext and itself is the same zero.
    var difference = start
    try evaluator.subtract(&difference, start)
    #expect(try difference.isTransparent && fixture.decrypt(difference) == nothing)
    #expect(try fixture.decrypt(evaluator.multiply(difference, start, with: keys)) == nothing)
  }

  // MARK: Slots

  /// A short vector is followed by zeros to the end of its row of N/2 slots; rotations turn both rows around their ends, by any
  /// number of steps.
  @Test func shortVectorsAreFollowedByZerosAndRowsTurnAround() throws {
    let fixture = try SwitchingFixture(SwitchingSet.tiny[1], rotations: [1, -1, 3])
    let encoder = try BatchEncoder(parameters: fixture.parameters)
    let row = fixture.parameters.degree / 2
    let ciphertext = try fixture.secret.encrypt(encoder.encode([1, 2, 3])).expanded().coefficientForm()
    func slots(_ ciphertext: Ciphertext<Coefficient>) throws -> [Int64] {
      encoder.decode(try fixture.secret.decrypt(ciphertext, parameters: fixture.parameters))
    }
    func first(_ values: [Int64]) -> [Int64] { values + [Int64](repeating: 0, count: 2 * row - values.count) }
    #expect(try slots(ciphertext) == first([1, 2, 3]))
    // To the left the first number goes to the end of its row, and not to where the short vector ended.
    let left = first([2, 3] + [Int64](repeating: 0, count: row - 3) + [1])
    let right = first([0, 1, 2, 3])
    for (steps, expected) in [
      (1, left), (1 + row, left), (1 - 3 * row, left), (-1, right), (row - 1, right), (0, first([1, 2, 3])),
      (row, first([1, 2, 3])),
    ] {
      let rotated = try fixture.evaluator.rotateRows(ciphertext, by: steps, with: fixture.keys)
      #expect(try slots(rotated) == expected, "by \(steps)")
    }
    // The rows do not run into each other, and change places.
    let both = try fixture.evaluator.rotateColumns(ciphertext, with: fixture.keys)
    #expect(try slots(both) == [Int64](repeating: 0, count: row) + first([1, 2, 3])[..<row])
    #expect(throws: EncodingError.tooManyValues(count: 2 * row + 1, capacity: 2 * row)) {
      try encoder.encode([Int64](repeating: 0, count: 2 * row + 1))
    }
  }

  // MARK: Keys

  /// A rotation without its key is refused before anything is computed, with its steps and its element.
  @Test func missingRotationsAreNamed() throws {
    let fixture = try SwitchingFixture(SwitchingSet.tiny[1], rotations: [1, 2])
    let degree = fixture.parameters.degree
    let ciphertext = try fixture.encrypt([1])
    let element = GaloisElement.rotation(by: 3, degree: degree)
    let expected = RLWEError.missingGaloisKey(element: element.value, degree: degree)
    #expect(expected.description.contains("rotation by 3 steps") && expected.description.contains("X^27 "))
    #expect(throws: expected) { try fixture.evaluator.rotateRows(ciphertext, by: 3, with: fixture.keys) }
    #expect(throws: expected) { try fixture.evaluator.rotateRows(ciphertext, by: [1, 0, 3], with: fixture.keys) }
    #expect(throws: expected) {
      try fixture.evaluator.apply(element, to: ciphertext.evaluationForm(), with: fixture.keys)
    }
    #expect(throws: expected) { try fixture.keys.galoisKey(element, limbs: 1) }
    let four = GaloisElement.rotation(by: 4, degree: degree).value
    #expect(throws: RLWEError.missingGaloisKey(element: four, degree: degree)) {
      try fixture.evaluator.innerSum(ciphertext, count: 8, with: fixture.keys)
    }
    #expect(throws: RLWEError.foreignGaloisElement(element: 3, degree: 2 * degree)) {
      try fixture.evaluator.apply(.rotation(by: 1, degree: 2 * degree), to: ciphertext, with: fixture.keys)
    }
  }

  /// What keys will take, in memory and on the wire, is known before any is made: also where that is gigabytes.
  @Test func keysHaveASizeBeforeTheyAreMade() throws {
    let parameters = try BFVParameters(.planned(plaintextModulus: .slots(bits: 17), depth: 8)).rlwe
    let all = EvaluationKeyRequest(rotations: 1..<parameters.degree / 2, degree: parameters.degree)
    #expect(all.keyCount == parameters.degree / 2 - 1)
    #expect(all.wireByteCount(parameters: parameters) > Int(UInt32.max))
    #expect(all.memoryByteCount(parameters: parameters) > all.wireByteCount(parameters: parameters))
    // Sums over all slots need a few of them, and those cost as much less.
    let few = EvaluationKeyRequest(
      rotations: BFVEvaluator.innerSumSteps(count: parameters.degree / 2), degree: parameters.degree)
    let share = all.keyCount / few.keyCount
    #expect(few.memoryByteCount(parameters: parameters) <= all.memoryByteCount(parameters: parameters) / share)
    // And keys for half of the primes less than half of that.
    var half = few
    half.limbCount = parameters.limbCount / 2
    #expect(2 * half.memoryByteCount(parameters: parameters) < few.memoryByteCount(parameters: parameters))
  }

  /// Rings of 1024 and 2048, too small for a special prime at 128 bits of security, switch keys in the gadget form.
  @Test(arguments: [(1024, 26, 3, 4, true), (2048, 53, 11, 12_289, true), (2048, 53, 3, 17, false)])
  func smallSecureRingsHaveProductsOrRotations(
    _ degree: Int, _ bits: Int, _ digitBits: Int, _ modulus: UInt64, _ isRotated: Bool
  ) throws {
    let set = SwitchingSet(
      name: "", degree: degree, bits: [bits], gadgetBits: digitBits, plaintextModulus: modulus, security: .classical128)
    let fixture = try SwitchingFixture(set)
    var generator = TestGenerator(seed: 0x0F_0002)
    let message = generator.words(degree, below: modulus)
    let ciphertext = try fixture.encrypt(message)
    let degree = fixture.parameters.degree
    if isRotated {
      let rotated = try fixture.evaluator.rotateRows(ciphertext, by: 1, with: fixture.keys)
      // X ↦ X³ of the message.
      var expected = [UInt64](repeating: 0, count: degree)
      for (place, value) in message.enumerated() {
        let target = 3 * place % (2 * degree)
        let t = fixture.parameters.plaintextModulus
        expected[target % degree] = target < degree ? value : t.negate(value)
      }
      #expect(try fixture.decrypt(rotated) == expected, "\(generator)")
    } else {
      let product = try fixture.evaluator.square(ciphertext, with: fixture.keys)
      #expect(try fixture.decrypt(product) == fixture.product(message, message), "\(generator)")
    }
    // The hybrid form has no room there, which is said.
    var literal = try set.literal()
    literal.keySwitching = .hybrid(specialModuli: [65_537], digitLimbs: 1)
    #expect {
      try BFVParameters(literal)
    } throws: { error in
      guard case .insecure(degree, let found, let limit, .classical128) = error as? ParameterError else { return false }
      return found > limit
    }
  }

  // MARK: Levels

  /// Encrypted with fewer primes, a ciphertext is smaller on the wire than one that is switched down, and computes on.
  @Test(arguments: [SwitchingSet.tiny[1], SwitchingSet.real[1]])
  func encryptionWithFewerPrimesIsSmaller(_ set: SwitchingSet) throws {
    let fixture = try SwitchingFixture(set)
    let (parameters, evaluator) = (fixture.parameters, fixture.evaluator)
    var generator = TestGenerator(seed: 0x0F_0003)
    let message = fixture.message(&generator, sparse: true)
    let plaintext = try BFVPlaintext(coefficients: message, parameters: parameters)
    let whole = try fixture.secret.encrypt(plaintext)
    let publicKey = PublicKey(of: fixture.secret)
    var previous = 0
    for limbs in 1...parameters.rlwe.limbCount {
      let bytes = try fixture.secret.encrypt(plaintext, limbs: limbs).serialized()
      #expect(bytes.count > previous)
      previous = bytes.count
      let switched = try evaluator.switchModulus(whole.expanded().coefficientForm(), toLimbCount: limbs).serialized()
      #expect(bytes.count < switched.count / 2 + 80)
      let read = try SeededCiphertext(serialized: bytes, parameters: parameters.rlwe)
      #expect(read.serialized() == bytes && read.limbCount == limbs)
      for ciphertext in [read.expanded().coefficientForm(), try publicKey.encrypt(plaintext, limbs: limbs)] {
        #expect(ciphertext.limbCount == limbs)
        #expect(try fixture.decrypt(ciphertext) == message, "\(limbs), \(generator)")
        #expect(
          fixture.log2Noise(ciphertext, message: message)
            <= ciphertext.noise.log2Magnitude(degree: set.degree, failure: .ownUse))
        // With others of more primes, where sums are in order.
        var sum = whole.expanded().coefficientForm()
        try evaluator.subtract(&sum, ciphertext)
        #expect(try sum.limbCount == limbs && fixture.decrypt(sum).allSatisfy { $0 == 0 })
      }
    }
    #expect(
      try fixture.secret.encrypt(plaintext, limbs: parameters.rlwe.limbCount).serialized().count
        == whole.serialized().count)
  }

  /// Primes that have no room for the message are refused when it is encrypted, not when somebody decrypts.
  @Test func encryptionWithoutRoomIsRefused() throws {
    let set = TestSet(name: "", degree: 64, bits: [30, 30, 30], plaintextModulus: 1 << 28)
    let fixture = try BFVFixture(set)
    let plaintext = try fixture.plaintext([1])
    for attempt in [
      { _ = try fixture.secret.encrypt(plaintext, limbs: 1) },
      { _ = try fixture.publicKey.encrypt(plaintext, limbs: 1) },
    ] as [() throws -> Void] {
      #expect {
        try attempt()
      } throws: { error in
        guard case .noiseExhausted(let needed, let available) = error as? RLWEError else { return false }
        return needed > available
      }
    }
    #expect(try fixture.secret.encrypt(plaintext, limbs: 2).limbCount == 2)
  }

  // MARK: State

  /// Two parameter sets live side by side, and a set that is made twice is one: nothing is registered anywhere.
  @Test func parameterSetsShareNothing() throws {
    let literals = try [SwitchingSet.tiny[1], SwitchingSet.tiny[2]].map { try $0.literal() }
    // What one side makes, and forgets all of but the bytes.
    func client(_ literal: BFVParameterLiteral, _ value: UInt64) throws -> (
      secret: [UInt8], keys: [UInt8], data: [UInt8]
    ) {
      let parameters = try BFVParameters(literal)
      let secret = SecretKey(parameters: parameters.rlwe)
      let keys = try secret.evaluationKeys(EvaluationKeyRequest(relinearization: true, limbCount: 3)).serialized()
      let plaintext = try BFVPlaintext(coefficients: [value], parameters: parameters)
      return (secret.serialized(), keys, try secret.encrypt(plaintext, limbs: 3).serialized())
    }
    let sent = try [client(literals[0], 5), client(literals[1], 7)]
    // The other reads in another order, and works on both in turns.
    let parameters = try literals.reversed().map { try BFVParameters($0) }.reversed() as [BFVParameters]
    let keys =
      try [1, 0].map { try EvaluationKeys(serialized: sent[$0].keys, parameters: parameters[$0].rlwe) }
      .reversed() as [EvaluationKeys]
    var values = try parameters.indices.map { index in
      try SeededCiphertext(serialized: sent[index].data, parameters: parameters[index].rlwe).expanded()
        .coefficientForm()
    }
    for index in [0, 1] {
      values[index] = try BFVEvaluator(parameters: parameters[index]).square(values[index], with: keys[index])
    }
    // Keys of the one are no keys of the other, and say whose they are.
    #expect(
      throws: RLWEError.parametersMismatch(expected: parameters[0].rlwe.digest, found: parameters[1].rlwe.digest)
    ) {
      try BFVEvaluator(parameters: parameters[0]).square(values[0], with: keys[1])
    }
    for (index, expected) in [(1, 49), (0, 25)] as [(Int, UInt64)] {
      let again = try BFVParameters(literals[index])
      #expect(again == parameters[index] && again !== parameters[index])
      let secret = try SecretKey(serialized: sent[index].secret, parameters: again.rlwe)
      #expect(try secret.decrypt(values[index], parameters: again).coefficients[0] == expected)
    }
  }

  // MARK: Messages

  @Test func encodingErrorsSayWhatToDo() {
    for (error, words) in [
      (.tooManyValues(count: 4097, capacity: 4096), ["4097", "4096", "larger ring degree", "several plaintexts"]),
      (
        .valueOutOfRange(index: 3, value: "99", allowed: "-48 to 48"),
        ["index 3", "99", "-48 to 48", "larger plaintext modulus"]
      ),
      (.batchingUnsupported(plaintextModulus: 1024, degree: 4096), ["1024", "1 modulo 8192", "slots(bits:)"]),
    ] as [(EncodingError, [String])] {
      for word in words { #expect(error.description.contains(word), "\(error)") }
    }
  }

  /// A plaintext modulus that cannot be is what a plan complains of, and not the size of the ring.
  @Test(
    arguments: [.slots(bits: 1), .slots(bits: 61), .exactly(0), .exactly(1), .exactly(.max)] as [BFVPlaintextChoice])
  func impossiblePlaintextModuliAreNamed(_ choice: BFVPlaintextChoice) {
    #expect {
      _ = try BFVParameterLiteral.planned(plaintextModulus: choice, depth: 1)
    } throws: { error in
      "\(error)".contains("a plaintext modulus of")
    }
  }
}

/// Memory does not grow while a server serves.
@Suite(.enabled(if: Allocations.areCounted)) struct GrowthTests {
  @Test func servingAgainAndAgainHoldsNoMore() throws {
    let fixture = try SwitchingFixture(SwitchingSet.real[0], rotations: [1])
    let (parameters, evaluator) = (fixture.parameters, fixture.evaluator)
    let plaintext = try BFVPlaintext(coefficients: [3], parameters: parameters)
    let factor = EvaluationPlaintext(plaintext)
    try expectNoGrowth("a request") {
      let request = try fixture.secret.encrypt(plaintext).serialized()
      let received = try SeededCiphertext(serialized: request, parameters: parameters.rlwe).expanded().coefficientForm()
      var result = try evaluator.rotateRows(received, by: 1, with: fixture.keys)
      try evaluator.multiply(&result, by: factor)
      try evaluator.add(&result, received)
      let reply = try evaluator.switchModulus(result).serialized()
      let read = try Ciphertext<Coefficient>(serialized: reply, parameters: parameters.rlwe)
      #expect(try fixture.decrypt(read)[0] == 12)
    }
    // Whole sets of parameters and keys that come and go leave nothing either.
    try expectNoGrowth("a client", repetitions: 5) {
      let other = try BFVParameters(parameters.literal)
      let secret = SecretKey(parameters: other.rlwe)
      let keys = try secret.evaluationKeys(EvaluationKeyRequest(rotations: [1], degree: other.degree))
      _ = try EvaluationKeys(serialized: keys.serialized(), parameters: other.rlwe)
    }
    // The control: what is kept is seen, once the memory that waited for its next use has found one.
    var kept: [Ciphertext<Coefficient>] = []
    let before = Allocations.heldByteCount
    for _ in 0..<20 { kept.append(try fixture.secret.encrypt(plaintext).expanded().coefficientForm()) }
    #expect(Allocations.heldByteCount - before > 10 * parameters.degree * 8 && kept.count == 20)
  }
}
