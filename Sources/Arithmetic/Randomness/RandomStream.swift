// SPDX-License-Identifier: Apache-2.0

import CPolynomial

/// A deterministic stream of random bytes, and samples taken from it in order.
///
/// The bytes are part of the wire format, since seeded ciphertexts are expanded by their readers:
///
///     key    = HKDF-SHA256(key material: seed, salt: none, info: "tacit/v1/stream/" + label, 32 bytes)
///     stream = AES-256(key, 0) || AES-256(key, 1) || AES-256(key, 2) || …      (16-byte big-endian block numbers)
///
/// A sample that takes a word takes the next 8 bytes as a little-endian integer. How many bytes are asked for at once
/// never matters: filling in pieces gives what filling at once gives.
///
/// `~Copyable`, so that no two samplers can draw the same bytes by accident. Bytes are overwritten after use.
public struct RandomStream: ~Copyable {
  private var keystream: Keystream

  private init(keystream: consuming Keystream) {
    self.keystream = keystream
  }

  /// The stream of a public seed for one use.
  ///
  /// - Parameters:
  ///   - seed: Public; so is everything drawn from it.
  ///   - label: Names the use; different labels give independent streams.
  public init(seed: borrowing Seed, label: String) {
    self.init(
      keystream: Keystream(key: KeyDerivation.derivedKey(from: seed.bytes, info: "tacit/v1/stream/" + label)))
  }

  /// A stream for secrets: its key is fresh from the entropy of the operating system and known to nobody.
  public static func system() -> RandomStream {
    RandomStream(keystream: Keystream(key: KeyDerivation.systemKey()))
  }

  /// Fills with the next bytes of the stream.
  public mutating func fill(bytes out: inout MutableSpan<UInt8>) {
    unsafe out.withUnsafeMutableBytes { out in
      unsafe fill(out)
    }
  }

  /// The next 8 bytes of the stream as a little-endian integer.
  public mutating func nextWord() -> UInt64 {
    var word: UInt64 = 0
    unsafe withUnsafeMutableBytes(of: &word) { unsafe fill($0) }
    return UInt64(littleEndian: word)
  }

  private mutating func fill(_ out: UnsafeMutableRawBufferPointer) {
    var filled = 0
    while filled < out.count {
      if keystream.available == 0 { keystream.draw(wanted: out.count - filled) }
      unsafe keystream.consume { bytes in
        let count = min(bytes.count, out.count - filled)
        unsafe UnsafeMutableRawBufferPointer(rebasing: out[filled...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        filled += count
        return count
      }
    }
  }

  /// Lends the next whole words of the stream, at least one, as bytes; consumes as many words as the closure says.
  ///
  /// - Parameters:
  ///   - wanted: How many words the caller expects to need; a hint.
  ///   - body: Gets an address and how many words are there.
  mutating func consumeWords(wanted: Int, _ body: (UnsafePointer<UInt8>, Int) -> Int) {
    if keystream.available == 0 { keystream.draw(wanted: wanted * 8) }
    if keystream.available >= 8 {
      unsafe keystream.consume { bytes in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe 8 * body(base.assumingMemoryBound(to: UInt8.self), bytes.count / 8)
      }
      return
    }
    // A word that lies across the end of what is drawn: put it together, and offer it alone. It is always taken.
    var word = nextWord().littleEndian
    unsafe withUnsafeMutableBytes(of: &word) { bytes in
      guard let base = bytes.baseAddress else { return }
      let consumed = unsafe body(UnsafePointer(base.assumingMemoryBound(to: UInt8.self)), 1)
      precondition(consumed == 1, "a sampler left the only word it was offered")
      unsafe he_zeroize(base, 8)
    }
  }
}
