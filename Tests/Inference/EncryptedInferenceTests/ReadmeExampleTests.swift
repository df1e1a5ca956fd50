// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

// The README's example, between the two marks, compiled and run as it stands there.
// begin README
import EncryptedInference
import LinearModels

/// Scores rows that the server cannot read.
func scoreInPrivate(_ rows: [[Double]], modelFile: String, trainingRows: [[Double]]) throws -> [ClassLabel?] {
  // The server, once: fold the model, plan integers and encryption parameters for inputs like these.
  let model = try LinearModel.load(path: modelFile)
  let names = model.featureNames ?? (0..<model.featureCount).map { "x\($0)" }
  let plan = try InferencePlan(model: model, ranges: try FeatureRange.observed(in: trainingRows, names: names))
  let prepared = PreparedModel(model: model, plan: plan)
  let server = try ScoringServer(model: prepared.server)  // holds the weights

  // The client: all it knows of the model is `prepared.client`. Its secret key never leaves it.
  let client = try ScoringClient(profile: prepared.client)
  let upload = try client.encrypt(rows).serialized(parameters: client.parameters)

  // The server again, with nothing but bytes.
  let request = try EncryptedRows(serialized: upload, parameters: server.parameters)
  let reply = try server.score(request).serialized(parameters: server.parameters)

  // And the client opens the answer.
  let scores = try client.decrypt(EncryptedScores(serialized: reply, parameters: client.parameters))
  return scores.map { client.profile.postProcessing.label(scores: $0) }
}
// end README

@Suite struct ReadmeExampleTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func lines(_ path: String) throws -> [String] {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func table(_ path: String) throws -> [[Double]] {
    try lines(path).dropFirst().filter { !$0.isEmpty }.map { $0.split(separator: ",").map { Double($0) ?? .nan } }
  }

  /// Requires that the README's code block of this number, from 0, is what stands between the marks of a file.
  static func requireInReadme(_ path: String, number: Int) throws {
    let source = try lines(path)
    let begin = try #require(source.firstIndex(of: "// begin README"))
    let end = try #require(source.firstIndex(of: "// end README"))
    let readme = try lines("README.md")
    let fences = readme.indices.filter { readme[$0] == "```swift" }
    let fence = try #require(fences.dropFirst(number).first)
    let close = try #require(readme[fence...].firstIndex(of: "```"))
    #expect(Array(readme[(fence + 1)..<close]) == Array(source[(begin + 1)..<end]))
  }

  @Test func exampleInTheReadmeIsThisOne() throws {
    try Self.requireInReadme("Tests/Inference/EncryptedInferenceTests/ReadmeExampleTests.swift", number: 0)
  }

  @Test func exampleGivesTheModelsLabels() throws {
    let folder = Self.root.appendingPathComponent("Examples/breast_cancer").path
    let labels = try scoreInPrivate(
      Self.table("Examples/breast_cancer/rows.csv"), modelFile: folder + "/model.onnx",
      trainingRows: Self.table("Examples/breast_cancer/train.csv"))
    let expected = try Self.lines("Examples/breast_cancer/expected_labels.csv").dropFirst().filter { !$0.isEmpty }
    #expect(labels.map { $0.map { "\($0)" } ?? "" } == Array(expected))
  }
}
