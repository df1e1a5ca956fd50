// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import Testing

@Suite("The JSON form") struct JSONTests {
  private func load(_ text: String) throws -> LinearModel {
    try LinearModel(json: Array(text.utf8))
  }

  @Test("A scaled logistic model with names")
  func logistic() throws {
    let model = try load(
      """
      {"coef": [2, -1], "intercept": 0.5, "mean": [1, 2], "scale": [2, 4], "classes": ["bad", "good"],
       "link": "logistic", "features": ["age", "income"]}
      """)
    #expect(model.weights == [[1, -0.25]])
    #expect(model.intercepts == [0])
    #expect(model.featureNames == ["age", "income"])
    #expect(model.featureStatistics?.map(\.spread) == [2, 4])
    #expect(model.postProcessing.outputNames == ["proba_bad", "proba_good"])
    let probability = 1 / (1 + exp(-3.0))
    #expect(abs(model.postProcessing.outputs(scores: [3])[1] - probability) < 1e-15)
    #expect(model.postProcessing.label(scores: [3]) == .string("good"))
    #expect(model.postProcessing.label(scores: [0]) == .string("bad"))
  }

  @Test("Several classes, and scikit-learn's names")
  func softmax() throws {
    let model = try load(
      #"{"coef_": [[1, 0], [0, 1], [1, 1]], "intercept_": [0, 0, -1], "classes_": [3, 5, 7], "link": "softmax"}"#)
    #expect(model.scores([1, 4]) == [1, 4, 4])
    #expect(model.postProcessing.label(scores: [1, 4, 4]) == .integer(5))
    let outputs = model.postProcessing.outputs(scores: [0, 0, 0])
    #expect(outputs.allSatisfy { abs($0 - 1.0 / 3) < 1e-15 })
  }

  @Test("Regressors, with and without an inverse link")
  func regressors() throws {
    #expect(try load(#"{"coef": [1, 2]}"#).postProcessing.outputs(scores: [7]) == [7])
    let model = try load(#"{"coef": [[1, 2]], "intercept": [1], "link": "exp"}"#)
    #expect(model.postProcessing.outputs(scores: [2]) == [exp(2)])
    #expect(model.postProcessing.label(scores: [2]) == nil)
  }

  @Test("Mirrored rows fold to one score")
  func mirrored() throws {
    let model = try load(
      #"{"coef": [[-1, 2], [1, -2]], "intercept": [0.5, -0.5], "classes": [0, 1], "link": "softmax"}"#)
    #expect(model.weights == [[1, -2]])
    #expect(model.postProcessing.outputs(scores: [0]) == [0.5, 0.5])
  }

  @Test(
    "Errors name the field",
    arguments: [
      ("", "not JSON"), ("[1]", "not an object"), ("{}", "\"coef\": is missing"), (#"{"coef": []}"#, "\"coef\""),
      (#"{"coef": [1, "a"]}"#, "\"coef\": holds a text"), (#"{"coef": [[1], [1, 2]]}"#, "row 1"),
      (#"{"coef": [1], "intercept": [1, 2]}"#, "\"intercept\""), (#"{"coef": [1], "scale": [0]}"#, "element 0 is zero"),
      (#"{"coef": [1], "mean": [1, 2]}"#, "\"mean\": 2 numbers for 1"), (#"{"coef": [1], "link": "tanh"}"#, "\"link\""),
      (#"{"coef": [1], "classes": ["a"]}"#, ""), (#"{"coef": [1], "classes": ["a", 1]}"#, "\"classes\""),
      (#"{"coef": [1], "classes": [0, 1, 2]}"#, "\"classes\": 3 classes for 1"),
      (#"{"coef": [1], "classes": ["a", "a"]}"#, "\"classes\": holds 'a' twice"),
      (#"{"coef": [[1], [2], [3]], "classes": [4, 5, 4]}"#, "\"classes\": holds '4' twice"),
      (#"{"coef": [[1], [2], [3]], "classes": [1, 2, "1"]}"#, "\"classes\": holds '1' twice"),
      (#"{"coef": [[1], [-1]], "classes_": [2, 2]}"#, "\"classes\": holds '2' twice"),
      (#"{"coef": [1], "weights": 3}"#, "\"weights\": is not known"),
      (#"{"coef": [1], "features": ["a", "b"]}"#, "\"features\": 2 names"), (#"{"coef": [1e400]}"#, "JSON model"),
      (#"{"coef": [1e308], "scale": [1e-308]}"#, "not finite"), (#"{"coef": [null]}"#, "holds null"),
    ]) func refused(_ text: String, _ message: String) throws
  {
    if text.contains(#"["a"]}"#) {
      // One class for one score is a constant answer, and allowed.
      #expect(try load(text).postProcessing.label(scores: [1]) == .string("a"))
      return
    }
    let error = #expect(throws: ModelError.self) { try load(text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
