// SPDX-License-Identifier: Apache-2.0

/// A trained linear model, folded in double precision to one matrix and what the client does with its scores.
///
/// All preprocessing that is affine in the raw features (scaling, selection, principal components, normalisation with
/// stored statistics, chains of linear layers) is part of the matrix. A row's scores are `weights · row + intercepts`.
public struct LinearModel: Sendable {
  /// Raw features of a row.
  public let featureCount: Int
  /// The features' names, where the file knows them.
  public let featureNames: [String]?
  /// The folded matrix: one row a score, `featureCount` finite elements each.
  public let weights: [[Double]]
  /// The folded intercepts: one a score, finite.
  public let intercepts: [Double]
  /// Centre and spread of each raw feature where the model itself starts by scaling all of them: a hint for ranges.
  public let featureStatistics: [FeatureStatistics]?
  /// The client's part: from scores to outputs and labels.
  public let postProcessing: PostProcessing
  /// What the import has found.
  public let report: ImportReport

  /// Scores of a row: one for a binary classifier, one a class or target otherwise.
  public var scoreCount: Int { intercepts.count }

  /// A model from its parts, checked.
  ///
  /// - Throws: `ModelError.shape` where sizes do not fit, `.notFinite` where a weight is NaN or infinite.
  public init(
    weights: [[Double]], intercepts: [Double], featureNames: [String]? = nil,
    featureStatistics: [FeatureStatistics]? = nil, postProcessing: PostProcessing,
    report: ImportReport = ImportReport(format: "in memory")
  ) throws(ModelError) {
    let features = weights.first?.count ?? 0
    guard features > 0, weights.allSatisfy({ $0.count == features }) else {
      throw .shape(location: "weights", reason: "rows of different lengths, or none")
    }
    guard weights.count == intercepts.count, postProcessing.scoreCount == intercepts.count else {
      throw .shape(
        location: "weights",
        reason: "\(weights.count) rows, \(intercepts.count) intercepts and \(postProcessing.scoreCount) scores")
    }
    guard featureNames.map({ $0.count == features }) ?? true, featureStatistics.map({ $0.count == features }) ?? true
    else {
      throw .shape(location: "features", reason: "not as many names or statistics as the \(features) features")
    }
    guard weights.allSatisfy({ $0.allSatisfy(\.isFinite) }), intercepts.allSatisfy(\.isFinite) else {
      throw .notFinite(location: "the folded weights")
    }
    featureCount = features
    self.featureNames = featureNames
    self.weights = weights
    self.intercepts = intercepts
    self.featureStatistics = featureStatistics
    self.postProcessing = postProcessing
    self.report = report
  }

  /// The linear values of one row in the clear.
  ///
  /// - Parameter row: `featureCount` raw features.
  /// - Returns: `scoreCount` scores.
  public func scores(_ row: [Double]) -> [Double] {
    precondition(row.count == featureCount, "a row has as many elements as the model has features")
    return zip(weights, intercepts).map { weights, intercept in
      var sum = intercept
      for feature in 0..<featureCount { sum += weights[feature] * row[feature] }
      return sum
    }
  }
}
