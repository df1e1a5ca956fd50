// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The part of another file that holds a tensor's bytes.
struct ExternalReference {
  /// The file's name as the model has it.
  let location: String
  /// The first byte.
  let offset: Int
  /// How many bytes.
  let length: Int

  init(location: String, offset: Int, length: Int) {
    self.location = location
    self.offset = offset
    self.length = length
  }

  /// Reads the entries of a tensor that needs `byteCount` bytes.
  init(_ entries: [ONNXStringEntry], byteCount: Int, location tensor: String) throws(ModelError) {
    func entry(_ key: String) -> String? { entries.first { $0.key == key }?.value }
    guard let name = entry("location"), !name.isEmpty else {
      throw .externalData(location: "", reason: "\(tensor) is stored outside the model, but names no file")
    }
    location = name
    func number(_ key: String, _ fallback: Int) throws(ModelError) -> Int {
      guard let text = entry(key) else { return fallback }
      guard let value = Int(text), value >= 0, value <= 1 << 40 else {
        throw .externalData(location: name, reason: "\(tensor) has the \(key) \(text.quoted)")
      }
      return value
    }
    offset = try number("offset", 0)
    length = try number("length", byteCount)
    guard length == byteCount else {
      throw .externalData(location: name, reason: "\(tensor) needs \(byteCount) bytes, but names \(length)")
    }
  }
}

/// Reads weights files, from the model's own folder only.
struct ExternalFolder {
  let folder: URL

  /// The bytes that a tensor names.
  ///
  /// The file must lie in the folder, after symbolic links are followed.
  func bytes(_ reference: ExternalReference) throws(ModelError) -> [UInt8] {
    let name = reference.location
    func refuse(_ reason: String) -> ModelError { .externalData(location: name, reason: reason) }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.hasPrefix("/"), !name.contains("\\"), !name.contains("\0"), !parts.contains(".."),
      name.utf8.count < 1024
    else { throw refuse("only a relative path inside the model's folder is read") }
    let root = folder.resolvingSymlinksInPath().standardizedFileURL.path
    let file = folder.appendingPathComponent(name).resolvingSymlinksInPath().standardizedFileURL
    guard file.path.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
      throw refuse("leads out of the model's folder")
    }
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw refuse("is missing; export with external_data=False, or put the file beside the model")
    }
    guard reference.length <= Limits.fileBytes else {
      throw .tooLarge(what: "bytes of one tensor in \(name.quoted)", size: reference.length, limit: Limits.fileBytes)
    }
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      guard attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int else {
        throw refuse("is not a plain file")
      }
      guard reference.offset <= size, reference.length <= size - reference.offset else {
        throw refuse(
          "has \(size) bytes, but a tensor lies at \(reference.offset) with \(reference.length): the file is cut, or not "
            + "the model's"
        )
      }
      let handle = try FileHandle(forReadingFrom: file)
      defer { try? handle.close() }
      try handle.seek(toOffset: UInt64(reference.offset))
      return [UInt8](try handle.read(upToCount: reference.length) ?? Data())
    } catch let error as ModelError {
      throw error
    } catch {
      throw refuse("cannot be read (\(error.localizedDescription))")
    }
  }
}
