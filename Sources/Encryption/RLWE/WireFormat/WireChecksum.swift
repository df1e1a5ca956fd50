// SPDX-License-Identifier: Apache-2.0

internal import Crypto

/// The first 16 bytes of SHA-256 over all bytes so far, for objects that come in pieces.
///
/// What goes into files ends with a checksum, because a flipped bit in a ciphertext or a key decrypts to numbers that look
/// like any others. It guards against accidents only: whoever can change the file can change this with it.
package struct WireChecksum: Sendable {
  package static let byteCount = 16

  private var hash = SHA256()

  /// Takes in the next bytes.
  mutating func update(_ bytes: ArraySlice<UInt8>) { hash.update(data: bytes) }

  /// The checksum of what was taken in; more may follow.
  var bytes: [UInt8] { Array(hash.finalize().prefix(Self.byteCount)) }

  /// The checksum of bytes that are all there.
  static func of(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var checksum = WireChecksum()
    checksum.update(bytes)
    return checksum.bytes
  }
}

extension WireWriter {
  /// Appends the checksum of everything so far.
  package mutating func appendChecksum() {
    append(bytes: WireChecksum.of(bytes[...]))
  }
}

extension WireReader {
  /// Reads a checksum over everything before it.
  package mutating func readChecksum() throws(WireError) {
    let expected = WireChecksum.of(bytesRead)
    guard try readBytes(WireChecksum.byteCount) == expected else { throw .checksum }
  }
}
