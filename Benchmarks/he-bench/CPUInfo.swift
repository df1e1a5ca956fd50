// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModularArithmetic
import Synchronization

/// The processor that the figures are of.
struct CPUInfo {
  /// What it calls itself, such as `AMD EPYC 9R14`.
  let brand: String

  /// The instruction-set extensions that kernels here are written for, as far as the processor has them.
  let flags: [String]

  /// Logical cores that this process may use.
  let cores: Int

  /// Measured.
  let clock: CoreClock

  /// Extensions that some kernel uses, by the names that Linux gives them.
  private static let relevantFlags = [
    "bmi2", "adx", "avx2", "fma", "avx512f", "avx512dq", "avx512vl", "avx512ifma",
  ]

  /// Asks the system, and measures the clock.
  init() {
    let fields = Self.processorFields()
    brand =
      fields["model name"]
      ?? Subprocess.output(of: ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"])
      ?? "unknown processor"
    let known = Set((fields["flags"] ?? "").split(separator: " ").map(String.init))
    flags = Self.relevantFlags.filter(known.contains)
    cores = ProcessInfo.processInfo.activeProcessorCount
    clock = CoreClock()
  }

  /// Processes that want to run, over the last minute, where the system tells; above the number of cores, medians suffer.
  var load: Double? {
    guard let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8) else { return nil }
    return text.split(separator: " ").first.flatMap { Double($0) }
  }

  /// Names of the backends that run here.
  static var backends: [String] {
    KernelBackend.supported.map(\.instructionSet.rawValue)
  }

  /// The first processor's fields where the system lists them in `/proc/cpuinfo`; empty elsewhere.
  private static func processorFields() -> [String: String] {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return [:] }
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2, fields[parts[0]] == nil else { continue }
      fields[parts[0]] = parts[1]
    }
    return fields
  }
}

/// The clock of the core that runs this, measured: what turns nanoseconds into cycles.
///
/// Neither the nominal frequency nor the time stamp counter tells it. A chain of additions does, each of which needs the
/// sum before it: on every processor of interest an addition of two registers takes one cycle, so the chain takes as many
/// cycles as it has links, whatever else the core does beside it. The links are those of the Fibonacci sequence modulo
/// 2^64, which no compiler shortens because every sum is used twice. Interruptions only ever lengthen a sample, so the
/// shortest of many counts. A core that slows down for 512-bit vectors needs fewer cycles than this clock makes of its
/// times.
struct CoreClock {
  /// Cycles in a nanosecond.
  let gigahertz: Double

  private static let links = 1 << 20
  private static let samples = 60
  private static let sink = Atomic<UInt64>(0)

  /// Measures for about 20 ms.
  init() {
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
