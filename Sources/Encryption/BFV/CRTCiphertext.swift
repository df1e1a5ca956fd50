// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing
public import RLWE

/// A message modulo M under encryption: one ciphertext for each plaintext modulus.
public struct CRTCiphertext: Sendable {
  /// The sets it belongs to.
  public let parameters: CRTParameters

  /// One ciphertext for each set, in their order.
  public let parts: [Ciphertext<Coefficient>]

  /// Puts parts together, one for each set in their order.
  ///
  /// - Throws: `RLWEError.partCountMismatch` where there are more or fewer, `.parametersMismatch` where one is not of its set.
  public init(_ parts: [Ciphertext<Coefficient>], parameters: CRTParameters) throws(RLWEError) {
    let components = parameters.components
    try parameters.checkCount(parts.count)
    for (component, part) in zip(components, parts) where component.rlwe != part.parameters {
      throw .parametersMismatch(expected: component.rlwe.digest, found: part.parameters.digest)
    }
    self.init(parameters: parameters, parts: parts)
  }

  /// requires: parts of the sets.
  init(parameters: CRTParameters, parts: [Ciphertext<Coefficient>]) {
    self.parameters = parameters
    self.parts = parts
  }
}

/// A secret key for each set, drawn independently.
public struct CRTSecretKey: ~Copyable, Sendable {
  /// The sets it is for.
  public let parameters: CRTParameters

  /// Keys cannot be copied, so arrays hold them by reference.
  final class Holder: Sendable {
    let key: SecretKey

    init(_ key: consuming SecretKey) { self.key = key }
  }

  let holders: [Holder]

  /// Draws the keys from the system's entropy.
  public init(parameters: CRTParameters) {
    self.parameters = parameters
    holders = parameters.components.map { Holder(SecretKey(parameters: $0.rlwe)) }
  }

  /// requires: a key for each set.
  init(parameters: CRTParameters, holders: [Holder]) {
    self.parameters = parameters
    self.holders = holders
  }

  /// A public key for each set, in their order.
  public borrowing func publicKeys() -> [PublicKey] { holders.map { PublicKey(of: $0.key) } }

  /// Evaluation keys for each set as they travel, in their order.
  public borrowing func seededEvaluationKeys(
    _ request: EvaluationKeyRequest, parallelism: Int = 1
  ) throws(RLWEError) -> [SeededEvaluationKeys] {
    var keys: [SeededEvaluationKeys] = []
    for holder in holders { keys.append(try holder.key.evaluationKeys(request, parallelism: parallelism)) }
    return keys
  }

  /// Evaluation keys for each set, in their order, ready for use.
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
  ///
  /// In each part, the chance of a wrong coefficient is at most 2^−40 where its noise bound is honest.
  /// - Throws: `RLWEError` for other keys or other parameters, or where the noise of a part may exceed what can be decrypted.
  public borrowing func decrypt(_ ciphertext: CRTCiphertext) throws(RLWEError) -> CRTPlaintext {
    try decrypt(ciphertext, failure: .ownUse)
  }

  /// Decrypts a result that leaves the key holder: refuses unless in each part the chance of a wrong coefficient, which would
  /// tell of its key, is at most 2^−128.
  ///
  /// - Throws: As `decrypt`.
  public borrowing func decryptForRelease(_ ciphertext: CRTCiphertext) throws(RLWEError) -> CRTPlaintext {
    try decrypt(ciphertext, failure: .release)
  }

  private borrowing func decrypt(
    _ ciphertext: CRTCiphertext, failure: NoiseBound.Failure
  ) throws(RLWEError) -> CRTPlaintext {
    try parameters.check(ciphertext.parameters)
    var parts: [BFVPlaintext] = []
    for (index, holder) in holders.enumerated() {
      let (part, component) = (ciphertext.parts[index], parameters.components[index])
      switch failure {
      case .ownUse: parts.append(try holder.key.decrypt(part, parameters: component))
      case .release: parts.append(try holder.key.decryptForRelease(part, parameters: component))
      }
    }
    return CRTPlaintext(parameters: parameters, parts: parts)
  }
}

extension CRTPlaintext {
  /// Encrypts with the public keys of the sets, in their order.
  ///
  /// - Throws: `RLWEError.partCountMismatch` where there is not one for each, `.parametersMismatch` where one is not of its set.
  public func encrypted(with publicKeys: [PublicKey]) throws(RLWEError) -> CRTCiphertext {
    try parameters.checkCount(publicKeys.count)
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
  ///
  /// - Throws: `RLWEError.partCountMismatch` where there are not keys for each; else as `BFVEvaluator`.
  public func multiply(
    _ lhs: CRTCiphertext, _ rhs: CRTCiphertext, with keys: [EvaluationKeys]
  ) throws(RLWEError) -> CRTCiphertext {
    try parameters.checkCount(keys.count)
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
