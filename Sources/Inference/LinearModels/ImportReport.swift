// SPDX-License-Identifier: Apache-2.0

/// What an import has found and done, for people.
public struct ImportReport: Sendable, Hashable {
  /// The file's format: `ONNX, ir 10`, or `JSON`.
  public let format: String
  /// The program that wrote the file, where it says so.
  public let producer: String?
  /// The operators that became part of the weights, in order.
  public let foldedOperators: [String]
  /// The operators that the client computes from the scores, in order.
  public let clientOperators: [String]
  /// What a user should know about the result.
  public let warnings: [String]

  /// A report from its parts.
  public init(
    format: String, producer: String? = nil, foldedOperators: [String] = [], clientOperators: [String] = [],
    warnings: [String] = []
  ) {
    self.format = format
    self.producer = producer
    self.foldedOperators = foldedOperators
    self.clientOperators = clientOperators
    self.warnings = warnings
  }
}

/// Centre and spread of one raw feature, as the model's own scaling shows them.
public struct FeatureStatistics: Sendable, Hashable {
  /// What the model subtracts: the mean, median or minimum of the training rows.
  public let centre: Double
  /// What the model divides by: the standard deviation, or a range.
  ///
  /// Above zero.
  public let spread: Double

  /// A centre and a spread.
  public init(centre: Double, spread: Double) {
    self.centre = centre
    self.spread = spread
  }
}
