// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import Testing

@Suite("Real models") struct FixtureTests {
  @Test(
    "Scores are the trained model's",
    arguments: [
      "bc_lda/model.onnx", "bc_lda/model_f64.onnx", "bc_minmax_logreg/model_f64.onnx", "bc_std_logreg/model.onnx",
      "bc_std_logreg/model_raw.onnx", "bc_std_ridgeclf/model.onnx", "diabetes_std_poisson/model.onnx",
      "diabetes_std_poisson/model_f64.onnx", "digits_ovr_logreg/model_raw.onnx", "digits_pca20_logreg/model_raw.onnx",
      "iris_string_labels/model.onnx", "iris_string_labels/model_f64.onnx", "iris_string_labels/model_nozipmap.onnx",
      "linnerud_multi_linear/model.onnx", "wine_ovo_linsvc/model.onnx", "wine_ovo_linsvc/model_f64.onnx",
      "wine_std_logreg/model_f64.onnx",
    ]) func scores(_ file: String) throws
  {
    let model = try LinearModel.load(path: try Fixture.path(file))
    let folder = String(file.prefix { $0 != "/" })
    let rows = try Fixture.numbers("\(folder)/input.csv")
    let want = try Fixture.numbers("\(folder)/expected_scores.csv")
    #expect(relativeError(rows.map { model.scores($0) }, want) < 1e-5)
  }

  @Test(
    "Labels are the trained model's",
    arguments: [
      "bc_lda/model.onnx", "bc_lda/model_f64.onnx", "bc_minmax_logreg/model_f64.onnx", "bc_std_logreg/model.onnx",
      "bc_std_logreg/model_raw.onnx", "bc_std_ridgeclf/model.onnx", "digits_ovr_logreg/model_raw.onnx",
      "digits_pca20_logreg/model_raw.onnx", "iris_string_labels/model.onnx", "iris_string_labels/model_f64.onnx",
      "iris_string_labels/model_nozipmap.onnx", "wine_ovo_linsvc/model.onnx", "wine_ovo_linsvc/model_f64.onnx",
      "wine_std_logreg/model_f64.onnx",
    ]) func labels(_ file: String) throws
  {
    let model = try LinearModel.load(path: try Fixture.path(file))
    let folder = String(file.prefix { $0 != "/" })
    let rows = try Fixture.numbers("\(folder)/input.csv")
    let want = try Fixture.cells("\(folder)/expected_predict.csv").map { $0[0] }
    let got = rows.map { model.postProcessing.label(scores: model.scores($0))?.description }
    #expect(got == want)
    #expect(model.postProcessing.hasLabels)
  }

  @Test(
    "Outputs are the file's",
    arguments: [
      ("bc_lda/model.onnx", "expected_onnx.csv", true), ("bc_std_logreg/model.onnx", "expected_onnx.csv", true),
      ("bc_std_ridgeclf/model.onnx", "expected_onnx.csv", true),
      ("diabetes_std_poisson/model.onnx", "expected_onnx.csv", false),
      ("iris_string_labels/model.onnx", "expected_onnx.csv", true),
      ("wine_ovo_linsvc/model.onnx", "expected_onnx.csv", true),
      ("linnerud_multi_linear/model.onnx", "expected_onnx.csv", false),
      ("edge_gemm_alpha_beta/model.onnx", "expected_onnx.csv", false),
      ("edge_lc_1row_2labels_logistic/model.onnx", "expected_onnx.csv", true),
      ("edge_lc_2row_softmax/model.onnx", "expected_onnx.csv", true),
      ("edge_lc_3class_none/model.onnx", "expected_onnx.csv", true),
      ("edge_scaler_scalar/model.onnx", "expected_onnx.csv", false),
      ("torch_bc_norm_sigmoid/model_dynamo.onnx", "expected_output.csv", false),
      ("torch_bc_norm_sigmoid/model_ts.onnx", "expected_output.csv", false),
      ("torch_digits_linear/model_dynamo.onnx", "expected_output.csv", false),
    ]) func outputs(_ file: String, _ expected: String, _ hasLabel: Bool) throws
  {
    let model = try LinearModel.load(path: try Fixture.path(file))
    let folder = String(file.prefix { $0 != "/" })
    let rows = try Fixture.numbers("\(folder)/input.csv")
    var want = try Fixture.cells("\(folder)/\(expected)")
    let scores = rows.map { model.scores($0) }
    if hasLabel {
      #expect(scores.map { model.postProcessing.label(scores: $0)?.description } == want.map { $0[0] })
      want = want.map { Array($0.dropFirst()) }
    }
    let numbers = want.map { $0.map { Double($0) ?? .nan } }
    #expect(relativeError(scores.map { model.postProcessing.outputs(scores: $0) }, numbers) < 2e-5)
    #expect(model.postProcessing.outputNames.count == numbers[0].count)
  }

