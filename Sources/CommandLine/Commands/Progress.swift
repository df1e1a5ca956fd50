// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

/// Says on standard error how far a command is: one line that changes on a terminal, events for programs, else nothing.
final class Progress: Sendable {
  private struct State {
    var lastShown: Double = -1
    var shownAny = false
  }

  /// One line of `--json`.
  private struct Event: Encodable {
    let event = "progress"
    let stage: String
    let rows: Int
    let total: Int
    let bytes: Int
    let rowsPerSecond: Double
    let secondsLeft: Double
  }

  private let console: Console
  private let stage: String
  private let total: Int
  private let totalBytes: Int
  private let json: Bool
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// - Parameters:
  ///   - stage: One word: `encrypt`, `score`, `decrypt`.
  ///   - rows: How many rows there are.
  ///   - bytes: Bytes of all of them.
  init(console: Console, stage: String, rows: Int, bytes: Int, json: Bool) {
    self.console = console
    self.stage = stage
    total = rows
    totalBytes = bytes
    self.json = json
  }

  /// Shows that `rows` rows are done, at most ten times a second and at the end.
  ///
  /// May be called from any thread.
  func update(rows: Int) {
    guard json || console.showsProgress else { return }
    let rows = min(rows, total)
    let elapsed = Self.seconds(start.duration(to: .now))
    state.withLock { state in
      guard rows == total || elapsed - state.lastShown >= 0.1 else { return }
      state.lastShown = elapsed
      let rate = elapsed > 0 ? Double(rows) / elapsed : 0
      let left = rate > 0 ? Double(total - rows) / rate : 0
      let bytes = total > 0 ? Int(Double(totalBytes) * Double(rows) / Double(total)) : 0
      if json {
        let event = Event(
          stage: stage, rows: rows, total: total, bytes: bytes, rowsPerSecond: (rate * 10).rounded() / 10,
          secondsLeft: (left * 10).rounded() / 10)
        if let line = try? Formatting.json(event) { console.message(line + "\n") }
      } else {
        let text =
          "\(stage): \(rows) of \(total) rows, \(Int(rate)) rows/s, \(Formatting.bytes(bytes)), "
          + (left < 1 ? "less than 1 s left" : "\(Int(left.rounded(.up))) s left")
        state.shownAny = true
        console.message("\r\u{1B}[K\(text)")
      }
    }
  }

  /// Clears the line: a result or an error follows.
  func end() {
    state.withLock { state in
      if state.shownAny { console.message("\r\u{1B}[K") }
      state.shownAny = false
    }
  }

  static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
