// SPDX-License-Identifier: Apache-2.0

import CPolynomial

extension PolynomialKernels {
  /// Two's complement words w with |w| < q to residues.
  public static func signedToResidues(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, modulo q: Modulus
  ) {
    unsafe withKernelPointers(&out, input, q) { unsafe he_signed_to_residues($0, $1, $2, $3) }
  }

  /// Two's complement words w with |w| < q to residues, in place.
  public static func signedToResiduesInPlace(_ data: inout MutableSpan<UInt64>, modulo q: Modulus) {
    unsafe withKernelPointers(&data, q) { unsafe he_signed_to_residues($0, $0, $1, $2) }
  }

  /// Any words in [0, 2^64) to residues.
  public static func reduceWords(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, modulo q: Modulus) {
    unsafe withKernelPointers(&out, input, q) { unsafe he_reduce_words($0, $1, $2, $3) }
  }

  /// Any two's complement words in [-2^63, 2^63) to residues.
  public static func reduceSignedWords(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, modulo q: Modulus) {
    unsafe withKernelPointers(&out, input, q) { unsafe he_reduce_signed_words($0, $1, $2, $3) }
  }
}
