// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing

/// Which evaluation keys a computation needs: nothing else is made, sent or kept.
public struct EvaluationKeyRequest: Sendable, Hashable {
  /// Whether products are to be relinearised.
  public var relinearization: Bool

  /// The automorphisms that are to be applied; the identity needs no key.
  public var galoisElements: Set<GaloisElement>

  /// The most primes that ciphertexts have when the keys are used on them; nil for all.
  ///
  /// Keys for fewer primes are smaller in both directions: fewer digits, and shorter ones.
  public var limbCount: Int?

  /// Asks for keys.
  public init(relinearization: Bool = false, galoisElements: Set<GaloisElement> = [], limbCount: Int? = nil) {
    self.relinearization = relinearization
    self.galoisElements = galoisElements
    self.limbCount = limbCount
  }

  /// Asks for rotations by the given steps to the left, and for the swap of rows or conjugation.
  public init(
    relinearization: Bool = false, rotations: some Sequence<Int>, conjugation: Bool = false, degree: Int,
    limbCount: Int? = nil
  ) {
    var elements = Set(rotations.map { GaloisElement.rotation(by: $0, degree: degree) })
    if conjugation { elements.insert(.conjugation(degree: degree)) }
    self.init(relinearization: relinearization, galoisElements: elements, limbCount: limbCount)
  }

  /// The elements for which a key is made, in order.
  var keyedElements: [GaloisElement] { galoisElements.filter { !$0.isIdentity }.sorted() }

  /// What each key is for, in the order in which they are made and written.
  var purposes: [EvaluationKeyPurpose] {
    (relinearization ? [.relinearization] : []) + keyedElements.map { .galois($0) }
  }

  /// How many primes the keys cover.
  ///
  /// - Throws: `RLWEError` where the parameters have no such keys.
  func limbCount(in parameters: RLWEParameters) throws(RLWEError) -> Int {
    let limbs = limbCount ?? parameters.limbCount
    guard (1...parameters.limbCount).contains(limbs) else {
      throw .keyLimbCount(asked: limbs, available: parameters.limbCount)
    }
    if let element = galoisElements.first(where: { $0.degree != parameters.degree }) {
      throw .foreignGaloisElement(element: element.value, degree: element.degree)
    }
    return limbs
  }

  /// How many keys that are.
  public var keyCount: Int { (relinearization ? 1 : 0) + keyedElements.count }

  /// Bytes of memory of the keys in use: known before anything is made; 0 where the parameters have no such keys.
  public func memoryByteCount(parameters: RLWEParameters) -> Int {
    guard let context = parameters.keySwitching, let limbs = try? limbCount(in: parameters) else { return 0 }
    return keyCount * 8 * context.packedWords(limbs: limbs).reduce(0, +)
  }
}

/// What one evaluation key is for.
enum EvaluationKeyPurpose: Hashable, Sendable {
  /// Products: it switches from s² to s.
  case relinearization
  /// An automorphism X ↦ X^g: it switches from s to s(X^(1/g)).
  case galois(GaloisElement)
}
