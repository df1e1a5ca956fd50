// SPDX-License-Identifier: Apache-2.0

/// The shortest and the middle of a number of samples.
package struct SampleSummary: Sendable, Hashable {
  /// The shortest: on a busy machine the figure that says something about the code.
  package let minimum: Double

  /// The middle one, or the mean of the two in the middle.
  package let median: Double

  /// Sorts the samples; requires: at least one.
  package init(_ samples: [Double]) {
    precondition(!samples.isEmpty, "no samples")
    let sorted = samples.sorted()
    let middle = sorted.count / 2
    minimum = sorted[0]
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private init(minimum: Double, median: Double) {
    self.minimum = minimum
    self.median = median
  }

  /// Without what was timed beside the thing itself; never below nothing.
  package func subtracting(_ overhead: Double) -> SampleSummary {
    SampleSummary(minimum: max(minimum - overhead, 0), median: max(median - overhead, 0))
  }
}

/// Time since it was made, from the system's monotonic clock.
package struct Stopwatch {
  private let start = SuspendingClock.now

  /// Starts.
  package init() {}

  /// Nanoseconds since then.
  package var nanoseconds: Double {
    let (seconds, attoseconds) = (SuspendingClock.now - start).components
    return Double(seconds) * 1e9 + Double(attoseconds) * 1e-9
  }
}
