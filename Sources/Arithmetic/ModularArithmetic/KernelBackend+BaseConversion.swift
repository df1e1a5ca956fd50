// SPDX-License-Identifier: Apache-2.0

import CPolynomial

extension KernelBackend {
  /// Converts coefficients from moduli qᵢ to moduli pⱼ without the exact quotient.
  ///
  /// Fast base conversion [HPS18, eq. (2)]: with inverses (Q/qᵢ)^-1 mod qᵢ and factors (Q/qᵢ) mod pⱼ, the output is x + a·Q modulo pⱼ for some
  /// 0 ≤ a < from.count, not always the same one.
  ///
  /// - Parameters:
  ///   - out: Residue k modulo pⱼ is at j·outStride + k; the words between stay as they are.
  ///   - outStride: At least `count`.
  ///   - input: Residue k modulo qᵢ is at i·inputStride + k; canonical.
  ///   - inputStride: At least `count`.
  ///   - count: Coefficients.
  ///   - from: 1 to 64 moduli.
  ///   - inverses: One for each modulus of `from`.
  ///   - to: Any number of moduli.
  ///   - factors: (Q/qᵢ) mod pⱼ at j·from.count + i.
  public func baseConvert(
    _ out: inout MutableSpan<UInt64>, outStride: Int, _ input: Span<UInt64>, inputStride: Int, count: Int,
    from: [Modulus], inverses: [UInt64], to: [Modulus], factors: [UInt64]
  ) {
    from.forEach(check)
    to.forEach(check)
    precondition((1...64).contains(from.count), "base conversion from \(from.count) moduli, outside 1 … 64")
    precondition(inverses.count == from.count, "\(inverses.count) inverses for \(from.count) moduli")
    precondition(factors.count == from.count * to.count, "\(factors.count) factors for \(from.count) x \(to.count)")
    precondition(zip(inverses, from).allSatisfy { $0 < $1.value }, "an inverse is not reduced")
    checkRows(words: input.count, stride: inputStride, count: count, rows: from.count)
    checkRows(words: out.count, stride: outStride, count: count, rows: to.count)
    guard count > 0, !to.isEmpty else { return }
    let fromConstants = from.map(\.constants)
    let toConstants = to.map(\.constants)
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let input = input.baseAddress else { return }
        unsafe table.pointee.base_convert(
          out, outStride, input, inputStride, count, fromConstants, inverses, from.count, toConstants, factors,
          to.count)
      }
    }
  }
}

/// Checks that `rows` rows of `count` words, `stride` apart, lie inside `words` words.
func checkRows(words: Int, stride: Int, count: Int, rows: Int) {
  precondition(count >= 0 && stride >= count, "rows of \(count) words cannot be \(stride) apart")
  guard rows > 0, count > 0 else { return }
  let (offset, overflow) = (rows - 1).multipliedReportingOverflow(by: stride)
  precondition(
    !overflow && offset <= words - count, "\(rows) rows of \(count) words, \(stride) apart, in \(words) words")
}
