// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import LinearModels

@Suite("Refusals") struct RefusalTests {
  @Test("A hidden layer is refused by its activation")
  func hiddenLayer() throws {
    var graph = ClientPartTests.scored()
    graph.constant("v", [1, 1], [2, 1])
    graph.add("Sigmoid", ["s"], ["h"])
    graph.add("MatMul", ["h", "v"], ["y"])
    let message = try graph.refusal()
    #expect(message.hasPrefix("operator Sigmoid (node 1): is not linear, and MatMul (node 2) multiplies"))
  }

  @Test("Operators by name, node and reason")
  func operators() throws {
    let refused: [(String, String)] = [
      ("Relu", "compares values"), ("Tanh", "is not linear"), ("Conv", "image networks"), ("If", "graphs of its own"),
      ("Frobnicate", "is not known"), ("TopK", "orders values"), ("LayerNormalization", "norm of the encrypted row"),
    ]
    for (name, reason) in refused {
      var graph = ClientPartTests.scored()
      graph.add(name, ["s"], ["y"])
      let message = try graph.refusal()
      #expect(message.hasPrefix("operator \(name) (node 1): "), "\(message)")
      #expect(message.contains(reason), "\(message)")
    }
  }

  @Test("Functions of the features themselves are refused", arguments: ["Sigmoid", "Exp", "Abs", "Softmax", "ArgMax"])
  func onFeatures(_ name: String) throws {
    var graph = GraphBuilder()
    graph.add(name, ["x"], ["y"], name == "ArgMax" ? ["axis": .integer(1)] : [:])
    #expect(try graph.refusal().hasPrefix("operator \(name) (node 0): "))
  }

  @Test("What mixes rows is refused")
  func mixedRows() throws {
    let wanted: [(String, [String], [String: GraphBuilder.Setting])] = [
      ("Reshape", ["x", "flat"], [:]), ("ReduceSum", ["x"], [:]), ("Flatten", ["x"], ["axis": .integer(0)]),
      ("Softmax", ["x"], ["axis": .integer(0)]), ("Concat", ["x", "x"], ["axis": .integer(0)]),
      ("Gather", ["x", "flat"], [:]), ("Squeeze", ["x", "zero"], [:]), ("Add", ["x", "rows"], [:]),
    ]
    for (name, inputs, settings) in wanted {
      var graph = GraphBuilder()
      graph.constant("flat", [-1] as [Int64])
      graph.constant("zero", [0] as [Int64])
      graph.constant("rows", [1, 2, 3, 4, 5, 6], [2, 3])
      graph.add(name, inputs, ["y"], settings)
      let message = try graph.refusal()
      #expect(message.contains("batch"), "\(name): \(message)")
      #expect(message.contains(name), "\(name): \(message)")
    }
  }

  @Test("The number of rows is no number to compute with")
  func batchSize() throws {
    var graph = ClientPartTests.scored()
    graph.add("Shape", ["x"], ["n"])
    graph.add("Cast", ["n"], ["f"], ["to": .integer(1)])
    graph.add("Mul", ["s", "f"], ["y"])
    #expect(try graph.refusal().hasPrefix("operator Mul (node 3)"))
  }

  @Test("NaN and infinite weights are refused", arguments: [Double.nan, .infinity, 1e308])
  func notFinite(_ value: Double) throws {
    var graph = GraphBuilder()
    graph.constant("w", [1, value, 0], [3, 1])
    graph.constant("f", [1e10], [])
    graph.add("MatMul", ["x", "w"], ["a"])
    graph.add("Mul", ["a", "f"], ["y"])
    #expect(try graph.refusal().contains("not finite"))
  }

  @Test("Names: cycles, missing values and double definitions")
  func names() throws {
    var cycle = GraphBuilder()
    cycle.add("Add", ["x", "y"], ["a"])
    cycle.add("Neg", ["a"], ["y"])
    #expect(try cycle.refusal().hasPrefix("input 'y' of Add (node 0) is not defined before it"))
    var twice = GraphBuilder()
    twice.add("Neg", ["x"], ["y"])
    twice.add("Neg", ["y"], ["y"])
    #expect(try twice.refusal().contains("defines 'y' again"))
    var missing = GraphBuilder(output: "z")
    missing.add("Neg", ["x"], ["y"])
    #expect(try missing.refusal().contains("'z' of the graph's outputs"))
  }

