// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
internal import Randomness

/// The sizes of the pieces in which evaluation keys travel: a start of fixed size, the table of Galois elements, then the
/// keys, digit after digit.
///
/// Known from the request alone.
struct EvaluationKeyLayout: Sendable {
  /// Header, key identifier, number of primes, whether there is a key for products, number of Galois elements.
  static let startByteCount = 40 + 16 + 1 + 1 + 4

  /// The most primes of a ciphertext that the keys serve.
  let limbCount: Int

  /// The primes of the keys.
  let basis: RNSBasis

  /// How many digits each key has.
  let digitCount: Int

  private let elementCount: Int
  private let keyCount: Int

  /// requires: a request that can be met.
  init(_ request: EvaluationKeyRequest, context: KeySwitchingContext, parameters: RLWEParameters) {
    limbCount = request.limbCount ?? parameters.limbCount
    basis = context.keyBasis(limbs: limbCount)
    digitCount = context.digitCount(limbs: limbCount)
    elementCount = request.keyedElements.count
    keyCount = request.keyCount
  }

  /// The Galois elements and the checksum of all before it.
  static func tableByteCount(elements: Int) -> Int { 4 * elements + WireChecksum.byteCount }

  /// The piece of one digit: the key's seed comes with its first, a checksum with its last.
  func byteCount(ofDigit digit: Int) -> Int {
    (digit == 0 ? Seed.byteCount : 0) + WireWriter.byteCount(of: basis)
      + (digit == digitCount - 1 ? WireChecksum.byteCount : 0)
  }

  /// All of it.
  var byteCount: Int {
    Self.startByteCount + Self.tableByteCount(elements: elementCount)
      + keyCount * (0..<digitCount).reduce(0) { $0 + byteCount(ofDigit: $1) }
  }
}

extension EvaluationKeyRequest {
  /// Bytes of the seeded keys on the wire, exactly: known before anything is made; 0 where the parameters have no such keys.
  public func wireByteCount(parameters: RLWEParameters) -> Int {
    guard let context = parameters.keySwitching, (try? limbCount(in: parameters)) != nil else { return 0 }
    return EvaluationKeyLayout(self, context: context, parameters: parameters).byteCount
  }
}
