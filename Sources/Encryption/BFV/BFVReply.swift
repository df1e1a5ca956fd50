// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing
public import RLWE

/// A result on its way to the key holder: one prime, and only those coefficients of c₀ that carry an answer.
public struct BFVReply: Sendable {
  /// The set it belongs to.
  public let parameters: BFVParameters

  /// The key that opens it.
  public let key: KeyIdentifier

  /// The most ranges that a reply may have.
  static let maximumRangeCount = 4096

  package let c0: RNSPolynomial<Coefficient>
  package let c1: RNSPolynomial<Coefficient>

  /// The coefficients that can be decrypted.
  public let ranges: [Range<Int>]

  /// What is known of its noise.
  public let noise: NoiseBound

  /// The low bits that its coefficients do without.
  public let droppedBits: DroppedBits

  init(
    parameters: BFVParameters, key: KeyIdentifier, c0: RNSPolynomial<Coefficient>, c1: RNSPolynomial<Coefficient>,
    ranges: [Range<Int>], noise: NoiseBound, droppedBits: DroppedBits = .none
  ) {
    self.parameters = parameters
    self.key = key
    self.c0 = c0
    self.c1 = c1
    self.ranges = ranges
    self.noise = noise
    self.droppedBits = droppedBits
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
    guard let basis = parameters.replyBasis else { throw .noReplyModulus }
    self.parameters = parameters
    key = secretKey.identifier
    secret = secretKey.evaluation(in: basis)
  }

  /// The decrypted coefficients, range after range, in (−t/2, t/2].
  ///
  /// - Throws: `RLWEError` for another key or other parameters, or where the noise may exceed what can be decrypted.
  public borrowing func decrypt(_ reply: BFVReply) throws(RLWEError) -> [Int64] {
    try decrypt(reply, failure: .ownUse)
  }

  /// The same for a result that leaves the key holder: refuses unless the chance of a wrong coefficient, which would tell of
  /// the key, is at most 2^−128.
  public borrowing func decryptForRelease(_ reply: BFVReply) throws(RLWEError) -> [Int64] {
    try decrypt(reply, failure: .release)
  }

  private borrowing func decrypt(
    _ reply: BFVReply, failure: NoiseBound.Failure
  ) throws(RLWEError) -> [Int64] {
    guard reply.parameters == parameters else {
      throw .parametersMismatch(expected: parameters.rlwe.digest, found: reply.parameters.rlwe.digest)
    }
    guard reply.key == key else { throw .wrongKey }
    guard let scaler = parameters.replyScaler, let capacity = parameters.log2ReplyNoiseCapacity else {
      throw .noReplyModulus
    }
    try parameters.requireCapacity(for: reply.noise, available: capacity, failure: failure)
    let phase = SecretKey.phase(c0: reply.c0, c1: reply.c1, secret: secret)
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
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
