// SPDX-License-Identifier: Apache-2.0

/// A class as the model spells it.
public enum ClassLabel: Sendable, Hashable, CustomStringConvertible {
  /// A numbered class.
  case integer(Int64)
  /// A named class.
  case string(String)

  /// The label as it stands in a CSV file.
  public var description: String {
    switch self {
    case .integer(let value): String(value)
    case .string(let value): value
    }
  }
}

extension ClassLabel: Codable {
  /// Reads a whole number or a text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  /// Writes a whole number or a text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    }
  }
}
