// SPDX-License-Identifier: Apache-2.0

internal import EncryptedInference
internal import LinearModels
internal import Tacit

/// What the program returns to its caller.
enum ExitStatus: Int32, Sendable {
  /// Everything asked for was done.
  case success = 0
  /// `he check`: something does not hold.
  case checkFailed = 1
  /// The command line is wrong, or the output exists or cannot be written.
  case usage = 2
  /// An input file is missing, damaged, of the wrong kind or unsupported.
  case badInput = 3
  /// Files that do not belong together: another key, another model.
  case mismatch = 4
}

/// Why a command stopped: one line for the user and the exit status.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
  let status: ExitStatus
  let message: String

  /// The line for the user, without the program's name.
  var description: String { message }

  static func usage(_ message: String) -> CommandFailure { CommandFailure(status: .usage, message: message) }
  static func badInput(_ message: String) -> CommandFailure { CommandFailure(status: .badInput, message: message) }
  static func mismatch(_ message: String) -> CommandFailure { CommandFailure(status: .mismatch, message: message) }
  static func checkFailed(_ message: String) -> CommandFailure {
    CommandFailure(status: .checkFailed, message: message)
  }
  static func output(_ message: String) -> CommandFailure { CommandFailure(status: .usage, message: message) }
}

extension CommandFailure {
  /// A model that was not taken, with the path as the user typed it.
  init(_ error: ModelError, path: String) {
    let text = error.description
    self = .badInput(text.hasPrefix(path) ? text : "\(path): \(text)")
  }

  /// Something that does not fit in `file`; `partner` is the file that it was compared with.
  init(_ error: InferenceError, file: String, partner: String) {
    switch error {
    case .wrongModel(let expected, let found):
      self = .mismatch(
        "\(file) was made for model \(found.prefix(8)), \(partner) is for model \(expected.prefix(8)); "
          + "use files that come from one `he prepare`")
    case .encryption(.wrongKey):
      self = .mismatch("\(file) was encrypted under another key than \(partner); use the key that encrypted the rows")
    case .encryption(.parametersMismatch):
      self = .mismatch("\(file) and \(partner) belong to different models; use files that come from one `he prepare`")
    case .missingPublicKey:
      self = .mismatch("\(file): \(error.description)")
    case .wire(let wire):
      self.init(wire, file: file, partner: partner)
    case .noParameters, .unusableRange:
      self = .badInput("\(file): \(error.description)")
    default:
      self = .badInput("\(file): \(error.description)")
    }
  }

  /// Bytes of `file` that are not what they should be; `partner` says for which model they should be.
  init(_ error: WireError, file: String, partner: String) {
    switch error {
    case .parametersMismatch:
      self = .mismatch("\(file) and \(partner) belong to different models; use files that come from one `he prepare`")
    default:
      self = .badInput("\(file): \(error.description)")
    }
  }
}
