// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Other programs that are asked for a line of text.
enum Subprocess {
  /// The first line that a program prints, or nil where it cannot be run, fails, or says nothing.
  static func output(of command: [String]) -> String? {
    guard let path = command.first, FileManager.default.isExecutableFile(atPath: path) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = Array(command.dropFirst())
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    // Read before waiting: a program that fills the pipe would never end.
    let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else { return nil }
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first
    return line.map { $0.trimmingCharacters(in: .whitespaces) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The commit of the repository that the working directory belongs to, or `unknown`.
  static func currentCommit() -> String {
    output(of: ["/usr/bin/env", "git", "rev-parse", "--short", "HEAD"]) ?? "unknown"
  }
}
