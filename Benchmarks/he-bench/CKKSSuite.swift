// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import Synchronization
import Tacit

/// The suite `ckks`: operations on ciphertexts of secure parameter sets, at their highest level.
enum CKKSSuite {
  /// Within 128 bits of security, with about as many levels as that leaves room for.
  static let sizes = [
    ParameterSize(degree: 4096, modulusBits: [37, 30], specialBits: [38], digitLimbs: 1),
    ParameterSize(degree: 8192, modulusBits: [46] + levels(3), specialBits: [46], digitLimbs: 1),
    ParameterSize(degree: 16_384, modulusBits: [46] + levels(7), specialBits: [46, 46], digitLimbs: 2),
    ParameterSize(degree: 32_768, modulusBits: [46] + levels(17), specialBits: [46, 46, 46], digitLimbs: 3),
  ]

  /// The rotations of one ciphertext that share its digits.
  static let hoistedSteps = Array(1...8)

  typealias Operation = CiphertextOperation<CKKSValues>

  /// The suite.
  static func suite(instructionSet: KernelBackend.InstructionSet?, threads: Int) -> CiphertextSuite<CKKSValues> {
    CiphertextSuite(
      name: CKKSValues.suite, instructionSet: instructionSet, threads: threads, sizes: sizes,
      rotations: { hoistedSteps + CKKSEvaluator.innerSumSteps(count: $0.degree / 2) },
      operations: operations)
  }

  /// All that is timed at one set.
  static func operations(_ size: ParameterSize) -> [Operation] {
    Operation.keyOperations(degree: size.degree) + encodingOperations + encryptionOperations + linear
      + products(size) + rotations(size)
  }

  private static func levels(_ count: Int) -> [Int] { Array(repeating: 40, count: count) }

  // MARK: Plaintexts and encryption

  private static var encodingOperations: [Operation] {
    [
      Operation(name: "encode") { values, _ in
        { try values.encoder.encode(values.slots).magnitude.bitPattern }
      },
      // What other libraries call encoding: with the scale, and in evaluation form.
      Operation(name: "encode-for-products") { values, _ in
        { try CKKSEvaluationPlaintext(values.encoder.encode(values.slots)).magnitude.bitPattern }
      },
      Operation(name: "decode") { values, _ in
        { values.encoder.decode(values.plaintext)[0].bitPattern }
      },
    ]
  }

  private static var encryptionOperations: [Operation] {
    [
      Operation(name: "encrypt-public-key") { values, _ in
        { try word(values.keys.publicKey.encrypt(values.plaintext)) }
      },
      Operation(name: "encrypt-seeded") { values, _ in
        { try values.keys.secret.encrypt(values.plaintext).valueBound.bitPattern }
      },
      Operation(name: "encode-encrypt") { values, _ in
        { try word(values.keys.publicKey.encrypt(values.encoder.encode(values.slots))) }
      },
      Operation(name: "decrypt") { values, _ in
        { try values.keys.secret.decrypt(values.first).magnitude.bitPattern }
      },
      Operation(name: "decrypt-decode") { values, _ in
        { try values.decrypt(values.first)[0].bitPattern }
      },
    ]
  }

  // MARK: Evaluation

  /// Those without a key.
  ///
  /// Products with plaintexts are not rescaled.
  private static var linear: [Operation] {
    [
      Operation(name: "add") { values, _ in
        let evaluator = values.evaluator(1)
        let sum = Mutex(values.first)
        return {
          try sum.withLock { sum in
            // In place; from the start again before the numbers might get too large.
            if sum.valueBound > 0x1p16 { sum = values.first }
            try evaluator.add(&sum, values.second)
            return word(sum)
          }
        }
      },
      Operation(name: "multiply-plain-prepared") { values, _ in
        let evaluator = values.evaluator(1, alignment: .manual)
        return { word(try evaluator.multiply(values.first, by: values.preparedPlaintext)) }
      },
      Operation(name: "multiply-plain") { values, _ in
        let evaluator = values.evaluator(1, alignment: .manual)
        return { word(try evaluator.multiply(values.first, by: values.plaintext)) }
      },
    ]
  }

  private static func products(_ size: ParameterSize) -> [Operation] {
    let (limbs, special, digit) = (size.limbs, size.specialLimbs, size.digitLimbs)
    let rotation = OperationCounts.rotation(limbs: limbs, specialLimbs: special, digitLimbs: digit)
    let product = OperationCounts.ckksMultiply(limbs: limbs, specialLimbs: special, digitLimbs: digit)
    return [
      Operation(name: "multiply", counts: .ckksTensor(limbs: limbs), isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { try evaluator.multiply(values.first, values.second).valueBound.bitPattern }
      },
      Operation(name: "relinearize", counts: rotation, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        let product = try evaluator.multiply(values.first, values.second)
        return { word(try evaluator.relinearize(product, with: values.keys.evaluation)) }
      },
      Operation(name: "rescale", counts: .rescaling(limbs: limbs), isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        let product = try evaluator.relinearize(
          evaluator.multiply(values.first, values.second), with: values.keys.evaluation)
        return { word(try evaluator.rescale(product)) }
      },
      Operation(name: "multiply-relinearize-rescale", counts: product, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.multiply(values.first, values.second, with: values.keys.evaluation)) }
      },
    ]
  }

  private static func rotations(_ size: ParameterSize) -> [Operation] {
    let (limbs, special, digit) = (size.limbs, size.specialLimbs, size.digitLimbs)
    let rotation = OperationCounts.rotation(limbs: limbs, specialLimbs: special, digitLimbs: digit)
    let hoisted = OperationCounts.hoistedRotations(
      hoistedSteps.count, limbs: limbs, specialLimbs: special, digitLimbs: digit)
    let sumSteps = CKKSEvaluator.innerSumSteps(count: size.degree / 2).count
    return [
      Operation(name: "rotate", counts: rotation, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.rotate(values.first, by: 1, with: values.keys.evaluation)) }
      },
      Operation(name: "conjugate", counts: rotation, isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.conjugate(values.first, with: values.keys.evaluation)) }
      },
      Operation(
        name: "rotate-hoisted", counts: hoisted, operations: hoistedSteps.count, unit: "rotations", isParallel: true
      ) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.rotate(values.first, by: hoistedSteps, with: values.keys.evaluation)[0]) }
      },
      Operation(name: "inner-sum", counts: rotation.times(sumSteps), isParallel: true) { values, threads in
        let evaluator = values.evaluator(threads)
        return { word(try evaluator.innerSum(values.first, count: size.degree / 2, with: values.keys.evaluation)) }
      },
    ]
  }

  /// A word of a result.
  private static func word(_ ciphertext: CKKSCiphertext) -> UInt64 { ciphertext.errorBound.bitPattern }
}
