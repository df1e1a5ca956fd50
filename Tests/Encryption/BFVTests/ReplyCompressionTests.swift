// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

@Suite struct ReplyCompressionTests {
  /// log2 of the largest difference of the phase from q′·m/t, in the kept coefficients.
  private static func log2Noise(_ reply: BFVReply, message: [UInt64], _ fixture: BFVFixture) throws -> Double {
    let basis = try #require(fixture.parameters.replyBasis)
    let secret = fixture.secret.evaluation(in: basis)
    let phase = SecretKey.phase(c0: reply.c0, c1: reply.c1, secret: secret)
    let noise = fixture.noise(phase.polynomial, message: message)
    let largest = reply.ranges.flatMap { $0.map { noise[$0].magnitude } }.max() ?? 0
    return largest.isZero ? -.infinity : largest.log2 - BigInteger(fixture.t).log2
  }

  @Test(arguments: ReplyTests.sets, [NoiseBound.Failure.ownUse, .release])
  func compressedRepliesAreExactAndSmall(_ set: TestSet, _ failure: NoiseBound.Failure) throws {
    let fixture = try BFVFixture(set)
    let parameters = fixture.parameters
    let n = parameters.degree
    let capacity = try #require(parameters.log2ReplyNoiseCapacity)
    let width = try #require(parameters.replyBasis).productBits
    let decryptor = try BFVReplyDecryptor(parameters: parameters, secretKey: fixture.secret)
    var generator = TestGenerator(seed: 0x8A_0001)
    var dropped: [DroppedBits] = []
    for ranges in [[0..<n], [0..<1], [1..<3, 5..<5, 6..<n - 1]] {
      for _ in 0..<4 {
        let message = generator.message(parameters)
        let ciphertext = try fixture.publicKey.encrypt(fixture.plaintext(message))
        let reply = try fixture.evaluator.reply(ciphertext, keeping: ranges)
        let compressed = reply.compressed(failure: failure)
        let bits = compressed.droppedBits
        dropped.append(bits)
        let expected = ranges.flatMap { $0.map { ReplyTests.centred(message[$0], fixture.t) } }
        #expect(try decryptor.decrypt(compressed) == expected, "\(bits), \(generator)")
        if failure == .release, bits != .none { #expect(try decryptor.decryptForRelease(compressed) == expected) }
        let magnitude = compressed.noise.log2Magnitude(degree: n, failure: failure)
        #expect(bits == .none || magnitude < capacity)
        #expect(try Self.log2Noise(compressed, message: message, fixture) <= fixture.log2Bound(compressed.noise))
        // Little is left: another bit would take one more at the most.
        if bits.c0 > 0 { #expect(magnitude > capacity - 1.1, "\(bits)") }
        let bytes = compressed.serialized()
        let kept = ranges.reduce(0) { $0 + ($1.count * (width - bits.c0) + 7) / 8 }
        let header = 75 + (bits == .none ? 0 : 2) + 8 * ranges.count
        #expect(bytes.count == header + kept + (n * (width - bits.c1) + 7) / 8)
        let read = try BFVReply(serialized: bytes, parameters: parameters)
        #expect(read.droppedBits == bits && read.noise == compressed.noise && read.c1 == compressed.c1)
        #expect(try decryptor.decrypt(read) == expected)
        #expect(read.serialized() == bytes)
        #expect(read.compressed().serialized() == bytes)
      }
    }
    print("\(set.name), \(failure): \(width) bits less \(Set(dropped.map { "\($0.c0)/\($0.c1)" }).sorted())")
  }

  /// Flooded replies leave less room; what is left is still used, and what is full is left alone.
  @Test(arguments: [20, 50, 61, 65, 66, 67])
  func floodedRepliesAreCompressedLess(_ bits: Int) throws {
    let set = TestSet(name: "", degree: 64, bits: [46, 46], plaintextModulus: 1 << 10, replyBits: 30)
    let fixture = try BFVFixture(set)
    let decryptor = try BFVReplyDecryptor(parameters: fixture.parameters, secretKey: fixture.secret)
    var generator = TestGenerator(seed: 0x8A_0002)
    let message = generator.message(fixture.parameters)
    let ciphertext = try fixture.publicKey.encrypt(fixture.plaintext(message))
    for _ in 0..<20 {
      let reply = try fixture.evaluator.reply(ciphertext, keeping: [0..<64], floodBits: bits).compressed()
      #expect(try decryptor.decrypt(reply) == message.map { ReplyTests.centred($0, fixture.t) })
    }
  }

  /// Every value near the ends and the steps rounds to a multiple, at most half a step away, around q.
  @Test(arguments: [1, 2, 3, 7, 12, 19])
  func roundingStaysWithinHalfAStep(_ bits: Int) throws {
    let basis = try RNSBasis(
      degree: 4096, moduli: NTTPrimes.largest(below: 21, degree: 4096, count: 1, excluding: []))
    let q = basis.moduli[0].value
    let (step, half) = (UInt64(1) << UInt64(bits), Int64(1) << Int64(bits - 1))
    var generator = TestGenerator(seed: 0x8A_0003)
    var values = (0..<4096).map { _ in generator.next(below: q) }
    for k in 0..<64 { (values[k], values[64 + k]) = (UInt64(k), q - 1 - UInt64(k)) }
    for k in 0..<512 {
      let multiple = generator.next(below: q / step + 1) * step
      values[200 + k] = (multiple + q + UInt64(half) + generator.next(below: 3) - 1) % q
    }
    var polynomial = RNSPolynomial<Coefficient>(zeroIn: basis)
    var limb = polynomial.mutableLimb(0)
    limb.copyWords(of: values.span)
    let rounded = polynomial.roundedToMultiples(ofTwoTo: bits)
    let words = rounded.limb(0)
    for (k, value) in values.enumerated() {
      #expect(words[k] % step == 0 && words[k] < q)
      let difference = Int64((words[k] + q - value) % q)
      let centred = difference > Int64(q / 2) ? difference - Int64(q) : difference
      #expect(-half < centred && centred <= half, "\(value), \(generator)")
    }
  }

  @Test func hostileFieldsAreRefused() throws {
    // 3·2^18 + 1: a fourth of the words of its width are no residues.
    var literal = try TestSet.tiny[1].literal()
    literal.replyModulus = 786_433
    let parameters = try BFVParameters(literal)
    let secret = SecretKey(parameters: parameters.rlwe)
    let message = try BFVPlaintext(coefficients: [1], parameters: parameters)
    let ciphertext = try PublicKey(of: secret).encrypt(message)
    let reply = try BFVEvaluator(parameters: parameters).reply(ciphertext, keeping: [0..<3]).compressed()
    let good = reply.serialized()
    #expect(try BFVReply(serialized: good, parameters: parameters).droppedBits == reply.droppedBits)
    func refuses(_ field: String, _ offset: Int, _ value: [UInt8]) {
      var bytes = good
      bytes.replaceSubrange(offset..<offset + value.count, with: value)
      #expect(throws: WireError.outOfRange(field: field)) {
        try BFVReply(serialized: bytes, parameters: parameters)
      }
    }
    refuses("number of bits dropped from c0", 73, [20])
    refuses("number of bits dropped from c0", 73, [255])
    refuses("number of bits dropped from c1", 74, [20])
    refuses("number of bits dropped from c1", 73, [0, 0])
    refuses("number of coefficient ranges", 75, [0xff, 0xff])
    // All bits set are more than (q′ − 1)/2^d.
    refuses("a residue", good.count - 4, [0xff, 0xff, 0xff, 0xff])
    var other = good
    other[5] = WireKind.plaintext.rawValue
    #expect(throws: WireError.wrongKind(expected: .reply, found: 7)) {
      try BFVReply(serialized: other, parameters: parameters)
    }
    let without = try BFVParameters(TestSet(name: "", degree: 16, bits: [40], plaintextModulus: 97).literal())
    var writer = WireWriter(kind: .compressedReply, digest: without.rlwe.digest)
    writer.append(bytes: [UInt8](repeating: 0, count: 16 + 17 + 1) + [1, 0, 0])
    let bytes = writer.bytes
    #expect(throws: WireError.impossible(.reply)) {
      try BFVReply(serialized: bytes, parameters: without)
    }
  }
}
