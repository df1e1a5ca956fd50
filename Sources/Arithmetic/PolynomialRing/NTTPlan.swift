// SPDX-License-Identifier: Apache-2.0

public import ModularArithmetic

/// Everything a number-theoretic transform modulo one prime needs: constants, twiddle tables, the chosen kernels.
///
/// Immutable and shared by reference between all bases that hold the prime.
public final class NTTPlan: Sendable {
  /// Ring degree N, a power of two in 2^3 … 2^17.
  public let degree: Int

  /// The prime q ≡ 1 mod 2N.
  public let modulus: Modulus

  /// ψ, the numerically smallest primitive 2N-th root of unity modulo q.
  public let root: UInt64

  /// The kernels that all arithmetic modulo this prime uses, chosen once by the width of the prime.
  public let backend: KernelBackend

  let tables: AlignedStorage

  /// Builds the tables.
  ///
  /// - Parameters:
  ///   - degree: Ring degree N.
  ///   - modulus: A prime that is 1 modulo 2N.
  ///   - instructionSet: The kernels to use; the fastest that take the prime if nil.
  /// - Throws: `RingError` where the degree or the prime do not allow the transform, or the CPU lacks the instructions.
  public init(
    degree: Int, modulus: Modulus, instructionSet: KernelBackend.InstructionSet? = nil
  ) throws(RingError) {
    guard degree.nonzeroBitCount == 1, (8...131_072).contains(degree) else { throw .unsupportedDegree(degree) }
    guard NTTPrimes.isPrime(modulus.value), modulus.value % UInt64(2 * degree) == 1,
      let root = RootsOfUnity.minimalPrimitive(order: UInt64(2 * degree), modulo: modulus)
    else { throw .notAnNTTPrime(modulus: modulus.value, degree: degree) }
    if let instructionSet {
      guard let backend = KernelBackend(instructionSet), modulus.value < backend.modulusLimit else {
        throw .unavailableInstructionSet(instructionSet.rawValue)
      }
      self.backend = backend
    } else {
      backend = KernelBackend.best(for: modulus)
    }
    self.degree = degree
    self.modulus = modulus
    self.root = root
    let logDegree = degree.trailingZeroBitCount
    let storage = AlignedStorage(count: backend.nttTableWords(logDegree: logDegree))
    var words = storage.mutableWords(0..<storage.count)
    backend.fillNTTTables(&words, logDegree: logDegree, modulo: modulus, root: root)
    tables = storage
  }

  /// Transforms N residues from coefficient to evaluation form, in place.
  package func forward(_ data: inout MutableSpan<UInt64>) {
    let storage = tables
    backend.nttForward(&data, modulo: modulus, tables: storage.words(0..<storage.count))
  }

  /// Transforms N residues from coefficient form to evaluations that are lazy: in the backend's own form, in place.
  package func forwardLazy(_ data: inout MutableSpan<UInt64>) {
    let storage = tables
    backend.nttForwardLazy(&data, modulo: modulus, tables: storage.words(0..<storage.count))
  }

  /// Transforms N residues from evaluation to coefficient form, in place.
  package func inverse(_ data: inout MutableSpan<UInt64>) {
    let storage = tables
    backend.nttInverse(&data, modulo: modulus, tables: storage.words(0..<storage.count))
  }

  /// scalar times the residues of N evaluations in coefficient form.
  package func inverseScaled(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, by scalar: UInt64) {
    let storage = tables
    backend.nttInverseScaled(&out, input, by: scalar, modulo: modulus, tables: storage.words(0..<storage.count))
  }

  /// The same in place.
  package func inverseScaledInPlace(_ data: inout MutableSpan<UInt64>, by scalar: UInt64) {
    let storage = tables
    backend.nttInverseScaledInPlace(&data, by: scalar, modulo: modulus, tables: storage.words(0..<storage.count))
  }

  /// Ends the transform of a digit and a division: `KernelBackend.finishQuotient`.
  package func finishQuotient(
    _ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>?, digit: inout MutableSpan<UInt64>, by scalar: UInt64,
    adding addend: Span<UInt64>?
  ) {
    let storage = tables
    backend.finishQuotient(
      &out, lhs, digit: &digit, by: scalar, adding: addend, modulo: modulus, tables: storage.words(0..<storage.count))
  }

  /// Ends the transforms of digits, and multiplies them with both halves of a packed key: `KernelBackend.finishKeyProduct`.
  package func finishKeyProduct(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, digits: inout MutableSpan<UInt64>, terms: Int,
    begun: UInt64, known: Span<UInt64>? = nil, knownDigit: Int = 0, packed: Span<UInt64>, packedTerms: Int,
    adding tensor: TensorTerm? = nil
  ) {
    let storage = tables
    backend.finishKeyProduct(
      &out0, &out1, digits: &digits, digitStride: degree, terms: terms, begun: begun, known: known,
      knownDigit: knownDigit, packed: packed, packedTerms: packedTerms, adding: tensor, modulo: modulus,
      tables: storage.words(0..<storage.count))
  }
}
