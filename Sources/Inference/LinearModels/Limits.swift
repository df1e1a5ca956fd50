// SPDX-License-Identifier: Apache-2.0

/// What a file may ask for before it is refused: checked before anything is allocated.
enum Limits {
  /// Bytes of a model file, and of the part of a weights file that one tensor may name.
  static let fileBytes = 1 << 30
  /// Elements of one tensor, of all stored constants together, and of all computed ones.
  static let tensorElements = 100_000_000
  /// Elements of the folded matrix, in doubles.
  static let foldedWeights = 100_000_000
  /// Features of one row.
  static let features = 1 << 22
  /// Multiply-adds spent on folding.
  static let foldingWork = 20_000_000_000
  /// Nodes, and constants, of a graph.
  static let graphItems = 200_000
  /// Axes of a tensor.
  static let rank = 8
  /// Elements of a traced, not constant, value.
  static let tracedElements = 1 << 22
  /// Terms of one traced element before it is refused.
  static let terms = 256
  /// Terms written over a whole graph: bounds the work of chained sums.
  static let termWork = 1 << 25
  /// Steps of the client's program.
  static let programSteps = 20_000
  /// Elements that the client's program handles for a row, over all its steps.
  static let programElements = 4_000_000

  /// `lhs * rhs`, or `nil` above the limit.
  static func product(_ lhs: Int, _ rhs: Int, limit: Int) -> Int? {
    let (value, overflow) = lhs.multipliedReportingOverflow(by: rhs)
    return overflow || value > limit || value < 0 ? nil : value
  }

  /// The product of all, or `nil` above the limit or where one is negative.
  static func product(_ factors: some Sequence<Int>, limit: Int) -> Int? {
    var value = 1
    var zero = false
    for factor in factors {
      if factor < 0 { return nil }
      if factor == 0 { zero = true; continue }
      guard let next = product(value, factor, limit: limit) else { return nil }
      value = next
    }
    return zero ? 0 : value
  }
}
