// SPDX-License-Identifier: Apache-2.0

internal import LinearModels

/// The largest difference between two tables of numbers of the same shape.
struct Comparison: Sendable {
  /// The largest |expected| value.
  private(set) var largestExpected = 0.0
  /// The largest |found − expected|; NaN where one is not a number.
  private(set) var largestError = 0.0
  /// Row and column, from 0, of the largest error.
  private(set) var place: (row: Int, column: Int)?

  init(found: [[Double]], expected: [[Double]]) {
    for (row, (left, right)) in zip(found, expected).enumerated() {
      for (column, (value, wanted)) in zip(left, right).enumerated() {
        largestExpected = max(largestExpected, abs(wanted))
        let error = value == wanted ? 0 : abs(value - wanted)
        if error > largestError || (error.isNaN && !largestError.isNaN) {
          largestError = error
          place = (row, column)
        }
      }
    }
  }

  /// The largest error relative to the largest expected value (to 1 where all are 0).
  var relativeError: Double { largestExpected > 0 ? largestError / largestExpected : largestError }
}

/// Which labels a small change of the scores can give.
struct LabelMargin {
  private let post: PostProcessing

  init(_ post: PostProcessing) {
    self.post = post
  }

  /// The labels that a row can get whose scores move by at most `distance` each.
  ///
  /// Tried are the scores as they are, and with one of them at an edge and the others where they are or at the other
  /// edge: argmax, thresholds and votes change their result first at one of those.
  func reachable(from scores: [Double], within distance: Double) -> Set<ClassLabel> {
    var labels: Set<ClassLabel> = []
    func take(_ scores: [Double]) {
      if let label = post.label(scores: scores) { labels.insert(label) }
    }
    take(scores)
    guard scores.count > 1 else {
      for sign in [-1.0, 1.0] { take([scores[0] + sign * distance]) }
      return labels
    }
    // All others down and one up, and the reverse, reach every argmax; single moves reach thresholds and votes.
    for index in scores.indices {
      for sign in [-1.0, 1.0] {
        var moved = scores
        moved[index] += sign * distance
        take(moved)
        for other in moved.indices where other != index { moved[other] -= sign * distance }
        take(moved)
      }
    }
    return labels
  }
}
