// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Commands

/// All or nothing on the disk.
@Suite struct OutputFileTests {
  @Test func writesAndReplaces() throws {
    let space = try Workspace()
    let console = Console(capturing: false)
    let first = try OutputFile(space("a"), access: .secret)
    try first.write([1, 2, 3], console: console)
    #expect(try space.bytes("a") == [1, 2, 3])
    #expect(try space.mode("a") == 0o600)
    // Made by someone else between the check and the end.
    let late = try OutputFile(space("b"))
    try space.write("theirs", to: "b")
    #expect(throws: CommandFailure.self) { try late.write([9], console: console) }
    #expect(try space.lines("b") == ["theirs"])
    try OutputFile(space("b"), replacing: true).write([9], console: console)
    #expect(try space.bytes("b") == [9])
    #expect(try space.names() == ["a", "b"])
  }

  @Test func interruptionRemovesWhatIsUnfinished() throws {
    let space = try Workspace()
    let interruption = Interruption()
    let path = space(".half.part")
    let descriptor = try interruption.creating(path) { () throws(SystemCalls.Failure) in
      try SystemCalls.create(path, mode: 0o600)
    }
    try SystemCalls.write([1, 2, 3], to: descriptor)
    #expect(try space.names() == [".half.part"])
    var ran = false
    interruption.afterRemovingUnfinished { ran = true }
    #expect(ran)
    #expect(try space.names().isEmpty)
    try SystemCalls.close(descriptor)
  }

  @Test func zeroising() {
    var bytes: [UInt8] = [1, 2, 3]
    zeroise(&bytes)
    #expect(bytes == [0, 0, 0])
  }

  /// The program beside the tests, where the whole package was built.
  private static let program = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("he")

  /// Stopped while it waits for its input: ends by the signal, leaves nothing.
  @Test(
    .enabled(if: program.map { FileManager.default.isExecutableFile(atPath: $0.path) } ?? false),
    arguments: [SIGINT, SIGTERM])
  func signalsEndTheProcess(number: Int32) async throws {
    let space = try Workspace()
    try space.prepareSmall()
    let before = try space.names()
    let process = Process()
    process.executableURL = Self.program
    process.arguments = [
      "encrypt", "--key", space("me.secret"), "--model", space("small.client.json"), "-", "-o", space("new.enc"),
    ]
    let input = Pipe()
    let messages = Pipe()
    process.standardInput = input
    process.standardError = messages
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    try await Task.sleep(for: .milliseconds(500))
    #expect(kill(process.processIdentifier, number) == 0)
    for _ in 0..<200 where process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
    if process.isRunning {
      Issue.record("the process goes on after signal \(number)")
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == number)
    #expect(try space.names() == before)
    try input.fileHandleForWriting.close()
  }
}
