// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Testing

@Suite struct StatisticsTests {
  @Test func medianAndMinimum() {
    #expect(SampleSummary([3]).median == 3)
    #expect(SampleSummary([4, 1]).median == 2.5)
    let summary = SampleSummary([9, 1, 5])
    #expect(summary.minimum == 1 && summary.median == 5)
    let rest = summary.subtracting(2)
    #expect(rest.minimum == 0 && rest.median == 3)
  }

  @Test func digits() {
    #expect([1.0, 12.345, 123.45, 1234.5].map(\.fourDigits) == ["1.000", "12.35", "123.5", "1234"])
  }

  /// Whatever the machine, both are there and positive; how much they are is the machine's own.
  @Test func thisCoreMultiplies() throws {
    let clock = CoreClock()
    #expect(clock.gigahertz > 0)
    #expect(try #require(Multiplier.multiply64.measuredPerNanosecond()) > 0)
  }
}
