// SPDX-License-Identifier: Apache-2.0

public import Tacit

/// The side that owns the rows: encrypts them, and decrypts the scores.
public struct ScoringClient: ~Copyable, Sendable {
  /// How features are encoded and scores are read.
  public let profile: ClientProfile

  /// The parameters of the profile, checked.
  public let parameters: BFVParameters

  private let secretKey: SecretKey
  private let publicKey: PublicKey?

  /// A client with an existing key.
  ///
  /// - Throws: `InferenceError` where the key was made for other parameters than the profile's.
  public init(
    profile: ClientProfile, parameters: BFVParameters, secretKey: consuming SecretKey
  ) throws(InferenceError) {
    guard secretKey.parameters == parameters.rlwe else {
      throw .encryption(
        .parametersMismatch(expected: parameters.rlwe.digest, found: secretKey.parameters.digest))
    }
    self.profile = profile
    self.parameters = parameters
    publicKey = profile.protection == .sharedWeights ? nil : PublicKey(of: secretKey)
    self.secretKey = secretKey
  }

  /// A client with a fresh key.
  public init(profile: ClientProfile) throws(InferenceError) {
    let parameters = try profile.checkedParameters()
    try self.init(profile: profile, parameters: parameters, secretKey: SecretKey(parameters: parameters.rlwe))
  }

  /// Encrypts rows.
  ///
  /// - Parameters:
  ///   - rows: Raw feature values, one array a row, in the model's order.
  ///   - packing: The layout; the cheapest for so many rows where nil.
  ///   - parallelism: Threads.
  /// - Throws: `InferenceError` naming row and column for values that the plan does not cover; nothing is encrypted then.
  public borrowing func encrypt(
    _ rows: [[Double]], packing: Packing? = nil, parallelism: Int = 1
  ) throws(InferenceError) -> EncryptedRows {
    guard !rows.isEmpty else { throw .noRows }
    let integers = try profile.quantise(rows)
    let packing =
      packing
      ?? Packing.best(
        rows: rows.count, featureCount: profile.columns.count, outputCount: profile.outputCount,
        parameters: parameters)
    precondition(packing.degree == parameters.degree && packing.featureCount == profile.columns.count)
    let header = BatchHeader(
      model: profile.modelBytes, key: secretKey.identifier, rowCount: rows.count, packing: packing)
    let perBlock = packing.ciphertextsPerBlock
    let ciphertexts = try parallelMap(count: header.blockCount * perBlock, parallelism: parallelism) {
      (index) throws(InferenceError) in
      let first = index / perBlock * packing.rowsPerBlock
      let features = packing.features(ciphertext: index % perBlock)
      var coefficients = [Int64](repeating: 0, count: parameters.degree)
      for row in first..<min(first + packing.rowsPerBlock, rows.count) {
        for feature in features {
          coefficients[packing.inputPosition(feature: feature - features.lowerBound, row: row - first)] =
            integers[row][feature]
        }
      }
      do {
        return try secretKey.encrypt(BFVPlaintext(signedCoefficients: coefficients, parameters: parameters))
      } catch let error as RLWEError {
        throw InferenceError.encryption(error)
      } catch {
        throw InferenceError.damaged(field: "columns", reason: "exceed the plaintext modulus")
      }
    }
    let blocks = (0..<header.blockCount).map { Array(ciphertexts[$0 * perBlock..<($0 + 1) * perBlock]) }
    return EncryptedRows(header: header, publicKey: publicKey, blocks: blocks)
  }

  /// Decrypts scores: one array a row, in the order of the model's scores.
  ///
  /// - Throws: `InferenceError` for scores of another model or key.
  public borrowing func decrypt(_ scores: EncryptedScores) throws(InferenceError) -> [[Double]] {
    let header = scores.header
    guard header.model == profile.modelBytes else {
      throw .wrongModel(expected: profile.model, found: header.modelName)
    }
    let packing = header.packing
    guard packing.outputCount == profile.outputCount, packing.featureCount == profile.columns.count else {
      throw .damaged(field: "packing", reason: "does not fit the model")
    }
    var outputs = [[Int64]](
      repeating: [Int64](repeating: 0, count: profile.outputCount), count: header.rowCount)
    do throws(RLWEError) {
      let decryptor = try BFVReplyDecryptor(parameters: parameters, secretKey: secretKey)
      for (index, reply) in scores.replies.enumerated() {
        let block = index / packing.repliesPerBlock
        let first = block * packing.rowsPerBlock
        let values = try decryptor.decrypt(reply)
        let answered = scores.rowsAnswered(block: block)
        for (place, output) in packing.outputs(reply: index % packing.repliesPerBlock).enumerated() {
          for row in 0..<packing.rowCount(block: block, of: header.rowCount) {
            outputs[first + row][output] = values[place * answered + row]
          }
        }
      }
    } catch {
      throw .encryption(error)
    }
    return outputs.map { profile.scores(outputs: $0) }
  }
}
