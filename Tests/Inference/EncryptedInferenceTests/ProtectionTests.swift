// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import Tacit
import TestSupport
import Testing

@testable import EncryptedInference

/// What replies tell of the weights.
@Suite struct ProtectionTests {
  /// The same rows scored twice give unrelated replies, in every part.
  @Test func repliesAreFresh() throws {
    var random = TestGenerator(seed: 0x7AC1_0600)
    let problem = try randomProblem(features: 8, scores: 2, rows: 3, whole: false, using: &random)
    let prepared = try makePrepared(problem.model, rows: problem.rows)
    let client = try ScoringClient(profile: prepared.client)
    let server = try ScoringServer(model: prepared.server)
    let upload = try client.encrypt(problem.rows)
    let first = try server.score(upload).serialized(parameters: server.parameters)
    let second = try server.score(upload).serialized(parameters: server.parameters)
    #expect(first.count == second.count)
    // Bytes after the headers agree by chance only: 1 in 256, here at most 1 in 64 (below 2^-60 for so many bytes).
    let header = 40 + 32 + 16 + 24 + 17
    let equal = zip(first, second).dropFirst(header).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    #expect(equal < (first.count - header) / 64)
    #expect(
      try client.decrypt(EncryptedScores(serialized: first, parameters: client.parameters))
        == client.decrypt(EncryptedScores(serialized: second, parameters: client.parameters)))
  }

  /// Replies hold the kept coefficients of c₀ and nothing else of it.
  @Test func onlyTargetsAreSent() throws {
    var random = TestGenerator(seed: 0x7AC1_0700)
    let problem = try randomProblem(features: 30, scores: 3, rows: 40, whole: false, using: &random)
    let prepared = try makePrepared(problem.model, rows: problem.rows)
    let client = try ScoringClient(profile: prepared.client)
    let server = try ScoringServer(model: prepared.server)
    let upload = try client.encrypt(problem.rows)
    let scores = try server.score(upload)
    let kept = scores.replies.reduce(0) { $0 + $1.ranges.reduce(0) { $0 + $1.count } }
    #expect(kept == upload.header.packing.rowsPerBlock * 3)
    let bytes = scores.serialized(parameters: server.parameters).count
    let bits = 64 - (server.parameters.literal.replyModulus ?? 0).leadingZeroBitCount
    #expect(bytes < 200 + (scores.replies.count * server.parameters.degree + kept) * bits / 8 + 8 * kept)
  }

  /// A server file tells nothing of its weights through the public digest: equal weights, different digests.
  @Test func digestsHideTheWeights() throws {
    let model = try makeModel(weights: [[1, 2]], intercepts: [3])
    let rows = [[0.0, 0.5], [16, 3.25]]
    let digests = try (0..<4).map { _ in try makePrepared(model, rows: rows).client.model }
    #expect(Set(digests).count == 4)
  }

  /// The client's file names no weight.
  @Test func profilesHoldNoWeights() throws {
    let model = try makeModel(weights: [[0.123456789, 2.718281828]], intercepts: [3.1415926])
    let prepared = try makePrepared(model, rows: [[0.0, 0.5], [16, 3.25]])
    let text = String(decoding: try prepared.client.serialized(), as: UTF8.self)
    for word in ["weights", "offsets", "salt", "0.1234", "2.718", "3.1415"] { #expect(!text.contains(word)) }
  }

  /// Models that differ by up to a percent in every weight, planned for the same ranges and precision.
  private func similarModels(protection: Protection) throws -> [PreparedModel] {
    var random = TestGenerator(seed: 0x7AC1_0E00)
    return try (0..<24).map { _ in
      let weights = [[1.75, -1.125, 0.8125], [0.3, 1.6, -1.9]].map {
        $0.map { $0 * Double.random(in: 0.99...1.01, using: &random) }
      }
      let model = try makeModel(weights: weights, intercepts: [0.25, -0.5])
      let plan = try InferencePlan(
        model: model, ranges: FeatureRange.symmetric(8, count: 3), largestScore: 16, protection: protection)
      return PreparedModel(model: model, plan: plan)
    }
  }

  /// The client's file does not tell the norm of the weights: similar models share a few files that differ in the
  /// model's name alone.
  @Test(arguments: [Protection.standard, .protected(bits: 40)])
  func profilesDoNotTellTheNorm(protection: Protection) throws {
    var texts: Set<String> = []
    for prepared in try similarModels(protection: protection) {
      let profile = prepared.client
      // What is left is powers of two and what was asked for.
      for value in [profile.scoreStep, profile.errorBound] { #expect(value.significand == 1, "\(value)") }
      #expect(profile.parameters.plaintextModulus.nonzeroBitCount == 1)
      if case .protected(let bits) = protection { #expect(profile.distanceBits == Double(bits)) }
      let text = String(decoding: try profile.serialized(), as: UTF8.self)
      texts.insert(
        text.split(separator: "\n").filter { !$0.contains("\"model\"") && !$0.contains("\"checksum\"") }
          .joined(separator: "\n"))
    }
    #expect(texts.count <= 4, "\(texts.count) files of 24 similar models")
  }

  /// A protected reply states a noise that follows from the parameters, whatever the weights are.
  @Test func repliesDoNotTellTheNorm() throws {
    for prepared in try similarModels(protection: .standard) {
      let client = try ScoringClient(profile: prepared.client)
      let server = try ScoringServer(model: prepared.server)
      let noise = try server.score(client.encrypt([[1, 2, 3], [3, 4, 5]])).noise
      let capacity = try #require(server.parameters.log2ReplyNoiseCapacity)
      let expected = NoiseBound(log2Deviation: -.infinity, log2Bounded: capacity - 0x1p-20, independent: false)
      #expect(noise == expected)
    }
  }
}
