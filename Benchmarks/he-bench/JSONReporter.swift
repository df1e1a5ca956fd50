// SPDX-License-Identifier: Apache-2.0

/// Results for programs: one JSON object a line.
///
/// Keys: `suite`, `name`, `parameters` (an object), `backend`, `threads`, `median_ns`, `min_ns`, `iterations`,
/// `operations_per_second`, `operation`, where they apply `cycles_per_8_butterflies` and `ratio_to_limit`, and of the run
/// `cpu`, `clock_ghz`, `commit`.
struct JSONReporter: Reporter {
  private let writer: LineWriter

  /// Writes to `writer`.
  init(writer: LineWriter) { self.writer = writer }

  func begin(_ context: RunContext) {}

  func report(_ measurement: Measurement, _ context: RunContext) {
    let workload = measurement.workload
    let clock = context.cpu.clock
    var fields: [(String, String)] = [
      ("suite", Self.text(workload.suite)),
      ("name", Self.text(workload.name)),
      ("parameters", Self.object(measurement.parameters.entries.map { ($0.name, Self.value($0.value)) })),
      ("backend", Self.text(measurement.backend)),
      ("threads", String(workload.threads)),
      ("median_ns", Self.number(measurement.medianNanoseconds)),
      ("min_ns", Self.number(measurement.minimumNanoseconds)),
      ("iterations", String(measurement.iterations)),
      ("operations_per_second", Self.number(measurement.operationsPerSecond)),
      ("operation", Self.text(workload.work.unit)),
    ]
    if let cycles = measurement.cyclesPer8Butterflies(clock: clock) {
      fields.append(("cycles_per_8_butterflies", Self.number(cycles)))
    }
    if let ratio = measurement.ratioToLimit(clock: clock) { fields.append(("ratio_to_limit", Self.number(ratio))) }
    fields += [
      ("cpu", Self.text(context.cpu.brand)),
      ("clock_ghz", Self.number(clock.gigahertz)),
      ("commit", Self.text(context.commit)),
    ]
    writer.write(Self.object(fields))
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
