// SPDX-License-Identifier: Apache-2.0

import Tacit

/// The keys of one parameter set.
final class KeySet: Sendable {
  /// The set.
  let parameters: RLWEParameters

  /// Decrypts.
  let secret: SecretKey

  /// Encrypts.
  let publicKey: PublicKey

  /// For products, conjugation or the exchange of rows, and the rotations that were asked for.
  let evaluation: EvaluationKeys

  /// Makes all of them.
  init(_ parameters: RLWEParameters, rotations: [Int], conjugation: Bool) throws {
    self.parameters = parameters
    secret = SecretKey(parameters: parameters)
    publicKey = PublicKey(of: secret)
    let request = EvaluationKeyRequest(
      relinearization: true, rotations: rotations, conjugation: conjugation, degree: parameters.degree)
    evaluation = try secret.evaluationKeys(request).expanded()
  }

  /// A fresh relinearisation key in the form that computes.
  func freshRelinearizationKey(parallelism: Int = 1) throws -> EvaluationKeys {
    try secret.evaluationKeys(EvaluationKeyRequest(relinearization: true), parallelism: parallelism)
      .expanded(parallelism: parallelism)
  }
}

extension CiphertextOperation {
  /// The making of keys, the same in every scheme.
  static func keyOperations(degree: Int) -> [CiphertextOperation] {
    [
      CiphertextOperation(name: "make-secret-key") { values, _ in
        { UInt64(SecretKey(parameters: values.keys.parameters).identifier.bytes[0]) }
      },
      CiphertextOperation(name: "make-public-key") { values, _ in
        { UInt64(PublicKey(of: values.keys.secret).key.bytes[0]) }
      },
      makeKeys("make-relinearization-key", EvaluationKeyRequest(relinearization: true)),
      makeKeys("make-galois-key", EvaluationKeyRequest(rotations: [1], degree: degree)),
      CiphertextOperation(name: "expand-relinearization-key", isParallel: true) { values, threads in
        let seeded = try values.keys.secret.evaluationKeys(EvaluationKeyRequest(relinearization: true))
        return { UInt64(seeded.expanded(parallelism: threads).limbCount) }
      },
      CiphertextOperation(name: "make-usable-relinearization-key", isParallel: true) { values, threads in
        { UInt64(try values.keys.freshRelinearizationKey(parallelism: threads).limbCount) }
      },
      CiphertextOperation(name: "write-relinearization-key") { values, _ in
        let seeded = try values.keys.secret.evaluationKeys(EvaluationKeyRequest(relinearization: true))
        return { UInt64(seeded.serialized().count) }
      },
      CiphertextOperation(name: "read-usable-relinearization-key", isParallel: true) { values, threads in
        let request = EvaluationKeyRequest(relinearization: true)
        let bytes = try values.keys.secret.evaluationKeys(request).serialized()
        let parameters = values.keys.parameters
        return {
          UInt64(try EvaluationKeys(serialized: bytes, parameters: parameters, parallelism: threads).limbCount)
        }
      },
    ]
  }

  private static func makeKeys(_ name: String, _ request: EvaluationKeyRequest) -> CiphertextOperation {
    CiphertextOperation(name: name, isParallel: true) { values, threads in
      { UInt64(try values.keys.secret.evaluationKeys(request, parallelism: threads).limbCount) }
    }
  }
}
