// SPDX-License-Identifier: Apache-2.0

import CPolynomial

// Galois automorphisms X ↦ X^g of one limb.
extension KernelBackend {
  /// out[k] = input[indexes[k]]: the automorphism in evaluation form.
  ///
  /// - Parameters:
  ///   - out: N words, none of them in `input`.
  ///   - input: N words.
  ///   - indexes: From `PolynomialKernels.galoisIndexes` for the same N.
  public func permute(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, by indexes: [UInt32]) {
    let count = out.count
    precondition(input.count == count && indexes.count == count, "a permutation of another size")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let input = input.baseAddress else { return }
        unsafe table.pointee.permute(out, input, indexes, count)
      }
    }
  }

  /// The automorphism in coefficient form.
  ///
  /// - Parameters:
  ///   - out: N words, none of them in `input`; come out canonical.
  ///   - input: N residues, N = 2^3 … 2^17.
  ///   - inverse: 1/g modulo 2N, with g the Galois element.
  ///   - q: The modulus.
  public func galois(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, inverse: Int, modulo q: Modulus
  ) {
    precondition(out.count.nonzeroBitCount == 1, "a polynomial of \(out.count) coefficients")
    let logDegree = out.count.trailingZeroBitCount
    PolynomialKernels.checkGalois(logDegree: logDegree, element: inverse)
    unsafe withKernelPointers(&out, input, q) {
      unsafe table.pointee.galois_coefficients($0, $1, UInt32(logDegree), UInt64(inverse), $3)
    }
  }
}