  @Test("Sizes are bounded before memory is taken")
  func sizes() throws {
    var many = GraphBuilder()
    many.constant("w", [], [Int64.max, Int64.max])
    many.add("MatMul", ["x", "w"], ["y"])
    #expect(try many.refusal().contains("above the limit"))
    var negative = GraphBuilder()
    negative.constant("w", [1], [-1])
    negative.add("MatMul", ["x", "w"], ["y"])
    #expect(try negative.refusal().contains("negative extent"))
    var short = GraphBuilder()
    short.constant("w", [1, 2], [3, 1])
    short.add("MatMul", ["x", "w"], ["y"])
    #expect(try short.refusal().contains("2 elements for the shape"))
    var wide = GraphBuilder(input: [nil, 1 << 40])
    wide.add("Neg", ["x"], ["y"])
    #expect(try wide.refusal().contains("above the limit"))
    var deep = GraphBuilder(input: [nil] + [Int64?](repeating: 1, count: 40))
    deep.add("Neg", ["x"], ["y"])
    #expect(try deep.refusal().contains("axes"))
    var filled = GraphBuilder()
    filled.constant("shape", [1 << 20, 1 << 20])
    filled.add("ConstantOfShape", ["shape"], ["c"])
    filled.add("Add", ["x", "c"], ["y"])
    #expect(try filled.refusal().contains("too large"))
  }

  @Test("Inputs that are no numbers")
  func inputs() throws {
    var text = GraphBuilder()
    text.addInput("status", [nil, 1], type: 8)
    text.add("Neg", ["x"], ["y"])
    #expect(try text.refusal().hasPrefix("input 'status': holds text"))
  }

  @Test("Shapes that do not fit")
  func shapes() throws {
    var graph = GraphBuilder()
    graph.constant("w", [1, 2], [2, 1])
    graph.add("MatMul", ["x", "w"], ["y"])
    #expect(try graph.refusal().contains("3 columns meet 2 rows"))
    var classifier = GraphBuilder()
    classifier.add(
      "LinearClassifier", ["x"], ["l", "y"], domain: "ai.onnx.ml",
      ["coefficients": .reals([1, 2, 3]), "classlabels_ints": .integers([0, 1]), "post_transform": .text("PROBIT")])
    #expect(try classifier.refusal().contains("PROBIT"))
  }

  @Test("Weights beside the model: only from its own folder")
  func externalData() throws {
    func model(_ location: String, offset: String = "0") throws -> [UInt8] {
      var graph = GraphBuilder()
      var tensor = ONNXTensor()
      tensor.name = "w"
      tensor.dims = [3, 1]
      tensor.dataType = 1
      tensor.dataLocation = 1
      tensor.externalData = [("location", location), ("offset", offset), ("length", "12")].map { key, value in
        var entry = ONNXStringEntry()
        entry.key = key
        entry.value = value
        return entry
      }
      graph.model.graph.initializer.append(tensor)
      graph.add("MatMul", ["x", "w"], ["y"])
      return try graph.bytes()
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "models-\(UInt64.random(in: 0 ... .max))")
    let inner = folder.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let weights = Data([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x80, 0x40])
    try weights.write(to: folder.appendingPathComponent("outside.data"))
    try weights.write(to: inner.appendingPathComponent("w.data"))
    try FileManager.default.createSymbolicLink(
      at: inner.appendingPathComponent("link.data"), withDestinationURL: folder.appendingPathComponent("outside.data"))
    let file = inner.appendingPathComponent("m.onnx")
    try Data(try model("w.data")).write(to: file)
    #expect(try LinearModel.load(path: file.path).weights == [[1, 2, 4]])
    let refused: [(String, String, String)] = [
      ("../outside.data", "0", "only a relative path"), ("/etc/passwd", "0", "only a relative path"),
      ("link.data", "0", "leads out of the model's folder"), ("none.data", "0", "is missing"),
      ("w.data", "4", "is cut"), ("w.data", "-4", "offset"), ("w.data", "9999999999999999999", "offset"),
      (".", "0", "leads out"),
    ]
    for (location, offset, reason) in refused {
      try Data(try model(location, offset: offset)).write(to: file)
      let error = #expect(throws: ModelError.self) { try LinearModel.load(path: file.path) }
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
  }
}
