// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Commands

/// The commands one after the other, as two parties would run them.
@Suite struct FlowTests {
  @Test(arguments: [("breast_cancer", "model.onnx"), ("digits", "model.onnx"), ("iris_json", "model.json")])
  func wholeFlow(example: String, file: String) throws {
    let space = try Workspace()
    let folder = Workspace.example(example)
    // The rows to come are among those that the ranges are taken from.
    let training = try String(contentsOfFile: "\(folder)/train.csv", encoding: .utf8)
    let rows = try String(contentsOfFile: "\(folder)/rows.csv", encoding: .utf8)
    try space.write(training + rows.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n", to: "all.csv")

    let prepare = Workspace.he(
      "prepare", "\(folder)/\(file)", "-o", space("x.model"), "--input-range", space("all.csv"))
    #expect(prepare.status == 0, "\(prepare.messages)")
    #expect(try space.mode("x.model") == 0o600)
    let keygen = Workspace.he("keygen", space("x.client.json"), "-o", space("me.secret"))
    #expect(keygen.status == 0, "\(keygen.messages)")
    #expect(try space.mode("me.secret") == 0o600)
    let encrypt = Workspace.he(
      "encrypt", "--key", space("me.secret"), "--model", space("x.client.json"), "\(folder)/rows.csv", "-o",
      space("rows.enc"))
    #expect(encrypt.status == 0, "\(encrypt.messages)")
    let score = Workspace.he("score", space("x.model"), space("rows.enc"), "-o", space("scores.enc"), "--threads", "2")
    #expect(score.status == 0, "\(score.messages)")
    for kind in ["--scores", "--outputs", "--labels"] {
      let decrypt = Workspace.he(
        "decrypt", "--key", space("me.secret"), "--model", space("x.client.json"), space("scores.enc"), "-o",
        space("out\(kind).csv"), kind)
      #expect(decrypt.status == 0, "\(decrypt.messages)")
    }

    let scores = try numbers(try space.lines("out--scores.csv").dropFirst())
    let expectedText = try String(contentsOfFile: "\(folder)/expected_scores.csv", encoding: .utf8)
    let expected = try numbers(expectedText.split(separator: "\n").dropFirst().map(String.init)[...])
    #expect(scores.count == expected.count)
    #expect(Comparison(found: scores, expected: expected).relativeError <= 1e-5)
    let labels = try String(contentsOfFile: "\(folder)/expected_labels.csv", encoding: .utf8)
    #expect(try space.lines("out--labels.csv") == labels.split(separator: "\n").map(String.init))
    for row in try numbers(try space.lines("out--outputs.csv").dropFirst()) {
      #expect(abs(row.reduce(0, +) - 1) < 1e-6)
    }
    #expect(try space.names().allSatisfy { !$0.hasSuffix(".part") })
  }

  @Test(arguments: [("breast_cancer", "model.onnx"), ("digits", "model.onnx"), ("iris_json", "model.json")])
  func checkHolds(example: String, file: String) throws {
    let folder = Workspace.example(example)
    let scores = Workspace.he(
      "check", "\(folder)/\(file)", "\(folder)/rows.csv", "--expect", "\(folder)/expected_scores.csv", "--scores")
    #expect(scores.status == 0, "\(scores.messages)")
    for word in ["rows", "largest relative error", "up", "down", "public key", "server CPU"] {
      #expect(scores.output.contains(word))
    }
    let labels = Workspace.he(
      "check", "\(folder)/\(file)", "\(folder)/rows.csv", "--expect", "\(folder)/expected_labels.csv", "--labels",
      "--share-weights", "--json")
    #expect(labels.status == 0, "\(labels.messages)")
    let report = try JSONSerialization.jsonObject(with: Data(labels.output.utf8)) as? [String: Any]
    #expect(report?["holds"] as? Bool == true)
    #expect(report?["publicKeyBytes"] as? Int == 0)
    #expect((report?["equalLabels"] as? Int ?? 0) > 0)
    #expect((report?["uploadBytes"] as? Int ?? 0) > 1000)
    #expect((report?["replyBytes"] as? Int ?? 0) > 1000)
  }

  @Test func checkFails() throws {
    let space = try Workspace()
    try space.writeModel()
    try space.write("1,2,3\n4,5,6\n", to: "rows.csv")
    // Scores of row 1: 4.125, −3 + 1 + 1.5 − 1.5 = −2; of row 2: 0.125 + 2 − 6.25 + 12 = 7.875, 1.75.
    try space.write("4.125,-2\n7.875,1.75\n", to: "right.csv")
    let right = Workspace.he("check", space("model.json"), space("rows.csv"), "--expect", space("right.csv"))
    #expect(right.status == 0, "\(right.messages)")
    try space.write("a,b\n4.125,-2\n7.875,1.76\n", to: "wrong.csv")
    let wrong = Workspace.he("check", space("model.json"), space("rows.csv"), "--expect", space("wrong.csv"))
    #expect(wrong.status == 1)
    #expect(wrong.messages.contains("row 2, score 1: 1.7"))
    #expect(wrong.messages.hasPrefix("he: ") && wrong.messages.count(where: \.isNewline) == 1)
    let loose = Workspace.he(
      "check", space("model.json"), space("rows.csv"), "--expect", space("wrong.csv"), "--tolerance", "0.01")
    #expect(loose.status == 0)
    let labels = Workspace.he(
      "check", space("model.json"), space("rows.csv"), "--expect", space("right.csv"), "--labels")
    #expect(labels.status == 2)
    #expect(labels.messages.contains("no labels"))
    try space.write("1,2\n", to: "short.csv")
    let short = Workspace.he("check", space("model.json"), space("rows.csv"), "--expect", space("short.csv"))
    #expect(short.status == 3)
    #expect(short.messages.contains("1 lines for 2 rows"))
  }

  @Test func wrongLabelsFailAndUndecidedOnesDoNot() throws {
    let space = try Workspace()
    try space.write(
      #"{"coef": [[1, 0]], "intercept": [0], "classes": ["no", "yes"], "link": "logistic"}"#, to: "model.json")
    try space.write("1,2\n-1,3\n100,0\n1e-7,0.5\n", to: "rows.csv")
    try space.write("label\nyes\nno\nyes\nno\n", to: "undecided.csv")
    let undecided = Workspace.he(
      "check", space("model.json"), space("rows.csv"), "--expect", space("undecided.csv"), "--labels", "--json")
    #expect(undecided.status == 0, "\(undecided.messages)")
    try space.write("yes\nyes\nyes\nyes\n", to: "wrong.csv")
    let wrong = Workspace.he(
      "check", space("model.json"), space("rows.csv"), "--expect", space("wrong.csv"), "--labels")
    #expect(wrong.status == 1)
    #expect(wrong.messages.contains(#"row 2: label "no" instead of "yes""#))
  }

  @Test func labelsCompareAsNumbersWhereBothAre() {
    #expect(sameLabel("1", "1.0"))
    #expect(sameLabel("-3", "-3.000"))
    #expect(!sameLabel("1", "1.5"))
    #expect(sameLabel("setosa", "setosa"))
    #expect(!sameLabel("setosa", "Setosa"))
    #expect(!sameLabel("1", "one"))
  }

  @Test func predictGivesWhatDecryptGives() throws {
    let space = try Workspace()
    let folder = Workspace.example("iris_json")
    let labels = Workspace.he("predict", "\(folder)/model.json", "\(folder)/rows.csv", "--labels")
    #expect(labels.status == 0)
    #expect(labels.output == (try String(contentsOfFile: "\(folder)/expected_labels.csv", encoding: .utf8)))
    let both = Workspace.he("predict", "\(folder)/model.json", "\(folder)/rows.csv", "-o", space("out.csv"))
    #expect(both.status == 0)
    #expect(both.output.isEmpty)
    #expect(try space.lines("out.csv").first == "label,proba_setosa,proba_versicolor,proba_virginica")
    let json = Workspace.he("predict", "\(folder)/model.json", "\(folder)/rows.csv", "--json")
    let first = try #require(json.output.split(separator: "\n").first)
    let object = try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any]
    #expect(object?["row"] as? Int == 1)
    #expect(object?["label"] as? String == "versicolor")
    #expect((object?["outputs"] as? [Double])?.count == 3)
    let events = json.messages.split(separator: "\n")
    #expect(!events.isEmpty)
    for event in events {
      let object = try JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: Any]
      #expect(object?["event"] as? String == "progress")
      #expect(object?["total"] as? Int == 45)
    }
  }

