// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import LinearModels
public import Tacit

/// What a client needs to use a model: parameters, how features are encoded, what to do with scores.
///
/// Public: it holds no weights, but it shows the ranges of the inputs and the size of the scores. What depends on the
/// weights beyond that (`scoreStep`, `errorBound`, the moduli) is rounded to powers of two, or to whole bits.
///
/// From version 2 on its file ends in a checksum (`CanonicalJSON.checksum`): steps that were edited would decrypt to scores
/// that look like any others. It guards against accidents; whoever can change the file can change the checksum with it.
public struct ClientProfile: Codable, Sendable {
  static let format = "tacit-client"
  static let version = 2

  var format: String
  var version: Int

  /// In files of version 2, and there alone; nil in memory.
  private var checksum: String?

  /// Names the model that this belongs to.
  public let model: String

  /// The encryption parameters.
  public let parameters: BFVParameterLiteral

  /// What replies give away of the model.
  public let protection: Protection

  /// −log2 of the statistical distance of a reply from one that depends on the scores alone.
  public let distanceBits: Double?

  /// Names of the features, in order.
  public let featureNames: [String]

  /// Whether the names come from the model, so that a header that differs is an error.
  public let hasModelNames: Bool

  /// How features become integers.
  public let columns: [ColumnEncoding]

  /// The difference of scores that one integer step makes.
  public let scoreStep: Double

  /// Numbers that make one score.
  public let digits: Int

  /// Bits a digit.
  public let digitBits: Int

  /// How many scores a row gets.
  public let scoreCount: Int

  /// No score differs from the plain model's by more.
  public let errorBound: Double

  /// From scores to outputs and labels.
  public let postProcessing: PostProcessing

  init(plan: InferencePlan, model: LinearModel, featureNames: [String]?, digest: String) {
    format = Self.format
    version = Self.version
    self.model = digest
    parameters = plan.parameters.literal
    protection = plan.protection
    // What is exact to the last bit tells the norm of the weights: the client gets what was asked for and powers of two.
    if case .protected(let bits) = plan.protection { distanceBits = Double(bits) } else { distanceBits = nil }
    self.featureNames = featureNames ?? (0..<model.featureCount).map { "x\($0)" }
    hasModelNames = featureNames != nil
    columns = plan.fixedPoint.columns
    scoreStep = plan.fixedPoint.scoreStep
    digits = plan.fixedPoint.digits
    digitBits = plan.fixedPoint.digits == 1 ? 2 : plan.fixedPoint.digitBits
    scoreCount = plan.fixedPoint.scoreCount
    errorBound = exp2(log2(plan.fixedPoint.errorBound).rounded(.up))
    postProcessing = model.postProcessing
  }

  /// Numbers that the server computes for each row.
  public var outputCount: Int { scoreCount * digits }

  /// The profile as JSON that a person can read, in the current version.
  public func serialized() throws(InferenceError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    var copy = self
    copy.version = Self.version
    do {
      copy.checksum = CanonicalJSON.checksum(of: Array(try encoder.encode(copy)), without: Self.checksumField)
      return Array(try encoder.encode(copy)) + [0x0A]
    } catch {
      throw .damaged(field: "client profile", reason: "cannot be written: \(error)")
    }
  }

  private static let checksumField = "checksum"

  /// Reads a profile of this or an earlier version, and checks that it is whole and possible, and that its parameters
  /// protect the client.
  public init(serialized bytes: [UInt8]) throws(InferenceError) {
    var decoded: ClientProfile
    do {
      decoded = try JSONDecoder().decode(ClientProfile.self, from: Data(bytes))
    } catch {
      throw .wrongKind(expected: "a client file", reason: jsonProblem(error))
    }
    try decoded.validateFile(bytes)
    try decoded.validate()
    decoded.version = Self.version
    decoded.checksum = nil
    self = decoded
  }

  /// What concerns the file rather than the profile in it: format, version and checksum.
  private func validateFile(_ bytes: [UInt8]) throws(InferenceError) {
    guard format == Self.format else {
      throw .damaged(field: "format", reason: "is \"\(format.prefix(40))\", not \"\(Self.format)\"")
    }
    guard (1...Self.version).contains(version) else {
      throw .damaged(field: "version", reason: "is \(version); this program reads 1 to \(Self.version)")
    }
    guard version > 1 else {
      // Only a damaged version number gets here with a checksum.
      guard checksum == nil else { throw .damaged(field: "version", reason: "is 1, which has no checksum") }
      return
    }
    let advice = "get the file again from where the model was prepared"
    guard let checksum else { throw .damaged(field: "checksum", reason: "is missing; \(advice)") }
    guard checksum == CanonicalJSON.checksum(of: bytes, without: Self.checksumField) else {
      throw .damaged(field: "checksum", reason: "does not match the content; \(advice)")
    }
  }

  private func validate() throws(InferenceError) {
    guard model.utf8.count == 64, model.allSatisfy(\.isHexDigit) else {
      throw .damaged(field: "model", reason: "is not a digest")
    }
    // Whoever sends the profile chooses the parameters; weak ones would open the client's rows.
    guard parameters.security != .uncheckedInsecure, parameters.security != .standard2018 else {
      throw .damaged(field: "parameters", reason: "ask for less than 128-bit security by the current guidelines")
    }
    guard parameters.replyModulus != nil else { throw .damaged(field: "replyModulus", reason: "is missing") }
    guard !columns.isEmpty, columns.count == featureNames.count, columns.count <= 1 << 24 else {
      throw .damaged(field: "columns", reason: "do not match the feature names")
    }
    for column in columns {
      guard column.centre.isFinite, column.step.isFinite, column.step > 0, (1...1 << 40).contains(column.bound),
        column.lower.isFinite, column.upper.isFinite
      else { throw .damaged(field: "columns", reason: "hold an impossible number") }
    }
    guard postProcessing.scoreCount == scoreCount else {
      throw .damaged(field: "scoreCount", reason: "does not match what is done with scores")
    }
    guard (1...4).contains(digits), (2...60).contains(digitBits), (1...1 << 20).contains(scoreCount),
      scoreStep.isFinite, scoreStep > 0
    else { throw .damaged(field: "scores", reason: "hold an impossible number") }
  }
}
