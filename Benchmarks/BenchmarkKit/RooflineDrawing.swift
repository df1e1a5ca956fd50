// SPDX-License-Identifier: Apache-2.0

/// A roofline as an SVG picture: one panel for each backend, both axes logarithmic, readable on light and dark pages.
package struct RooflineDrawing {
  private let roofline: Roofline

  /// Draws nothing yet.
  package init(_ roofline: Roofline) { self.roofline = roofline }

  private static let panel = (width: 820.0, height: 640.0)
  private static let headHeight = 84.0
  private static let footHeight = 74.0

  private var columns: Int { min(roofline.backends.count, 2) }
  private var width: Double { Double(columns) * Self.panel.width }
  private var height: Double {
    let rows = (roofline.backends.count + columns - 1) / columns
    return Self.headHeight + Double(rows) * Self.panel.height + Self.footHeight
  }

  /// The whole file.
  package var svg: String {
    let axes = RooflineAxes(roofline)
    let panels = roofline.backends.enumerated().map { index, backend in
      let x = Double(index % columns) * Self.panel.width
      let y = Self.headHeight + Double(index / columns) * Self.panel.height
      return RooflinePanel(
        roofline: roofline, backend: backend, intensities: axes.intensities,
        frame: Box(x: x, y: y, width: Self.panel.width, height: Self.panel.height)
      ).elements
    }
    let size = "\(Int(width)) \(Int(height))"
    let lines =
      [
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" width="\(Int(width))" height="\(Int(height))" \
        font-family="Helvetica, Arial, sans-serif" font-size="13">
        """,
        "<title>\(roofline.title.svgText): \(roofline.subtitle.svgText)</title>",
        Self.style,
        "<rect class=\"page\" width=\"100%\" height=\"100%\"/>",
        SVG.text(roofline.title, x: 36, y: 40, "class=\"ink\" font-size=\"24\" font-weight=\"bold\""),
        SVG.text(roofline.subtitle, x: 36, y: 66, "class=\"soft\" font-size=\"15\""),
      ] + panels.flatMap { $0 } + foot + ["</svg>"]
    return lines.joined(separator: "\n")
  }

  /// Colours of kinds are of middle lightness and stand on both grounds; the rest changes with the page.
  private static let style = """
    <style>
    .page{fill:#ffffff}.ink{fill:#1c2430}.soft{fill:#5b6675}.grid{stroke:#e6eaef}.roof{stroke:#1c2430}.slope{stroke:#a3aebc}
    .leader{stroke:#9aa5b3}.halo{stroke:#ffffff}.plot{fill:#fafbfc;stroke:#cfd6de}
    @media (prefers-color-scheme: dark){
    .page{fill:#12161c}.ink{fill:#e8edf3}.soft{fill:#a3afbd}.grid{stroke:#252c36}.roof{stroke:#e8edf3}.slope{stroke:#5c6979}
    .leader{stroke:#6b7787}.halo{stroke:#12161c}.plot{fill:#171c23;stroke:#333c48}}
    </style>
    """

  /// The legend and what the axes count.
  private var foot: [String] {
    let y = height - Self.footHeight + 22
    var x = 40.0
    var elements: [String] = []
    for kind in Roofline.Point.Kind.allCases where roofline.points.contains(where: { $0.kind == kind }) {
      elements.append(SVG.dot(x: x, y: y - 4.5, kind, isHollow: false))
      elements.append(SVG.text(kind.rawValue, x: x + 12, y: y, "class=\"ink\""))
      x += 34 + 7.2 * Double(kind.rawValue.count)
    }
    if roofline.points.contains(where: \.isBatch) {
      elements.append(SVG.dot(x: x, y: y - 4.5, .transform, isHollow: true))
      elements.append(SVG.text("many limbs, beyond the second cache", x: x + 12, y: y, "class=\"ink\""))
    }
    let notes = [
      "Multiply-adds are of words, and only those that a kernel cannot do without; bytes are what it reads even if it reads "
        + "each once.",
      "Slopes: what one thread reads. Dashed roof: a core with one 512-bit multiply-add a cycle.",
    ]
    let text = width > Self.panel.width ? [notes.joined(separator: " ")] : notes
    for (index, line) in text.enumerated() {
      elements.append(SVG.text(line, x: 36, y: y + 24 + 17 * Double(index), "class=\"soft\" font-size=\"12.5\""))
    }
    return elements
  }
}

/// The range of intensities, the same for all panels so that they can be compared.
struct RooflineAxes {
  let intensities: ClosedRange<Double>

  init(_ roofline: Roofline) {
    let all = roofline.points.map(\.intensity)
    intensities = (all.min() ?? 1) / 2.3...(all.max() ?? 1) * 1.9
  }
}

/// Elements of SVG.
enum SVG {
  /// The colour of a kind.
  static func colour(_ kind: Roofline.Point.Kind) -> String {
    switch kind {
    case .transform: "#2f7fd0"
    case .pointwise: "#d9782a"
    case .sum: "#1f9d77"
    case .conversion: "#a864c8"
    }
  }

  static func number(_ value: Double) -> String { value.formatted(digits: 1) }

  static func text(_ text: String, x: Double, y: Double, _ attributes: String) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" \(attributes)>\(text.svgText)</text>"
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ attributes: String) -> String {
    "<path d=\"M\(number(x1)) \(number(y1))L\(number(x2)) \(number(y2))\" fill=\"none\" \(attributes)/>"
  }

  /// A mark, filled or hollow.
  static func dot(x: Double, y: Double, _ kind: Roofline.Point.Kind, isHollow: Bool) -> String {
    let paint =
      isHollow
      ? "class=\"page\" stroke=\"\(colour(kind))\" stroke-width=\"2.5\"" : "fill=\"\(colour(kind))\""
    return "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(isHollow ? "4.5" : "5.5")\" \(paint)/>"
  }
}

extension String {
  /// With what means something in XML written out.
  var svgText: String {
    var result = ""
    for character in self {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
