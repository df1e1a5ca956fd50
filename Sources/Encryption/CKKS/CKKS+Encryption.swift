// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
public import RLWE

extension SecretKey {
  /// Encrypts numbers: a fresh seed, a fresh error, half the size of a full ciphertext.
  ///
  /// - Parameters:
  ///   - plaintext: The numbers.
  ///   - level: How often the ciphertext can be rescaled; the highest level if nil. Lower ones are smaller and faster.
  ///   - scale: Its scale; the canonical one of the level if nil.
  ///   - bound: How large the numbers may be, which whoever holds the ciphertext will know; the parameters' if nil.
  /// - Throws: `RLWEError` for other parameters, a number above the bound, or numbers that do not fit under the modulus.
  public borrowing func encrypt(
    _ plaintext: CKKSPlaintext, level: Int? = nil, scale: CKKSScale? = nil, bound: Double? = nil
  ) throws(RLWEError) -> SeededCKKSCiphertext {
    let form = try CKKSEncryptionForm(plaintext, key: parameters, level: level, scale: scale, bound: bound)
    try form.requireReadable(addedNoise: plaintext.parameters.symmetricNoise)
    let (c0, seed) = encryptInEvaluationForm(form.message)
    let result = SeededCKKSCiphertext(
      parameters: plaintext.parameters, key: identifier, level: form.level, scale: form.scale, valueBound: form.bound,
      noise: plaintext.parameters.symmetricNoise + form.noise, c0: c0, seed: seed)
    return result
  }

  /// Decrypts for the key holder's own eyes.
  ///
  /// Do not hand the result to others: its error tells of the key [LM21]. Use `decryptForRelease`.
  /// - Throws: `RLWEError` for another key or other parameters, or where numbers and noise take more than 126 bits: a product that
  ///   is not rescaled yet.
  public borrowing func decrypt(_ ciphertext: CKKSCiphertext) throws(RLWEError) -> CKKSPlaintext {
    try requireOpens(ciphertext)
    let phase = try phase(of: ciphertext, bits: ciphertext.neededBits)
    let numbers = CKKSComposition(basis: phase.basis)
      .numbers(of: phase, parameters: ciphertext.parameters, scale: ciphertext.scale)
    let bound = ciphertext.valueBound + ciphertext.errorBound
    return CKKSPlaintext(
      parameters: ciphertext.parameters, magnitude: bound, storage: numbers,
      error: ciphertext.errorBound + ciphertext.parameters.embeddingError(magnitude: bound))
  }

  borrowing func requireOpens(_ ciphertext: CKKSCiphertext) throws(RLWEError) {
    guard parameters == ciphertext.parameters.rlwe else {
      throw .parametersMismatch(expected: parameters.digest, found: ciphertext.parameters.rlwe.digest)
    }
    guard ciphertext.key == identifier else { throw .wrongKey }
    try ciphertext.requireReadable()
    try CKKSComposition.requireBits(ciphertext.neededBits)
  }

  /// c₀ + c₁·s modulo as few primes as integers of `bits` bits, sign included, need.
  ///
  /// Throws where that is more than can be put together.
  borrowing func phase(
    of ciphertext: CKKSCiphertext, bits: Double
  ) throws(RLWEError) -> SecretPolynomial<Coefficient> {
    let rlwe = ciphertext.parameters.rlwe
    // A bit more than needed, for the logarithms.
    let limbs =
      (1..<ciphertext.ciphertext.limbCount).first { rlwe.basis(limbs: $0).log2Product > bits + 0.01 }
      ?? ciphertext.ciphertext.limbCount
    try CKKSComposition.requireLimbs(limbs, bits: bits, parameters: rlwe)
    let basis = rlwe.basis(limbs: limbs)
    var sum = RNSPolynomial<Evaluation>(zeroIn: basis, zeroising: true)
    sum.addPrefix(of: ciphertext.ciphertext.c0)
    sum.addProduct(ciphertext.ciphertext.c1, evaluation.polynomial)
    return SecretPolynomial((consume sum).coefficientForm())
  }
}

extension PublicKey {
  /// Encrypts numbers with the public key.
  ///
  /// - Parameters:
  ///   - plaintext: The numbers.
  ///   - level: How often the ciphertext can be rescaled; the highest level if nil. Lower ones are smaller and faster.
  ///   - scale: Its scale; the canonical one of the level if nil.
  ///   - bound: How large the numbers may be, which whoever holds the ciphertext will know; the parameters' if nil.
  /// - Throws: `RLWEError` for other parameters, a number above the bound, or numbers that do not fit under the modulus.
  public func encrypt(
    _ plaintext: CKKSPlaintext, level: Int? = nil, scale: CKKSScale? = nil, bound: Double? = nil
  ) throws(RLWEError) -> CKKSCiphertext {
    let form = try CKKSEncryptionForm(plaintext, key: parameters, level: level, scale: scale, bound: bound)
    try form.requireReadable(addedNoise: plaintext.parameters.publicKeyNoise)
    return CKKSCiphertext(
      parameters: plaintext.parameters, ciphertext: encryptInEvaluationForm(form.message), level: form.level,
      scale: form.scale, valueBound: form.bound, noise: plaintext.parameters.publicKeyNoise + form.noise)
  }
}

/// What is common to both ways of encrypting: the scaled message, and what is said of it.
private struct CKKSEncryptionForm {
  let parameters: CKKSParameters
  let level: Int
  let scale: CKKSScale
  let bound: Double
  let noise: Double
  let message: RNSPolynomial<Coefficient>

  init(
    _ plaintext: CKKSPlaintext, key: RLWEParameters, level: Int?, scale: CKKSScale?, bound: Double?
  ) throws(RLWEError) {
    let parameters = plaintext.parameters
    guard key == parameters.rlwe else {
      throw .parametersMismatch(expected: parameters.rlwe.digest, found: key.digest)
    }
    let level = level ?? parameters.maximumLevel
    precondition((0...parameters.maximumLevel).contains(level), "an encryption at level \(level)")
    let scale = scale ?? parameters.scale(level: level)
    let bound = bound ?? parameters.literal.valueBound
    guard plaintext.magnitude <= bound else {
      throw .valueOutOfBound(bound: bound)
    }
    try plaintext.requireRepresentable(at: scale)
    self.parameters = parameters
    self.level = level
    self.scale = scale
    self.bound = bound
    noise = parameters.encodingNoise(magnitude: bound, scale: scale) + plaintext.error * scale.doubleValue
    message = plaintext.scaled(by: scale, basis: parameters.rlwe.basis(limbs: parameters.limbCount(level: level)))
  }

  /// Throws where numbers of the bound do not fit under the modulus, or the noise would cover them.
  func requireReadable(addedNoise: Double) throws(RLWEError) {
    try parameters.requireReadable(level: level, scale: scale, valueBound: bound, noise: noise + addedNoise)
  }
}
