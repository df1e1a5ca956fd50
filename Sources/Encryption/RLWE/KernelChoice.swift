// SPDX-License-Identifier: Apache-2.0

public import ModularArithmetic

/// Which implementation of the arithmetic a parameter set uses.
///
/// Results are the same for all.
public enum KernelChoice: Hashable, Sendable {
  /// For each prime the fastest that this processor has.
  case automatic
  /// One for all primes, refused where the processor lacks it.
  case only(KernelBackend.InstructionSet)

  /// The implementation to ask for where the modulus may be too wide for it: nil then.
  package func instructionSet(for modulus: UInt64) -> KernelBackend.InstructionSet? {
    guard let set = instructionSet, let backend = KernelBackend(set), modulus < backend.modulusLimit else { return nil }
    return set
  }

  var instructionSet: KernelBackend.InstructionSet? {
    switch self {
    case .automatic: nil
    case .only(let set): set
    }
  }
}
