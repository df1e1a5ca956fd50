// SPDX-License-Identifier: Apache-2.0

/// What the elements of a value are.
enum ElementKind: String, Sendable, Hashable, Codable {
  case real, integer, boolean, text
}

/// A vector of elements of one kind.
///
/// All floating-point types are carried in double precision.
enum Elements: Sendable, Hashable {
  case real([Double])
  case integer([Int64])
  case boolean([Bool])
  case text([String])

  var kind: ElementKind {
    switch self {
    case .real: .real
    case .integer: .integer
    case .boolean: .boolean
    case .text: .text
    }
  }

  var count: Int {
    switch self {
    case .real(let values): values.count
    case .integer(let values): values.count
    case .boolean(let values): values.count
    case .text(let values): values.count
    }
  }

  /// The elements at the given positions, which the caller has checked.
  func selecting(_ indices: [Int]) -> Elements {
    switch self {
    case .real(let values): .real(indices.map { values[$0] })
    case .integer(let values): .integer(indices.map { values[$0] })
    case .boolean(let values): .boolean(indices.map { values[$0] })
    case .text(let values): .text(indices.map { values[$0] })
    }
  }

  /// The elements in another kind; text only stays text, or is written from numbers.
  ///
  /// Reals are cut towards zero; what an `Int64` cannot hold becomes its nearest value, and NaN becomes zero.
  func converted(to target: ElementKind) -> Elements? {
    switch (self, target) {
    case (.real, .real), (.integer, .integer), (.boolean, .boolean), (.text, .text): self
    case (.real(let values), .integer): .integer(values.map { Int64(saturating: $0) })
    case (.real(let values), .boolean): .boolean(values.map { $0 != 0 })
    case (.integer(let values), .real): .real(values.map { Double($0) })
    case (.integer(let values), .boolean): .boolean(values.map { $0 != 0 })
    case (.integer(let values), .text): .text(values.map { String($0) })
    case (.boolean(let values), .real): .real(values.map { $0 ? 1 : 0 })
    case (.boolean(let values), .integer): .integer(values.map { $0 ? 1 : 0 })
    case (.real, .text), (.boolean, .text), (.text, _): nil
    }
  }

  /// The doubles, where this is real.
  var reals: [Double]? {
    if case .real(let values) = self { values } else { nil }
  }

  /// The whole numbers, where this is integer.
  var integers: [Int64]? {
    if case .integer(let values) = self { values } else { nil }
  }

  /// One after the other; the caller has checked that all are of one kind.
  static func joined(_ parts: [Elements]) -> Elements? {
    guard let kind = parts.first?.kind, parts.allSatisfy({ $0.kind == kind }) else { return nil }
    switch kind {
    case .real: return .real(parts.flatMap { $0.reals ?? [] })
    case .integer: return .integer(parts.flatMap { $0.integers ?? [] })
    case .boolean:
      return .boolean(parts.flatMap { part -> [Bool] in if case .boolean(let values) = part { values } else { [] } })
    case .text:
      return .text(parts.flatMap { part -> [String] in if case .text(let values) = part { values } else { [] } })
    }
  }
}

extension Int64 {
  /// Cut towards zero, clamped to the range; NaN becomes zero.
  init(saturating value: Double) {
    if value.isNaN {
      self = 0
    } else if value >= 0x1p63 {
      self = .max
    } else if value <= -0x1p63 {
      self = .min
    } else {
      self = Int64(value)
    }
  }
}

extension Elements: Codable {
  private enum Key: String, CodingKey {
    case real, integer, boolean, text
  }

  /// Reads `{"real": [...]}` and so on.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let values = try container.decodeIfPresent([Double].self, forKey: .real) {
      self = .real(values)
    } else if let values = try container.decodeIfPresent([Int64].self, forKey: .integer) {
      self = .integer(values)
    } else if let values = try container.decodeIfPresent([Bool].self, forKey: .boolean) {
      self = .boolean(values)
    } else {
      self = .text(try container.decode([String].self, forKey: .text))
    }
  }

  /// Writes `{"real": [...]}` and so on.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .real(let values): try container.encode(values, forKey: .real)
    case .integer(let values): try container.encode(values, forKey: .integer)
    case .boolean(let values): try container.encode(values, forKey: .boolean)
    case .text(let values): try container.encode(values, forKey: .text)
    }
  }
}
