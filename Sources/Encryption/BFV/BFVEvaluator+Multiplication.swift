// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
public import PolynomialRing
public import RLWE

extension BFVEvaluator {
  /// The product of two ciphertexts, not relinearised: sums of such products need one relinearisation together.
  ///
  /// - Throws: `RLWEError` where the operands do not go together, the parameters have no key switching, or the noise of the
  ///   product would not leave it decryptable.
  public func multiply(
    _ lhs: borrowing Ciphertext<Coefficient>, _ rhs: borrowing Ciphertext<Coefficient>
  ) throws(RLWEError) -> QuadraticCiphertext<Coefficient> {
    try check(lhs.parameters)
    try check(rhs.parameters)
    let limbs = min(lhs.limbCount, rhs.limbCount)
    return try multiplyAligned(
      lhs.limbCount == limbs ? copy lhs : switchModulus(copy lhs, toLimbCount: limbs),
      rhs.limbCount == limbs ? copy rhs : switchModulus(copy rhs, toLimbCount: limbs))
  }

  /// The product of two ciphertexts of as many primes.
  private func multiplyAligned(
    _ lhs: Ciphertext<Coefficient>, _ rhs: Ciphertext<Coefficient>
  ) throws(RLWEError) -> QuadraticCiphertext<Coefficient> {
    try lhs.requireCompatible(rhs)
    guard let context = parameters.multiplication else { throw .noKeySwitching }
    let level = context.level(limbs: lhs.limbCount)
    let noise = productNoise(lhs.noise, rhs.noise, limbs: lhs.limbCount, log2Ratio: level.log2Ratio)
    try check(noise, limbs: lhs.limbCount)
    let product = BFVProduct(level: level, scratch: context.scratch, parallelism: threads.team())
    let (c0, c1, c2) = product.multiply((lhs.c0, lhs.c1), (rhs.c0, rhs.c1), to: lhs.basis)
    return QuadraticCiphertext(
      parameters: lhs.parameters, key: lhs.key, c0: c0, c1: c1, c2: c2, noise: noise)
  }

  /// The square of a ciphertext, not relinearised.
  public func square(
    _ ciphertext: borrowing Ciphertext<Coefficient>
  ) throws(RLWEError) -> QuadraticCiphertext<Coefficient> {
    try multiply(ciphertext, ciphertext)
  }

  /// Adds a product to another.
  public func add(
    _ lhs: inout QuadraticCiphertext<Coefficient>, _ rhs: borrowing QuadraticCiphertext<Coefficient>
  ) throws(RLWEError) {
    try check(lhs.parameters)
    try check(rhs.parameters)
    let limbs = min(lhs.limbCount, rhs.limbCount)
    lhs = try lhs.droppingPrimes(toLimbCount: limbs)
    try lhs.add((copy rhs).droppingPrimes(toLimbCount: limbs))
    try check(lhs.noise, limbs: lhs.limbCount)
  }

  /// Brings a product back to two polynomials.
  public func relinearize(
    _ product: consuming QuadraticCiphertext<Coefficient>, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try check(product.parameters)
    let result = try product.relinearized(with: keys, parallelism: threads.team())
    try check(result)
    return result
  }

  /// The product of two ciphertexts, relinearised.
  public func multiply(
    _ lhs: borrowing Ciphertext<Coefficient>, _ rhs: borrowing Ciphertext<Coefficient>, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    let shared = sharing()
    return try shared.relinearize(shared.multiply(lhs, rhs), with: keys)
  }

  /// The square of a ciphertext, relinearised.
  public func square(
    _ ciphertext: borrowing Ciphertext<Coefficient>, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try multiply(ciphertext, ciphertext, with: keys)
  }

