// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Reads whole files, with errors that name the path as the user typed it.
enum InputFile {
  /// Larger files do not fit the memory that scoring them would take.
  static let limit = 1 << 33

  /// All bytes of `path`; `-` is standard input.
  ///
  /// - Parameter what: What the file should be, for messages: `the client file`.
  static func bytes(_ path: String, what: String) throws(CommandFailure) -> [UInt8] {
    guard !path.isEmpty else { throw .usage("the name of \(what) is empty") }
    do {
      if path == "-" {
        return [UInt8](try FileHandle.standardInput.readToEnd() ?? Data())
      }
      switch SystemCalls.kind(of: path) {
      case .nothing: throw CommandFailure.badInput("\(path): no such file (\(what))")
      case .folder: throw CommandFailure.badInput("\(path) is a folder; name \(what) in it")
      case .file, .device: break
      }
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      let data = try handle.read(upToCount: limit + 1) ?? Data()
      guard data.count <= limit else {
        throw CommandFailure.badInput("\(path) is larger than \(limit >> 30) GB; split it into several files")
      }
      return [UInt8](data)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw .badInput("\(path) cannot be read (\(what)); check that you may read it")
    }
  }

  /// The name of a file for messages: standard input has none.
  static func name(_ path: String) -> String {
    path == "-" ? "standard input" : path
  }
}
