// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

@Suite struct ReplyTests {
  static let sets = TestSet.all.filter { $0.replyBits != nil }

  static func centred(_ value: UInt64, _ t: UInt64) -> Int64 {
    value > t / 2 ? Int64(value) - Int64(t) : Int64(value)
  }

  @Test(arguments: sets)
  func repliesCarryTheKeptCoefficients(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let parameters = fixture.parameters
    let n = parameters.degree
    let decryptor = try BFVReplyDecryptor(parameters: parameters, secretKey: fixture.secret)
    var generator = TestGenerator(seed: 0x21)
    let selections: [[Range<Int>]] = [
      [0..<n], [], [0..<0], [0..<1], [n - 1..<n], [1..<3, 5..<5, 6..<n - 1], [0..<1, 1..<2, 2..<4],
    ]
    for ranges in selections {
      let message = generator.message(parameters)
      let seeded = try fixture.secret.encrypt(fixture.plaintext(message))
      let fresh = try fixture.evaluator.rerandomize(seeded.expanded(), with: fixture.publicKey)
      for ciphertext in [fresh, seeded.expanded().coefficientForm()] {
        let reply = try fixture.evaluator.reply(ciphertext, keeping: ranges)
        let expected = ranges.flatMap { $0.map { Self.centred(message[$0], fixture.t) } }
        #expect(try decryptor.decrypt(reply) == expected, "\(generator)")
        let bytes = reply.serialized()
        let read = try BFVReply(serialized: bytes, parameters: parameters)
        #expect(read.ranges == ranges)
        #expect(read.noise == reply.noise)
        #expect(try decryptor.decrypt(read) == expected)
        #expect(read.serialized() == bytes)
      }
    }
  }

  @Test func repliesFromEveryLevel() throws {
    let fixture = try BFVFixture(TestSet.tiny[1])
    let decryptor = try BFVReplyDecryptor(parameters: fixture.parameters, secretKey: fixture.secret)
    var generator = TestGenerator(seed: 0x22)
    let message = generator.message(fixture.parameters)
    var ciphertext = try fixture.publicKey.encrypt(fixture.plaintext(message))
    while true {
      let reply = try fixture.evaluator.reply(ciphertext, keeping: [3..<9])
      #expect(try decryptor.decrypt(reply) == message[3..<9].map { Self.centred($0, fixture.t) }, "\(generator)")
      if ciphertext.limbCount == 1 { break }
      ciphertext = try fixture.evaluator.switchModulus(ciphertext)
    }
  }

  /// Flooding on the way touches what is kept, in the same way as flooding before, and nothing else.
  @Test(arguments: [5, 40, 61, 62, 70])
  func repliesCanBeFlooded(_ bits: Int) throws {
    let set = TestSet(name: "", degree: 64, bits: [46, 46, 46], plaintextModulus: 1 << 20, replyBits: 30)
    let fixture = try BFVFixture(set)
    let decryptor = try BFVReplyDecryptor(parameters: fixture.parameters, secretKey: fixture.secret)
    var generator = TestGenerator(seed: 0x23)
    let message = generator.message(fixture.parameters)
    let ciphertext = try fixture.publicKey.encrypt(fixture.plaintext(message))
    let ranges = [1..<2, 5..<5, 30..<64]
    let reply = try fixture.evaluator.reply(ciphertext, keeping: ranges, floodBits: bits)
    #expect(try decryptor.decrypt(reply) == ranges.flatMap { $0.map { Self.centred(message[$0], fixture.t) } })
    #expect(reply.noise.log2Bounded >= Double(bits) - ciphertext.log2Modulus + 29.9)
    var flooded = ciphertext
    flooded.addNoise(floodBits: bits, ranges: ranges)
    let zero = integers(ciphertext.c0)
    let q = ciphertext.basis.product
    for (k, (before, after)) in zip(zero, integers(flooded.c0)).enumerated() {
      let noise = (after - before).centeredResidue(modulo: q)
      if ranges.contains(where: { $0.contains(k) }) {
        let limit = BigInteger(1) << bits
        #expect(noise >= -limit && noise < limit)
      } else {
        #expect(noise == 0)
      }
    }
    #expect(flooded.c1 == ciphertext.c1)
    // Too much is refused.
    #expect(throws: RLWEError.self) { try fixture.evaluator.reply(ciphertext, keeping: ranges, floodBits: 120) }
  }

