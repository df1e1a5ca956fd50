// SPDX-License-Identifier: Apache-2.0

import CPolynomial

// The canonical embedding [CKKS17, section 3.2] for ring degrees N = 2^3 … 2^17, n = N/2 slots. With ζ = exp(2πi/2N), slot i of
// a polynomial a is a(ζ^(3^i)). Tables and scratch are doubles in storage of words, which is what aligned storage holds.
extension FFTBackend {
  /// Words of the tables of one degree, the same for every implementation.
  public static func embeddingTableWords(logDegree: Int) -> Int {
    check(logDegree: logDegree)
    return he_embedding_table_doubles(UInt32(logDegree))
  }

  /// Words of the scratch of one degree, the same for every implementation.
  public static func embeddingScratchWords(logDegree: Int) -> Int {
    check(logDegree: logDegree)
    return he_embedding_scratch_doubles(UInt32(logDegree))
  }

  /// Writes the roots of unity of one degree, to the last bit the same on every machine.
  ///
  /// - Parameters:
  ///   - tables: `embeddingTableWords` words, aligned to 64 bytes.
  ///   - logDegree: log2 N.
  public static func fillEmbeddingTables(_ tables: inout MutableSpan<UInt64>, logDegree: Int) {
    let words = embeddingTableWords(logDegree: logDegree)
    precondition(tables.count == words, "tables of \(tables.count) words where \(words) are needed")
    unsafe tables.withUnsafeMutableBufferPointer { tables in
      guard let base = tables.baseAddress else { return }
      unsafe checkAlignment(base)
      unsafe base.withMemoryRebound(to: Double.self, capacity: words) {
        unsafe he_embedding_fill_tables($0, UInt32(logDegree))
      }
    }
  }

  /// From N real coefficients to n slots, in place: decoding.
  ///
  /// The error in the Euclidean norm is at most 4·log2(n)·2^-53 of the norm of the result.
  ///
  /// - Parameters:
  ///   - data: N finite doubles: in, the coefficients; out, the real parts of the slots, then the imaginary parts.
  ///   - scratch: `embeddingScratchWords` words, aligned to 64 bytes. What is left in them tells the data.
  ///   - tables: Filled for the same N.
  public func embeddingForward(
    _ data: inout MutableSpan<Double>, scratch: inout MutableSpan<UInt64>, tables: Span<UInt64>
  ) {
    unsafe embed(&data, &scratch, tables) { unsafe table.pointee.embedding_forward($0, $1, $2, $3) }
  }

  /// From n slots to N real coefficients, in place: encoding, the inverse of `embeddingForward`.
  ///
  /// The error in the Euclidean norm is at most 4·log2(n)·2^-53 of the norm of the result.
  ///
  /// - Parameters:
  ///   - data: N finite doubles: in, the real parts of the slots, then the imaginary parts; out, the coefficients.
  ///   - scratch: `embeddingScratchWords` words, aligned to 64 bytes. What is left in them tells the data.
  ///   - tables: Filled for the same N.
  public func embeddingInverse(
    _ data: inout MutableSpan<Double>, scratch: inout MutableSpan<UInt64>, tables: Span<UInt64>
  ) {
    unsafe embed(&data, &scratch, tables) { unsafe table.pointee.embedding_inverse($0, $1, $2, $3) }
  }

  private func embed(
    _ data: inout MutableSpan<Double>, _ scratch: inout MutableSpan<UInt64>, _ tables: Span<UInt64>,
    _ body: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UInt32, UnsafePointer<Double>) -> Void
  ) {
    precondition(data.count.nonzeroBitCount == 1, "an embedding of \(data.count) numbers, which is no power of two")
    let logDegree = data.count.trailingZeroBitCount
    let tableWords = Self.embeddingTableWords(logDegree: logDegree)
    let scratchWords = Self.embeddingScratchWords(logDegree: logDegree)
    precondition(tables.count == tableWords, "tables of \(tables.count) words where \(tableWords) are needed")
    precondition(scratch.count >= scratchWords, "scratch of \(scratch.count) words where \(scratchWords) are needed")
    unsafe data.withUnsafeMutableBufferPointer { data in
      unsafe scratch.withUnsafeMutableBufferPointer { scratch in
        unsafe tables.withUnsafeBufferPointer { tables in
          guard let data = data.baseAddress, let scratch = scratch.baseAddress, let tables = tables.baseAddress
          else { return }
          unsafe Self.checkAlignment(scratch)
          unsafe Self.checkAlignment(tables)
          unsafe scratch.withMemoryRebound(to: Double.self, capacity: scratchWords) { scratch in
            unsafe tables.withMemoryRebound(to: Double.self, capacity: tableWords) { tables in
              unsafe body(data, scratch, UInt32(logDegree), tables)
            }
          }
        }
      }
    }
  }

  private static func check(logDegree: Int) {
    precondition(
      KernelBackend.logDegrees.contains(logDegree), "an embedding of degree 2^\(logDegree), outside 2^3 … 2^17")
  }

  private static func checkAlignment(_ pointer: UnsafePointer<UInt64>) {
    precondition(UInt(bitPattern: pointer) % 64 == 0, "words of an embedding are not aligned to 64 bytes")
  }
}
