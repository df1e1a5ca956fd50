// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import Randomness
import Synchronization
import Tacit

/// The suite `bfv`: operations on ciphertexts of secure parameter sets.
enum BFVSuite {
  /// Within 128 bits of security, with about as many primes as that leaves room for.
  static let sizes = [
    ParameterSize(degree: 4096, modulusBits: [35, 35], specialBits: [36], digitLimbs: 1),
    ParameterSize(degree: 8192, modulusBits: .init(repeating: 42, count: 4), specialBits: [46], digitLimbs: 1),
    ParameterSize(degree: 16_384, modulusBits: .init(repeating: 42, count: 9), specialBits: [46], digitLimbs: 1),
    ParameterSize(degree: 16_384, modulusBits: .init(repeating: 42, count: 8), specialBits: [46, 46], digitLimbs: 2),
    ParameterSize(
      degree: 32_768, modulusBits: .init(repeating: 42, count: 17), specialBits: [46, 46, 46], digitLimbs: 3),
  ]

  /// The rotations of one ciphertext that share its digits.
  static let hoistedSteps = Array(1...8)

  /// The suite.
  static func suite(instructionSet: KernelBackend.InstructionSet?, threads: Int) -> CiphertextSuite<BFVValues> {
    CiphertextSuite(
      name: BFVValues.suite, instructionSet: instructionSet, threads: threads, sizes: sizes,
      rotations: { hoistedSteps + BFVEvaluator.innerSumSteps(count: $0.degree / 2) },
      operations: operations)
  }

  /// All that is timed at one set.
  static func operations(_ size: ParameterSize) -> [Operation] {
    Operation.keyOperations(degree: size.degree) + encryptionOperations + evaluation(size)
  }

  typealias Operation = CiphertextOperation<BFVValues>

  // MARK: Plaintexts and encryption

  private static var encryptionOperations: [Operation] {
    [
      Operation(name: "encode") { values, _ in
        { UInt64(try values.encoder.encode(values.slots).parameters.degree) }
      },
      Operation(name: "decode") { values, _ in
        { UInt64(bitPattern: values.encoder.decode(values.plaintext)[0]) }
      },
      Operation(name: "encrypt-public-key") { values, _ in
        { try word(values.keys.publicKey.encrypt(values.plaintext)) }
      },
      Operation(name: "encrypt-seeded") { values, _ in
        { UInt64(try values.keys.secret.encrypt(values.plaintext).seed.bytes[0]) }
      },
      Operation(name: "decrypt") { values, _ in
        { UInt64(try values.keys.secret.decrypt(values.first, parameters: values.parameters).parameters.degree) }
      },
    ]
  }

  // MARK: Evaluation

  private static func evaluation(_ size: ParameterSize) -> [Operation] {
    let (limbs, special, digit) = (size.limbs, size.specialLimbs, size.digitLimbs)
    let tensor = OperationCounts.bfvMultiply(
      limbs: limbs, specialLimbs: special, digitLimbs: digit, relinearises: false)
    let product = OperationCounts.bfvMultiply(limbs: limbs, specialLimbs: special, digitLimbs: digit)
    let rotation = OperationCounts.rotation(limbs: limbs, specialLimbs: special, digitLimbs: digit)
    let hoisted = OperationCounts.hoistedRotations(
      hoistedSteps.count, limbs: limbs, specialLimbs: special, digitLimbs: digit)
    let sumSteps = BFVEvaluator.innerSumSteps(count: size.degree / 2).count
    return linear + [
      Operation(name: "multiply", counts: tensor, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.multiply(values.first, values.second)) }
      },
      Operation(name: "square", isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.square(values.first)) }
      },
      Operation(name: "relinearize", counts: rotation, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        let product = try evaluator.multiply(values.first, values.second)
        return { word(try evaluator.relinearize(product, with: values.keys.evaluation)) }
      },
      Operation(name: "multiply-relinearize", counts: product, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.multiply(values.first, values.second, with: values.keys.evaluation)) }
      },
      Operation(name: "rotate", counts: rotation, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.rotateRows(values.first, by: 1, with: values.keys.evaluation)) }
      },
      Operation(name: "rotate-columns", counts: rotation, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.rotateColumns(values.first, with: values.keys.evaluation)) }
      },
      Operation(
        name: "rotate-hoisted", counts: hoisted, operations: hoistedSteps.count, unit: "rotations", isParallel: true
      ) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.rotateRows(values.first, by: hoistedSteps, with: values.keys.evaluation)[0]) }
      },
      Operation(name: "inner-sum-row", counts: rotation.times(sumSteps), isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.innerSum(values.first, count: size.degree / 2, with: values.keys.evaluation)) }
      },
    ]
  }

  /// Those that are linear in each limb.
  private static var linear: [Operation] {
    [
      Operation(name: "add") { values, _ in
        let evaluator = values.evaluator(1)
        let sum = Mutex(values.first)
        let mostNoise = values.first.noise.log2Deviation + 16
        return {
          try sum.withLock { sum in
            // In place; from the start again before the noise of all these additions is refused.
            if sum.noise.log2Deviation > mostNoise { sum = values.first }
            try evaluator.add(&sum, values.second)
            return word(sum)
          }
        }
      },
      Operation(name: "multiply-plain-prepared") { values, _ in
        let evaluator = values.evaluator(1)
        return {
          var product = values.firstEvaluation
          try evaluator.multiply(&product, by: values.preparedPlaintext)
          return word(product)
        }
      },
      Operation(name: "multiply-plain") { values, _ in
        let evaluator = values.evaluator(1)
        return {
          var product = values.first.evaluationForm()
          try evaluator.multiply(&product, by: EvaluationPlaintext(values.plaintext))
          return word(product.coefficientForm())
        }
      },
      Operation(name: "switch-modulus") { values, _ in
        let evaluator = values.evaluator(1)
        return { word(try evaluator.switchModulus(values.first)) }
      },
    ]
  }

  /// A word of a result.
  private static func word<Domain>(_ ciphertext: Ciphertext<Domain>) -> UInt64 {
    ciphertext.noise.log2Deviation.bitPattern
  }

  /// A word of a product.
  private static func word(_ product: QuadraticCiphertext<Coefficient>) -> UInt64 {
    product.noise.log2Deviation.bitPattern
  }
}

extension BFVValues {
  /// An evaluator of so many threads.
  func evaluator(_ threads: Int) -> BFVEvaluator {
    BFVEvaluator(parameters: parameters, parallelism: threads)
  }
}
