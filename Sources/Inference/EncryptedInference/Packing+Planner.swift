// SPDX-License-Identifier: Apache-2.0

public import Tacit

/// What a packing costs for a number of rows.
public struct PackingCost: Hashable, Sendable {
  /// Bytes of ciphertexts to the server, without the public key.
  public let uploadBytes: Int

  /// Bytes of replies to the client.
  public let replyBytes: Int

  /// Products of a ciphertext and a plaintext.
  public let products: Int

  /// Replies that are made.
  public let replies: Int

  /// Ciphertexts that are sent.
  public let ciphertexts: Int

  /// One number to compare by: bytes, with work counted as the bytes that 100 Mbit/s would carry meanwhile.
  var weight: Double {
    Double(uploadBytes + replyBytes) + 64 * Double(products) + 2400 * Double(replies) + 800 * Double(ciphertexts)
  }
}

extension Packing {
  /// The cost for `rows` rows.
  public func cost(rows: Int, parameters: BFVParameters) -> PackingCost {
    let blocks = blockCount(rows: rows)
    let upload = SeededCiphertext.bodyByteCount(parameters: parameters.rlwe, ranges: neededRanges)
    let last = rowCount(block: blocks - 1, of: rows)
    let replyBytes =
      (blocks - 1) * replyBytes(rowsInBlock: rowsPerBlock, parameters: parameters)
      + replyBytes(rowsInBlock: last, parameters: parameters)
    return PackingCost(
      uploadBytes: blocks * ciphertextsPerBlock * upload, replyBytes: replyBytes,
      products: blocks * ciphertextsPerBlock * repliesPerBlock, replies: blocks * repliesPerBlock,
      ciphertexts: blocks * ciphertextsPerBlock)
  }

  /// Bytes of the replies for a block with so many rows.
  private func replyBytes(rowsInBlock rows: Int, parameters: BFVParameters) -> Int {
    (0..<repliesPerBlock).reduce(0) {
      $0 + BFVReply.bodyByteCount(parameters: parameters, ranges: targetRanges(reply: $1, rows: rows))
    }
  }

  /// The cheapest packing for `rows` rows.
  ///
  /// Tries every number of blocks that divides the rows evenly over blocks, and for each the number of features and outputs
  /// that share a ring element.
  public static func best(
    rows: Int, featureCount: Int, outputCount: Int, parameters: BFVParameters
  ) -> Packing {
    precondition(rows > 0 && featureCount > 0 && outputCount > 0)
    let degree = parameters.degree
    var candidates: Set<Int> = []
    // R = ⌈rows / blocks⌉ for every number of blocks gives at most 2·√rows values.
    var blocks = (rows + degree - 1) / degree
    while blocks <= rows {
      let perBlock = (rows + blocks - 1) / blocks
      candidates.insert(perBlock)
      blocks = perBlock == 1 ? rows + 1 : max(blocks + 1, (rows + perBlock - 2) / (perBlock - 1))
    }
    var best: (packing: Packing, weight: Double)?
    for rowsPerBlock in candidates {
      var seen: Set<Int> = []
      let most = min(degree / rowsPerBlock, featureCount)
      for share in [most, 1] + (0..<12).map({ most >> $0 }) where share >= 1 {
        // Spread the features evenly over as many ciphertexts as that takes.
        let ciphertexts = (featureCount + share - 1) / share
        let features = (featureCount + ciphertexts - 1) / ciphertexts
        guard seen.insert(features).inserted else { continue }
        let outputs = min(outputCount, degree / (features * rowsPerBlock))
        guard
          let packing = Packing(
            degree: degree, featureCount: featureCount, outputCount: outputCount, rowsPerBlock: rowsPerBlock,
            featuresPerCiphertext: features, outputsPerReply: outputs)
        else { continue }
        let weight = packing.cost(rows: rows, parameters: parameters).weight
        // Ties go to the larger block, so that the choice does not depend on the order of the set.
        if let known = best, (known.weight, -known.packing.rowsPerBlock) <= (weight, -rowsPerBlock) { continue }
        best = (packing, weight)
      }
    }
    guard let best else { preconditionFailure("a single row and feature always fit") }
    return best.packing
  }
}
