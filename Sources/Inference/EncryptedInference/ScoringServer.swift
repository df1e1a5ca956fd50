// SPDX-License-Identifier: Apache-2.0

public import Tacit

/// The side that owns the model: scores rows that it cannot read.
public struct ScoringServer: Sendable {
  /// The model.
  public let model: ServerModel

  /// The parameters of the model, checked.
  public let parameters: BFVParameters

  private let evaluator: BFVEvaluator

  /// Checks the model's parameters and builds their tables, for the fastest kernels or those of `kernels`.
  public init(model: ServerModel, kernels: KernelChoice = .automatic) throws(InferenceError) {
    do {
      parameters = try BFVParameters(model.parameters, kernels: kernels)
    } catch {
      throw .parameters(error)
    }
    self.model = model
    evaluator = BFVEvaluator(parameters: parameters)
  }

  /// The model's weights as plaintexts for one packing.
  ///
  /// Keep them where more rows of the same packing will come.
  public struct PackedWeights: Sendable {
    /// The packing they are for.
    public let packing: Packing

    let replies: [PackedReply]
  }

  /// The weights of one group of outputs.
  struct PackedReply: Sendable {
    /// By ciphertext.
    let products: [EvaluationPlaintext]

    /// The offsets at the targets.
    let offsets: ScaledPlaintext
  }

  /// Encodes and transforms the weights for a packing.
  public func packedWeights(for packing: Packing, parallelism: Int = 1) throws(InferenceError) -> PackedWeights {
    try require(packing)
    let replies = try parallelMap(count: packing.repliesPerBlock, parallelism: parallelism) {
      (group) throws(InferenceError) in
      try packedReply(packing, group: group)
    }
    return PackedWeights(packing: packing, replies: replies)
  }

  private func packedReply(_ packing: Packing, group: Int) throws(InferenceError) -> PackedReply {
    let outputs = packing.outputs(reply: group)
    let products = (0..<packing.ciphertextsPerBlock).map { ciphertext in
      var terms: [(position: Int, value: Int64)] = []
      for (place, output) in outputs.enumerated() {
        for (slot, feature) in packing.features(ciphertext: ciphertext).enumerated() {
          terms.append((packing.weightPosition(feature: slot, output: place), model.weights[output][feature]))
        }
      }
      return EvaluationPlaintext(terms: terms, parameters: parameters)
    }
    let runs = zip(packing.targetRanges(reply: group, rows: packing.rowsPerBlock), outputs).map {
      (range: $0, value: model.offsets[$1])
    }
    do throws(EncodingError) {
      return PackedReply(products: products, offsets: try ScaledPlaintext(runs: runs, parameters: parameters))
    } catch {
      throw .damaged(field: "offsets", reason: "exceed the plaintext modulus")
    }
  }

  /// Scores rows.
  ///
  /// - Parameters:
  ///   - rows: As the client sent them.
  ///   - weights: For the rows' packing; made here where nil.
  ///   - parallelism: Threads.
  ///   - progress: Told the number of blocks done and of all blocks, from any thread.
  /// - Throws: `InferenceError` for rows of another model, or without the public key that a protected model needs.
  public func score(
    _ rows: EncryptedRows, weights: PackedWeights? = nil, parallelism: Int = 1,
    progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws(InferenceError) -> EncryptedScores {
    let header = rows.header
    guard header.modelName == model.digest else {
      throw .wrongModel(expected: model.digest, found: header.modelName)
    }
    let packing = header.packing
    try require(packing)
    if model.floodExponent != nil, rows.publicKey == nil { throw .missingPublicKey }
    var kept = weights.flatMap { $0.packing == packing ? $0 : nil }
    // A single block packs the weights of each group as it comes to it: what is used at once stays in the cache.
    if kept == nil, header.blockCount > 1 { kept = try packedWeights(for: packing, parallelism: parallelism) }
    let weights = kept
    var replies: [BFVReply] = []
    replies.reserveCapacity(header.blockCount * packing.repliesPerBlock)
    for (index, block) in rows.blocks.enumerated() {
      let ciphertexts = try parallelMap(count: block.count, parallelism: parallelism) {
        (place) throws(InferenceError) in
        block[place].expanded()
      }
      let declared = packing.rowCount(block: index, of: header.rowCount)
      replies += try parallelMap(count: packing.repliesPerBlock, parallelism: parallelism) {
        (group) throws(InferenceError) in
        let packed =
          if let weights { weights.replies[group] } else { try packedReply(packing, group: group) }
        do throws(RLWEError) {
          return try reply(
            ciphertexts, packed, keeping: packing.targetRanges(reply: group, rows: declared),
            publicKey: rows.publicKey)
        } catch {
          throw .encryption(error)
        }
      }
      progress?(index + 1, header.blockCount)
    }
    // One bound for all: that of the noisiest.
    let noise = replies.map(\.noise).max {
      $0.log2Magnitude(degree: packing.degree, failure: .ownUse)
        < $1.log2Magnitude(degree: packing.degree, failure: .ownUse)
    }
    // The tracked bound depends on the weights' norms. A protected reply states what the parameters alone allow, below
    // which every reply was just checked to be.
    let stated =
      model.floodExponent == nil
      ? noise
      : parameters.log2ReplyNoiseCapacity.map {
        NoiseBound(log2Deviation: -.infinity, log2Bounded: $0 - 0x1p-20, independent: false)
      }
    return EncryptedScores(header: header, noise: stated ?? .zero, replies: replies)
  }

  /// The products of one group of outputs, summed, hidden and shrunk.
  private func reply(
    _ ciphertexts: [Ciphertext<Evaluation>], _ weights: PackedReply, keeping ranges: [Range<Int>],
    publicKey: PublicKey?
  ) throws(RLWEError) -> BFVReply {
    var sum = evaluator.transparentZero(like: ciphertexts[0])
    for (ciphertext, product) in zip(ciphertexts, weights.products) {
      try evaluator.addProduct(to: &sum, ciphertext, by: product)
    }
    if let exponent = model.floodExponent, let publicKey {
      var result = try evaluator.rerandomize(sum, with: publicKey)
      try evaluator.add(&result, weights.offsets)
      return try evaluator.reply(result, keeping: ranges, floodBits: exponent)
    }
    var result = sum.coefficientForm()
    try evaluator.add(&result, weights.offsets)
    return try evaluator.reply(result, keeping: ranges)
  }

  private func require(_ packing: Packing) throws(InferenceError) {
    guard packing.degree == parameters.degree, packing.featureCount == model.featureCount,
      packing.outputCount == model.outputCount
    else { throw .damaged(field: "packing", reason: "does not fit the model") }
  }
}
