// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import Tacit

/// The suite `bfv`: operations on ciphertexts of secure parameter sets, the plaintext modulus being 65537.
struct BFVWorkloads {
  static let suite = "bfv"

  /// Forces the kernels.
  let instructionSet: KernelBackend.InstructionSet?

  /// Numbers of threads to time, each in turn.
  let threads: [Int]

  /// A parameter set in bits: L primes, K special primes, α primes in a digit.
  struct Size {
    let degree: Int
    let primeBits: Int
    let limbs: Int
    let specialLimbs: Int
    let digitLimbs: Int

    /// Within 128 bits of security, with as many primes as that leaves room for.
    static let all = [
      Size(degree: 8192, primeBits: 42, limbs: 4, specialLimbs: 1, digitLimbs: 1),
      Size(degree: 16_384, primeBits: 42, limbs: 9, specialLimbs: 1, digitLimbs: 1),
      Size(degree: 16_384, primeBits: 42, limbs: 8, specialLimbs: 2, digitLimbs: 2),
      Size(degree: 32_768, primeBits: 42, limbs: 17, specialLimbs: 3, digitLimbs: 3),
    ]

    var parameters: Parameters {
      [
        "n": .integer(degree), "limbs": .integer(limbs), "special_limbs": .integer(specialLimbs),
        "digit_limbs": .integer(digitLimbs), "bits": .integer(primeBits),
      ]
    }

    func literal() throws -> BFVParameterLiteral {
      let special = try NTTPrimes.largest(below: 46, degree: degree, count: specialLimbs)
      return BFVParameterLiteral(
        degree: degree, moduli: try NTTPrimes.largest(below: primeBits, degree: degree, count: limbs),
        plaintextModulus: 65_537, keySwitching: .hybrid(specialModuli: special, digitLimbs: digitLimbs))
    }
  }

  /// All of them.
  var all: [Workload] {
    Size.all.flatMap { size in
      let store = SetStore(size, kernels: instructionSet.map { .only($0) } ?? .automatic)
      let product = OperationCounts.bfvMultiply(
        limbs: size.limbs, specialLimbs: size.specialLimbs, digitLimbs: size.digitLimbs)
      let tensor = OperationCounts.bfvMultiply(
        limbs: size.limbs, specialLimbs: size.specialLimbs, digitLimbs: size.digitLimbs, relinearises: false)
      let rotation = OperationCounts.rotation(
        limbs: size.limbs, specialLimbs: size.specialLimbs, digitLimbs: size.digitLimbs)
      return threads.flatMap { threads in
        [
          workload("multiply", size, store, threads, tensor) { set, evaluator in
            try evaluator.multiply(set.first, set.second).noise.log2Deviation.bitPattern
          },
          workload("multiply-relinearize", size, store, threads, product) { set, evaluator in
            try evaluator.multiply(set.first, set.second, with: set.keys).noise.log2Deviation.bitPattern
          },
          workload("rotate", size, store, threads, rotation) { set, evaluator in
            try evaluator.rotateRows(set.first, by: 1, with: set.keys).noise.log2Deviation.bitPattern
          },
          workload("make-relinearization-key", size, store, threads, nil) { set, _ in
            let request = EvaluationKeyRequest(relinearization: true)
            return UInt64(try set.secret.evaluationKeys(request, parallelism: threads).limbCount)
          },
        ]
      }
    }
  }

  private func workload(
    _ name: String, _ size: Size, _ store: SetStore, _ threads: Int, _ counts: OperationCounts?,
    _ body: @escaping (BFVSet, BFVEvaluator) throws -> UInt64
  ) -> Workload {
    let modelled = (instructionSet ?? KernelBackend.supported.map(\.instructionSet).first { $0 == .avx512ifma })
    let limit = counts.flatMap { counts in
      modelled.map { counts.limit(degree: size.degree, model: LimitModel($0)) }
    }
    return Workload(
      suite: Self.suite, name: name, parameters: size.parameters, backend: instructionSet?.rawValue ?? "automatic",
      threads: threads, work: Work(operations: 1, unit: "operations", limit: limit)
    ) {
      let set = try store.set()
      let evaluator = BFVEvaluator(parameters: set.parameters, parallelism: threads)
      return Prepared(parameters: ["key_bytes": .integer(set.keys.byteCount)]) { try body(set, evaluator) }
    }
  }

  /// Parameters, keys and two ciphertexts, made when the first workload needs them.
  private final class SetStore {
    private let size: Size
    private let kernels: KernelChoice
    private var made: BFVSet?

    init(_ size: Size, kernels: KernelChoice) {
      self.size = size
      self.kernels = kernels
    }

    func set() throws -> BFVSet {
      if let made { return made }
      let set = try BFVSet(BFVParameters(size.literal(), kernels: kernels))
      made = set
      return set
    }
  }
}

/// What the operations of one parameter set work on.
final class BFVSet {
  let parameters: BFVParameters
  let secret: SecretKey
  let keys: EvaluationKeys
  let first: Ciphertext<Coefficient>
  let second: Ciphertext<Coefficient>

  init(_ parameters: BFVParameters) throws {
    self.parameters = parameters
    secret = SecretKey(parameters: parameters.rlwe)
    keys = try secret.evaluationKeys(
      EvaluationKeyRequest(relinearization: true, rotations: [1], degree: parameters.degree)
    ).expanded()
    let encoder = try BatchEncoder(parameters: parameters)
    let values = (0..<parameters.degree).map { Int64($0 % 1000) - 500 }
    first = try secret.encrypt(encoder.encode(values)).expanded().coefficientForm()
    second = try secret.encrypt(encoder.encode(values.reversed())).expanded().coefficientForm()
  }
}
