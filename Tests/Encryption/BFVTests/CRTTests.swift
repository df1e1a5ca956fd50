// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// Messages modulo a product of plaintext moduli.
@Suite struct CRTTests {
  static func parameters(_ set: SwitchingSet, moduli: [UInt64]) throws -> CRTParameters {
    try CRTParameters(set.literal(), plaintextModuli: moduli)
  }

  static func batchingPrimes(_ bits: [Int], degree: Int) throws -> [UInt64] {
    var taken: Set<UInt64> = []
    return try bits.map { width in
      let prime = try NTTPrimes.largest(below: width, degree: degree, count: 1, excluding: taken)[0]
      taken.insert(prime)
      return prime
    }
  }

  static func random(_ count: Int, _ modulus: Int128, _ generator: inout TestGenerator) -> [Int128] {
    let ends = [modulus / 2, -((modulus - 1) / 2), 0, 1, -1]
    return (0..<count).map { k in
      if k < ends.count { return ends[k] }
      let value = Int128.random(in: 0..<modulus, using: &generator)
      return value > modulus / 2 ? value - modulus : value
    }
  }

  static func product(_ a: Int128, _ b: Int128, _ modulus: Int128) -> Int128 {
    let residue = (BigInteger(a) * BigInteger(b)).centeredResidue(modulo: BigInteger(modulus))
    let words = residue.magnitude.words
    let magnitude = words.enumerated().reduce(Int128(0)) { $0 | Int128($1.element) << Int128(64 * $1.offset) }
    return residue.signum < 0 ? -magnitude : magnitude
  }

  @Test func slotsAreIntegersModuloTheProduct() throws {
    let set = SwitchingSet.real[1]
    let parameters = try Self.parameters(set, moduli: Self.batchingPrimes([20, 20, 19], degree: set.degree))
    let encoder = try CRTBatchEncoder(parameters: parameters)
    let evaluator = CRTEvaluator(parameters: parameters, parallelism: 2)
    let secret = CRTSecretKey(parameters: parameters)
    let keys = try secret.evaluationKeys(EvaluationKeyRequest(relinearization: true))
    var generator = TestGenerator(seed: 0x7A_0001)
    let m = parameters.modulus
    let (a, b) = (Self.random(set.degree, m, &generator), Self.random(set.degree, m, &generator))
    let (plainA, plainB) = (try encoder.encode(a), try encoder.encode(b))
    #expect(encoder.decode(plainA) == a)
    let (x, y) = (try secret.encrypt(plainA), try plainB.encrypted(with: secret.publicKeys()))
    func check(_ ciphertext: CRTCiphertext, _ what: String, _ expected: (Int128, Int128) -> Int128) throws {
      let slots = encoder.decode(try secret.decrypt(ciphertext))
      #expect(slots == zip(a, b).map(expected), "\(what), \(generator)")
    }
    func reduced(_ value: Int128) -> Int128 { Self.product(value, 1, m) }
    var sum = x
    try evaluator.add(&sum, y)
    try check(sum, "sum") { reduced($0 + $1) }
    var difference = x
    try evaluator.subtract(&difference, y)
    try check(difference, "difference") { reduced($0 - $1) }
    try check(evaluator.multiply(x, y, with: keys), "product") { Self.product($0, $1, m) }
    var shifted = x
    try evaluator.multiply(&shifted, by: plainB)
    try evaluator.add(&shifted, plainA)
    try check(shifted, "plaintext operations") { reduced(Self.product($0, $1, m) + $0) }
  }

