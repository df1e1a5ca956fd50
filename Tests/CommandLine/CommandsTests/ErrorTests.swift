// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Commands

/// What goes wrong: one line, the right exit status, nothing left behind.
@Suite struct ErrorTests {
  private func expectFailure(
    _ outcome: Workspace.Outcome, _ status: Int32, _ words: String..., location: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, "\(outcome.messages)", sourceLocation: location)
    #expect(outcome.output.isEmpty, sourceLocation: location)
    #expect(outcome.messages.hasPrefix("he: "), sourceLocation: location)
    #expect(outcome.messages.count(where: \.isNewline) == 1, "\(outcome.messages)", sourceLocation: location)
    for word in words {
      #expect(outcome.messages.contains(word), "\(outcome.messages) has no \(word)", sourceLocation: location)
    }
    for typeName in ["Error", "InferenceError", "WireError", "ModelError", "Optional(", "Swift."] {
      #expect(!outcome.messages.contains(typeName), "\(outcome.messages)", sourceLocation: location)
    }
  }

  @Test func commandLineErrors() throws {
    expectFailure(Workspace.he("frobnicate"), 2)
    expectFailure(Workspace.he("score"), 2, "he score --help")
    expectFailure(Workspace.he("inspect", "m.onnx", "--max-abs", "-1"), 2, "--max-abs")
    expectFailure(Workspace.he("inspect", "m.onnx", "--max-abs", "nan"), 2, "--max-abs")
    expectFailure(
      Workspace.he("prepare", "m.onnx", "-o", "x", "--max-abs", "1", "--input-range", "r.csv"), 2, "exclude")
    expectFailure(Workspace.he("prepare", "m.onnx", "-o", "x", "--share-weights", "--flood-bits", "30"), 2, "exclude")
    expectFailure(Workspace.he("check", "m", "r", "--expect", "e", "--tolerance", "0"), 2, "--tolerance")
    expectFailure(Workspace.he("check", "m", "r", "--expect", "e", "--scores", "--labels"), 2)
    expectFailure(Workspace.he("check", "m", "r", "--expect", "e", "--threads", "0"), 2, "--threads")
    expectFailure(Workspace.he("keygen", "p.json", "-o", "-"), 2, "standard output")
  }

  /// A value that begins with a dash is that option's value, and wrong as such.
  @Test(arguments: [
    (["inspect", "m", "--max-abs", "-3"], "--max-abs"), (["inspect", "m", "--max-abs", "1e31"], "--max-abs"),
    (["prepare", "m", "-o", "x", "--max-abs", "-0.5"], "--max-abs"),
    (["prepare", "m", "-o", "x", "--flood-bits", "-1"], "--flood-bits"),
    (["check", "m", "r", "--expect", "e", "--flood-bits", "-1"], "--flood-bits"),
    (["check", "m", "r", "--expect", "e", "--tolerance", "-1e-5"], "--tolerance"),
    (["score", "m", "r", "-o", "x", "--threads", "-2"], "--threads"),
  ])
  func negativeValues(arguments: [String], option: String) {
    let outcome = Workspace.he(arguments)
    expectFailure(outcome, 2, "\(option) must be")
    #expect(!outcome.messages.contains("Missing"), "\(outcome.messages)")
  }

  @Test func helpIsNoError() throws {
    for arguments in [[], ["--help"], ["help", "score"], ["prepare", "--help"]] {
      let help = Workspace.he(arguments)
      #expect(help.status == 0)
      #expect(help.messages.isEmpty)
      #expect(help.output.contains("USAGE"))
    }
  }

  @Test func parsedCommands() throws {
    let encrypt = try #require(
      try HECommand.parse(["encrypt", "--key", "k", "--model", "m", "r.csv", "-o", "o", "--threads", "3"]) as? Encrypt)
    #expect(encrypt.key == "k" && encrypt.model == "m" && encrypt.rows == "r.csv" && encrypt.output == "o")
    #expect(encrypt.threads.parallelism == 3 && !encrypt.force.force)
    let decrypt = try #require(
      try HECommand.parse(["decrypt", "--key", "k", "--model", "m", "s.enc", "--labels"]) as? Decrypt)
    #expect(decrypt.output == "-" && decrypt.results.kind == .labels)
    let check = try #require(try HECommand.parse(["check", "m", "r", "--expect", "e"]) as? Check)
    #expect(check.kind == nil && check.tolerance == 1e-5)
    #expect(Prepare.defaultClient(for: "a/credit.model") == "a/credit.client.json")
    #expect(Prepare.defaultClient(for: "credit") == "credit.client.json")
  }

  @Test func inputFileErrors() throws {
    let space = try Workspace()
    expectFailure(Workspace.he("inspect", space("none.onnx")), 3, "none.onnx", "no such file")
    expectFailure(Workspace.he("inspect", space.folder.path), 3, "file")
    try space.write("this is no model", to: "bad.onnx")
    expectFailure(Workspace.he("inspect", space("bad.onnx")), 3, "bad.onnx")
    try space.write("", to: "empty.onnx")
    expectFailure(Workspace.he("inspect", space("empty.onnx")), 3, "empty.onnx")
    try space.write("{\"format\": 3}", to: "client.json")
    expectFailure(Workspace.he("keygen", space("client.json"), "-o", space("k")), 3, "client.json")
    for text in ["", "not JSON", "[1]", "{}", #"{"coef": [1, 2]}"#] {
      try space.write(text, to: "client.json")
      let keygen = Workspace.he("keygen", space("client.json"), "-o", space("k"))
      expectFailure(keygen, 3, "client.json", "not a client file", "he prepare")
      #expect(!keygen.messages.contains("damaged"), "\(keygen.messages)")
    }
    #expect(try !space.names().contains("k"))
  }

  @Test func rowErrors() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let cases: [(text: String, words: [String])] = [
      ("1,2,3\n4,,6\n", ["row 2, column 2", "missing"]),
      ("1,2,3\n4,n/a,6\n", ["row 2, column 2", "\"n/a\" is not a number"]),
      ("a,b,c\n1,2,3\n1,x,3\n", ["row 2, column \"b\"", "\"x\" is not a number"]),
      ("a,b,c\n1,nan,3\n", ["row 1, column \"b\"", "not a finite number"]),
      ("1,2,inf\n", ["row 1, column 3", "not a finite number"]),
      ("1,2,3\n1,2\n", ["row 2 has 2 values", "3 features"]),
      ("1,2,3\n1,2,3,4\n", ["row 2 has 4 values", "3 features"]),
      ("1,2,3\n\n1,2,3\n", ["row 2 is blank"]),
      ("a,b\n1,2,3\n", ["2 columns", "3 features"]),
      ("1,2,900\n", ["row 1, column", "900", "--max-abs"]),
      ("", ["empty"]),
      ("a,b,c\n", ["header but no rows"]),
      ("\"1,2,3\n", ["never closed"]),
      ("1,5;2,5;3\n", ["row 1, column 1", "\"1,5\" is not a number; write decimals with a point"]),
      ("1;2;3\n1,5;2,5;3\n", ["row 2, column 1", "write decimals with a point"]),
      ("1,5\t2\t3,5\n", ["row 1, column 1", "write decimals with a point"]),
      ("1 2 3\n", ["1 column,", "3 features", "separate the values"]),
    ]
    for (text, words) in cases {
      try space.write(text, to: "bad.csv")
      let outcome = Workspace.he(
        "encrypt", "--key", space("me.secret"), "--model", space("small.client.json"), space("bad.csv"), "-o",
        space("bad.enc"))
      expectFailure(outcome, 3, "bad.csv")
      for word in words { #expect(outcome.messages.contains(word), "\(outcome.messages) has no \(word)") }
      #expect(try !space.names().contains { $0.hasPrefix("bad.enc") || $0.hasSuffix(".part") })
    }
  }

  @Test func headerErrors() throws {
    let space = try Workspace()
    let folder = Workspace.example("iris_json")
    func predict(_ header: String) throws -> Workspace.Outcome {
      try space.write(header + "\n5,3,4,1\n", to: "rows.csv")
      return Workspace.he("predict", "\(folder)/model.json", space("rows.csv"))
    }
    let names = ["sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm"]
    #expect(try predict(names.joined(separator: ",")).status == 0)
    expectFailure(
      try predict([names[0], names[2], names[1], names[3]].joined(separator: ",")), 3,
      "column 2 of", "is \"petal_length_cm\", the model wants \"sepal_width_cm\" there; reorder the columns")
    expectFailure(
      try predict([names[0], "age", names[2], names[3]].joined(separator: ",")), 3, "column 2", "\"age\"", "rename")
    expectFailure(try predict(names.dropLast().joined(separator: ",")), 3, "\"petal_width_cm\" is missing")
    expectFailure(try predict((names + ["id"]).joined(separator: ",")), 3, "column 5", "\"id\"", "remove the column")
  }

  @Test func filesThatDoNotBelongTogether() throws {
    let space = try Workspace()
    try space.prepareSmall()
    // The same model prepared twice, and one with other parameters.
    #expect(Workspace.he("prepare", space("model.json"), "-o", space("twin.model"), "--max-abs", "8").status == 0)
    #expect(
      Workspace.he("prepare", space("model.json"), "-o", space("other.model"), "--max-abs", "8", "--flood-bits", "50")
        .status == 0)
    #expect(Workspace.he("keygen", space("small.client.json"), "-o", space("second.secret")).status == 0)
    for model in ["twin.model", "other.model"] {
      expectFailure(
        Workspace.he("score", space(model), space("rows.enc"), "-o", space("out.enc")), 4, "rows.enc", model,
        "he prepare")
    }
    for client in ["twin.client.json", "other.client.json"] {
      expectFailure(
        Workspace.he("decrypt", "--key", space("me.secret"), "--model", space(client), space("scores.enc")), 4, client)
    }
    expectFailure(
      Workspace.he(
        "decrypt", "--key", space("second.secret"), "--model", space("small.client.json"), space("scores.enc")),
      4, "scores.enc", "another key", "second.secret")
    expectFailure(
      Workspace.he(
        "encrypt", "--key", space("me.secret"), "--model", space("other.client.json"), space("rows.csv"), "-o",
        space("out.enc")), 4, "me.secret", "he keygen")
    // Files in each other's places.
    expectFailure(
      Workspace.he("score", space("small.model"), space("scores.enc"), "-o", space("out.enc")), 3, "scores.enc")
    expectFailure(Workspace.he("score", space("small.client.json"), space("rows.enc"), "-o", space("out.enc")), 3)
    expectFailure(
      Workspace.he("decrypt", "--key", space("rows.enc"), "--model", space("small.client.json"), space("scores.enc")),
      3,
      "rows.enc")
    #expect(try !space.names().contains("out.enc"))
  }

  @Test func truncatedAndDamagedFiles() throws {
    let space = try Workspace()
    try space.prepareSmall()
    for name in ["rows.enc", "scores.enc", "me.secret"] {
      let whole = try space.bytes(name)
      func run(_ bytes: [UInt8]) throws -> Workspace.Outcome {
        try Data(bytes).write(to: URL(fileURLWithPath: space("cut")))
        let client = space("small.client.json")
        switch name {
        case "rows.enc": return Workspace.he("score", space("small.model"), space("cut"), "-o", space("out.enc"))
        case "scores.enc": return Workspace.he("decrypt", "--key", space("me.secret"), "--model", client, space("cut"))
        default: return Workspace.he("decrypt", "--key", space("cut"), "--model", client, space("scores.enc"))
        }
      }
      for length in [0, 1, 7, 39, 80, whole.count / 2, whole.count - 1] {
        expectFailure(try run(Array(whole.prefix(length))), 3, "cut")
      }
      expectFailure(try run(whole + [0]), 3, "cut")
      // The header: magic, version, kind, reserved; then the digest of the parameters.
      for place in [0, 4, 5, 6] {
        var flipped = whole
        flipped[place] ^= 0x40
        expectFailure(try run(flipped), 3, "cut")
      }
      // The body: caught by the checksum, or by a residue out of range.
      for place in [120, whole.count / 2, whole.count - 1] {
        var flipped = whole
        flipped[place] ^= 0x10
        expectFailure(try run(flipped), 3, "cut", "damaged")
      }
      var flipped = whole
      flipped[20] ^= 1
      expectFailure(try run(flipped), 4, "cut")
      #expect(try !space.names().contains("out.enc"))
    }
  }

  @Test func existingOutputsStay() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let secret = try space.bytes("me.secret")
    expectFailure(
      Workspace.he("keygen", space("small.client.json"), "-o", space("me.secret")), 2, "me.secret", "exists")
    expectFailure(Workspace.he("keygen", space("small.client.json"), "-o", space("me.secret"), "--force"), 2)
    #expect(try space.bytes("me.secret") == secret)
    let model = try space.bytes("small.model")
    expectFailure(
      Workspace.he("prepare", space("model.json"), "-o", space("small.model"), "--client", space("new.json")), 2,
      "--force")
    #expect(try space.bytes("small.model") == model)
    #expect(try !space.names().contains("new.json"))
    try space.write("keep", to: "out.csv")
    expectFailure(space.decryptSmall("-o", space("out.csv")), 2, "out.csv", "--force")
    #expect(try space.lines("out.csv") == ["keep"])
    #expect(space.decryptSmall("-o", space("out.csv"), "--force", "--scores").status == 0)
    #expect(try space.lines("out.csv").first == "score_0,score_1")
    expectFailure(space.decryptSmall("-o", space.folder.path), 2, "folder")
    expectFailure(space.decryptSmall("-o", space("nowhere/out.csv")), 2, "no folder")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let space = try Workspace()
    try space.prepareSmall()
    expectFailure(space.decryptSmall("-o", "/dev/full"), 2, "/dev/full", "cannot be written")
    #expect(SystemCalls.kind(of: "/dev/full") == .device)
    expectFailure(Workspace.he("keygen", space("small.client.json"), "-o", "/dev/full"), 2, "/dev/full")
  }

  @Test func standardOutputAndDevices() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let direct = space.decryptSmall("--scores")
    #expect(direct.status == 0)
    #expect(direct.output == space.decryptSmall("--scores", "-o", "-").output)
    #expect(direct.output.split(separator: "\n").count == 3)
    #expect(space.decryptSmall("-o", "/dev/null").status == 0)
    #expect(SystemCalls.kind(of: "/dev/null") == .device)
  }

  @Test func jsonLines() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let scores = space.decryptSmall("--scores", "--json")
    let lines = scores.output.split(separator: "\n")
    #expect(lines.count == 2)
    let object = try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any]
    #expect(object?["row"] as? Int == 2)
    // −0.75 − 0.3125 + 14 + 0.125 and −1.5 + 0.1875 − 3.5 − 3.
    let values = try #require(object?["scores"] as? [Double])
    #expect(abs(values[0] - 13.0625) < 1e-3 && abs(values[1] + 7.8125) < 1e-3)
    #expect(space.decryptSmall("--labels").status == 2)
  }
}
