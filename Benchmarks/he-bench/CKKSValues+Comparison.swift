// SPDX-License-Identifier: Apache-2.0

import Tacit

extension CKKSValues: ComparableValues {
  static func operations(_ size: ParameterSize) -> [CiphertextOperation<CKKSValues>] { CKKSSuite.operations(size) }

  func slots(of operation: String) throws -> [String]? {
    let evaluator = evaluator(1)
    let slots: [Double]
    switch operation {
    case "make-usable-relinearization-key":
      slots = try decrypt(evaluator.multiply(first, second, with: keys.freshRelinearizationKey()))
    case "encode", "decode": slots = try encoder.decode(encoder.encode(self.slots))
    case "encode-for-products":
      // The slots times one, which is encrypted.
      let ones = try keys.publicKey.encrypt(encoder.encode(constant: 1))
      slots = try decrypt(evaluator.multiply(ones, by: preparedPlaintext))
    case "encrypt-public-key", "encode-encrypt": slots = try decrypt(keys.publicKey.encrypt(plaintext))
    case "decrypt", "decrypt-decode": slots = try decrypt(first)
    case "multiply", "relinearize", "rescale":
      let product = try evaluator.relinearize(evaluator.multiply(first, second), with: keys.evaluation)
      slots = try decrypt(evaluator.rescale(product))
    case "multiply-relinearize-rescale":
      slots = try decrypt(evaluator.multiply(first, second, with: keys.evaluation))
    case "rotate": slots = try decrypt(evaluator.rotate(first, by: 1, with: keys.evaluation))
    default: return nil
    }
    return slots.map { String($0) }
  }
}
