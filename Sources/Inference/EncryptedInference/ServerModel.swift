// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Foundation
public import Tacit

/// What the server keeps of a model: integers and parameters.
///
/// It holds the weights: only the server may see it.
public struct ServerModel: Codable, Sendable {
  static let format = "tacit-model"
  static let version = 1

  var format: String
  var version: Int

  /// Names the model: SHA-256 over a random salt and the rest of this file, in hexadecimal.
  ///
  /// Because of the salt it tells nothing of the weights.
  public private(set) var digest: String

  var salt: String

  /// The encryption parameters.
  public let parameters: BFVParameterLiteral

  /// What replies give away.
  public let protection: Protection

  let floodExponent: Int?
  let distanceBits: Double?
  let weights: [[Int64]]
  let offsets: [Int64]

  init(plan: InferencePlan) {
    format = Self.format
    version = Self.version
    digest = ""
    salt = (0..<32).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
    parameters = plan.parameters.literal
    protection = plan.protection
    floodExponent = plan.floodExponent
    distanceBits = plan.distanceBits
    weights = plan.fixedPoint.weights
    offsets = plan.fixedPoint.offsets
    digest = computedDigest()
  }

  /// Features of the model.
  public var featureCount: Int { weights.first?.count ?? 0 }

  /// Numbers computed for each row.
  public var outputCount: Int { weights.count }

  private func computedDigest() -> String {
    var copy = self
    copy.digest = ""
    let bytes = (try? Self.encoder.encode(copy)) ?? Data()
    return SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return encoder
  }

  /// The model as bytes: one JSON object.
  public func serialized() throws(InferenceError) -> [UInt8] {
    do {
      return Array(try Self.encoder.encode(self))
    } catch {
      throw .damaged(field: "model", reason: "cannot be written: \(error)")
    }
  }

  /// Reads a model and checks that it is whole and possible.
  public init(serialized bytes: [UInt8]) throws(InferenceError) {
    let decoded: ServerModel
    do {
      decoded = try JSONDecoder().decode(ServerModel.self, from: Data(bytes))
    } catch {
      throw .wrongKind(expected: "a server's model file", reason: jsonProblem(error))
    }
    guard decoded.format == Self.format else {
      throw .damaged(field: "format", reason: "is \"\(decoded.format.prefix(40))\", not \"\(Self.format)\"")
    }
    guard decoded.version == Self.version else {
      throw .damaged(field: "version", reason: "is \(decoded.version); this program reads \(Self.version)")
    }
    guard decoded.digest == decoded.computedDigest() else {
      throw .damaged(field: "digest", reason: "does not match the content")
    }
    guard !decoded.weights.isEmpty, decoded.featureCount > 0,
      decoded.weights.allSatisfy({ $0.count == decoded.featureCount }),
      decoded.offsets.count == decoded.weights.count
    else { throw .damaged(field: "weights", reason: "have an impossible shape") }
    let limit = Int64(clamping: decoded.parameters.plaintextModulus / 2)
    let largest = decoded.weights.joined().map(\.magnitude).max() ?? 0
    guard largest <= limit.magnitude, decoded.offsets.allSatisfy({ $0.magnitude <= limit.magnitude }) else {
      throw .damaged(field: "weights", reason: "exceed the plaintext modulus")
    }
    switch decoded.protection {
    case .protected:
      guard let exponent = decoded.floodExponent, (0...120).contains(exponent) else {
        throw .damaged(field: "floodExponent", reason: "is missing or out of range")
      }
    case .sharedWeights:
      guard decoded.floodExponent == nil else {
        throw .damaged(field: "floodExponent", reason: "contradicts the protection")
      }
    }
    self = decoded
  }
}

/// What a JSON decoding error says, in one line without addresses of types.
func jsonProblem(_ error: any Error) -> String {
  switch error {
  case DecodingError.keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
  case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has another type than it should"
  case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
    "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\": \(context.debugDescription)"
  default: "not JSON"
  }
}
