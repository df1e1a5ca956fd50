// SPDX-License-Identifier: Apache-2.0

/// Rows of features from a CSV file, checked cell by cell.
struct FeatureTable: Sendable {
  /// What the file is called in messages.
  let name: String
  /// The header line, where there is one.
  let header: [String]?
  /// Finite numbers, as many a row as the model has features.
  let rows: [[Double]]
  /// Something to tell the user that is no error.
  let warning: String?

  /// What the columns must be.
  struct Columns: Sendable {
    /// How many features the model has.
    let count: Int
    /// Their names, where the model knows them.
    let names: [String]?
  }

  /// Reads the file at `path`, or standard input for `-`.
  static func read(_ path: String, columns: Columns, what: String = "the rows") throws(CommandFailure) -> FeatureTable {
    try FeatureTable(bytes: InputFile.bytes(path, what: what), name: InputFile.name(path), columns: columns)
  }

  /// Parses `bytes`; rows count from 1, without the header.
  init(bytes: [UInt8], name: String, columns: Columns) throws(CommandFailure) {
    var header: [String]?
    var rows: [[Double]] = []
    var warning: String?
    let records = try CSVRecords(bytes, name: name)
    try records.forEach { (line, cells) throws(CommandFailure) in
      if line == 1, Self.isHeader(cells) {
        try Self.check(header: cells, name: name, columns: columns)
        header = cells
        return
      }
      if line == 1, columns.count > 2, cells == (0..<columns.count).map(String.init) {
        warning =
          "the first line of \(name) is 0, 1, 2, …: it is taken as a row; "
          + "if it is a header, name the columns or delete it"
      }
      rows.append(
        try Self.numbers(cells, row: rows.count + 1, name: name, names: columns.names ?? header, count: columns.count))
    }
    guard !rows.isEmpty else {
      throw .badInput(
        header == nil
          ? "\(name) is empty; it must hold one line of numbers a row" : "\(name) holds a header but no rows")
    }
    self.name = name
    self.header = header
    self.rows = rows
    self.warning = warning
  }

  /// Whether a first line has more names than numbers.
  ///
  /// A line of numbers with a few bad cells is a row with errors, not a header.
  static func isHeader(_ cells: [String]) -> Bool {
    let names = cells.count { !$0.isEmpty && Double($0) == nil && !hasDecimalComma($0) }
    return names > 0 && 2 * names >= cells.count
  }

  private static func numbers(
    _ cells: [String], row: Int, name: String, names: [String]?, count: Int
  ) throws(CommandFailure) -> [Double] {
    guard cells.count == count else {
      let place = "\(name): row \(row)"
      if cells.count == 1, cells[0].isEmpty { throw .badInput("\(place) is blank; delete the line") }
      throw .badInput(
        "\(place) has \(cells.count) \(cells.count == 1 ? "value" : "values"), the model has \(count) "
          + "\(count == 1 ? "feature" : "features"); give one value a feature, without labels or row numbers")
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    for (index, cell) in cells.enumerated() {
      guard let value = Double(cell), value.isFinite else {
        let column = names.map { "\"\(shown($0[index]))\"" } ?? "\(index + 1)"
        let place = "\(name): row \(row), column \(column)"
        if cell.isEmpty { throw .badInput("\(place): the value is missing; fill it in or leave the row out") }
        if Double(cell) != nil {
          throw .badInput("\(place): \"\(shown(cell))\" is not a finite number; fill in a number or leave the row out")
        }
        let advice = Self.hasDecimalComma(cell) ? "; write decimals with a point" : ""
        throw .badInput("\(place): \"\(shown(cell))\" is not a number\(advice)")
      }
      values.append(value)
    }
    return values
  }

  /// Whether a cell is a number but for a comma where the point should be.
  private static func hasDecimalComma(_ cell: String) -> Bool {
    cell.count { $0 == "," } == 1 && Double(String(cell.map { $0 == "," ? "." : $0 })) != nil
  }

  /// Compares the header with the model's names, as far as the model knows them.
  static func check(header: [String], name: String, columns: Columns) throws(CommandFailure) {
    guard let names = columns.names else {
      guard header.count == columns.count else {
        let advice = header.count == 1 ? "; separate the values with commas, semicolons or tabs" : ""
        throw .badInput(
          "\(name) has \(Formatting.count(header.count, "column")), the model has \(columns.count) features\(advice)")
      }
      return
    }
    guard header != names else { return }
    if let missing = names.first(where: { !header.contains($0) }), header.count < names.count {
      throw .badInput(
        "\(name) has \(header.count) columns, the model has \(columns.count) features: "
          + "\"\(shown(missing))\" is missing; add the column")
    }
    if let extra = header.firstIndex(where: { !names.contains($0) }), header.count > names.count {
      throw .badInput(
        "\(name) has \(header.count) columns, the model has \(columns.count) features: column \(extra + 1) is "
          + "\"\(shown(header[extra]))\", which the model does not know; remove the column")
    }
    guard header.count == names.count else {
      throw .badInput("\(name) has \(header.count) columns, the model has \(columns.count) features")
    }
    guard let place = names.indices.first(where: { header[$0] != names[$0] }) else { return }
    let advice = header.sorted() == names.sorted() ? "reorder the columns" : "rename or replace the column"
    throw .badInput(
      "column \(place + 1) of \(name) is \"\(shown(header[place]))\", "
        + "the model wants \"\(shown(names[place]))\" there; \(advice)"
    )
  }
}

/// A text from a file as it may stand in a message: short, and without control characters.
func shown(_ text: String) -> String {
  let visible = String(
    String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { $0.properties.isVisible ? $0 : "?" }))
  return text.unicodeScalars.count > 80 ? visible + "…" : visible
}

extension Unicode.Scalar.Properties {
  /// Whether it can be printed without moving the cursor or changing the terminal.
  fileprivate var isVisible: Bool {
    switch generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .privateUse: false
    default: true
    }
  }
}
