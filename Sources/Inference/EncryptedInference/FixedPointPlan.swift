// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import LinearModels

/// How one feature becomes an integer: round((x − centre) / step), at most `bound` in absolute value.
public struct ColumnEncoding: Codable, Hashable, Sendable {
  /// The value that becomes 0.
  public var centre: Double

  /// The difference that becomes 1.
  public var step: Double

  /// Largest absolute value of the integer, 1 … 2^40.
  public var bound: Int64

  /// Whether only values that are encoded exactly are accepted.
  public var isWhole: Bool

  /// The smallest value that is accepted.
  public var lower: Double { centre - Double(bound) * step }

  /// The largest value that is accepted.
  public var upper: Double { centre + Double(bound) * step }
}

/// A linear model in integers: every number that encrypted scoring computes with, and the error that it makes.
///
/// With x′ = round((x − c) / s) for each feature and w′ = round(w·s·β) for each weight, a score is
/// (Σ w′·x′ + round((b + Σ w·c)·β)) / β. Where `digits` > 1, each w′ and each offset is split into signed digits of
/// `digitBits` bits, each of which makes an output of its own; the client adds them up again.
public struct FixedPointPlan: Sendable {
  /// One encoding a feature.
  public let columns: [ColumnEncoding]

  /// 1 / β: the difference of scores that becomes 1.
  public let scoreStep: Double

  /// How many digits a weight is split into, 1 … 4.
  public let digits: Int

  /// Bits a digit, where there are several.
  public let digitBits: Int

  /// Weights: score · digits + digit, by feature.
  public let weights: [[Int64]]

  /// Offsets, in the order of `weights`.
  public let offsets: [Int64]

  /// No output exceeds this in absolute value, for any accepted row.
  public let outputBound: Int64

  /// No score differs from the model's by more than this, for any accepted row (floating-point rounding aside).
  public let errorBound: Double

  /// How many numbers the server computes for each row.
  public var outputCount: Int { weights.count }

  /// How many scores they make.
  public var scoreCount: Int { weights.count / digits }

  /// The sum of the squares of all weights.
  public var squaredNorm: Double {
    weights.reduce(0) { $0 + $1.reduce(0) { $0 + Double($1) * Double($1) } }
  }

