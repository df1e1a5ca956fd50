// SPDX-License-Identifier: Apache-2.0

internal import Crypto

// What goes into files ends with a checksum, because a flipped bit in a ciphertext or a key decrypts to numbers that look
// like any others. It guards against accidents only: whoever can change the file can change this with it.
extension WireWriter {
  /// Appends the first 16 bytes of SHA-256 over everything so far.
  package mutating func appendChecksum() {
    append(bytes: Array(SHA256.hash(data: bytes).prefix(WireReader.checksumByteCount)))
  }
}

extension WireReader {
  static let checksumByteCount = 16

  /// Reads a checksum over everything before it.
  package mutating func readChecksum() throws(WireError) {
    let expected = Array(SHA256.hash(data: bytesRead).prefix(Self.checksumByteCount))
    guard try readBytes(Self.checksumByteCount) == expected else { throw .checksum }
  }
}
