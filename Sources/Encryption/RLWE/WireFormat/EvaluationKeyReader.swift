// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
internal import Randomness

/// Reads evaluation keys piece by piece, whoever fetches the pieces: it says how long the next one is, and gives each key
/// away when all of it was there and its checksum is right.
///
/// Holds one seeded key at most, and allocates nothing for bytes that it has not seen.
struct EvaluationKeyReader {
  /// What a piece was.
  enum Piece {
    /// A part of something.
    case part
    /// The end of all that comes before the keys: `head` is known.
    case head
    /// The end of a key.
    case key(EvaluationKeyPurpose, SeededKeySwitchingKey)
  }

  /// What is known of evaluation keys before the keys themselves.
  struct Head {
    /// The key whose ciphertexts they serve.
    let key: KeyIdentifier

    /// The most primes of a ciphertext that they serve.
    let limbCount: Int

    /// Which keys there are.
    var request: EvaluationKeyRequest
  }

  private enum Stage {
    case start
    case table(Head, elements: Int)
    case digit(Int, ofKey: Int)
    case end
  }

  private let parameters: RLWEParameters
  private let context: KeySwitchingContext?
  private var stage = Stage.start
  private var checksum = WireChecksum()
  private var knownHead: Head?
  private var purposes: [EvaluationKeyPurpose] = []
  private var layout: EvaluationKeyLayout?
  private var seed: Seed?
  private var halves: [RNSPolynomial<Evaluation>] = []

  init(parameters: RLWEParameters) {
    self.parameters = parameters
    context = parameters.keySwitching
  }

  /// What comes before the keys.
  ///
  /// requires: it has been read.
  var head: Head {
    guard let knownHead else { preconditionFailure("the head has not been read") }
    return knownHead
  }

  /// How long the next piece is; nil after the last.
  var nextByteCount: Int? {
    switch stage {
    case .start: EvaluationKeyLayout.startByteCount
    case .table(_, let elements): EvaluationKeyLayout.tableByteCount(elements: elements)
    case .digit(let digit, _): layout?.byteCount(ofDigit: digit)
    case .end: nil
    }
  }

  /// Reads the next piece: `nextByteCount` bytes, or fewer where the source has ended.
  mutating func read(_ bytes: [UInt8]) throws(WireError) -> Piece {
    var reader = WireReader(bytes)
    let piece: Piece
    switch stage {
    case .start:
      let (head, elements) = try readStart(&reader)
      checksum.update(bytes[...])
      stage = .table(head, elements: elements)
      piece = .part
    case .table(var head, let elements):
      head.request.galoisElements = try readTable(&reader, elements: elements)
      try readChecksum(&reader)
      expectKeys(head)
      piece = .head
    case .digit(let digit, let index):
      piece = try readDigit(&reader, digit, ofKey: index)
    case .end:
      piece = .part
    }
    try reader.finish()
    return piece
  }

  private func readStart(_ reader: inout WireReader) throws(WireError) -> (Head, elements: Int) {
    _ = try reader.readHeader(kind: .evaluationKeys, digest: parameters.digest)
    guard context != nil else { throw .impossible(.evaluationKeys) }
    let key = try reader.readKeyIdentifier()
    let limbs = try reader.read(UInt8.self, in: 1...parameters.limbCount, field: "number of primes")
    let relinearization = try reader.read(UInt8.self, in: 0...1, field: "mark of a relinearisation key")
    let elements = try reader.read(UInt32.self, in: 0...parameters.degree - 1, field: "number of Galois elements")
    let request = EvaluationKeyRequest(relinearization: relinearization == 1, limbCount: limbs)
    return (Head(key: key, limbCount: limbs, request: request), elements)
  }

  /// Odd elements, each above the one before it; the identity has no key.
  private func readTable(_ reader: inout WireReader, elements: Int) throws(WireError) -> Set<GaloisElement> {
    var result: Set<GaloisElement> = []
    var last = 1
    for _ in 0..<elements {
      let value = try reader.read(UInt32.self, in: last + 1...2 * parameters.degree, field: "a Galois element")
      guard value & 1 == 1 else { throw .outOfRange(field: "a Galois element") }
      result.insert(GaloisElement(value, degree: parameters.degree))
      last = value
    }
    return result
  }

