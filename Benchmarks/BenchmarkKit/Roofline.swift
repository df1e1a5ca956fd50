// SPDX-License-Identifier: Apache-2.0

/// What kernels reach of what a core and its memory can do: the roofline model of Williams, Waterman and Patterson (2009).
///
/// Operations are the multiplications that a kernel cannot do without, of one word each; bytes are those that it has to
/// move even if each is moved only once. Intensity is counted for bytes read, as most are, against roofs of reading.
package struct Roofline: Sendable {
  /// One kernel.
  package struct Point: Sendable {
    /// What kind of kernel it is.
    package enum Kind: String, CaseIterable, Sendable {
      case transform = "transforms"
      case pointwise = "pointwise"
      case sum = "sums of products"
      case conversion = "base conversion"
    }

    package let name: String
    package let kind: Kind
    package let backend: String
    package let multiplier: Multiplier
    /// Words multiplied for each byte read.
    package let intensity: Double
    /// Bytes written for each byte read.
    package let writtenShare: Double
    /// Words multiplied in a cycle.
    package let operationsPerCycle: Double
    /// Bytes of everything that a call works on.
    package let footprint: Int
    /// Whether it is a batch of limbs, too large for the caches of the core.
    package let isBatch: Bool

    /// Collects them.
    package init(
      name: String, kind: Kind, backend: String, multiplier: Multiplier, intensity: Double, writtenShare: Double,
      operationsPerCycle: Double, footprint: Int, isBatch: Bool
    ) {
      self.name = name
      self.kind = kind
      self.backend = backend
      self.multiplier = multiplier
      self.intensity = intensity
      self.writtenShare = writtenShare
      self.operationsPerCycle = operationsPerCycle
      self.footprint = footprint
      self.isBatch = isBatch
    }
  }

  package let title: String
  package let subtitle: String
  package let core: CoreLimits
  package let points: [Point]

  /// Collects them; requires: at least one point.
  package init(title: String, subtitle: String, core: CoreLimits, points: [Point]) {
    precondition(!points.isEmpty, "a roofline of nothing")
    self.title = title
    self.subtitle = subtitle
    self.core = core
    self.points = points
  }

  /// The backends that there are points of, in the order of the points.
  package var backends: [String] {
    points.reduce(into: []) { if !$0.contains($1.backend) { $0.append($1.backend) } }
  }

  /// Words that this core multiplies in a cycle.
  package func multiplierRoof(_ multiplier: Multiplier) -> Double {
    (core.perCycle(multiplier) ?? multiplier.modelledPerCycle) * Double(multiplier.lanes)
  }

  /// Bytes that one thread reads from a level in a cycle.
  package func bytesPerCycle(_ level: MemoryLevel) -> Double { level.readRate / core.clock.gigahertz }

  /// What a kernel could do at most, and what keeps it from doing more.
  ///
  /// Memory can read no faster than a stream that only reads, and move no more than the better of both streams.
  package func roof(over point: Point) -> (operationsPerCycle: Double, limitedBy: String) {
    let compute = multiplierRoof(point.multiplier)
    guard let level = core.level(holding: point.footprint) else { return (compute, "multiplier") }
    let read = min(level.readRate, max(level.readRate, level.updateRate) / (1 + point.writtenShare))
    let memory = read / core.clock.gigahertz * point.intensity
    return memory < compute ? (memory, level.name) : (compute, "multiplier")
  }

  /// The same in lines for people.
  package var table: [String] {
    let nameWidth = points.map(\.name.count).max() ?? 0
    let backendWidth = max(points.map(\.backend.count).max() ?? 0, 7)
    let head =
      "roofline".padded(to: nameWidth) + "  " + "backend".padded(to: backendWidth)
      + "  multiply-adds/byte read  multiply-adds/cycle     roof  limited by  of roof"
    let rows = points.map { point in
      let roof = roof(over: point)
      return [
        point.name.padded(to: nameWidth), point.backend.padded(to: backendWidth),
        point.intensity.formatted(digits: 3).aligned(to: 23),
        point.operationsPerCycle.formatted(digits: 3).aligned(to: 19),
        roof.operationsPerCycle.formatted(digits: 2).aligned(to: 7), roof.limitedBy.padded(to: 10),
        ((point.operationsPerCycle / roof.operationsPerCycle * 100).formatted(digits: 0) + " %").aligned(to: 7),
      ].joined(separator: "  ")
    }
    return ["", head] + rows
  }
}
