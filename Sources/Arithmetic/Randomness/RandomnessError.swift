// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with the bytes of a seed.
public enum RandomnessError: Error, Sendable, Hashable {
  /// A seed of another length than `Seed.byteCount`.
  case seedLength(Int)
}

extension RandomnessError: CustomStringConvertible {
  /// What was given and what is needed.
  public var description: String {
    switch self {
    case .seedLength(let count): "a seed of \(count) bytes; give exactly \(Seed.byteCount)"
    }
  }
}
