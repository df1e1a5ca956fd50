// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// Division by a product of primes with rounding, in both forms.
package final class SpecialDivision: Sendable {
  /// How many limbs stay.
  package let keptCount: Int

  /// How many limbs, at the end, are divided out.
  package let droppedCount: Int

  /// In coefficient form: from what `DroppedLimbs` holds and a kept limb to the quotient modulo that prime; nil where nothing
  /// is dropped.
  let quotient: RNSMap?

  /// In evaluation form: what `DroppedLimbs` holds, lifted to the kept primes; nil where nothing is dropped.
  let lifting: RNSMap?

  /// The last row of `DroppedLimbs` from the others; nil where fewer than two limbs are dropped.
  let overflow: RNSMap?

  /// What the rows of `DroppedLimbs` are multiplied by.
  let multipliers: [UInt64]

  /// The inverse of the divisor modulo each kept prime.
  let inverses: [UInt64]

  /// log2 of the divisor.
  package let log2Divisor: Double

  /// Division by the product of the primes of `dropped`, for polynomials modulo those of `kept` and then these.
  package init(dropping dropped: [NTTPlan], keeping kept: [NTTPlan]) {
    keptCount = kept.count
    droppedCount = dropped.count
    quotient = dropped.isEmpty ? nil : RNSMap.divisionOfMultiplied(by: dropped, in: kept)
    lifting = dropped.isEmpty ? nil : RNSMap.liftingOfMultiplied(from: dropped, to: kept)
    overflow = dropped.count < 2 ? nil : RNSMap.overflow(of: dropped)
    multipliers = RNSMap.inversesOfCofactors(dropped)
    inverses = RNSMap.inverses(ofProduct: dropped, modulo: kept)
    log2Divisor = RNSMap.log2Product(dropped)
  }

  /// round(x / divisor) of two polynomials in evaluation form: a rescale.
  ///
  /// - Parameters:
  ///   - polynomials: Modulo all primes.
  ///   - target: The basis of the kept primes.
  package func divide(
    _ polynomials: RNSPolynomial<Evaluation>.Pair, to target: RNSBasis, scratch pool: ScratchPool,
    parallelism: Parallelism
  ) -> RNSPolynomial<Evaluation>.Pair {
    let (basis, degree, kept, dropped) = (polynomials.0.basis, target.degree, keptCount, droppedCount)
    precondition(basis.limbCount == kept + dropped && target.limbCount == kept, "another basis")
    precondition(polynomials.1.basis == basis, "polynomials of different bases")
    let results = (
      RNSPolynomial<Evaluation>(uninitializedIn: target), RNSPolynomial<Evaluation>(uninitializedIn: target)
    )
    let inputs = [polynomials.0.storage, polynomials.1.storage]
    let outputs = [results.0.storage, results.1.storage].map {
      DividedRow<Evaluation>(division: self, addend: nil, automorphism: nil, output: $0)
    }
    let rest = DroppedLimbs(of: self, degree: degree, scratch: pool)
    let scratch = (0..<min(parallelism.threads, basis.limbCount)).map { _ in pool.take(count: degree) }
    defer { scratch.reversed().forEach(pool.give) }
    let order = LoopOrder(
      rounds: [dropped, kept].map { LoopOrder.equalShares(of: $0, for: parallelism).map(\.count) })
    concurrentFor(order, parallelism: parallelism) { index, worker in
      guard index < dropped else {
        let limb = index - dropped
        let range = limb * degree..<(limb + 1) * degree
        let block = scratch[worker]
        var spare = block.mutableWords(0..<degree)
        rest.wait()
        for (part, output) in outputs.enumerated() {
          let input = inputs[part]
          output.write(
            from: input.words(range), rest: rest, part: part, limb: limb, plans: basis.plans, spare: &spare)
        }
        return
      }
      let limb = kept + index
      for (part, input) in inputs.enumerated() {
        rest.fill(
          index, part: part, from: input.words(limb * degree..<(limb + 1) * degree), plan: basis.plans[limb])
      }
    }
    return results
  }
}
