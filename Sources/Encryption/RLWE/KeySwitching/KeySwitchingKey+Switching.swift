// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// The digits of a polynomial modulo every prime of the key basis, as lazy evaluations: kept where several keys are applied
/// to one polynomial [HS18].
package struct HoistedDigits: Sendable {
  let context: KeySwitchingContext
  let limbCount: Int
  let digitCount: Int

  /// Limb after limb, digit after digit.
  let storage: AlignedStorage

  /// Cuts the polynomial into digits, and transforms them all.
  package init(_ input: KeySwitchingInput, parallelism: Parallelism) {
    context = input.context
    limbCount = input.limbCount
    let (count, degree) = (input.digitCount, input.degree)
    digitCount = count
    let basis = input.context.keyBasis(limbs: limbCount)
    let storage = AlignedStorage(uninitializedCount: basis.limbCount * count * degree)
    concurrentFor(basis.limbCount * count, parallelism: parallelism) { index, _ in
      let (limb, digit) = (index / count, index % count)
      var words = storage.mutableWords(index * degree..<(index + 1) * degree)
      input.fillLazyDigit(&words, digit: digit, keyLimb: limb, plan: basis.plans[limb])
    }
    self.storage = storage
  }
}

extension KeySwitchingKey {
  /// Σ digit · (k₀, k₁) in the key basis: P·(u₀, u₁) with u₀ + u₁·s ≈ (polynomial)·s′.
  ///
  /// Each limb is finished before the next is begun: its digits are converted, transformed and multiplied while they are in
  /// the cache.
  package func product(
    with input: KeySwitchingInput, parallelism: Parallelism
  ) -> (RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>) {
    let context = input.context
    let (limbs, count, degree) = (input.limbCount, input.digitCount, input.degree)
    let basis = context.keyBasis(limbs: limbs)
    let workers = min(parallelism.threads, basis.limbCount)
    let scratch = (0..<workers).map { _ in context.scratch.take(count: count * degree) }
    defer { scratch.forEach(context.scratch.give) }
    return products(basis: basis, parallelism: parallelism) { limb, worker, out0, out1 in
      let plan = basis.plans[limb]
      let block = scratch[worker]
      for digit in 0..<count {
        var words = block.mutableWords(digit * degree..<(digit + 1) * degree)
        input.fillLazyDigit(&words, digit: digit, keyLimb: limb, plan: plan)
      }
      multiply(
        &out0, &out1, digits: block.words(0..<count * degree), count: count, limb: limb, limbs: limbs,
        plan: plan)
    }
  }

  /// The same with digits that are there already.
  package func product(
    with digits: HoistedDigits, parallelism: Parallelism
  ) -> (RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>) {
    let basis = digits.context.keyBasis(limbs: digits.limbCount)
    let words = digits.digitCount * basis.degree
    return products(basis: basis, parallelism: parallelism) { limb, _, out0, out1 in
      multiply(
        &out0, &out1, digits: digits.storage.words(limb * words..<(limb + 1) * words), count: digits.digitCount,
        limb: limb, limbs: digits.limbCount, plan: basis.plans[limb])
    }
  }

  private func products(
    basis: RNSBasis, parallelism: Parallelism,
    _ body: @Sendable (Int, Int, inout MutableSpan<UInt64>, inout MutableSpan<UInt64>) -> Void
  ) -> (RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>) {
    let (first, second) = (
      RNSPolynomial<Evaluation>(uninitializedIn: basis), RNSPolynomial<Evaluation>(uninitializedIn: basis)
    )
    let (storage0, storage1, degree) = (first.storage, second.storage, basis.degree)
    concurrentFor(basis.limbCount, parallelism: parallelism) { limb, worker in
      let range = limb * degree..<(limb + 1) * degree
      var out0 = storage0.mutableWords(range)
      var out1 = storage1.mutableWords(range)
      body(limb, worker, &out0, &out1)
    }
    return (first, second)
  }

  private func multiply(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, digits: Span<UInt64>, count: Int, limb: Int,
    limbs: Int, plan: NTTPlan
  ) {
    let (storage, packed) = (storage, packedRange(limb, limbs: limbs))
    plan.backend.keyInnerProduct(
      &out0, &out1, lazyDigits: digits, digitStride: plan.degree, terms: count, packed: storage.words(packed),
      packedTerms: digitCount, modulo: plan.modulus)
  }
}

