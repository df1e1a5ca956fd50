// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import Tacit
import TestSupport
import Testing

@testable import EncryptedInference

@Suite struct ScoringTests {
  /// Encrypted scores are exactly those of the same arithmetic in the clear, whatever the packing.
  @Test(arguments: [
    (1, 64, 10, true), (33, 30, 1, false), (540, 17, 3, false), (4100, 3, 2, true), (5, 5000, 2, false),
  ])
  func encryptedEqualsSimulated(rows: Int, features: Int, scores: Int, whole: Bool) throws {
    var random = TestGenerator(seed: 0x7AC1_0400 + UInt64(rows))
    let problem = try randomProblem(features: features, scores: scores, rows: rows, whole: whole, using: &random)
    for protection in [Protection.standard, .sharedWeights] {
      let prepared = try makePrepared(problem.model, rows: problem.rows, protection: protection)
      let client = try ScoringClient(profile: prepared.client)
      let server = try ScoringServer(model: prepared.server)
      let upload = try client.encrypt(problem.rows).serialized(parameters: client.parameters)
      let reply = try server.score(
        EncryptedRows(serialized: upload, parameters: server.parameters), parallelism: rows == 540 ? 2 : 1
      ).serialized(parameters: server.parameters)
      let result = try client.decrypt(EncryptedScores(serialized: reply, parameters: client.parameters))
      #expect(result == (try prepared.simulatedScores(problem.rows)))
    }
  }

  /// Packings that the planner would not choose compute the same.
  @Test func otherPackingsAgree() throws {
    var random = TestGenerator(seed: 0x7AC1_0500)
    let problem = try randomProblem(features: 12, scores: 7, rows: 10, whole: false, using: &random)
    let prepared = try makePrepared(problem.model, rows: problem.rows)
    let client = try ScoringClient(profile: prepared.client)
    let server = try ScoringServer(model: prepared.server)
    let expected = try prepared.simulatedScores(problem.rows)
    for (block, share, group) in [(1, 1, 1), (3, 5, 2), (10, 12, 7), (10, 1, 7), (4096, 1, 1), (341, 12, 1)] {
      let packing = try #require(
        Packing(
          degree: client.parameters.degree, featureCount: 12, outputCount: 7, rowsPerBlock: block,
          featuresPerCiphertext: share, outputsPerReply: group))
      let scores = try server.score(try client.encrypt(problem.rows, packing: packing))
      #expect(try client.decrypt(scores) == expected)
    }
  }

  @Test func rowsThatDoNotFitAreNamed() throws {
    let model = try makeModel(weights: [[1, 2]], intercepts: [0])
    let prepared = try makePrepared(model, rows: [[0, 0.5], [16, 3.25]])
    let client = try ScoringClient(profile: prepared.client)
    func message(_ rows: [[Double]]) -> String {
      do {
        _ = try client.encrypt(rows)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(message([[1, 1], [25, 1]]).hasPrefix("row 2, column \"x0\": 25.0 lies outside -8.0 … 24.0"))
    #expect(message([[1, 1], [1, -9]]).hasPrefix("row 2, column \"x1\": -9.0 lies outside"))
    #expect(message([[2.5, 1]]).hasPrefix("row 1, column \"x0\": 2.5 is not a whole number"))
    #expect(message([[1, .nan]]) == "row 1, column \"x1\": not a finite number")
    #expect(message([[1, .infinity]]) == "row 1, column \"x1\": not a finite number")
    #expect(message([[1]]) == "row 1: 1 values; the model has 2 features")
    #expect(message([]) == "there are no rows")
    #expect(message([[24, 4.6]]) == "accepted")
  }

  @Test func wrongKeysAndModelsAreRefused() throws {
    let model = try makeModel(weights: [[1, 2]], intercepts: [0])
    let rows = [[0.0, 0.5], [16, 3.25]]
    let first = try makePrepared(model, rows: rows)
    let second = try makePrepared(model, rows: rows)
    #expect(first.client.model != second.client.model, "the salt makes each preparation a model of its own")
    let alice = try ScoringClient(profile: first.client)
    let bob = try ScoringClient(profile: first.client)
    let other = try ScoringClient(profile: second.client)
    let server = try ScoringServer(model: first.server)
    let upload = try alice.encrypt(rows)
    let scores = try server.score(upload)
    #expect(
      performing: { try bob.decrypt(scores) },
      throws: { ($0 as? InferenceError)?.description == RLWEError.wrongKey.description })
    #expect(performing: { try other.decrypt(scores) }, throws: { "\($0)".contains("made for model") })
    let stranger = try ScoringServer(model: second.server)
    #expect(performing: { try stranger.score(upload) }, throws: { "\($0)".contains("made for model") })
    // A protected model does not answer rows without a public key: the reply would tell its weights.
    let stripped = EncryptedRows(header: upload.header, publicKey: nil, blocks: upload.blocks)
    #expect(performing: { try server.score(stripped) }, throws: { "\($0)".contains("no public key") })
  }
}
