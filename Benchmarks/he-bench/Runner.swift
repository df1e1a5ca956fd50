// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import PolynomialRing
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

  /// Nanoseconds of one call.
  let time: SampleSummary

  /// How many calls were timed.
  let iterations: Int

  /// The bytes that a call has to move, where they are counted.
  let traffic: Traffic?

  /// How much faster it is than the same with one thread, both from their minima, where that was timed before.
  var speedUp: Double?

  /// Nanoseconds of one operation, from the minimum: less than a call takes where it is several, or several run side by side.
  var nanosecondsPerOperation: Double { time.minimum / Double(workload.work.operations) }

  /// Operations per second, from the median.
  var operationsPerSecond: Double { Double(workload.work.operations) * 1e9 / time.median }

  /// Cycles for each unit of the work, from the minimum.
  func cyclesPerUnit(clock: CoreClock) -> Double? {
    workload.work.cycleUnit.map { time.minimum * clock.gigahertz / $0.count }
  }

  /// Cycles per 8 butterflies, one vector of 512 bits, where the work is a transform; from the minimum.
  func cyclesPer8Butterflies(clock: CoreClock) -> Double? {
    workload.work.cycleUnit?.kind == .butterflies ? cyclesPerUnit(clock: clock) : nil
  }

  /// The minimum, in cycles of all threads, over what the modelled core needs.
  func ratioToLimit(clock: CoreClock) -> Double? {
    workload.work.limit.map { threadCycles(clock) / $0.modelledCycles }
  }

  /// The minimum, in cycles of all threads, over what this core needs where it does nothing but multiply.
  func ratioToCoreLimit(_ core: CoreLimits) -> Double? {
    workload.work.limit.flatMap { limit in
      core.perCycle(limit.model.multiplier).map {
        threadCycles(core.clock) / limit.cycles(instructionsPerCycle: $0)
      }
    }
  }

  private func threadCycles(_ clock: CoreClock) -> Double {
    time.minimum * clock.gigahertz * Double(workload.threads)
  }

  /// Gigabytes moved in a second, from the minimum.
  var gigabytesPerSecond: Double? { traffic.map { Double($0.moved) / time.minimum } }
}

/// Times workloads: warms up, calls in batches that are long against the clock's resolution, and samples batches until
/// the time is used up.
struct Runner {
  /// How long to sample one workload, in seconds.
  let seconds: Double

  /// A sample is at least this long: a thousand times what reading the clock takes.
  static let sampleNanoseconds = 50_000.0

  /// The same for calls side by side: long against what starting and joining threads takes.
  static let sideBySideNanoseconds = 2_000_000.0

  /// Warm-up: caches, branch predictors, and the clock of a core that was idle; at most a fifth of the time for samples.
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
    let (time, iterations) =
      prepared.streams.isEmpty
      ? try sample(seconds: seconds) { try Self.time(prepared.run, calls: $0) }
      : try sample(seconds: seconds, shortest: Self.sideBySideNanoseconds) {
        try Self.time(sideBySide: prepared.streams, calls: $0)
      }
    let overhead =
      try prepared.overhead.map { overhead in
        try sample(seconds: seconds / 4) { try Self.time(overhead, calls: $0) }.time.minimum
      } ?? 0
    return Measurement(
      workload: workload, parameters: workload.parameters.merging(prepared.parameters),
      details: prepared.parameters, backend: prepared.backend ?? workload.backend,
      time: time.subtracting(overhead), iterations: iterations, traffic: prepared.traffic ?? workload.work.traffic)
  }

  /// Times one call, again and again; `time` gives the nanoseconds of so many calls.
  private func sample(
    seconds: Double, shortest: Double = sampleNanoseconds, _ time: (Int) throws -> Double
  ) throws -> (time: SampleSummary, iterations: Int) {
    let batch = try batchSize(shortest: shortest, time)
    var samples: [Double] = []
    var total = 0.0
    while samples.count < Self.fewestSamples || (total < seconds * 1e9 && samples.count < Self.mostSamples) {
      let elapsed = try time(batch)
      total += elapsed
      samples.append(elapsed / Double(batch))
    }
    return (SampleSummary(samples), samples.count * batch)
  }

  /// Warms up, and finds how many calls make a sample.
  private func batchSize(shortest: Double, _ time: (Int) throws -> Double) throws -> Int {
    let warmUp = min(Self.warmUpNanoseconds, seconds * 0.2e9)
    var batch = 1
    var total = 0.0
    while true {
      let elapsed = try time(batch)
      total += elapsed
      if elapsed < shortest {
        // Towards the wanted length, but at most eightfold: the first calls are slower than those to come.
        let factor = shortest * 1.1 / max(elapsed, 1)
        batch = Int((Double(batch) * min(max(factor, 1.1), 8)).rounded(.up))
      } else if total >= warmUp {
        return batch
      }
    }
  }

  /// Nanoseconds of so many calls.
  private static func time(_ run: () throws -> UInt64, calls: Int) throws -> Double {
    var word: UInt64 = 0
    let start = Stopwatch()
    for _ in 0..<calls { word ^= try run() }
    let elapsed = start.nanoseconds
    sink.store(word, ordering: .relaxed)
    return elapsed
  }
  /// Nanoseconds in which each of `streams`, on a thread of its own, makes so many calls.
  private static func time(sideBySide streams: [@Sendable () throws -> UInt64], calls: Int) throws -> Double {
    let failure = Mutex<(any Error)?>(nil)
    let start = Stopwatch()
    concurrentFor(streams.count, parallelism: Parallelism(streams.count)) { index, _ in
      do {
        var word: UInt64 = 0
        for _ in 0..<calls { word ^= try streams[index]() }
        sink.store(word, ordering: .relaxed)
      } catch {
        failure.withLock { $0 = error }
      }
    }
    let elapsed = start.nanoseconds
    if let error = failure.withLock({ $0 }) { throw error }
    return elapsed
  }
}
