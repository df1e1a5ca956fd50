// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import LinearModels

/// The values that one feature may take.
public struct FeatureRange: Codable, Hashable, Sendable {
  /// Smallest value.
  public var lower: Double

  /// Largest value.
  public var upper: Double

  /// Whether every value is a whole number, so that no precision is lost in encoding it.
  public var isWhole: Bool

  /// A range; requires: finite bounds, lower ≤ upper.
  public init(lower: Double, upper: Double, isWhole: Bool = false) {
    precondition(lower.isFinite && upper.isFinite && lower <= upper, "not a range")
    self.lower = lower
    self.upper = upper
    self.isWhole = isWhole
  }

  /// How much wider than the rows seen a planned range is, as a part of their width on each side: rows to come may
  /// exceed those seen by that much before they are refused.
  ///
  /// It costs one bit.
  public static let margin = 0.5

  /// The ranges of the columns of `rows`, widened by `margin`.
  ///
  /// Columns of whole numbers are often of one kind (pixels, counts), and a few rows show only part of what the rarer ones
  /// hold: each is widened by as much as the one of median width at least.
  ///
  /// - Throws: `InferenceError` for no rows, rows of other lengths than `count`, or values that are not finite.
  public static func observed(
    in rows: [[Double]], names: [String]
  ) throws(InferenceError) -> [FeatureRange] {
    guard !rows.isEmpty else { throw .noRows }
    for (index, row) in rows.enumerated() where row.count != names.count {
      throw .featureCount(row: index + 1, expected: names.count, found: row.count)
    }
    var seen: [FeatureRange] = []
    for (column, name) in names.enumerated() {
      seen.append(try range(ofColumn: column, named: name, in: rows))
    }
    let widths = seen.filter(\.isWhole).map { $0.upper - $0.lower }.sorted()
    let median = widths.isEmpty ? 0 : widths[widths.count / 2]
    return seen.map { range in
      let width = range.upper - range.lower
      // A constant column says nothing of its width: allow as much as its own size, at least one.
      let own = width > 0 ? width * margin : max(abs(range.upper), 1)
      guard range.isWhole else { return FeatureRange(lower: range.lower - own, upper: range.upper + own) }
      let extra = max(own, median * margin).rounded(.up)
      return FeatureRange(lower: range.lower - extra, upper: range.upper + extra, isWhole: true)
    }
  }

  /// The values of one column, without any margin.
  private static func range(
    ofColumn column: Int, named name: String, in rows: [[Double]]
  ) throws(InferenceError) -> FeatureRange {
    var lower = Double.infinity
    var upper = -Double.infinity
    var isWhole = true
    for (index, row) in rows.enumerated() {
      let value = row[column]
      guard value.isFinite else { throw .notFinite(row: index + 1, column: name) }
      lower = min(lower, value)
      upper = max(upper, value)
      isWhole = isWhole && value == value.rounded()
    }
    guard max(abs(lower), abs(upper)) < 0x1p200 else {
      throw .unusableRange(column: name, reason: "its values are too large to plan for")
    }
    return FeatureRange(lower: lower, upper: upper, isWhole: isWhole && max(abs(lower), abs(upper)) < 0x1p22)
  }

  /// The same symmetric range for every column.
  public static func symmetric(_ bound: Double, count: Int) -> [FeatureRange] {
    [FeatureRange](repeating: FeatureRange(lower: -bound, upper: bound), count: count)
  }

  /// What to assume where neither rows nor a bound are given: 16 spreads around the centre of what the model itself
  /// standardises, and −4096 … 4096 otherwise.
  public static func assumed(for model: LinearModel) -> [FeatureRange] {
    guard let statistics = model.featureStatistics, statistics.count == model.featureCount else {
      return symmetric(4096, count: model.featureCount)
    }
    return statistics.map { statistic in
      let spread = abs(statistic.spread)
      guard statistic.centre.isFinite, spread.isFinite, spread > 0 else {
        return FeatureRange(lower: -4096, upper: 4096)
      }
      return FeatureRange(lower: statistic.centre - 16 * spread, upper: statistic.centre + 16 * spread)
    }
  }

  /// The size of score to plan precision for where ranges are assumed: that of features of size 1 where the model does not
  /// standardise them, since −4096 … 4096 tells nothing of their size; nil where it does.
  public static func assumedScore(for model: LinearModel) -> Double? {
    guard model.featureStatistics == nil else { return nil }
    return model.weights.map { $0.reduce(0.0) { $0 + $1 * $1 }.squareRoot() }.max()
  }
}
