// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import Testing

/// Files beside the tests.
enum Fixture {
  /// The path of a file in the fixtures' folder.
  static func path(_ name: String) throws -> String {
    let folder = try #require(Bundle.module.resourceURL)
    return folder.appendingPathComponent("Fixtures").appendingPathComponent(name).path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: try path(name))))
  }

  /// The cells of a CSV file below its header.
  static func cells(_ name: String) throws -> [[String]] {
    let text = try String(contentsOfFile: try path(name), encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  static func numbers(_ name: String) throws -> [[Double]] {
    try cells(name).map { try $0.map { try #require(Double($0)) } }
  }
}

/// The largest difference, relative to the largest wanted value.
func relativeError(_ got: [[Double]], _ want: [[Double]]) -> Double {
  var worst = 0.0
  var largest = 0.0
  guard got.count == want.count else { return .infinity }
  for (gotRow, wantRow) in zip(got, want) {
    guard gotRow.count == wantRow.count else { return .infinity }
    for (one, other) in zip(gotRow, wantRow) {
      worst = (one - other).isNaN ? .infinity : max(worst, abs(one - other))
      largest = max(largest, abs(other))
    }
  }
  return worst / max(largest, .leastNormalMagnitude)
}
