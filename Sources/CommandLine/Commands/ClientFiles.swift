// SPDX-License-Identifier: Apache-2.0

internal import EncryptedInference
internal import Tacit

/// Reads what a client holds.
enum ClientFiles {
  /// The client file at `path`.
  static func profile(_ path: String) throws(CommandFailure) -> ClientProfile {
    let bytes = try InputFile.bytes(path, what: "the client file")
    do {
      return try ClientProfile(serialized: bytes)
    } catch {
      throw .badInput("\(InputFile.name(path)): \(error.description)")
    }
  }

  /// A client from its key and client file.
  static func client(
    key keyPath: String, profile: ClientProfile, path: String, console: Console
  ) throws(CommandFailure) -> ScoringClient {
    let parameters = try parameters(profile, path: path)
    var bytes = try InputFile.bytes(keyPath, what: "the secret key")
    defer { zeroise(&bytes) }
    let secret: SecretKey
    do throws(WireError) {
      secret = try SecretKey(serialized: bytes, parameters: parameters.rlwe)
    } catch {
      if case .parametersMismatch = error {
        throw .mismatch(
          "\(keyPath) was made for another model than \(path); "
            + "use the key made for it, or make one with `he keygen \(path)`"
        )
      }
      throw CommandFailure(error, file: InputFile.name(keyPath), partner: path)
    }
    if keyPath != "-", let mode = SystemCalls.permissions(of: keyPath), mode & 0o066 != 0 {
      console.note(
        "\(keyPath) can be read or changed by other users (mode \(String(mode, radix: 8))): chmod 600 \(keyPath)")
    }
    do throws(InferenceError) {
      return try ScoringClient(profile: profile, parameters: parameters, secretKey: secret)
    } catch {
      throw CommandFailure(error, file: keyPath, partner: path)
    }
  }

  /// The parameters of a client file, checked.
  static func parameters(_ profile: ClientProfile, path: String) throws(CommandFailure) -> BFVParameters {
    do {
      return try profile.checkedParameters()
    } catch {
      throw .badInput("\(InputFile.name(path)): \(error.description)")
    }
  }

  /// Rows for a profile.
  static func rows(_ path: String, profile: ClientProfile, console: Console) throws(CommandFailure) -> FeatureTable {
    let table = try FeatureTable.read(
      path,
      columns: .init(count: profile.columns.count, names: profile.hasModelNames ? profile.featureNames : nil))
    if let warning = table.warning { console.note(warning) }
    return table
  }
}
