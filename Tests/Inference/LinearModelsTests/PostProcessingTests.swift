// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import LinearModels

@Suite("Client files") struct PostProcessingTests {
  @Test(
    "The client's part survives a file",
    arguments: ["wine_ovo_linsvc/model.onnx", "iris_string_labels/model.onnx", "diabetes_std_poisson/model.onnx"])
  func roundTrip(_ file: String) throws {
    let model = try LinearModel.load(path: try Fixture.path(file))
    let data = try JSONEncoder().encode(model.postProcessing)
    let decoded = try JSONDecoder().decode(PostProcessing.self, from: data)
    #expect(decoded == model.postProcessing)
    let scores = (0..<model.scoreCount).map { Double($0) - 0.5 }
    #expect(decoded.outputs(scores: scores) == model.postProcessing.outputs(scores: scores))
    #expect(decoded.label(scores: scores) == model.postProcessing.label(scores: scores))
  }

  private func decode(_ steps: String, output: Int = 0, label: String = "null", scores: Int = 2, names: Int = 2) throws
  {
    let list = (0..<names).map { "\"n\($0)\"" }.joined(separator: ", ")
    let text = """
      {"outputNames": [\(list)],
       "program": {"scoreCount": \(scores), "output": \(output), "label": \(label), "steps": [\(steps)]}}
      """
    _ = try JSONDecoder().decode(PostProcessing.self, from: Data(text.utf8))
  }

  private static let scores = #"{"operation": "scores", "inputs": []}"#

  @Test("A hostile program is refused when it is read")
  func hostile() throws {
    try decode(Self.scores)
    let zero = #"{"operation": "constant", "inputs": [], "constant": {"integer": [0]}}"#
    try decode("\(Self.scores), \(zero)", label: "1")
    let bad: [(String, Int, String, Int, Int)] = [
      ("", 0, "null", 2, 2), (Self.scores, 1, "null", 2, 2), (Self.scores, -1, "null", 2, 2),
      (Self.scores, 0, "0", 2, 2), (Self.scores, 0, "7", 2, 2), (Self.scores, 0, "null", 0, 0),
      (Self.scores, 0, "null", -1, 2), (Self.scores, 0, "null", 1 << 60, 2), (Self.scores, 0, "null", 2, 3),
      (#"{"operation": "explode", "inputs": []}"#, 0, "null", 2, 2),
      (#"{"operation": "negate", "inputs": [0]}"#, 0, "null", 2, 2),
      (Self.scores + #", {"operation": "select", "inputs": [0], "indices": [2]}"#, 1, "null", 2, 1),
      (Self.scores + #", {"operation": "select", "inputs": [0], "indices": [-1]}"#, 1, "null", 2, 1),
      (Self.scores + #", {"operation": "select", "inputs": [0]}"#, 1, "null", 2, 1),
      (Self.scores + #", {"operation": "sum", "inputs": [0], "width": 0}"#, 1, "null", 2, 1),
      (Self.scores + #", {"operation": "sum", "inputs": [0], "width": -2}"#, 1, "null", 2, 1),
      (Self.scores + #", {"operation": "sum", "inputs": [0], "width": 3}"#, 1, "null", 2, 1),
      (Self.scores + #", {"operation": "add", "inputs": [0]}"#, 1, "null", 2, 2),
      (Self.scores + #", {"operation": "not", "inputs": [0]}"#, 1, "null", 2, 2),
      (Self.scores + #", {"operation": "lookup", "inputs": [0, 0]}"#, 1, "null", 2, 2),
      (Self.scores + #", {"operation": "convert", "inputs": [0], "kind": "text"}"#, 0, "1", 2, 2),
      (Self.scores + #", {"operation": "constant", "inputs": []}"#, 0, "null", 2, 2),
    ]
    for (steps, output, label, count, names) in bad {
      #expect(throws: DecodingError.self, "\(steps)") {
        try decode(steps, output: output, label: label, scores: count, names: names)
      }
    }
  }

  @Test("Doubling a value step by step is stopped")
  func growth() throws {
    let joins = (0..<60).map { #"{"operation": "join", "inputs": [\#($0), \#($0)]}"# }
    #expect(throws: DecodingError.self) { try decode(([Self.scores] + joins).joined(separator: ", ")) }
  }

  @Test("No score can make a program trap", arguments: [Double.nan, .infinity, -.infinity, 1e300, -0.0])
  func extremeScores(_ score: Double) throws {
    for file in ["wine_ovo_linsvc/model.onnx", "iris_string_labels/model_f64.onnx", "digits_ovr_logreg/model_raw.onnx"]
    {
      let model = try LinearModel.load(path: try Fixture.path(file))
      let scores = [Double](repeating: score, count: model.scoreCount)
      #expect(model.postProcessing.outputs(scores: scores).count == model.postProcessing.outputNames.count)
      #expect(model.postProcessing.label(scores: scores) != nil)
    }
  }

  @Test("Positions and whole numbers are clamped")
  func clamped() {
    #expect(Int64(saturating: .nan) == 0)
    #expect(Int64(saturating: 1e30) == .max)
    #expect(Int64(saturating: -1e30) == .min)
    #expect(Int64(saturating: -2.9) == -2)
    let lookup = Step(operation: .lookup, inputs: [0, 1])
    let table = Elements.text(["a", "b", "c"])
    #expect(lookup.evaluated(on: [table, .integer([-1, 9, .min, 1])], scores: []) == .text(["c", "c", "a", "b"]))
    let divided = Step(operation: .divide, inputs: [0, 1])
    #expect(divided.evaluated(on: [.integer([7, .min]), .integer([0, -1])], scores: []) == .integer([0, .min]))
  }

  @Test("Named endings check their counts")
  func links() throws {
    #expect(throws: ModelError.self) { try PostProcessing(link: .identity, scoreCount: 0) }
    #expect(throws: ModelError.self) {
      try PostProcessing(link: .softmax, scoreCount: 3, classes: [.integer(0), .integer(1)])
    }
    #expect(throws: ModelError.self) {
      try PostProcessing(link: .softmax, scoreCount: 2, classes: [.integer(0), .string("b")])
    }
    #expect(throws: ModelError.self) { try PostProcessing(link: .identity, scoreCount: 2, outputNames: ["a"]) }
    #expect(try PostProcessing(link: .logistic, scoreCount: 3).outputs(scores: [0, 0, 0]) == [0.5, 0.5, 0.5])
  }
}
