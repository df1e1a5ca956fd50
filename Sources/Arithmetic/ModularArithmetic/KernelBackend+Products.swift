// SPDX-License-Identifier: Apache-2.0

import CPolynomial

/// Pairs of polynomials whose products are to be summed: rows lent by their owners for one call, nothing copied.
@safe
public struct ProductTerms: ~Copyable, ~Escapable {
  /// Most pairs of one sum.
  public static let capacity = Int(HE_TERMS_MAX)

  /// How many pairs there are.
  public private(set) var count = 0

  // Inline, so that a sum allocates nothing.
  fileprivate var lhs: [64 of UnsafePointer<UInt64>?]
  fileprivate var rhs: [64 of UnsafePointer<UInt64>?]
  fileprivate var words = 0

  /// No pairs.
  @_lifetime(immortal)
  public init() {
    unsafe lhs = .init(repeating: nil)
    unsafe rhs = .init(repeating: nil)
  }

  /// Adds a pair of equal counts, which are those of the pairs before it.
  @_lifetime(self: copy self, copy lhs, copy rhs)
  public mutating func append(_ lhs: Span<UInt64>, _ rhs: Span<UInt64>) {
    precondition(count < Self.capacity, "more than \(Self.capacity) products in one sum")
    precondition(lhs.count == rhs.count && (count == 0 || lhs.count == words), "rows of different counts")
    words = lhs.count
    unsafe lhs.withUnsafeBufferPointer { unsafe self.lhs[count] = $0.baseAddress }
    unsafe rhs.withUnsafeBufferPointer { unsafe self.rhs[count] = $0.baseAddress }
    count += 1
  }
}

extension KernelBackend {
  /// out = the sum of the products of the pairs, modulo q.
  ///
  /// - Parameters:
  ///   - out: As many words as each row has.
  ///   - terms: 1 to `ProductTerms.capacity` pairs of canonical residues.
  ///   - q: The modulus.
  public func sumOfProducts(_ out: inout MutableSpan<UInt64>, _ terms: borrowing ProductTerms, modulo q: Modulus) {
    check(q)
    precondition(terms.count > 0, "a sum of no products")
    precondition(out.count == terms.words, "rows of \(terms.words) words for an output of \(out.count)")
    unsafe withKernelPointers(&out, q) { out, count, q in
      unsafe terms.lhs.span.withUnsafeBufferPointer { lhs in
        unsafe terms.rhs.span.withUnsafeBufferPointer { rhs in
          guard let lhs = lhs.baseAddress, let rhs = rhs.baseAddress else { return }
          // The pairs that are there have an address: a row of no words never reaches this place.
          unsafe UnsafeRawPointer(lhs).withMemoryRebound(to: Words.self, capacity: terms.count) { lhs in
            unsafe UnsafeRawPointer(rhs).withMemoryRebound(to: Words.self, capacity: terms.count) { rhs in
              unsafe table.pointee.sum_of_products(out, lhs, rhs, terms.count, count, q)
            }
          }
        }
      }
    }
  }

  /// out = (lhs - lazy) · scalar, plus `addend` where there is one, modulo q.
  ///
  /// - Parameters:
  ///   - out: Comes out canonical.
  ///   - lhs: Residues; what `out` holds if nil.
  ///   - lazy: From `nttForwardLazy` of this backend modulo q.
  ///   - scalar: A residue.
  ///   - addend: Residues.
  ///   - q: The modulus.
  public func differenceScaled(
    _ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>?, lazy: Span<UInt64>, by scalar: UInt64,
    adding addend: Span<UInt64>? = nil, modulo q: Modulus
  ) {
    check(q)
    check(scalar, q)
    precondition(
      lhs?.count ?? out.count == out.count && addend?.count ?? out.count == out.count, "rows of different counts")
    unsafe withKernelPointers(&out, lazy, q) { out, lazy, count, q in
      unsafe withAddress(lhs) { lhs in
        unsafe withAddress(addend) { addend in
          unsafe table.pointee.subtract_scale(out, addend, lhs ?? Words(out), lazy, scalar, count, q)
        }
      }
    }
  }

  /// Words of a packed key of `terms` pairs of polynomials of `count` coefficients: as many as there are coefficients, or fewer
  /// where this backend packs narrow residues closer.
  public func packedKeyWords(terms: Int, count: Int, modulo q: Modulus) -> Int {
    Self.checkKey(terms: terms, count: count)
    return unsafe withUnsafePointer(to: q.constants) { unsafe table.pointee.packed_key_words(terms, count, $0) }
  }

