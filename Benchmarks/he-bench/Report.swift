// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Foundation

/// What is true of a whole run.
struct RunContext {
  /// The processor.
  let cpu: CPUInfo

  /// What its core can do at most, where kernels are timed.
  let core: CoreLimits?

  /// The commit of the repository that the working directory belongs to, or `unknown`.
  let commit: String
}

/// Takes results as they come.
protocol Reporter {
  /// Called once, before the first result.
  func begin(_ context: RunContext)

  /// Called for every result.
  func report(_ measurement: Measurement, _ context: RunContext)

  /// Called for the sizes that a probe counted, after the times.
  func report(_ counts: [ByteCount], of probe: ByteCountProbe, _ context: RunContext)
}

/// Where lines go: a file or standard output, written at once, so that an interrupted run keeps what it has.
struct LineWriter {
  private let handle: FileHandle

  /// Standard output.
  static let standardOutput = LineWriter(handle: .standardOutput)

  private init(handle: FileHandle) { self.handle = handle }

  /// Empties or creates the file at `path`; `-` is standard output.
  init(path: String) throws {
    if path == "-" {
      self = .standardOutput
      return
    }
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
    else { throw BenchmarkError.cannotWrite(path: path) }
    self.init(handle: handle)
  }

  /// Writes a line.
  ///
  /// A reader who went away gets no more.
  func write(_ line: String) {
    try? handle.write(contentsOf: Data((line + "\n").utf8))
  }
}
