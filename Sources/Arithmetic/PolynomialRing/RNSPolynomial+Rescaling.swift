// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic

extension RNSPolynomial {
  /// Divides by the last prime with rounding and drops it: round(x / q_{L−1}) in the basis of the first L−1 primes.
  ///
  /// Exact: each coefficient of the result is the nearest integer. In evaluation form this costs one transform a limb: the
  /// last limb back to its coefficients, and what they subtract from the others forward.
  /// requires: at least two limbs, and `target` is the basis of the first L−1 primes. [KPZ21, section 2.2]
  public consuming func droppingLastLimb(to target: RNSBasis) -> RNSPolynomial {
    let limbs = basis.limbCount
    precondition(limbs >= 2 && target.limbCount == limbs - 1 && target.degree == basis.degree, "not the shorter basis")
    let isEvaluation = Domain.self == Evaluation.self
    let last = AlignedStorage(uninitializedCount: degree, zeroising: storage.isZeroising)
    var lastWords = last.mutableWords(0..<degree)
    lastWords.copyWords(of: self.limb(limbs - 1))
    if isEvaluation { basis.plans[limbs - 1].inverse(&lastWords) }
    var result = RNSPolynomial(uninitializedIn: target, zeroising: storage.isZeroising)
    for (index, plan) in target.plans.enumerated() {
      precondition(plan.modulus == basis.moduli[index], "not the shorter basis")
      let inverse = basis.inverseOfLast[index]
      var limb = result.mutableLimb(index)
      if isEvaluation {
        limb.update(repeating: 0)
      } else {
        limb.copyWords(of: self.limb(index))
      }
      PolynomialKernels.divideRound(
        &limb, last: last.words(0..<degree), inverse: inverse, modulo: plan.modulus,
        lastModulus: basis.moduli[limbs - 1])
      guard isEvaluation else { continue }
      plan.forward(&limb)
      plan.backend.multiplyScalarAccumulate(&limb, self.limb(index), by: inverse, modulo: plan.modulus)
    }
    return result
  }
}

extension RNSPolynomial where Domain == Coefficient {
  /// Scales from modulus Q to a basis of one prime: round(target · x / Q) mod target for all coefficients.
  package func scaledAndRounded(to target: RNSBasis, scaler: borrowing RNSScaler) -> RNSPolynomial<Coefficient> {
    precondition(target.limbCount == 1 && target.moduli[0].value == scaler.target && target.degree == degree)
    var result = RNSPolynomial(uninitializedIn: target, zeroising: storage.isZeroising)
    var words = result.mutableLimb(0)
    scaleAndRound(into: &words, range: 0..<degree, scaler: scaler)
    return result
  }

  /// Scales from modulus Q to the single modulus `target`: round(target · x / Q) mod target for the coefficients of
  /// `range`, into the words of `output` at the same places.
  ///
  /// - Parameters:
  ///   - output: N words; those outside `range` are left as they are. Those inside come out in [0, target).
  ///   - scaler: Made for this basis.
  package func scaleAndRound(
    into output: inout MutableSpan<UInt64>, range: Range<Int>, scaler: borrowing RNSScaler
  ) {
    precondition(scaler.basis == basis && range.lowerBound >= 0 && range.upperBound <= degree, "not this basis")
    guard !range.isEmpty else { return }
    let input = allLimbs()
    var part = output._mutatingExtracting(range)
    PolynomialKernels.scaleAndRound(
      &part, input.extracting(range.lowerBound..<input.count), inputStride: degree, count: range.count,
      moduli: basis.moduli, constants: scaler.constants, target: scaler.target)
  }
}

/// Precomputed constants for x ↦ round(target · x / Q) mod target.
package struct RNSScaler: Sendable {
  /// The basis whose product is Q.
  package let basis: RNSBasis

  /// The new modulus, 2 … 2^61, of any form.
  package let target: UInt64

  let constants: [ScaleLimb]

  /// Constants for scaling from the product of `basis` to `target`.
  package init(basis: RNSBasis, target: UInt64) {
    precondition((2...1 << 61).contains(target), "target modulus out of range")
    self.basis = basis
    self.target = target
    constants = zip(basis.moduli, basis.inverseOfCofactor).map { modulus, inverse in
      ScaleLimb(inverse: inverse, modulus: modulus, target: target)
    }
  }
}

extension MutableSpan where Element == UInt64 {
  /// Copies the words of a span of the same count.
  @_lifetime(self: copy self)
  package mutating func copyWords(of source: borrowing Span<UInt64>) {
    precondition(source.count == count, "spans of different counts")
    for index in 0..<count { self[index] = source[index] }
  }
}
