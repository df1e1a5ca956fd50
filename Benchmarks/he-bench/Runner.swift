// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the runner found out about a workload.
struct Measurement {
  /// What was timed.
  let workload: Workload

  /// All parameters, those found while setting up included.
  let parameters: Parameters

  /// Those found while setting up.
  let details: Parameters

  /// The kernels that did it.
  let backend: String

  /// Median over the samples of the time of one call, in nanoseconds.
  let medianNanoseconds: Double

  /// The shortest, in nanoseconds.
  ///
  /// On a busy machine this is the figure that says something about the code.
  let minimumNanoseconds: Double

  /// How many calls were timed.
  let iterations: Int

  /// Operations per second, from the median.
  var operationsPerSecond: Double { Double(workload.work.operations) * 1e9 / medianNanoseconds }

  /// Cycles per 8 butterflies, one vector of 512 bits, from the minimum.
  func cyclesPer8Butterflies(clock: CoreClock) -> Double? {
    workload.work.butterflies.map { minimumNanoseconds * clock.gigahertz * 8 / Double($0) }
  }

  /// The minimum over what the limit model allows.
  func ratioToLimit(clock: CoreClock) -> Double? {
    workload.work.limitCycles.map { minimumNanoseconds * clock.gigahertz / $0 }
  }
}

/// Times workloads: warms up, calls in batches that are long against the clock's resolution, and samples batches until
/// the time is used up.
struct Runner {
  /// How long to sample one workload, in seconds.
  let seconds: Double

  /// A sample is at least this long: a thousand times what reading the clock takes.
  static let sampleNanoseconds = 50_000.0

  /// Warm-up: caches, branch predictors, and the clock of a core that was idle.
  static let warmUpNanoseconds = 20_000_000.0

  /// Samples that are taken even where they need more time than there is.
  static let fewestSamples = 5

  /// Keeps memory bounded for long budgets.
  static let mostSamples = 1 << 20

  /// Where results go: a store that other threads could see is never removed.
  private static let sink = Atomic<UInt64>(0)

  /// Sets up and times one workload.
  func measure(_ workload: Workload) throws -> Measurement {
    let prepared = try workload.setUp()
    let batch = try batchSize(of: prepared)
    var samples: [Double] = []
    var total = 0.0
    while samples.count < Self.fewestSamples || (total < seconds * 1e9 && samples.count < Self.mostSamples) {
      let elapsed = try Self.time(prepared, calls: batch)
      total += elapsed
      samples.append(elapsed / Double(batch))
    }
    samples.sort()
    let middle = samples.count / 2
    let median = samples.count % 2 == 1 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2
    return Measurement(
      workload: workload, parameters: workload.parameters.merging(prepared.parameters),
      details: prepared.parameters, backend: prepared.backend ?? workload.backend,
      medianNanoseconds: median, minimumNanoseconds: samples[0], iterations: samples.count * batch)
  }

  /// Warms up, and finds how many calls make a sample.
  private func batchSize(of prepared: Prepared) throws -> Int {
    let warmUp = min(Self.warmUpNanoseconds, seconds * 1e9)
    var batch = 1
    var total = 0.0
    while true {
      let elapsed = try Self.time(prepared, calls: batch)
      total += elapsed
      if elapsed < Self.sampleNanoseconds {
        // Towards the wanted length, but at most eightfold: the first calls are slower than those to come.
        let factor = Self.sampleNanoseconds * 1.1 / max(elapsed, 1)
        batch = Int((Double(batch) * min(max(factor, 1.1), 8)).rounded(.up))
      } else if total >= warmUp {
        return batch
      }
    }
  }

  /// Nanoseconds of so many calls.
  private static func time(_ prepared: Prepared, calls: Int) throws -> Double {
    var word: UInt64 = 0
    let start = Stopwatch()
    for _ in 0..<calls { word ^= try prepared.run() }
    let elapsed = start.nanoseconds
    sink.store(word, ordering: .relaxed)
    return elapsed
  }
}

/// Time since it was made, from the system's monotonic clock.
struct Stopwatch {
  private let start = SuspendingClock.now

  /// Nanoseconds since then.
  var nanoseconds: Double {
    let (seconds, attoseconds) = (SuspendingClock.now - start).components
    return Double(seconds) * 1e9 + Double(attoseconds) * 1e-9
  }
}
