// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Reads a constant of the file, with every size checked before memory is taken.
struct TensorReader {
  /// Fetches the part of a weights file that a tensor names, or `nil` where there is none to be had.
  typealias External = (ExternalReference) throws(ModelError) -> [UInt8]?

  let tensor: ONNXTensor
  let location: String

  init(_ tensor: ONNXTensor, location: String) {
    self.tensor = tensor
    self.location = location
  }

  /// The kind that a tensor type number is carried as; `nil` for types that are not read.
  static func kind(of type: Int) -> ElementKind? {
    switch type {
    case 1, 10, 11, 16: .real
    case 2, 3, 4, 5, 6, 7, 12, 13: .integer
    case 8: .text
    case 9: .boolean
    default: nil
    }
  }

  /// Bytes of one element in `raw_data`.
  private static func byteCount(of type: Int) -> Int {
    switch type {
    case 2, 3, 9: 1
    case 4, 5, 10, 16: 2
    case 1, 6, 12: 4
    default: 8
    }
  }

  /// The tensor as a value.
  func value(external: External) throws(ModelError) -> TracedValue {
    let type = Int(tensor.dataType)
    guard let kind = Self.kind(of: type) else {
      throw .invalid(location: location, reason: "tensor type \(type) is not read: use float, double or whole numbers")
    }
    guard tensor.dims.count <= Limits.rank else {
      throw .tooLarge(what: "\(location): axes", size: tensor.dims.count, limit: Limits.rank)
    }
    guard tensor.dims.allSatisfy({ $0 >= 0 }) else {
      throw .shape(location: location, reason: "a negative extent in \(tensor.dims)")
    }
    guard let count = Limits.product(tensor.dims.map { Int($0) }, limit: Limits.tensorElements) else {
      throw .tooLarge(
        what: "\(location): elements of shape \(tensor.dims)", size: .max, limit: Limits.tensorElements)
    }
    let shape = tensor.dims.map { Int($0) }
    let elements: Elements
    if tensor.dataLocation == 1 {
      elements = try raw(try externalBytes(count: count, type: type, external: external), type: type, kind: kind)
    } else if tensor.hasRawData {
      guard kind != .text else { throw .invalid(location: location, reason: "texts in raw_data") }
      guard tensor.rawData.count == count * Self.byteCount(of: type) else {
        throw .shape(
          location: location,
          reason: "\(tensor.rawData.count) bytes for \(count) elements of \(Self.byteCount(of: type)) bytes")
      }
      elements = try raw([UInt8](tensor.rawData), type: type, kind: kind)
    } else {
      elements = try listed(type: type, count: count)
    }
    return TracedValue(elements, shape: shape)
  }

  private func externalBytes(count: Int, type: Int, external: External) throws(ModelError) -> [UInt8] {
    let wanted = count * Self.byteCount(of: type)
    let reference = try ExternalReference(tensor.externalData, byteCount: wanted, location: location)
    guard Self.kind(of: type) != .text, let bytes = try external(reference) else {
      throw .externalData(location: reference.location, reason: "\(location) cannot be stored outside the model")
    }
    guard bytes.count == wanted else {
      throw .externalData(
        location: reference.location, reason: "\(bytes.count) bytes for \(location), which needs \(wanted)")
    }
    return bytes
  }

  /// Elements stored as little-endian bytes, as many as the type's size divides.
  private func raw(_ bytes: [UInt8], type: Int, kind: ElementKind) throws(ModelError) -> Elements {
    func word(_ index: Int, _ size: Int) -> UInt64 {
      var word: UInt64 = 0
      for byte in (0..<size).reversed() { word = word << 8 | UInt64(bytes[index * size + byte]) }
      return word
    }
    let size = Self.byteCount(of: type)
    let indices = 0..<(bytes.count / size)
    switch type {
    case 1: return .real(indices.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: word($0, 4)))) })
    case 11: return .real(indices.map { Double(bitPattern: word($0, 8)) })
    case 10: return .real(indices.map { Self.half(UInt16(truncatingIfNeeded: word($0, 2))) })
    case 16: return .real(indices.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: word($0, 2)) << 16)) })
    case 2, 4, 12, 13: return .integer(indices.map { Int64(truncatingIfNeeded: word($0, size)) })
    case 3: return .integer(indices.map { Int64(Int8(truncatingIfNeeded: word($0, 1))) })
    case 5: return .integer(indices.map { Int64(Int16(truncatingIfNeeded: word($0, 2))) })
    case 6: return .integer(indices.map { Int64(Int32(truncatingIfNeeded: word($0, 4))) })
    case 9: return .boolean(indices.map { word($0, 1) != 0 })
    default: return .integer(indices.map { Int64(bitPattern: word($0, 8)) })
    }
  }

  /// Elements stored in the list of their type.
  private func listed(type: Int, count: Int) throws(ModelError) -> Elements {
    let elements: Elements
    switch type {
    case 1: elements = .real(tensor.floatData.map { Double($0) })
    case 11: elements = .real(tensor.doubleData)
    case 10: elements = .real(tensor.int32Data.map { Self.half(UInt16(truncatingIfNeeded: $0)) })
    case 16:
      elements = .real(tensor.int32Data.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16)) })
    case 7: elements = .integer(tensor.int64Data)
    case 12, 13: elements = .integer(tensor.uint64Data.map { Int64(truncatingIfNeeded: $0) })
    case 9: elements = .boolean(tensor.int32Data.map { $0 != 0 })
    case 8:
      var texts: [String] = []
      for bytes in tensor.stringData {
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw .invalid(location: location, reason: "a text that is not UTF-8")
        }
        texts.append(text)
      }
      elements = .text(texts)
    default: elements = .integer(tensor.int32Data.map { Int64($0) })
    }
    guard elements.count == count else {
      throw .shape(location: location, reason: "\(elements.count) elements for the shape \(tensor.dims)")
    }
    return elements
  }

  /// A 16-bit float (1 sign, 5 exponent, 10 fraction bits) as a double.
  static func half(_ bits: UInt16) -> Double {
    let fraction = Double(bits & 0x3ff)
    let exponent = Int(bits >> 10 & 0x1f)
    let magnitude: Double
    switch exponent {
    case 0: magnitude = fraction * 0x1p-24
    case 31: magnitude = fraction == 0 ? .infinity : .nan
    default: magnitude = Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
    return bits >> 15 == 0 ? magnitude : -magnitude
  }
}
