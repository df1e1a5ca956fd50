// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE

// The level of a ciphertext is how many primes it is written in: with fewer, everything that follows costs less, and there is
// less room for noise.
extension BFVEvaluator {
  /// Divides the ciphertext, its noise and its modulus by the last prime; the message stays.
  ///
  /// In coefficient form without a transform; in evaluation form one a prime.
  public func switchModulus<Domain>(_ ciphertext: consuming Ciphertext<Domain>) throws(RLWEError) -> Ciphertext<Domain>
  {
    try check(ciphertext.parameters)
    let result = try ciphertext.droppingLastPrime()
    try check(result)
    return result
  }

  /// Divides by the last primes until `limbs` are left; the ciphertext itself where it has as many.
  ///
  /// - Throws: `RLWEError` where it has fewer, `limbs` is below 1, or the noise would not fit.
  public func switchModulus<Domain>(
    _ ciphertext: consuming Ciphertext<Domain>, toLimbCount limbs: Int
  ) throws(RLWEError) -> Ciphertext<Domain> {
    try check(ciphertext.parameters)
    let result = try ciphertext.droppingPrimes(toLimbCount: limbs)
    try check(result)
    return result
  }

  /// How many primes could be dropped at a loss of at most `bits` bits of what is left for noise.
  ///
  /// Switching divides noise and modulus alike, and adds rounding noise: where the noise is far above that, primes hold nothing
  /// but noise, and a product or a rotation with fewer of them costs less and has the same room [KPZ21]. What is
  /// left is measured by the noise bound.
  ///
  /// - Parameter bits: At least 0 and finite; a twentieth of a bit can be lost many times over.
  /// - Returns: 0 … L − 1 for a ciphertext of L primes.
  /// - Throws: `RLWEError` for a ciphertext of other parameters, or another number of bits.
  public func droppableLimbCount<Domain>(
    _ ciphertext: borrowing Ciphertext<Domain>, losing bits: Double = 0.05
  ) throws(RLWEError) -> Int {
    try check(ciphertext.parameters)
    guard bits >= 0, bits.isFinite else { throw .unusableNumber(bits) }
    func left(_ noise: NoiseBound, _ limbs: Int) -> Double {
      parameters.log2NoiseCapacity(limbs: limbs) - noise.log2Magnitude(degree: parameters.degree, failure: .ownUse)
    }
    let limbs = ciphertext.limbCount
    let before = left(ciphertext.noise, limbs)
    var noise = ciphertext.noise
    var dropped = 0
    for count in 1..<max(1, limbs) {
      let (from, to) = (parameters.rlwe.basis(limbs: limbs - count + 1), parameters.rlwe.basis(limbs: limbs - count))
      noise = noise.scaledDown(bits: from.log2Product - to.log2Product) + .rounding(degree: parameters.degree)
      guard before - left(noise, limbs - count) <= bits else { break }
      dropped = count
    }
    return dropped
  }

  /// Drops `droppableLimbCount` primes: before a product, say, or a rotation.
  public func droppingFreeLimbs<Domain>(
    _ ciphertext: consuming Ciphertext<Domain>, losing bits: Double = 0.05
  ) throws(RLWEError) -> Ciphertext<Domain> {
    let limbs = ciphertext.limbCount - (try droppableLimbCount(ciphertext, losing: bits))
    return try switchModulus(ciphertext, toLimbCount: limbs)
  }

  /// Runs `body` on two ciphertexts after switching the longer one down to the primes of the other, and checks the result.
  func align<Domain>(
    _ lhs: inout Ciphertext<Domain>, _ rhs: borrowing Ciphertext<Domain>,
    _ body: (inout Ciphertext<Domain>, borrowing Ciphertext<Domain>) throws(RLWEError) -> Void
  ) throws(RLWEError) {
    try check(lhs.parameters)
    try check(rhs.parameters)
    if lhs.limbCount > rhs.limbCount { lhs = try lhs.droppingPrimes(toLimbCount: rhs.limbCount) }
    if lhs.limbCount == rhs.limbCount {
      try body(&lhs, rhs)
    } else {
      try body(&lhs, (copy rhs).droppingPrimes(toLimbCount: lhs.limbCount))
    }
    try check(lhs)
  }
}
