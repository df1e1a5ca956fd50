// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinearModels

/// The model of handwritten digits that the package carries, with rows that it has not seen.
struct DigitsExample {
  /// 64 features, 10 scores.
  let model: LinearModel

  /// What is scored.
  let rows: [[Double]]

  /// Reads both files.
  ///
  /// - Parameter folder: Holds the folder `digits`; looked for upwards from the working directory where nil.
  init(models folder: String?) throws {
    let digits = try Self.folder(models: folder)
    model = try LinearModel.load(path: digits.appendingPathComponent("model.onnx").path)
    rows = try Self.table(digits.appendingPathComponent("rows.csv").path, columns: model.featureCount)
  }

  private static func folder(models: String?) throws -> URL {
    if let models {
      let digits = URL(fileURLWithPath: models).appendingPathComponent("digits")
      guard hasModel(digits) else { throw BenchmarkError.noModels(searched: models) }
      return digits
    }
    let start = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL
    var place = start
    while true {
      let digits = place.appendingPathComponent("Examples/digits")
      if hasModel(digits) { return digits }
      let parent = place.deletingLastPathComponent()
      guard parent.path.count < place.path.count else {
        throw BenchmarkError.noModels(searched: "a folder Examples of \(start.path) or above")
      }
      place = parent
    }
  }

  private static func hasModel(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("model.onnx").path)
  }

  /// The numbers of a CSV file with a header line and no quotes, as the examples have them.
  private static func table(_ path: String, columns: Int) throws -> [[Double]] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw BenchmarkError.badRows(path: path, reason: "cannot be read")
    }
    let rows = try text.split(whereSeparator: \.isNewline).dropFirst().enumerated().map { index, line in
      let values = line.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
      guard values.count == columns else {
        throw BenchmarkError.badRows(path: path, reason: "row \(index + 1) does not hold \(columns) numbers")
      }
      return values
    }
    guard !rows.isEmpty else { throw BenchmarkError.badRows(path: path, reason: "holds no rows") }
    return rows
  }
}
