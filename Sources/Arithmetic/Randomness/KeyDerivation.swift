// SPDX-License-Identifier: Apache-2.0

import Crypto

/// 256-bit keys: from the entropy of the system, or from public seeds by HKDF-SHA256 (RFC 5869) without salt.
enum KeyDerivation {
  /// A fresh key.
  ///
  /// Never leaves the process; swift-crypto overwrites its memory.
  static func systemKey() -> SymmetricKey {
    SymmetricKey(size: .bits256)
  }

  /// 32 fresh bytes, for seeds that are published.
  static func systemBytes() -> [UInt8] {
    bytes(of: systemKey())
  }

  /// The key for one use of a seed; `info` names the use.
  static func derivedKey(from seed: [UInt8], info: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: seed), info: Array(info.utf8), outputByteCount: Seed.byteCount)
  }

  /// The bytes of `derivedKey`, for seeds that are published.
  static func derivedBytes(from seed: [UInt8], info: String) -> [UInt8] {
    bytes(of: derivedKey(from: seed, info: info))
  }

  private static func bytes(of key: SymmetricKey) -> [UInt8] {
    unsafe key.withUnsafeBytes { unsafe Array($0) }
  }
}
