// SPDX-License-Identifier: Apache-2.0

/// Where the numbers of a block of rows sit in ring elements of degree N.
///
/// R rows and F of their features share a ciphertext, F·R ≤ N: feature f of row r is coefficient f·R + r. The plaintext
/// Σ_f w_{j,f}·X^((F−1−f)·R + j·F·R), over the k outputs j of a group with k·F·R ≤ N, multiplies it. The coefficient
/// (F−1)·R + r + j·F·R of the product is then ⟨w_j, x_r⟩ over those F features:
///
/// The term of feature f, weight (j′, f′) and row r′ lands on ((f − f′ + F − 1) + j′·F)·R + r′. Rows differ modulo R, so
/// r′ = r, and (f − f′) = (j − j′)·F with |f − f′| < F leaves f = f′, j = j′. What exceeds N wraps around to at most
/// (k+1)·F·R − R − 1 − N ≤ (F−1)·R − 1, below the first target. So no other term reaches a target (this is
/// [Cheetah22, section 4.1] with several rows and several outputs in one product); `PackingTests` checks it exhaustively for
/// small N. Features beyond F are in further ciphertexts, whose products are summed.
public struct Packing: Hashable, Sendable {
  /// Ring degree N.
  public let degree: Int

  /// Features of the model.
  public let featureCount: Int

  /// Numbers computed for each row.
  public let outputCount: Int

  /// R: rows in a block.
  public let rowsPerBlock: Int

  /// F: features in a ciphertext.
  public let featuresPerCiphertext: Int

  /// k: outputs that one product computes.
  public let outputsPerReply: Int

  /// A layout.
  ///
  /// requires: k·F·R ≤ N, all positive.
  public init?(
    degree: Int, featureCount: Int, outputCount: Int, rowsPerBlock: Int, featuresPerCiphertext: Int,
    outputsPerReply: Int
  ) {
    guard degree > 0, featureCount > 0, outputCount > 0, (1...degree).contains(rowsPerBlock),
      (1...min(degree, featureCount)).contains(featuresPerCiphertext),
      (1...min(degree, outputCount)).contains(outputsPerReply),
      featuresPerCiphertext * rowsPerBlock <= degree,
      featuresPerCiphertext * rowsPerBlock * outputsPerReply <= degree
    else { return nil }
    self.degree = degree
    self.featureCount = featureCount
    self.outputCount = outputCount
    self.rowsPerBlock = rowsPerBlock
    self.featuresPerCiphertext = featuresPerCiphertext
    self.outputsPerReply = outputsPerReply
  }

  /// F·R, the distance between outputs.
  var stride: Int { featuresPerCiphertext * rowsPerBlock }

  /// Ciphertexts that hold the features of one block.
  public var ciphertextsPerBlock: Int {
    (featureCount + featuresPerCiphertext - 1) / featuresPerCiphertext
  }

  /// Replies that hold the outputs of one block.
  public var repliesPerBlock: Int {
    (outputCount + outputsPerReply - 1) / outputsPerReply
  }

  /// Blocks that hold `rows` rows.
  public func blockCount(rows: Int) -> Int {
    (rows + rowsPerBlock - 1) / rowsPerBlock
  }

  /// The coefficient that holds feature number `feature` (within its ciphertext) of row `row` (within its block).
  func inputPosition(feature: Int, row: Int) -> Int {
    feature * rowsPerBlock + row
  }

  /// The coefficient that holds the weight of feature number `feature` for output number `output`, both within.
  func weightPosition(feature: Int, output: Int) -> Int {
    (featuresPerCiphertext - 1 - feature) * rowsPerBlock + output * stride
  }

  /// The coefficient of the product that holds output number `output` (within its reply) of row `row` (within its block).
  func targetPosition(output: Int, row: Int) -> Int {
    (featuresPerCiphertext - 1) * rowsPerBlock + output * stride + row
  }

  /// How many of `rows` rows block number `block` holds.
  func rowCount(block: Int, of rows: Int) -> Int {
    max(0, min(rowsPerBlock, rows - block * rowsPerBlock))
  }

  /// The coefficients of c₀ that a reply must keep, for reply number `reply` of a block with `rows` rows.
  ///
  /// What the other rows of the block would be is not sent: a client gets the scores of the rows that it declared.
  func targetRanges(reply: Int, rows: Int) -> [Range<Int>] {
    (0..<outputs(reply: reply).count).map { output in
      let start = targetPosition(output: output, row: 0)
      return start..<start + rows
    }
  }

  /// The outputs that reply number `reply` holds.
  func outputs(reply: Int) -> Range<Int> {
    let start = reply * outputsPerReply
    return start..<min(start + outputsPerReply, outputCount)
  }

  /// The features that ciphertext number `ciphertext` holds.
  func features(ciphertext: Int) -> Range<Int> {
    let start = ciphertext * featuresPerCiphertext
    return start..<min(start + featuresPerCiphertext, featureCount)
  }

  /// The coefficients of c₀ that the products' targets depend on; the client sends only those.
  ///
  /// Target (F−1)·R + r + j·F·R takes coefficient f·R + r + (j − j′)·F·R of c₀ times weight (j′, f), so the offsets j − j′
  /// reach from −(k−1) to k−1 and the coefficients from −(k−1)·F·R to k·F·R − 1, modulo N.
  var neededRanges: [Range<Int>] {
    let above = outputsPerReply * stride
    let below = (outputsPerReply - 1) * stride
    if above + below >= degree { return [0..<degree] }
    return below == 0 ? [0..<above] : [0..<above, degree - below..<degree]
  }
}
