// SPDX-License-Identifier: Apache-2.0

import BFV
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// One evaluator and one set of keys, used by many tasks at once; Scripts/test_threads.sh runs it under the thread sanitizer.
@Suite struct ConcurrencyTests {
  // The larger ring keeps both threads of each operation busy; what is too short for that runs on one.
  @Test(arguments: [SwitchingSet.tiny[1], SwitchingSet.tiny[3], SwitchingSet.real[1]])
  func manyTasksShareOneEvaluator(_ set: SwitchingSet) async throws {
    let fixture = try SwitchingFixture(set, parallelism: 2)
    var generator = TestGenerator(seed: 0x9A_0001)
    let message = fixture.message(&generator, sparse: true)
    let (x, y) = (try fixture.encrypt(message), try fixture.encrypt(message))
    let prepared = EvaluationPlaintext(
      try BFVPlaintext(coefficients: [2], parameters: fixture.parameters))
    let expected = try Self.compute(x, y, prepared, fixture)
    let results = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<8 {
        group.addTask { try Self.compute(x, y, prepared, fixture) }
      }
      return try await group.reduce(into: [[[UInt8]]]()) { $0.append($1) }
    }
    #expect(results.allSatisfy { $0 == expected })
  }

  /// Every kind of operation; all of them are functions of the ciphertexts.
  private static func compute(
    _ x: Ciphertext<Coefficient>, _ y: Ciphertext<Coefficient>, _ factor: EvaluationPlaintext,
    _ fixture: SwitchingFixture
  ) throws -> [[UInt8]] {
    let (evaluator, keys) = (fixture.evaluator, fixture.keys)
    let product = try evaluator.multiply(x, y, with: keys)
    var sum = product
    for rotated in try evaluator.rotateRows(product, by: [1, -1], with: keys) { try evaluator.add(&sum, rotated) }
    try evaluator.add(&sum, evaluator.rotateColumns(x, with: keys))
    try evaluator.multiply(&sum, by: factor)
    let lower = try evaluator.switchModulus(sum)
    let fresh = try fixture.secret.encrypt(BFVPlaintext(coefficients: [1], parameters: fixture.parameters))
    var shifted = fresh.expanded().coefficientForm()
    try evaluator.subtract(&shifted, fresh.expanded().coefficientForm())
    let decrypted = try fixture.secret.decrypt(lower, parameters: fixture.parameters)
    let zero = try fixture.secret.decrypt(shifted, parameters: fixture.parameters)
    return [product.serialized(), sum.serialized(), lower.serialized(), decrypted.serialized(), zero.serialized()]
  }
}