  private mutating func expectKeys(_ head: Head) {
    guard let context else { preconditionFailure("keys without key switching") }
    knownHead = head
    purposes = head.request.purposes
    layout = EvaluationKeyLayout(head.request, context: context, parameters: parameters)
    stage = purposes.isEmpty ? .end : .digit(0, ofKey: 0)
  }

  private mutating func readDigit(
    _ reader: inout WireReader, _ digit: Int, ofKey index: Int
  ) throws(WireError) -> Piece {
    guard let layout else { preconditionFailure("digits before the head") }
    if digit == 0 { seed = try reader.readSeed() }
    halves.append(try reader.readPolynomial(Evaluation.self, basis: layout.basis))
    guard digit == layout.digitCount - 1, let seed else {
      checksum.update(reader.bytesRead)
      stage = .digit(digit + 1, ofKey: index)
      return .part
    }
    try readChecksum(&reader)
    let key = SeededKeySwitchingKey(parameters: parameters, limbCount: layout.limbCount, seed: seed, halves: halves)
    halves = []
    stage = index + 1 < purposes.count ? .digit(0, ofKey: index + 1) : .end
    return .key(purposes[index], key)
  }

  /// The checksum at the end of a piece: of all bytes before it, those of earlier pieces too.
  private mutating func readChecksum(_ reader: inout WireReader) throws(WireError) {
    checksum.update(reader.bytesRead)
    let expected = checksum.bytes
    guard try reader.readBytes(WireChecksum.byteCount) == expected else { throw .checksum }
    checksum.update(expected[...])
  }
}

extension EvaluationKeyReader {
  /// Reads all of `bytes`, whose number is checked before any key is read.
  static func read(
    _ bytes: [UInt8], parameters: RLWEParameters, _ body: (EvaluationKeyPurpose, SeededKeySwitchingKey) -> Void
  ) throws(WireError) -> Head {
    var (reader, source) = (EvaluationKeyReader(parameters: parameters), WireReader(bytes))
    while let count = reader.nextByteCount {
      switch try reader.read(try source.readBytes(min(count, source.remaining))) {
      case .part: break
      case .head:
        let missing = reader.head.request.wireByteCount(parameters: parameters) - bytes.count
        guard missing <= 0 else {
          throw .truncated(needed: source.remaining + missing, available: source.remaining)
        }
      case .key(let purpose, let key): body(purpose, key)
      }
    }
    try source.finish()
    return reader.head
  }

  /// Reads from a source, and leaves there what follows the keys.
  ///
  /// - Parameters:
  ///   - source: Gives the next bytes, at most as many as asked for; none where it has ended.
  ///   - accept: Is told whose and which keys there are before they are read, and may throw.
  static func read(
    from source: (_ count: Int) throws -> [UInt8], parameters: RLWEParameters,
    accept: (KeyIdentifier, EvaluationKeyRequest) throws -> Void, progress: ((_ done: Int, _ of: Int) -> Void)?,
    _ body: (EvaluationKeyPurpose, SeededKeySwitchingKey) -> Void
  ) throws -> Head {
    var reader = EvaluationKeyReader(parameters: parameters)
    var done = 0
    while let count = reader.nextByteCount {
      switch try reader.read(try Self.bytes(count, from: source)) {
      case .part: break
      case .head: try accept(reader.head.key, reader.head.request)
      case .key(let purpose, let key):
        body(purpose, key)
        done += 1
        progress?(done, reader.head.request.keyCount)
      }
    }
    return reader.head
  }

  /// `count` bytes, or fewer where the source ends before.
  private static func bytes(_ count: Int, from source: (_ count: Int) throws -> [UInt8]) throws -> [UInt8] {
    var bytes = try source(count)
    var hasEnded = bytes.isEmpty
    while bytes.count < count, !hasEnded {
      let more = try source(count - bytes.count)
      hasEnded = more.isEmpty
      bytes += more
    }
    precondition(bytes.count <= count, "a source gave \(bytes.count) bytes where \(count) were asked for")
    return bytes
  }
}
