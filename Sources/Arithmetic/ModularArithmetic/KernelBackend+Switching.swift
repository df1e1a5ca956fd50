// SPDX-License-Identifier: Apache-2.0

import CPolynomial

// A key switch modulo a few primes of the key basis, in two steps. Between them digits are begun: words in a form of the backend's
// own.

/// What a product of ciphertexts adds to a key switch: scalar · a₀·b₀ to the one sum, scalar · (a₀·b₁ + a₁·b₀) to the other.
public struct TensorTerm: ~Escapable {
  let a0, a1, b0, b1: Span<UInt64>
  let scalar: UInt64

  /// N evaluations each, and a residue.
  @_lifetime(copy a0, copy a1, copy b0, copy b1)
  public init(a0: Span<UInt64>, a1: Span<UInt64>, b0: Span<UInt64>, b1: Span<UInt64>, scalar: UInt64) {
    self.a0 = a0
    self.a1 = a1
    self.b0 = b0
    self.b1 = b1
    self.scalar = scalar
  }

  /// Lends the addresses.
  func withAddresses(_ body: (UnsafePointer<he_tensor>) -> Void) {
    unsafe a0.withUnsafeBufferPointer { a0 in
      unsafe a1.withUnsafeBufferPointer { a1 in
        unsafe b0.withUnsafeBufferPointer { b0 in
          unsafe b1.withUnsafeBufferPointer { b1 in
            guard let a0 = a0.baseAddress, let a1 = a1.baseAddress, let b0 = b0.baseAddress, let b1 = b1.baseAddress
            else { return }
            var tensor = unsafe he_tensor(a0: a0, a1: a1, b0: b0, b1: b1, scalar: scalar)
            unsafe body(&tensor)
          }
        }
      }
    }
  }
}

extension KernelBackend {
  /// Something of each output of `beginDigits`.
  public typealias OfEachDigit<Element> = [4 of Element]

  /// Most outputs of `beginDigits`.
  public static var mostDigitsAtOnce: Int { OfEachDigit<UInt64>.count }

