// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import LinearModels

@Suite("Operators that fold") struct LinearOperatorTests {
  let row = [2.0, -1.0, 0.5]

  @Test("Elementwise arithmetic with constants")
  func elementwise() throws {
    var graph = GraphBuilder()
    graph.constant("c", [1, 2, 4], [3])
    graph.constant("one", [3], [])
    graph.add("Sub", ["x", "c"], ["a"])
    graph.add("Div", ["a", "c"], ["b"])
    graph.add("Mul", ["one", "b"], ["d"])
    graph.add("Neg", ["d"], ["e"])
    graph.add("Sub", ["c", "e"], ["f"])
    graph.add("Add", ["f", "x"], ["g"])
    graph.add("Pow", ["g", "unit"], ["y"])
    graph.constant("unit", [1], [])
    let model = try graph.load()
    let want = zip(row, [1.0, 2, 4]).map { x, c in c + 3 * (x - c) / c + x }
    #expect(isClose(model.outputs(row), want))
    #expect(model.featureCount == 3)
    #expect(model.report.clientOperators.isEmpty)
  }

  @Test("Matrix products from either side, and of constants")
  func products() throws {
    var graph = GraphBuilder()
    graph.constant("w", [1, 2, 3, 4, 5, 6], [3, 2])
    graph.constant("v", [1, -1, 2, 0.5], [2, 2])
    graph.add("MatMul", ["w", "v"], ["wv"])
    graph.add("MatMul", ["x", "wv"], ["a"])
    graph.add("Transpose", ["x"], ["t"])
    graph.add("Transpose", ["wv"], ["wvt"], ["perm": .integers([1, 0])])
    graph.add("MatMul", ["wvt", "t"], ["u"])
    graph.add("Transpose", ["u"], ["b"])
    graph.add("Concat", ["a", "b"], ["y"], ["axis": .integer(1)])
    let outputs = try graph.load().outputs(row)
    #expect(isClose(Array(outputs[..<2]), Array(outputs[2...])))
    // x · w = [2 - 3 + 2.5, 4 - 4 + 3] = [1.5, 3]
    #expect(isClose(Array(outputs[..<2]), [7.5, 0]))
  }

  @Test("Gemm with its factors and transpositions", arguments: [false, true])
  func gemm(_ isTransposed: Bool) throws {
    var graph = GraphBuilder()
    graph.constant("w", isTransposed ? [1, 3, 5, 2, 4, 6] : [1, 2, 3, 4, 5, 6], isTransposed ? [2, 3] : [3, 2])
    graph.constant("c", [10, 20], [2])
    graph.add(
      "Gemm", ["x", "w", "c"], ["y"],
      ["alpha": .real(2), "beta": .real(0.5), "transB": .integer(isTransposed ? 1 : 0)])
    let outputs = try graph.load().outputs(row)
    #expect(isClose(outputs, [8, 16]))
  }

