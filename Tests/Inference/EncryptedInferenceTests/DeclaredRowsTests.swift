// SPDX-License-Identifier: Apache-2.0

import Tacit
import TestSupport
import Testing

@testable import EncryptedInference

/// A client gets the scores of the rows that it declared, and of no others.
@Suite struct DeclaredRowsTests {
  /// Blocks of four rows, one to nine rows, both protections: the replies hold a coefficient for each declared row.
  @Test(arguments: [Protection.standard, .sharedWeights], 1...9)
  func unusedRowsAreNotAnswered(protection: Protection, rows: Int) throws {
    var random = TestGenerator(seed: 0x7AC1_0C00 + UInt64(rows))
    let problem = try randomProblem(features: 6, scores: 3, rows: rows, whole: false, using: &random)
    let prepared = try makePrepared(problem.model, rows: problem.rows, protection: protection)
    let client = try ScoringClient(profile: prepared.client)
    let server = try ScoringServer(model: prepared.server)
    let packing = try #require(
      Packing(
        degree: client.parameters.degree, featureCount: 6, outputCount: prepared.client.outputCount, rowsPerBlock: 4,
        featuresPerCiphertext: 5, outputsPerReply: 2))
    let scores = try server.score(try client.encrypt(problem.rows, packing: packing))
    let kept = scores.replies.reduce(0) { $0 + $1.ranges.reduce(0) { $0 + $1.count } }
    #expect(kept == rows * packing.outputCount)
    let bytes = scores.serialized(parameters: server.parameters)
    #expect(
      bytes.count == 40 + 72 + 17 + 16 + packing.cost(rows: rows, parameters: server.parameters).replyBytes)
    let read = try EncryptedScores(serialized: bytes, parameters: client.parameters)
    #expect(read.serialized(parameters: client.parameters) == bytes)
    #expect(try client.decrypt(read) == prepared.simulatedScores(problem.rows))
  }

  /// Whoever declares fewer rows than were encrypted gets fewer scores.
  @Test func aSmallerCountGivesFewerScores() throws {
    var random = TestGenerator(seed: 0x7AC1_0D00)
    let problem = try randomProblem(features: 4, scores: 1, rows: 8, whole: true, using: &random)
    let prepared = try makePrepared(problem.model, rows: problem.rows)
    let client = try ScoringClient(profile: prepared.client)
    let server = try ScoringServer(model: prepared.server)
    let upload = try client.encrypt(problem.rows)
    let header = upload.header
    #expect(header.blockCount == 1)
    let fewer = EncryptedRows(
      header: BatchHeader(model: header.model, key: header.key, rowCount: 3, packing: header.packing),
      publicKey: upload.publicKey, blocks: upload.blocks)
    let scores = try server.score(fewer)
    #expect(scores.replies.allSatisfy { $0.ranges.allSatisfy { $0.count == 3 } })
    #expect(try client.decrypt(scores) == Array(prepared.simulatedScores(problem.rows).prefix(3)))
  }
}
