// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing

extension SecretKey {
  /// Makes the evaluation keys that are asked for, with fresh randomness.
  ///
  /// - Parameters:
  ///   - request: Which.
  ///   - parallelism: How many threads may share the work.
  ///   - progress: Called after each key with how many are done and how many there will be.
  /// - Throws: `RLWEError` where the parameters have no key switching, or an element is of another degree.
  public borrowing func evaluationKeys(
    _ request: EvaluationKeyRequest, parallelism: Int = 1, progress: ((_ done: Int, _ of: Int) -> Void)? = nil
  ) throws(RLWEError) -> SeededEvaluationKeys {
    guard let context = parameters.keySwitching else { throw .noKeySwitching }
    let limbs = request.limbCount ?? parameters.limbCount
    guard (1...parameters.limbCount).contains(limbs) else {
      throw .keysTooShort(keys: parameters.limbCount, ciphertext: limbs)
    }
    if let element = request.galoisElements.first(where: { $0.degree != parameters.degree }) {
      throw .foreignGaloisElement(element: element.value, degree: element.degree)
    }
    let secret = evaluation(in: context.keyBasis(limbs: limbs))
    var done = 0
    func step() {
      done += 1
      progress?(done, request.keyCount)
    }
    var relinearization: SeededKeySwitchingKey?
    if request.relinearization {
      let square = secret.squared()
      relinearization = SeededKeySwitchingKey(
        parameters: parameters, context: context, limbCount: limbs, from: square, to: secret, parallelism: parallelism)
      step()
    }
    var galois: [GaloisElement: SeededKeySwitchingKey] = [:]
    for element in request.keyedElements {
      let image = secret.applying(
        GaloisAutomorphism(element: element.inverse.value, degree: parameters.degree), parallelism: parallelism)
      galois[element] = SeededKeySwitchingKey(
        parameters: parameters, context: context, limbCount: limbs, from: secret, to: image, parallelism: parallelism)
      step()
    }
    return SeededEvaluationKeys(
      parameters: parameters, key: identifier, limbCount: limbs, relinearization: relinearization, galois: galois)
  }
}
