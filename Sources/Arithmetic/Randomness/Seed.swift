// SPDX-License-Identifier: Apache-2.0

/// A public seed: 32 bytes that stand for the uniform halves of ciphertexts and keys, and travel with them.
///
/// Everyone who sees the ciphertext sees its seed. Secrets and noise come from `RandomStream.system()`, never from one.
public struct Seed: Sendable, Hashable {
  /// Length of a seed in bytes.
  public static let byteCount = 32

  /// The bytes, as they travel.
  public let bytes: [UInt8]

  /// A seed received from elsewhere.
  ///
  /// - Parameter bytes: Exactly 32 bytes.
  /// - Throws: `RandomnessError.seedLength` for any other number.
  public init(bytes: [UInt8]) throws(RandomnessError) {
    guard bytes.count == Seed.byteCount else { throw .seedLength(bytes.count) }
    self.bytes = bytes
  }

  private init(keyBytes: [UInt8]) {
    precondition(keyBytes.count == Seed.byteCount)
    bytes = keyBytes
  }

  /// A fresh seed from the entropy of the operating system.
  public static func random() -> Seed {
    Seed(keyBytes: KeyDerivation.systemBytes())
  }

  /// Another seed, a function of this one and the label.
  ///
  /// - Parameter label: What the new seed is for; different labels give independent seeds.
  /// - Returns: HKDF-SHA256(key material: this seed, salt: none, info: "tacit/v1/seed/" + label, 32 bytes).
  public func derived(label: String) -> Seed {
    Seed(keyBytes: KeyDerivation.derivedBytes(from: bytes, info: "tacit/v1/seed/" + label))
  }
}
