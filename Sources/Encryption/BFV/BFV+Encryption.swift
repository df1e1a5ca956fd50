// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
public import PolynomialRing
public import RLWE

extension BFVPlaintext {
  /// What rounding Q·m/t to an integer adds: at most a half.
  static let roundingNoise = NoiseBound(deviation: 0, bounded: 0.5, independent: true)

  /// The noise of a fresh symmetric encryption.
  package static let encryptionNoise = NoiseBound.freshError + roundingNoise
}

extension SecretKey {
  /// Encrypts a plaintext: a fresh seed, a fresh error, half the size of a full ciphertext.
  ///
  /// - Parameters:
  ///   - plaintext: The message.
  ///   - limbs: How many primes the ciphertext has, 1 … all of them; all if nil. Fewer make it smaller and what follows faster,
  ///     and leave less room for noise.
  /// - Throws: `RLWEError` for other parameters, or where so few primes have no room for the message.
  public borrowing func encrypt(_ plaintext: BFVPlaintext, limbs: Int? = nil) throws(RLWEError) -> SeededCiphertext {
    let parameters = plaintext.parameters
    try requireParameters(parameters)
    let limbs = try parameters.freshLimbCount(limbs, noise: BFVPlaintext.encryptionNoise)
    var ciphertext = encryptZero(limbs: limbs)
    ciphertext.addScaled(plaintext.scaled(limbs: limbs), rounding: BFVPlaintext.roundingNoise)
    return ciphertext
  }

  /// Decrypts for the key holder's own eyes.
  ///
  /// The chance of a wrong coefficient is at most 2^−40 where the ciphertext's noise bound is honest. Do not hand the
  /// result to the one who made the ciphertext: use `decryptForRelease`.
  /// - Throws: `RLWEError` for another key or other parameters, or where the noise may exceed what can be decrypted.
  public borrowing func decrypt(
    _ ciphertext: borrowing Ciphertext<Evaluation>, parameters: BFVParameters
  ) throws(RLWEError) -> BFVPlaintext {
    try requireDecryptable(ciphertext, parameters: parameters, failure: .ownUse)
    return Self.message(of: phase(of: ciphertext), parameters: parameters)
  }

  /// Decrypts a ciphertext in coefficient form for the key holder's own eyes.
  public borrowing func decrypt(
    _ ciphertext: borrowing Ciphertext<Coefficient>, parameters: BFVParameters
  ) throws(RLWEError) -> BFVPlaintext {
    try requireDecryptable(ciphertext, parameters: parameters, failure: .ownUse)
    return Self.message(of: phase(of: ciphertext), parameters: parameters)
  }

  /// Decrypts a result that leaves the key holder: refuses unless the chance of a wrong coefficient, which would tell of
  /// the key, is at most 2^−128.
  public borrowing func decryptForRelease(
    _ ciphertext: borrowing Ciphertext<Evaluation>, parameters: BFVParameters
  ) throws(RLWEError) -> BFVPlaintext {
    try requireDecryptable(ciphertext, parameters: parameters, failure: .release)
    return Self.message(of: phase(of: ciphertext), parameters: parameters)
  }

  /// Decrypts a result in coefficient form that leaves the key holder.
  public borrowing func decryptForRelease(
    _ ciphertext: borrowing Ciphertext<Coefficient>, parameters: BFVParameters
  ) throws(RLWEError) -> BFVPlaintext {
    try requireDecryptable(ciphertext, parameters: parameters, failure: .release)
    return Self.message(of: phase(of: ciphertext), parameters: parameters)
  }

  private borrowing func requireDecryptable<Domain>(
    _ ciphertext: borrowing Ciphertext<Domain>, parameters: BFVParameters, failure: NoiseBound.Failure
  ) throws(RLWEError) {
    try requireParameters(parameters)
    guard ciphertext.parameters == parameters.rlwe else {
      throw .parametersMismatch(expected: parameters.rlwe.digest, found: ciphertext.parameters.digest)
    }
    guard ciphertext.key == identifier else { throw .wrongKey }
    try parameters.requireCapacity(
      for: ciphertext.noise, available: parameters.log2NoiseCapacity(limbs: ciphertext.limbCount), failure: failure)
  }

  /// round(t·x/Q) modulo t.
  private static func message(
    of phase: consuming SecretPolynomial<Coefficient>, parameters: BFVParameters
  ) -> BFVPlaintext {
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
    var words = storage.mutableWords(0..<parameters.degree)
    phase.polynomial.scaleAndRound(
      into: &words, range: 0..<parameters.degree, scaler: parameters.levels[phase.basis.limbCount - 1].decryption)
    return BFVPlaintext(parameters: parameters, storage: storage)
  }

  borrowing func requireParameters(_ parameters: BFVParameters) throws(RLWEError) {
    guard self.parameters == parameters.rlwe else {
      throw .parametersMismatch(expected: parameters.rlwe.digest, found: self.parameters.digest)
    }
  }
}

extension PublicKey {
  /// Encrypts a plaintext with the public key.
  ///
  /// - Parameters:
  ///   - plaintext: The message.
  ///   - limbs: How many primes the ciphertext has, 1 … all of them; all if nil. Fewer make it smaller and what follows faster,
  ///     and leave less room for noise.
  /// - Throws: `RLWEError` for other parameters, or where so few primes have no room for the message.
  public func encrypt(_ plaintext: BFVPlaintext, limbs: Int? = nil) throws(RLWEError) -> Ciphertext<Coefficient> {
    guard parameters == plaintext.parameters.rlwe else {
      throw .parametersMismatch(expected: plaintext.parameters.rlwe.digest, found: parameters.digest)
    }
    let limbs = try plaintext.parameters.freshLimbCount(
      limbs, noise: .publicKeyEncryption(degree: parameters.degree) + BFVPlaintext.roundingNoise)
    var ciphertext = encryptZero(limbs: limbs)
    ciphertext.addScaled(plaintext.scaled(limbs: limbs), rounding: BFVPlaintext.roundingNoise)
    return ciphertext
  }
}

extension BFVParameters {
  /// How many primes a fresh ciphertext of that noise gets; throws where it could not be decrypted.
  func freshLimbCount(_ limbs: Int?, noise: NoiseBound) throws(RLWEError) -> Int {
    let count = limbs ?? rlwe.limbCount
    precondition((1...rlwe.limbCount).contains(count), "an encryption with \(count) primes")
    try requireCapacity(for: noise, available: log2NoiseCapacity(limbs: count))
    return count
  }

  /// Throws where `noise` may be larger than what can be decrypted.
  func requireCapacity(
    for noise: NoiseBound, available: Double, failure: NoiseBound.Failure = .ownUse
  ) throws(RLWEError) {
    let needed = noise.log2Magnitude(degree: degree, failure: failure)
    guard needed < available else { throw .noiseExhausted(neededBits: needed, availableBits: available) }
  }
}
