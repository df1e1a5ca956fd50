// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Commands

/// What a client holds, edited or left open to others.
@Suite struct ClientFileTests {
  private func text(_ space: Workspace) throws -> String {
    String(decoding: try space.bytes("small.client.json"), as: UTF8.self)
  }

  /// As a file of version 1, which has no checksum.
  private func withoutChecksum(_ text: String) -> String {
    text.split(separator: "\n").filter { !$0.contains("\"checksum\"") }.joined(separator: "\n")
      .replacingOccurrences(of: "\"version\" : 2", with: "\"version\" : 1")
  }

  @Test func editsAreRefused() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let whole = try text(space)
    #expect(space.decryptSmall().status == 0)
    let step = try #require(whole.firstMatch(of: #/"step" : ([^\n]*)/#)).1
    let scoreStep = try #require(whole.firstMatch(of: #/"scoreStep" : ([^\n,]*)/#)).1
    let edits = [
      ("\"step\" : \(step)", "\"step\" : 0.001"), ("\"scoreStep\" : \(scoreStep)", "\"scoreStep\" : 0.25"),
      ("\"centre\" : 0", "\"centre\" : 1"), ("\"x1\"", "\"x9\""), ("\"isWhole\" : false", "\"isWhole\" : true"),
      ("\"errorBound\"", "\"extra\" : 1,\n  \"errorBound\""),
    ]
    for (from, to) in edits {
      let edited = whole.replacingOccurrences(of: from, with: to)
      #expect(edited != whole, "\(from)")
      try space.write(edited, to: "small.client.json")
      for outcome in [
        space.decryptSmall(),
        Workspace.he(
          "encrypt", "--key", space("me.secret"), "--model", space("small.client.json"), space("rows.csv"), "-o", "-"),
      ] {
        #expect(outcome.status == 3, "\(from): \(outcome.messages)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.messages.contains("small.client.json") && outcome.messages.contains("checksum"), "\(from)")
      }
    }
  }

  /// Another layout of the same JSON is the same file.
  @Test func otherLayoutsAreTheSame() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let expected = space.decryptSmall().output
    let object = try JSONSerialization.jsonObject(with: Data(try space.bytes("small.client.json")))
    try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: space("small.client.json")))
    let outcome = space.decryptSmall()
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(outcome.output == expected)
  }

  @Test func earlierVersionsHaveNoChecksum() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let expected = space.decryptSmall().output
    let whole = try text(space)
    try space.write(withoutChecksum(whole), to: "small.client.json")
    let earlier = space.decryptSmall()
    #expect(earlier.status == 0, "\(earlier.messages)")
    #expect(earlier.output == expected)
    // A version that has a checksum does not do without, and one without does not have it.
    let refused = [
      whole.replacingOccurrences(of: "\"version\" : 2", with: "\"version\" : 1"),
      withoutChecksum(whole).replacingOccurrences(of: "\"version\" : 1", with: "\"version\" : 2"),
      whole.replacingOccurrences(of: "\"version\" : 2", with: "\"version\" : 3"),
    ]
    for edited in refused {
      try space.write(edited, to: "small.client.json")
      let outcome = space.decryptSmall()
      #expect(outcome.status == 3, "\(outcome.messages)")
    }
  }

  /// Counts that do not fit each other are an error, not a trap, in files without a checksum too.
  @Test func editedScoreCountsDoNotCrash() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let whole = withoutChecksum(try text(space))
    // One score of two digits is as many numbers as two scores of one digit, so that the scores fit; what is done with
    // them does not.
    let scores = try #require(whole.ranges(of: "\"scoreCount\" : 2").last)
    let oneScore = whole.replacingCharacters(in: scores, with: "\"scoreCount\" : 1")
      .replacingOccurrences(of: "\"digits\" : 1", with: "\"digits\" : 2")
    try space.write(oneScore, to: "small.client.json")
    for kind in ["--scores", "--outputs"] {
      let outcome = space.decryptSmall(kind)
      #expect(outcome.status == 3 && outcome.messages.contains("scoreCount"), "\(outcome.messages)")
    }
    let edits: [(String, [String])] = [
      ("\"scoreCount\" : 2", ["0", "1", "3", "-1", "4", "1048576", "9223372036854775807"]),
      ("\"digits\" : 1", ["0", "2", "4", "5", "-1"]), ("\"digitBits\" : 2", ["0", "1", "61", "9223372036854775807"]),
      ("\"label\" : ", ["0,\n\"unknown\" : "]),
    ]
    for (from, values) in edits {
      for value in values {
        let name = from.prefix { $0 != ":" }
        // Each of the places that say it, then all of them.
        var texts = [whole.replacingOccurrences(of: from, with: "\(name): \(value)")]
        for range in whole.ranges(of: from) {
          texts.append(whole.replacingCharacters(in: range, with: "\(name): \(value)"))
        }
        for edited in texts {
          try space.write(edited, to: "small.client.json")
          for kind in ["--scores", "--outputs"] {
            let outcome = space.decryptSmall(kind)
            #expect(
              outcome.status == 3 || outcome.status == 4 || edited == whole, "\(from) \(value): \(outcome.messages)")
          }
        }
      }
    }
  }

  @Test func openKeysAreTold() throws {
    let space = try Workspace()
    try space.prepareSmall()
    #expect(!space.decryptSmall().messages.contains("chmod"))
    for (mode, isOpen) in [(0o644, true), (0o640, true), (0o604, true), (0o600, false), (0o400, false)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: space("me.secret"))
      let outcomes = [
        space.decryptSmall(),
        Workspace.he(
          "encrypt", "--key", space("me.secret"), "--model", space("small.client.json"), space("rows.csv"), "-o",
          space("again.enc"), "--force"),
      ]
      for outcome in outcomes {
        #expect(outcome.status == 0)
        #expect(outcome.messages.contains("(mode \(String(mode, radix: 8))): chmod 600") == isOpen)
        #expect(outcome.messages.count(where: \.isNewline) == (isOpen ? 1 : 0), "\(outcome.messages)")
      }
    }
  }
}
