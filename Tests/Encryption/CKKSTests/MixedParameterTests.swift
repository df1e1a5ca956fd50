// SPDX-License-Identifier: Apache-2.0

import CKKS
import ComplexModule
import RLWE
import RealModule
import Testing

/// Objects of one set used with those of another: refused, whatever their levels.
@Suite struct MixedParameterTests {
  @Test func everyOperationRefusesForeignCiphertexts() throws {
    let short = try CKKSFixture(CKKSTestSet(name: "1 level", levels: 1, scaleBits: 30))
    let long = try CKKSFixture(CKKSTestSet(name: "7 levels", levels: 7))
    let foreign = try long.encrypt([Complex(0.5, 0)])
    let own = try short.encrypt([Complex(0.5, 0)])
    let evaluator = short.evaluator
    let keys = try short.keys(rotations: [1], conjugation: true)
    let plaintext = try short.encoder.encode([0.5] as [Double])
    let attempts: [() throws -> Void] = [
      {
        var sum = own
        try evaluator.add(&sum, foreign)
      },
      {
        var sum = foreign
        try evaluator.add(&sum, own)
      },
      {
        var sum = foreign
        try evaluator.add(&sum, plaintext)
      },
      {
        var sum = foreign
        try evaluator.add(&sum, 0.5)
      },
      { _ = try evaluator.multiply(own, foreign) },
      { _ = try evaluator.multiply(foreign, foreign, with: keys) },
      { _ = try evaluator.multiply(foreign, by: plaintext) },
      { _ = try evaluator.multiply(foreign, by: CKKSEvaluationPlaintext(plaintext)) },
      { _ = try evaluator.multiply(own, by: long.encoder.encode([0.5] as [Double])) },
      { _ = try evaluator.multiply(foreign, by: 0.5) },
      { _ = try evaluator.rotate(foreign, by: 1, with: keys) },
      { _ = try evaluator.rotate(foreign, by: [1, 1], with: keys) },
      { _ = try evaluator.conjugate(foreign, with: keys) },
      { _ = try evaluator.rescale(foreign) },
      { _ = try evaluator.drop(foreign, toLevel: 0) },
      { _ = try evaluator.adjust(foreign, toLevel: 0) },
      { _ = try evaluator.assuming(foreign, bound: 0.1) },
      { _ = try short.secret.decrypt(foreign) },
      { _ = try short.secret.decryptForRelease(foreign) },
      { _ = try short.secret.encrypt(long.encoder.encode([0.5] as [Double])) },
      { _ = try short.publicKey.encrypt(long.encoder.encode([0.5] as [Double])) },
    ]
    for (index, attempt) in attempts.enumerated() {
      #expect("attempt \(index)") {
        try attempt()
      } throws: { error in
        guard case .parametersMismatch = error as? RLWEError else { return false }
        return true
      }
    }
  }

  /// A request that the parameters cannot answer has no size, and is refused when it is made.
  @Test func impossibleRequestsHaveNoSize() throws {
    let fixture = try CKKSFixture(CKKSTestSet(name: "1 level", levels: 1, scaleBits: 30))
    let rlwe = fixture.parameters.rlwe
    let requests = [
      EvaluationKeyRequest(relinearization: true, limbCount: 0),
      EvaluationKeyRequest(relinearization: true, limbCount: rlwe.limbCount + 1),
      EvaluationKeyRequest(rotations: [1], degree: 2 * rlwe.degree),
    ]
    for request in requests {
      #expect(request.wireByteCount(parameters: rlwe) == 0 && request.memoryByteCount(parameters: rlwe) == 0)
      #expect(throws: RLWEError.self) { try fixture.secret.evaluationKeys(request) }
    }
  }
}
