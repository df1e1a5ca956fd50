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
    let order = LoopOrder(
      rounds: [limbCount, basis.limbCount - limbCount].map {
        LoopOrder.equalShares(of: $0, for: parallelism).map { count * $0.count }
      })
    concurrentFor(order, parallelism: parallelism) { index, _ in
      let (limb, digit) = (index / count, index % count)
      var words = storage.mutableWords(index * degree..<(index + 1) * degree)
      input.fillLazyDigit(&words, digit: digit, keyLimb: limb, plan: basis.plans[limb])
    }
    self.storage = storage
  }
}

/// Where the digits of a key switch come from.
package enum KeySwitchingDigits: Sendable {
  /// Cut for one limb at a time, and used while they are in the cache.
  case cut(KeySwitchingInput)

  /// There already.
  case hoisted(HoistedDigits)

  var context: KeySwitchingContext {
    switch self {
    case .cut(let input): input.context
    case .hoisted(let digits): digits.context
    }
  }

  /// How many primes the polynomial is written in.
  var limbCount: Int {
    switch self {
    case .cut(let input): input.limbCount
    case .hoisted(let digits): digits.limbCount
    }
  }

  /// Polynomials of scratch that a prime needs.
  var scratchRows: Int {
    switch self {
    case .cut(let input): input.digitCount
    case .hoisted: 0
    }
  }

  /// Cuts what is to be cut modulo one prime of the key basis, or two that follow one another.
  ///
  /// - Parameters:
  ///   - block: Scratch: `scratchRows` polynomials for each prime.
  ///   - keyLimbs: One or two limbs of the key basis.
  ///   - plans: The transforms of the key basis.
  /// - Returns: For each of the two primes, which digits are begun.
  func prepare(_ block: AlignedStorage, keyLimbs: Range<Int>, plans: [NTTPlan]) -> [2 of UInt64] {
    switch self {
    case .cut(let input): input.fillDigits(block, keyLimbs: keyLimbs, plans: plans)
    case .hoisted: [0, 0]
    }
  }

  /// Σ digit · (k₀, k₁) modulo one prime of the key basis.
  ///
  /// - Parameters:
  ///   - out0: N words.
  ///   - out1: N words.
  ///   - key: What the digits are multiplied by.
  ///   - limb: Which limb of the key basis.
  ///   - plan: Its transform.
  ///   - block: What `prepare` wrote.
  ///   - offset: Which of the primes there.
  ///   - begun: Which digits of it are begun.
  func multiply(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, by key: KeySwitchingKey, limb: Int,
    plan: NTTPlan, block: AlignedStorage, offset: Int, begun: UInt64
  ) {
    let (storage, range) = (key.storage, key.packedRange(limb, limbs: limbCount))
    let (packed, degree) = (storage.words(range), plan.degree)
    switch self {
    case .cut(let input):
      let words = input.digitCount * degree
      var digits = block.mutableWords(offset * words..<(offset + 1) * words)
      let (known, evaluations) = (input.knownDigit(limb), input.evaluations)
      plan.finishKeyProduct(
        &out0, &out1, digits: &digits, terms: input.digitCount, begun: begun,
        known: known == nil ? nil : evaluations?.words(limb * degree..<(limb + 1) * degree), knownDigit: known ?? 0,
        packed: packed, packedTerms: key.digitCount)
    case .hoisted(let digits):
      let (lazy, words) = (digits.storage, digits.digitCount * degree)
      plan.backend.keyInnerProduct(
        &out0, &out1, lazyDigits: lazy.words(limb * words..<(limb + 1) * words), digitStride: degree,
        terms: digits.digitCount, packed: packed, packedTerms: key.digitCount, modulo: plan.modulus)
    }
  }
}
