// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit

/// Results for programs: one JSON object a line.
///
/// Keys: `suite`, `name`, `parameters` (an object), `backend`, `threads`, `median_ns`, `min_ns`, `iterations`,
/// `operations_per_second`, `operation`; where they apply `unit` (what cycles are counted for) and `cycles_per_unit`,
/// `cycles_per_8_butterflies`, `ratio_to_limit` (against the modelled core), `multiplier` and `multiply_adds_per_cycle`
/// (instructions of the backend's multiplier that this core starts in a cycle), `ratio_to_core_limit` (against that),
/// `at_once` (calls side by side), `ns_per_operation`, `bytes_moved`, `gigabytes_per_second`, `speedup` (against one thread of the same run); and of the run
/// `memory_read_gbps` and `memory_update_gbps` (objects: by level, what one thread reads, or reads and writes; with kernels),
/// `cpu`, `clock_ghz`, `commit`. Sizes have `suite`, `name`, `parameters`, `bytes`, where they are compared with something
/// `reference`, `reference_bytes` and `ratio_to_reference`, and `cpu` and `commit`.
struct JSONReporter: Reporter {
  private let writer: LineWriter

  /// Writes to `writer`.
  init(writer: LineWriter) { self.writer = writer }

  func begin(_ context: RunContext) {}

  func report(_ measurement: Measurement, _ context: RunContext) {
    let workload = measurement.workload
    let core = context.core
    let clock = context.cpu.clock
    var fields: [(String, String)] = [
      ("suite", Self.text(workload.suite)),
      ("name", Self.text(workload.name)),
      ("parameters", Self.object(measurement.parameters.entries.map { ($0.name, Self.value($0.value)) })),
      ("backend", Self.text(measurement.backend)),
      ("threads", String(workload.threads)),
      ("median_ns", Self.number(measurement.time.median)),
      ("min_ns", Self.number(measurement.time.minimum)),
      ("iterations", String(measurement.iterations)),
      ("operations_per_second", Self.number(measurement.operationsPerSecond)),
      ("operation", Self.text(workload.work.unit)),
    ]
    func append(_ name: String, _ value: Double?) {
      if let value { fields.append((name, Self.number(value))) }
    }
    if let unit = workload.work.cycleUnit { fields.append(("unit", Self.text(unit.kind.rawValue))) }
    append("cycles_per_unit", measurement.cyclesPerUnit(clock: clock))
    append("cycles_per_8_butterflies", measurement.cyclesPer8Butterflies(clock: clock))
    append("ratio_to_limit", measurement.ratioToLimit(clock: clock))
    if let core, let multiplier = workload.work.limit?.model.multiplier {
      fields.append(("multiplier", Self.text(multiplier.rawValue)))
      append("multiply_adds_per_cycle", core.perCycle(multiplier))
      append("ratio_to_core_limit", measurement.ratioToCoreLimit(core))
    }
    if workload.atOnce > 1 { fields.append(("at_once", String(workload.atOnce))) }
    if workload.work.operations > 1 { append("ns_per_operation", measurement.nanosecondsPerOperation) }
    if let traffic = measurement.traffic { fields.append(("bytes_moved", String(traffic.moved))) }
    append("gigabytes_per_second", measurement.gigabytesPerSecond)
    append("speedup", measurement.speedUp)
    if let core {
      for (name, rate) in [("memory_read_gbps", \MemoryLevel.readRate), ("memory_update_gbps", \.updateRate)] {
        fields.append((name, Self.object(core.memory.map { ($0.name, Self.number($0[keyPath: rate])) })))
      }
    }
    fields += [
      ("cpu", Self.text(context.cpu.brand)),
      ("clock_ghz", Self.number(clock.gigahertz)),
      ("commit", Self.text(context.commit)),
    ]
    writer.write(Self.object(fields))
  }

  func report(_ counts: [ByteCount], of probe: ByteCountProbe, _ context: RunContext) {
    for count in counts {
      var fields = [
        ("suite", Self.text(probe.suite)), ("name", Self.text(count.name)),
        ("parameters", Self.object(probe.parameters.entries.map { ($0.name, Self.value($0.value)) })),
        ("bytes", String(count.bytes)),
      ]
      if let reference = count.reference {
        fields += [
          ("reference", Self.text(reference.name)), ("reference_bytes", String(reference.bytes)),
          ("ratio_to_reference", Self.number(Double(count.bytes) / Double(reference.bytes))),
        ]
      }
      fields += [("cpu", Self.text(context.cpu.brand)), ("commit", Self.text(context.commit))]
      writer.write(Self.object(fields))
    }
  }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(text($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }

  private static func value(_ value: Parameters.Value) -> String {
    switch value {
    case .integer(let integer): String(integer)
    case .text(let string): text(string)
    }
  }

  /// Three digits after the point: a nanosecond is coarse for the fastest kernels, a picosecond is not.
  private static func number(_ value: Double) -> String { value.formatted(digits: 3) }

  /// A JSON string.
  private static func text(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