  @Test("Batch normalisation uses its stored statistics")
  func batchNormalization() throws {
    var graph = GraphBuilder()
    for (name, values) in [("s", [1.0, 2, 3]), ("b", [0.0, 1, 0]), ("m", [1.0, 0, -1]), ("v", [4.0, 1, 9])] {
      graph.constant(name, values, [3])
    }
    graph.add("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], ["epsilon": .real(0)])
    let model = try graph.load()
    #expect(isClose(model.outputs(row), [0.5, -1, 1.5]))
  }

  @Test("Classic scaler and regressor")
  func classic() throws {
    var graph = GraphBuilder()
    graph.add("Scaler", ["x"], ["a"], domain: "ai.onnx.ml", ["offset": .reals([1, 0, 0]), "scale": .reals([0.5])])
    graph.add(
      "LinearRegressor", ["a"], ["y"], domain: "ai.onnx.ml",
      ["coefficients": .reals([1, 2, 4, 0, 0, 1]), "intercepts": .reals([1, -1]), "targets": .integer(2)])
    let model = try graph.load()
    // Scaled: [0.5, -0.5, 0.25].
    #expect(isClose(model.scores(row), [1.5, -0.75]))
    #expect(model.featureStatistics?.map(\.centre) == [1, 0, 0])
    #expect(model.featureStatistics?.map(\.spread) == [2, 2, 2])
    #expect(model.weights == [[0.5, 1, 2], [0, 0, 0.5]])
  }

  @Test("A linear support-vector regressor sums its vectors")
  func supportVectors() throws {
    var graph = GraphBuilder()
    graph.add(
      "SVMRegressor", ["x"], ["y"], domain: "ai.onnx.ml",
      [
        "kernel_type": .text("LINEAR"), "n_supports": .integer(2), "coefficients": .reals([2, -1]),
        "support_vectors": .reals([1, 0, 1, 0, 1, 0]), "rho": .reals([0.25]),
      ])
    let outputs = try graph.load().outputs(row)
    #expect(isClose(outputs, [6.25]))
  }

  @Test("Selections, slices and joins pick columns")
  func layout() throws {
    var graph = GraphBuilder()
    graph.constant("picked", [2, 0] as [Int64])
    graph.constant("start", [-2] as [Int64])
    graph.constant("end", [Int64.max])
    graph.constant("axis", [1] as [Int64])
    graph.add("ArrayFeatureExtractor", ["x", "picked"], ["a"], domain: "ai.onnx.ml")
    graph.add("Slice", ["x", "start", "end", "axis"], ["b"])
    graph.add("Gather", ["x", "axis"], ["c"], ["axis": .integer(1)])
    graph.add("Split", ["x"], ["d", "e", "f"], ["axis": .integer(1)])
    graph.add("Concat", ["a", "b", "c", "f", "d"], ["y"], ["axis": .integer(-1)])
    #expect(try graph.load().outputs(row) == [0.5, 2, -1, 0.5, -1, 0.5, 2])
  }

  @Test("A view computed from the input's shape keeps the rows")
  func view() throws {
    var graph = GraphBuilder(input: [nil, 2, 2])
    graph.constant("zero", [0] as [Int64])
    graph.constant("rest", [-1] as [Int64])
    graph.constant("scalar", [0.0], [])
    graph.add("Shape", ["x"], ["s"])
    graph.add("Gather", ["s", "zero"], ["n"])
    graph.add("Concat", ["n", "rest"], ["target"], ["axis": .integer(0)])
    graph.add("Reshape", ["x", "target"], ["flat"])
    graph.constant("w", [1, 10, 100, 1000], [4, 1])
    graph.add("MatMul", ["flat", "w"], ["y"])
    let model = try graph.load()
    #expect(model.featureCount == 4)
    #expect(model.outputs([1, 2, 3, 4]) == [4321])
  }

  @Test("A layer over a rank-3 input works on its last axis")
  func rankThree() throws {
    var graph = GraphBuilder(input: [nil, 2, 3])
    graph.constant("w", [1, 10, 100], [3, 1])
    graph.constant("b", [5], [1])
    graph.add("MatMul", ["x", "w"], ["a"])
    graph.add("Add", ["b", "a"], ["y"])
    #expect(try graph.load().outputs([1, 2, 3, 4, 5, 6]) == [326, 659])
  }

  @Test("A declared number of rows counts as the batch", arguments: [1, 8] as [Int64])
  func declaredBatch(_ count: Int64) throws {
    var graph = GraphBuilder(input: [count, 2, 2])
    graph.constant("target", [count, 4])
    graph.constant("axes", [1] as [Int64])
    graph.constant("w", [1, 10, 100, 1000], [4, 1])
    graph.add("Reshape", ["x", "target"], ["a"])
    graph.add("Unsqueeze", ["a", "axes"], ["b"])
    graph.add("Squeeze", ["b", "axes"], ["c"])
    graph.add("Flatten", ["c"], ["d"])
    graph.add("Dropout", ["d"], ["e"])
    graph.add("MatMul", ["e", "w"], ["y"])
    #expect(try graph.load().outputs([1, 2, 3, 4]) == [4321])
  }

  @Test("Named columns are the features in the order of the inputs")
  func columns() throws {
    var graph = GraphBuilder(input: [nil, 1])
    graph.addInput("age", [nil, 1])
    graph.addInput("count", [nil, 1], type: 7)
    graph.add("Cast", ["count"], ["number"], ["to": .integer(1)])
    graph.add("Concat", ["number", "x", "age"], ["a"], ["axis": .integer(1)])
    graph.constant("w", [1, 10, 100], [3, 1])
    graph.add("MatMul", ["a", "w"], ["y"])
    let model = try graph.load()
    #expect(model.featureNames == ["x", "age", "count"])
    #expect(model.weights == [[10, 100, 1]])
  }

  @Test("An open number of features is read off the first layer")
  func openWidth() throws {
    var graph = GraphBuilder(input: [nil, nil])
    graph.add("Scaler", ["x"], ["a"], domain: "ai.onnx.ml", ["offset": .reals([0]), "scale": .reals([2])])
    graph.add("Cast", ["x"], ["c"], ["to": .integer(1)])
    graph.constant("w", [1, 10, 100], [3, 1])
    graph.add("MatMul", ["c", "w"], ["y"])
    #expect(try graph.load().featureCount == 3)
  }

  @Test("Stored types decode", arguments: [1, 10, 11, 16] as [Int32])
  func storedTypes(_ type: Int32) throws {
    var tensor = ONNXTensor()
    tensor.name = "w"
    tensor.dims = [3, 1]
    tensor.dataType = type
    // 1, -2 and 0.5 in the four formats.
    switch type {
    case 1: tensor.rawData = .init([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f] as [UInt8])
    case 10: tensor.rawData = .init([0, 0x3c, 0, 0xc0, 0, 0x38] as [UInt8])
    case 11: tensor.doubleData = [1, -2, 0.5]
    default: tensor.rawData = .init([0x80, 0x3f, 0, 0xc0, 0, 0x3f] as [UInt8])
    }
    var graph = GraphBuilder()
    graph.model.graph.initializer.append(tensor)
    graph.add("MatMul", ["x", "w"], ["y"])
    #expect(try graph.load().weights == [[1, -2, 0.5]])
  }

  @Test("Half-precision numbers match the hardware's reading")
  func half() {
    #expect(TensorReader.half(0x3c00) == 1)
    #expect(TensorReader.half(0xc500) == -5)
    #expect(TensorReader.half(0x0001) == 0x1p-24)
    #expect(TensorReader.half(0x7bff) == 65504)
    #expect(TensorReader.half(0x7c00) == .infinity)
    #expect(TensorReader.half(0x7e00).isNaN)
  }
}
