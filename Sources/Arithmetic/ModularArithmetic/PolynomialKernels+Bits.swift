// SPDX-License-Identifier: Apache-2.0

import CPolynomial

extension PolynomialKernels {
  /// The size of packed values.
  ///
  /// - Parameters:
  ///   - count: How many values, 0 … 2^56.
  ///   - bits: Bits of each, 1 … 64.
  /// - Returns: ceil(count · bits / 8) bytes.
  public static func packedByteCount(count: Int, bits: Int) -> Int {
    precondition((1...64).contains(bits), "values of \(bits) bits, outside 1 … 64")
    precondition(count >= 0 && count <= 1 << 56, "a count of \(count) packed values is out of range")
    return (count * bits + 7) / 8
  }

  /// Packs words, least significant bit first; the unused high bits of the last byte are zero.
  ///
  /// - Parameters:
  ///   - out: `packedByteCount` bytes.
  ///   - input: Words below 2^bits.
  ///   - bits: 1 … 64.
  public static func packBits(_ out: inout MutableSpan<UInt8>, _ input: Span<UInt64>, bits: Int) {
    let bytes = packedByteCount(count: input.count, bits: bits)
    precondition(out.count == bytes, "\(out.count) bytes for packed values that take \(bytes)")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let words = input.baseAddress else { return }
        unsafe he_pack_bits(out, words, input.count, UInt32(bits))
      }
    }
  }

  /// Unpacks what `packBits` packed; the unused high bits of the last byte are ignored.
  ///
  /// - Parameters:
  ///   - out: Words; come out below 2^bits.
  ///   - input: `packedByteCount` bytes.
  ///   - bits: 1 … 64.
  public static func unpackBits(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt8>, bits: Int) {
    let bytes = packedByteCount(count: out.count, bits: bits)
    precondition(input.count == bytes, "\(input.count) bytes for packed values that take \(bytes)")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let words = out.baseAddress, let input = input.baseAddress else { return }
        unsafe he_unpack_bits(words, input, out.count, UInt32(bits))
      }
    }
  }

  /// out = ⌊input / 2^shift⌋ mod 2^bits: one digit of a gadget decomposition.
  ///
  /// - Parameters:
  ///   - out: Words; come out below 2^bits.
  ///   - input: As many words.
  ///   - shift: 0 … 63.
  ///   - bits: 1 … 63.
  public static func extractBits(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, shift: Int, bits: Int
  ) {
    precondition(out.count == input.count, "input of \(input.count) words for an output of \(out.count)")
    precondition((0..<64).contains(shift) && (1..<64).contains(bits), "bits \(shift) … \(shift + bits) of a word")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let words = input.baseAddress else { return }
        unsafe he_extract_bits(out, words, input.count, UInt32(shift), UInt32(bits))
      }
    }
  }
}
