// SPDX-License-Identifier: Apache-2.0

/// Roots of unity modulo a prime.
public enum RootsOfUnity {
  /// The numerically smallest primitive root of unity of a power-of-two order: the same on every run and machine.
  ///
  /// - Parameters:
  ///   - order: A power of two, at least 2; 2N for a negacyclic transform of degree N.
  ///   - modulus: A prime q.
  /// - Returns: ψ with ψ^(order/2) = -1, or nil where order does not divide q - 1.
  /// - Complexity: order/2 multiplications.
  public static func minimalPrimitive(order: UInt64, modulo modulus: Modulus) -> UInt64? {
    precondition(order >= 2 && order.nonzeroBitCount == 1, "order \(order) is not a power of two of at least 2")
    guard (modulus.value - 1) % order == 0 else { return nil }
    guard let root = anyPrimitive(order: order, modulo: modulus) else { return nil }
    // The primitive roots are the odd powers of any one of them.
    let square = modulus.multiply(root, root)
    var smallest = root
    var power = root
    for _ in 1..<max(order / 2, 1) {
      power = modulus.multiply(power, square)
      smallest = min(smallest, power)
    }
    return smallest
  }

  /// c^((q-1)/order) for the first c = 2, 3, 4, … that makes it primitive: a quadratic non-residue, found at once.
  private static func anyPrimitive(order: UInt64, modulo modulus: Modulus) -> UInt64? {
    var candidate: UInt64 = 2
    // The smallest non-residue of a prime below 2^64 is at most 373, as the pseudosquares show [Sor10]; beyond the
    // limit the modulus is not prime.
    while candidate < min(modulus.value, 1 << 10) {
      let root = modulus.power(candidate, (modulus.value - 1) / order)
      if modulus.power(root, order / 2) == modulus.value - 1 { return root }
      candidate += 1
    }
    return nil
  }
}
