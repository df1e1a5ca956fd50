// SPDX-License-Identifier: Apache-2.0

import CPolynomial

/// The kernels that are the same on every machine.
///
/// Constant time in residues and words, unless said otherwise. Spans of one call have equal counts where nothing else is said; residues are canonical.
public enum PolynomialKernels {
  /// The exponent e of the evaluation point ψ^e at one position of a transform, the same for every backend.
  ///
  /// - Parameters:
  ///   - logDegree: log2 N, 3 … 17.
  ///   - position: 0 ..< N.
  /// - Returns: An odd number in [1, 2N).
  public static func nttExponent(logDegree: Int, position: Int) -> Int {
    precondition(
      KernelBackend.logDegrees.contains(logDegree), "a transform of size 2^\(logDegree), outside 2^3 … 2^17")
    precondition(position >= 0 && position < 1 << logDegree, "position \(position) of a transform of 2^\(logDegree)")
    return Int(he_ntt_exponent(UInt32(logDegree), UInt64(position)))
  }

  /// Whether every word is below a bound.
  ///
  /// Reads all of them.
  public static func allBelow(_ words: Span<UInt64>, bound: UInt64) -> Bool {
    unsafe words.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return true }
      return unsafe he_all_below(base, words.count, bound)
    }
  }

  /// Overwrites words with zeros; the compiler cannot remove it.
  public static func zeroize(_ data: inout MutableSpan<UInt64>) {
    unsafe data.withUnsafeMutableBufferPointer { data in
      guard let base = data.baseAddress else { return }
      unsafe he_zeroize(base, data.count * MemoryLayout<UInt64>.size)
    }
  }

  /// Overwrites bytes with zeros; the compiler cannot remove it.
  public static func zeroize(_ data: inout MutableSpan<UInt8>) {
    unsafe data.withUnsafeMutableBufferPointer { data in
      guard let base = data.baseAddress else { return }
      unsafe he_zeroize(base, data.count)
    }
  }
}
