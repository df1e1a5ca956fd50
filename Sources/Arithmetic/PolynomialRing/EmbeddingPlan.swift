// SPDX-License-Identifier: Apache-2.0

public import ModularArithmetic

/// Everything the canonical embedding of one ring degree needs: roots of unity and the chosen kernels.
///
/// Immutable and shared by reference. With ζ = exp(2πi/2N), slot i of a polynomial a is a(ζ^(3^i)), i < N/2 [CKKS17, section 3.2].
public final class EmbeddingPlan: Sendable {
  /// Ring degree N, a power of two in 2^3 … 2^17.
  public let degree: Int

  /// The kernels; all of them give the same bits.
  public let backend: FFTBackend

  private let tables: AlignedStorage

  /// Builds the tables: about 1 ms for the largest degree.
  ///
  /// - Parameters:
  ///   - degree: Ring degree N.
  ///   - instructionSet: The kernels to use; the fastest if nil.
  /// - Throws: `RingError` where the degree is out of range, or the CPU lacks the instructions.
  public init(degree: Int, instructionSet: FFTBackend.InstructionSet? = nil) throws(RingError) {
    guard degree.nonzeroBitCount == 1, (8...131_072).contains(degree) else { throw .unsupportedDegree(degree) }
    if let instructionSet {
      guard let backend = FFTBackend(instructionSet) else {
        throw .unavailableInstructionSet(instructionSet.rawValue)
      }
      self.backend = backend
    } else {
      backend = FFTBackend.best
    }
    self.degree = degree
    let logDegree = degree.trailingZeroBitCount
    let storage = AlignedStorage(uninitializedCount: FFTBackend.embeddingTableWords(logDegree: logDegree))
    var words = storage.mutableWords(0..<storage.count)
    FFTBackend.fillEmbeddingTables(&words, logDegree: logDegree)
    tables = storage
  }

  /// How many complex numbers a polynomial holds: N/2.
  public var slotCount: Int {
    degree / 2
  }

  /// Working memory for one transform at a time, overwritten with zeros when it dies.
  package func makeScratch() -> AlignedStorage {
    let words = FFTBackend.embeddingScratchWords(logDegree: degree.trailingZeroBitCount)
    return AlignedStorage(uninitializedCount: words, zeroising: true)
  }

  /// Decodes in place: N real coefficients to the real parts of N/2 slots, then their imaginary parts.
  ///
  /// - Parameters:
  ///   - data: N finite numbers.
  ///   - scratch: From `makeScratch()`, held by the caller alone.
  package func forward(_ data: inout MutableSpan<Double>, scratch: AlignedStorage) {
    precondition(data.count == degree, "\(data.count) numbers for an embedding of degree \(degree)")
    let storage = tables
    var words = scratch.mutableWords(0..<scratch.count)
    backend.embeddingForward(&data, scratch: &words, tables: storage.words(0..<storage.count))
  }

  /// Encodes in place: the real parts of N/2 slots, then their imaginary parts, to N real coefficients.
  ///
  /// - Parameters:
  ///   - data: N finite numbers.
  ///   - scratch: From `makeScratch()`, held by the caller alone.
  package func inverse(_ data: inout MutableSpan<Double>, scratch: AlignedStorage) {
    precondition(data.count == degree, "\(data.count) numbers for an embedding of degree \(degree)")
    let storage = tables
    var words = scratch.mutableWords(0..<scratch.count)
    backend.embeddingInverse(&data, scratch: &words, tables: storage.words(0..<storage.count))
  }
}
