// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Step {
  /// A grouped operation on reals.
  static func grouped(_ operation: Operation, _ values: [Double], width: Int) -> Elements {
    let groups = stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width] }
    switch operation {
    case .firstMaximum, .lastMaximum, .firstMinimum, .lastMinimum:
      return .integer(groups.map { extremum(operation, $0) })
    case _ where operation.keepsOnePerGroup:
      return .real(groups.map { reduced(operation, $0) })
    default:
      return .real(groups.flatMap { normalized(operation, $0) })
    }
  }

  /// A grouped operation on whole numbers.
  static func grouped(_ operation: Operation, _ values: [Int64], width: Int) -> Elements {
    let groups = stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width] }
    return .integer(
      groups.map { group in
        switch operation {
        case .firstMaximum, .lastMaximum, .firstMinimum, .lastMinimum: extremum(operation, group)
        case .product: group.reduce(1, &*)
        case .groupMaximum: group.max() ?? 0
        case .groupMinimum: group.min() ?? 0
        default: group.reduce(0, &+)
        }
      })
  }

  /// The position of the first or last greatest or smallest element.
  private static func extremum<T: Comparable>(_ operation: Operation, _ group: ArraySlice<T>) -> Int64 {
    var best = group.startIndex
    for index in group.indices.dropFirst() {
      let isBetter =
        switch operation {
        case .firstMaximum: group[index] > group[best]
        case .lastMaximum: group[index] >= group[best]
        case .firstMinimum: group[index] < group[best]
        default: group[index] <= group[best]
        }
      if isBetter { best = index }
    }
    return Int64(best - group.startIndex)
  }

  private static func reduced(_ operation: Operation, _ group: ArraySlice<Double>) -> Double {
    switch operation {
    case .mean: group.reduce(0, +) / Double(group.count)
    case .product: group.reduce(1, *)
    case .groupMaximum: group.reduce(-.infinity, Swift.max)
    case .groupMinimum: group.reduce(.infinity, Swift.min)
    case .sumOfAbsolutes: group.reduce(0) { $0 + Swift.abs($1) }
    case .sumOfSquares: group.reduce(0) { $0 + $1 * $1 }
    case .logSumExp: logSumExp(group)
    default: group.reduce(0, +)
    }
  }

  private static func logSumExp(_ group: ArraySlice<Double>) -> Double {
    let top = group.max() ?? 0
    return top.isFinite ? top + log(group.reduce(0) { $0 + exp($1 - top) }) : top
  }

  private static func normalized(_ operation: Operation, _ group: ArraySlice<Double>) -> [Double] {
    switch operation {
    case .softmax:
      let top = group.max() ?? 0
      let powers = group.map { exp($0 - top) }
      let total = powers.reduce(0, +)
      return powers.map { $0 / total }
    case .logSoftmax:
      let total = logSumExp(group)
      return group.map { $0 - total }
    case .softmaxZero:
      // Scores of zero keep a probability of zero; all of them zero would be 0/0, and stay zero here.
      let top = group.max() ?? 0
      let powers = group.map { Swift.abs($0) > 1e-7 ? exp($0 - top) : 0 }
      let total = powers.reduce(0, +)
      return total > 0 ? powers.map { $0 / total } : powers
    case .normalizeL1: return scaled(group, by: group.reduce(0) { $0 + Swift.abs($1) })
    case .normalizeL2: return scaled(group, by: group.reduce(0) { $0 + $1 * $1 }.squareRoot())
    default: return scaled(group, by: group.reduce(-.infinity, Swift.max))
    }
  }

  private static func scaled(_ group: ArraySlice<Double>, by norm: Double) -> [Double] {
    norm == 0 ? Array(group) : group.map { $0 / norm }
  }
}
