// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// How numbers and texts are printed.
enum Formatting {
  /// 17 significant digits: reading them back gives the same number.
  static func exact(_ value: Double) -> String { String(format: "%.17g", value) }

  /// A few digits, for people.
  static func short(_ value: Double, digits: Int = 3) -> String { String(format: "%.\(digits)g", value) }

  /// A size of data.
  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) bytes"
    case ..<1_000_000: String(format: "%.1f KB", Double(count) / 1e3)
    case ..<1_000_000_000: String(format: "%.2f MB", Double(count) / 1e6)
    default: String(format: "%.2f GB", Double(count) / 1e9)
    }
  }

  /// A count with its noun.
  static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// Milliseconds.
  static func milliseconds(_ value: Double) -> String {
    value < 10 ? String(format: "%.2f ms", value) : String(format: "%.0f ms", value)
  }

  /// One cell of a CSV line, quoted where it must be.
  static func cell(_ text: String) -> String {
    let needsQuotes =
      text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) } || text != text.trimmingCharacters(in: .whitespaces)
    return needsQuotes ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
  }

  /// One line of JSON with sorted keys.
  static func json(_ value: some Encodable) throws(CommandFailure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw .output("the result cannot be written as JSON")
    }
  }
}
