// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels
import Tacit
import TestSupport
import Testing

@testable import EncryptedInference

/// Every file that travels, damaged in every way: an error or a valid object, never a trap.
@Suite struct FilesTests {
  private struct Fixture {
    let prepared: PreparedModel
    let parameters: BFVParameters
    let rows: [UInt8]
    let scores: [UInt8]
  }

  private func fixture() throws -> Fixture {
    var random = TestGenerator(seed: 0x7AC1_0800)
    let problem = try randomProblem(features: 5, scores: 2, rows: 3, whole: true, using: &random)
    let prepared = try makePrepared(problem.model, rows: problem.rows, protection: .sharedWeights)
    let client = try ScoringClient(profile: prepared.client)
    let server = try ScoringServer(model: prepared.server)
    let upload = try client.encrypt(problem.rows)
    return Fixture(
      prepared: prepared, parameters: server.parameters, rows: upload.serialized(parameters: client.parameters),
      scores: try server.score(upload).serialized(parameters: server.parameters))
  }

  @Test func everyTruncationIsRefused() throws {
    let fixture = try fixture()
    for bytes in [fixture.rows, fixture.scores] {
      // Every length in the headers, then a sample.
      for length in Array(0..<200) + Array(stride(from: 200, to: bytes.count, by: 97)) where length < bytes.count {
        #expect(throws: WireError.self) {
          try EncryptedRows(serialized: Array(bytes.prefix(length)), parameters: fixture.parameters)
        }
        #expect(throws: WireError.self) {
          try EncryptedScores(serialized: Array(bytes.prefix(length)), parameters: fixture.parameters)
        }
      }
    }
    #expect(throws: WireError.trailingBytes(1)) {
      try EncryptedRows(serialized: fixture.rows + [0], parameters: fixture.parameters)
    }
    #expect(throws: WireError.trailingBytes(1)) {
      try EncryptedScores(serialized: fixture.scores + [0], parameters: fixture.parameters)
    }
  }

  @Test func damageNeverTraps() throws {
    let fixture = try fixture()
    let seed: UInt64 = 0x7AC1_0900
    var random = TestGenerator(seed: seed)
    let server = try ScoringServer(model: fixture.prepared.server)
    let client = try ScoringClient(profile: fixture.prepared.client)
    for round in 0..<600 {
      var rows = fixture.rows
      var scores = fixture.scores
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        // Half of the damage in the headers, where lengths are.
        let reach = round % 2 == 0 ? 160 : rows.count
        rows[Int.random(in: 0..<reach, using: &random)] = UInt8.random(in: 0...255, using: &random)
        scores[Int.random(in: 0..<min(reach, scores.count), using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if let read = try? EncryptedRows(serialized: rows, parameters: fixture.parameters) {
        _ = try? server.score(read)
      }
      if let read = try? EncryptedScores(serialized: scores, parameters: fixture.parameters) {
        _ = try? client.decrypt(read)
      }
    }
  }

  /// Sizes that a header could ask for are refused before anything is allocated.
  @Test func hugeCountsAreRefused() throws {
    let fixture = try fixture()
    for offset in stride(from: 88, to: 112, by: 4) {
      var bytes = fixture.rows
      bytes.replaceSubrange(offset..<offset + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
      #expect(throws: WireError.self) { try EncryptedRows(serialized: bytes, parameters: fixture.parameters) }
    }
  }

  @Test func modelFilesAreChecked() throws {
    let fixture = try fixture()
    let bytes = try fixture.prepared.server.serialized()
    #expect(try ServerModel(serialized: bytes).digest == fixture.prepared.server.digest)
    var random = TestGenerator(seed: 0x7AC1_0A00)
    for _ in 0..<400 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      #expect(throws: InferenceError.self) { try ServerModel(serialized: damaged) }
    }
    for length in stride(from: 0, to: bytes.count, by: 13) {
      #expect(throws: InferenceError.self) { try ServerModel(serialized: Array(bytes.prefix(length))) }
    }
  }

  @Test func clientFilesAreChecked() throws {
    let fixture = try fixture()
    let text = String(decoding: try fixture.prepared.client.serialized(), as: UTF8.self)
    #expect(try ClientProfile(serialized: Array(text.utf8)).model == fixture.prepared.client.model)
    // A server that asks for weak parameters would read the rows. Whoever does so would write the right checksum, or none.
    let earlier = withoutChecksum(text)
    #expect(try ClientProfile(serialized: Array(earlier.utf8)).model == fixture.prepared.client.model)
    for weak in ["uncheckedInsecure", "standard2018"] {
      let edited = earlier.replacingOccurrences(of: "classical128", with: weak)
      #expect(
        performing: { try ClientProfile(serialized: Array(edited.utf8)) },
        throws: { "\($0)".contains("128-bit security") })
    }
    var random = TestGenerator(seed: 0x7AC1_0B00)
    for text in [earlier, text] {
      let bytes = Array(text.utf8)
      for _ in 0..<400 {
        var damaged = bytes
        damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
        guard let profile = try? ClientProfile(serialized: damaged) else { continue }
        _ = try? profile.checkedParameters()
        // With a checksum only what means the same is taken: blanks, or a digit too fine for a double.
        if text != earlier { #expect(try profile.serialized() == fixture.prepared.client.serialized()) }
      }
    }
  }

  /// As a file of version 1.
  private func withoutChecksum(_ text: String) -> String {
    text.split(separator: "\n").filter { !$0.contains("\"checksum\"") }.joined(separator: "\n")
      .replacingOccurrences(of: "\"version\" : 2", with: "\"version\" : 1")
  }
}