  /// Maps coefficients to some of the other moduli of a map, and begins their transforms.
  ///
  /// - Parameters:
  ///   - out: Begun digits, aligned to 64 bytes; the j-th one at j·outStride.
  ///   - outStride: At least N, a multiple of 8.
  ///   - input: Residue k modulo qᵢ is at i·inputStride + k; canonical.
  ///   - inputStride: At least N.
  ///   - degree: N.
  ///   - conversion: A map without inverses, fractions and a term of its own, or one that centres residues of one modulus.
  ///   - targets: Which moduli of the map's output, 1 to `mostDigitsAtOnce`; odd.
  ///   - lend: Lends `use` the tables that this backend filled for target j and N; they stay where they are until this returns.
  public func beginDigits(
    _ out: inout MutableSpan<UInt64>, outStride: Int, _ input: Span<UInt64>, inputStride: Int, degree: Int,
    by conversion: RNSConversion, targets: Range<Int>,
    tables lend: (_ target: Int, _ use: (Span<UInt64>) -> Void) -> Void
  ) {
    precondition(
      conversion.isSummation || conversion.isCentring,
      "a digit is a sum of residues that are multiplied already, or centred")
    precondition((1...Self.mostDigitsAtOnce).contains(targets.count), "\(targets.count) digits at once")
    conversion.from.forEach(check)
    conversion.to[targets].forEach(check)
    precondition(conversion.to[targets].allSatisfy { $0.value & 1 == 1 }, "digits need odd moduli")
    let words = nttTableWords(logDegree: degree.trailingZeroBitCount)
    precondition(degree.nonzeroBitCount == 1, "\(degree) coefficients, no power of two")
    precondition(outStride % 8 == 0, "digits \(outStride) words apart, no multiple of 8")
    checkRows(words: input.count, stride: inputStride, count: degree, rows: conversion.from.count)
    checkRows(words: out.count, stride: outStride, count: degree, rows: targets.count)
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let input = input.baseAddress else { return }
        var rows = unsafe OfEachDigit<UnsafePointer<UInt64>>(repeating: input)
        for (j, target) in targets.enumerated() {
          var isLent = false
          lend(target) { tables in
            precondition(tables.count == words, "tables of another degree")
            unsafe tables.withUnsafeBufferPointer {
              guard let base = $0.baseAddress else { return }
              unsafe rows[j] = base
              isLent = true
            }
          }
          precondition(isLent, "no tables of target \(target)")
        }
        unsafe rows.span.withUnsafeBufferPointer { rows in
          guard let rows = rows.baseAddress else { return }
          unsafe conversion.withConstants(targets: targets) { conversion in
            unsafe table.pointee.begin_digits(
              out, outStride, input, inputStride, UInt32(degree.trailingZeroBitCount), conversion, rows)
          }
        }
      }
    }
  }

  /// Ends the transforms of digits, and multiplies them with both halves of a packed key.
  ///
  /// - Parameters:
  ///   - out0: N words; come out canonical.
  ///   - out1: N words; come out canonical.
  ///   - digits: Digit t at t·digitStride; aligned to 64 bytes. Begun ones are overwritten.
  ///   - digitStride: At least N, a multiple of 8.
  ///   - terms: How many digits, 1 … packedTerms: those of the first pairs of the key.
  ///   - begun: Bit t is set where digit t is from `beginDigits` of this backend; the others are lazy.
  ///   - known: N evaluations modulo q, which are digit `knownDigit`: nothing is in its place, which may be overwritten.
  ///   - knownDigit: Not begun.
  ///   - packed: Packed by this backend modulo q.
  ///   - packedTerms: How many pairs the key has, at most `ProductTerms.capacity`.
  ///   - tensor: Added, if there is one.
  ///   - q: An odd modulus.
  ///   - tables: Filled by this backend for the same q and N.
  public func finishKeyProduct(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, digits: inout MutableSpan<UInt64>,
    digitStride: Int, terms: Int, begun: UInt64, known: Span<UInt64>? = nil, knownDigit: Int = 0, packed: Span<UInt64>,
    packedTerms: Int, adding tensor: TensorTerm? = nil, modulo q: Modulus, tables: Span<UInt64>
  ) {
    check(q)
    precondition(q.value & 1 == 1, "keys need an odd modulus, not \(q.value)")
    let count = out0.count
    precondition(out1.count == count, "outputs of \(count) and \(out1.count) words")
    precondition((1...packedTerms).contains(terms), "\(terms) digits for a key of \(packedTerms)")
    if let known {
      precondition(known.count == count, "\(known.count) evaluations of a digit of \(count)")
      precondition(
        (0..<terms).contains(knownDigit) && begun >> UInt64(knownDigit) & 1 == 0, "digit \(knownDigit) is not known")
    }
    precondition(
      packed.count == packedKeyWords(terms: packedTerms, count: count, modulo: q), "packed key of another size")
    precondition(
      count.nonzeroBitCount == 1 && tables.count == nttTableWords(logDegree: count.trailingZeroBitCount),
      "tables of another degree")
    precondition(digitStride % 8 == 0, "digits \(digitStride) words apart, no multiple of 8")
    checkRows(words: digits.count, stride: digitStride, count: count, rows: terms)
    if let tensor { check(tensor, count: count, q) }
    unsafe out1.withUnsafeMutableBufferPointer { out1 in
      unsafe digits.withUnsafeMutableBufferPointer { digits in
        unsafe withKernelPointers(&out0, q) { out0, _, q in
          unsafe packed.withUnsafeBufferPointer { packed in
            unsafe tables.withUnsafeBufferPointer { tables in
              guard let out1 = out1.baseAddress, let digits = digits.baseAddress, let packed = packed.baseAddress,
                let tables = tables.baseAddress
              else { return }
              unsafe withAddress(known) { known in
                unsafe withAddresses(tensor) { tensor in
                  unsafe table.pointee.finish_key_product(
                    out0, out1, digits, digitStride, begun, known, knownDigit, packed, terms, packedTerms, tensor,
                    UInt32(count.trailingZeroBitCount), q, tables)
                }
              }
            }
          }
        }
      }
    }
  }

  private func check(_ tensor: TensorTerm, count: Int, _ q: Modulus) {
    check(tensor.scalar, q)
    precondition(
      tensor.a0.count == count && tensor.a1.count == count && tensor.b0.count == count && tensor.b1.count == count,
      "rows of different counts")
  }

  private func withAddresses(_ tensor: TensorTerm?, _ body: (UnsafePointer<he_tensor>?) -> Void) {
    if let tensor { unsafe tensor.withAddresses { unsafe body($0) } } else { body(nil) }
  }

  /// out = (lhs - digit) · scalar, plus `addend` where there is one, modulo q: ends the transform of the digit, and a division.
  ///
  /// - Parameters:
  ///   - out: N words; come out canonical.
  ///   - lhs: N residues; what `out` holds if nil.
  ///   - digit: From `beginDigits` of this backend modulo q, aligned to 64 bytes. Overwritten.
  ///   - scalar: A residue.
  ///   - addend: N residues.
  ///   - q: The modulus.
  ///   - tables: Filled by this backend for the same q and N.
  public func finishQuotient(
    _ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>?, digit: inout MutableSpan<UInt64>, by scalar: UInt64,
    adding addend: Span<UInt64>?, modulo q: Modulus, tables: Span<UInt64>
  ) {
    check(q)
    check(scalar, q)
    let count = out.count
    precondition(
      digit.count == count && lhs?.count ?? count == count && addend?.count ?? count == count,
      "rows of different counts")
    precondition(
      count.nonzeroBitCount == 1 && tables.count == nttTableWords(logDegree: count.trailingZeroBitCount),
      "tables of another degree")
    unsafe tables.withUnsafeBufferPointer { tables in
      unsafe digit.withUnsafeMutableBufferPointer { digit in
        unsafe withKernelPointers(&out, q) { out, _, q in
          unsafe withAddress(lhs) { lhs in
            unsafe withAddress(addend) { addend in
              guard let digit = digit.baseAddress, let tables = tables.baseAddress else { return }
              unsafe table.pointee.finish_quotient(
                out, addend, lhs ?? Words(out), digit, scalar, UInt32(count.trailingZeroBitCount), q, tables)
            }
          }
        }
      }
    }
  }
}
