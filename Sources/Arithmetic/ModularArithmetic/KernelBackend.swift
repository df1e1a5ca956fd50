// SPDX-License-Identifier: Apache-2.0

import CPolynomial

/// One implementation of the instruction-set dependent kernels: vectors of residues, transforms, base conversion.
///
/// All backends give the same bits, in time that does not depend on the residues. Methods check counts and widths, then
/// make one call into C; `he_kernels.h` states the contract of each. Residues are canonical, in [0, q), on both sides.
@safe
public struct KernelBackend: @unchecked Sendable {
  // Sendable because the table is a constant of the C target.
  let table: UnsafePointer<he_kernels>

  /// The instructions that a backend is written for.
  public enum InstructionSet: String, CaseIterable, Sendable {
    /// Plain C, on every machine.
    case scalar
    /// x86-64 with AVX-512 F, DQ, BW, VL, IFMA and VBMI: 52-bit multiplication [HEXL21].
    case avx512ifma
    /// x86-64 with AVX-512 F, DQ and VL: double-precision arithmetic [HL24].
    case avx512
    /// x86-64 with AVX2 and FMA: double-precision arithmetic.
    case avx2
    /// Arm with 64-bit Neon: double-precision arithmetic.
    case neon
  }

  /// The backend for `instructionSet`, or nil where this build or this CPU lacks the instructions.
  public init?(_ instructionSet: InstructionSet) {
    let isa: he_isa =
      switch instructionSet {
      case .scalar: CPolynomial.scalar
      case .avx512ifma: CPolynomial.avx512ifma
      case .avx512: CPolynomial.avx512
      case .avx2: CPolynomial.avx2
      case .neon: CPolynomial.neon
      }
    guard let table = unsafe he_kernels_for(isa) else { return nil }
    unsafe self.table = table
  }

  private init(table: UnsafePointer<he_kernels>) {
    unsafe self.table = table
  }

  /// Every backend that this build and this CPU have; the scalar one first.
  public static var supported: [KernelBackend] {
    InstructionSet.allCases.compactMap { KernelBackend($0) }
  }

  /// The fastest backend here that takes the modulus.
  public static func best(for q: Modulus) -> KernelBackend {
    unsafe KernelBackend(table: he_kernels_best(q.value))
  }

  /// The instructions it is written for.
  public var instructionSet: InstructionSet {
    switch unsafe table.pointee.isa {
    case CPolynomial.scalar: .scalar
    case CPolynomial.avx512ifma: .avx512ifma
    case CPolynomial.avx512: .avx512
    case CPolynomial.avx2: .avx2
    case CPolynomial.neon: .neon
    default: preconditionFailure("the kernels are for an instruction set that this module does not know")
    }
  }

  /// Takes the moduli q < modulusLimit.
  public var modulusLimit: UInt64 {
    unsafe table.pointee.modulus_limit
  }

  /// The kernels' constants of one modulus.
  static func constants(of value: UInt64) -> he_modulus {
    var constants = he_modulus()
    unsafe he_modulus_init(&constants, value)
    return constants
  }

  func check(_ q: Modulus) {
    precondition(q.value < modulusLimit, "modulus \(q.value) is not below the limit \(modulusLimit) of the kernels")
  }
}

extension KernelBackend: Hashable {
  /// Whether both are for the same instructions.
  public static func == (lhs: KernelBackend, rhs: KernelBackend) -> Bool {
    lhs.instructionSet == rhs.instructionSet
  }

  /// Feeds the instruction set.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(instructionSet)
  }
}
