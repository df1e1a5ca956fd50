// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The points and roofs of one backend.
struct RooflinePanel {
  let roofline: Roofline
  let backend: String

  /// The range of the horizontal axis.
  let intensities: ClosedRange<Double>

  /// The place of the panel.
  let frame: Box

  private var points: [Roofline.Point] { roofline.points.filter { $0.backend == backend } }

  /// Where the points are.
  private var plot: Box { Box(x: frame.x + 72, y: frame.y + 36, width: frame.width - 108, height: frame.height - 98) }

  /// Words multiplied in a cycle, by the multiplier and by the modelled one.
  private var roofs: (here: Double, modelled: Double) {
    let multiplier = points[0].multiplier
    return (roofline.multiplierRoof(multiplier), multiplier.modelledPerCycle * Double(multiplier.lanes))
  }

  /// The range of the vertical axis: all points, the roofs, and some air.
  private var rates: ClosedRange<Double> {
    let all = points.map(\.operationsPerCycle)
    let top = max(roofs.here, roofs.modelled, all.max() ?? 1)
    return min((all.min() ?? 1) / 1.9, top / 12)...top * 1.5
  }

  private func x(_ intensity: Double) -> Double {
    plot.x + plot.width * log2(intensity / intensities.lowerBound)
      / log2(intensities.upperBound / intensities.lowerBound)
  }

  private func y(_ rate: Double) -> Double {
    plot.y + plot.height * (1 - log2(rate / rates.lowerBound) / log2(rates.upperBound / rates.lowerBound))
  }

  /// All of it.
  var elements: [String] {
    let memory = slopes
    return [
      SVG.text(
        "\(backend): \(instructionRate)", x: plot.x, y: frame.y + 22,
        "class=\"ink\" font-size=\"16\" font-weight=\"bold\""),
      "<rect class=\"plot\" x=\"\(SVG.number(plot.x))\" y=\"\(SVG.number(plot.y))\" "
        + "width=\"\(SVG.number(plot.width))\" height=\"\(SVG.number(plot.height))\"/>",
    ] + grid + ceilings + memory.elements + marks(avoiding: memory)
  }

  private var instructionRate: String {
    let multiplier = points[0].multiplier
    let rate = roofline.core.perCycle(multiplier) ?? multiplier.modelledPerCycle
    return "\(rate.formatted(digits: 2)) x \(multiplier.rawValue) a cycle"
  }

  // MARK: Axes

  private var grid: [String] {
    var elements: [String] = []
    for power in Self.powers(in: intensities) {
      let x = x(Foundation.exp2(Double(power)))
      elements.append(SVG.line(x, plot.y, x, plot.y + plot.height, "class=\"grid\""))
      elements.append(
        SVG.text(Self.label(power), x: x, y: plot.y + plot.height + 18, "class=\"soft\" text-anchor=\"middle\""))
    }
    for power in Self.powers(in: rates) {
      let y = y(Foundation.exp2(Double(power)))
      elements.append(SVG.line(plot.x, y, plot.x + plot.width, y, "class=\"grid\""))
      elements.append(SVG.text(Self.label(power), x: plot.x - 8, y: y + 4.5, "class=\"soft\" text-anchor=\"end\""))
    }
    let (middle, left) = (plot.y + plot.height / 2, frame.x + 26)
    return elements + [
      SVG.text(
        "multiply-adds per byte read", x: plot.x + plot.width / 2, y: plot.y + plot.height + 40,
        "class=\"soft\" text-anchor=\"middle\" font-size=\"14\""),
      SVG.text(
        "multiply-adds per cycle", x: left, y: middle,
        "class=\"soft\" text-anchor=\"middle\" font-size=\"14\" "
          + "transform=\"rotate(-90 \(SVG.number(left)) \(SVG.number(middle)))\""),
    ]
  }

  private static func powers(in range: ClosedRange<Double>) -> ClosedRange<Int> {
    let low = Int(log2(range.lowerBound).rounded(.up))
    return low...max(Int(log2(range.upperBound).rounded(.down)), low)
  }

  private static func label(_ power: Int) -> String { power < 0 ? "1/\(1 << -power)" : "\(1 << power)" }

  // MARK: Roofs

