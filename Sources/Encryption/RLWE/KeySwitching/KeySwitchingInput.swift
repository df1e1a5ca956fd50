// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// Which digits modulo some primes are begun: for each prime bit d for digit d.
typealias BegunDigits = KernelBackend.OfEachDigit<UInt64>

/// A polynomial that is to be switched, ready to be cut into digits.
///
/// Coefficients and, where they are known, evaluations of the same polynomial; digits need the former, and for a digit's own
/// primes the latter save transforms.
package struct KeySwitchingInput: Sendable {
  let context: KeySwitchingContext
  let limbCount: Int
  let degree: Int

  /// Residues in coefficient form, times the inverses that the summation of digits wants; those of the gadget form want none.
  private let scaled: AlignedStorage

  /// The evaluations where they are known; a digit modulo one of its own primes is the polynomial modulo that prime.
  let evaluations: AlignedStorage?

  /// From coefficients.
  package init(_ polynomial: RNSPolynomial<Coefficient>, context: KeySwitchingContext, parallelism: Parallelism) {
    let (limbs, degree, plans) = (polynomial.limbCount, polynomial.degree, polynomial.basis.plans)
    let from = polynomial.storage
    var scaled = from
    if let factors = context.digitInverses(limbs: limbs) {
      let words = AlignedStorage(recycledBy: polynomial.basis.recycler)
      concurrentFor(limbs, parallelism: parallelism) { limb, _ in
        let range = limb * degree..<(limb + 1) * degree
        var row = words.mutableWords(range)
        plans[limb].backend.multiplyScalar(&row, from.words(range), by: factors[limb], modulo: plans[limb].modulus)
      }
      scaled = words
    }
    self.init(context: context, plans: plans, scaled: scaled, evaluations: nil)
  }

  /// From evaluations: one inverse transform a limb.
  package init(_ polynomial: RNSPolynomial<Evaluation>, context: KeySwitchingContext, parallelism: Parallelism) {
    self.init(evaluations: polynomial, context: context, parallelism: parallelism) { _, _ in }
  }

  /// From evaluations that are the products of those of two polynomials.
  package init(
    product lhs: RNSPolynomial<Evaluation>, _ rhs: RNSPolynomial<Evaluation>, context: KeySwitchingContext,
    parallelism: Parallelism
  ) {
    precondition(lhs.basis == rhs.basis, "polynomials of different bases")
    let plans = lhs.basis.plans
    self.init(
      evaluations: RNSPolynomial(uninitializedIn: lhs.basis), context: context, parallelism: parallelism
    ) { row, limb in
      plans[limb].backend.multiply(&row, lhs.limb(limb), rhs.limb(limb), modulo: plans[limb].modulus)
    }
  }

  /// Writes each limb of the evaluations with `fill`, and transforms it back while it is in the cache.
  private init(
    evaluations polynomial: RNSPolynomial<Evaluation>, context: KeySwitchingContext, parallelism: Parallelism,
    fill: @Sendable (_ row: inout MutableSpan<UInt64>, _ limb: Int) -> Void
  ) {
    let (limbs, degree, plans) = (polynomial.limbCount, polynomial.degree, polynomial.basis.plans)
    let factors = context.digitInverses(limbs: limbs)
    let evaluations = polynomial.storage
    let words = AlignedStorage(recycledBy: polynomial.basis.recycler)
    concurrentFor(limbs, parallelism: parallelism) { limb, _ in
      let range = limb * degree..<(limb + 1) * degree
      let plan = plans[limb]
      var evaluated = evaluations.mutableWords(range)
      fill(&evaluated, limb)
      var row = words.mutableWords(range)
      plan.inverseScaled(&row, evaluated.span, by: factors?[limb] ?? 1)
    }
    self.init(context: context, plans: plans, scaled: words, evaluations: evaluations)
  }

  private init(
    context: KeySwitchingContext, plans: [NTTPlan], scaled: AlignedStorage, evaluations: AlignedStorage?
  ) {
    self.context = context
    limbCount = plans.count
    degree = plans[0].degree
    self.scaled = scaled
    self.evaluations = evaluations
  }

  /// How many digits it has.
  var digitCount: Int { context.digitCount(limbs: limbCount) }

  /// All digits modulo some primes of the key basis that follow one another, but for `knownDigit` of each.
  ///
  /// - Parameters:
  ///   - block: Digit d modulo prime i, counted from the first, is at (i·digitCount + d)·N.
  ///   - keyLimbs: Limbs of the key basis at `limbCount` primes, at most `KernelBackend.mostDigitsAtOnce`.
  ///   - plans: The transforms of the key basis.
  /// - Returns: For each of the primes, which digits are begun: bit d for digit d. The others are lazy, and the known
  ///   one is not written.
  func fillDigits(_ block: AlignedStorage, keyLimbs: Range<Int>, plans: [NTTPlan]) -> BegunDigits {
    let count = digitCount
    var begun = BegunDigits(repeating: 0)
    for digit in 0..<count {
      let own = context.limbs(ofDigit: digit, limbs: limbCount)
      var next = keyLimbs.lowerBound
      while next < keyLimbs.upperBound {
        let limb = next
        next += 1
        let offset = limb - keyLimbs.lowerBound
        let start = (offset * count + digit) * degree
        if isKnown(limb, own) { continue }
        if let bits = context.digits[digit].bits {
          var words = block.mutableWords(start..<start + degree)
          PolynomialKernels.extractBits(
            &words, row(scaled, own.lowerBound), shift: bits.lowerBound, bits: bits.count)
          plans[limb].forwardLazy(&words)
          continue
        }
        // What is read for one limb is read for those that follow it too.
        let place = context.place(ofKeyLimb: limb, limbs: limbCount)
        while next < keyLimbs.upperBound, !isKnown(next, own),
          context.place(ofKeyLimb: next, limbs: limbCount) == place + next - limb
        { next += 1 }
        var words = block.mutableWords(start..<start + (next - limb - 1) * count * degree + degree)
        let isBegun = context.summation(ofDigit: digit, count: own.count).begin(
          &words, outStride: count * degree, scaled.words(own.lowerBound * degree..<own.upperBound * degree),
          first: place, plans: plans[limb..<next])
        guard isBegun else { continue }
        for place in offset..<offset + next - limb { begun[place] |= 1 << digit }
      }
    }
    return begun
  }

  /// Σ digit · (k₀, k₁) + P · term modulo one prime of the key basis.
  ///
  /// - Parameters:
  ///   - out0: N words.
  ///   - out1: N words.
  ///   - key: What the digits are multiplied by.
  ///   - term: Modulo the primes of the polynomial; P is 0 modulo the others.
  ///   - limb: Which limb of the key basis.
  ///   - plan: Its transform.
  ///   - block: What `fillDigits` wrote; begun digits become lazy ones.
  ///   - offset: Which of the primes there.
  ///   - begun: Which digits of it are begun.
  func multiply(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, by key: KeySwitchingKey,
    addingMultipleOf term: KeySwitchingTerm, limb: Int, plan: NTTPlan, block: AlignedStorage, offset: Int, begun: UInt64
  ) {
    let (backend, q, isOwn) = (plan.backend, plan.modulus, limb < limbCount)
    if isOwn, case .product(let a, let b) = term {
      let tensor = TensorTerm(
        a0: a.0.limb(limb), a1: a.1.limb(limb), b0: b.0.limb(limb), b1: b.1.limb(limb),
        scalar: context.specialProduct(modulo: q))
      multiply(
        &out0, &out1, by: key, adding: tensor, limb: limb, plan: plan, block: block, offset: offset, begun: begun)
      return
    }
    multiply(&out0, &out1, by: key, adding: nil, limb: limb, plan: plan, block: block, offset: offset, begun: begun)
    if isOwn, case .polynomials(let c0, let c1) = term {
      let factor = context.specialProduct(modulo: q)
      backend.multiplyScalarAccumulate(&out0, c0.limb(limb), by: factor, modulo: q)
      backend.multiplyScalarAccumulate(&out1, c1.limb(limb), by: factor, modulo: q)
    }
  }

  private func multiply(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, by key: KeySwitchingKey,
    adding tensor: TensorTerm?, limb: Int, plan: NTTPlan, block: AlignedStorage, offset: Int, begun: UInt64
  ) {
    let (storage, range) = (key.storage, key.packedRange(limb, limbs: limbCount))
    let words = digitCount * degree
    var digits = block.mutableWords(offset * words..<(offset + 1) * words)
    let known = knownDigit(limb)
    plan.finishKeyProduct(
      &out0, &out1, digits: &digits, terms: digitCount, begun: begun,
      known: known == nil ? nil : evaluations?.words(limb * degree..<(limb + 1) * degree), knownDigit: known ?? 0,
      packed: storage.words(range), packedTerms: key.digitCount, adding: tensor)
  }

  /// Which digit the evaluations modulo a prime of the key basis are, if they are known and one.
  func knownDigit(_ keyLimb: Int) -> Int? {
    (0..<digitCount).first { isKnown(keyLimb, context.limbs(ofDigit: $0, limbs: limbCount)) }
  }

  /// Whether the evaluations modulo a prime of the key basis are those of a digit taken from `own`.
  ///
  /// Those of the gadget form are digits of residues.
  private func isKnown(_ keyLimb: Int, _ own: Range<Int>) -> Bool {
    evaluations != nil && !context.isGadget && own.contains(keyLimb)
  }

  @_lifetime(borrow storage)
  private func row(_ storage: AlignedStorage, _ limb: Int) -> Span<UInt64> {
    storage.words(limb * degree..<(limb + 1) * degree)
  }
}
