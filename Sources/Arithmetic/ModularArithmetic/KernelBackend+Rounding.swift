// SPDX-License-Identifier: Apache-2.0

import CPolynomial

// Between real numbers, two's complement words and residues. Spans of one call have equal counts.
extension FFTBackend {
  /// `reduceSignedWords` and `roundToResidues` are in vectors for moduli below this.
  public static let modulusLimit = UInt64(1) << 50

  /// The largest absolute value, 0 for none; infinite or not a number where one of the values is.
  ///
  /// What callers of the roundings check first. Constant time.
  public func largestMagnitude(_ input: Span<Double>) -> Double {
    unsafe input.withUnsafeBufferPointer { input in
      guard let base = input.baseAddress else { return 0 }
      return unsafe table.pointee.largest_magnitude(base, input.count)
    }
  }

  /// out = input · scale, rounded to the nearest integers, ties to even, as two's complement words.
  ///
  /// The product is rounded to a double first, which is exact where the scale is a power of two.
  ///
  /// - Parameters:
  ///   - out: Two's complement words.
  ///   - input: Finite, |input · scale| ≤ 2^62; the words are of no use elsewhere.
  ///   - scale: Finite.
  public func roundToWords(_ out: inout MutableSpan<UInt64>, _ input: Span<Double>, scale: Double) {
    precondition(input.count == out.count, "input of \(input.count) numbers for an output of \(out.count)")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let base = input.baseAddress else { return }
        unsafe table.pointee.round_to_words(out, base, scale, input.count)
      }
    }
  }

  /// out = input · scale for any two's complement words: rounded to a double, then the product once more.
  public func wordsToDoubles(_ out: inout MutableSpan<Double>, _ input: Span<UInt64>, scale: Double) {
    precondition(input.count == out.count, "input of \(input.count) words for an output of \(out.count)")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let base = input.baseAddress else { return }
        unsafe table.pointee.words_to_doubles(out, base, scale, input.count)
      }
    }
  }

  /// out = (high · 2^64 + low) · scale for integers of two words.
  ///
  /// The integer becomes a double with a relative error of at most 2^-52, exact up to 2^53; the product rounds once more.
  ///
  /// - Parameters:
  ///   - out: The numbers.
  ///   - high: Two's complement, |high · 2^64 + low| < 2^126.
  ///   - low: Any words.
  ///   - scale: Any factor.
  public func wideWordsToDoubles(
    _ out: inout MutableSpan<Double>, high: Span<UInt64>, low: Span<UInt64>, scale: Double
  ) {
    precondition(
      high.count == out.count && low.count == out.count,
      "inputs of \(high.count) and \(low.count) words for an output of \(out.count)")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe high.withUnsafeBufferPointer { high in
        unsafe low.withUnsafeBufferPointer { low in
          guard let base = out.baseAddress, let high = high.baseAddress, let low = low.baseAddress else { return }
          unsafe table.pointee.wide_words_to_doubles(base, high, low, scale, out.count)
        }
      }
    }
  }

  /// Any two's complement words in [-2^63, 2^63) to residues, in vectors for q < `modulusLimit`.
  public func reduceSignedWords(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, modulo q: Modulus) {
    guard q.value < Self.modulusLimit else {
      PolynomialKernels.reduceSignedWords(&out, input, modulo: q)
      return
    }
    unsafe withKernelPointers(&out, input, q) { unsafe table.pointee.reduce_signed_words($0, $1, $2, $3) }
  }

  /// out = input · scale, rounded to the nearest integers, ties to even, modulo q: exact beyond one word.
  ///
  /// The product is rounded to a double first, which is exact where the scale is a power of two. In vectors for
  /// q < `modulusLimit`.
  ///
  /// - Parameters:
  ///   - out: Residues.
  ///   - input: Finite, |input · scale| ≤ 2^120; the residues are of no use elsewhere.
  ///   - scale: Finite.
  ///   - q: The modulus.
  public func roundToResidues(
    _ out: inout MutableSpan<UInt64>, _ input: Span<Double>, scale: Double, modulo q: Modulus
  ) {
    precondition(input.count == out.count, "input of \(input.count) numbers for an output of \(out.count)")
    unsafe withKernelPointers(&out, q) { out, count, constants in
      unsafe input.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress else { return }
        if q.value < Self.modulusLimit {
          unsafe table.pointee.round_to_residues(out, input, scale, count, constants)
        } else {
          unsafe he_round_to_residues(out, input, scale, count, constants)
        }
      }
    }
  }
}
