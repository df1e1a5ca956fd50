// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing
public import RLWE

/// How many low bits the coefficients of a reply do without.
public struct DroppedBits: Hashable, Sendable {
  /// Of each coefficient of c₀.
  public let c0: Int

  /// Of each coefficient of c₁.
  public let c1: Int

  /// None.
  public static let none = DroppedBits(c0: 0, c1: 0)

  init(c0: Int, c1: Int) {
    self.c0 = c0
    self.c1 = c1
  }

  /// What they add to the noise: at most 2^(c0−1) from c₀, and the rounding of c₁ times the secret.
  func noise(degree: Int) -> NoiseBound {
    NoiseBound(log2Deviation: -.infinity, log2Bounded: c0 == 0 ? -.infinity : Double(c0 - 1), independent: true)
      + .droppedBits(c1, degree: degree)
  }
}

extension BFVReply {
  /// The same reply with its coefficients rounded to multiples of powers of two, whose zeros are not sent [Cheetah22,
  /// section 5.2].
  ///
  /// As many bits go as the noise bound leaves room for: the chance that any coefficient then decrypts wrongly stays within
  /// `failure`, by the same bound as for every other operation. Bits of c₀ cost a bounded error, bits of c₁ a rounding error times
  /// the secret; the split that saves most is taken. A reply without room, or compressed already, comes back as it is.
  ///
  /// What rounding does to c₁ is small in the average case of pseudorandom coefficients, as those of every ciphertext are that
  /// hides something: the same that modulus switching counts on.
  public consuming func compressed(failure: NoiseBound.Failure = .ownUse) -> BFVReply {
    let bits = droppedBits == .none ? largestDroppedBits(failure: failure) : .none
    guard bits != .none else { return self }
    return BFVReply(
      parameters: parameters, key: key, c0: c0.roundedToMultiples(ofTwoTo: bits.c0),
      c1: c1.roundedToMultiples(ofTwoTo: bits.c1), ranges: ranges,
      noise: noise + bits.noise(degree: parameters.degree), droppedBits: bits)
  }

  /// The numbers of bits that save most and keep the noise below the capacity.
  private func largestDroppedBits(failure: NoiseBound.Failure) -> DroppedBits {
    guard let capacity = parameters.log2ReplyNoiseCapacity else { return .none }
    let degree = parameters.degree
    let kept = ranges.reduce(0) { $0 + $1.count }
    func fits(_ bits: DroppedBits) -> Bool {
      (noise + bits.noise(degree: degree)).log2Magnitude(degree: degree, failure: failure) < capacity
    }
    func saved(_ bits: DroppedBits) -> Int { kept * bits.c0 + degree * bits.c1 }
    // More of one leaves room for less of the other.
    var best = DroppedBits.none
    var bits = DroppedBits(c0: 0, c1: 0)
    while fits(DroppedBits(c0: bits.c0 + 1, c1: 0)) { bits = DroppedBits(c0: bits.c0 + 1, c1: 0) }
    while true {
      while bits.c0 > 0, !fits(bits) { bits = DroppedBits(c0: bits.c0 - 1, c1: bits.c1) }
      guard fits(bits) else { return best }
      if saved(bits) > saved(best) { best = bits }
      bits = DroppedBits(c0: bits.c0, c1: bits.c1 + 1)
    }
  }
}

extension RNSPolynomial<Coefficient> {
  /// ⌊((x + h) mod q)/2^bits⌋·2^bits with h = 2^(bits−1), for each coefficient: x plus an error in (−h, h].
  ///
  /// Adding h before the reduction is what keeps the last half step below q right: it rounds to q, which is 0.
  /// requires: one limb, 2^bits < q.
  package func roundedToMultiples(ofTwoTo bits: Int) -> RNSPolynomial {
    guard bits > 0 else { return self }
    let (plan, degree) = (basis.plans[0], degree)
    let halves = AlignedStorage(uninitializedCount: degree)
    var words = halves.mutableWords(0..<degree)
    words.update(repeating: 1 << UInt64(bits - 1))
    plan.backend.addInPlace(&words, limb(0), modulo: plan.modulus)
    var result = RNSPolynomial(uninitializedIn: basis)
    var limb = result.mutableLimb(0)
    PolynomialKernels.extractBits(&limb, words.span, shift: bits, bits: plan.modulus.bitWidth - bits)
    plan.backend.multiplyScalarInPlace(&limb, by: 1 << UInt64(bits), modulo: plan.modulus)
    return result
  }
}
