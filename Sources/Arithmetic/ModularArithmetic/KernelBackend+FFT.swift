// SPDX-License-Identifier: Apache-2.0

import CPolynomial

/// One implementation of the floating-point kernels: the canonical embedding of CKKS, and doubles to words and back.
///
/// All implementations give the same bits, on every machine, in time that does not depend on the values; `he_fft.h` states
/// the contract of each. Methods check counts and alignment, then make one call into C.
@safe
public struct FFTBackend: @unchecked Sendable {
  // Sendable because the table is a constant of the C target.
  let table: UnsafePointer<he_fft_kernels>

  /// The instructions that an implementation is written for.
  public enum InstructionSet: String, CaseIterable, Sendable {
    /// Plain C, on every machine.
    case scalar
    /// aarch64.
    case neon
    /// x86-64 with AVX2 and fused multiply-add.
    case avx2
    /// x86-64 with AVX-512 F and DQ.
    case avx512
  }

  /// The implementation for `instructionSet`, or nil where this build or this CPU lacks the instructions.
  public init?(_ instructionSet: InstructionSet) {
    let isa: he_fft_isa =
      switch instructionSet {
      case .scalar: CPolynomial.fftScalar
      case .neon: CPolynomial.fftNEON
      case .avx2: CPolynomial.fftAVX2
      case .avx512: CPolynomial.fftAVX512
      }
    guard let table = unsafe he_fft_kernels_for(isa) else { return nil }
    unsafe self.table = table
  }

  private init(table: UnsafePointer<he_fft_kernels>) {
    unsafe self.table = table
  }

  /// Every implementation that this build and this CPU have; the scalar one first.
  public static var supported: [FFTBackend] {
    InstructionSet.allCases.compactMap { FFTBackend($0) }
  }

  /// The fastest implementation here.
  public static var best: FFTBackend {
    unsafe FFTBackend(table: he_fft_kernels_best())
  }

  /// The instructions it is written for.
  public var instructionSet: InstructionSet {
    switch unsafe table.pointee.isa {
    case CPolynomial.fftScalar: .scalar
    case CPolynomial.fftNEON: .neon
    case CPolynomial.fftAVX2: .avx2
    case CPolynomial.fftAVX512: .avx512
    default: preconditionFailure("the kernels are for an instruction set that this module does not know")
    }
  }
}

extension FFTBackend: Hashable {
  /// Whether both are for the same instructions.
  public static func == (lhs: FFTBackend, rhs: FFTBackend) -> Bool {
    lhs.instructionSet == rhs.instructionSet
  }

  /// Feeds the instruction set.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(instructionSet)
  }
}
