// SPDX-License-Identifier: Apache-2.0

import CPolynomial

// Spans of one call have equal counts. Scalars and residues are canonical.
extension KernelBackend {
  /// out = lhs + rhs modulo q.
  public func add(
    _ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>, _ rhs: Span<UInt64>, modulo q: Modulus
  ) {
    check(q)
    unsafe withKernelPointers(&out, lhs, rhs, q) { unsafe table.pointee.add($0, $1, $2, $3, $4) }
  }

  /// out = lhs - rhs modulo q.
  public func subtract(
    _ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>, _ rhs: Span<UInt64>, modulo q: Modulus
  ) {
    check(q)
    unsafe withKernelPointers(&out, lhs, rhs, q) { unsafe table.pointee.subtract($0, $1, $2, $3, $4) }
  }

  /// out = lhs · rhs modulo q.
  public func multiply(
    _ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>, _ rhs: Span<UInt64>, modulo q: Modulus
  ) {
    check(q)
    unsafe withKernelPointers(&out, lhs, rhs, q) { unsafe table.pointee.multiply($0, $1, $2, $3, $4) }
  }

  /// out = -input modulo q.
  public func negate(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, modulo q: Modulus) {
    check(q)
    unsafe withKernelPointers(&out, input, q) { unsafe table.pointee.negate($0, $1, $2, $3) }
  }

  /// accumulator += rhs modulo q.
  public func addInPlace(_ accumulator: inout MutableSpan<UInt64>, _ rhs: Span<UInt64>, modulo q: Modulus) {
    check(q)
    unsafe withKernelPointers(&accumulator, rhs, q) { unsafe table.pointee.add($0, $0, $1, $2, $3) }
  }

  /// accumulator -= rhs modulo q.
  public func subtractInPlace(_ accumulator: inout MutableSpan<UInt64>, _ rhs: Span<UInt64>, modulo q: Modulus) {
    check(q)
    unsafe withKernelPointers(&accumulator, rhs, q) { unsafe table.pointee.subtract($0, $0, $1, $2, $3) }
  }

  /// accumulator = accumulator · rhs modulo q.
  public func multiplyInPlace(_ accumulator: inout MutableSpan<UInt64>, _ rhs: Span<UInt64>, modulo q: Modulus) {
    check(q)
    unsafe withKernelPointers(&accumulator, rhs, q) { unsafe table.pointee.multiply($0, $0, $1, $2, $3) }
  }

  /// data = -data modulo q.
  public func negateInPlace(_ data: inout MutableSpan<UInt64>, modulo q: Modulus) {
    check(q)
    unsafe withKernelPointers(&data, q) { unsafe table.pointee.negate($0, $0, $1, $2) }
  }

  /// accumulator += lhs · rhs modulo q.
  public func multiplyAccumulate(
    _ accumulator: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>, _ rhs: Span<UInt64>, modulo q: Modulus
  ) {
    check(q)
    unsafe withKernelPointers(&accumulator, lhs, rhs, q) {
      unsafe table.pointee.multiply_accumulate($0, $1, $2, $3, $4)
    }
  }

  /// out = input · scalar modulo q.
  public func multiplyScalar(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, by scalar: UInt64, modulo q: Modulus
  ) {
    check(q)
    check(scalar, q)
    unsafe withKernelPointers(&out, input, q) { unsafe table.pointee.multiply_scalar($0, $1, scalar, $2, $3) }
  }

  /// data = data · scalar modulo q.
  public func multiplyScalarInPlace(_ data: inout MutableSpan<UInt64>, by scalar: UInt64, modulo q: Modulus) {
    check(q)
    check(scalar, q)
    unsafe withKernelPointers(&data, q) { unsafe table.pointee.multiply_scalar($0, $0, scalar, $1, $2) }
  }

  /// accumulator += input · scalar modulo q.
  public func multiplyScalarAccumulate(
    _ accumulator: inout MutableSpan<UInt64>, _ input: Span<UInt64>, by scalar: UInt64, modulo q: Modulus
  ) {
    check(q)
    check(scalar, q)
    unsafe withKernelPointers(&accumulator, input, q) {
      unsafe table.pointee.multiply_scalar_accumulate($0, $1, scalar, $2, $3)
    }
  }

  func check(_ scalar: UInt64, _ q: Modulus) {
    precondition(scalar < q.value, "scalar is not reduced modulo \(q.value)")
  }
}