  /// The noise of a product.
  ///
  /// With c_i(s) = (Q/t)·m_i + e_i + Q·K_i, the product is (Q/t)·m₁m₂ plus t·(K₁ + m₁/t)·e₂ + t·(K₂ + m₂/t)·e₁ +
  /// (t/Q)·e₁e₂, plus t·(K₁ + m₁/t)·(Q/P)·τ for rounding after the scaling by P/Q, plus the rounding of three polynomials,
  /// τ₀ + τ₁·s + τ₂·s². Each coefficient of K is a sum of N + 1 uniform values in [−½, ½] with ternary signs: variance at most
  /// (N + 1)/12; m/t is at most 1 in absolute value. The terms are sums of N products each, taken as independent: this is
  /// the average-case estimate of the literature [KPZ21, CS16], and twice its deviation is used.
  func productNoise(_ lhs: NoiseBound, _ rhs: NoiseBound, limbs: Int, log2Ratio: Double) -> NoiseBound {
    Self.productNoise(
      lhs, rhs, degree: parameters.degree, plaintextModulus: parameters.plaintextModulus.value,
      log2Modulus: parameters.rlwe.basis(limbs: limbs).log2Product, log2Ratio: log2Ratio)
  }

  /// The same for parameters that are not made yet.
  static func productNoise(
    _ lhs: NoiseBound, _ rhs: NoiseBound, degree: Int, plaintextModulus: UInt64, log2Modulus: Double, log2Ratio: Double
  ) -> NoiseBound {
    let n = Double(degree)
    let wrap = ((n + 1) / 12).squareRoot()
    let t = Double(plaintextModulus)
    // Euclidean norm of t·(K + m/t).
    let carrier = t * n.squareRoot() * (wrap + 1)
    let sum = lhs + rhs
    let main =
      sum.log2Deviation == -.infinity && sum.log2Bounded == -.infinity
      ? NoiseBound.zero
      : NoiseBound(
        log2Deviation: NoiseBound.log2Sum(sum.log2Deviation, sum.log2Bounded), log2Bounded: -.infinity,
        independent: true
      ).multiplied(byNorm1: carrier, norm2: carrier)
    let log2Cross =
      NoiseBound.log2Sum(lhs.log2Deviation, lhs.log2Bounded) + NoiseBound.log2Sum(rhs.log2Deviation, rhs.log2Bounded)
      + binaryLogarithm(t) + 0.5 * binaryLogarithm(n) - log2Modulus
    let cross = NoiseBound(log2Deviation: log2Cross, log2Bounded: -.infinity, independent: true)
    let scaling = NoiseBound(deviation: carrier * wrap, bounded: 0, independent: true).scaledDown(bits: -log2Ratio)
    let total = main + cross + scaling + .quadraticRounding(degree: degree)
    return NoiseBound(
      log2Deviation: total.log2Deviation + 1, log2Bounded: total.log2Bounded, independent: true)
  }
}

/// One multiplication: the transforms and products of every prime of Q·P.
struct BFVProduct {
  let level: BFVMultiplicationContext.Level
  let scratch: ScratchPool
  let parallelism: Parallelism

  typealias Pair = (RNSPolynomial<Coefficient>, RNSPolynomial<Coefficient>)
  typealias Triple = (RNSPolynomial<Coefficient>, RNSPolynomial<Coefficient>, RNSPolynomial<Coefficient>)

  /// round(t/P · (a₀ + a₁X)(b₀ + b₁X)) modulo Q, with b scaled by P/Q before.
  func multiply(_ a: Pair, _ b: Pair, to basis: RNSBasis) -> Triple {
    let degree = basis.degree
    let words = level.plans.count * degree
    // a₀, a₁, b₀, b₁ modulo Q·P, each limb after limb, and the middle term of the product.
    return scratch.with(count: 5 * words) { block in
      fill(block, place: 0, from: a.0, isScaled: false)
      fill(block, place: 1, from: a.1, isScaled: false)
      fill(block, place: 2, from: b.0, isScaled: true)
      fill(block, place: 3, from: b.1, isScaled: true)
      let plans = level.plans
      concurrentFor(plans.count, parallelism: parallelism) { limb, _ in
        Self.multiplyLimb(block, limb: limb, words: words, plan: plans[limb])
      }
      return (
        divided(block, place: 0, to: basis), divided(block, place: 4, to: basis), divided(block, place: 3, to: basis)
      )
    }
  }

