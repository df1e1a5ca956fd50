// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import LinearModels
public import Tacit

/// A model in integers and the encryption parameters that carry it.
public struct InferencePlan: Sendable {
  /// The integers.
  public let fixedPoint: FixedPointPlan

  /// The parameters, checked.
  public let parameters: BFVParameters

  /// What replies give away.
  public let protection: Protection

  /// Replies are flooded by integers from [−2^floodExponent, 2^floodExponent); nil where they are not.
  public let floodExponent: Int?

  /// −log2 of the statistical distance of a reply from one that depends on the scores alone, for any packing; nil where
  /// weights are shared.
  public let distanceBits: Double?

  /// About how many rows of a client's choice tell it all weights, however well replies hide them.
  ///
  /// Scores are linear in the weights, and exact to the last integer: one of log2(2·outputBound + 1) bits tells as many bits
  /// of the weights as it has. So it takes no more than a row a feature and one for the offset, and fewer where scores are
  /// wider than weights (a row may place several weights side by side in one score).
  public var revealingRowCount: Int {
    let largest = fixedPoint.weights.joined().map(\.magnitude).max() ?? 0
    let weightBits = log2(2 * Double(largest) + 1)
    let scoreBits = log2(2 * Double(fixedPoint.outputBound) + 1)
    let features = Double(fixedPoint.columns.count)
    return Int(min(features, (features * weightBits / scoreBits).rounded(.up))) + 1
  }

  /// Ring degrees that are tried, smallest first.
  static let degrees = [2048, 4096, 8192, 16384, 32768]

  /// The largest error of a score that is planned for, as a part of the largest score.
  public static let defaultPrecision = 4e-6

  /// Finds the smallest parameters for a model.
  ///
  /// - Parameters:
  ///   - model: The folded model.
  ///   - ranges: One range a feature; `FeatureRange` has ways to get them.
  ///   - largestScore: The size of score that precision is relative to, such as the largest in the rows at hand; estimated
  ///     from the ranges where nil.
  ///   - precision: The largest error of a score, as a part of `largestScore`.
  ///   - protection: What replies may give away.
  ///   - security: What the parameters must withstand.
  /// - Throws: `InferenceError.noParameters` where even the largest ring does not serve with 2^15 times the error asked for;
  ///   the plan's `fixedPoint.errorBound` says what was reached.
  public init(
    model: LinearModel, ranges: [FeatureRange], largestScore: Double? = nil, precision: Double = defaultPrecision,
    protection: Protection = .standard, security: SecurityLevel = .classical128
  ) throws(InferenceError) {
    precondition(ranges.count == model.featureCount && precision > 0)
    var size = largestScore ?? Self.estimatedScore(model: model, ranges: ranges)
    if !(size > 0 && size.isFinite) { size = 1 }
    for relaxation in 0..<16 {
      let target = size * precision * exp2(Double(relaxation))
      for degree in Self.degrees {
        var best: (candidate: InferencePlan, bytes: Int)?
        for digits in protection == .sharedWeights ? Array(1...4) : [1] {
          guard
            let fixedPoint = FixedPointPlan(model: model, ranges: ranges, errorTarget: target, digits: digits),
            let candidate = InferencePlan(
              fixedPoint: fixedPoint, degree: degree, protection: protection, security: security)
          else { continue }
          let bytes = candidate.bytes(rows: 1)
          if best.map({ bytes < $0.bytes }) ?? true { best = (candidate, bytes) }
        }
        if let best {
          self = best.candidate
          return
        }
      }
    }
    throw .noParameters(
      reason:
        "the scores need more bits than rings up to degree \(Self.degrees[Self.degrees.count - 1]) carry; narrow the "
        + "input ranges (--input-range, --max-abs), or ask for less flooding")
  }

