// SPDX-License-Identifier: Apache-2.0

import CPolynomial

extension PolynomialKernels {
  /// The permutation of evaluations that is the automorphism X ↦ X^g.
  ///
  /// - Parameters:
  ///   - logDegree: log2 N, 3 … 17.
  ///   - element: The Galois element g, odd, 1 ≤ g < 2N.
  /// - Returns: N places; position k of the image is position `result[k]` of the preimage.
  public static func galoisIndexes(logDegree: Int, element: Int) -> [UInt32] {
    checkGalois(logDegree: logDegree, element: element)
    return unsafe Array(unsafeUninitializedCapacity: 1 << logDegree) { indexes, count in
      guard let base = indexes.baseAddress else { return }
      unsafe he_galois_indexes(base, UInt32(logDegree), UInt64(element))
      count = 1 << logDegree
    }
  }

  /// out[k] = input[indexes[k]].
  ///
  /// - Parameters:
  ///   - out: N words, none of them in `input`.
  ///   - input: N words.
  ///   - indexes: From `galoisIndexes` for the same N.
  public static func permute(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, by indexes: [UInt32]) {
    let count = out.count
    precondition(input.count == count && indexes.count == count, "a permutation of another size")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let input = input.baseAddress else { return }
        unsafe he_permute(out, input, indexes, count)
      }
    }
  }

  /// The automorphism X ↦ X^g in coefficient form.
  ///
  /// - Parameters:
  ///   - out: N words, none of them in `input`; come out canonical.
  ///   - input: N residues, N = 2^3 … 2^17.
  ///   - element: The Galois element g, odd, 1 ≤ g < 2N.
  ///   - q: The modulus.
  public static func galois(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, element: Int, modulo q: Modulus
  ) {
    precondition(out.count.nonzeroBitCount == 1, "a polynomial of \(out.count) coefficients")
    let logDegree = out.count.trailingZeroBitCount
    checkGalois(logDegree: logDegree, element: element)
    unsafe withKernelPointers(&out, input, q) {
      unsafe he_galois_coefficients($0, $1, UInt32(logDegree), UInt64(element), $3)
    }
  }

  private static func checkGalois(logDegree: Int, element: Int) {
    precondition(KernelBackend.logDegrees.contains(logDegree), "degree 2^\(logDegree), outside 2^3 … 2^17")
    precondition(
      element & 1 == 1 && (1..<2 << logDegree).contains(element),
      "\(element) is no Galois element of degree 2^\(logDegree)")
  }
}