  /// Plans the integers.
  ///
  /// - Parameters:
  ///   - model: The folded model.
  ///   - ranges: One range a feature.
  ///   - errorTarget: The largest error of a score to plan for, > 0.
  ///   - digits: How many digits to split weights into.
  /// - Returns: nil where the integers would not fit 59 bits.
  public init?(model: LinearModel, ranges: [FeatureRange], errorTarget: Double, digits: Int) {
    precondition(ranges.count == model.featureCount && errorTarget > 0 && (1...4).contains(digits))
    let halves = ranges.map { max(($0.upper - $0.lower) / 2, .leastNormalMagnitude * 0x1p60) }
    // Half the error to the inputs: Σ |w|·s/2 with s = h / 2^a for every column that is not whole.
    let reach =
      model.weights.map { row in
        zip(row, zip(ranges, halves)).reduce(0.0) { $0 + ($1.1.0.isWhole ? 0 : abs($1.0) * $1.1.1) }
      }.max() ?? 0
    let inputBits = reach > 0 ? max(1, Int(ceil(log2(reach / errorTarget)))) : 1
    guard inputBits <= 40 else { return nil }
    let columns = zip(ranges, halves).map { range, half in
      if range.isWhole {
        let centre = ((range.lower + range.upper) / 2).rounded()
        let bound = max(1, max(range.upper - centre, centre - range.lower))
        return ColumnEncoding(centre: centre, step: 1, bound: Int64(bound), isWhole: true)
      }
      let bound = Int64(1) << Int64(inputBits)
      return ColumnEncoding(
        centre: (range.lower + range.upper) / 2, step: half / Double(bound), bound: bound, isWhole: false)
    }
    // The other half to the weights: Σ |w·s·β − w′|·bound / β, at most Σ bound / 2β; the smallest power of two that does.
    let inputError =
      model.weights.map { row in
        zip(row, columns).reduce(0.0) { $0 + ($1.1.isWhole ? 0 : abs($1.0) * $1.1.step / 2) }
      }.max() ?? 0
    let boundSum = columns.reduce(0.0) { $0 + Double($1.bound) }
    guard errorTarget > inputError else { return nil }
    var exponent = Int(ceil(log2((boundSum + 1) / (2 * (errorTarget - inputError)))))
    guard abs(exponent) < 1000 else { return nil }
    while let coarser = Self.weightError(model, columns, exponent: exponent - 1), coarser + inputError <= errorTarget {
      exponent -= 1
    }
    guard let weightError = Self.weightError(model, columns, exponent: exponent) else { return nil }
    self.columns = columns
    errorBound = inputError + weightError
    scoreStep = exp2(-Double(exponent))
    self.digits = digits
    guard let integers = Self.integers(model, columns, exponent: exponent) else { return nil }
    let largest = integers.weights.joined().map(\.magnitude).max() ?? 0
    let weightBits = 64 - largest.leadingZeroBitCount + 1
    let digitBits = max(2, (weightBits + digits - 1) / digits)
    self.digitBits = digitBits
    var weights: [[Int64]] = []
    var offsets: [Int64] = []
    for (row, offset) in zip(integers.weights, integers.offsets) {
      let split = row.map { Self.digits(of: $0, count: digits, bits: digitBits) }
      let splitOffset = Self.digits(of: offset, count: digits, bits: digitBits)
      for digit in 0..<digits {
        weights.append(split.map { $0[digit] })
        offsets.append(splitOffset[digit])
      }
    }
    self.weights = weights
    self.offsets = offsets
    var bound = 0.0
    for (row, offset) in zip(weights, offsets) {
      bound = max(
        bound, zip(row, columns).reduce(Double(offset.magnitude)) { $0 + Double($1.0.magnitude) * Double($1.1.bound) })
    }
    guard bound < 0x1p58 else { return nil }
    outputBound = Int64(bound.rounded(.up)) + 1
  }

  /// The weights and offsets for β = 2^exponent, or nil where one does not fit 58 bits.
  private static func integers(
    _ model: LinearModel, _ columns: [ColumnEncoding], exponent: Int
  ) -> (weights: [[Int64]], offsets: [Int64])? {
    let beta = exp2(Double(exponent))
    var weights: [[Int64]] = []
    var offsets: [Int64] = []
    for (row, intercept) in zip(model.weights, model.intercepts) {
      let scaled = zip(row, columns).map { ($0 * $1.step * beta).rounded() }
      let offset = ((intercept + zip(row, columns).reduce(0) { $0 + $1.0 * $1.1.centre }) * beta).rounded()
      guard scaled.allSatisfy({ abs($0) < 0x1p58 }), abs(offset) < 0x1p58 else { return nil }
      weights.append(scaled.map { Int64($0) })
      offsets.append(Int64(offset))
    }
    return (weights, offsets)
  }

  /// The largest error that rounding the weights and offsets makes with β = 2^exponent; nil where they do not fit.
  private static func weightError(_ model: LinearModel, _ columns: [ColumnEncoding], exponent: Int) -> Double? {
    let beta = exp2(Double(exponent))
    var worst = 0.0
    for row in model.weights {
      var error = 0.5
      for (weight, column) in zip(row, columns) {
        let exact = weight * column.step * beta
        guard abs(exact) < 0x1p58 else { return nil }
        error += abs(exact - exact.rounded()) * Double(column.bound)
      }
      worst = max(worst, error / beta)
    }
    return worst
  }

  /// value = Σ digit[i]·2^(bits·i), all but the last digit in [−2^(bits−1), 2^(bits−1)).
  static func digits(of value: Int64, count: Int, bits: Int) -> [Int64] {
    var rest = value
    var result: [Int64] = []
    for _ in 1..<max(count, 1) {
      let half = Int64(1) << Int64(bits - 1)
      let digit = ((rest + half) & (2 * half - 1)) - half
      result.append(digit)
      rest = (rest - digit) >> Int64(bits)
    }
    result.append(rest)
    return result
  }
}
