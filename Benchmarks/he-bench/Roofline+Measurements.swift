// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Foundation
import ModularArithmetic

extension Roofline {
  /// A picture of what was measured; nil where nothing in it has a place there.
  init?(_ measurements: [Measurement], _ context: RunContext) {
    guard let core = context.core else { return nil }
    let points = measurements.compactMap { measurement -> Point? in
      let workload = measurement.workload
      guard let name = workload.rooflineName, let limit = workload.work.limit, let traffic = measurement.traffic
      else { return nil }
      let operations = limit.multiplications * 8
      return Point(
        name: name, kind: Self.kind(workload.name), backend: workload.backend, multiplier: limit.model.multiplier,
        intensity: operations / Double(traffic.read), writtenShare: Double(traffic.written) / Double(traffic.read),
        operationsPerCycle: operations / (measurement.time.minimum * core.clock.gigahertz),
        footprint: traffic.footprint, isBatch: workload.name.hasPrefix("limbs-"))
    }
    guard !points.isEmpty else { return nil }
    let date = Date.now.formatted(.iso8601.year().month().day())
    self.init(
      title: "What the kernels reach of what the core can do",
      subtitle: "\(context.cpu.brand), \(core.clock.gigahertz.formatted(digits: 2)) GHz measured, \(date)",
      core: core, points: points)
  }

  private static func kind(_ name: String) -> Point.Kind {
    if name.contains("ntt") { return .transform }
    if name.contains("conversion") { return .conversion }
    return name.contains("products") || name.contains("inner-product") ? .sum : .pointwise
  }
}
