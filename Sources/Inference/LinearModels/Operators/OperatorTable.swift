// SPDX-License-Identifier: Apache-2.0

/// A node's operands: `nil` where an optional input is left out.
struct Operands {
  let values: [TracedValue?]
  let node: NodeReader

  /// The operand at a position, which must be there.
  func required(_ position: Int, _ name: String = "") throws(ModelError) -> TracedValue {
    guard let value = optional(position) else {
      throw node.invalid("input \(position)\(name.isEmpty ? "" : " (\(name))") is missing")
    }
    return value
  }

  /// The operand at a position, where it is there.
  func optional(_ position: Int) -> TracedValue? {
    values.indices.contains(position) ? values[position] : nil
  }

  /// All operands; none may be left out.
  func all() throws(ModelError) -> [TracedValue] {
    var result: [TracedValue] = []
    for position in values.indices { result.append(try required(position)) }
    guard !result.isEmpty else { throw node.invalid("has no inputs") }
    return result
  }

  /// Whole numbers known without the row, such as axes or a shape.
  func integers(_ position: Int, _ name: String) throws(ModelError) -> [Int64]? {
    guard let value = optional(position) else { return nil }
    guard let integers = value.constant?.integers else {
      throw node.unsupported("its \(name) (input \(position)) is computed from the row or not made of whole numbers")
    }
    return integers
  }
}

/// Which operators are known, and what they do to traced values.
enum OperatorTable {
  typealias Handler = @Sendable (inout Tracer, Operands) throws(ModelError) -> [TracedValue]

  /// Every operator by name; those of `ai.onnx.ml` begin with `ml.`.
  static let handlers: [String: Handler] = {
    var table: [String: Handler] = [:]
    for family in [
      elementwiseOperators, activationOperators, shapeOperators, layoutOperators, constantOperators, linearOperators,
      classicOperators, reductionOperators, labelOperators,
    ] {
      table.merge(family) { first, _ in first }
    }
    return table
  }()
}
