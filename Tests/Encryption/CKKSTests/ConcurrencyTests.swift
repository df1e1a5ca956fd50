// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// One evaluator and one set of keys for many tasks and many threads.
@Suite struct ConcurrencyTests {
  static let sets = [
    CKKSTestSet(name: "N=1024, 4 levels", levels: 4, degree: 1024),
    CKKSTestSet(name: "N=512, 2 levels of 80 bits, digits of 2", levels: 2, scaleBits: 80, degree: 512, digitLimbs: 2),
    CKKSTestSet(name: "N=8192, 2 levels", levels: 2, degree: 8192),
    CKKSTestSet(name: "N=512, gadget", levels: 2, degree: 512, gadgetBits: 15),
  ]

  /// Every kind of operation once, as bytes.
  private static func work(
    _ evaluator: CKKSEvaluator, _ a: CKKSCiphertext, _ b: CKKSCiphertext, _ plaintext: CKKSPlaintext,
    _ keys: EvaluationKeys, _ reencryption: ReencryptionKey
  ) throws -> [[UInt8]] {
    var sum = a
    try evaluator.add(&sum, b)
    try evaluator.subtract(&sum, plaintext)
    let product = try evaluator.multiply(a, b, with: keys)
    let hoisted = try evaluator.rotate(product, by: [1, 2], with: keys)
    let mixed = try evaluator.multiply(evaluator.rotate(product, by: 1, with: keys), a, with: keys)
    return try [
      sum, product, mixed, evaluator.multiply(a, by: plaintext), evaluator.innerSum(b, count: 4, with: keys),
      evaluator.conjugate(b, with: keys), evaluator.reencrypt(product, with: reencryption),
      evaluator.adjust(a, toLevel: 0), evaluator.multiply(b, by: 0.3),
    ].map { $0.serialized() } + hoisted.map { $0.serialized() } + [evaluator.multiply(a, b).serialized()]
  }

  @Test(arguments: sets)
  func threadsAndTasksChangeNothing(_ set: CKKSTestSet) async throws {
    let fixture = try CKKSFixture(set)
    var generator = TestGenerator(seed: 0x7A5C)
    let keys = try fixture.keys(rotations: [1, 2], conjugation: true)
    let target = SecretKey(parameters: fixture.parameters.rlwe)
    let seeded = try fixture.secret.reencryptionKey(to: target)
    let reencryption = seeded.expanded()
    let (a, b) = (try fixture.encrypt(fixture.numbers(&generator)), try fixture.encrypt(fixture.numbers(&generator)))
    let plaintext = try fixture.encoder.encode(fixture.numbers(&generator))
    let alone = try Self.work(fixture.evaluator, a, b, plaintext, keys, reencryption)
    for parallelism in [2, 3, 5] {
      let evaluator = CKKSEvaluator(parameters: fixture.parameters, parallelism: parallelism)
      #expect(try Self.work(evaluator, a, b, plaintext, keys, reencryption) == alone, "\(parallelism) threads")
      let shared = seeded.expanded(parallelism: parallelism)
      #expect(try Self.work(evaluator, a, b, plaintext, keys, shared) == alone, "\(parallelism) threads")
    }
    for parallelism in [1, 2] {
      let evaluator = CKKSEvaluator(parameters: fixture.parameters, parallelism: parallelism)
      let results = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
        for _ in 0..<8 {
          group.addTask { try Self.work(evaluator, a, b, plaintext, keys, reencryption) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.count == 8 && results.allSatisfy { $0 == alone })
    }
  }

  /// Encryption, decryption and encoding at the same time, with one key.
  @Test func keysAreShared() async throws {
    let fixture = try CKKSFixture(CKKSTestSet(name: "N=1024", levels: 2, degree: 1024))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for seed in 0..<16 {
        group.addTask {
          var generator = TestGenerator(seed: UInt64(seed))
          let x = fixture.numbers(&generator)
          try fixture.requireError(fixture.encrypt(x), x, "\(generator)")
          try fixture.requireError(fixture.publicKey.encrypt(fixture.encoder.encode(x)), x, "\(generator)")
        }
      }
      try await group.waitForAll()
    }
  }
}
