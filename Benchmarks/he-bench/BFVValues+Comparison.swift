// SPDX-License-Identifier: Apache-2.0

import Tacit

extension BFVValues: ComparableValues {
  static func operations(_ size: ParameterSize) -> [CiphertextOperation<BFVValues>] { BFVSuite.operations(size) }

  func slots(of operation: String) throws -> [String]? {
    let evaluator = evaluator(1)
    switch operation {
    case "make-usable-relinearization-key":
      return try text(decrypt(evaluator.multiply(first, second, with: keys.freshRelinearizationKey())))
    case "encode", "decode": return try text(encoder.decode(encoder.encode(slots)))
    case "encrypt-public-key": return try text(decrypt(keys.publicKey.encrypt(plaintext)))
    case "decrypt": return try text(decrypt(first))
    case "multiply", "relinearize":
      return try text(decrypt(evaluator.relinearize(evaluator.multiply(first, second), with: keys.evaluation)))
    case "multiply-relinearize": return try text(decrypt(evaluator.multiply(first, second, with: keys.evaluation)))
    case "rotate": return try text(decrypt(evaluator.rotateRows(first, by: 1, with: keys.evaluation)))
    default: return nil
    }
  }

  private func text(_ slots: [Int64]) -> [String] { slots.map { String($0) } }
}
