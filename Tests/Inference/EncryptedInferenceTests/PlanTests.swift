// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import Tacit
import TestSupport
import Testing

@testable import EncryptedInference

@Suite struct PlanTests {
  /// The stated error bound holds for every accepted row, and the stated output bound for every number.
  @Test(arguments: [UInt64](1...24))
  func boundsHold(seed: UInt64) throws {
    var random = TestGenerator(seed: 0x7AC1_0100 + seed)
    let features = Int.random(in: 1...90, using: &random)
    let problem = try randomProblem(
      features: features, scores: Int.random(in: 1...6, using: &random), rows: 12, whole: seed % 3 == 0,
      using: &random)
    for protection in [Protection.standard, .sharedWeights] {
      let prepared = try makePrepared(problem.model, rows: problem.rows, protection: protection)
      let plan = prepared.plan.fixedPoint
      // Rows at the very edges of what is accepted, besides those planned with.
      let edges = (0..<8).map { _ in
        plan.columns.map { column in
          let bound = column.isWhole ? column.bound : column.bound - 1
          let integer =
            Int.random(in: 0...2, using: &random) == 0 ? Int64.random(in: -bound...bound, using: &random) : bound
          return column.centre + Double(Bool.random(using: &random) ? integer : -integer) * column.step
        }
      }
      for row in problem.rows + edges {
        let integers = try prepared.client.quantise([row])[0]
        let outputs = prepared.server.outputs(of: integers)
        #expect(outputs.allSatisfy { $0.magnitude <= plan.outputBound.magnitude }, "seed \(seed)")
        let exact = problem.model.scores(row)
        let rounded = prepared.client.scores(outputs: outputs)
        for (a, b) in zip(exact, rounded) {
          #expect(abs(a - b) <= plan.errorBound * (1 + 1e-9) + abs(a) * 1e-12, "seed \(seed), \(protection)")
        }
      }
      #expect(2 * UInt64(plan.outputBound) < prepared.plan.parameters.literal.plaintextModulus)
    }
  }

  @Test(arguments: [(Int64(0), 2, 5), (1, 3, 4), (-1, 3, 4), (123_456_789, 3, 10), (-987_654_321, 4, 8), (-512, 2, 10)])
  func digitsAddUp(value: Int64, count: Int, bits: Int) {
    let digits = FixedPointPlan.digits(of: value, count: count, bits: bits)
    #expect(digits.count == count)
    #expect(digits.reversed().reduce(0) { ($0 << Int64(bits)) + $1 } == value)
    #expect(digits.dropLast().allSatisfy { $0 >= -(1 << (bits - 1)) && $0 < 1 << (bits - 1) })
  }

  /// The statistical distance that the plan states covers every packing that it may be used with.
  @Test(arguments: [20, 40])
  func floodingCoversEveryPacking(bits: Int) throws {
    var random = TestGenerator(seed: 0x7AC1_0200)
    let problem = try randomProblem(features: 30, scores: 5, rows: 20, whole: false, using: &random)
    let prepared = try makePrepared(problem.model, rows: problem.rows, protection: .protected(bits: bits))
    let plan = prepared.plan
    let exponent = try #require(plan.floodExponent)
    let stated = try #require(plan.distanceBits)
    #expect(stated >= Double(bits))
    for rows in [1, 2, 7, 100, 540, 4096, 10_000] {
      let packing = plan.packing(rows: rows)
      for reply in 0..<packing.repliesPerBlock {
        // One coefficient's noise before flooding: Σ e·w over the group's weights, and the re-randomisation.
        let squares = packing.outputs(reply: reply).reduce(0.0) { sum, output in
          plan.fixedPoint.weights[output].reduce(sum) { $0 + Double($1) * Double($1) }
        }
        let deviation = ((10.5 + 1.0 / 12) * squares + 10.5 * (2 * Double(packing.degree) + 1)).squareRoot()
        let targets = Double(packing.targetRanges(reply: reply, rows: packing.rowsPerBlock).reduce(0) { $0 + $1.count })
        #expect(log2(targets * deviation) - Double(exponent + 1) <= -stated + 1e-9)
      }
    }
  }

