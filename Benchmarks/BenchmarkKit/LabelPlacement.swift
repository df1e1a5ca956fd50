// SPDX-License-Identifier: Apache-2.0

/// A rectangle of a drawing; y grows downwards.
struct Box: Sendable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  /// The area that both cover.
  func overlap(_ other: Box) -> Double {
    let w = min(x + width, other.x + other.width) - max(x, other.x)
    let h = min(y + height, other.y + other.height) - max(y, other.y)
    return w > 0 && h > 0 ? w * h : 0
  }

  /// With a margin on all sides.
  func grown(by margin: Double) -> Box {
    Box(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
  }

  /// Whether a point is inside.
  func contains(_ point: (x: Double, y: Double)) -> Bool {
    point.x > x && point.x < x + width && point.y > y && point.y < y + height
  }

  /// The place in it that is nearest to a point.
  func nearest(to point: (x: Double, y: Double)) -> (x: Double, y: Double) {
    (min(max(point.x, x), x + width), min(max(point.y, y), y + height))
  }
}

/// Finds places for labels near their points, so that they cover neither each other nor what must stay visible.
///
/// Each label takes the cheapest of two hundred places; a few rounds let the first ones make room for the last.
struct LabelPlacement {
  /// Where labels may be.
  let area: Box

  /// What they must not cover.
  let obstacles: [Box]

  /// Lines that they had better not cross: from, to.
  let lines: [(from: (x: Double, y: Double), to: (x: Double, y: Double))]

  /// Places for labels of these sizes, one for each point.
  func place(_ sizes: [(width: Double, height: Double)], at points: [(x: Double, y: Double)]) -> [Box] {
    let dots = points.map { Box(x: $0.x - 6, y: $0.y - 6, width: 12, height: 12) }
    var boxes: [Box?] = points.map { _ in nil }
    // From top to bottom, so that neighbours keep their order.
    let order = points.indices.sorted { (points[$0].y, points[$0].x) < (points[$1].y, points[$1].x) }
    for _ in 0..<8 {
      for index in order {
        let others = boxes.indices.filter { $0 != index }
        let placed = others.compactMap { boxes[$0] }
        let leaders = others.compactMap { other in
          boxes[other].map { (from: points[other], to: $0.nearest(to: points[other])) }
        }
        boxes[index] = candidates(sizes[index], at: points[index]).min { one, two in
          cost(one, points[index], placed, dots, leaders) < cost(two, points[index], placed, dots, leaders)
        }
      }
    }
    return zip(boxes, points).map { $0 ?? Box(x: $1.x, y: $1.y, width: 0, height: 0) }
  }

  /// Places beside, above and below the point, nearer ones first.
  private func candidates(_ size: (width: Double, height: Double), at point: (x: Double, y: Double)) -> [Box] {
    var result: [Box] = []
    for distance in [9.0, 15, 22, 30, 40, 50, 62, 75, 90, 110, 135, 160] {
      for step in 0..<16 {
        // Sixteen directions; the box touches a circle with its nearest side.
        let (cosine, sine) = Self.directions[step]
        let centerX = point.x + cosine * (distance + size.width / 2 * abs(cosine))
        let centerY = point.y + sine * (distance + size.height / 2 * abs(sine))
        let anchorX =
          cosine > 0.3
          ? point.x + cosine * distance + size.width / 2
          : cosine < -0.3 ? point.x + cosine * distance - size.width / 2 : centerX
        result.append(
          Box(x: anchorX - size.width / 2, y: centerY - size.height / 2, width: size.width, height: size.height))
      }
    }
    return result
  }

  /// Cosine and sine of the sixteenths of a turn.
  private static let directions: [(Double, Double)] = {
    let (a, b, c) = (0.923_879_532_5, 0.707_106_781_2, 0.382_683_432_4)
    let quarter = [(1.0, 0.0), (a, c), (b, b), (c, a)]
    return quarter + quarter.map { (-$0.1, $0.0) } + quarter.map { (-$0.0, -$0.1) } + quarter.map { ($0.1, -$0.0) }
  }()

  private func cost(
    _ box: Box, _ point: (x: Double, y: Double), _ placed: [Box], _ dots: [Box],
    _ leaders: [(from: (x: Double, y: Double), to: (x: Double, y: Double))]
  ) -> Double {
    let roomy = box.grown(by: 2)
    var cost = 0.0
    for other in placed { cost += 40 * roomy.overlap(other) }
    for dot in dots { cost += 40 * box.overlap(dot) }
    for obstacle in obstacles { cost += 40 * roomy.overlap(obstacle) }
    cost += 100 * (box.width * box.height - box.overlap(area))
    for line in lines where Self.crosses(line, box) { cost += 90 }
    for leader in leaders where Self.crosses(leader, box.grown(by: 1)) { cost += 900 }
    let end = box.nearest(to: point)
    for other in placed where Self.crosses((point, end), other) { cost += 900 }
    for dot in dots where Self.crosses((point, end), dot) && !dot.grown(by: 4).contains(point) { cost += 500 }
    for obstacle in obstacles where Self.crosses((point, end), obstacle) { cost += 900 }
    for line in lines where Self.intersect((point, end), line) { cost += 40 }
    for leader in leaders where Self.intersect((point, end), leader) { cost += 400 }
    let (dx, dy) = (end.x - point.x, end.y - point.y)
    return cost + 2.2 * (dx * dx + dy * dy).squareRoot()
  }

  /// Whether a line touches a box: some of its points are inside.
  private static func crosses(_ line: (from: (x: Double, y: Double), to: (x: Double, y: Double)), _ box: Box) -> Bool {
    let (dx, dy) = (line.to.x - line.from.x, line.to.y - line.from.y)
    let steps = max(Int((dx * dx + dy * dy).squareRoot() / 4), 1)
    return (0...steps).contains { step in
      let t = Double(step) / Double(steps)
      return box.contains((line.from.x + t * dx, line.from.y + t * dy))
    }
  }

  /// Whether two lines have a point in common.
  private static func intersect(
    _ one: (from: (x: Double, y: Double), to: (x: Double, y: Double)),
    _ two: (from: (x: Double, y: Double), to: (x: Double, y: Double))
  ) -> Bool {
    func side(_ p: (x: Double, y: Double), _ line: (from: (x: Double, y: Double), to: (x: Double, y: Double))) -> Double
    {
      (line.to.x - line.from.x) * (p.y - line.from.y) - (line.to.y - line.from.y) * (p.x - line.from.x)
    }
    return side(two.from, one) * side(two.to, one) < 0 && side(one.from, two) * side(one.to, two) < 0
  }
}
