// SPDX-License-Identifier: Apache-2.0

package import CPolynomial

/// A public modulus q with 2 ≤ q < 2^62, and the constants that the kernels need for it.
///
/// The scalar operations take and give residues in [0, q). They divide, so their time depends on their operands: they
/// are for precomputation with public values. Polynomials of secrets go through `KernelBackend`.
public struct Modulus: Sendable, Hashable {
  /// The kernels' constants.
  package let constants: he_modulus

  /// Largest bit width of a modulus: four times a residue must fit a word [Har14].
  public static let maximumBitWidth = Int(HE_MODULUS_BITS_MAX)

  /// Prepares the constants.
  ///
  /// - Parameter value: q, with 2 ≤ q < 2^62; prime only where inverses or transforms are needed.
  public init(_ value: UInt64) {
    precondition(value >= 2 && value >> UInt64(HE_MODULUS_BITS_MAX) == 0, "modulus \(value) is outside [2, 2^62)")
    constants = KernelBackend.constants(of: value)
  }

  /// q.
  public var value: UInt64 {
    constants.value
  }

  /// Bit length of q: 2^(bitWidth-1) ≤ q < 2^bitWidth.
  public var bitWidth: Int {
    Int(constants.bits)
  }

  /// Whether both are the same integer.
  public static func == (lhs: Modulus, rhs: Modulus) -> Bool {
    lhs.value == rhs.value
  }

  /// Feeds q.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(value)
  }
}

extension Modulus: CustomStringConvertible {
  /// q in decimal digits.
  public var description: String {
    String(value)
  }
}
