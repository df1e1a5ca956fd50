// SPDX-License-Identifier: Apache-2.0

import CPolynomial
import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// AES-256 in counter mode.
///
/// The bytes are the encryptions of the 16-byte big-endian block numbers 0, 1, 2, … The cipher gives them as `Data`, and
/// this is the one file that knows it. Drawn bytes are overwritten before their memory is given back.
struct Keystream: ~Copyable {
  /// The cipher is fast for requests up to this size; the allocator's cost grows beyond.
  static let largestRequest = 320 * 1024

  /// Requests below this size are dominated by their fixed costs.
  static let smallestRequest = 4096

  private static let zeros = Data(count: largestRequest)
  private static let blockSize = 16

  private let key: SymmetricKey
  private var nextBlock: UInt64 = 0
  private var drawn = DrawnBytes(Data())
  private var position = 0

  init(key: consuming SymmetricKey) {
    self.key = key
  }

  /// Bytes that are drawn and not consumed.
  var available: Int {
    drawn.bytes.count - position
  }

  /// Lends the bytes that are drawn and not consumed; consumes as many of them as the closure says.
  mutating func consume(_ body: (UnsafeRawBufferPointer) -> Int) {
    let start = position
    let consumed = unsafe drawn.bytes.withUnsafeBytes { bytes in
      unsafe body(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
    precondition(consumed >= 0 && consumed <= available, "more bytes of a stream consumed than there were")
    position += consumed
  }

  /// Draws the next bytes of the stream.
  ///
  /// requires: none are available.
  ///
  /// - Parameter wanted: How many bytes the caller expects to need; a hint.
  mutating func draw(wanted: Int) {
    precondition(available == 0, "bytes of a stream would be thrown away")
    let size = min(max(wanted, Keystream.smallestRequest), Keystream.largestRequest)
    let blocks = (size + Keystream.blockSize - 1) / Keystream.blockSize
    let low = (0..<8).map { UInt8(truncatingIfNeeded: nextBlock >> (56 - 8 * $0)) }
    let counter = [UInt8](repeating: 0, count: 8) + low
    do {
      drawn = DrawnBytes(
        try AES._CTR.encrypt(
          Keystream.zeros.prefix(blocks * Keystream.blockSize), using: key, nonce: AES._CTR.Nonce(nonceBytes: counter)))
    } catch {
      // A 256-bit key and a 16-byte counter are what the cipher takes.
      preconditionFailure("AES-256-CTR refused its key or its counter: \(error)")
    }
    nextBlock += UInt64(blocks)
    position = 0
  }
}

/// Bytes of a keystream, overwritten when they are replaced and when the stream dies.
private final class DrawnBytes {
  private(set) var bytes: Data

  init(_ bytes: consuming Data) {
    self.bytes = bytes
  }

  deinit {
    unsafe bytes.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe he_zeroize(base, bytes.count)
    }
  }
}
