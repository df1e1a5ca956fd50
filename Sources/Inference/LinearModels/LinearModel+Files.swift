// SPDX-License-Identifier: Apache-2.0

internal import Foundation

extension LinearModel {
  /// Reads a model file: ONNX, or the JSON form.
  ///
  /// The first byte tells them apart.
  ///
  /// - Throws: `ModelError`, which says what is wrong and what to do.
  public static func load(path: String) throws(ModelError) -> LinearModel {
    let bytes = try contents(path: path)
    let firstVisible = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    let hasMark = bytes.starts(with: [0xef, 0xbb, 0xbf])
    if firstVisible == UInt8(ascii: "{") || hasMark || path.lowercased().hasSuffix(".json") {
      return try LinearModel(json: hasMark ? Array(bytes.dropFirst(3)) : bytes)
    }
    let folder = ExternalFolder(folder: URL(fileURLWithPath: path).deletingLastPathComponent())
    return try LinearModel(onnx: bytes) { (name, offset, length) throws(ModelError) in
      try folder.bytes(ExternalReference(location: name, offset: offset, length: length))
    }
  }

  private static func contents(path: String) throws(ModelError) -> [UInt8] {
    do {
      guard FileManager.default.fileExists(atPath: path) else {
        throw ModelError.notReadable(path: path, reason: "no such file")
      }
      let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      let type = try FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType
      guard type == .typeRegular else {
        throw ModelError.notReadable(path: path, reason: "is not a plain file; name the model file itself")
      }
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      // One byte above the limit tells a file at the limit from a longer one.
      let data = try handle.read(upToCount: Limits.fileBytes + 1) ?? Data()
      guard data.count <= Limits.fileBytes else {
        throw ModelError.tooLarge(what: "bytes of \(path)", size: data.count, limit: Limits.fileBytes)
      }
      return [UInt8](data)
    } catch let error as ModelError {
      throw error
    } catch {
      throw .notReadable(path: path, reason: "cannot be read (\(error.localizedDescription))")
    }
  }
}