  /// Packs one pair of key polynomials for `keyInnerProduct`.
  ///
  /// What the packed words hold is the backend's own.
  ///
  /// - Parameters:
  ///   - packed: `packedKeyWords` words.
  ///   - k0: N residues in evaluation form.
  ///   - k1: N residues in evaluation form.
  ///   - term: Which of the pairs, 0 ..< terms.
  ///   - terms: How many there are, 1 to `ProductTerms.capacity`.
  ///   - q: An odd modulus.
  public func packKey(
    _ packed: inout MutableSpan<UInt64>, _ k0: Span<UInt64>, _ k1: Span<UInt64>, term: Int, of terms: Int,
    modulo q: Modulus
  ) {
    check(q)
    precondition(q.value & 1 == 1, "keys need an odd modulus, not \(q.value)")
    precondition(k0.count == k1.count && (0..<terms).contains(term), "term \(term) of \(terms)")
    precondition(
      packed.count == packedKeyWords(terms: terms, count: k0.count, modulo: q), "packed key of another size")
    let count = k0.count
    unsafe k0.withUnsafeBufferPointer { k0 in
      unsafe withKernelPointers(&packed, q) { packed, _, q in
        unsafe k1.withUnsafeBufferPointer { k1 in
          guard let k0 = k0.baseAddress, let k1 = k1.baseAddress else { return }
          unsafe table.pointee.pack_key(packed, k0, k1, term, terms, count, q)
        }
      }
    }
  }

  /// Inner products of digits with both halves of a packed key.
  ///
  /// - Parameters:
  ///   - out0: N words; come out canonical.
  ///   - out1: N words; come out canonical.
  ///   - lazyDigits: Digit t at t·digitStride, from `nttForwardLazy` of this backend modulo q.
  ///   - digitStride: At least N.
  ///   - terms: How many digits, 1 … packedTerms: those of the first pairs of the key.
  ///   - packed: Packed by this backend modulo q.
  ///   - packedTerms: How many pairs the key has, at most `ProductTerms.capacity`.
  ///   - q: An odd modulus.
  public func keyInnerProduct(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, lazyDigits: Span<UInt64>, digitStride: Int,
    terms: Int, packed: Span<UInt64>, packedTerms: Int, modulo q: Modulus
  ) {
    check(q)
    precondition(q.value & 1 == 1, "keys need an odd modulus, not \(q.value)")
    let count = out0.count
    precondition(out1.count == count, "outputs of \(count) and \(out1.count) words")
    precondition((1...packedTerms).contains(terms), "\(terms) digits for a key of \(packedTerms)")
    precondition(
      packed.count == packedKeyWords(terms: packedTerms, count: count, modulo: q), "packed key of another size")
    checkRows(words: lazyDigits.count, stride: digitStride, count: count, rows: terms)
    unsafe out1.withUnsafeMutableBufferPointer { out1 in
      unsafe withKernelPointers(&out0, q) { out0, _, q in
        unsafe lazyDigits.withUnsafeBufferPointer { digits in
          unsafe packed.withUnsafeBufferPointer { packed in
            guard let out1 = out1.baseAddress, let digits = digits.baseAddress, let packed = packed.baseAddress
            else { return }
            var rows: [64 of UnsafePointer<UInt64>] = unsafe .init(repeating: digits)
            for term in 0..<terms { unsafe rows[term] = digits + term * digitStride }
            unsafe rows.span.withUnsafeBufferPointer { rows in
              guard let rows = rows.baseAddress else { return }
              unsafe table.pointee.key_inner_product(out0, out1, rows, packed, terms, packedTerms, count, q)
            }
          }
        }
      }
    }
  }

  /// Makes residues lazy, as `nttForwardLazy` leaves them.
  public func makeLazy(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, modulo q: Modulus) {
    check(q)
    unsafe withKernelPointers(&out, input, q) { unsafe table.pointee.make_lazy($0, $1, $2, $3) }
  }

  private static func checkKey(terms: Int, count: Int) {
    precondition((1...ProductTerms.capacity).contains(terms), "a key of \(terms) terms, outside 1 … 64")
    precondition(
      count == 8 || (count > 0 && count % Int(HE_KEY_BLOCK) == 0), "key polynomials of \(count) coefficients")
  }
}
