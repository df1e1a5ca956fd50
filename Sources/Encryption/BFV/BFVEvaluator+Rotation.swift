// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing
public import RLWE

// The N slots of a batched plaintext are two rows of N/2.
extension BFVEvaluator {
  /// Applies an automorphism to the message.
  ///
  /// - Throws: `RLWEError` where the key for it is missing, or the keys are for another key or other parameters.
  public func apply(
    _ element: GaloisElement, to ciphertext: consuming Ciphertext<Coefficient>, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try check(ciphertext.parameters)
    try require([element], in: keys, for: ciphertext)
    let result = try ciphertext.applying(element, with: keys, parallelism: threads.team())
    try check(result)
    return result
  }

  /// Applies an automorphism to the message of a ciphertext in evaluation form.
  public func apply(
    _ element: GaloisElement, to ciphertext: consuming Ciphertext<Evaluation>, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    try check(ciphertext.parameters)
    try require([element], in: keys, for: ciphertext)
    let result = try ciphertext.applying(element, with: keys, parallelism: threads.team())
    try check(result)
    return result
  }

  /// Rotates both rows of slots by `steps` places to the left; to the right where negative.
  public func rotateRows(
    _ ciphertext: consuming Ciphertext<Coefficient>, by steps: Int, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try apply(.rotation(by: steps, degree: parameters.degree), to: ciphertext, with: keys)
  }

  /// Exchanges the two rows of slots: rotates the columns.
  public func rotateColumns(
    _ ciphertext: consuming Ciphertext<Coefficient>, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try apply(.conjugation(degree: parameters.degree), to: ciphertext, with: keys)
  }

  /// Several automorphisms of one ciphertext: up to a number that depends on its size share its digits [HS18].
  public func apply(
    _ elements: [GaloisElement], toOne ciphertext: borrowing Ciphertext<Coefficient>, with keys: EvaluationKeys
  ) throws(RLWEError) -> [Ciphertext<Coefficient>] {
    try check(ciphertext.parameters)
    try require(elements, in: keys, for: ciphertext)
    let images = try ciphertext.applying(elements, with: keys, parallelism: threads.team())
    for image in images { try check(image) }
    return images
  }

  /// Rotations of the rows of one ciphertext by several numbers of places.
  public func rotateRows(
    _ ciphertext: borrowing Ciphertext<Coefficient>, by steps: [Int], with keys: EvaluationKeys
  ) throws(RLWEError) -> [Ciphertext<Coefficient>] {
    try apply(
      steps.map { .rotation(by: $0, degree: parameters.degree) }, toOne: ciphertext, with: keys)
  }

  /// The steps whose rotations `innerSum` applies: keys for them, and for the exchange of rows where all N slots are summed.
  public static func innerSumSteps(count: Int) -> [Int] {
    precondition(count.nonzeroBitCount == 1, "a sum over \(count) slots, which is no power of two")
    return (0..<count.trailingZeroBitCount).map { 1 << $0 }
  }

  /// In each slot of a row, the sum of it and of the count − 1 slots to its right, around the end of the row.
  ///
  /// - Parameters:
  ///   - ciphertext: Batched.
  ///   - count: A power of two, 1 … N/2.
  ///   - keys: With rotations by `innerSumSteps(count:)`.
  public func innerSum(
    _ ciphertext: consuming Ciphertext<Coefficient>, count: Int, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    precondition(count <= parameters.degree / 2, "a sum over \(count) slots of a row of \(parameters.degree / 2)")
    var sum = ciphertext
    let steps = Self.innerSumSteps(count: count)
    try check(sum.parameters)
    try require(steps.map { .rotation(by: $0, degree: parameters.degree) }, in: keys, for: sum)
    for step in steps {
      let rotated = try rotateRows(sum, by: step, with: keys)
      try add(&sum, rotated)
    }
    return sum
  }

  private func require<Domain>(
    _ elements: [GaloisElement], in keys: EvaluationKeys, for ciphertext: borrowing Ciphertext<Domain>
  ) throws(RLWEError) {
    try keys.require(elements, for: parameters.rlwe, key: ciphertext.key, limbs: ciphertext.limbCount)
  }
}
