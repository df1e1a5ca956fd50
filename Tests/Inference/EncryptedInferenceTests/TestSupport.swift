// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import TestSupport

@testable import EncryptedInference

/// A linear model from numbers, through the JSON importer.
func makeModel(weights: [[Double]], intercepts: [Double]) throws -> LinearModel {
  let object: [String: Any] = ["coef": weights, "intercept": intercepts, "link": "identity"]
  return try LinearModel(json: Array(try JSONSerialization.data(withJSONObject: object)))
}

/// A random model and rows that fit it.
func randomProblem(
  features: Int, scores: Int, rows: Int, whole: Bool, using random: inout TestGenerator
) throws -> (model: LinearModel, rows: [[Double]]) {
  let weights = (0..<scores).map { _ in (0..<features).map { _ in Double.random(in: -2...2, using: &random) } }
  let intercepts = (0..<scores).map { _ in Double.random(in: -5...5, using: &random) }
  let table = (0..<rows).map { _ in
    (0..<features).map { _ in
      whole ? Double(Int.random(in: 0...16, using: &random)) : Double.random(in: -30...80, using: &random)
    }
  }
  return (try makeModel(weights: weights, intercepts: intercepts), table)
}

/// A plan over the rows themselves.
func makePrepared(
  _ model: LinearModel, rows: [[Double]], protection: Protection = .standard
) throws -> PreparedModel {
  let names = (0..<model.featureCount).map { "x\($0)" }
  let ranges = try FeatureRange.observed(in: rows, names: names)
  let largest = rows.flatMap { model.scores($0) }.map(abs).max()
  let plan = try InferencePlan(model: model, ranges: ranges, largestScore: largest, protection: protection)
  return PreparedModel(model: model, plan: plan)
}
