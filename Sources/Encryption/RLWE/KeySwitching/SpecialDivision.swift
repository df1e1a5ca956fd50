// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// Division by a product of primes with rounding, in both forms.
package final class SpecialDivision: Sendable {
  /// How many limbs stay.
  package let keptCount: Int

  /// How many limbs, at the end, are divided out.
  package let droppedCount: Int

  /// In coefficient form, all kept limbs at once; nil where nothing is dropped.
  private let coefficient: RNSMap?

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
    coefficient = dropped.isEmpty ? nil : RNSMap.division(by: dropped, in: kept)
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
      DividedRow(division: self, addend: nil, automorphism: nil, output: $0)
    }
    let rest = DroppedLimbs(of: self, degree: degree, scratch: pool)
    let scratch = (0..<min(parallelism.threads, basis.limbCount)).map { _ in pool.take(count: degree) }
    defer { scratch.reversed().forEach(pool.give) }
    let order = LoopOrder(
      rounds: [dropped, kept].map { LoopOrder.equalShares(of: $0, for: parallelism).map(\.count) })
    concurrentFor(order, parallelism: parallelism) { index, worker in
      guard index < dropped else {
        let limb = index - dropped
        let (plan, range) = (basis.plans[limb], limb * degree..<(limb + 1) * degree)
        let block = scratch[worker]
        var spare = block.mutableWords(0..<degree)
        rest.wait()
        for (part, output) in outputs.enumerated() {
          let input = inputs[part]
          output.write(from: input.words(range), rest: rest, part: part, limb: limb, plan: plan, spare: &spare)
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

  /// round(x / divisor) + addend of two polynomials in coefficient form, under an automorphism where there is one.
  ///
  /// - Parameters:
  ///   - words: All limbs of the one polynomial, then all of the other.
  ///   - addends: Modulo the kept primes.
  ///   - target: The basis of the kept primes.
  func divide(
    _ words: AlignedStorage, addends: (RNSPolynomial<Coefficient>?, RNSPolynomial<Coefficient>?),
    under automorphism: GaloisAutomorphism?, to target: RNSBasis, parallelism: Parallelism
  ) -> RNSPolynomial<Coefficient>.Pair {
    let (degree, kept, all) = (target.degree, keptCount, keptCount + droppedCount)
    precondition([addends.0, addends.1].allSatisfy { $0.map { $0.basis == target } ?? true }, "another basis")
    let sums = (
      RNSPolynomial<Coefficient>(uninitializedIn: target), RNSPolynomial<Coefficient>(uninitializedIn: target)
    )
    let (outputs, terms) = ([sums.0.storage, sums.1.storage], [addends.0?.storage, addends.1?.storage])
    let ranges = coefficientRanges(degree, for: parallelism)
    concurrentFor(2 * ranges.count, parallelism: parallelism) { index, _ in
      let (part, range) = (index / ranges.count, ranges[index % ranges.count])
      let output = outputs[part]
      // The columns of `range` in `count` limbs from limb `first` on.
      func columns(_ first: Int, _ count: Int) -> Range<Int> {
        first * degree + range.lowerBound..<(first + count - 1) * degree + range.upperBound
      }
      if let coefficient {
        var out = output.mutableWords(columns(0, kept))
        coefficient.apply(
          &out, words.words(columns(part * all + kept, all - kept)), own: words.words(columns(part * all, kept)),
          stride: degree, count: range.count)
      }
      for limb in 0..<kept where coefficient == nil || terms[part] != nil {
        var out = output.mutableWords(columns(limb, 1))
        if coefficient == nil { out.copyWords(of: words.words(columns(part * all + limb, 1))) }
        if let addend = terms[part] {
          target.plans[limb].backend.addInPlace(
            &out, addend.words(columns(limb, 1)), modulo: target.plans[limb].modulus)
        }
      }
    }
    guard let automorphism else { return sums }
    let images = (
      RNSPolynomial<Coefficient>(uninitializedIn: target), RNSPolynomial<Coefficient>(uninitializedIn: target)
    )
    let places = [images.0.storage, images.1.storage]
    concurrentFor(2 * kept, parallelism: parallelism) { index, _ in
      let (part, limb) = (index / kept, index % kept)
      let (sum, place, range) = (outputs[part], places[part], limb * degree..<(limb + 1) * degree)
      var image = place.mutableWords(range)
      automorphism.apply(
        &image, coefficients: sum.words(range), backend: target.plans[limb].backend,
        modulo: target.plans[limb].modulus)
    }
    return images
  }
}