extension SpecialDivision {
  /// round(x / divisor) for evaluations x of the key basis; plus `addend` where there is one, and under an automorphism where there
  /// is one.
  ///
  /// A limb is permuted as soon as it is divided, while it is in the cache.
  /// - Parameters:
  ///   - polynomial: Overwritten.
  ///   - addend: Modulo the kept primes.
  ///   - target: The basis of the kept primes.
  package func divide(
    _ polynomial: consuming RNSPolynomial<Evaluation>, adding addend: RNSPolynomial<Evaluation>?,
    under automorphism: GaloisAutomorphism? = nil, to target: RNSBasis, scratch pool: ScratchPool,
    parallelism: Parallelism
  ) -> RNSPolynomial<Evaluation> {
    let degree = target.degree
    let basis = polynomial.basis
    precondition(basis.limbCount == keptCount + droppedCount && target.limbCount == keptCount, "another basis")
    precondition(addend.map { $0.basis == target } ?? true, "an addend of another basis")
    polynomial.makeUnique()
    let words = polynomial.storage
    let terms = addend?.storage
    let result = RNSPolynomial<Evaluation>(uninitializedIn: target)
    let output = result.storage
    concurrentFor(droppedCount, parallelism: parallelism) { index, _ in
      let limb = keptCount + index
      var row = words.mutableWords(limb * degree..<(limb + 1) * degree)
      basis.plans[limb].inverse(&row)
    }
    let workers = min(parallelism.threads, keptCount)
    let scratch = (0..<workers).map { _ in pool.take(count: degree) }
    defer { scratch.forEach(pool.give) }
    concurrentFor(keptCount, parallelism: parallelism) { limb, worker in
      let plan = target.plans[limb]
      let (backend, q) = (plan.backend, plan.modulus)
      let range = limb * degree..<(limb + 1) * degree
      var row = words.mutableWords(range)
      if droppedCount > 0 {
        let block = scratch[worker]
        var lifted = block.mutableWords(0..<degree)
        liftings[limb].apply(
          &lifted, words.words(keptCount * degree..<(keptCount + droppedCount) * degree), stride: degree, count: degree)
        plan.forwardLazy(&lifted)
        let lazy = block.words(0..<degree)
        if automorphism == nil {
          var out = output.mutableWords(range)
          if let terms {
            backend.differenceScaled(
              &out, row.span, lazy: lazy, by: inverses[limb], adding: terms.words(range), modulo: q)
          } else {
            backend.differenceScaled(&out, row.span, lazy: lazy, by: inverses[limb], modulo: q)
          }
          return
        }
        if let terms {
          backend.differenceScaledInPlace(&row, lazy: lazy, by: inverses[limb], adding: terms.words(range), modulo: q)
        } else {
          backend.differenceScaledInPlace(&row, lazy: lazy, by: inverses[limb], modulo: q)
        }
      } else if let terms {
        backend.addInPlace(&row, terms.words(range), modulo: q)
      }
      var out = output.mutableWords(range)
      if let automorphism {
        automorphism.apply(&out, row.span, backend: backend)
      } else {
        out.copyWords(of: row.span)
      }
    }
    return result
  }

  /// round(x / divisor) for evaluations x of the key basis, as coefficients: every limb is transformed back first.
  func divideToCoefficients(
    _ polynomial: consuming RNSPolynomial<Evaluation>, to target: RNSBasis, parallelism: Parallelism
  ) -> RNSPolynomial<Coefficient> {
    let degree = target.degree
    let coefficients = polynomial.coefficientForm(parallelism: parallelism)
    guard let coefficient else { return RNSPolynomial(basis: target, copying: coefficients) }
    let result = RNSPolynomial<Coefficient>(uninitializedIn: target)
    let (words, output) = (coefficients.storage, result.storage)
    let (kept, dropped) = (keptCount * degree, droppedCount * degree)
    let ranges = coefficientRanges(degree, for: parallelism)
    concurrentFor(ranges.count, parallelism: parallelism) { index, _ in
      let range = ranges[index]
      var out = output.mutableWords(range.lowerBound..<kept - degree + range.upperBound)
      coefficient.apply(
        &out, words.words(kept + range.lowerBound..<kept + dropped - degree + range.upperBound),
        own: words.words(range.lowerBound..<kept - degree + range.upperBound), stride: degree, count: range.count)
    }
    return result
  }
}
