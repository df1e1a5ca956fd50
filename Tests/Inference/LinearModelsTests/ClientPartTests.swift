// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import LinearModels

@Suite("What is left to the client") struct ClientPartTests {
  let row = [2.0, -1.0, 0.5]

  /// A graph with scores `s` = [1.5, 3] for the row above.
  static func scored(opset: Int64 = 18) -> GraphBuilder {
    var graph = GraphBuilder(opset: opset)
    graph.constant("w", [1, 2, 3, 4, 5, 6], [3, 2])
    graph.add("MatMul", ["x", "w"], ["s"])
    return graph
  }

  private func classifier(_ settings: [String: GraphBuilder.Setting]) throws -> LinearModel {
    var graph = GraphBuilder()
    graph.add("LinearClassifier", ["x"], ["label", "y"], domain: "ai.onnx.ml", settings)
    graph.outputs(["label", "y"])
    return try graph.load()
  }

  @Test("Mirrored rows are one score, that of the second class")
  func mirrored() throws {
    let model = try classifier([
      "coefficients": .reals([-1, -2, -4, 1, 2, 4]), "intercepts": .reals([-0.5, 0.5]),
      "classlabels_strings": .texts(["no", "yes"]), "post_transform": .text("LOGISTIC"),
    ])
    #expect(model.weights == [[1, 2, 4]])
    #expect(model.intercepts == [0.5])
    #expect(model.scores(row) == [2.5])
    let probability = 1 / (1 + exp(-2.5))
    #expect(isClose(model.outputs(row), [1 - probability, probability]))
    #expect(model.label(row) == "yes")
    #expect(model.postProcessing.label(scores: [-0.1]) == .string("no"))
    #expect(model.postProcessing.classes == [.string("no"), .string("yes")])
  }

