// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing

/// A key that turns ciphertexts of one secret into ciphertexts of another, as it is made and sent.
///
/// Who holds it can re-encrypt, and read nothing. Together with one of the secrets it gives the other away: it encrypts the
/// first under the second.
public struct SeededReencryptionKey: Sendable {
  /// The secret whose ciphertexts it takes.
  public let source: KeyIdentifier

  /// The secret whose ciphertexts it gives.
  public let target: KeyIdentifier

  package let switching: SeededKeySwitchingKey

  package init(source: KeyIdentifier, target: KeyIdentifier, switching: SeededKeySwitchingKey) {
    self.source = source
    self.target = target
    self.switching = switching
  }

  /// The set it was made for.
  public var parameters: RLWEParameters { switching.parameters }

  /// The most primes of a ciphertext that it serves.
  public var limbCount: Int { switching.limbCount }

  /// The key in the form that computes.
  ///
  /// - Parameter parallelism: How many threads may share the work.
  public func expanded(parallelism: Int = 1) -> ReencryptionKey {
    ReencryptionKey(
      source: source, target: target, switching: KeySwitchingKey(switching, parallelism: Parallelism(parallelism)))
  }
}

/// A key that turns ciphertexts of one secret into ciphertexts of another, in use.
public struct ReencryptionKey: Sendable {
  /// The secret whose ciphertexts it takes.
  public let source: KeyIdentifier

  /// The secret whose ciphertexts it gives.
  public let target: KeyIdentifier

  let switching: KeySwitchingKey

  /// The set it was made for.
  public var parameters: RLWEParameters { switching.parameters }

  /// The most primes of a ciphertext that it serves.
  public var limbCount: Int { switching.limbCount }
}

extension SecretKey {
  /// Makes a key that turns ciphertexts of this secret into ciphertexts of `target`.
  ///
  /// - Parameters:
  ///   - target: Another secret of the same parameters.
  ///   - limbCount: The most primes that the ciphertexts have; nil for all.
  ///   - parallelism: How many threads may share the work.
  /// - Throws: `RLWEError` where the parameters differ or have no key switching, or there are not as many primes.
  public borrowing func reencryptionKey(
    to target: borrowing SecretKey, limbCount: Int? = nil, parallelism: Int = 1
  ) throws(RLWEError) -> SeededReencryptionKey {
    guard parameters == target.parameters else {
      throw .parametersMismatch(expected: parameters.digest, found: target.parameters.digest)
    }
    let context = try parameters.requireKeySwitching()
    let limbs = limbCount ?? parameters.limbCount
    guard (1...parameters.limbCount).contains(limbs) else {
      throw .keyLimbCount(asked: limbs, available: parameters.limbCount)
    }
    let own = evaluation(in: parameters.basis(limbs: limbs))
    let other = target.evaluation(in: context.keyBasis(limbs: limbs))
    return SeededReencryptionKey(
      source: identifier, target: target.identifier,
      switching: SeededKeySwitchingKey(
        parameters: parameters, context: context, limbCount: limbs, from: own, to: other,
        parallelism: Parallelism(parallelism)))
  }
}