  @Test func parametersAreSecureAndSmall() throws {
    var random = TestGenerator(seed: 0x7AC1_0300)
    let problem = try randomProblem(features: 64, scores: 10, rows: 50, whole: true, using: &random)
    for (protection, degree) in [(Protection.standard, 4096), (.sharedWeights, 2048), (.protected(bits: 40), 8192)] {
      let plan = try makePrepared(problem.model, rows: problem.rows, protection: protection).plan
      #expect(plan.parameters.degree == degree)
      let limit = try #require(SecurityTable.maximumModulusBits(degree: degree, level: .classical128))
      #expect(plan.parameters.rlwe.basis.productBits <= limit)
      #expect(plan.parameters.literal.moduli.allSatisfy { $0 < 1 << 46 })
    }
  }

  @Test func extremeModelsArePlannedOrRefused() throws {
    // Zero weights, one feature, weights of very different sizes.
    for weights in [[[0.0, 0.0]], [[1e-12]], [[1e9, 1e-9, 3.0]], [[Double.leastNonzeroMagnitude]]] {
      let model = try makeModel(weights: weights, intercepts: [0.25])
      let ranges = FeatureRange.symmetric(8, count: weights[0].count)
      let plan = try InferencePlan(model: model, ranges: ranges)
      #expect(plan.fixedPoint.errorBound.isFinite)
    }
    let wide = try makeModel(weights: [[1, 1]], intercepts: [0])
    #expect(throws: InferenceError.self) {
      try InferencePlan(model: wide, ranges: FeatureRange.symmetric(1e6, count: 2), largestScore: 1e-9)
    }
  }

  @Test func rangesFollowTheRows() throws {
    let ranges = try FeatureRange.observed(in: [[0, 1.5, 7], [16, -2.5, 7]], names: ["a", "b", "c"])
    #expect(ranges[0] == FeatureRange(lower: -8, upper: 24, isWhole: true))
    #expect(ranges[1] == FeatureRange(lower: -4.5, upper: 3.5))
    #expect(
      ranges[2] == FeatureRange(lower: -1, upper: 15, isWhole: true),
      "a constant column, widened as the wider whole one")
    let sparse = try FeatureRange.observed(in: [[0, 0, 3], [16, 0, 19], [16, 4, 3]], names: ["a", "b", "c"])
    #expect(sparse[1] == FeatureRange(lower: -8, upper: 12, isWhole: true))
    #expect(throws: InferenceError.self) { try FeatureRange.observed(in: [], names: ["a"]) }
    #expect(throws: InferenceError.self) { try FeatureRange.observed(in: [[.nan]], names: ["a"]) }
    #expect(throws: InferenceError.self) { try FeatureRange.observed(in: [[1, 2]], names: ["a"]) }
  }

  /// Symmetric ranges of every size are planned, and what one of them accepts every wider one accepts too.
  @Test(
    arguments: [[[0.5, -1.25, 2]], [[1e-5, 3e5, 1]], [[1e-200, 3, 0]], [[1, 2, 3], [3, 4, 5]]], [0.0, 1, -1e9])
  func widerBoundsAcceptMore(weights: [[Double]], intercept: Double) throws {
    let model = try makeModel(
      weights: weights, intercepts: [Double](repeating: intercept, count: weights.count))
    var widest = 0.0
    for exponent in stride(from: -48.0, through: 24, by: 0.25) {
      let bound = exp2(exponent)
      let plan = try InferencePlan(model: model, ranges: FeatureRange.symmetric(bound, count: 3))
      let client = PreparedModel(model: model, plan: plan).client
      func accepts(_ value: Double) -> Bool { (try? client.quantise([[value, -value, 0]])) != nil }
      #expect(accepts(bound), "2^\(exponent)")
      #expect(!accepts(bound * 1.01), "2^\(exponent)")
      #expect(accepts(widest), "2^\(exponent)")
      for factor in [1.01, 1.1, 1.2, 1.24] where accepts(bound * factor) { widest = max(widest, bound * factor) }
    }
  }

  /// About half as many rows as features tell the weights where inputs are as wide as those, about as many where they are
  /// narrow.
  @Test(arguments: [8, 64, 400])
  func revealingRowsFollowTheBits(features: Int) throws {
    var random = TestGenerator(seed: 0x7AC1_0F00)
    for whole in [false, true] {
      let weights = (0..<features).map { _ in Double.random(in: -1.9...1.9, using: &random) }
      let model = try makeModel(weights: [weights], intercepts: [0.75])
      let range = FeatureRange(lower: -1, upper: 1, isWhole: whole)
      let plan = try InferencePlan(model: model, ranges: [FeatureRange](repeating: range, count: features))
      let share = Double(plan.revealingRowCount - 1) / Double(features)
      #expect(whole ? share > 0.6 && share <= 1 : share > 0.3 && share < 0.6, "\(share)")
    }
  }
}
