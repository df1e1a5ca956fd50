// SPDX-License-Identifier: Apache-2.0

/// How a polynomial is cut into digits for key switching, as written down: not yet checked.
public enum KeySwitchingLiteral: Codable, Hashable, Sendable {
  /// Digits of `digitLimbs` primes each, and special primes whose product P is divided out at the end [HK20; KPZ21, appendix
  /// B.2.3].
  ///
  /// The noise stays that of a rounding where P is at least as large as a digit. The security of the set counts P.
  case hybrid(specialModuli: [UInt64], digitLimbs: Int)

  /// Digits of `digitBits` bits of each prime, and no special prime: for rings too small to afford one [BV11].
  case gadget(digitBits: Int)

  /// Part of the parameters' digest.
  var canonicalText: String {
    switch self {
    case .hybrid(let special, let limbs):
      "hybrid \(limbs)\n" + special.map { "\($0)\n" }.joined()
    case .gadget(let bits):
      "gadget \(bits)\n"
    }
  }
}
