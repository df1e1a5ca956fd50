// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The clock of the core that runs this, measured: what turns nanoseconds into cycles.
///
/// Neither the nominal frequency nor the time stamp counter tells it. A chain of additions does, each of which needs the
/// sum before it: on every processor of interest an addition of two registers takes one cycle, so the chain takes as many
/// cycles as it has links, whatever else the core does beside it. The links are those of the Fibonacci sequence modulo
/// 2^64, which no compiler shortens because every sum is used twice. Interruptions only ever lengthen a sample, so the
/// shortest of many counts. A core that slows down for 512-bit vectors needs fewer cycles than this clock makes of its
/// times.
package struct CoreClock: Sendable {
  /// Cycles in a nanosecond.
  package let gigahertz: Double

  private static let links = 1 << 20
  private static let samples = 60
  private static let sink = Atomic<UInt64>(0)

  /// A clock that is known.
  package init(gigahertz: Double) { self.gigahertz = gigahertz }

  /// Measures for about 20 ms.
  package init() {
    var best = Double.infinity
    for _ in 0..<Self.samples {
      let start = Stopwatch()
      let sum = Self.chain(links: Self.links, from: Self.sink.load(ordering: .relaxed))
      best = min(best, start.nanoseconds)
      Self.sink.store(sum, ordering: .relaxed)
    }
    gigahertz = Double(Self.links) / best
  }

  /// So many dependent additions; requires: a multiple of 16.
  @inline(never)
  private static func chain(links: Int, from seed: UInt64) -> UInt64 {
    var a = seed
    var b = seed | 1
    // Unrolled, so that the counting of the loop hides behind the chain.
    for _ in 0..<links / 16 {
      a &+= b
      b &+= a
      a &+= b
      b &+= a
      a &+= b
      b &+= a
      a &+= b
      b &+= a
      a &+= b
      b &+= a
      a &+= b
      b &+= a
      a &+= b
      b &+= a
      a &+= b
      b &+= a
    }
    return a ^ b
  }
}
