// SPDX-License-Identifier: Apache-2.0

internal import EncryptedInference
internal import Tacit

/// Both sides in one process, through the bytes that would travel, with a key that is thrown away.
struct LocalRun: Sendable {
  /// Decrypted scores, one array a row.
  let scores: [[Double]]
  /// Bytes of the file of encrypted rows, the public key included.
  let uploadBytes: Int
  /// Of these, the public key.
  let publicKeyBytes: Int
  /// Bytes of the file of encrypted scores.
  let replyBytes: Int
  /// Processor time that the server took from the bytes of the rows to the bytes of the scores, all threads together.
  let serverMilliseconds: Double
  /// Processor time that the server took to prepare the weights for this packing, once for all such requests.
  let setupMilliseconds: Double
  /// Processor time of the client's encryption, file included.
  let encryptMilliseconds: Double

  /// Encrypts, scores and decrypts `rows`.
  ///
  /// - Parameters:
  ///   - name: The rows' file, for messages.
  ///   - model: The model's file, for messages.
  ///   - progress: Told how many rows are scored.
  init(
    _ prepared: PreparedModel, rows: [[Double]], name: String, model: String, parallelism: Int,
    progress: Progress? = nil
  ) throws(CommandFailure) {
    do throws(InferenceError) {
      let client = try ScoringClient(profile: prepared.client)
      let server = try ScoringServer(model: prepared.server)
      let encryptStart = SystemCalls.processorNanoseconds()
      let encrypted = try client.encrypt(rows, parallelism: parallelism)
      let upload = encrypted.serialized(parameters: client.parameters)
      encryptMilliseconds = Self.milliseconds(since: encryptStart)
      publicKeyBytes = encrypted.publicKey?.serialized().count ?? 0
      uploadBytes = upload.count
      let setupStart = SystemCalls.processorNanoseconds()
      let weights = try server.packedWeights(for: encrypted.header.packing, parallelism: parallelism)
      setupMilliseconds = Self.milliseconds(since: setupStart)
      let perBlock = encrypted.header.packing.rowsPerBlock
      let reply: [UInt8]
      do {
        let serverStart = SystemCalls.processorNanoseconds()
        let received = try EncryptedRows(serialized: upload, parameters: server.parameters)
        let scored = try server.score(received, weights: weights, parallelism: parallelism) { done, _ in
          progress?.update(rows: done * perBlock)
        }
        reply = scored.serialized(parameters: server.parameters)
        serverMilliseconds = Self.milliseconds(since: serverStart)
        replyBytes = reply.count
        scores = try client.decrypt(EncryptedScores(serialized: reply, parameters: client.parameters))
      } catch let error as WireError {
        throw InferenceError.wire(error)
      } catch let error as InferenceError {
        throw error
      } catch {
        throw InferenceError.damaged(field: "exchange", reason: "failed")
      }
    } catch {
      throw CommandFailure(error, file: name, partner: model)
    }
  }

  private static func milliseconds(since start: UInt64) -> Double {
    Double(SystemCalls.processorNanoseconds() - start) / 1e6
  }
}
