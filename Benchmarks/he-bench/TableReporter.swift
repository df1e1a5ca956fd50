// SPDX-License-Identifier: Apache-2.0

/// A table for people: one line a result, columns as wide as the workloads make them.
final class TableReporter: Reporter {
  private let writer: LineWriter
  private let nameWidth: Int
  private let parametersWidth: Int
  private let backendWidth: Int
  private var suite = ""
  private var details: Parameters = [:]

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
    writer.write("")
    writer.write("Times are of one call. Rates are from the median; cycles per 8 butterflies (c/8b) and the ratio to")
    writer.write("the limit of the vector multiplier (x limit) are from the minimum.")
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
    let columns = [
      workload.name.padded(to: nameWidth),
      workload.parameters.description.padded(to: parametersWidth),
      measurement.backend.padded(to: backendWidth),
      String(workload.threads).aligned(to: 3),
      Self.time(measurement.medianNanoseconds).aligned(to: 9),
      Self.time(measurement.minimumNanoseconds).aligned(to: 9),
      (measurement.cyclesPer8Butterflies(clock: clock)?.formatted(digits: 2) ?? "").aligned(to: 6),
      (measurement.ratioToLimit(clock: clock)?.formatted(digits: 2) ?? "").aligned(to: 7),
      Self.rate(measurement.operationsPerSecond).aligned(to: 8) + " \(workload.work.unit)/s",
    ]
    writer.write(columns.joined(separator: "  "))
  }

  private var titles: String {
    let titles = [
      suite.padded(to: nameWidth), "parameters".padded(to: parametersWidth), "backend".padded(to: backendWidth), "thr",
      "median".aligned(to: 9), "minimum".aligned(to: 9), "c/8b".aligned(to: 6), "x limit".aligned(to: 7),
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
