// SPDX-License-Identifier: Apache-2.0

/// Typed access to the fields of a JSON model.
struct JSONForm {
  private static let fields: Set<String> = ["coef", "intercept", "classes", "mean", "scale", "link", "features"]
  private var values: [String: JSONValue] = [:]

  /// Fields by name without a trailing underscore; null counts as missing.
  init(_ object: [String: JSONValue]) throws(ModelError) {
    for (key, value) in object {
      let name = key.hasSuffix("_") ? String(key.dropLast()) : key
      guard Self.fields.contains(name) else {
        throw .json(
          field: key, reason: "is not known; the fields are \(Self.fields.sorted().joined(separator: ", "))")
      }
      if case .null = value { continue }
      guard values.updateValue(value, forKey: name) == nil else { throw .json(field: key, reason: "is there twice") }
    }
  }

  private func number(_ value: JSONValue, _ field: String) throws(ModelError) -> Double {
    guard case .number(let number) = value else {
      throw .json(field: field, reason: "holds \(value.name) where a number is wanted")
    }
    guard number.isFinite else { throw .notFinite(location: "the elements of \(field.quoted)") }
    return number
  }

  private func numbers(_ list: [JSONValue], _ field: String) throws(ModelError) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(list.count)
    for value in list { result.append(try number(value, field)) }
    return result
  }

  /// A number or a list of numbers; with a count, a single number stands for all.
  func vector(_ field: String, count: Int? = nil) throws(ModelError) -> [Double]? {
    guard let value = values[field] else { return nil }
    var result: [Double]
    if case .list(let list) = value {
      result = try numbers(list, field)
    } else {
      result = [try number(value, field)]
    }
    if let count {
      if result.count == 1 { result = [Double](repeating: result[0], count: count) }
      guard result.count == count else {
        throw .json(field: field, reason: "\(result.count) numbers for \(count) features")
      }
    }
    return result
  }

  /// A list of rows of equal length; a single list of numbers is one row.
  func matrix(_ field: String) throws(ModelError) -> [[Double]] {
    guard let value = values[field] else { throw .json(field: field, reason: "is missing") }
    guard case .list(let list) = value, let first = list.first else {
      throw .json(field: field, reason: "is \(value.name), not a list with numbers in it")
    }
    guard case .list(let firstRow) = first else { return [try numbers(list, field)] }
    guard !firstRow.isEmpty, firstRow.count <= Limits.features else {
      throw .json(field: field, reason: "rows of \(firstRow.count) numbers")
    }
    var rows: [[Double]] = []
    for (index, value) in list.enumerated() {
      guard case .list(let row) = value, row.count == firstRow.count else {
        throw .json(field: field, reason: "row \(index) is not a list of \(firstRow.count) numbers as the first")
      }
      rows.append(try numbers(row, field))
    }
    return rows
  }

  /// A list of texts.
  func names(_ field: String) throws(ModelError) -> [String]? {
    guard let value = values[field] else { return nil }
    guard case .list(let list) = value else {
      throw .json(field: field, reason: "is \(value.name), not a list of texts")
    }
    var result: [String] = []
    for value in list {
      guard case .text(let text) = value else {
        throw .json(field: field, reason: "holds \(value.name) where a text is wanted")
      }
      result.append(text)
    }
    return result
  }

  /// The classes: whole numbers or texts.
  func classes() throws(ModelError) -> [ClassLabel]? {
    guard let value = values["classes"] else { return nil }
    guard case .list(let list) = value else { throw .json(field: "classes", reason: "is \(value.name), not a list") }
    var result: [ClassLabel] = []
    for value in list {
      switch value {
      case .text(let text): result.append(.string(text))
      case .number(let number) where number == number.rounded() && abs(number) < 0x1p53:
        result.append(.integer(Int64(number)))
      default:
        throw .json(field: "classes", reason: "holds \(value.name) where a whole number or a text is wanted")
      }
    }
    // By their spelling: the label is all that a user sees of a class.
    var seen: Set<String> = []
    for label in result where !seen.insert(label.description).inserted {
      throw .json(
        field: "classes", reason: "holds \(label.description.quoted) twice; give each class a name of its own")
    }
    return result
  }

  /// The link, under its names here and elsewhere.
  func link() throws(ModelError) -> PostProcessing.Link {
    guard let value = values["link"] else { return .identity }
    guard case .text(let text) = value else { throw .json(field: "link", reason: "is \(value.name), not a text") }
    switch text.lowercased() {
    case "identity", "none", "linear": return .identity
    case "logistic", "sigmoid", "logit": return .logistic
    case "softmax", "multinomial": return .softmax
    case "exp", "log": return .exp
    default:
      throw .json(field: "link", reason: "is \(text.quoted), not identity, logistic, softmax or exp")
    }
  }
}
