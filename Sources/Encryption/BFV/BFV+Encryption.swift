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
  public borrowing func encrypt(_ plaintext: BFVPlaintext) throws(RLWEError) -> SeededCiphertext {
    try requireParameters(plaintext.parameters)
    var ciphertext = encryptZero()
    ciphertext.addScaled(
      plaintext.scaled(limbs: plaintext.parameters.rlwe.limbCount), rounding: BFVPlaintext.roundingNoise)
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
  public func encrypt(_ plaintext: BFVPlaintext) throws(RLWEError) -> Ciphertext<Coefficient> {
    guard parameters == plaintext.parameters.rlwe else {
      throw .parametersMismatch(expected: plaintext.parameters.rlwe.digest, found: parameters.digest)
    }
    var ciphertext = encryptZero()
    ciphertext.addScaled(
      plaintext.scaled(limbs: plaintext.parameters.rlwe.limbCount), rounding: BFVPlaintext.roundingNoise)
    return ciphertext
  }
}

extension BFVParameters {
  /// Throws where `noise` may be larger than what can be decrypted.
  func requireCapacity(
    for noise: NoiseBound, available: Double, failure: NoiseBound.Failure = .ownUse
  ) throws(RLWEError) {
    let needed = noise.log2Magnitude(degree: degree, failure: failure)
    guard needed < available else { throw .noiseExhausted(neededBits: needed, availableBits: available) }
  }
}
