// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// Standard output and standard error, or what a test puts in their places.
final class Console: Sendable {
  /// What was written, where a test wants to see it.
  struct Transcript: Sendable {
    var output: [UInt8] = []
    var messages: [UInt8] = []
  }

  /// Whether a person watches standard error.
  let showsProgress: Bool
  private let captures: Bool
  private let captured = Mutex(Transcript())

  /// The real ones.
  init() {
    showsProgress = isatty(2) == 1
    captures = false
  }

  /// Keeps what is written.
  init(capturing showsProgress: Bool) {
    self.showsProgress = showsProgress
    captures = true
  }

  /// Results.
  func output(_ bytes: borrowing [UInt8]) throws(CommandFailure) {
    if captures {
      let copy = copy bytes
      captured.withLock { $0.output += copy }
      return
    }
    do {
      try SystemCalls.write(bytes, to: 1)
    } catch {
      throw .output("standard output cannot be written: \(error.description)")
    }
  }

  /// Results as text.
  func output(_ text: String) throws(CommandFailure) {
    try output(Array(text.utf8))
  }

  /// Messages and progress; errors in writing them are not reported: there is nowhere left to report them.
  func message(_ text: String) {
    let bytes = Array(text.utf8)
    if captures {
      captured.withLock { $0.messages += bytes }
    } else {
      try? SystemCalls.write(bytes, to: 2)
    }
  }

  /// One line about something that is not an error.
  func note(_ text: String) {
    message("he: note: \(text)\n")
  }

  /// What a test has captured.
  var transcript: Transcript { captured.withLock { $0 } }
}
