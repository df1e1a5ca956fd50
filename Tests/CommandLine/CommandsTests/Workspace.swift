// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import Commands

/// A folder of its own for a test, and the program without a process.
final class Workspace: Sendable {
  /// What a command did.
  struct Outcome {
    let status: Int32
    let output: String
    let messages: String
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("he-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The models that come with the project.
  static func example(_ name: String) -> String {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return root.appendingPathComponent("Examples").appendingPathComponent(name).path
  }

  /// A path in the folder.
  func callAsFunction(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Everything in the folder, hidden files too.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))) }

  func lines(_ name: String) throws -> [String] {
    String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func mode(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: self(name))[.posixPermissions] as? Int
  }

  /// Runs one command line.
  static func he(_ arguments: String..., terminal: Bool = false) -> Outcome { he(arguments, terminal: terminal) }

  static func he(_ arguments: [String], terminal: Bool = false) -> Outcome {
    let console = Console(capturing: terminal)
    let status = HECommand.run(arguments: arguments, console: console)
    let transcript = console.transcript
    return Outcome(
      status: status, output: String(decoding: transcript.output, as: UTF8.self),
      messages: String(decoding: transcript.messages, as: UTF8.self))
  }

  /// A model of two scores on three features, without names.
  func writeModel(_ name: String = "model.json", scale: Double = 1) throws {
    try write(
      """
      {"coef": [[\(0.5 * scale), -1.25, 2], [1, 0.75, -0.5]], "intercept": [0.125, -3], "link": "identity"}
      """, to: name)
  }

  /// Server, client, key and encrypted rows of `writeModel` for rows in −8 … 8.
  func prepareSmall() throws {
    try writeModel()
    try write("1,2,3\n-1.5,0.25,7\n", to: "rows.csv")
    let steps = [
      ["prepare", self("model.json"), "-o", self("small.model"), "--max-abs", "8"],
      ["keygen", self("small.client.json"), "-o", self("me.secret")],
      [
        "encrypt", "--key", self("me.secret"), "--model", self("small.client.json"), self("rows.csv"), "-o",
        self("rows.enc"),
      ],
      ["score", self("small.model"), self("rows.enc"), "-o", self("scores.enc")],
    ]
    for step in steps {
      let outcome = Self.he(step)
      guard outcome.status == 0 else { throw CommandFailure.badInput("\(step[0]): \(outcome.messages)") }
    }
  }

  /// `decrypt` with the files of `prepareSmall`.
  func decryptSmall(_ arguments: String...) -> Outcome {
    Self.he(
      ["decrypt", "--key", self("me.secret"), "--model", self("small.client.json"), self("scores.enc")] + arguments)
  }
}