  /// From where the nearest memory feeds the multiplier to the right.
  private var ceilings: [String] {
    var elements: [String] = []
    let fastest = roofline.core.memory.map { roofline.bytesPerCycle($0) }.max() ?? .infinity
    func ceiling(_ rate: Double, _ attributes: String) -> Double {
      let from = max(intensities.lowerBound, rate / fastest)
      elements.append(SVG.line(x(from), y(rate), plot.x + plot.width, y(rate), attributes))
      return y(rate)
    }
    let top = ceiling(roofs.here, "class=\"roof\" stroke-width=\"2.5\"")
    elements.append(
      SVG.text(
        "this core's multiplier", x: plot.x + plot.width - 8, y: top - 8, "class=\"ink\" text-anchor=\"end\""))
    if abs(log2(roofs.modelled / roofs.here)) > 0.15 {
      let modelled = ceiling(roofs.modelled, "class=\"roof\" stroke-width=\"1.5\" stroke-dasharray=\"6 5\"")
      elements.append(
        SVG.text("modelled core", x: plot.x + plot.width - 8, y: modelled - 7, "class=\"soft\" text-anchor=\"end\""))
    }
    return elements
  }

  private struct Slopes {
    var elements: [String] = []
    var lines: [(from: (x: Double, y: Double), to: (x: Double, y: Double))] = []
    var labels: [Box] = []
  }

  /// One line for each level of memory, up to the multiplier's roof, named where it enters the plot.
  private var slopes: Slopes {
    var result = Slopes()
    for level in roofline.core.memory {
      let bandwidth = roofline.bytesPerCycle(level)
      let from = max(intensities.lowerBound, rates.lowerBound / bandwidth)
      let to = min(intensities.upperBound, roofs.here / bandwidth)
      guard to > from else { continue }
      let line = (from: (x: x(from), y: y(from * bandwidth)), to: (x: x(to), y: y(to * bandwidth)))
      result.lines.append(line)
      result.elements.append(
        SVG.line(line.from.x, line.from.y, line.to.x, line.to.y, "class=\"slope\" stroke-width=\"1.6\""))
      let name = "\(level.name) \(bandwidth.fourDigits) B/cycle"
      let length = 7.0 * Double(name.count)
      let (dx, dy) = (line.to.x - line.from.x, line.to.y - line.from.y)
      let (across, angle) = ((dx * dx + dy * dy).squareRoot(), atan2(dy, dx) * 180 / .pi)
      guard across > length + 16 else { continue }
      let (ux, uy) = (dx / across, dy / across)
      let (px, py) = (line.from.x + ux * 12 + uy * 7, line.from.y + uy * 12 - ux * 7)
      result.elements.append(
        SVG.text(
          name, x: px, y: py,
          "class=\"soft\" transform=\"rotate(\(SVG.number(angle)) \(SVG.number(px)) \(SVG.number(py)))\""))
      // The slanted text as a row of small boxes.
      for step in stride(from: 0.0, through: length, by: 12) {
        result.labels.append(Box(x: px + ux * step - 7, y: py + uy * step - 12, width: 14, height: 14))
      }
    }
    return result
  }

  // MARK: Points

  private func marks(avoiding slopes: Slopes) -> [String] {
    let places = points.map { (x: x($0.intensity), y: y($0.operationsPerCycle)) }
    var obstacles = slopes.labels
    obstacles.append(Box(x: plot.x + plot.width - 170, y: y(roofs.here) - 22, width: 170, height: 26))
    obstacles.append(Box(x: plot.x + plot.width - 110, y: y(roofs.modelled) - 21, width: 110, height: 24))
    let roofLines = [roofs.here, roofs.modelled].map {
      (from: (x: plot.x, y: y($0)), to: (x: plot.x + plot.width, y: y($0)))
    }
    let boxes = LabelPlacement(
      area: Box(x: plot.x + 4, y: plot.y + 4, width: plot.width - 8, height: plot.height - 8), obstacles: obstacles,
      lines: slopes.lines + roofLines
    ).place(points.map { (width: 7.0 * Double($0.name.count) + 4, height: 15) }, at: places)
    var leaders: [String] = []
    var labels: [String] = []
    for ((point, place), box) in zip(zip(points, places), boxes) {
      let end = box.nearest(to: place)
      let (dx, dy) = (end.x - place.x, end.y - place.y)
      if dx * dx + dy * dy > 150 { leaders.append(SVG.line(place.x, place.y, end.x, end.y, "class=\"leader\"")) }
      labels.append(
        SVG.text(
          point.name, x: box.x + box.width / 2, y: box.y + 12,
          "class=\"ink halo\" text-anchor=\"middle\" paint-order=\"stroke\" stroke-width=\"3.5\" "
            + "stroke-linejoin=\"round\""))
    }
    let dots = zip(points, places).map { SVG.dot(x: $1.x, y: $1.y, $0.kind, isHollow: $0.isBatch) }
    return leaders + dots + labels
  }
}
