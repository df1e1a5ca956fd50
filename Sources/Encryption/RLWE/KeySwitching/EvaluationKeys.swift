// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing

/// Evaluation keys as they are made and sent: half the size of those in use.
///
/// Public: they let anybody compute on ciphertexts of their key, and read none.
public struct SeededEvaluationKeys: Sendable {
  /// The set they were made for.
  public let parameters: RLWEParameters

  /// The key whose ciphertexts they serve.
  public let key: KeyIdentifier

  /// The most primes of a ciphertext that they serve.
  public let limbCount: Int

  package let relinearization: SeededKeySwitchingKey?
  package let galois: [GaloisElement: SeededKeySwitchingKey]

  package init(
    parameters: RLWEParameters, key: KeyIdentifier, limbCount: Int, relinearization: SeededKeySwitchingKey?,
    galois: [GaloisElement: SeededKeySwitchingKey]
  ) {
    self.parameters = parameters
    self.key = key
    self.limbCount = limbCount
    self.relinearization = relinearization
    self.galois = galois
  }

  init(
    parameters: RLWEParameters, key: KeyIdentifier, limbCount: Int, keys: [EvaluationKeyPurpose: SeededKeySwitchingKey]
  ) {
    self.init(
      parameters: parameters, key: key, limbCount: limbCount, relinearization: keys[.relinearization],
      galois: keys.galoisKeys)
  }

  /// The automorphisms that there are keys for.
  public var galoisElements: Set<GaloisElement> { Set(galois.keys) }

  /// Whether there is a key for products.
  public var hasRelinearizationKey: Bool { relinearization != nil }

  /// What these keys answer.
  public var request: EvaluationKeyRequest {
    EvaluationKeyRequest(
      relinearization: hasRelinearizationKey, galoisElements: galoisElements, limbCount: limbCount)
  }

  /// The key for one purpose, where there is one.
  subscript(purpose: EvaluationKeyPurpose) -> SeededKeySwitchingKey? {
    switch purpose {
    case .relinearization: relinearization
    case .galois(let element): galois[element]
    }
  }

  /// The keys in the form that computes.
  ///
  /// - Parameter parallelism: How many threads may share the work.
  public func expanded(parallelism: Int = 1) -> EvaluationKeys {
    EvaluationKeys(
      parameters: parameters, key: key, limbCount: limbCount,
      relinearization: relinearization.map { KeySwitchingKey($0, parallelism: Parallelism(parallelism)) },
      galois: galois.mapValues { KeySwitchingKey($0, parallelism: Parallelism(parallelism)) })
  }

  /// The same keys for ciphertexts of at most `limbs` primes.
  ///
  /// requires: 1 … limbCount.
  public func trimmed(limbCount limbs: Int) -> SeededEvaluationKeys {
    SeededEvaluationKeys(
      parameters: parameters, key: key, limbCount: limbs, relinearization: relinearization?.trimmed(limbCount: limbs),
      galois: galois.mapValues { $0.trimmed(limbCount: limbs) })
  }
}

/// Evaluation keys in use: shared by reference, never changed.
public final class EvaluationKeys: Sendable {
  /// The set they were made for.
  public let parameters: RLWEParameters

  /// The key whose ciphertexts they serve.
  public let key: KeyIdentifier

  /// The most primes of a ciphertext that they serve.
  public let limbCount: Int

  private let relinearization: KeySwitchingKey?
  private let galois: [GaloisElement: GaloisKey]

  init(
    parameters: RLWEParameters, key: KeyIdentifier, limbCount: Int, relinearization: KeySwitchingKey?,
    galois: [GaloisElement: KeySwitchingKey]
  ) {
    self.parameters = parameters
    self.key = key
    self.limbCount = limbCount
    self.relinearization = relinearization
    self.galois = galois.reduce(into: [:]) { keys, pair in
      keys[pair.key] = GaloisKey(
        key: pair.value, automorphism: GaloisAutomorphism(element: pair.key.value, degree: parameters.degree))
    }
  }

  convenience init(
    parameters: RLWEParameters, key: KeyIdentifier, limbCount: Int, keys: [EvaluationKeyPurpose: KeySwitchingKey]
  ) {
    self.init(
      parameters: parameters, key: key, limbCount: limbCount, relinearization: keys[.relinearization],
      galois: keys.galoisKeys)
  }

  /// The automorphisms that there are keys for.
  public var galoisElements: Set<GaloisElement> { Set(galois.keys) }

  /// Whether there is a key for products.
  public var hasRelinearizationKey: Bool { relinearization != nil }

  /// Bytes of memory that they take.
  public var byteCount: Int {
    (relinearization?.byteCount ?? 0) + galois.values.reduce(0) { $0 + $1.key.byteCount }
  }

  /// The key for products of ciphertexts of `limbs` primes.
  package func relinearizationKey(limbs: Int) throws(RLWEError) -> KeySwitchingKey {
    guard let relinearization else { throw .missingRelinearizationKey }
    guard limbs <= limbCount else { throw .keysTooShort(keys: limbCount, ciphertext: limbs) }
    return relinearization
  }

  /// The key for an automorphism of ciphertexts of `limbs` primes.
  package func galoisKey(_ element: GaloisElement, limbs: Int) throws(RLWEError) -> GaloisKey {
    guard let key = galois[element] else { throw .missingGaloisKey(element: element.value, degree: element.degree) }
    guard limbs <= limbCount else { throw .keysTooShort(keys: limbCount, ciphertext: limbs) }
    return key
  }
}

/// A key for one automorphism: it switches from s to s(X^(1/g)), and the automorphism, applied last, brings that back to s.
///
/// In this order the digits of a ciphertext do not depend on the automorphism, and two polynomials are permuted instead of
/// all digits.
package struct GaloisKey: Sendable {
  let key: KeySwitchingKey
  let automorphism: GaloisAutomorphism
}

extension Dictionary where Key == EvaluationKeyPurpose {
  /// Those for automorphisms.
  fileprivate var galoisKeys: [GaloisElement: Value] {
    reduce(into: [:]) { keys, pair in
      if case .galois(let element) = pair.key { keys[element] = pair.value }
    }
  }
}
