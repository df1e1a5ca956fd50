// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE

// The N/2 slots are one row, which rotations turn around.
extension CKKSEvaluator {
  /// Applies an automorphism.
  ///
  /// - Throws: `RLWEError` where the key for it is missing, or the keys are for another key or other parameters.
  public func apply(
    _ element: GaloisElement, to ciphertext: CKKSCiphertext, with keys: EvaluationKeys
  ) throws(RLWEError) -> CKKSCiphertext {
    try check(ciphertext)
    try require([element], in: keys, for: ciphertext)
    return try switched(
      ciphertext, element, to: ciphertext.ciphertext.applying(element, with: keys, parallelism: threads.team()))
  }

  /// Rotates the slots by `steps` places to the left; to the right where negative.
  public func rotate(
    _ ciphertext: CKKSCiphertext, by steps: Int, with keys: EvaluationKeys
  ) throws(RLWEError) -> CKKSCiphertext {
    try apply(.rotation(by: steps, degree: parameters.degree), to: ciphertext, with: keys)
  }

  /// The complex conjugate of every slot.
  public func conjugate(_ ciphertext: CKKSCiphertext, with keys: EvaluationKeys) throws(RLWEError) -> CKKSCiphertext {
    try apply(.conjugation(degree: parameters.degree), to: ciphertext, with: keys)
  }

  /// Several automorphisms of one ciphertext: up to a number that depends on its size share its digits [HS18].
  public func apply(
    _ elements: [GaloisElement], toOne ciphertext: CKKSCiphertext, with keys: EvaluationKeys
  ) throws(RLWEError) -> [CKKSCiphertext] {
    try check(ciphertext)
    try require(elements, in: keys, for: ciphertext)
    let images = try ciphertext.ciphertext.applying(elements, with: keys, parallelism: threads.team())
    var results: [CKKSCiphertext] = []
    for (element, image) in zip(elements, images) { results.append(try switched(ciphertext, element, to: image)) }
    return results
  }

  /// Rotations of one ciphertext by several numbers of places.
  public func rotate(
    _ ciphertext: CKKSCiphertext, by steps: [Int], with keys: EvaluationKeys
  ) throws(RLWEError) -> [CKKSCiphertext] {
    try apply(steps.map { .rotation(by: $0, degree: parameters.degree) }, toOne: ciphertext, with: keys)
  }

  /// The steps whose rotations `innerSum` applies.
  public static func innerSumSteps(count: Int) -> [Int] {
    precondition(count.nonzeroBitCount == 1, "a sum over \(count) slots, which is no power of two")
    return (0..<count.trailingZeroBitCount).map { 1 << $0 }
  }

  /// In each slot the sum of it and of the count − 1 slots to its right, around the end.
  ///
  /// - Parameters:
  ///   - ciphertext: Any.
  ///   - count: A power of two, 1 … N/2.
  ///   - keys: With rotations by `innerSumSteps(count:)`.
  public func innerSum(
    _ ciphertext: CKKSCiphertext, count: Int, with keys: EvaluationKeys
  ) throws(RLWEError) -> CKKSCiphertext {
    precondition(count <= parameters.slotCount, "a sum over \(count) of \(parameters.slotCount) slots")
    var sum = ciphertext
    let steps = Self.innerSumSteps(count: count)
    try check(ciphertext)
    try require(steps.map { .rotation(by: $0, degree: parameters.degree) }, in: keys, for: ciphertext)
    for step in steps {
      try add(&sum, rotate(sum, by: step, with: keys))
    }
    return sum
  }

  /// The ciphertext of the same numbers under another secret.
  public func reencrypt(_ ciphertext: CKKSCiphertext, with key: ReencryptionKey) throws(RLWEError) -> CKKSCiphertext {
    try check(ciphertext)
    return try switched(ciphertext, nil, to: ciphertext.ciphertext.reencrypted(with: key, parallelism: threads.team()))
  }

  private func require(
    _ elements: [GaloisElement], in keys: EvaluationKeys, for ciphertext: CKKSCiphertext
  ) throws(RLWEError) {
    let limbs = ciphertext.ciphertext.limbCount
    try keys.require(elements, for: parameters.rlwe, key: ciphertext.key, limbs: limbs)
  }

  private func switched(
    _ ciphertext: CKKSCiphertext, _ element: GaloisElement?, to image: Ciphertext<Evaluation>
  ) throws(RLWEError) -> CKKSCiphertext {
    guard element?.isIdentity != true else { return ciphertext }
    var result = ciphertext
    result.ciphertext = image
    result.noise += parameters.switchingNoise(limbs: image.limbCount)
    try result.requireReadable()
    return result
  }
}
