// SPDX-License-Identifier: Apache-2.0

internal import SwiftProtobuf

/// The graph of a file, checked for what every ONNX graph must hold: one definition a name, before its use.
struct GraphReader {
  /// One input that carries features.
  struct FeatureInput {
    let name: String
    /// Extents for one row, with 1 at the batch axis.
    let shape: [Int]
    let batchAxis: Int?
  }

  let model: ONNXModel
  let nodes: [NodeReader]
  let initializers: [String: ONNXTensor]
  let inputs: [FeatureInput]
  /// The declared number of rows, where it is a number.
  let declaredBatch: Int?

  init(_ bytes: [UInt8]) throws(ModelError) {
    guard !bytes.isEmpty else { throw .notONNX(reason: "the file is empty") }
    guard bytes.count <= Limits.fileBytes else {
      throw .tooLarge(what: "bytes of the model", size: bytes.count, limit: Limits.fileBytes)
    }
    do {
      model = try ONNXModel(serializedBytes: bytes)
    } catch {
      throw .notONNX(reason: "the bytes do not decode (cut short, damaged or another format)")
    }
    guard model.hasGraph, !model.graph.node.isEmpty || !model.graph.output.isEmpty else {
      throw .notONNX(reason: "it holds no graph")
    }
    let graph = model.graph
    for (what, count) in [
      ("nodes", graph.node.count), ("constants", graph.initializer.count), ("inputs", graph.input.count),
      ("outputs", graph.output.count),
    ] where count > Limits.graphItems {
      throw .tooLarge(what: what, size: count, limit: Limits.graphItems)
    }
    let opset = model.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 1
    nodes = graph.node.enumerated().map { NodeReader(node: $1, index: $0, opset: opset) }
    initializers = try Self.checkedNames(graph, nodes: nodes)
    let features = graph.input.filter { [initializers] in initializers[$0.name] == nil }
    guard !features.isEmpty else { throw .notONNX(reason: "the graph has no input for features") }
    var inputs: [FeatureInput] = []
    var batches: Set<Int> = []
    for input in features {
      let (feature, batch) = try Self.feature(input, of: graph, nodes: nodes)
      inputs.append(feature)
      if let batch { batches.insert(batch) }
    }
    self.inputs = inputs
    declaredBatch = batches.count == 1 ? batches.first : nil
  }

  /// Checks that every name is defined once and before it is read; returns the constants by name.
  private static func checkedNames(
    _ graph: ONNXGraph, nodes: [NodeReader]
  ) throws(ModelError) -> [String: ONNXTensor] {
    var constants: [String: ONNXTensor] = [:]
    for tensor in graph.initializer {
      guard constants.updateValue(tensor, forKey: tensor.name) == nil else {
        throw .duplicateName(name: tensor.name, second: "a constant")
      }
    }
    var defined = Set(constants.keys)
    var inputs: Set<String> = []
    for input in graph.input {
      guard inputs.insert(input.name).inserted else {
        throw .duplicateName(name: input.name, second: "an input of the graph")
      }
    }
    defined.formUnion(inputs)
    for node in nodes {
      for name in node.node.input where !name.isEmpty && !defined.contains(name) {
        throw .undefinedInput(name: name, reader: node.location)
      }
      for name in node.node.output where !name.isEmpty {
        guard defined.insert(name).inserted else { throw .duplicateName(name: name, second: node.location) }
      }
    }
    guard !graph.output.isEmpty else { throw .notONNX(reason: "the graph has no outputs") }
    for output in graph.output where !defined.contains(output.name) {
      throw .undefinedInput(name: output.name, reader: "the graph's outputs")
    }
    return constants
  }

