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

  /// Client files with a checksum, and scores whose last block answers the declared rows alone: three rows in blocks of two.
  @Test func filesWithADeclaredLastBlockAreRead() throws {
    let profile = try ClientProfile(serialized: Self.bytes("client-2.json"))
    #expect(try profile.serialized() == Self.bytes("client-2.json"))
    #expect(try ClientProfile(serialized: Self.bytes("client.json")).serialized() == Self.bytes("client-2.json"))
    let parameters = try profile.checkedParameters()
    let key = try SecretKey(serialized: Self.bytes("client.secret"), parameters: parameters.rlwe)
    let client = try ScoringClient(profile: profile, parameters: parameters, secretKey: key)
    let server = try ScoringServer(model: ServerModel(serialized: Self.bytes("server.model")))
    let rows = try EncryptedRows(serialized: Self.bytes("rows-2.enc"), parameters: parameters)
    #expect(rows.header.packing.rowsPerBlock == 2 && rows.header.rowCount == 3)
    let scores = try EncryptedScores(serialized: Self.bytes("scores-2.enc"), parameters: parameters)
    #expect(scores.layout == .declaredRows)
    let expected = try String(decoding: Self.bytes("scores-2.csv"), as: UTF8.self)
      .split(separator: "\n").dropFirst().map { [Double($0) ?? .nan] }
    #expect(try client.decrypt(scores) == expected)
    #expect(try server.score(rows).serialized(parameters: parameters) == Self.bytes("scores-2.enc"))
  }

  /// A reply that answers the unused rows as well, as earlier programs wrote it, is read by its length.
  @Test func wholeLastBlocksAreRead() throws {
    let profile = try ClientProfile(serialized: Self.bytes("client.json"))
    let parameters = try profile.checkedParameters()
    let key = try SecretKey(serialized: Self.bytes("client.secret"), parameters: parameters.rlwe)
    let client = try ScoringClient(profile: profile, parameters: parameters, secretKey: key)
    let whole = try EncryptedScores(serialized: Self.bytes("scores.enc"), parameters: parameters)
    #expect(whole.layout == .wholeBlocks && whole.header.packing.rowsPerBlock == 3)
    // The same replies for two declared rows, in the layout of earlier programs.
    let header = BatchHeader(
      model: whole.header.model, key: whole.header.key, rowCount: 2, packing: whole.header.packing)
    let earlier = EncryptedScores(header: header, noise: whole.noise, replies: whole.replies, layout: .wholeBlocks)
    let bytes = earlier.serialized(parameters: parameters)
    #expect(bytes.count == (try Self.bytes("scores.enc").count))
    let read = try EncryptedScores(serialized: bytes, parameters: parameters)
    #expect(try client.decrypt(read) == Array(try client.decrypt(whole).prefix(2)))
  }
}