  /// Up to 127 bits, at every end of the range.
  @Test(arguments: [[97], [2, 3, 5], [1 << 20, 65_537], [(1 << 60) - 1, 1 << 60, 127]] as [[UInt64]])
  func coefficientsCoverTheWholeRange(_ moduli: [UInt64]) throws {
    let parameters = try Self.parameters(SwitchingSet.tiny[5], moduli: moduli)
    let m = parameters.modulus
    #expect(moduli.reduce(Int128(1)) { $0 * Int128($1) } == m)
    var generator = TestGenerator(seed: 0x7A_0002)
    let values = Self.random(16, m, &generator)
    let plaintext = try CRTPlaintext(coefficients: values, parameters: parameters)
    #expect(plaintext.coefficients == values, "\(generator)")
    let secret = CRTSecretKey(parameters: parameters)
    #expect(try secret.decrypt(secret.encrypt(plaintext)) == plaintext)
    for wrong in [m / 2 + 1, -((m - 1) / 2) - 1] {
      #expect(throws: EncodingError.self) { try CRTPlaintext(coefficients: [wrong], parameters: parameters) }
    }
    #expect(throws: EncodingError.tooManyValues(count: 17, capacity: 16)) {
      try CRTPlaintext(coefficients: Array(repeating: 0, count: 17), parameters: parameters)
    }
  }

  @Test func setsThatDoNotGoTogetherAreRefused() throws {
    let set = SwitchingSet.tiny[0]
    func refuses(_ modulus: UInt64, _ reason: String, _ body: () throws -> Void) {
      #expect {
        try body()
      } throws: { error in
        guard case .plaintextModulus(let found, let text) = error as? ParameterError else { return false }
        return found == modulus && text.contains(reason)
      }
    }
    refuses(6, "in common") { _ = try Self.parameters(set, moduli: [9, 6]) }
    refuses(17, "in common") { _ = try Self.parameters(set, moduli: [17, 17]) }
    refuses(1, "at least one") { _ = try CRTParameters([]) }
    refuses(257, "2^127") {
      _ = try Self.parameters(SwitchingSet.tiny[5], moduli: [(1 << 60) - 1, 1 << 60, 257])
    }
    let (first, other) = (try BFVParameters(set.literal()), try BFVParameters(SwitchingSet.tiny[1].literal()))
    refuses(97, "differ from") { _ = try CRTParameters([first, other]) }
  }

  /// What is good enough for the key holder's own eyes in every part, and for release in all parts but one.
  @Test func noPartIsReleasedBeyondItsNoise() throws {
    let parameters = try Self.parameters(SwitchingSet.tiny[1], moduli: [97, 64, 101])
    let secret = CRTSecretKey(parameters: parameters)
    let plaintext = try CRTPlaintext(coefficients: [-1, 7, 100_000], parameters: parameters)
    let good = try secret.encrypt(plaintext)
    #expect(try secret.decryptForRelease(good) == plaintext)
    for (index, component) in parameters.components.enumerated() {
      var parts = good.parts
      let capacity = component.log2NoiseCapacity(limbs: parts[index].limbCount)
      // The tail for 2^−40 is below 2^3.1, that for 2^−128 above 2^3.7.
      parts[index].noise = NoiseBound(log2Deviation: capacity - 3.4, log2Bounded: -.infinity, independent: true)
      let needed = (own: Self.needed(parts[index], .ownUse), release: Self.needed(parts[index], .release))
      #expect(needed.own < capacity && needed.release > capacity)
      let noisy = try CRTCiphertext(parts, parameters: parameters)
      #expect(try secret.decrypt(noisy) == plaintext)
      #expect(throws: RLWEError.noiseExhausted(neededBits: needed.release, availableBits: capacity)) {
        try secret.decryptForRelease(noisy)
      }
    }
    // As everywhere, the keys and the sets must be right.
    let other = CRTSecretKey(parameters: parameters)
    #expect(throws: RLWEError.wrongKey) { try other.decryptForRelease(good) }
    var parts = good.parts
    parts[2] = try other.encrypt(plaintext).parts[2]
    #expect(throws: RLWEError.wrongKey) {
      try secret.decryptForRelease(CRTCiphertext(parts, parameters: parameters))
    }
    let foreign = CRTSecretKey(parameters: try Self.parameters(SwitchingSet.tiny[1], moduli: [97, 64]))
    #expect(throws: RLWEError.self) { try foreign.decryptForRelease(good) }
  }

  private static func needed(_ ciphertext: Ciphertext<Coefficient>, _ failure: NoiseBound.Failure) -> Double {
    ciphertext.noise.log2Magnitude(degree: ciphertext.parameters.degree, failure: failure)
  }

  /// Too few, too many, or those of another set: never a trap.
  @Test func wrongPartsAreRefused() throws {
    let parameters = try Self.parameters(SwitchingSet.tiny[0], moduli: [17, 97])
    let secret = CRTSecretKey(parameters: parameters)
    let plaintext = try CRTPlaintext(coefficients: [5], parameters: parameters)
    let (publicKeys, ciphertext) = (secret.publicKeys(), try secret.encrypt(plaintext))
    let keys = try secret.evaluationKeys(EvaluationKeyRequest(relinearization: true))
    let evaluator = CRTEvaluator(parameters: parameters)
    func selections<Element>(_ all: [Element]) -> [[Element]] { [[], [all[0]], all + [all[0]]] }
    func mismatch(_ count: Int) -> RLWEError { .partCountMismatch(moduli: 2, parts: count) }
    for parts in selections(ciphertext.parts) {
      #expect(throws: mismatch(parts.count)) { try CRTCiphertext(parts, parameters: parameters) }
    }
    for some in selections(publicKeys) {
      #expect(throws: mismatch(some.count)) { try plaintext.encrypted(with: some) }
    }
    for some in selections(keys) {
      #expect(throws: mismatch(some.count)) { try evaluator.multiply(ciphertext, ciphertext, with: some) }
    }
    #expect(mismatch(1).description.contains("1 ciphertexts or keys for 2 plaintext moduli"))
    func refuses(_ body: () throws -> Void, line: Int = #line) {
      #expect("line \(line)") {
        try body()
      } throws: { error in
        guard case .parametersMismatch = error as? RLWEError else { return false }
        return true
      }
    }
    refuses { _ = try CRTCiphertext(ciphertext.parts.reversed(), parameters: parameters) }
    refuses { _ = try plaintext.encrypted(with: publicKeys.reversed()) }
    refuses { _ = try evaluator.multiply(ciphertext, ciphertext, with: keys.reversed()) }
  }

  @Test func mixedCiphertextsAreRefused() throws {
    let set = SwitchingSet.tiny[0]
    let sets = [try Self.parameters(set, moduli: [17, 97]), try Self.parameters(set, moduli: [17, 13])]
    let evaluator = CRTEvaluator(parameters: sets[0])
    func encrypted(_ parameters: CRTParameters) throws -> CRTCiphertext {
      try CRTSecretKey(parameters: parameters).encrypt(CRTPlaintext(coefficients: [1], parameters: parameters))
    }
    let (mine, strange) = (try encrypted(sets[0]), try encrypted(sets[1]))
    let mismatch = RLWEError.parametersMismatch(
      expected: sets[0].components[1].rlwe.digest, found: sets[1].components[1].rlwe.digest)
    #expect(throws: mismatch) {
      var copy = mine
      try evaluator.add(&copy, strange)
    }
    #expect(throws: mismatch) {
      var copy = strange
      try evaluator.subtract(&copy, mine)
    }
    #expect(throws: mismatch) { try CRTCiphertext(strange.parts, parameters: sets[0]) }
    #expect(throws: mismatch) {
      var copy = mine
      try evaluator.add(&copy, CRTPlaintext(coefficients: [1], parameters: sets[1]))
    }
    // The same sets, another key.
    #expect(throws: RLWEError.wrongKey) {
      var copy = mine
      try evaluator.add(&copy, try encrypted(sets[0]))
    }
  }
}
