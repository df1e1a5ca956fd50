// SPDX-License-Identifier: Apache-2.0

internal import EncryptedInference
internal import Tacit

/// A plan in words and as JSON.
struct PlanSummary: Encodable {
  /// Messages for a number of rows.
  struct Sizes: Encodable {
    let rows: Int
    let uploadBytes: Int
    let replyBytes: Int
  }

  let ringDegree: Int
  let modulusBits: Int
  let plaintextBits: Int
  let replyModulusBits: Int
  let security: String
  let errorBound: Double
  let weightsShared: Bool
  /// −log2 of the statistical distance.
  let distanceBits: Double?
  /// About how many rows of a client's choice tell it the weights; nil where they are shared anyway.
  let revealingRows: Int?
  let publicKeyBytes: Int
  let sizes: [Sizes]
  let inputRange: String

  init(_ preparation: Preparation) {
    let plan = preparation.plan
    let parameters = plan.parameters
    let literal = parameters.literal
    ringDegree = literal.degree
    modulusBits = Self.bits(of: literal.moduli)
    plaintextBits = literal.plaintextModulus.trailingZeroBitCount
    replyModulusBits = literal.replyModulus.map { 64 - $0.leadingZeroBitCount } ?? modulusBits
    security = Self.words(literal.security)
    errorBound = plan.fixedPoint.errorBound
    weightsShared = plan.protection == .sharedWeights
    distanceBits = plan.distanceBits
    revealingRows = weightsShared ? nil : plan.revealingRowCount
    // What travels: the seed, and the residues of the other half.
    publicKeyBytes = weightsShared ? 0 : PublicKey(of: SecretKey(parameters: parameters.rlwe)).serialized().count
    sizes = [1, 540].map { rows in
      let cost = plan.packing(rows: rows).cost(rows: rows, parameters: parameters)
      return Sizes(rows: rows, uploadBytes: cost.uploadBytes, replyBytes: cost.replyBytes)
    }
    inputRange = preparation.rangeSource.description
  }

  /// Name and text of each line.
  var lines: [(name: String, text: String)] {
    var lines = [
      ("accepted values", inputRange),
      (
        "encryption",
        "ring degree \(ringDegree), \(modulusBits)-bit modulus, \(plaintextBits)-bit numbers; \(security)"
      ),
      ("largest error of a score", Formatting.short(errorBound)),
    ]
    if let distanceBits {
      lines.append(
        (
          "model",
          "hidden: replies are within statistical distance 2^-\(Int(distanceBits.rounded(.down))) "
            + "of ones made of the scores alone"
        ))
      if let revealingRows {
        lines.append(
          (
            "what scores tell",
            "as few as \(Formatting.count(revealingRows, "row")) of a client's choice give the weights away, since scores "
              + "are linear in them and exact; limit the rows that a client may send"
          ))
      }
    } else {
      lines.append(("model", "shared: a client can compute the weights from a reply"))
    }
    for size in sizes {
      lines.append(
        (
          Formatting.count(size.rows, "row"),
          "\(Formatting.bytes(size.uploadBytes)) up, \(Formatting.bytes(size.replyBytes)) down"
        ))
    }
    lines.append(
      (
        "public key",
        publicKeyBytes == 0 ? "none is needed" : "\(Formatting.bytes(publicKeyBytes)) up with each file of rows"
      ))
    return lines
  }

  private static func bits(of moduli: [UInt64]) -> Int {
    moduli.reduce(0) { $0 + 64 - $1.leadingZeroBitCount }
  }

  private static func words(_ level: SecurityLevel) -> String {
    switch level {
    case .classical128: "128-bit security (2024 guidelines)"
    case .classical192: "192-bit security (2024 guidelines)"
    case .classical256: "256-bit security (2024 guidelines)"
    case .quantum128: "128-bit security against quantum computers"
    case .standard2018: "128-bit security (2018 standard)"
    case .uncheckedInsecure: "no security"
    }
  }
}
