// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import EncryptedInference
import ModularArithmetic
import Tacit

/// The suite `inference`: scoring rows of the digits model, from the client's rows to its scores.
struct InferenceWorkloads {
  static let suite = "inference"

  /// How many rows are scored at once.
  static let rowCounts = [1, 540]

  /// Holds the folder `digits`; looked for where nil.
  let models: String?

  /// Forces the kernels of the ciphertext primes, not that of the reply prime.
  let instructionSet: KernelBackend.InstructionSet?

  /// The `parallelism` of encryption and scoring.
  let threads: Int

  /// All of them, for weights that stay secret and for weights that the client may know.
  var all: [Workload] {
    let store = SessionStore(
      models: models, kernels: instructionSet.map { KernelChoice.only($0) } ?? KernelChoice.automatic)
    return [Protection.standard, .sharedWeights].flatMap { protection in
      Self.rowCounts.flatMap { rows in
        [
          workload("encrypt", protection, rows: rows, threads: threads, store) { session, batch, threads in
            let upload = try session.encrypt(batch.rows, threads: threads)
            return UInt64(upload[upload.count - 1])
          },
          workload("score", protection, rows: rows, threads: threads, store) { session, batch, threads in
            let reply = try session.score(batch.upload, weights: nil, threads: threads)
            return UInt64(reply[reply.count - 1])
          },
          workload("score-kept-weights", protection, rows: rows, threads: threads, store) { session, batch, threads in
            let reply = try session.score(batch.upload, weights: batch.weights, threads: threads)
            return UInt64(reply[reply.count - 1])
          },
          workload(
            "decrypt", protection, rows: rows, threads: 1, store, backend: \.replyBackend
          ) { session, batch, _ in
            let scores = try session.decrypt(batch.reply)
            return scores[scores.count - 1][0].bitPattern
          },
        ]
      }
    }
  }

  private func workload(
    _ name: String, _ protection: Protection, rows: Int, threads: Int, _ store: SessionStore,
    backend: @escaping (InferenceSession) -> String = \.ciphertextBackend,
    _ body: @escaping (InferenceSession, InferenceSession.Batch, Int) throws -> UInt64
  ) -> Workload {
    Workload(
      suite: Self.suite, name: name,
      parameters: [
        "model": "digits", "weights": .text(protection == .sharedWeights ? "shared" : "protected"),
        "rows": .integer(rows),
      ],
      backend: instructionSet?.rawValue ?? "automatic", threads: threads,
      work: Work(operations: rows, unit: "rows")
    ) {
      let session = try store.session(protection)
      let batch = try session.batch(rows: rows)
      return Prepared(parameters: try session.parameters(rows: rows), backend: backend(session)) {
        try body(session, batch, threads)
      }
    }
  }

  /// Sessions are made when the first workload needs them, and shared by all of one protection.
  private final class SessionStore {
    private let models: String?
    private let kernels: KernelChoice
    private var sessions: [Protection: InferenceSession] = [:]

    init(models: String?, kernels: KernelChoice) {
      self.models = models
      self.kernels = kernels
    }

    func session(_ protection: Protection) throws -> InferenceSession {
      if let session = sessions[protection] { return session }
      let session = try InferenceSession(
        example: DigitsExample(models: models), protection: protection, kernels: kernels)
      sessions[protection] = session
      return session
    }
  }
}
