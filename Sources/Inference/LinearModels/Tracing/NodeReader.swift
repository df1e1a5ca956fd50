// SPDX-License-Identifier: Apache-2.0

/// One node of the graph with typed access to its attributes.
struct NodeReader {
  let node: ONNXNode
  let index: Int
  /// Version of the standard operators that the graph is written in.
  let opset: Int64

  var description: NodeDescription {
    NodeDescription(operatorName: node.opType, domain: node.domain, index: index, name: node.name)
  }

  /// The name under which the operator table knows the node.
  var key: String {
    switch node.domain {
    case "", "ai.onnx": node.opType
    case "ai.onnx.ml": "ml." + node.opType
    default: node.domain + "." + node.opType
    }
  }

  var location: String { description.description }

  func unsupported(_ reason: String) -> ModelError {
    .unsupportedOperator(description, reason: reason)
  }

  func shapeError(_ reason: String) -> ModelError {
    .shape(location: location, reason: reason)
  }

  func invalid(_ reason: String) -> ModelError {
    .invalid(location: location, reason: reason)
  }

  private func attribute(_ name: String) -> ONNXAttribute? {
    node.attribute.first { $0.name == name }
  }

  func has(_ name: String) -> Bool { attribute(name) != nil }

  func integer(_ name: String, default fallback: Int) throws(ModelError) -> Int {
    guard let attribute = attribute(name) else { return fallback }
    guard attribute.hasI else { throw invalid("attribute \(name.quoted) is not a whole number") }
    return Int(attribute.i)
  }

  func real(_ name: String, default fallback: Double) throws(ModelError) -> Double {
    guard let attribute = attribute(name) else { return fallback }
    guard attribute.hasF else { throw invalid("attribute \(name.quoted) is not a number") }
    guard attribute.f.isFinite else { throw ModelError.notFinite(location: "\(location): \(name)") }
    return Double(attribute.f)
  }

  func text(_ name: String, default fallback: String) throws(ModelError) -> String {
    guard let attribute = attribute(name) else { return fallback }
    guard attribute.hasS, let text = String(validating: attribute.s, as: UTF8.self) else {
      throw invalid("attribute \(name.quoted) is not a text")
    }
    return text
  }

  /// A list of finite numbers; empty where the attribute is missing.
  func reals(_ name: String) throws(ModelError) -> [Double] {
    let values = attribute(name)?.floats ?? []
    guard values.allSatisfy(\.isFinite) else { throw .notFinite(location: "\(location): \(name)") }
    return values.map { Double($0) }
  }

  func integers(_ name: String) -> [Int64] {
    attribute(name)?.ints ?? []
  }

  func texts(_ name: String) throws(ModelError) -> [String] {
    var result: [String] = []
    for bytes in attribute(name)?.strings ?? [] {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw invalid("attribute \(name.quoted) holds a text that is not UTF-8")
      }
      result.append(text)
    }
    return result
  }

  func tensor(_ name: String) -> ONNXTensor? {
    attribute(name)?.t.last
  }

  /// The attribute's raw list of 32-bit numbers, for constants.
  func floats(_ name: String) -> [Float]? { attribute(name)?.floats }

  /// The classes of a classifier or ZipMap: the first of the attributes that is there.
  func classes(_ integerName: String, _ textName: String) throws(ModelError) -> [ClassLabel] {
    let texts = try texts(textName)
    return texts.isEmpty ? integers(integerName).map { .integer($0) } : texts.map { .string($0) }
  }
}
