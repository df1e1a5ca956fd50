// SPDX-License-Identifier: Apache-2.0

import EncryptedInference
import LinearModels
import ModularArithmetic
import PolynomialRing
import Tacit

/// A client and a server of one model, and the messages between them: what the inference workloads work on.
final class InferenceSession {
  /// Plan, server's file, client's file.
  let prepared: PreparedModel

  /// With its own key.
  let client: ScoringClient

  /// As after reading its file.
  let server: ScoringServer

  private let example: DigitsExample
  private var batches: [Int: Batch] = [:]

  /// The messages for one number of rows.
  struct Batch {
    /// The plain rows.
    let rows: [[Double]]

    /// What the client sends.
    let upload: [UInt8]

    /// What the server answers.
    let reply: [UInt8]

    /// The part of the upload that is the public key.
    let publicKeyBytes: Int

    /// For the packing of these rows.
    let weights: ScoringServer.PackedWeights
  }

  /// Plans parameters for the rows that will be scored, as `he check` does, and makes both sides and a key.
  init(example: DigitsExample, protection: Protection, kernels: KernelChoice) throws {
    let names = example.model.featureNames ?? (0..<example.model.featureCount).map { "x\($0)" }
    let ranges = try FeatureRange.observed(in: example.rows, names: names)
    let largest = example.rows.flatMap { example.model.scores($0).map(\.magnitude) }.max()
    let plan = try InferencePlan(
      model: example.model, ranges: ranges, largestScore: largest, protection: protection)
    prepared = PreparedModel(model: example.model, plan: plan, featureNames: names)
    let parameters = try BFVParameters(plan.parameters.literal, kernels: kernels)
    client = try ScoringClient(
      profile: prepared.client, parameters: parameters, secretKey: SecretKey(parameters: parameters.rlwe))
    server = try ScoringServer(model: prepared.server, kernels: kernels)
    self.example = example
  }

  /// The messages for `count` rows; made once, and checked against the plain model.
  func batch(rows count: Int) throws -> Batch {
    if let batch = batches[count] { return batch }
    let rows = (0..<count).map { example.rows[$0 % example.rows.count] }
    let encrypted = try client.encrypt(rows)
    let upload = encrypted.serialized(parameters: client.parameters)
    let weights = try server.packedWeights(for: encrypted.header.packing)
    let reply = try score(upload, weights: weights, threads: 1)
    let scores = try decrypt(reply)
    let bound = prepared.client.errorBound
    let difference = zip(scores, rows).flatMap { zip($0, example.model.scores($1)).map { abs($0 - $1) } }.max() ?? 0
    guard scores.count == count, difference <= bound * 1.001 else {
      throw BenchmarkError.wrongScores(difference: difference, bound: bound)
    }
    let batch = Batch(
      rows: rows, upload: upload, reply: reply, publicKeyBytes: publicKeyBytes(encrypted), weights: weights)
    batches[count] = batch
    return batch
  }

  private func publicKeyBytes(_ rows: EncryptedRows) -> Int {
    rows.publicKey == nil ? 0 : PublicKey.bodyByteCount(parameters: client.parameters.rlwe)
  }

  /// From rows to the bytes that the client sends.
  func encrypt(_ rows: [[Double]], threads: Int) throws -> [UInt8] {
    try client.encrypt(rows, parallelism: threads).serialized(parameters: client.parameters)
  }

  /// From the bytes that the client sent to the bytes of the answer; weights are packed anew where nil.
  func score(_ upload: [UInt8], weights: ScoringServer.PackedWeights?, threads: Int) throws -> [UInt8] {
    let rows = try EncryptedRows(serialized: upload, parameters: server.parameters)
    return try server.score(rows, weights: weights, parallelism: threads).serialized(parameters: server.parameters)
  }

  /// From the bytes of the answer to scores.
  func decrypt(_ reply: [UInt8]) throws -> [[Double]] {
    try client.decrypt(EncryptedScores(serialized: reply, parameters: client.parameters))
  }

  /// The backends of the ciphertext primes, which encryption and scoring work with.
  var ciphertextBackend: String { Self.backends(of: client.parameters.rlwe.basis) }

  /// The backend of the reply prime, which decryption works with; it is chosen by the engine.
  var replyBackend: String { Self.backends(of: client.parameters.replyBasis ?? client.parameters.rlwe.basis) }

  private static func backends(of basis: RNSBasis) -> String {
    Set(basis.plans.map(\.backend.instructionSet.rawValue)).sorted().joined(separator: "+")
  }

  /// Sizes of parameters and messages for one number of rows.
  func parameters(rows count: Int) throws -> Parameters {
    let batch = try batch(rows: count)
    let parameters = client.parameters
    return [
      "n": .integer(parameters.degree),
      "limbs": .integer(parameters.rlwe.limbCount),
      "modulus_bits": .integer(parameters.rlwe.basis.productBits),
      // Plaintext moduli of plans are powers of two: the bits of t − 1.
      "plaintext_bits": .integer(UInt64.bitWidth - (parameters.literal.plaintextModulus - 1).leadingZeroBitCount),
      "upload_bytes": .integer(batch.upload.count),
      "reply_bytes": .integer(batch.reply.count),
      "public_key_bytes": .integer(batch.publicKeyBytes),
    ]
  }
}
