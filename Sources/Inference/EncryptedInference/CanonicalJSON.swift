// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Foundation

/// A JSON value by what it means: order of fields, blanks and the spelling of numbers make no difference.
///
/// Checksums are taken over this rather than over the text, so that a file that went through another JSON writer is still
/// the same file.
enum CanonicalJSON: Decodable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case large(UInt64)
  case real(Double)
  case text(String)
  case list([CanonicalJSON])
  case object([String: CanonicalJSON])

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    // Numbers and texts first: a file is mostly made of them.
    if let container = try? decoder.singleValueContainer() {
      if let value = try? container.decode(Int64.self) {
        self = .integer(value)
        return
      }
      if let value = try? container.decode(UInt64.self) {
        self = .large(value)
        return
      }
      if let value = try? container.decode(Double.self) {
        // However a decoder treats 1.0 and 1e3.
        self = value == value.rounded() && abs(value) < 0x1p53 ? .integer(Int64(value)) : .real(value)
        return
      }
      if let value = try? container.decode(String.self) {
        self = .text(value)
        return
      }
      if let value = try? container.decode(Bool.self) {
        self = .boolean(value)
        return
      }
      if container.decodeNil() {
        self = .null
        return
      }
    }
    if let container = try? decoder.container(keyedBy: Key.self) {
      var object: [String: CanonicalJSON] = [:]
      for key in container.allKeys { object[key.stringValue] = try container.decode(CanonicalJSON.self, forKey: key) }
      self = .object(object)
      return
    }
    var container = try decoder.unkeyedContainer()
    var list: [CanonicalJSON] = []
    while !container.isAtEnd { list.append(try container.decode(CanonicalJSON.self)) }
    self = .list(list)
  }

  /// SHA-256, in hexadecimal, over the JSON object in `bytes` without its field `field`.
  ///
  /// Hashed is a letter for each value, then: nothing for `n`ull, `t`rue and `f`alse; 8 bytes for an `i`nteger, one too
  /// `l`arge for a sign, and the IEEE 754 double of a `r`eal; the length and UTF-8 bytes of a `s`tring; the length and
  /// items of an `a`rray; the length, and string and value of each field of an `o`bject, by the bytes of their names. All
  /// numbers and lengths are 64 bits, little endian. A number is a real only where it is no integer below 2^53.
  ///
  /// - Returns: nil where the bytes are no JSON object.
  static func checksum(of bytes: [UInt8], without field: String) -> String? {
    guard case .object(var object)? = try? JSONDecoder().decode(CanonicalJSON.self, from: Data(bytes)) else {
      return nil
    }
    object[field] = nil
    var hash = SHA256()
    CanonicalJSON.object(object).update(&hash)
    return hash.finalize().map { String(format: "%02x", $0) }.joined()
  }

  private func update(_ hash: inout SHA256) {
    switch self {
    case .null: Self.update(&hash, "n")
    case .boolean(let value): Self.update(&hash, value ? "t" : "f")
    case .integer(let value): Self.update(&hash, "i", UInt64(bitPattern: value))
    case .large(let value): Self.update(&hash, "l", value)
    case .real(let value): Self.update(&hash, "r", value.bitPattern)
    case .text(let value): Self.update(&hash, text: value)
    case .list(let values):
      Self.update(&hash, "a", UInt64(values.count))
      for value in values { value.update(&hash) }
    case .object(let fields):
      Self.update(&hash, "o", UInt64(fields.count))
      for (name, value) in fields.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
        Self.update(&hash, text: name)
        value.update(&hash)
      }
    }
  }

  private static func update(_ hash: inout SHA256, _ letter: Unicode.Scalar, _ number: UInt64? = nil) {
    var bytes = [UInt8(ascii: letter)]
    if let number { bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) } }
    hash.update(data: bytes)
  }

  private static func update(_ hash: inout SHA256, text: String) {
    update(&hash, "s", UInt64(text.utf8.count))
    hash.update(data: Array(text.utf8))
  }
}