  /// Writes one polynomial modulo Q·P.
  private func fill(_ block: AlignedStorage, place: Int, from polynomial: RNSPolynomial<Coefficient>, isScaled: Bool) {
    let (degree, primes, all) = (polynomial.degree, level.primeCount, level.plans.count)
    let start = place * all * degree
    let input = polynomial.storage
    let level = level
    let ranges = coefficientRanges(degree, for: parallelism)
    // Row r of `count` rows that begin at `start`, the columns of `range`.
    @Sendable func span(_ start: Int, _ count: Int, _ range: Range<Int>) -> Range<Int> {
      start + range.lowerBound..<start + (count - 1) * degree + range.upperBound
    }
    concurrentFor(ranges.count, parallelism: parallelism) { index, _ in
      let range = ranges[index]
      let source = input.words(span(0, primes, range))
      var extended = block.mutableWords(span(start + primes * degree, all - primes, range))
      if isScaled {
        level.scale.apply(&extended, source, stride: degree, count: range.count)
        let scaled = block.words(span(start + primes * degree, all - primes, range))
        var lowered = block.mutableWords(span(start, primes, range))
        level.lower.apply(&lowered, scaled, stride: degree, count: range.count)
      } else {
        level.lift.apply(&extended, source, stride: degree, count: range.count)
        for limb in 0..<primes {
          var row = block.mutableWords(span(start + limb * degree, 1, range))
          row.copyWords(of: input.words(span(limb * degree, 1, range)))
        }
      }
    }
  }

  /// Transforms one limb of all four polynomials, multiplies, and transforms back: d₀ ends in the place of a₀, d₁ in the fifth,
  /// d₂ in that of b₁.
  private static func multiplyLimb(_ block: AlignedStorage, limb: Int, words: Int, plan: NTTPlan) {
    let degree = plan.degree
    func range(_ place: Int) -> Range<Int> {
      place * words + limb * degree..<place * words + (limb + 1) * degree
    }
    for place in 0..<4 {
      var row = block.mutableWords(range(place))
      plan.forward(&row)
    }
    var middle = block.mutableWords(range(4))
    var terms = ProductTerms()
    terms.append(block.words(range(0)), block.words(range(3)))
    terms.append(block.words(range(1)), block.words(range(2)))
    plan.backend.sumOfProducts(&middle, terms, modulo: plan.modulus)
    plan.inverse(&middle)
    var first = block.mutableWords(range(0))
    plan.backend.multiplyInPlace(&first, block.words(range(2)), modulo: plan.modulus)
    plan.inverse(&first)
    var last = block.mutableWords(range(3))
    plan.backend.multiplyInPlace(&last, block.words(range(1)), modulo: plan.modulus)
    plan.inverse(&last)
  }

  /// round(t/P · x) modulo Q of the polynomial at `place`.
  private func divided(_ block: AlignedStorage, place: Int, to basis: RNSBasis) -> RNSPolynomial<Coefficient> {
    let (degree, primes, all) = (basis.degree, level.primeCount, level.plans.count)
    let start = place * all * degree
    let result = RNSPolynomial<Coefficient>(uninitializedIn: basis)
    let output = result.storage
    let level = level
    let ranges = coefficientRanges(degree, for: parallelism)
    concurrentFor(ranges.count, parallelism: parallelism) { index, _ in
      let range = ranges[index]
      var out = output.mutableWords(range.lowerBound..<(primes - 1) * degree + range.upperBound)
      let own = start + range.lowerBound..<start + (primes - 1) * degree + range.upperBound
      let input = start + primes * degree + range.lowerBound..<start + (all - 1) * degree + range.upperBound
      level.divide.apply(&out, block.words(input), own: block.words(own), stride: degree, count: range.count)
    }
    return result
  }
}
