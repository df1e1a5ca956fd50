// SPDX-License-Identifier: Apache-2.0

public import RLWE

/// What can be wrong when rows, models, keys and files meet.
public enum InferenceError: Error, Sendable, CustomStringConvertible {
  /// A row has another number of values than the model has features.
  case featureCount(row: Int, expected: Int, found: Int)
  /// A value is not a finite number.
  case notFinite(row: Int, column: String)
  /// A value lies outside the range that the fixed-point plan covers.
  case outOfRange(row: Int, column: String, value: Double, lower: Double, upper: Double)
  /// A value has a fraction in a column that was planned for whole numbers.
  case notWhole(row: Int, column: String, value: Double)
  /// There are no rows.
  case noRows
  /// The ranges say nothing: too few of them, empty, or not finite.
  case unusableRange(column: String, reason: String)
  /// No parameter set up to the largest ring holds the model with the precision and protection asked for.
  case noParameters(reason: String)
  /// Another model than the file is for.
  case wrongModel(expected: String, found: String)
  /// The bytes are no file of this kind at all.
  case wrongKind(expected: String, reason: String)
  /// A file of a model or a client profile has an impossible content.
  case damaged(field: String, reason: String)
  /// The file of rows carries no public key, which a protected model needs.
  case missingPublicKey
  /// The engine refused.
  case encryption(RLWEError)
  /// The bytes are not what they should be.
  case wire(WireError)
  /// The parameters are not acceptable.
  case parameters(ParameterError)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .featureCount(let row, let expected, let found):
      "row \(row): \(found) values; the model has \(expected) features"
    case .notFinite(let row, let column):
      "row \(row), column \"\(column)\": not a finite number"
    case .outOfRange(let row, let column, let value, let lower, let upper):
      "row \(row), column \"\(column)\": \(value) lies outside \(lower) … \(upper), which the model was prepared for; "
        + "prepare it again with --input-range over rows that include such values, or with a larger --max-abs"
    case .notWhole(let row, let column, let value):
      "row \(row), column \"\(column)\": \(value) is not a whole number, and the rows that the model was prepared with held "
        + "only whole numbers there; prepare it again with rows that show the precision you need"
    case .noRows:
      "there are no rows"
    case .unusableRange(let column, let reason):
      "column \"\(column)\": \(reason)"
    case .noParameters(let reason):
      "no parameter set fits: \(reason)"
    case .wrongModel(let expected, let found):
      "made for model \(found.prefix(8)), but this is model \(expected.prefix(8)); use the files of one `he prepare`"
    case .wrongKind(let expected, let reason):
      "not \(expected), as `he prepare` makes it (\(reason))"
    case .damaged(let field, let reason):
      "the file is damaged or was edited: \(field) \(reason)"
    case .missingPublicKey:
      "the encrypted rows carry no public key, which this model needs to protect its weights; encrypt them again with the "
        + "client file of this model"
    case .encryption(let error): error.description
    case .wire(let error): error.description
    case .parameters(let error): error.description
    }
  }
}
