// SPDX-License-Identifier: Apache-2.0

/// Named values in the order in which they were given.
struct Parameters: ExpressibleByDictionaryLiteral, CustomStringConvertible {
  /// A value as it appears in reports.
  enum Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
    case integer(Int)
    case text(String)

    init(integerLiteral value: Int) { self = .integer(value) }

    init(stringLiteral value: String) { self = .text(value) }

    /// The value without quotes.
    var description: String {
      switch self {
      case .integer(let value): String(value)
      case .text(let value): value
      }
    }
  }

  private(set) var entries: [(name: String, value: Value)] = []

  init(dictionaryLiteral elements: (String, Value)...) {
    entries = elements.map { (name: $0.0, value: $0.1) }
  }

  /// Whether there are none.
  var isEmpty: Bool { entries.isEmpty }

  /// Both, these first.
  func merging(_ other: Parameters) -> Parameters {
    var result = self
    result.entries += other.entries
    return result
  }

  /// `name=value`, separated by spaces.
  var description: String {
    entries.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }
}