  /// The parameters of one ring degree, or nil where it is too small.
  private init?(fixedPoint: FixedPointPlan, degree: Int, protection: Protection, security: SecurityLevel) {
    guard let limit = SecurityTable.maximumModulusBits(degree: degree, level: security) else { return nil }
    // t is a power of two, so that it tells little of the weights.
    let plaintextBits = 64 - UInt64(2 * fixedPoint.outputBound).leadingZeroBitCount
    guard plaintextBits <= 60 else { return nil }
    let noise = Self.productNoise(fixedPoint, degree: degree)
    let neededCapacity: Double  // log2 of the noise that Q/2t must exceed, with room for the last rounding
    switch protection {
    case .protected(let bits):
      // The distance of one coefficient is E|v|/2^(exponent+1) with E|v| ≤ the standard deviation of v; at most N are sent.
      let deviation = log2(noise.standardDeviation) + log2(Double(degree))
      let exponent = max(0, Int((deviation + Double(bits) - 1).rounded(.up)))
      guard exponent <= 120 else { return nil }
      floodExponent = exponent
      distanceBits = Double(exponent + 1) - deviation
      let high = max(Double(exponent), noise.log2Magnitude)
      neededCapacity = high + log2(1 + exp2(min(Double(exponent), noise.log2Magnitude) - high)) + 1.15
    case .sharedWeights:
      floodExponent = nil
      distanceBits = nil
      neededCapacity = noise.log2Magnitude + 1.15
    }
    let modulusBits = Int((1 + Double(plaintextBits) + neededCapacity).rounded(.up))
    let rounding = NoiseBound.rounding(degree: degree).log2Magnitude(degree: degree, failure: .ownUse)
    let replyBits = Int((1 + Double(plaintextBits) + rounding + 1.15).rounded(.up))
    guard modulusBits <= limit, replyBits <= 61,
      let moduli = Self.primes(bits: modulusBits, degree: degree),
      let reply = ModulusChain.primes(bitSizes: [max(replyBits, degree.trailingZeroBitCount + 4)], degree: degree),
      let parameters = try? BFVParameters(
        BFVParameterLiteral(
          degree: degree, moduli: moduli, plaintextModulus: 1 << UInt64(plaintextBits), replyModulus: reply[0],
          security: security))
    else { return nil }
    // Primes lie a little below powers of two: check what was planned against what came out.
    let room = parameters.log2NoiseCapacity(limbs: parameters.rlwe.limbCount)
    guard room >= neededCapacity - 0.15 else { return nil }
    self.fixedPoint = fixedPoint
    self.parameters = parameters
    self.protection = protection
  }

  /// The noise of the products before flooding.
  ///
  /// `standardDeviation`: of one coefficient, over the client's own randomness and the re-randomisation, for the packing
  /// with all outputs in one reply. `log2Magnitude`: the bound that the evaluator tracks, for the packing with the most
  /// ciphertexts (their bounds add).
  private static func productNoise(
    _ plan: FixedPointPlan, degree: Int
  ) -> (standardDeviation: Double, log2Magnitude: Double) {
    let encryption = NoiseBound.errorVariance + 1.0 / 12
    let publicKey = NoiseBound.errorVariance * (2 * Double(degree) + 1)
    let deviation = (encryption * plan.squaredNorm + publicKey).squareRoot()
    var norms = 0.0
    var sum = 0.0
    for feature in 0..<(plan.weights.first?.count ?? 0) {
      var squares = 0.0
      for row in plan.weights {
        squares += Double(row[feature]) * Double(row[feature])
        sum += Double(row[feature].magnitude)
      }
      norms += squares.squareRoot()
    }
    let bound =
      NoiseBound(
        deviation: NoiseBound.errorVariance.squareRoot() * norms, bounded: 0.5 * sum + 0.5, independent: false)
      + .publicKeyEncryption(degree: degree)
    return (deviation, bound.log2Magnitude(degree: degree, failure: .ownUse))
  }

  /// Primes of at most 46 bits, the width that the fastest kernels take, with a product of `bits` bits.
  private static func primes(bits: Int, degree: Int) -> [UInt64]? {
    let count = (bits + 45) / 46
    return ModulusChain.primes(
      bitSizes: (0..<count).map { bits / count + ($0 < bits % count ? 1 : 0) }, degree: degree)
  }

  /// A guess at the size of scores where no rows are there to tell: features spread over a sixteenth of their ranges.
  ///
  /// Where the score at the centre dwarfs that (weights next to nothing), a billionth of it.
  private static func estimatedScore(model: LinearModel, ranges: [FeatureRange]) -> Double {
    zip(model.weights, model.intercepts).map { row, intercept in
      var squares = 0.0
      var centre = intercept
      for (weight, range) in zip(row, ranges) {
        let part = weight * (range.upper - range.lower) / 32
        squares += part * part
        centre += weight * (range.upper + range.lower) / 2
      }
      return max(squares.squareRoot(), abs(centre) * 1e-9)
    }.max() ?? 0
  }

  /// The packing for a number of rows.
  public func packing(rows: Int) -> Packing {
    Packing.best(
      rows: rows, featureCount: fixedPoint.columns.count, outputCount: fixedPoint.outputCount, parameters: parameters)
  }

  private func bytes(rows: Int) -> Int {
    let cost = packing(rows: rows).cost(rows: rows, parameters: parameters)
    return cost.uploadBytes + cost.replyBytes
  }
}