  @Test("A report says what was folded and what is left")
  func report() throws {
    let model = try LinearModel.load(path: try Fixture.path("iris_string_labels/model.onnx"))
    #expect(model.report.format == "ONNX, ir 10")
    #expect(model.report.producer?.hasPrefix("skl2onnx") == true)
    #expect(model.report.foldedOperators == ["Scaler", "LinearClassifier"])
    #expect(model.report.clientOperators == ["LinearClassifier", "Normalizer", "ZipMap"])
    #expect(model.report.warnings.isEmpty)
    #expect(model.postProcessing.outputNames == ["proba_setosa", "proba_versicolor", "proba_virginica"])
    #expect(model.postProcessing.classes == [.string("setosa"), .string("versicolor"), .string("virginica")])
    let statistics = try #require(model.featureStatistics)
    #expect(statistics.count == 4)
    #expect(abs(statistics[0].centre - 5.802857) < 1e-5)
    #expect(abs(statistics[0].spread - 1 / 1.2203149795532227) < 1e-9)
  }

  @Test(
    "A binary softmax over mirrored scores is warned about", arguments: ["bc_lda/model.onnx", "bc_lda/model_f64.onnx"])
  func mirroredSoftmax(_ file: String) throws {
    let model = try LinearModel.load(path: try Fixture.path(file))
    #expect(model.scoreCount == 1)
    #expect(model.report.warnings.count == 1)
    let probability = model.postProcessing.outputs(scores: [1.5])[1]
    #expect(abs(probability - 1 / (1 + exp(-3.0))) < 1e-12)
  }

  @Test(
    "What is not linear is refused by operator",
    arguments: [
      ("unsupported_l2_normalizer_logreg/model.onnx", "operator Normalizer (node 0 'Normalizer'): divides by the norm"),
      ("torch_unsupported_relu/model_ts.onnx", "operator Relu (node 1 '/1/Relu'): compares"),
      ("torch_digits_mlp_square/model_dynamo_inline.onnx", "operator Mul (node 1 'node_mul'): multiplies two values"),
      ("edge_imputer_scaler_lr/model.onnx", "operator Imputer (node 0): tests features"),
      ("malformed/coef_nan.onnx", "LinearClassifier (node 1 'LinearClassifier'): coefficients are not finite"),
      ("malformed/cycle.onnx", "input 'probabilities' of Scaler (node 0 'Scaler') is not defined before it"),
      ("malformed/dangling_input.onnx", "input 'nowhere' of LinearClassifier"),
      ("malformed/not_onnx.onnx", "not an ONNX model: the bytes do not decode"),
      ("malformed/scaler_length_wrong.onnx", "Scaler (node 0 'Scaler'): 30 offsets and 29 scales for 30 features"),
      ("malformed/truncated.onnx", "not an ONNX model: the bytes do not decode"),
      ("malformed/unknown_domain_op.onnx", "operator Magic of domain 'com.acme' (node 1"),
      ("nowhere.onnx", "no such file"), ("malformed", "is not a plain file"),
    ]) func refused(_ file: String, _ message: String) throws
  {
    let path = try Fixture.path(file)
    let error = #expect(throws: ModelError.self) { try LinearModel.load(path: path) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
