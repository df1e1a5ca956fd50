// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// One key switch: Σ digit · (k₀, k₁) in the key basis, and that divided by P.
///
/// Goes through the key basis one limb or two at a time, and finishes them as far as it can while they are in the cache. What is
/// divided out comes first, as all other limbs need it. Each thread borrows scratch for the digits modulo so many primes and three
/// polynomials of one prime, which the parameters keep.
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

  /// Scratch of one thread: digits, two products, and a polynomial of any use.
  private struct Scratch {
    let block: AlignedStorage
    let digitRows: Int
    let degree: Int

    func range(_ place: Int) -> Range<Int> { (digitRows + place) * degree..<(digitRows + place + 1) * degree }
    var products: Rows { Rows(block: block, ranges: [range(0), range(1)]) }
    var spare: Range<Int> { range(2) }
  }

  /// Where the products of one limb with both halves of the key are.
  private struct Rows {
    let block: AlignedStorage
    let ranges: [2 of Range<Int>]
  }

  /// What a thread does at a time.
  private enum Step {
    /// One limb or two, from digits to the end.
    case whole(Range<Int>)
    /// The products of one limb.
    case products(Int)
    /// The end of one of them.
    case part(Int, limb: Int)
  }

  /// Steps, and who takes them.
  private struct Schedule {
    var steps: [Step] = []
    var rounds: [[Int]] = []
    /// The limbs that go in small steps, each with its number.
    var places: [Int: Int] = [:]

    var order: LoopOrder { LoopOrder(rounds: rounds) }

    mutating func append(round: [[Step]]) {
      rounds.append(round.map(\.count))
      for case .products(let limb) in round.joined() { places[limb] = places.count }
      steps += round.joined()
    }
  }

  /// Limbs from digits to the end.
  private func whole(_ limbs: Range<Int>) -> [Step] {
    stride(from: limbs.lowerBound, to: limbs.upperBound, by: limbsAtOnce).map {
      .whole($0..<min($0 + limbsAtOnce, limbs.upperBound))
    }
  }

  /// How many limbs go from digits to the end at a time: two, as what digits are cut from is then read half as often; one where
  /// digits are cut from one limb each, which is little to read, and where several threads share the caches: there the digits modulo
  /// two primes would crowd other things out.
  private var limbsAtOnce: Int { parallelism.threads > 1 || digits.context.digitsHaveOneLimb ? 1 : 2 }

  /// All limbs as a whole, but among several threads the last two of each in small steps, so that all threads end together.
  private func steps(_ limbs: Range<Int>) -> [[Step]] {
    LoopOrder.equalShares(of: limbs.count, for: parallelism).map { share in
      let own = limbs.lowerBound + share.lowerBound..<limbs.lowerBound + share.upperBound
      let split = own.suffix(parallelism.threads > 1 ? 2 : 0)
      return whole(own.lowerBound..<split.startIndex) + split.map { .products($0) }
        + split.flatMap { [.part(0, limb: $0), .part(1, limb: $0)] }
    }
  }

  /// Multiplies limb by limb.
  ///
  /// - Parameters:
  ///   - schedule: Where no step waits for one of a later round, or a later one of its share.
  ///   - basis: The key basis.
  ///   - term: Added P times.
  ///   - rows: Where the products of a limb go; for limbs that are done as a whole it may be the thread's scratch.
  ///   - finish: What becomes of a product, 0 or 1. Row and spare may be overwritten.
  private func sweep(
    _ schedule: Schedule, basis: RNSBasis, addingMultipleOf term: KeySwitchingTerm = .zero,
    rows: @Sendable (_ limb: Int, _ scratch: Scratch) -> Rows,
    finish:
      @Sendable (_ part: Int, _ limb: Int, _ row: inout MutableSpan<UInt64>, _ spare: inout MutableSpan<UInt64>) -> Void
  ) {
    let (context, pool, degree) = (digits.context, digits.context.scratch, basis.degree)
    let digitRows = limbsAtOnce * digits.scratchRows
    let steps = schedule.steps
    let scratch = (0..<min(parallelism.threads, steps.count)).map { _ in
      Scratch(block: pool.take(count: (digitRows + 3) * degree), digitRows: digitRows, degree: degree)
    }
    defer { scratch.reversed().forEach { pool.give($0.block) } }
    let places = schedule.places
    let multiplied = (0..<places.count).map { _ in Countdown(1) }
    @Sendable func multiply(_ limb: Int, offset: Int, begun: UInt64, scratch: Scratch) {
      let (plan, place) = (basis.plans[limb], rows(limb, scratch))
      let block = place.block
      var row0 = block.mutableWords(place.ranges[0])
      var row1 = block.mutableWords(place.ranges[1])
      digits.multiply(
        &row0, &row1, by: key, limb: limb, plan: plan, block: scratch.block, offset: offset, begun: begun)
      guard limb < digits.limbCount else { return }
      term.addMultiple(
        to: &row0, &row1, limb: limb, plan: plan, factor: context.specialProduct(modulo: plan.modulus))
    }
    @Sendable func end(_ part: Int, _ limb: Int, _ scratch: Scratch) {
      let place = rows(limb, scratch)
      let (block, own) = (place.block, scratch.block)
      var row = block.mutableWords(place.ranges[part])
      var spare = own.mutableWords(scratch.spare)
      finish(part, limb, &row, &spare)
    }
    concurrentFor(schedule.order, parallelism: parallelism) { index, worker in
      let scratch = scratch[worker]
      switch steps[index] {
      case .whole(let limbs):
        let begun = digits.prepare(scratch.block, keyLimbs: limbs, plans: basis.plans)
        for (offset, limb) in limbs.enumerated() {
          multiply(limb, offset: offset, begun: begun[offset], scratch: scratch)
          end(0, limb, scratch)
          end(1, limb, scratch)
        }
      case .products(let limb):
        let begun = digits.prepare(scratch.block, keyLimbs: limb..<limb + 1, plans: basis.plans)
        multiply(limb, offset: 0, begun: begun[0], scratch: scratch)
        if let place = places[limb] { multiplied[place].arrive() }
      case .part(let part, let limb):
        if let place = places[limb] { multiplied[place].wait() }
        end(part, limb, scratch)
      }
    }
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
    let pool = digits.context.scratch
    let basis = digits.context.keyBasis(limbs: digits.limbCount)
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
    var schedule = Schedule()
    schedule.append(
      round: LoopOrder.equalShares(of: dropped, for: parallelism).map {
        whole(kept + $0.lowerBound..<kept + $0.upperBound)
      })
    schedule.append(round: steps(0..<kept))
    let places = schedule.places
    let rest = DroppedLimbs(of: division, degree: degree, scratch: pool)
    // The products of the limbs that are done in steps.
    let products = pool.take(count: max(1, 2 * places.count * degree))
    defer { pool.give(products) }
    sweep(schedule, basis: basis, addingMultipleOf: term) { limb, scratch in
      guard limb < kept else {
        let (row0, row1) = (rest.place(limb - kept, part: 0), rest.place(limb - kept, part: 1))
        return Rows(block: row0.block, ranges: [row0.range, row1.range])
      }
      guard let place = places[limb] else { return scratch.products }
      return Rows(
        block: products,
        ranges: [2 * place * degree..<(2 * place + 1) * degree, (2 * place + 1) * degree..<(2 * place + 2) * degree])
    } finish: { part, limb, row, spare in
      let plan = basis.plans[limb]
      guard limb < kept else {
        rest.fill(limb - kept, part: part, plan: plan)
        return
      }
      rest.wait()
      outputs[part].write(&row, rest: rest, part: part, limb: limb, plan: plan, spare: &spare)
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
    var schedule = Schedule()
    schedule.append(round: steps(0..<limbs))
    sweep(schedule, basis: basis) { limb, _ in
      Rows(
        block: product,
        ranges: [limb * degree..<(limb + 1) * degree, (limbs + limb) * degree..<(limbs + limb + 1) * degree])
    } finish: { _, limb, row, _ in
      basis.plans[limb].inverse(&row)
    }
    return division.divide(product, addends: addends, under: automorphism, to: target, parallelism: parallelism)
  }
}
