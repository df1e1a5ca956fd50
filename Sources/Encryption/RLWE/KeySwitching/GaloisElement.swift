// SPDX-License-Identifier: Apache-2.0

/// An automorphism X ↦ X^g of the ring, named by g, odd modulo 2N.
///
/// Slots are laid out by powers of 3, as in SEAL: X ↦ X^(3^r) rotates them by r places to the left, X ↦ X^(−1) swaps the two
/// rows (BFV) or conjugates (CKKS).
public struct GaloisElement: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// g.
  public let value: Int

  /// Ring degree N.
  public let degree: Int

  /// Any automorphism.
  ///
  /// requires: odd, 1 ≤ value < 2N.
  public init(_ value: Int, degree: Int) {
    precondition(degree.nonzeroBitCount == 1, "ring degree \(degree) is not a power of two")
    precondition(
      value & 1 == 1 && (1..<2 * degree).contains(value), "\(value) is no Galois element of degree \(degree)")
    self.value = value
    self.degree = degree
  }

  /// The rotation of slots by `steps` to the left; to the right where negative.
  ///
  /// - Parameters:
  ///   - steps: Taken modulo N/2.
  ///   - degree: Ring degree N.
  public static func rotation(by steps: Int, degree: Int) -> GaloisElement {
    let slots = degree / 2
    return GaloisElement(power(3, ((steps % slots) + slots) % slots, modulo: 2 * degree), degree: degree)
  }

  /// The swap of rows, or complex conjugation.
  public static func conjugation(degree: Int) -> GaloisElement {
    GaloisElement(2 * degree - 1, degree: degree)
  }

  /// The element of the inverse automorphism.
  public var inverse: GaloisElement {
    // The units modulo 2N have an exponent that divides N/2 · 2.
    GaloisElement(Self.power(value, degree - 1, modulo: 2 * degree), degree: degree)
  }

  /// Whether it is the identity.
  public var isIdentity: Bool { value == 1 }

  /// g.
  public var description: String { "X ↦ X^\(value)" }

  /// By value.
  public static func < (lhs: GaloisElement, rhs: GaloisElement) -> Bool { lhs.value < rhs.value }

  private static func power(_ base: Int, _ exponent: Int, modulo m: Int) -> Int {
    var result = 1
    var square = base % m
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result = result * square % m }
      square = square * square % m
      rest >>= 1
    }
    return result
  }
}
