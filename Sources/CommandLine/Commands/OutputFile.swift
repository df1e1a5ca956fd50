// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Where a command writes: refused before the work where it exists, written beside and renamed after it.
struct OutputFile: Sendable {
  /// Who may read the file.
  enum Access: UInt16, Sendable {
    /// As the user's mask allows.
    case ordinary = 0o666
    /// Only the user.
    case secret = 0o600
  }

  /// As the user typed it.
  let path: String
  let access: Access
  private let mayReplace: Bool

  /// Checks a path before any work is done.
  ///
  /// - Parameters:
  ///   - path: The file; `-` is standard output.
  ///   - replacing: Whether an existing file may be replaced.
  ///   - advice: What to do about an existing file.
  init(
    _ path: String, access: Access = .ordinary, replacing: Bool = false,
    advice: String = "choose another name, or add --force to replace it"
  ) throws(CommandFailure) {
    self.path = path
    self.access = access
    mayReplace = replacing
    guard !path.isEmpty else { throw .usage("the name of the output file is empty") }
    guard path != "-" else { return }
    switch SystemCalls.kind(of: path) {
    case .folder: throw .usage("\(path) is a folder; name a file in it")
    case .file where !replacing: throw .usage("\(path) exists already; \(advice)")
    case .device where access == .secret:
      throw .usage("\(path) is not a regular file; secrets are only written to files")
    case .nothing, .file, .device: break
    }
    let parent = Self.folder(of: path)
    guard SystemCalls.kind(of: parent) == .folder else {
      throw .usage("\(path) cannot be written: there is no folder \(parent)")
    }
  }

  /// Writes everything or nothing.
  func write(_ bytes: borrowing [UInt8], console: Console) throws(CommandFailure) {
    guard path != "-" else { return try console.output(bytes) }
    do throws(SystemCalls.Failure) {
      if SystemCalls.kind(of: path) == .device {
        // A device or pipe is written to, never replaced.
        let descriptor = try SystemCalls.openForWriting(path)
        do throws(SystemCalls.Failure) {
          try SystemCalls.write(bytes, to: descriptor)
        } catch {
          try? SystemCalls.close(descriptor)
          throw error
        }
        try SystemCalls.close(descriptor)
      } else {
        try writeBeside(bytes)
      }
    } catch {
      if error == .exists {
        throw .usage("\(path) exists already; it was made while this command ran and is left as it is")
      }
      throw .output("\(path) cannot be written: \(error.description); nothing was left behind")
    }
  }

  private func writeBeside(_ bytes: borrowing [UInt8]) throws(SystemCalls.Failure) {
    let folder = Self.folder(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let temporary = "\(folder)/.\(name.prefix(100)).\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).part"
    let descriptor = try Interruption.shared.creating(temporary) { () throws(SystemCalls.Failure) in
      try SystemCalls.create(temporary, mode: access.rawValue)
    }
    do throws(SystemCalls.Failure) {
      do throws(SystemCalls.Failure) {
        try SystemCalls.write(bytes, to: descriptor)
        try SystemCalls.synchronise(descriptor)
      } catch {
        try? SystemCalls.close(descriptor)
        throw error
      }
      try SystemCalls.close(descriptor)
      try Interruption.shared.finishing(temporary) { () throws(SystemCalls.Failure) in
        if mayReplace {
          try SystemCalls.rename(temporary, to: path)
        } else {
          // A second name fails where the first exists, a rename would replace it. Some file systems have none.
          do throws(SystemCalls.Failure) {
            try SystemCalls.link(temporary, to: path)
            SystemCalls.remove(temporary)
          } catch {
            guard error != .exists, SystemCalls.kind(of: path) == .nothing else { throw .exists }
            try SystemCalls.rename(temporary, to: path)
          }
        }
      }
    } catch {
      try Interruption.shared.finishing(temporary) { () throws(SystemCalls.Failure) in SystemCalls.remove(temporary) }
      throw error
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// Overwrites bytes of a secret.
///
/// Not inlined, so that the stores are not dropped.
@inline(never)
func zeroise(_ bytes: inout [UInt8]) {
  for index in bytes.indices { bytes[index] = 0 }
}
