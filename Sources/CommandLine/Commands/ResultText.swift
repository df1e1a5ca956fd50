// SPDX-License-Identifier: Apache-2.0

internal import LinearModels

/// Results as a file.
struct ResultText {
  /// From scores to outputs and labels.
  let postProcessing: PostProcessing
  /// What to print; label and outputs where nil.
  let kind: ResultKind?

  /// Refuses labels of a model that has none.
  ///
  /// - Parameter model: The file, for the message.
  init(_ postProcessing: PostProcessing, kind: ResultKind?, model: String) throws(CommandFailure) {
    if kind == .labels, !postProcessing.hasLabels {
      throw .usage("\(model) predicts no classes, so it has no labels; use --scores or --outputs")
    }
    self.postProcessing = postProcessing
    self.kind = kind
  }

  /// A header and one line a row.
  func csv(_ scores: [[Double]]) -> [UInt8] {
    let showsLabel = kind == .labels || (kind == nil && postProcessing.hasLabels)
    var header: [String] = showsLabel ? ["label"] : []
    switch kind {
    case .labels: break
    case .scores: header += (0..<postProcessing.scoreCount).map { "score_\($0)" }
    case .outputs, nil: header += postProcessing.outputNames
    }
    var text = header.map(Formatting.cell).joined(separator: ",") + "\n"
    for row in scores {
      var cells: [String] = []
      if showsLabel { cells.append(Formatting.cell(postProcessing.label(scores: row)?.description ?? "")) }
      switch kind {
      case .labels: break
      case .scores: cells += row.map(Formatting.exact)
      case .outputs, nil: cells += postProcessing.outputs(scores: row).map(Formatting.exact)
      }
      text += cells.joined(separator: ",") + "\n"
    }
    return Array(text.utf8)
  }

  /// One JSON object a row: `row` from 1, and `label`, `outputs`, `scores` as asked for.
  func jsonLines(_ scores: [[Double]]) throws(CommandFailure) -> [UInt8] {
    var text = ""
    for (index, row) in scores.enumerated() {
      var fields: [String] = []
      if kind == .labels || kind == nil, let label = postProcessing.label(scores: row) {
        switch label {
        case .integer(let value): fields.append("\"label\":\(value)")
        case .string(let value): fields.append("\"label\":\(try Formatting.json(value))")
        }
      }
      if kind == .outputs || kind == nil {
        fields.append("\"outputs\":\(Self.array(postProcessing.outputs(scores: row)))")
      }
      fields.append("\"row\":\(index + 1)")
      if kind == .scores { fields.append("\"scores\":\(Self.array(row))") }
      text += "{" + fields.joined(separator: ",") + "}\n"
    }
    return Array(text.utf8)
  }

  /// Numbers with as many digits as they need; JSON has no infinities.
  private static func array(_ values: [Double]) -> String {
    "[" + values.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ",") + "]"
  }
}
