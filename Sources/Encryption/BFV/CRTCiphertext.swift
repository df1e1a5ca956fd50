// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing
public import RLWE

/// A message modulo M under encryption: one ciphertext for each plaintext modulus.
public struct CRTCiphertext: Sendable {
  /// The sets it belongs to.
  public let parameters: CRTParameters

  /// One ciphertext for each set, in their order.
  public let parts: [Ciphertext<Coefficient>]

  /// Puts parts together.
  ///
  /// - Throws: `RLWEError.parametersMismatch` where a part is not of its set.
  public init(_ parts: [Ciphertext<Coefficient>], parameters: CRTParameters) throws(RLWEError) {
    let components = parameters.components
    precondition(parts.count == components.count, "\(parts.count) ciphertexts for \(components.count) moduli")
    for (component, part) in zip(components, parts) where component.rlwe != part.parameters {
      throw .parametersMismatch(expected: component.rlwe.digest, found: part.parameters.digest)
    }
    self.parameters = parameters
    self.parts = parts
  }
}

/// A secret key for each set, drawn independently.
public struct CRTSecretKey: ~Copyable, Sendable {
  /// The sets it is for.
  public let parameters: CRTParameters

  /// Keys cannot be copied, so arrays hold them by reference.
  private final class Holder: Sendable {
    let key: SecretKey

    init(parameters: RLWEParameters) { key = SecretKey(parameters: parameters) }
  }

  private let holders: [Holder]

  /// Draws the keys from the system's entropy.
  public init(parameters: CRTParameters) {
    self.parameters = parameters
    holders = parameters.components.map { Holder(parameters: $0.rlwe) }
  }

  /// A public key for each set.
  public borrowing func publicKeys() -> [PublicKey] { holders.map { PublicKey(of: $0.key) } }

  /// Evaluation keys for each set.
  public borrowing func evaluationKeys(
    _ request: EvaluationKeyRequest, parallelism: Int = 1
  ) throws(RLWEError) -> [EvaluationKeys] {
    var keys: [EvaluationKeys] = []
    for holder in holders {
      keys.append(
        try holder.key.evaluationKeys(request, parallelism: parallelism).expanded(parallelism: parallelism))
    }
    return keys
  }

  /// Encrypts a plaintext.
  public borrowing func encrypt(_ plaintext: CRTPlaintext) throws(RLWEError) -> CRTCiphertext {
    try parameters.check(plaintext.parameters)
    var parts: [Ciphertext<Coefficient>] = []
    for (holder, part) in zip(holders, plaintext.parts) {
      parts.append(try holder.key.encrypt(part).expanded().coefficientForm())
    }
    return try CRTCiphertext(parts, parameters: parameters)
  }

  /// Decrypts for the key holder's own eyes; see `SecretKey.decrypt`.
  public borrowing func decrypt(_ ciphertext: CRTCiphertext) throws(RLWEError) -> CRTPlaintext {
    try parameters.check(ciphertext.parameters)
    var parts: [BFVPlaintext] = []
    for (index, holder) in holders.enumerated() {
      parts.append(try holder.key.decrypt(ciphertext.parts[index], parameters: parameters.components[index]))
    }
    return CRTPlaintext(parameters: parameters, parts: parts)
  }
}

extension CRTPlaintext {
  /// Encrypts with the public keys of the sets, in their order.
  public func encrypted(with publicKeys: [PublicKey]) throws(RLWEError) -> CRTCiphertext {
    precondition(publicKeys.count == parts.count, "\(publicKeys.count) public keys for \(parts.count) moduli")
    var ciphertexts: [Ciphertext<Coefficient>] = []
    for (key, part) in zip(publicKeys, parts) { ciphertexts.append(try key.encrypt(part)) }
    return try CRTCiphertext(ciphertexts, parameters: parameters)
  }
}

/// Computes on messages modulo M, modulus by modulus; as `BFVEvaluator` it refuses what could not be decrypted.
public struct CRTEvaluator: Sendable {
  /// The sets it computes with.
  public let parameters: CRTParameters

  private let evaluators: [BFVEvaluator]

  /// An evaluator whose operations may use `parallelism` threads.
  public init(parameters: CRTParameters, parallelism: Int = 1) {
    self.parameters = parameters
    evaluators = parameters.components.map { BFVEvaluator(parameters: $0, parallelism: parallelism) }
  }

  /// Adds `rhs` to `lhs`.
  public func add(_ lhs: inout CRTCiphertext, _ rhs: CRTCiphertext) throws(RLWEError) {
    try parameters.check(rhs.parameters)
    try update(&lhs) { (evaluator, index, part) throws(RLWEError) in try evaluator.add(&part, rhs.parts[index]) }
  }

  /// Subtracts `rhs` from `lhs`.
  public func subtract(_ lhs: inout CRTCiphertext, _ rhs: CRTCiphertext) throws(RLWEError) {
    try parameters.check(rhs.parameters)
    try update(&lhs) { (evaluator, index, part) throws(RLWEError) in try evaluator.subtract(&part, rhs.parts[index]) }
  }

  /// Adds a plaintext.
  public func add(_ ciphertext: inout CRTCiphertext, _ plaintext: CRTPlaintext) throws(RLWEError) {
    try parameters.check(plaintext.parameters)
    try update(&ciphertext) { (evaluator, index, part) throws(RLWEError) in
      try evaluator.add(&part, plaintext.parts[index])
    }
  }

  /// Multiplies by a plaintext.
  public func multiply(_ ciphertext: inout CRTCiphertext, by plaintext: CRTPlaintext) throws(RLWEError) {
    try parameters.check(plaintext.parameters)
    try update(&ciphertext) { (evaluator, index, part) throws(RLWEError) in
      try evaluator.multiply(&part, by: EvaluationPlaintext(plaintext.parts[index], limbs: part.limbCount))
    }
  }

  /// The product of two ciphertexts, relinearised with the keys of the sets, in their order.
  public func multiply(
    _ lhs: CRTCiphertext, _ rhs: CRTCiphertext, with keys: [EvaluationKeys]
  ) throws(RLWEError) -> CRTCiphertext {
    precondition(keys.count == evaluators.count, "evaluation keys of \(keys.count) sets for \(evaluators.count) moduli")
    try parameters.check(rhs.parameters)
    var product = lhs
    try update(&product) { (evaluator, index, part) throws(RLWEError) in
      part = try evaluator.multiply(part, rhs.parts[index], with: keys[index])
    }
    return product
  }

  private func update(
    _ ciphertext: inout CRTCiphertext,
    _ body: (BFVEvaluator, Int, inout Ciphertext<Coefficient>) throws(RLWEError) -> Void
  ) throws(RLWEError) {
    try parameters.check(ciphertext.parameters)
    var parts = ciphertext.parts
    for (index, evaluator) in evaluators.enumerated() { try body(evaluator, index, &parts[index]) }
    ciphertext = try CRTCiphertext(parts, parameters: parameters)
  }
}
