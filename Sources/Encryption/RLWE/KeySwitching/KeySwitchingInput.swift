// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// A polynomial that is to be switched, ready to be cut into digits.
///
/// Coefficients and, where they are known, evaluations of the same polynomial; digits need the former, and for a digit's own
/// primes the latter save transforms.
package struct KeySwitchingInput: Sendable {
  let context: KeySwitchingContext
  let limbCount: Int
  let degree: Int
  private let plans: [NTTPlan]

  /// Residues in coefficient form.
  private let coefficients: AlignedStorage

  /// The same times the inverses that the summation of digits wants; the same object where those are one.
  private let scaled: AlignedStorage

  private let evaluations: AlignedStorage?

  /// From coefficients.
  package init(_ polynomial: RNSPolynomial<Coefficient>, context: KeySwitchingContext, parallelism: Parallelism) {
    self.init(polynomial, evaluations: nil, context: context, parallelism: parallelism)
  }

  /// From evaluations: one inverse transform a limb.
  package init(_ polynomial: RNSPolynomial<Evaluation>, context: KeySwitchingContext, parallelism: Parallelism) {
    self.init(
      polynomial.coefficientForm(parallelism: parallelism), evaluations: polynomial.storage, context: context,
      parallelism: parallelism)
  }

  private init(
    _ polynomial: RNSPolynomial<Coefficient>, evaluations: AlignedStorage?, context: KeySwitchingContext,
    parallelism: Parallelism
  ) {
    let (limbs, degree) = (polynomial.limbCount, polynomial.degree)
    self.context = context
    limbCount = limbs
    self.degree = degree
    let plans = polynomial.basis.plans
    self.plans = plans
    coefficients = polynomial.storage
    self.evaluations = evaluations
    let widest = context.digits.map(\.limbs.count).max() ?? 1
    guard widest > 1 else {
      scaled = polynomial.storage
      return
    }
    let scaled = AlignedStorage(recycledBy: polynomial.basis.recycler)
    let from = polynomial.storage
    let constants = (0..<context.digitCount(limbs: limbs)).flatMap { digit in
      context.inverses(ofDigit: digit, count: context.limbs(ofDigit: digit, limbs: limbs).count)
    }
    concurrentFor(limbs, parallelism: parallelism) { limb, _ in
      let range = limb * degree..<(limb + 1) * degree
      var words = scaled.mutableWords(range)
      plans[limb].backend.multiplyScalar(
        &words, from.words(range), by: constants[limb], modulo: plans[limb].modulus)
    }
    self.scaled = scaled
  }

  /// How many digits it has.
  var digitCount: Int { context.digitCount(limbs: limbCount) }

  /// One digit modulo one prime of the key basis, as lazy evaluations.
  ///
  /// - Parameters:
  ///   - words: N words, aligned.
  ///   - digit: Which digit.
  ///   - keyLimb: Which limb of the key basis at `limbCount` primes.
  ///   - plan: Its transform.
  func fillLazyDigit(_ words: inout MutableSpan<UInt64>, digit: Int, keyLimb: Int, plan: NTTPlan) {
    let gadget = context.digits[digit]
    let range = context.limbs(ofDigit: digit, limbs: limbCount)
    if let bits = gadget.bits {
      PolynomialKernels.extractBits(
        &words, row(coefficients, range.lowerBound), shift: bits.lowerBound, bits: bits.count)
      plan.forwardLazy(&words)
    } else if range.contains(keyLimb) {
      if let evaluations {
        plan.backend.makeLazy(&words, row(evaluations, keyLimb), modulo: plan.modulus)
      } else {
        words.copyWords(of: row(coefficients, keyLimb))
        plan.forwardLazy(&words)
      }
    } else {
      // Maps name the limbs of the whole key basis, in which the special primes come after all of Q.
      let place = keyLimb < limbCount ? keyLimb : keyLimb - limbCount + context.primeCount
      guard let map = context.summation(ofDigit: digit, count: range.count, to: place) else {
        preconditionFailure("no map for a limb of another digit")
      }
      map.apply(
        &words, scaled.words(range.lowerBound * degree..<range.upperBound * degree), stride: degree, count: degree)
      plan.forwardLazy(&words)
    }
  }

  @_lifetime(borrow storage)
  private func row(_ storage: AlignedStorage, _ limb: Int) -> Span<UInt64> {
    storage.words(limb * degree..<(limb + 1) * degree)
  }
}
