// SPDX-License-Identifier: Apache-2.0

import CPolynomial

// Negacyclic number-theoretic transforms modulo X^N + 1, N = 2^3 … 2^17. Position k of a transform holds the value at
// ψ^e, e = PolynomialKernels.nttExponent(logDegree:position:) [LN16].
extension KernelBackend {
  /// Binary logarithms of the ring degrees that the transforms take.
  public static let logDegrees = Int(HE_LOG_N_MIN)...Int(HE_LOG_N_MAX)

  /// Words of the tables for one modulus and degree.
  ///
  /// Their layout belongs to the backend.
  public func nttTableWords(logDegree: Int) -> Int {
    check(logDegree: logDegree)
    return unsafe table.pointee.ntt_table_words(UInt32(logDegree))
  }

  /// Writes the tables of one modulus and degree.
  ///
  /// Variable time: moduli and roots are public.
  ///
  /// - Parameters:
  ///   - tables: `nttTableWords` words, aligned to 64 bytes.
  ///   - logDegree: log2 N.
  ///   - q: A prime ≡ 1 modulo 2N.
  ///   - root: ψ, a primitive 2N-th root of unity modulo q.
  public func fillNTTTables(
    _ tables: inout MutableSpan<UInt64>, logDegree: Int, modulo q: Modulus, root: UInt64
  ) {
    check(q)
    let words = nttTableWords(logDegree: logDegree)
    precondition(tables.count == words, "tables of \(tables.count) words where \(words) are needed")
    precondition(
      root < q.value && q.power(root, 1 << UInt64(logDegree)) == q.value - 1,
      "\(root) is no primitive root of unity of order 2^\(logDegree + 1) modulo \(q.value)")
    unsafe withKernelPointers(&tables, q) { tables, _, q in
      unsafe checkAlignment(tables)
      unsafe table.pointee.ntt_fill_tables(tables, UInt32(logDegree), q, root)
    }
  }

  /// From coefficients in natural order to evaluations, in place.
  ///
  /// - Parameters:
  ///   - data: N residues, aligned to 64 bytes.
  ///   - q: The modulus of the tables.
  ///   - tables: Filled by this backend for the same q and N.
  public func nttForward(_ data: inout MutableSpan<UInt64>, modulo q: Modulus, tables: Span<UInt64>) {
    unsafe transform(&data, q, tables) { unsafe table.pointee.ntt_forward($0, $1, $2, $3) }
  }

  /// The same, but the words that come out are lazy: in a form of this backend's own.
  ///
  /// Only its methods whose parameters are called lazy take them.
  public func nttForwardLazy(_ data: inout MutableSpan<UInt64>, modulo q: Modulus, tables: Span<UInt64>) {
    unsafe transform(&data, q, tables) { unsafe table.pointee.ntt_forward_lazy($0, $1, $2, $3) }
  }

  /// From evaluations to coefficients in natural order, in place; the inverse of `nttForward`, N^-1 included.
  ///
  /// - Parameters:
  ///   - data: N residues, aligned to 64 bytes.
  ///   - q: The modulus of the tables.
  ///   - tables: Filled by this backend for the same q and N.
  public func nttInverse(_ data: inout MutableSpan<UInt64>, modulo q: Modulus, tables: Span<UInt64>) {
    unsafe transform(&data, q, tables) { unsafe table.pointee.ntt_inverse($0, $1, $2, $3) }
  }

  /// out = scalar times the inverse transform of `input`.
  ///
  /// - Parameters:
  ///   - out: N words, aligned to 64 bytes; come out canonical.
  ///   - input: N residues, aligned to 64 bytes.
  ///   - scalar: A residue, public.
  ///   - q: The modulus of the tables.
  ///   - tables: Filled by this backend for the same q and N.
  public func nttInverseScaled(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, by scalar: UInt64, modulo q: Modulus, tables: Span<UInt64>
  ) {
    check(scalar, q)
    precondition(input.count == out.count, "input of \(input.count) words for an output of \(out.count)")
    unsafe input.withUnsafeBufferPointer { input in
      guard let input = input.baseAddress else { return }
      precondition(UInt(bitPattern: input) % 64 == 0, "words of a transform are not aligned to 64 bytes")
      unsafe transform(&out, q, tables) {
        unsafe table.pointee.ntt_inverse_scaled($0, input, scalar, $1, $2, $3)
      }
    }
  }

  /// The same in place.
  public func nttInverseScaledInPlace(
    _ data: inout MutableSpan<UInt64>, by scalar: UInt64, modulo q: Modulus, tables: Span<UInt64>
  ) {
    check(scalar, q)
    unsafe transform(&data, q, tables) {
      unsafe table.pointee.ntt_inverse_scaled($0, $0, scalar, $1, $2, $3)
    }
  }

  private func transform(
    _ data: inout MutableSpan<UInt64>, _ q: Modulus, _ tables: Span<UInt64>,
    _ body: (MutableWords, UInt32, Constants, Words) -> Void
  ) {
    check(q)
    precondition(data.count.nonzeroBitCount == 1, "a transform of \(data.count) words, which is no power of two")
    let logDegree = data.count.trailingZeroBitCount
    let words = nttTableWords(logDegree: logDegree)
    precondition(tables.count == words, "tables of \(tables.count) words where \(words) are needed")
    unsafe withKernelPointers(&data, q) { data, _, q in
      unsafe checkAlignment(data)
      unsafe tables.withUnsafeBufferPointer { tables in
        guard let tables = tables.baseAddress else { return }
        unsafe body(data, UInt32(logDegree), q, tables)
      }
    }
  }

  private func check(logDegree: Int) {
    precondition(Self.logDegrees.contains(logDegree), "a transform of size 2^\(logDegree), outside 2^3 … 2^17")
  }

  private func checkAlignment(_ pointer: MutableWords) {
    precondition(UInt(bitPattern: pointer) % 64 == 0, "words of a transform are not aligned to 64 bytes")
  }
}
