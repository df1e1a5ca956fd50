// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// A key that a polynomial is switched with, and what becomes of the quotient.
package struct SwitchingJob<Domain: PolynomialDomain>: Sendable {
  let key: KeySwitchingKey

  /// Added to the quotient, modulo the primes that stay.
  var addends: (RNSPolynomial<Domain>?, RNSPolynomial<Domain>?) = (nil, nil)

  /// Applied to the sum.
  var automorphism: GaloisAutomorphism?
}

/// Key switches of one polynomial: Σ digit · (k₀, k₁) in the key basis, and that divided by P, for one key or several.
///
/// Goes through the key basis a few limbs at a time, and finishes them as far as it can while they are in the cache: several keys
/// one after the other, so that the digits of a limb are made once for all keys of a round [HS18], and never stored for all limbs. What
/// is divided out comes first, as all other limbs need it. Scratch is borrowed from the parameters, which keep it: for each thread the
/// digits and three polynomials modulo so many primes, and for each key of a round what waits for the end.
package struct KeySwitch: Sendable {
  let input: KeySwitchingInput
  let parallelism: Parallelism
  private let waitingBytes: Int

  /// 96 MiB: 48 keys for N = 32768 and three special primes.
  package static let usualWaitingBytes = 96 << 20

  private static let mostKeysOfRound = 64

  /// Switches of a polynomial.
  ///
  /// - Parameters:
  ///   - input: The polynomial.
  ///   - parallelism: How many threads.
  ///   - waitingBytes: What waits for the end of the switches takes at most so much, or one key's share of it if that is more; more
  ///     keys are used in several rounds, and each makes the digits anew.
  package init(
    _ input: KeySwitchingInput, parallelism: Parallelism, waitingBytes: Int = KeySwitch.usualWaitingBytes
  ) {
    self.input = input
    self.parallelism = parallelism
    self.waitingBytes = waitingBytes
  }

  /// Scratch of one thread: for some limbs digits, products with both halves of a key, and rows of any use.
  private struct Scratch {
    let block: AlignedStorage
    let digitRows: Int
    let degree: Int

    func products(_ limbs: Int) -> Rows {
      Rows(block: block, starts: [digitRows * degree, (digitRows + limbs) * degree])
    }

    func spare(_ limbs: Int) -> Range<Int> { (digitRows + 2 * limbs) * degree..<(digitRows + 3 * limbs) * degree }
  }

  /// Where the products of some limbs with both halves of the key are, one limb after the other.
  private struct Rows {
    let block: AlignedStorage
    let starts: [2 of Int]
  }

  /// What a thread does at a time.
  private enum Step {
    /// Some limbs, from digits to the end.
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

    /// The most limbs of one step.
    var limbsAtOnce: Int {
      steps.reduce(1) { most, step in
        guard case .whole(let limbs) = step else { return most }
        return max(most, limbs.count)
      }
    }

    mutating func append(round: [[Step]]) {
      rounds.append(round.map(\.count))
      for case .products(let limb) in round.joined() { places[limb] = places.count }
      steps += round.joined()
    }
  }

  /// Limbs from digits to the end.
  private func whole(_ limbs: Range<Int>, keys: Int) -> [Step] {
    let atOnce = limbsAtOnce(keys: keys)
    return stride(from: limbs.lowerBound, to: limbs.upperBound, by: atOnce).map {
      .whole($0..<min($0 + atOnce, limbs.upperBound))
    }
  }

  /// Several, as what digits are cut from is then read less often, which is most of what a switch of a large ring waits for; one where
  /// digits are cut from one limb each, which is little to read, and where keys come by for the digits of a limb: there the
  /// digits modulo other primes would crowd other things out.
  private func limbsAtOnce(keys: Int) -> Int {
    keys > 1 || input.context.digitsHaveOneLimb ? 1 : KernelBackend.mostDigitsAtOnce
  }

  /// All limbs as a whole, but among several threads and for one key the last ones of each in small steps, so that all threads end
  /// together: two where limbs go one at a time anyhow, else one.
  private func steps(_ limbs: Range<Int>, keys: Int) -> [[Step]] {
    let small = parallelism.threads == 1 || keys > 1 ? 0 : limbsAtOnce(keys: keys) == 1 ? 2 : 1
    return LoopOrder.equalShares(of: limbs.count, for: parallelism).map { share in
      let own = limbs.lowerBound + share.lowerBound..<limbs.lowerBound + share.upperBound
      let split = own.suffix(small)
      return whole(own.lowerBound..<split.startIndex, keys: keys) + split.map { .products($0) }
        + split.flatMap { [.part(0, limb: $0), .part(1, limb: $0)] }
    }
  }

  /// Multiplies limb by limb.
  ///
  /// - Parameters:
  ///   - schedule: Where no step waits for one of a later round, or a later one of its share; of whole limbs for several keys.
  ///   - basis: The key basis.
  ///   - keys: What the digits are multiplied by.
  ///   - term: Added P times.
  ///   - rows: Where the products of limbs with a key go; for limbs that are done as a whole it may be the thread's scratch.
  ///   - finish: What becomes of their products, 0 or 1, with a key. Rows and spare may be overwritten.
  private func sweep(
    _ schedule: Schedule, basis: RNSBasis, keys: [KeySwitchingKey], addingMultipleOf term: KeySwitchingTerm,
    rows: @Sendable (_ limbs: Range<Int>, _ key: Int, _ scratch: Scratch) -> Rows,
    finish:
      @Sendable (
        _ part: Int, _ limbs: Range<Int>, _ key: Int, _ rows: inout MutableSpan<UInt64>,
        _ spare: inout MutableSpan<UInt64>
      ) -> Void
  ) {
    let (input, pool, degree) = (input, input.context.scratch, basis.degree)
    let (steps, atOnce) = (schedule.steps, schedule.limbsAtOnce)
    let scratch = (0..<min(parallelism.threads, steps.count)).map { _ in
      Scratch(
        block: pool.take(count: atOnce * (input.digitCount + 3) * degree),
        digitRows: atOnce * input.digitCount, degree: degree)
    }
    defer { scratch.reversed().forEach { pool.give($0.block) } }
    let places = schedule.places
    let multiplied = (0..<places.count).map { _ in Countdown(1) }
    @Sendable func multiply(_ limbs: Range<Int>, by key: Int, begun: BegunDigits, scratch: Scratch) {
      let place = rows(limbs, key, scratch)
      let block = place.block
      for (offset, limb) in limbs.enumerated() {
        let plan = basis.plans[limb]
        let (start0, start1) = (place.starts[0] + offset * degree, place.starts[1] + offset * degree)
        var row0 = block.mutableWords(start0..<start0 + degree)
        var row1 = block.mutableWords(start1..<start1 + degree)
        // The first product ends the transforms, and leaves lazy digits.
        input.multiply(
          &row0, &row1, by: keys[key], addingMultipleOf: term, limb: limb, plan: plan, block: scratch.block,
          offset: offset, begun: key == 0 ? begun[offset] : 0)
      }
    }
    @Sendable func end(_ part: Int, _ limbs: Range<Int>, _ key: Int, _ scratch: Scratch) {
      let place = rows(limbs, key, scratch)
      let (block, own, start) = (place.block, scratch.block, place.starts[part])
      var rows = block.mutableWords(start..<start + limbs.count * degree)
      var spare = own.mutableWords(scratch.spare(limbs.count))
      finish(part, limbs, key, &rows, &spare)
    }
    concurrentFor(schedule.order, parallelism: parallelism) { index, worker in
      let scratch = scratch[worker]
      switch steps[index] {
      case .whole(let limbs):
        let begun = input.fillDigits(scratch.block, keyLimbs: limbs, plans: basis.plans)
        for key in keys.indices {
          multiply(limbs, by: key, begun: begun, scratch: scratch)
          end(0, limbs, key, scratch)
          end(1, limbs, key, scratch)
        }
      case .products(let limb):
        let begun = input.fillDigits(scratch.block, keyLimbs: limb..<limb + 1, plans: basis.plans)
        multiply(limb..<limb + 1, by: 0, begun: begun, scratch: scratch)
        if let place = places[limb] { multiplied[place].arrive() }
      case .part(let part, let limb):
        if let place = places[limb] { multiplied[place].wait() }
        end(part, limb..<limb + 1, 0, scratch)
      }
    }
  }

  /// As few rounds as let at most `waitingBytes` wait, of about as many keys each.
  private func rounds<Domain, Result>(
    of jobs: [SwitchingJob<Domain>], waitingWords words: Int, _ body: (ArraySlice<SwitchingJob<Domain>>) -> [Result]
  ) -> [Result] {
    guard !jobs.isEmpty else { return [] }
    let fitting = min(Self.mostKeysOfRound, max(1, waitingBytes / max(1, words * MemoryLayout<UInt64>.stride)))
    let rounds = (jobs.count + fitting - 1) / fitting
    return (0..<rounds).flatMap { body(jobs[$0 * jobs.count / rounds..<($0 + 1) * jobs.count / rounds]) }
  }

  /// For each job round((Σ digit · (k₀, k₁) + P · term) / divisor) + addends in evaluation form, under its automorphism.
  ///
  /// - Parameters:
  ///   - division: By P, or by P and the last primes of the polynomial.
  ///   - term: Modulo the primes of the polynomial.
  ///   - target: The basis of the primes that stay.
  package func evaluations(
    _ jobs: [SwitchingJob<Evaluation>], dividedBy division: SpecialDivision,
    addingMultipleOf term: KeySwitchingTerm = .zero, to target: RNSBasis
  ) -> [RNSPolynomial<Evaluation>.Pair] {
    quotients(jobs, dividedBy: division, addingMultipleOf: term, to: target) {
      output, rows, rest, part, limbs, plans, spare in
      output.write(&rows, rest: rest, part: part, limbs: limbs, plans: plans, spare: &spare)
    }
  }

  /// The same in coefficient form, without a term.
  package func coefficients(
    _ jobs: [SwitchingJob<Coefficient>], dividedBy division: SpecialDivision, to target: RNSBasis
  ) -> [RNSPolynomial<Coefficient>.Pair] {
    quotients(jobs, dividedBy: division, addingMultipleOf: .zero, to: target) {
      output, rows, rest, part, limbs, plans, spare in
      output.write(&rows, rest: rest, part: part, limbs: limbs, plans: plans, spare: &spare)
    }
  }

  /// Divides limbs of a product and writes them.
  private typealias Write<Domain: PolynomialDomain> =
    @Sendable (
      _ output: DividedRow<Domain>, _ rows: inout MutableSpan<UInt64>, _ rest: DroppedLimbs, _ part: Int,
      _ limbs: Range<Int>, _ plans: [NTTPlan], _ spare: inout MutableSpan<UInt64>
    ) -> Void

  private func quotients<Domain: PolynomialDomain>(
    _ jobs: [SwitchingJob<Domain>], dividedBy division: SpecialDivision, addingMultipleOf term: KeySwitchingTerm,
    to target: RNSBasis, write: Write<Domain>
  ) -> [RNSPolynomial<Domain>.Pair] {
    rounds(of: jobs, waitingWords: 2 * (division.lifting?.sourceCount ?? 0) * target.degree) {
      round($0, dividedBy: division, addingMultipleOf: term, to: target, write: write)
    }
  }

  private func round<Domain: PolynomialDomain>(
    _ jobs: ArraySlice<SwitchingJob<Domain>>, dividedBy division: SpecialDivision,
    addingMultipleOf term: KeySwitchingTerm, to target: RNSBasis, write: Write<Domain>
  ) -> [RNSPolynomial<Domain>.Pair] {
    let pool = input.context.scratch
    let basis = input.context.keyBasis(limbs: input.limbCount)
    let (degree, kept, dropped) = (basis.degree, division.keptCount, division.droppedCount)
    precondition(basis.limbCount == kept + dropped && target.limbCount == kept, "another division")
    precondition(
      jobs.allSatisfy { [$0.addends.0, $0.addends.1].allSatisfy { ($0?.basis ?? target) == target } }, "another basis")
    let results = jobs.map { _ in
      (RNSPolynomial<Domain>(uninitializedIn: target), RNSPolynomial<Domain>(uninitializedIn: target))
    }
    let outputs = zip(jobs, results).map { job, result in
      [(job.addends.0, result.0), (job.addends.1, result.1)].map { addend, result in
        DividedRow<Domain>(
          division: division, addend: addend?.storage, automorphism: job.automorphism, output: result.storage)
      }
    }
    var schedule = Schedule()
    schedule.append(
      round: LoopOrder.equalShares(of: dropped, for: parallelism).map {
        whole(kept + $0.lowerBound..<kept + $0.upperBound, keys: jobs.count)
      })
    schedule.append(round: steps(0..<kept, keys: jobs.count))
    let places = schedule.places
    let rest = jobs.map { _ in DroppedLimbs(of: division, degree: degree, scratch: pool) }
    // The products of the limbs that are done in steps.
    let products = pool.take(count: max(1, 2 * places.count * degree))
    defer { pool.give(products) }
    sweep(schedule, basis: basis, keys: jobs.map(\.key), addingMultipleOf: term) { limbs, key, scratch in
      let limb = limbs.lowerBound
      guard limb < kept else {
        let (row0, row1) = (rest[key].place(limb - kept, part: 0), rest[key].place(limb - kept, part: 1))
        return Rows(block: row0.block, starts: [row0.range.lowerBound, row1.range.lowerBound])
      }
      guard let place = places[limb] else { return scratch.products(limbs.count) }
      return Rows(block: products, starts: [2 * place * degree, (2 * place + 1) * degree])
    } finish: { part, limbs, key, rows, spare in
      guard limbs.lowerBound < kept else {
        for limb in limbs { rest[key].fill(limb - kept, part: part, plan: basis.plans[limb]) }
        return
      }
      rest[key].wait()
      // By the kernels of the key; the ciphertext's parameters may have chosen others.
      write(outputs[key][part], &rows, rest[key], part, limbs, basis.plans, &spare)
    }
    return results
  }
}
