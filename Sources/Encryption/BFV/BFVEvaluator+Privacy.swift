// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing
internal import Randomness
public import RLWE

// What the one who computes does so that the one who decrypts learns the result and nothing of how it was made.
extension BFVEvaluator {
  /// Adds a fresh encryption of zero under the receiver's public key, and leaves evaluation form on the way.
  ///
  /// After it, c₁ is pseudorandom whatever the ciphertext was computed from (ring-LWE with the secret u of the fresh
  /// encryption). The noise still depends on the computation: `flood` hides that.
  public func rerandomize(
    _ ciphertext: consuming Ciphertext<Evaluation>, with publicKey: PublicKey
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try check(publicKey.parameters)
    try check(ciphertext.parameters)
    guard publicKey.key == ciphertext.key else { throw .wrongKey }
    let result = publicKey.rerandomize(ciphertext)
    try check(result)
    return result
  }

  /// Adds to every coefficient of c₀ an integer drawn uniformly from [−2^bits, 2^bits).
  ///
  /// A coefficient whose noise was v is then within statistical distance |v| / 2^(bits+1) of one whose noise was 0.
  /// - Parameter bits: 0 … 120.
  public func flood(_ ciphertext: inout Ciphertext<Coefficient>, bits: Int) throws(RLWEError) {
    precondition((0...120).contains(bits), "flooding by 2^\(bits)")
    try check(ciphertext.parameters)
    ciphertext.addNoise(floodBits: bits, ranges: [0..<parameters.degree])
    try check(ciphertext)
  }

  /// Switches a ciphertext to the single reply prime and keeps only the coefficients of c₀ in `ranges`.
  ///
  /// Everything of c₁ stays, since each coefficient of the message depends on all of it.
  /// - Parameters:
  ///   - ranges: At most 4096 ranges inside 0 ..< N, ascending and without overlap.
  ///   - floodBits: Where given, floods first, as `flood` does, but only the coefficients that are kept.
  public func reply(
    _ ciphertext: consuming Ciphertext<Coefficient>, keeping ranges: [Range<Int>], floodBits: Int? = nil
  ) throws(RLWEError) -> BFVReply {
    try check(ciphertext.parameters)
    precondition(
      ranges.count <= BFVReply.maximumRangeCount && (ranges.last?.upperBound ?? 0) <= parameters.degree
        && (ranges.first?.lowerBound ?? 0) >= 0
        && zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound },
      "ranges of a reply must be ascending and within the ring degree")
    if let floodBits {
      ciphertext.addNoise(floodBits: floodBits, ranges: ranges)
      try check(ciphertext)
    }
    guard let basis = parameters.replyBasis, let scaler = parameters.levels[ciphertext.limbCount - 1].reply,
      let capacity = parameters.log2ReplyNoiseCapacity
    else { throw .noReplyModulus }
    let noise =
      ciphertext.noise.scaledDown(bits: ciphertext.log2Modulus - basis.log2Product)
      + .rounding(degree: parameters.degree)
    try parameters.requireCapacity(for: noise, available: capacity)
    var c0 = RNSPolynomial<Coefficient>(zeroIn: basis)
    var words = c0.mutableLimb(0)
    for range in ranges { ciphertext.c0.scaleAndRound(into: &words, range: range, scaler: scaler) }
    let c1 = ciphertext.c1.scaledAndRounded(to: basis, scaler: scaler)
    return BFVReply(parameters: parameters, key: ciphertext.key, c0: c0, c1: c1, ranges: ranges, noise: noise)
  }
}
