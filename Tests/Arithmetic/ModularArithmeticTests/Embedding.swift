// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport

/// One degree and implementation of the embedding, with tables; transforms arrays.
struct Embedding {
  let backend: FFTBackend
  let logDegree: Int
  let tables: AlignedWords

  init(_ backend: FFTBackend, logDegree: Int) {
    self.backend = backend
    self.logDegree = logDegree
    tables = AlignedWords(Array(repeating: 0, count: FFTBackend.embeddingTableWords(logDegree: logDegree)))
    tables.mutate { FFTBackend.fillEmbeddingTables(&$0, logDegree: logDegree) }
  }

  /// Coefficients to slots: real parts, then imaginary parts.
  func forward(_ input: [Double]) -> [Double] {
    run(input) { backend.embeddingForward(&$0, scratch: &$1, tables: $2) }
  }

  /// Slots to coefficients.
  func inverse(_ input: [Double]) -> [Double] {
    run(input) { backend.embeddingInverse(&$0, scratch: &$1, tables: $2) }
  }

  private func run(
    _ input: [Double], _ body: (inout MutableSpan<Double>, inout MutableSpan<UInt64>, Span<UInt64>) -> Void
  ) -> [Double] {
    // What scratch holds before does not matter: all ones are not even numbers.
    let words = FFTBackend.embeddingScratchWords(logDegree: logDegree)
    let scratch = AlignedWords(Array(repeating: UInt64.max, count: words))
    var data = input
    tables.read { tables in
      scratch.mutate { scratch in
        var span = data.mutableSpan
        body(&span, &scratch, tables)
      }
    }
    return data
  }
}

/// The bound of the contract on the error in the Euclidean norm, relative to the result.
func embeddingBound(logDegree: Int) -> Double {
  4 * Double(logDegree - 1) * 0x1p-53
}

/// Euclidean norm.
func norm(_ values: [Double]) -> Double {
  values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}

func difference(_ lhs: [Double], _ rhs: [Double]) -> Double {
  norm(zip(lhs, rhs).map { $0 - $1 })
}

func bitPatterns(_ values: [Double]) -> [UInt64] {
  values.map(\.bitPattern)
}

extension TestGenerator {
  /// Numbers in [-1, 1), exact multiples of 2^-52.
  mutating func reals(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double(Int64(bitPattern: next()) >> 11) * 0x1p-52 }
  }
}
