// SPDX-License-Identifier: Apache-2.0

import CPolynomial

// From spans of one count to the pointers and the count of a kernel call. Nothing is called for empty spans, which may
// have no address.

typealias Words = UnsafePointer<UInt64>
typealias MutableWords = UnsafeMutablePointer<UInt64>
typealias Constants = UnsafePointer<he_modulus>

func withKernelPointers(
  _ data: inout MutableSpan<UInt64>, _ q: Modulus, _ body: (MutableWords, Int, Constants) -> Void
) {
  unsafe data.withUnsafeMutableBufferPointer { data in
    guard let base = data.baseAddress else { return }
    unsafe withUnsafePointer(to: q.constants) { unsafe body(base, data.count, $0) }
  }
}

func withKernelPointers(
  _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, _ q: Modulus,
  _ body: (MutableWords, Words, Int, Constants) -> Void
) {
  precondition(input.count == out.count, "input of \(input.count) words for an output of \(out.count)")
  unsafe withKernelPointers(&out, q) { out, count, q in
    unsafe input.withUnsafeBufferPointer { input in
      guard let input = input.baseAddress else { return }
      unsafe body(out, input, count, q)
    }
  }
}

func withKernelPointers(
  _ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>, _ rhs: Span<UInt64>, _ q: Modulus,
  _ body: (MutableWords, Words, Words, Int, Constants) -> Void
) {
  precondition(rhs.count == out.count, "input of \(rhs.count) words for an output of \(out.count)")
  unsafe withKernelPointers(&out, lhs, q) { out, lhs, count, q in
    unsafe rhs.withUnsafeBufferPointer { rhs in
      guard let rhs = rhs.baseAddress else { return }
      unsafe body(out, lhs, rhs, count, q)
    }
  }
}

/// The address of words that may be missing.
func withAddress(_ words: Span<UInt64>?, _ body: (Words?) -> Void) {
  guard let words else {
    body(nil)
    return
  }
  unsafe words.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
}
