// SPDX-License-Identifier: Apache-2.0

/// The results that `he check` compares with: one line a row, with or without a header line.
struct ExpectedTable: Sendable {
  let name: String
  /// The cells of each row.
  let cells: [[String]]
  private let header: [String]?

  /// Parses `bytes`.
  ///
  /// One line more than rows makes the first line a header: labels may be words, so looking does not tell.
  init(bytes: [UInt8], name: String, rowCount: Int) throws(CommandFailure) {
    var lines: [[String]] = []
    try CSVRecords(bytes, name: name).forEach { (_, cells) in lines.append(cells) }
    self.name = name
    switch lines.count - rowCount {
    case 0: header = nil
    case 1: header = lines.removeFirst()
    default:
      throw .badInput(
        "\(name) has \(lines.count) lines for \(rowCount) rows; "
          + "it must hold one line a row, and may begin with a header"
      )
    }
    cells = lines
  }

  /// The numbers, `count` a row.
  ///
  /// A leading label column is skipped.
  func numbers(count: Int, kind: String) throws(CommandFailure) -> [[Double]] {
    var result: [[Double]] = []
    result.reserveCapacity(cells.count)
    for (index, line) in cells.enumerated() {
      let hasLabel = line.count == count + 1 && header?.first.map(Self.isLabelName) ?? false
      let values = hasLabel ? Array(line.dropFirst()) : line
      guard values.count == count else {
        throw .badInput("\(name): row \(index + 1) has \(values.count) values, the model gives \(count) \(kind) a row")
      }
      var numbers: [Double] = []
      for (place, text) in values.enumerated() {
        guard let number = Double(text), number.isFinite else {
          throw .badInput("\(name): row \(index + 1), column \(place + 1): \"\(shown(text))\" is not a finite number")
        }
        numbers.append(number)
      }
      result.append(numbers)
    }
    return result
  }

  /// The labels: the only column, or the one that the header calls so.
  func labels() throws(CommandFailure) -> [String] {
    let place = header?.firstIndex(where: Self.isLabelName) ?? 0
    var result: [String] = []
    result.reserveCapacity(cells.count)
    for (index, line) in cells.enumerated() {
      guard line.count == 1 || (line.count > place && header.map { $0.contains(where: Self.isLabelName) } ?? false)
      else {
        throw .badInput(
          "\(name): row \(index + 1) has \(line.count) values; "
            + "give one label a row, or a header with a column \"label\""
        )
      }
      result.append(line.count == 1 ? line[0] : line[place])
    }
    return result
  }

  private static func isLabelName(_ name: String) -> Bool {
    ["label", "labels", "predict", "prediction", "predicted", "class", "target", "output_label"].contains(
      name.lowercased())
  }
}

/// Whether two labels are the same: as numbers where both are numbers (`1` and `1.0`), letter by letter otherwise.
func sameLabel(_ lhs: String, _ rhs: String) -> Bool {
  if lhs == rhs { return true }
  guard let left = Double(lhs), let right = Double(rhs) else { return false }
  return left == right
}
