// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// One key switch: Σ digit · (k₀, k₁) in the key basis, and that divided by P.
///
/// Two limbs of the key basis after another two: they are finished as far as they can be while they are in the cache.
/// What is divided out comes first, as all other limbs need it.
package struct KeySwitch: Sendable {
  let digits: KeySwitchingDigits
  let key: KeySwitchingKey
  let parallelism: Parallelism

  /// The digits of a polynomial and a key for what it is multiplied by.
  package init(_ digits: KeySwitchingDigits, by key: KeySwitchingKey, parallelism: Parallelism) {
    self.digits = digits
    self.key = key
    self.parallelism = parallelism
  }

  /// Scratch of one thread: the digits modulo two primes, two products, and a polynomial of any use.
  private struct Rows {
    let block: AlignedStorage
    let digitRows: Int
    let degree: Int

    func range(_ place: Int) -> Range<Int> { (2 * digitRows + place) * degree..<(2 * digitRows + place + 1) * degree }
    var products: (Range<Int>, Range<Int>) { (range(0), range(1)) }
    var spare: Range<Int> { range(2) }
  }

  /// Lends every thread its scratch.
  private func withScratch<Result>(degree: Int, limbs: Int, _ body: ([Rows]) -> Result) -> Result {
    let (pool, rows) = (digits.context.scratch, digits.scratchRows)
    let blocks = (0..<min(parallelism.threads, limbs)).map { _ in pool.take(count: (2 * rows + 3) * degree) }
    defer { blocks.forEach(pool.give) }
    return body(blocks.map { Rows(block: $0, digitRows: rows, degree: degree) })
  }

  /// The limbs two by two, as what digits are cut from is then read half as often; one by one at the end, for several threads to
  /// end together.
  private func steps(_ limbs: Range<Int>, endingWith singles: Int) -> [Range<Int>] {
    let alone = parallelism.threads > 1 ? min(singles, limbs.count) : 0
    let pairs = limbs.lowerBound..<limbs.upperBound - alone
    return stride(from: pairs.lowerBound, to: pairs.upperBound, by: 2).map { $0..<min($0 + 2, pairs.upperBound) }
      + (pairs.upperBound..<limbs.upperBound).map { $0..<$0 + 1 }
  }

  /// round((Σ digit · (k₀, k₁) + P · term) / divisor) + addends in evaluation form, under an automorphism where there is one.
  ///
  /// - Parameters:
  ///   - division: By P, or by P and the last primes of the polynomial.
  ///   - term: Modulo the primes of the polynomial.
  ///   - addends: Modulo the primes that stay.
  ///   - target: The basis of the primes that stay.
  package func evaluations(
    dividedBy division: SpecialDivision, addingMultipleOf term: KeySwitchingTerm = .zero,
    addends: (RNSPolynomial<Evaluation>?, RNSPolynomial<Evaluation>?) = (nil, nil),
    under automorphism: GaloisAutomorphism? = nil, to target: RNSBasis
  ) -> RNSPolynomial<Evaluation>.Pair {
    let context = digits.context
    let basis = context.keyBasis(limbs: digits.limbCount)
    let (degree, kept, dropped) = (basis.degree, division.keptCount, division.droppedCount)
    precondition(basis.limbCount == kept + dropped && target.limbCount == kept, "another division")
    precondition([addends.0, addends.1].allSatisfy { $0.map { $0.basis == target } ?? true }, "another basis")
    let results = (
      RNSPolynomial<Evaluation>(uninitializedIn: target), RNSPolynomial<Evaluation>(uninitializedIn: target)
    )
    let outputs = [
      DividedRow(division: division, addend: addends.0?.storage, automorphism: automorphism, output: results.0.storage),
      DividedRow(division: division, addend: addends.1?.storage, automorphism: automorphism, output: results.1.storage),
    ]
    // Coefficients of what is divided out, polynomial after polynomial.
    let rest = context.scratch.take(count: max(1, 2 * dropped * degree))
    defer { context.scratch.give(rest) }
    let first = steps(kept..<kept + dropped, endingWith: dropped)
    let all = first + steps(0..<kept, endingWith: 2 * parallelism.threads)
    let missing = Countdown(first.count)
    withScratch(degree: degree, limbs: all.count) { scratch in
      concurrentFor(all.count, parallelism: parallelism) { step, worker in
        let (limbs, rows, isDropped) = (all[step], scratch[worker], step < first.count)
        var spare = rows.block.mutableWords(rows.spare)
        let begun = digits.prepare(rows.block, keyLimbs: limbs, plans: basis.plans)
        for limb in limbs {
          let (plan, offset, index) = (basis.plans[limb], limb - limbs.lowerBound, limb - kept)
          let places =
            isDropped
            ? (index * degree..<(index + 1) * degree, (dropped + index) * degree..<(dropped + index + 1) * degree)
            : rows.products
          let block = isDropped ? rest : rows.block
          var row0 = block.mutableWords(places.0)
          var row1 = block.mutableWords(places.1)
          digits.multiply(
            &row0, &row1, by: key, limb: limb, plan: plan, block: rows.block, offset: offset, begun: begun[offset])
          if limb < digits.limbCount {
            term.addMultiple(
              to: &row0, &row1, limb: limb, plan: plan, factor: context.specialProduct(modulo: plan.modulus))
          }
          guard !isDropped else {
            plan.inverse(&row0)
            plan.inverse(&row1)
            continue
          }
          missing.wait()
          outputs[0].write(&row0, rest: rest.words(0..<dropped * degree), limb: limb, plan: plan, spare: &spare)
          outputs[1].write(
            &row1, rest: rest.words(dropped * degree..<2 * dropped * degree), limb: limb, plan: plan, spare: &spare)
        }
        if isDropped { missing.arrive() }
      }
    }
    return results
  }

  /// The same in coefficient form, without a term: every limb is transformed back, and all are divided at once.
  package func coefficients(
    dividedBy division: SpecialDivision, addends: (RNSPolynomial<Coefficient>?, RNSPolynomial<Coefficient>?),
    under automorphism: GaloisAutomorphism?, to target: RNSBasis
  ) -> RNSPolynomial<Coefficient>.Pair {
    let basis = digits.context.keyBasis(limbs: digits.limbCount)
    let (degree, limbs) = (basis.degree, basis.limbCount)
    precondition(
      limbs == division.keptCount + division.droppedCount && target.limbCount == division.keptCount, "another division")
    let product = digits.context.scratch.take(count: 2 * limbs * degree)
    defer { digits.context.scratch.give(product) }
    let steps = steps(0..<limbs, endingWith: 2 * parallelism.threads)
    withScratch(degree: degree, limbs: steps.count) { scratch in
      concurrentFor(steps.count, parallelism: parallelism) { step, worker in
        let (pair, rows) = (steps[step], scratch[worker])
        let begun = digits.prepare(rows.block, keyLimbs: pair, plans: basis.plans)
        for limb in pair {
          let (plan, offset) = (basis.plans[limb], limb - pair.lowerBound)
          var row0 = product.mutableWords(limb * degree..<(limb + 1) * degree)
          var row1 = product.mutableWords((limbs + limb) * degree..<(limbs + limb + 1) * degree)
          digits.multiply(
            &row0, &row1, by: key, limb: limb, plan: plan, block: rows.block, offset: offset, begun: begun[offset])
          plan.inverse(&row0)
          plan.inverse(&row1)
        }
      }
    }
    return division.divide(product, addends: addends, under: automorphism, to: target, parallelism: parallelism)
  }
}
