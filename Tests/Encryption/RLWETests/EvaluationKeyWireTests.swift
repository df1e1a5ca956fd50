// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import RLWE
import Testing

/// Evaluation keys as bytes: whole, in pieces, and made straight into them.
@Suite struct EvaluationKeyWireTests {
  /// A parameter set with key switching, and requests that it can meet.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let literal: RLWEParameterLiteral

    var testDescription: String { name }

    init(_ name: String, degree: Int, bits: [Int], special: [Int] = [], digits: Int) throws {
      let primes = try #require(ModulusChain.primes(bitSizes: bits + special, degree: degree))
      self.name = name
      literal = RLWEParameterLiteral(
        degree: degree, moduli: Array(primes.prefix(bits.count)),
        keySwitching: special.isEmpty
          ? .gadget(digitBits: digits)
          : .hybrid(specialModuli: Array(primes.dropFirst(bits.count)), digitLimbs: digits),
        security: .uncheckedInsecure)
    }

    func parameters() throws -> RLWEParameters { try RLWEParameters(literal, scheme: "test") }

    func requests() -> [EvaluationKeyRequest] {
      let degree = literal.degree
      let some = EvaluationKeyRequest(
        relinearization: true, rotations: [0, 1, -1, 2], conjugation: true, degree: degree)
      var requests = [
        EvaluationKeyRequest(), EvaluationKeyRequest(relinearization: true), some,
        EvaluationKeyRequest(galoisElements: [GaloisElement(1, degree: degree)]),
        EvaluationKeyRequest(galoisElements: Set((0..<degree).map { GaloisElement(2 * $0 + 1, degree: degree) })),
      ]
      for limbs in 1...literal.moduli.count {
        var request = some
        request.limbCount = limbs
        requests.append(request)
      }
      return requests
    }
  }

  static let cases: [Case] =
    (try? [
      Case("digits of one prime", degree: 8, bits: [40, 33, 40], special: [42], digits: 1),
      Case("digits of two primes", degree: 16, bits: [40, 40, 40, 40, 40], special: [42, 61], digits: 2),
      Case("one digit", degree: 32, bits: [30, 46], special: [46, 46], digits: 2),
      Case("gadget", degree: 8, bits: [45, 37], digits: 9),
    ]) ?? []

  static func same(_ lhs: SeededEvaluationKeys, _ rhs: SeededEvaluationKeys) -> Bool {
    func same(_ a: SeededKeySwitchingKey?, _ b: SeededKeySwitchingKey?) -> Bool {
      a?.seed == b?.seed && a?.halves == b?.halves && a?.limbCount == b?.limbCount
    }
    return lhs.key == rhs.key && lhs.limbCount == rhs.limbCount && same(lhs.relinearization, rhs.relinearization)
      && lhs.galoisElements == rhs.galoisElements
      && lhs.galoisElements.allSatisfy { same(lhs.galois[$0], rhs.galois[$0]) }
  }

  /// Gives bytes in pieces of at most `piece`, and remembers the most it was asked for.
  final class Source {
    let bytes: [UInt8]
    let piece: Int
    var offset = 0
    var mostAsked = 0

    init(_ bytes: [UInt8], piece: Int = .max) {
      self.bytes = bytes
      self.piece = piece
    }

    func next(_ count: Int) -> [UInt8] {
      mostAsked = max(mostAsked, count)
      let end = min(offset + min(count, piece), bytes.count)
      defer { offset = end }
      return Array(bytes[offset..<end])
    }
  }

  /// The bytes of one digit, by the parameters' primes.
  static func digitByteCount(_ parameters: RLWEParameters, limbs: Int) throws -> Int {
    let special: [UInt64]
    if case .hybrid(let moduli, _) = try #require(parameters.literal.keySwitching) {
      special = moduli
    } else {
      special = []
    }
    let primes = parameters.literal.moduli.prefix(limbs) + special
    return primes.reduce(0) { $0 + (parameters.degree * (64 - $1.leadingZeroBitCount) + 7) / 8 }
  }

  @Test func theCasesAreThere() { #expect(Self.cases.count == 4) }

  @Test(arguments: cases)
  func keysComeBackInEveryWay(_ set: Case) throws {
    let parameters = try set.parameters()
    let secret = SecretKey(parameters: parameters)
    for request in set.requests() {
      let keys = try secret.evaluationKeys(request)
      let bytes = keys.serialized()
      #expect(bytes.count == request.wireByteCount(parameters: parameters))
      #expect(keys.request.wireByteCount(parameters: parameters) == bytes.count)

      let read = try SeededEvaluationKeys(serialized: bytes, parameters: parameters)
      #expect(Self.same(read, keys))
      #expect(read.serialized() == bytes)

      for piece in [1, 7, 100, Int.max] {
        let source = Source(bytes + [1, 2, 3], piece: piece)
        #expect(Self.same(try SeededEvaluationKeys(readFrom: source.next, parameters: parameters), keys))
        #expect(source.offset == bytes.count, "what follows was read")
      }
      for expanded in [
        try EvaluationKeys(serialized: bytes, parameters: parameters),
        try EvaluationKeys(readFrom: Source(bytes).next, parameters: parameters, parallelism: 2),
      ] {
        #expect(expanded.key == secret.identifier && expanded.limbCount == keys.limbCount)
        #expect(expanded.galoisElements == keys.galoisElements)
        #expect(expanded.hasRelinearizationKey == keys.hasRelinearizationKey)
        #expect(expanded.byteCount == keys.expanded().byteCount)
        #expect(expanded.byteCount == request.memoryByteCount(parameters: parameters))
      }
    }
  }

  /// Every piece is at most a digit, with the seed before and the checksum after it.
  @Test(arguments: cases)
  func piecesAreTheWhole(_ set: Case) throws {
    let parameters = try set.parameters()
    let secret = SecretKey(parameters: parameters)
    for request in set.requests() where request.keyCount > 0 {
      let limbs = request.limbCount ?? parameters.limbCount
      let longest = max(
        try Self.digitByteCount(parameters, limbs: limbs) + 32 + 16, 62 + 4 * request.galoisElements.count + 16)
      let keys = try secret.evaluationKeys(request)
      var pieces: [[UInt8]] = []
      var written: [Int] = []
      keys.write(progress: { written += [$0, $1] }, to: { pieces.append($0) })
      #expect(Array(pieces.joined()) == keys.serialized())
      #expect(pieces.allSatisfy { $0.count <= longest })
      let expected = (1...request.keyCount).flatMap { [$0, request.keyCount] }
      #expect(written == expected)
      let source = Source(keys.serialized())
      var read: [Int] = []
      _ = try EvaluationKeys(readFrom: source.next, parameters: parameters, progress: { read += [$0, $1] })
      #expect(read == expected)
      #expect(source.mostAsked <= longest)
    }
  }

  @Test(arguments: cases)
  func keysAreMadeStraightIntoBytes(_ set: Case) throws {
    let parameters = try set.parameters()
    let secret = SecretKey(parameters: parameters)
    for request in set.requests() {
      var bytes: [UInt8] = []
      var longest = 0
      var done: [Int] = []
      try secret.writeEvaluationKeys(
        request, parallelism: 2, progress: { done += [$0, $1] },
        to: {
          bytes += $0
          longest = max(longest, $0.count)
        })
      #expect(bytes.count == request.wireByteCount(parameters: parameters))
      #expect(done == (0..<request.keyCount).flatMap { [$0 + 1, request.keyCount] })
      let keys = try SeededEvaluationKeys(serialized: bytes, parameters: parameters)
      #expect(keys.key == secret.identifier && keys.limbCount == request.limbCount ?? parameters.limbCount)
      #expect(keys.hasRelinearizationKey == request.relinearization)
      #expect(keys.galoisElements == request.galoisElements.filter { $0.value != 1 })
    }
  }

  struct Stop: Error, Equatable {}

  @Test func errorsOfSinksAndSourcesComeThrough() throws {
    let set = try #require(Self.cases.first)
    let parameters = try set.parameters()
    let secret = SecretKey(parameters: parameters)
    let request = EvaluationKeyRequest(relinearization: true, rotations: [1], degree: parameters.degree)
    let keys = try secret.evaluationKeys(request)
    for limit in 0..<5 {
      var count = 0
      func sink(_: [UInt8]) throws(Stop) {
        if count == limit { throw Stop() }
        count += 1
      }
      #expect(throws: Stop()) { try keys.write(to: sink) }
      #expect(count == limit)
      count = 0
      #expect(throws: Stop()) { try secret.writeEvaluationKeys(request, to: sink) }
      #expect(count == limit)
      let source = Source(keys.serialized())
      count = 0
      #expect(throws: Stop()) {
        try EvaluationKeys(
          readFrom: {
            try sink([])
            return source.next($0)
          }, parameters: parameters)
      }
    }
  }

  @Test func keysCanBeRefusedBeforeTheyAreRead() throws {
    let set = try #require(Self.cases.first)
    let parameters = try set.parameters()
    let secret = SecretKey(parameters: parameters)
    let request = EvaluationKeyRequest(
      relinearization: true, rotations: [1, 2], degree: parameters.degree, limbCount: 2)
    let source = Source(try secret.evaluationKeys(request).serialized())
    #expect(throws: Stop()) {
      try EvaluationKeys(
        readFrom: source.next, parameters: parameters,
        accept: { key, found in
          #expect(key == secret.identifier)
          #expect(found == request)
          throw Stop()
        })
    }
    #expect(source.offset == 62 + 8 + 16)
  }

  @Test func requestsThatCannotBeMetWriteNothing() throws {
    let set = try #require(Self.cases.first)
    let parameters = try set.parameters()
    let secret = SecretKey(parameters: parameters)
    func refuses(_ error: RLWEError, _ request: EvaluationKeyRequest, _ secret: borrowing SecretKey) {
      do {
        try secret.writeEvaluationKeys(request, to: { _ in Issue.record("something was written") })
        Issue.record("nothing was thrown")
      } catch let found {
        #expect(found as? RLWEError == error)
      }
    }
    refuses(.keyLimbCount(asked: 4, available: 3), EvaluationKeyRequest(limbCount: 4), secret)
    refuses(.keyLimbCount(asked: 0, available: 3), EvaluationKeyRequest(limbCount: 0), secret)
    refuses(
      .foreignGaloisElement(element: 3, degree: 16),
      EvaluationKeyRequest(galoisElements: [GaloisElement(3, degree: 16)]), secret)
    var literal = set.literal
    literal.keySwitching = nil
    let plain = SecretKey(parameters: try RLWEParameters(literal, scheme: "test"))
    refuses(.noKeySwitching, EvaluationKeyRequest(), plain)
    #expect(EvaluationKeyRequest(relinearization: true).wireByteCount(parameters: plain.parameters) == 0)
  }
}
