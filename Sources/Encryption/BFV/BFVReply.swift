// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
public import RLWE

/// A result on its way to the key holder: one prime, and only those coefficients of c₀ that carry an answer.
public struct BFVReply: Sendable {
  /// The set it belongs to.
  public let parameters: BFVParameters

  /// The key that opens it.
  public let key: KeyIdentifier

  /// The most ranges that a reply may have.
  static let maximumRangeCount = 4096

  let c0: RNSPolynomial<Coefficient>
  let c1: RNSPolynomial<Coefficient>

  /// The coefficients that can be decrypted.
  public let ranges: [Range<Int>]

  /// What is known of its noise.
  public let noise: NoiseBound

  init(
    parameters: BFVParameters, key: KeyIdentifier, c0: RNSPolynomial<Coefficient>, c1: RNSPolynomial<Coefficient>,
    ranges: [Range<Int>], noise: NoiseBound
  ) {
    self.parameters = parameters
    self.key = key
    self.c0 = c0
    self.c1 = c1
    self.ranges = ranges
    self.noise = noise
  }

  /// Appends the residues alone: the kept coefficients of c₀, then c₁.
  package func appendBody(to writer: inout WireWriter) {
    writer.append(c0, ranges: ranges)
    writer.append(c1)
  }

  /// Reads what `appendBody` wrote, for known ranges.
  package init(
    body reader: inout WireReader, parameters: BFVParameters, key: KeyIdentifier, ranges: [Range<Int>],
    noise: NoiseBound
  ) throws(WireError) {
    guard let basis = parameters.replyBasis else { throw .outOfRange(field: "reply without a reply modulus") }
    let c0 = try reader.readPolynomial(Coefficient.self, basis: basis, ranges: ranges)
    let c1 = try reader.readPolynomial(Coefficient.self, basis: basis)
    self.init(parameters: parameters, key: key, c0: c0, c1: c1, ranges: ranges, noise: noise)
  }

  /// How many bytes `appendBody` writes; 0 where the parameters have no reply modulus.
  package static func bodyByteCount(parameters: BFVParameters, ranges: [Range<Int>]) -> Int {
    guard let basis = parameters.replyBasis else { return 0 }
    return WireWriter.byteCount(of: basis, ranges: ranges) + WireWriter.byteCount(of: basis)
  }

  /// The reply as bytes.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .reply, digest: parameters.rlwe.digest)
    writer.append(bytes: key.bytes)
    writer.append(noise)
    writer.append(UInt16(ranges.count))
    for range in ranges {
      writer.append(UInt32(range.lowerBound))
      writer.append(UInt32(range.upperBound))
    }
    appendBody(to: &writer)
    return writer.bytes
  }

  /// Reads a reply of `parameters`.
  public init(serialized bytes: [UInt8], parameters: BFVParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .reply, digest: parameters.rlwe.digest)
    let key = try reader.readKeyIdentifier()
    let noise = try reader.readNoise()
    let count = try reader.read(UInt16.self, in: 0...Self.maximumRangeCount, field: "number of coefficient ranges")
    var ranges: [Range<Int>] = []
    for _ in 0..<count {
      let previous = ranges.last?.upperBound ?? 0
      let lower = try reader.read(UInt32.self, in: previous...parameters.degree, field: "start of a coefficient range")
      let upper = try reader.read(UInt32.self, in: lower...parameters.degree, field: "end of a coefficient range")
      ranges.append(lower..<upper)
    }
    try self.init(body: &reader, parameters: parameters, key: key, ranges: ranges, noise: noise)
    try reader.finish()
  }
}

/// Decrypts replies: holds the secret modulo the reply prime, so that many replies cost one transform each way.
public struct BFVReplyDecryptor: ~Copyable, Sendable {
  /// The set whose replies it opens.
  public let parameters: BFVParameters

  private let key: KeyIdentifier
  private let secret: SecretPolynomial<Evaluation>

  /// Takes the secret into the reply basis.
  public init(parameters: BFVParameters, secretKey: borrowing SecretKey) throws(RLWEError) {
    try secretKey.requireParameters(parameters)
    guard let basis = parameters.replyBasis else { preconditionFailure("these parameters have no reply modulus") }
    self.parameters = parameters
    key = secretKey.identifier
    secret = secretKey.evaluation(in: basis)
  }

  /// The decrypted coefficients, range after range, in (−t/2, t/2].
  ///
  /// - Throws: `RLWEError` for another key or other parameters, or where the noise may exceed what can be decrypted.
  public borrowing func decrypt(_ reply: BFVReply) throws(RLWEError) -> [Int64] {
    guard reply.parameters == parameters else {
      throw .parametersMismatch(expected: parameters.rlwe.digest, found: reply.parameters.rlwe.digest)
    }
    guard reply.key == key else { throw .wrongKey }
    guard let scaler = parameters.replyScaler, let capacity = parameters.log2ReplyNoiseCapacity else {
      preconditionFailure("these parameters have no reply modulus")
    }
    try parameters.requireCapacity(for: reply.noise, available: capacity)
    let phase = SecretKey.phase(c0: reply.c0, c1: reply.c1, secret: secret)
    let storage = AlignedStorage(count: parameters.degree)
    var words = storage.mutableWords(0..<parameters.degree)
    var result: [Int64] = []
    let t = parameters.plaintextModulus.value
    for range in reply.ranges {
      phase.polynomial.scaleAndRound(into: &words, range: range, scaler: scaler)
      for index in range {
        let value = words[index]
        result.append(value > t / 2 ? Int64(value) - Int64(t) : Int64(value))
      }
    }
    return result
  }
}
