// SPDX-License-Identifier: Apache-2.0

internal import SwiftCSV

/// The lines of a CSV file, cell by cell.
///
/// Comma, semicolon or tab between cells; any line ending; a byte-order mark is skipped; blank lines at the end are
/// ignored. Files with quotation marks go through SwiftCSV. Files of plain numbers, which may be large, are split here,
/// byte by byte, without a copy of the text.
struct CSVRecords {
  /// What the file is called in messages.
  let name: String
  private let bytes: [UInt8]
  private let start: Int
  private let delimiter: UInt8

  /// Checks that the bytes are text.
  init(_ bytes: [UInt8], name: String) throws(CommandFailure) {
    self.name = name
    self.bytes = bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .badInput("\(name) is UTF-16 text; save it as UTF-8 CSV")
    }
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let place = bytes.firstIndex(of: 0) {
      throw .badInput("\(name) is not a CSV file: byte \(place + 1) is no text")
    }
    let firstLine = bytes[start...].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    // Numbers with decimal commas stand between semicolons or tabs: the comma is no delimiter then.
    let delimiters = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let found = delimiters.filter { firstLine.contains($0) }
    delimiter =
      found.dropFirst().first { Self.areDecimals(firstLine, between: $0) } ?? found.first ?? UInt8(ascii: ",")
  }

  /// Hands every line to `body` with its number, from 1.
  func forEach(_ body: (Int, [String]) throws(CommandFailure) -> Void) throws(CommandFailure) {
    if bytes.contains(UInt8(ascii: "\"")) {
      try forEachQuoted(body)
    } else {
      try forEachPlain(body)
    }
  }

  private func forEachPlain(_ body: (Int, [String]) throws(CommandFailure) -> Void) throws(CommandFailure) {
    var end = bytes.count
    while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
    var place = start
    var line = 0
    var cells: [String] = []
    var cellStart = place
    while place < end || (place == end && end > start) {
      let byte = place < end ? bytes[place] : UInt8(ascii: "\n")
      let endsLine = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      if byte == delimiter || endsLine {
        cells.append(cell(cellStart..<place))
        cellStart = place + 1
      }
      if endsLine {
        line += 1
        try body(line, cells)
        cells.removeAll(keepingCapacity: true)
        if byte == UInt8(ascii: "\r"), place + 1 < end, bytes[place + 1] == UInt8(ascii: "\n") {
          place += 1
          cellStart = place + 1
        }
        if place >= end { return }
      }
      place += 1
    }
  }

  /// The text of a cell without the blanks around it.
  private func cell(_ range: Range<Int>) -> String {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, Self.isBlank(bytes[lower]) { lower += 1 }
    while lower < upper, Self.isBlank(bytes[upper - 1]) { upper -= 1 }
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }

  private func forEachQuoted(_ body: (Int, [String]) throws(CommandFailure) -> Void) throws(CommandFailure) {
    guard bytes.count(where: { $0 == UInt8(ascii: "\"") }).isMultiple(of: 2) else {
      throw .badInput("\(name): a quotation mark is never closed")
    }
    // The parser drops an empty last cell where the last line has no end.
    var text = String(decoding: bytes[start...], as: UTF8.self)
    while let last = text.last, last.isWhitespace, last != "\t" { text.removeLast() }
    let collected = Collector()
    do {
      let separator: CSVDelimiter =
        delimiter == UInt8(ascii: ";") ? .semicolon : delimiter == UInt8(ascii: "\t") ? .tab : .comma
      let file = try CSV<UnpaddedView>(string: text + "\n", delimiter: separator, loadColumns: false)
      try file.enumerateAsArray(startAt: 0, rowLimit: nil) { collected.lines.append($0) }
    } catch {
      throw .badInput(
        "\(name), line \(collected.lines.count + 1): text outside quotation marks beside a quoted cell; "
          + "write \"\" for a quotation mark within quotation marks")
    }
    for (index, cells) in collected.lines.enumerated() {
      try body(
        index + 1,
        cells.map { cell in
          let visible = cell.drop(while: \.isWhitespace)
          return String(
            visible[..<(visible.lastIndex { !$0.isWhitespace }.map { visible.index(after: $0) } ?? visible.startIndex)])
        })
    }
  }

  /// Whether a line is numbers, with points or commas, between `delimiter`s.
  private static func areDecimals(_ line: ArraySlice<UInt8>, between delimiter: UInt8) -> Bool {
    line.split(separator: delimiter).allSatisfy { cell in
      let visible = cell.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
      let text = String(decoding: visible.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
      return text.last != "." && Double(text) != nil
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}

/// What the parser's callback, which cannot throw, leaves behind.
private final class Collector {
  var lines: [[String]] = []
}

/// A view that keeps no rows: the library's own fill up short rows without a word.
private struct UnpaddedView: CSVView {
  let rows: [[String]] = []
  let columns: [String]? = nil

  init(header: [String], text: String, delimiter: CSVDelimiter, loadColumns: Bool, rowLimit: Int?) throws {}

  func serialize(header: [String], delimiter: CSVDelimiter) -> String { "" }
}
