// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What is true of a whole run.
struct RunContext {
  /// The processor.
  let cpu: CPUInfo

  /// The commit of the repository that the working directory belongs to, or `unknown`.
  let commit: String
}

/// Takes results as they come.
protocol Reporter {
  /// Called once, before the first result.
  func begin(_ context: RunContext)

  /// Called for every result.
  func report(_ measurement: Measurement, _ context: RunContext)
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

extension Double {
  /// With a fixed number of digits after the point.
  func formatted(digits: Int) -> String {
    String(format: "%.\(digits)f", self)
  }

  /// With four significant digits, as long as the integer part has no more.
  var fourDigits: String {
    formatted(digits: self < 9.9995 ? 3 : self < 99.995 ? 2 : self < 999.95 ? 1 : 0)
  }
}

extension String {
  /// With spaces after it.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }

  /// With spaces before it.
  func aligned(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }
}
