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

    /// By reply, by ciphertext.
    let products: [[EvaluationPlaintext]]

    /// By reply: the offsets at the targets.
    let offsets: [ScaledPlaintext]
  }

  /// Encodes and transforms the weights for a packing.
  public func packedWeights(for packing: Packing, parallelism: Int = 1) throws(InferenceError) -> PackedWeights {
    try require(packing)
    let replies = try parallelMap(count: packing.repliesPerBlock, parallelism: parallelism) {
      (reply) throws(InferenceError) -> ([EvaluationPlaintext], ScaledPlaintext) in
      var products: [EvaluationPlaintext] = []
      for ciphertext in 0..<packing.ciphertextsPerBlock {
        var terms: [(position: Int, value: Int64)] = []
        for (place, output) in packing.outputs(reply: reply).enumerated() {
          for (slot, feature) in packing.features(ciphertext: ciphertext).enumerated() {
            terms.append((packing.weightPosition(feature: slot, output: place), model.weights[output][feature]))
          }
        }
        products.append(EvaluationPlaintext(terms: terms, parameters: parameters))
      }
      let runs = zip(packing.targetRanges(reply: reply), packing.outputs(reply: reply)).map {
        (range: $0, value: model.offsets[$1])
      }
      do throws(EncodingError) {
        return (products, try ScaledPlaintext(runs: runs, parameters: parameters))
      } catch {
        throw .damaged(field: "offsets", reason: "exceed the plaintext modulus")
      }
    }
    return PackedWeights(packing: packing, products: replies.map(\.0), offsets: replies.map(\.1))
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
    let weights =
      if let weights, weights.packing == packing { weights } else {
        try packedWeights(for: packing, parallelism: parallelism)
      }
    var replies: [BFVReply] = []
    replies.reserveCapacity(header.blockCount * packing.repliesPerBlock)
    for (index, block) in rows.blocks.enumerated() {
      let ciphertexts = try parallelMap(count: block.count, parallelism: parallelism) {
        (place) throws(InferenceError) in
        block[place].expanded()
      }
      replies += try parallelMap(count: packing.repliesPerBlock, parallelism: parallelism) {
        (group) throws(InferenceError) in
        do throws(RLWEError) {
          return try reply(ciphertexts, weights: weights, group: group, publicKey: rows.publicKey)
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
    return EncryptedScores(header: header, noise: noise ?? .zero, replies: replies)
  }

  /// The products of one group of outputs, summed, hidden and shrunk.
  private func reply(
    _ ciphertexts: [Ciphertext<Evaluation>], weights: PackedWeights, group: Int, publicKey: PublicKey?
  ) throws(RLWEError) -> BFVReply {
    var sum = evaluator.transparentZero(like: ciphertexts[0])
    for (ciphertext, product) in zip(ciphertexts, weights.products[group]) {
      try evaluator.addProduct(to: &sum, ciphertext, by: product)
    }
    var result: Ciphertext<Coefficient>
    if let exponent = model.floodExponent, let publicKey {
      result = try evaluator.rerandomize(sum, with: publicKey)
      try evaluator.add(&result, weights.offsets[group])
      return try evaluator.reply(result, keeping: weights.packing.targetRanges(reply: group), floodBits: exponent)
    }
    result = sum.coefficientForm()
    try evaluator.add(&result, weights.offsets[group])
    return try evaluator.reply(result, keeping: weights.packing.targetRanges(reply: group))
  }

  private func require(_ packing: Packing) throws(InferenceError) {
    guard packing.degree == parameters.degree, packing.featureCount == model.featureCount,
      packing.outputCount == model.outputCount
    else { throw .damaged(field: "packing", reason: "does not fit the model") }
  }
}