  @Test func simulateShowsTheError() throws {
    let folder = Workspace.example("iris_json")
    let text = Workspace.he("simulate", "\(folder)/model.json", "\(folder)/rows.csv")
    #expect(text.status == 0)
    #expect(text.output.contains("labels changed"))
    let json = Workspace.he("simulate", "\(folder)/model.json", "\(folder)/rows.csv", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["rows"] as? Int == 45)
    #expect((object?["relativeError"] as? Double ?? 1) < 1e-5)
    #expect(object?["changedLabels"] as? Int == 0)
    let margins = object?["margins"] as? [[String: Any]] ?? []
    #expect(margins.compactMap { $0["rows"] as? Int }.reduce(0, +) == 45)
  }

  @Test func inspectSaysWhatIsThere() throws {
    let folder = Workspace.example("breast_cancer")
    let text = Workspace.he("inspect", "\(folder)/model.onnx", "--input-range", "\(folder)/train.csv")
    #expect(text.status == 0)
    for word in [
      "classifier", "folded into the weights", "left to the client", "ring degree", "measured now", "540 rows",
    ] {
      #expect(text.output.contains(word), "\(word)")
    }
    let json = Workspace.he("inspect", "\(folder)/model.onnx", "--json", "--max-abs", "5000", "--share-weights")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["features"] as? Int == 30)
    #expect(object?["scores"] as? Int == 1)
    let plan = object?["plan"] as? [String: Any]
    #expect(plan?["weightsShared"] as? Bool == true)
    #expect(plan?["publicKeyBytes"] as? Int == 0)
    #expect((plan?["sizes"] as? [[String: Any]])?.count == 2)
    #expect((object?["measured"] as? [[String: Any]])?.isEmpty == false)
  }

  /// What no encryption hides is said where a model is prepared.
  @Test func theLimitOfHidingIsTold() throws {
    let space = try Workspace()
    try space.writeModel()
    for command in [["inspect", space("model.json")], ["prepare", space("model.json"), "-o", space("a.model")]] {
      let hidden = Workspace.he(command + ["--max-abs", "8"])
      #expect(hidden.status == 0, "\(hidden.messages)")
      let line = try #require(hidden.output.split(separator: "\n").first { $0.contains("what scores tell") })
      #expect(line.contains("as few as 2 rows") && line.contains("limit the rows"), "\(line)")
      let output = command[0] == "prepare" ? ["--force"] : []
      let shared = Workspace.he(command + ["--max-abs", "8", "--share-weights"] + output)
      #expect(shared.status == 0, "\(shared.messages)")
      #expect(!shared.output.contains("what scores tell"))
      #expect(shared.output.contains("shared: a client can compute the weights"))
    }
    let json = Workspace.he("inspect", space("model.json"), "--json", "--max-abs", "8")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((object?["plan"] as? [String: Any])?["revealingRows"] as? Int == 2)
  }

  @Test func floodBitsAreReached() throws {
    let space = try Workspace()
    try space.writeModel()
    let json = Workspace.he("inspect", space("model.json"), "--json", "--max-abs", "8", "--flood-bits", "40")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(((object?["plan"] as? [String: Any])?["distanceBits"] as? Double ?? 0) >= 40)
  }

  @Test func progressOnATerminal() throws {
    let space = try Workspace()
    try space.prepareSmall()
    let quiet = Workspace.he("score", space("small.model"), space("rows.enc"), "-o", space("a.enc"))
    #expect(quiet.messages.isEmpty)
    let seen = Workspace.he("score", space("small.model"), space("rows.enc"), "-o", space("b.enc"), terminal: true)
    #expect(seen.messages.contains("2 of 2 rows"))
    #expect(seen.messages.hasSuffix("\r\u{1B}[K"))
  }

  private func numbers(_ lines: ArraySlice<String>) throws -> [[Double]] {
    try lines.map { try $0.split(separator: ",").map { try #require(Double($0)) } }
  }
}