  /// The shape of one input for one row, and the number of rows that it declares.
  private static func feature(
    _ input: ONNXValueInfo, of graph: ONNXGraph, nodes: [NodeReader]
  ) throws(ModelError) -> (FeatureInput, batch: Int?) {
    guard input.type.hasTensorType else {
      throw .unsupportedInput(name: input.name, reason: "is not a tensor: export the model with tensor inputs")
    }
    let type = input.type.tensorType
    switch TensorReader.kind(of: Int(type.elemType)) {
    case .real, .integer: break
    case .text:
      throw .unsupportedInput(
        name: input.name,
        reason:
          "holds text: make number columns of it (one-hot) before rows are encrypted, and export the model behind that")
    case .boolean, nil:
      throw .unsupportedInput(name: input.name, reason: "has element type \(type.elemType), which is not a number")
    }
    guard type.hasShape, !type.shape.dim.isEmpty else {
      let width = try inferredWidth(of: input.name, in: graph, nodes: nodes)
      return (FeatureInput(name: input.name, shape: [1, width], batchAxis: 0), nil)
    }
    let dimensions = type.shape.dim
    guard dimensions.count <= Limits.rank else {
      throw .tooLarge(what: "axes of input \(input.name.quoted)", size: dimensions.count, limit: Limits.rank)
    }
    func extent(_ axis: Int) -> Int? {
      dimensions[axis].hasDimValue && dimensions[axis].dimValue > 0 ? Int(dimensions[axis].dimValue) : nil
    }
    // A single axis of known extent above one is a row without a batch.
    if dimensions.count == 1, let count = extent(0), count > 1 {
      return (FeatureInput(name: input.name, shape: [try checked(count, input.name)], batchAxis: nil), nil)
    }
    var shape = [1]
    for axis in dimensions.indices.dropFirst() {
      if let count = extent(axis) {
        shape.append(count)
      } else if axis == 1, dimensions.count == 2 {
        shape.append(try inferredWidth(of: input.name, in: graph, nodes: nodes))
      } else {
        throw .unsupportedInput(
          name: input.name,
          reason: "has an open extent at axis \(axis): export the model with fixed extents behind the batch axis")
      }
    }
    guard let count = Limits.product(shape, limit: Limits.features) else {
      throw .tooLarge(what: "features of input \(input.name.quoted)", size: .max, limit: Limits.features)
    }
    _ = try checked(count, input.name)
    return (FeatureInput(name: input.name, shape: shape, batchAxis: 0), extent(0))
  }

  private static func checked(_ count: Int, _ name: String) throws(ModelError) -> Int {
    guard count > 0 else { throw .unsupportedInput(name: name, reason: "has no features") }
    guard count <= Limits.features else {
      throw .tooLarge(what: "features of input \(name.quoted)", size: count, limit: Limits.features)
    }
    return count
  }

  /// The number of features that the first operators show, where the input leaves it open.
  private static func inferredWidth(
    of name: String, in graph: ONNXGraph, nodes: [NodeReader]
  ) throws(ModelError) -> Int {
    var names: Set<String> = [name]
    func dims(_ constant: String) -> [Int64]? { graph.initializer.first { $0.name == constant }?.dims }
    for node in nodes where node.node.input.contains(where: names.contains) {
      var width: Int64?
      switch node.key {
      case "Cast", "Identity", "Flatten", "Dropout":
        names.formUnion(node.node.output)
      case "ml.Scaler":
        width = max(Int64(try node.reals("offset").count), Int64(try node.reals("scale").count))
      case "ml.LinearClassifier":
        let rows = try max(node.reals("intercepts").count, 1)
        width = Int64(try node.reals("coefficients").count / rows)
      case "ml.LinearRegressor":
        width = Int64(try node.reals("coefficients").count / max(1, try node.integer("targets", default: 1)))
      case "MatMul", "Gemm":
        guard node.node.input.count > 1, let matrix = dims(node.node.input[1]), matrix.count == 2 else { break }
        width = try node.integer("transB", default: 0) != 0 ? matrix[1] : matrix[0]
      case "BatchNormalization":
        width = node.node.input.count > 1 ? dims(node.node.input[1])?.first : nil
      case "Add", "Sub", "Mul", "Div":
        width = node.node.input.lazy.compactMap { dims($0)?.last }.max()
        names.formUnion(node.node.output)
      default: break
      }
      if let width, width > 1 { return try checked(Int(width), name) }
    }
    throw .unsupportedInput(
      name: name,
      reason: "does not say how many features a row has, and the graph does not show it: export with a fixed number")
  }
}