  @Test func repliesOfOthersAreRefused() throws {
    let fixture = try BFVFixture(TestSet.tiny[1])
    let stranger = try BFVFixture(TestSet.tiny[1])
    let other = try BFVFixture(TestSet.tiny[0])
    let reply = try fixture.evaluator.reply(fixture.publicKey.encrypt(fixture.plaintext([1])), keeping: [0..<1])
    #expect(throws: RLWEError.wrongKey) {
      try BFVReplyDecryptor(parameters: fixture.parameters, secretKey: stranger.secret).decrypt(reply)
    }
    #expect(throws: RLWEError.self) {
      try BFVReplyDecryptor(parameters: other.parameters, secretKey: other.secret).decrypt(reply)
    }
    #expect(throws: RLWEError.self) {
      _ = try BFVReplyDecryptor(parameters: other.parameters, secretKey: fixture.secret)
    }
  }

  /// A reply modulus too small for the rounding noise is refused when the reply is made, not noticed when it is read.
  @Test func aReplyThatCannotBeReadIsRefused() throws {
    let set = TestSet(name: "", degree: 4096, bits: [35, 35, 35], plaintextModulus: 65_537, replyBits: 20)
    let fixture = try BFVFixture(set)
    let ciphertext = try fixture.publicKey.encrypt(fixture.plaintext([1]))
    #expect {
      try fixture.evaluator.reply(ciphertext, keeping: [0..<1])
    } throws: { error in
      guard case .noiseExhausted(let needed, let available) = error as? RLWEError else { return false }
      return needed > available && available < 4
    }
  }

  static let badReplyModuli: [(UInt64, String)] = [
    (1 << 20, "2·8·k + 1"), (97, "between"), (193, "between"), ((1 << 61) + 1, "between"), (1021, "2·8·k + 1"),
  ]

  @Test(arguments: badReplyModuli)
  func replyModuliAreChecked(_ value: UInt64, _ reason: String) throws {
    var literal = try TestSet(name: "", degree: 8, bits: [40], plaintextModulus: 97).literal()
    literal.replyModulus = value
    #expect {
      try BFVParameters(literal)
    } throws: { error in
      guard case .replyModulus(let found, let text) = error as? ParameterError else { return false }
      return found == value && text.contains(reason)
    }
  }

  @Test func plaintextModuliAreChecked() throws {
    let base = try TestSet(name: "", degree: 8, bits: [40, 41], plaintextModulus: 97).literal()
    func refuses(_ t: UInt64, _ reason: String) {
      var literal = base
      literal.plaintextModulus = t
      #expect {
        try BFVParameters(literal)
      } throws: { error in
        guard case .plaintextModulus(let found, let text) = error as? ParameterError else { return false }
        return found == t && text.contains(reason)
      }
    }
    refuses(0, "2^60")
    refuses(1, "2^60")
    refuses((1 << 60) + 1, "2^60")
    refuses(base.moduli[0], "in common")
    refuses(3 * base.moduli[1], "in common")
    var narrow = base
    narrow.moduli = [base.moduli[0]]
    narrow.plaintextModulus = base.moduli[0] / 2 + 1
    #expect(throws: ParameterError.self) { try BFVParameters(narrow) }
    narrow.plaintextModulus = base.moduli[0] / 2
    #expect(throws: Never.self) { try BFVParameters(narrow) }
    var insecure = try TestSet(name: "", degree: 2048, bits: [54], plaintextModulus: 97).literal()
    insecure.security = .classical128
    #expect(throws: ParameterError.insecure(degree: 2048, modulusBits: 54, limit: 53, level: .classical128)) {
      try BFVParameters(insecure)
    }
  }

  @Test func everyFieldIsInTheDigest() throws {
    let base = try TestSet(name: "", degree: 8, bits: [40, 41], plaintextModulus: 97).literal()
    var digests: Set<ParameterDigest> = [try BFVParameters(base).rlwe.digest]
    func changed(_ change: (inout BFVParameterLiteral) -> Void) throws {
      var literal = base
      change(&literal)
      let digest = try BFVParameters(literal).rlwe.digest
      #expect(digests.insert(digest).inserted)
      #expect(try BFVParameters(literal).rlwe.digest == digest)
    }
    try changed { $0.plaintextModulus = 96 }
    try changed { $0.replyModulus = 12_289 }
    try changed { $0.replyModulus = 40_961 }
    try changed { $0.moduli.swapAt(0, 1) }
    try changed { $0.moduli.removeLast() }
    try changed {
      $0.degree = 16; $0.moduli = [TestSet.batchingPrime(below: 40, degree: 16)]
    }
  }
}
