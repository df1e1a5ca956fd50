// SPDX-License-Identifier: Apache-2.0

internal import Foundation

extension LinearModel {
  /// Reads the JSON form of a model: an object with these fields, of which only `coef` must be there.
  ///
  /// | field | value |
  /// | --- | --- |
  /// | `coef` | a list of numbers, or one such list a score |
  /// | `intercept` | a number, or one a score; 0 |
  /// | `mean`, `scale` | one number a feature: `(x - mean) / scale` comes before the product |
  /// | `classes` | whole numbers or texts, one a score, or two for a single score |
  /// | `link` | `identity` (also `none`), `logistic` (`sigmoid`, `logit`), `softmax` (`multinomial`), `exp` (`log`) |
  /// | `features` | the features' names |
  ///
  /// Names with scikit-learn's underscore (`coef_`, `intercept_`, …) are read as well.
  ///
  /// - Throws: `ModelError.json`, which names the field.
  public init(json bytes: [UInt8]) throws(ModelError) {
    guard bytes.count <= Limits.fileBytes else {
      throw .tooLarge(what: "bytes of the model", size: bytes.count, limit: Limits.fileBytes)
    }
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw .json(field: "", reason: "the text is not JSON, or holds a number out of range")
    }
    guard case .object(let object) = value else {
      throw .json(field: "", reason: "is \(value.name), not an object with the field \"coef\"")
    }
    let form = try JSONForm(object)
    let rows = try form.matrix("coef")
    let features = rows[0].count
    let intercepts = try form.vector("intercept") ?? []
    guard [0, 1, rows.count].contains(intercepts.count), rows.count == 1 || intercepts.count != 1 else {
      throw .json(field: "intercept", reason: "\(intercepts.count) numbers for \(rows.count) rows of coef")
    }
    let means = try form.vector("mean", count: features)
    let scales = try form.vector("scale", count: features)
    if let zero = scales?.firstIndex(of: 0) {
      throw .json(field: "scale", reason: "element \(zero) is zero, by which no feature can be divided")
    }
    var weights = rows
    var offsets = intercepts.isEmpty ? [Double](repeating: 0, count: rows.count) : intercepts
    for row in weights.indices {
      for feature in 0..<features {
        if let scales { weights[row][feature] /= scales[feature] }
        if let means { offsets[row] -= weights[row][feature] * means[feature] }
      }
    }
    let classes = try form.classes()
    if weights.count == 2, classes?.count == 2, zip(weights[0], weights[1]).allSatisfy({ $0 == -$1 }),
      offsets[0] == -offsets[1]
    {
      weights.removeFirst()
      offsets.removeFirst()
    }
    let postProcessing: PostProcessing
    do throws(ModelError) {
      postProcessing = try PostProcessing(link: try form.link(), scoreCount: weights.count, classes: classes)
    } catch {
      if case .invalid(_, let reason) = error { throw .json(field: "classes", reason: reason) }
      throw error
    }
    let names = try form.names("features")
    if let names, names.count != features {
      throw .json(field: "features", reason: "\(names.count) names for \(features) features")
    }
    let hasStatistics = scales?.allSatisfy { $0.isNormal } ?? false
    let statistics =
      hasStatistics
      ? zip(means ?? [Double](repeating: 0, count: features), scales ?? []).map {
        FeatureStatistics(centre: $0, spread: abs($1))
      } : nil
    try self.init(
      weights: weights, intercepts: offsets, featureNames: names, featureStatistics: statistics,
      postProcessing: postProcessing,
      report: ImportReport(
        format: "JSON", foldedOperators: (means == nil && scales == nil ? [] : ["scaling"]) + ["coef"],
        clientOperators: try form.link() == .identity ? [] : [try form.link().rawValue]))
  }
}
