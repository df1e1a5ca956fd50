// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit

/// A table for people: one line a result, columns as wide as the workloads make them.
final class TableReporter: Reporter {
  private let writer: LineWriter
  private let nameWidth: Int
  private let parametersWidth: Int
  private let backendWidth: Int
  private var suite = ""
  private var details: Parameters = [:]
  private var hasByteCounts = false

  /// A table for these workloads.
  init(workloads: [Workload], writer: LineWriter = .standardOutput) {
    self.writer = writer
    nameWidth = workloads.map(\.name.count).max() ?? 0
    parametersWidth = workloads.map(\.parameters.description.count).max() ?? 0
    // What is known only later is a backend's name.
    backendWidth = (workloads.map(\.backend.count) + CPUInfo.backends.map(\.count)).max() ?? 0
  }

  func begin(_ context: RunContext) {
    let cpu = context.cpu
    #if DEBUG
      writer.write("A debug build: every contract is checked, and these figures mean nothing. Use -c release.")
    #endif
    let load = cpu.load.map { ", load \($0.formatted(digits: 1))" } ?? ""
    writer.write("cpu       \(cpu.brand), \(cpu.cores) cores\(load)")
    writer.write("clock     \(cpu.clock.gigahertz.formatted(digits: 3)) GHz, measured")
    if !cpu.flags.isEmpty { writer.write("flags     \(cpu.flags.joined(separator: " "))") }
    writer.write("backends  \(CPUInfo.backends.joined(separator: " "))")
    writer.write("commit    \(context.commit)")
    if let core = context.core { begin(core) }
    writer.write("")
    for line in Self.explanation { writer.write(line) }
  }

  private static let explanation = [
    "Times are of one call. Rates are from the median, all else is from the minimum. Cycles are for 8 words: 8",
    "butterflies (b), 8 coefficients (c), those and a pair of limbs (c·pair), or those, a term and an output (c·term).",
    "x limit: over the limit of a core that starts one 512-bit multiply-add, or one scalar product, a cycle;",
    "x core: over the limit of this one; both count the cycles of all threads. GB/s: what has to be moved even once, over",
    "the time. thr: threads of a call; 2x1: two calls side by side, one thread each. each: one operation's share of the time,",
    "where several are done in a call or side by side. speedup: of operations, over one thread.",
  ]

  private func begin(_ core: CoreLimits) {
    let multipliers = core.multipliers.map { "\($0.multiplier.rawValue) \($0.perCycle.formatted(digits: 2))" }
    writer.write("a cycle   \(multipliers.joined(separator: ", "))")
    let levels = core.memory.map { "\($0.name) \($0.readRate.fourDigits) / \($0.updateRate.fourDigits)" }
    writer.write("memory    \(levels.joined(separator: ", ")) GB/s, read / read and written by one thread")
  }

  func report(_ measurement: Measurement, _ context: RunContext) {
    let workload = measurement.workload
    if workload.suite != suite {
      suite = workload.suite
      writer.write("")
      writer.write(titles)
    }
    if !measurement.details.isEmpty, measurement.details.description != details.description {
      details = measurement.details
      writer.write("# \(details)")
    }
    let clock = context.cpu.clock
    func number(_ value: Double?, width: Int) -> String {
      (value?.formatted(digits: 2) ?? "").aligned(to: width)
    }
    let columns = [
      workload.name.padded(to: nameWidth),
      workload.parameters.description.padded(to: parametersWidth),
      measurement.backend.padded(to: backendWidth),
      (workload.atOnce > 1 ? "\(workload.atOnce)x1" : String(workload.threads)).aligned(to: 4),
      Self.time(measurement.time.median).aligned(to: 9),
      Self.time(measurement.time.minimum).aligned(to: 9),
      (workload.work.operations > 1 ? Self.time(measurement.nanosecondsPerOperation) : "").aligned(to: 9),
      number(measurement.cyclesPerUnit(clock: clock), width: 7) + " "
        + (workload.work.cycleUnit?.kind.symbol ?? "").padded(to: 6),
      number(measurement.ratioToLimit(clock: clock), width: 7),
      number(context.core.flatMap { measurement.ratioToCoreLimit($0) }, width: 6),
      (measurement.gigabytesPerSecond?.fourDigits ?? "").aligned(to: 6),
      number(measurement.speedUp, width: 7),
      Self.rate(measurement.operationsPerSecond).aligned(to: 8) + " \(workload.work.unit)/s",
    ]
    writer.write(columns.joined(separator: "  "))
  }

  func report(_ counts: [ByteCount], of probe: ByteCountProbe, _ context: RunContext) {
    if !hasByteCounts {
      hasByteCounts = true
      writer.write("")
      writer.write("bytes")
    }
    for count in counts {
      let reference = count.reference.map { reference in
        "\((Double(count.bytes) / Double(reference.bytes)).formatted(digits: 2)) x \(reference.name), \(reference.bytes)"
      }
      let columns = [
        "\(probe.suite) \(count.name)".padded(to: 44), probe.parameters.description.padded(to: parametersWidth),
        String(count.bytes).aligned(to: 11), reference ?? "",
      ]
      writer.write(columns.joined(separator: "  "))
    }
  }

  private var titles: String {
    let titles = [
      suite.padded(to: nameWidth), "parameters".padded(to: parametersWidth), "backend".padded(to: backendWidth), " thr",
      "median".aligned(to: 9), "minimum".aligned(to: 9), "each".aligned(to: 9),
      "cycles".aligned(to: 7) + "/8".padded(to: 7),
      "x limit".aligned(to: 7), "x core".aligned(to: 6), "GB/s".aligned(to: 6), "speedup".aligned(to: 7),
      "rate".aligned(to: 8),
    ]
    return titles.joined(separator: "  ")
  }

  /// A time in the unit that leaves one to three digits before the point.
  static func time(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<999.95: nanoseconds.fourDigits + " ns"
    case ..<999.95e3: (nanoseconds / 1e3).fourDigits + " µs"
    case ..<999.95e6: (nanoseconds / 1e6).fourDigits + " ms"
    default: (nanoseconds / 1e9).fourDigits + " s "
    }
  }

  /// A rate with the prefix that leaves one to three digits before the point.
  static func rate(_ perSecond: Double) -> String {
    switch perSecond {
    case ..<999.95: perSecond.fourDigits + "  "
    case ..<999.95e3: (perSecond / 1e3).fourDigits + " k"
    case ..<999.95e6: (perSecond / 1e6).fourDigits + " M"
    default: (perSecond / 1e9).fourDigits + " G"
    }
  }
}
