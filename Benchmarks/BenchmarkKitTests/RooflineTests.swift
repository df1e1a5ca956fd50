// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Testing

@Suite struct RooflineTests {
  /// A core of 4 GHz with two units, and two levels of memory.
  private func roofline(_ points: [Roofline.Point]) -> Roofline {
    let core = CoreLimits(
      clock: CoreClock(gigahertz: 4), multipliers: [(.madd52x512, 2), (.multiply64, 1)],
      memory: [
        MemoryLevel(name: "L1", capacity: 32768, blockBytes: 16384, readRate: 400, updateRate: 300),
        MemoryLevel(name: "DRAM", capacity: .max, blockBytes: 1 << 20, readRate: 40, updateRate: 20),
      ])
    return Roofline(title: "A & B", subtitle: "nowhere", core: core, points: points)
  }

  private func point(
    _ name: String, _ intensity: Double, _ rate: Double, footprint: Int = 1000, backend: String = "avx512ifma"
  ) -> Roofline.Point {
    Roofline.Point(
      name: name, kind: .transform, backend: backend,
      multiplier: backend == "scalar" ? .multiply64 : .madd52x512, intensity: intensity, writtenShare: 0.5,
      operationsPerCycle: rate, footprint: footprint, isBatch: footprint > 32768)
  }

  @Test func theLowerRoofCounts() {
    let roofline = roofline([point("near", 0.1, 5), point("far", 0.1, 0.5, footprint: 1 << 20), point("dense", 2, 9)])
    let roofs = roofline.points.map { roofline.roof(over: $0) }
    #expect(roofs.map(\.limitedBy) == ["L1", "DRAM", "multiplier"])
    #expect(roofs.map { ($0.operationsPerCycle * 100).rounded() / 100 } == [6.67, 0.67, 16])
    #expect(roofline.table.count == 5)
    #expect(roofline.table[3].hasSuffix("75 %"))
  }

  @Test func everyPointIsNamedInItsPanel() {
    let names = (0..<12).map { "kernel \($0)" }
    let points = names.enumerated().flatMap { index, name in
      [point(name, 0.2 + 0.01 * Double(index % 4), 4 + 0.1 * Double(index)), point(name, 0.2, 0.4, backend: "scalar")]
    }
    let svg = RooflineDrawing(roofline(points)).svg
    for name in names { #expect(svg.components(of: ">\(name)<") == 2) }
    #expect(svg.contains("A &amp; B") && svg.hasPrefix("<svg") && svg.hasSuffix("</svg>"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }
}

extension String {
  /// How often a text is in it.
  fileprivate func components(of text: String) -> Int {
    ranges(of: text).count
  }
}