  @Test("One row for two labels adds the other class", arguments: ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"])
  func oneRow(_ transform: String) throws {
    let model = try classifier([
      "coefficients": .reals([1, 2, 4]), "classlabels_ints": .integers([4, 7]), "post_transform": .text(transform),
    ])
    #expect(model.scores(row) == [2])
    let second = transform == "LOGISTIC" ? 1 / (1 + exp(-2.0)) : 2
    #expect(isClose(model.outputs(row), [1 - second, second]))
    #expect(model.label(row) == "7")
    #expect(model.postProcessing.label(scores: [0]) == .integer(4))
  }

  @Test("Classes of a multinomial classifier", arguments: ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"])
  func multinomial(_ transform: String) throws {
    let model = try classifier([
      "coefficients": .reals([1, 0, 0, 0, 1, 0, 0, 0, 0]), "classlabels_ints": .integers([10, 20, 30]),
      "post_transform": .text(transform),
    ])
    #expect(model.scores(row) == [2, -1, 0])
    let powers = [exp(2.0), exp(-1.0)]
    let want: [Double]
    switch transform {
    case "NONE": want = [2, -1, 0]
    case "LOGISTIC": want = [1 / (1 + exp(-2.0)), 1 / (1 + exp(1.0)), 0.5]
    case "SOFTMAX": want = (powers + [1]).map { $0 / (powers[0] + powers[1] + 1) }
    default: want = (powers + [0]).map { $0 / (powers[0] + powers[1]) }
    }
    #expect(isClose(model.outputs(row), want))
    #expect(model.label(row) == "10")
  }

  @Test("Heads are ordered by the Concat, not by the nodes")
  func heads() throws {
    var graph = GraphBuilder()
    for (name, feature) in [("b", 1), ("c", 2), ("a", 0)] {
      graph.constant("w\(name)", (0..<3).map { $0 == feature ? 1 : 0 }, [3, 1])
      graph.add("MatMul", ["x", "w\(name)"], ["s\(name)"])
      graph.add("Sigmoid", ["s\(name)"], ["p\(name)"])
    }
    graph.add("Concat", ["pa", "pb", "pc"], ["y"], ["axis": .integer(1)])
    #expect(try graph.load().scores(row) == row)
  }

  @Test("A logistic function written out reads the score itself")
  func writtenOut() throws {
    var graph = GraphBuilder()
    graph.constant("w", [1, 2, 4], [3, 1])
    graph.constant("one", [1], [])
    graph.add("MatMul", ["x", "w"], ["s"])
    graph.add("Neg", ["s"], ["n"])
    graph.add("Exp", ["n"], ["e"])
    graph.add("Add", ["one", "e"], ["d"])
    graph.add("Reciprocal", ["d"], ["y"])
    let model = try graph.load()
    #expect(model.scores(row) == [2])
    #expect(isClose(model.outputs(row), [1 / (1 + exp(-2.0))]))
    #expect(model.postProcessing.label(scores: [2]) == nil)
  }

  @Test("A threshold on a probability, with a table of labels")
  func threshold() throws {
    var graph = GraphBuilder(output: "p")
    graph.constant("w", [1, 2, 4], [3, 1])
    graph.constant("half", [0.5], [])
    graph.constant("table", [-3, 8] as [Int64])
    graph.constant("flat", [-1] as [Int64])
    graph.constant("one", [1], [])
    graph.add("MatMul", ["x", "w"], ["s"])
    graph.add("Sigmoid", ["s"], ["q"])
    graph.add("Greater", ["q", "half"], ["g"])
    graph.add("Cast", ["g"], ["i"], ["to": .integer(7)])
    graph.add("ArrayFeatureExtractor", ["table", "i"], ["l"], domain: "ai.onnx.ml")
    graph.add("Reshape", ["l", "flat"], ["label"])
    graph.add("Sub", ["one", "q"], ["r"])
    graph.add("Concat", ["r", "q"], ["p"], ["axis": .integer(1)])
    graph.outputs(["label", "p"])
    let model = try graph.load()
    #expect(model.scoreCount == 1)
    #expect(model.label(row) == "8")
    #expect(model.postProcessing.label(scores: [-1]) == .integer(-3))
    #expect(model.postProcessing.classes == [.integer(-3), .integer(8)])
    #expect(isClose(model.outputs(row).reversed(), [1 / (1 + exp(-2.0)), 1 - 1 / (1 + exp(-2.0))]))
  }

  @Test("Softmax by operator set: one axis, or all from the axis on", arguments: [11, 13] as [Int64])
  func softmax(_ opset: Int64) throws {
    var graph = Self.scored(opset: opset)
    graph.add("Softmax", ["s"], ["y"])
    let powers = [exp(1.5), exp(3.0)]
    #expect(isClose(try graph.load().outputs(row), powers.map { $0 / (powers[0] + powers[1]) }))
  }

  @Test("Elementwise and grouped endings")
  func endings() throws {
    let wanted: [(String, [String: GraphBuilder.Setting], [Double])] = [
      ("Exp", [:], [exp(1.5), exp(3)]), ("Abs", [:], [1.5, 3]), ("Sigmoid", [:], [1.5, 3].map { 1 / (1 + exp(-$0)) }),
      ("LogSoftmax", [:], [1.5, 3].map { $0 - log(exp(1.5) + exp(3.0)) }),
      ("ReduceSum", ["keepdims": .integer(0), "axes": .integers([1])], [4.5]),
      ("ReduceMean", ["axes": .integers([1])], [2.25]), ("ReduceMax", ["axes": .integers([1])], [3]),
      ("ReduceLogSumExp", ["axes": .integers([-1])], [log(exp(1.5) + exp(3.0))]),
      ("ArgMax", ["axis": .integer(1)], [1]), ("LpNormalization", ["p": .integer(1)], [1.0 / 3, 2.0 / 3]),
    ]
    for (name, settings, want) in wanted {
      var graph = Self.scored()
      graph.add(name, ["s"], ["y"], settings)
      let model = try graph.load()
      #expect(isClose(model.outputs(row), want), "\(name)")
    }
  }

  @Test("ArgMax alone gives whole numbers as labels")
  func argMax() throws {
    var graph = Self.scored()
    graph.add("ArgMax", ["s"], ["y"], ["axis": .integer(1), "keepdims": .integer(0)])
    let model = try graph.load()
    #expect(model.label(row) == "1")
    #expect(model.postProcessing.classes == [.integer(0), .integer(1)])
    #expect(model.scoreCount == 2)
  }

  @Test("Sums of scores are computed by the client from the scores themselves")
  func sums() throws {
    var graph = Self.scored()
    graph.constant("axes", [1] as [Int64])
    graph.add("Sigmoid", ["s"], ["p"])
    graph.add("ReduceSum", ["s", "axes"], ["t"])
    graph.add("Exp", ["t"], ["e"])
    graph.add("Mul", ["p", "e"], ["y"])
    let model = try graph.load()
    #expect(model.scoreCount == 2)
    #expect(isClose(model.outputs(row), [1.5, 3].map { exp(4.5) / (1 + exp(-$0)) }))
  }

  @Test("A regressor's targets stay apart even where one mirrors the other")
  func targets() throws {
    var graph = GraphBuilder()
    graph.constant("w", [-1, 1, -2, 2, -4, 4], [3, 2])
    graph.add("MatMul", ["x", "w"], ["y"])
    let model = try graph.load()
    #expect(model.scores(row) == [-2, 2])
    #expect(model.outputs(row) == [-2, 2])
    #expect(!model.postProcessing.hasLabels)
  }
}
