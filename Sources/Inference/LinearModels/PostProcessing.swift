// SPDX-License-Identifier: Apache-2.0

/// The client's part of a model: from the decrypted scores of a row to outputs and a label.
public struct PostProcessing: Sendable, Hashable {
  /// A name for every output, for CSV headers: `proba_setosa`, `score_0`, `prediction`.
  public let outputNames: [String]
  /// The classes in the model's order; `nil` for regressors and for networks without labels.
  public let classes: [ClassLabel]?
  let program: ClientProgram

  /// Scores that a row has.
  public var scoreCount: Int { program.scoreCount }

  /// Whether the model predicts classes.
  public var hasLabels: Bool { program.label != nil }

  init(outputNames: [String], classes: [ClassLabel]?, program: ClientProgram) {
    precondition(outputNames.count == program.outputCount, "one name an output")
    self.outputNames = outputNames
    self.classes = classes
    self.program = program
  }

  /// What the model itself returns for a row.
  ///
  /// - Parameter scores: the row's linear values, `scoreCount` of them.
  /// - Returns: probabilities, the inverse link's value, or a network's last layer, as the model has it; one value an
  ///   output name.
  public func outputs(scores: [Double]) -> [Double] {
    program.outputs(scores: scores)
  }

  /// The predicted class of a row, or `nil` where the model has no classes.
  ///
  /// - Parameter scores: the row's linear values, `scoreCount` of them.
  public func label(scores: [Double]) -> ClassLabel? {
    program.label(scores: scores)
  }
}

extension PostProcessing: Codable {
  private enum Key: String, CodingKey {
    case outputNames, classes, program
  }

  /// Reads and checks the client's part; every bound is checked before it is used.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    program = try container.decode(ClientProgram.self, forKey: .program)
    outputNames = try container.decode([String].self, forKey: .outputNames)
    classes = try container.decodeIfPresent([ClassLabel].self, forKey: .classes)
    guard outputNames.count == program.outputCount else {
      throw DecodingError.dataCorruptedError(
        forKey: .outputNames, in: container,
        debugDescription: "\(outputNames.count) names for \(program.outputCount) outputs")
    }
    guard outputNames.allSatisfy({ $0.utf8.count <= 4096 }), (classes?.count ?? 0) <= Limits.tracedElements else {
      throw DecodingError.dataCorruptedError(
        forKey: .classes, in: container, debugDescription: "too long a name or too many classes")
    }
  }

  /// Writes names, classes and steps.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(outputNames, forKey: .outputNames)
    try container.encodeIfPresent(classes, forKey: .classes)
    try container.encode(program, forKey: .program)
  }
}
