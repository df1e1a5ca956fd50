// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import Tacit

extension ClientProfile {
  /// The encryption parameters, checked.
  public func checkedParameters() throws(InferenceError) -> BFVParameters {
    do {
      return try BFVParameters(parameters)
    } catch {
      throw .parameters(error)
    }
  }

  /// Rows as integers.
  ///
  /// - Throws: `InferenceError` naming the first row and column (rows count from 1) that does not fit.
  public func quantise(_ rows: [[Double]]) throws(InferenceError) -> [[Int64]] {
    var result: [[Int64]] = []
    result.reserveCapacity(rows.count)
    for (index, row) in rows.enumerated() {
      guard row.count == columns.count else {
        throw .featureCount(row: index + 1, expected: columns.count, found: row.count)
      }
      var integers: [Int64] = []
      integers.reserveCapacity(row.count)
      for (place, value) in row.enumerated() {
        let column = columns[place]
        guard value.isFinite else { throw .notFinite(row: index + 1, column: featureNames[place]) }
        let exact = (value - column.centre) / column.step
        let integer = exact.rounded()
        // The range itself decides, not the rounded integer: half a step beyond it would be more for coarse steps than for
        // fine ones, and a wider range might accept less.
        guard value >= column.lower, value <= column.upper, abs(integer) <= Double(column.bound) else {
          throw .outOfRange(
            row: index + 1, column: featureNames[place], value: value, lower: column.lower, upper: column.upper)
        }
        guard !column.isWhole || exact == integer else {
          throw .notWhole(row: index + 1, column: featureNames[place], value: value)
        }
        integers.append(Int64(integer))
      }
      result.append(integers)
    }
    return result
  }

  /// The scores of one row from the server's numbers.
  func scores(outputs: [Int64]) -> [Double] {
    (0..<scoreCount).map { score in
      var sum = 0.0
      for digit in (0..<digits).reversed() {
        sum = sum * exp2(Double(digitBits)) + Double(outputs[score * digits + digit])
      }
      return sum * scoreStep
    }
  }

  /// The model's digest as bytes.
  var modelBytes: [UInt8] {
    let digits = model.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }
}

extension ServerModel {
  /// The numbers that encrypted scoring computes for rows that are already integers: the same arithmetic in the clear.
  func outputs(of row: [Int64]) -> [Int64] {
    zip(weights, offsets).map { weights, offset in
      zip(weights, row).reduce(offset) { $0 + $1.0 * $1.1 }
    }
  }
}

extension PreparedModel {
  /// The scores that encryption will give, computed in the clear with the same rounding: exactly equal.
  public func simulatedScores(_ rows: [[Double]]) throws(InferenceError) -> [[Double]] {
    try client.quantise(rows).map { client.scores(outputs: server.outputs(of: $0)) }
  }
}
