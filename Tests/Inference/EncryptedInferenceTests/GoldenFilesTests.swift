// SPDX-License-Identifier: Apache-2.0

import Foundation
import Tacit
import Testing

@testable import EncryptedInference

/// Files written by an earlier build are read and mean the same.
@Suite struct GoldenFilesTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")

  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  @Test func filesOfVersionOneAreRead() throws {
    let profile = try ClientProfile(serialized: Self.bytes("client.json"))
    let parameters = try profile.checkedParameters()
    let key = try SecretKey(serialized: Self.bytes("client.secret"), parameters: parameters.rlwe)
    let client = try ScoringClient(profile: profile, parameters: parameters, secretKey: key)
    let server = try ScoringServer(model: ServerModel(serialized: Self.bytes("server.model")))
    let rows = try EncryptedRows(serialized: Self.bytes("rows.enc"), parameters: server.parameters)
    #expect(rows.header.rowCount == 3)
    #expect(try rows.serialized(parameters: parameters) == Self.bytes("rows.enc"))
    let scores = try EncryptedScores(serialized: Self.bytes("scores.enc"), parameters: parameters)
    #expect(try scores.serialized(parameters: parameters) == Self.bytes("scores.enc"))
    let expected = try String(decoding: Self.bytes("scores.csv"), as: UTF8.self)
      .split(separator: "\n").dropFirst().map { [Double($0) ?? .nan] }
    #expect(try client.decrypt(scores) == expected)
    #expect(try client.decrypt(server.score(rows)) == expected)
    // Without re-randomisation scoring is deterministic: the very same bytes.
    #expect(try server.score(rows).serialized(parameters: parameters) == Self.bytes("scores.enc"))
  }
}
