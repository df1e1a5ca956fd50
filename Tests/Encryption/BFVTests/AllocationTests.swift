// SPDX-License-Identifier: Apache-2.0

import BFV
import RLWE
import TestSupport
import Testing

/// Operations that come again and again ask the system for no pages.
@Suite(.enabled(if: Allocations.areCounted)) struct AllocationTests {
  @Test func repeatedOperationsReuseMemory() throws {
    let parameters = try BFVParameters(.planned(plaintextModulus: .slots(bits: 17), depth: 3))
    let secret = SecretKey(parameters: parameters.rlwe)
    let keys = try secret.evaluationKeys(
      EvaluationKeyRequest(relinearization: true, rotations: [1], degree: parameters.degree)
    ).expanded()
    let encoder = try BatchEncoder(parameters: parameters)
    let evaluator = BFVEvaluator(parameters: parameters)
    let a = try PublicKey(of: secret).encrypt(encoder.encode([1, 2, 3]))
    try expectNoLargeAllocations("addition") {
      var sum = a
      try evaluator.add(&sum, a)
    }
    try expectNoLargeAllocations("product") { _ = try evaluator.multiply(a, a, with: keys) }
    try expectNoLargeAllocations("rotation") { _ = try evaluator.rotateRows(a, by: 1, with: keys) }
  }
}
