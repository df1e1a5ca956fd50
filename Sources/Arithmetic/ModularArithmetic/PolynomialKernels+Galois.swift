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

  /// The inverse of a Galois element modulo 2N.
  ///
  /// requires: odd, 1 ≤ element < 2N, N = 2^logDegree.
  public static func galoisInverse(of element: Int, logDegree: Int) -> Int {
    checkGalois(logDegree: logDegree, element: element)
    // Newton's iteration: each step doubles the bits that are right, of which an odd number has three.
    var inverse = element
    for _ in 0..<4 { inverse = inverse &* (2 &- element &* inverse) }
    return inverse & ((2 << logDegree) - 1)
  }

  static func checkGalois(logDegree: Int, element: Int) {
    precondition(KernelBackend.logDegrees.contains(logDegree), "degree 2^\(logDegree), outside 2^3 … 2^17")
    precondition(
      element & 1 == 1 && (1..<2 << logDegree).contains(element),
      "\(element) is no Galois element of degree 2^\(logDegree)")
  }
}
