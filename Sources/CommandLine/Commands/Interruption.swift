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

/// Unfinished files are removed when the user or the system stops the program.
final class Interruption: Sendable {
  /// The one of this process: signals belong to the process.
  static let shared = Interruption()

  private struct State {
    var unfinished: Set<String> = []
  }

  private let state = Mutex(State())

  /// Starts to listen.
  ///
  /// The program calls it once, before it starts other threads; tests do not.
  func listen() {
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { !SystemCalls.isIgnored($0) }
    guard !signals.isEmpty else { return }
    SystemCalls.holdBack(signals)
    Thread.detachNewThread { [self] in
      let number = SystemCalls.waitForSignal(signals)
      // Ends as the caller of a signalled process expects: by the signal itself.
      afterRemovingUnfinished { SystemCalls.endBySignal(number) }
    }
  }

  /// Removes what is unfinished, then runs `body`; nothing new is created meanwhile.
  func afterRemovingUnfinished(_ body: () -> Void) {
    state.withLock { state in
      for path in state.unfinished { SystemCalls.remove(path) }
      state.unfinished.removeAll()
      body()
    }
  }

  /// Runs `create`, which makes the file at `path`, so that no signal comes between its creation and its registration.
  func creating<Result>(_ path: String, _ create: () throws(SystemCalls.Failure) -> Result) throws(SystemCalls.Failure)
    -> Result
  {
    let outcome = state.withLock { state -> Swift.Result<Result, SystemCalls.Failure> in
      do throws(SystemCalls.Failure) {
        let result = try create()
        state.unfinished.insert(path)
        return .success(result)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Runs `finish`, after which the file at `path` is finished or gone.
  func finishing(_ path: String, _ finish: () throws(SystemCalls.Failure) -> Void) throws(SystemCalls.Failure) {
    let outcome = state.withLock { state -> Swift.Result<Void, SystemCalls.Failure> in
      do throws(SystemCalls.Failure) {
        try finish()
        state.unfinished.remove(path)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }
}
