// SPDX-License-Identifier: Apache-2.0

/// Why a model file is not taken.
///
/// Every message says what, where, and what to do about it.
public enum ModelError: Error, Sendable, Hashable {
  /// The file cannot be opened or read.
  case notReadable(path: String, reason: String)
  /// The bytes are not an ONNX model.
  case notONNX(reason: String)
  /// An operator that this importer cannot turn into a linear model and a client's part.
  case unsupportedOperator(NodeDescription, reason: String)
  /// A node, or the graph's output, reads a value that nothing before it defines.
  case undefinedInput(name: String, reader: String)
  /// Two values of the graph carry the same name.
  case duplicateName(name: String, second: String)
  /// Shapes do not fit together.
  case shape(location: String, reason: String)
  /// An attribute or constant is missing or out of range.
  case invalid(location: String, reason: String)
  /// A weight is NaN or infinite.
  case notFinite(location: String)
  /// Weights in a second file could not be taken.
  case externalData(location: String, reason: String)
  /// A field of the JSON form is missing or wrong.
  case json(field: String, reason: String)
  /// A size above the importer's limits.
  case tooLarge(what: String, size: Int, limit: Int)
  /// The model uses an input that the features of a row cannot carry.
  case unsupportedInput(name: String, reason: String)
}

/// Which node of the graph a message is about.
public struct NodeDescription: Sendable, Hashable, CustomStringConvertible {
  /// The operator's name, such as `Relu`.
  public let operatorName: String
  /// The operator's domain; empty for the standard one.
  public let domain: String
  /// The position in the graph's list of nodes, from zero.
  public let index: Int
  /// The node's own name, which may be empty.
  public let name: String

  /// Names a node.
  public init(operatorName: String, domain: String, index: Int, name: String) {
    self.operatorName = operatorName
    self.domain = domain
    self.index = index
    self.name = name
  }

  /// `Relu (node 3 '/1/Relu')`, with the domain where it is not the standard one.
  public var description: String {
    let origin = domain.isEmpty || domain == "ai.onnx" || domain == "ai.onnx.ml" ? "" : " of domain \(domain.quoted)"
    let label = name.isEmpty ? "" : " '\(name.shortened)'"
    return "\(operatorName.shortened)\(origin) (node \(index)\(label))"
  }
}

extension ModelError: CustomStringConvertible {
  /// The message for people.
  public var description: String {
    switch self {
    case .notReadable(let path, let reason):
      "\(path): \(reason)"
    case .notONNX(let reason):
      "not an ONNX model: \(reason); export the model again or check that the copy is complete"
    case .unsupportedOperator(let node, let reason):
      "operator \(node): \(reason)"
    case .undefinedInput(let name, let reader):
      "input \(name.quoted) of \(reader) is not defined before it: the graph is damaged or has a cycle; export it again"
    case .duplicateName(let name, let second):
      "\(second) defines \(name.quoted) again: every value of an ONNX graph has one definition; export it again"
    case .shape(let location, let reason):
      "\(location): \(reason)"
    case .invalid(let location, let reason):
      "\(location): \(reason)"
    case .notFinite(let location):
      "\(location) are not finite (NaN or infinite): train or export the model again"
    case .externalData(let location, let reason):
      "weights in \(location.quoted): \(reason)"
    case .json(let field, let reason):
      field.isEmpty ? "JSON model: \(reason)" : "JSON model, field \"\(field.shortened)\": \(reason)"
    case .tooLarge(let what, let size, let limit):
      "\(what): \(size) is above the limit of \(limit)"
    case .unsupportedInput(let name, let reason):
      "input \(name.quoted): \(reason)"
    }
  }
}

extension String {
  /// Names come from the file: cut, and without control characters, before they reach a terminal.
  var shortened: String {
    let visible = String(
      String.UnicodeScalarView(unicodeScalars.prefix(120).map { $0.value < 32 || $0.value == 127 ? "?" : $0 }))
    return visible.unicodeScalars.count < unicodeScalars.count ? visible + "…" : visible
  }

  /// The name between quotation marks.
  var quoted: String { "'\(shortened)'" }
}
