// SPDX-License-Identifier: Apache-2.0

extension EvaluationKeys {
  /// Throws unless there is a key for every automorphism: before the first of them costs anything.
  ///
  /// Names the first that is missing as those who asked for it call it. The identity needs no key.
  ///
  /// - Parameters:
  ///   - elements: What is to be applied.
  ///   - parameters: Those of the ciphertext.
  ///   - key: Opens the ciphertext.
  ///   - limbs: How many primes the ciphertext has.
  package func require(
    _ elements: [GaloisElement], for parameters: RLWEParameters, key: KeyIdentifier, limbs: Int
  ) throws(RLWEError) {
    for element in elements where !element.isIdentity {
      try requireCompatible(parameters, key)
      guard element.degree == parameters.degree else {
        throw .foreignGaloisElement(element: element.value, degree: element.degree)
      }
      _ = try galoisKey(element, limbs: limbs)
    }
  }
}
