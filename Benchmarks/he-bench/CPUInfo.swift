// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Foundation
import ModularArithmetic

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
    "bmi2", "adx", "avx2", "fma", "avx512f", "avx512dq", "avx512vl", "avx512ifma", "avx512vbmi",
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
