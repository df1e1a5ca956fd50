// SPDX-License-Identifier: Apache-2.0

public import RLWE

/// A CKKS parameter set as written down: not yet checked.
public struct CKKSParameterLiteral: Codable, Hashable, Sendable {
  /// Ring degree N: N/2 slots.
  public var degree: Int

  /// The primes that are never dropped; what is decrypted last must fit under their product.
  public var baseModuli: [UInt64]

  /// The primes of each level, lowest level first: a rescale drops those of the highest level that is left.
  ///
  /// One prime near the scale a level, or two whose product is near it where the scale has more bits than a prime.
  public var levelModuli: [[UInt64]]

  /// The scale of fresh ciphertexts at the highest level.
  public var scale: Double

  /// How large encrypted numbers are in absolute value where nothing else is said.
  public var valueBound: Double

  /// How products are relinearised and slots rotated; nil where neither is done.
  public var keySwitching: KeySwitchingLiteral?

  /// What the set must withstand.
  public var security: SecurityLevel

  /// Writes down a set.
  public init(
    degree: Int, baseModuli: [UInt64], levelModuli: [[UInt64]], scale: Double, valueBound: Double = 1,
    keySwitching: KeySwitchingLiteral? = nil, security: SecurityLevel = .classical128
  ) {
    self.degree = degree
    self.baseModuli = baseModuli
    self.levelModuli = levelModuli
    self.scale = scale
    self.valueBound = valueBound
    self.keySwitching = keySwitching
    self.security = security
  }
}
