// SPDX-License-Identifier: Apache-2.0

import Foundation
import SwiftProtobuf
import Testing

@testable import LinearModels

/// Writes small ONNX models for tests.
struct GraphBuilder {
  enum Setting {
    case integer(Int64)
    case integers([Int64])
    case real(Float)
    case reals([Float])
    case text(String)
    case texts([String])
    case tensor(ONNXTensor)
  }

  var model = ONNXModel()

  /// A graph with one float input `x` of the given extents; `nil` is an open one.
  init(input extents: [Int64?] = [nil, 3], opset: Int64 = 18, output: String = "y") {
    model.irVersion = 9
    model.producerName = "test"
    var operators = ONNXOperatorSet()
    operators.version = opset
    model.opsetImport = [operators]
    addInput("x", extents)
    outputs([output])
  }

  mutating func addInput(_ name: String, _ extents: [Int64?], type: Int32 = 1) {
    var input = ONNXValueInfo()
    input.name = name
    input.type.tensorType.elemType = type
    input.type.tensorType.shape.dim = extents.map { extent in
      var dimension = ONNXDimension()
      if let extent { dimension.dimValue = extent } else { dimension.dimParam = "N" }
      return dimension
    }
    model.graph.input.append(input)
  }

  mutating func outputs(_ names: [String]) {
    model.graph.output = names.map { name in
      var output = ONNXValueInfo()
      output.name = name
      return output
    }
  }

  static func tensor(_ values: [Double], _ shape: [Int64], name: String = "") -> ONNXTensor {
    var tensor = ONNXTensor()
    tensor.name = name
    tensor.dims = shape
    tensor.dataType = 11
    tensor.doubleData = values
    return tensor
  }

  static func tensor(_ values: [Int64], _ shape: [Int64], name: String = "") -> ONNXTensor {
    var tensor = ONNXTensor()
    tensor.name = name
    tensor.dims = shape
    tensor.dataType = 7
    tensor.int64Data = values
    return tensor
  }

  mutating func constant(_ name: String, _ values: [Double], _ shape: [Int64]) {
    model.graph.initializer.append(Self.tensor(values, shape, name: name))
  }

  mutating func constant(_ name: String, _ values: [Int64]) {
    model.graph.initializer.append(Self.tensor(values, [Int64(values.count)], name: name))
  }

  mutating func add(
    _ type: String, _ inputs: [String], _ outputs: [String], domain: String = "", _ settings: [String: Setting] = [:]
  ) {
    var node = ONNXNode()
    node.opType = type
    node.input = inputs
    node.output = outputs
    node.domain = domain
    for (name, setting) in settings.sorted(by: { $0.key < $1.key }) {
      var attribute = ONNXAttribute()
      attribute.name = name
      switch setting {
      case .integer(let value): attribute.i = value
      case .integers(let values): attribute.ints = values
      case .real(let value): attribute.f = value
      case .reals(let values): attribute.floats = values
      case .text(let value): attribute.s = .init(value.utf8)
      case .texts(let values): attribute.strings = values.map { .init($0.utf8) }
      case .tensor(let value): attribute.t = [value]
      }
      node.attribute.append(attribute)
    }
    model.graph.node.append(node)
  }

  func bytes() throws -> [UInt8] {
    try model.serializedBytes()
  }

  /// The model of this graph, without external weights.
  func load() throws -> LinearModel {
    try LinearModel(onnx: try bytes()) { (_, _, _) throws(ModelError) in [] }
  }

  /// The message with which this graph is refused.
  func refusal(sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let bytes = try bytes()
    let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) {
      try LinearModel(onnx: bytes) { (_, _, _) throws(ModelError) in [] }
    }
    return error?.description ?? ""
  }
}

extension LinearModel {
  /// Outputs of a row in the clear.
  func outputs(_ row: [Double]) -> [Double] { postProcessing.outputs(scores: scores(row)) }

  /// The label of a row in the clear.
  func label(_ row: [Double]) -> String? { postProcessing.label(scores: scores(row))?.description }
}

func isClose(_ got: [Double], _ want: [Double], _ tolerance: Double = 1e-12) -> Bool {
  got.count == want.count && zip(got, want).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}
