// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
internal import Randomness
public import RLWE

/// What the release of results under one key is to withstand.
public struct ReleasePolicy: Hashable, Sendable {
  /// How many results are released under the key altogether.
  public let queries: Int

  /// Bits of statistical security as [LMSS22] counts them: whatever was computed, and under whatever key, the chance of telling it
  /// from another way to the same results is below 2^−(bits/2 + 2).
  public let statisticalBits: Int

  /// A policy.
  ///
  /// requires: queries ≥ 1, 1 ≤ statisticalBits ≤ 80: more than that the sampler of the noise does not promise.
  public init(queries: Int = 1, statisticalBits: Int = 30) {
    precondition(queries >= 1 && (1...80).contains(statisticalBits), "\(queries) queries at \(statisticalBits) bits")
    self.queries = queries
    self.statisticalBits = statisticalBits
  }
}

extension CKKSCiphertext {
  /// log2 of the deviation σ = √(12·τ)·2^(s/2)·E of the noise that a release adds, with E the bound of the ciphertext's own.
  ///
  /// [LMSS22, section 4.1] for a Gaussian mechanism whose sensitivity is the Euclidean norm of the noise polynomial, which E
  /// bounds. E is never taken to be less than the noise of a fresh encryption, whatever the ciphertext says.
  func log2FloodDeviation(_ policy: ReleasePolicy) -> Double {
    0.5 * binaryLogarithm(12 * Double(policy.queries)) + 0.5 * Double(policy.statisticalBits)
      + binaryLogarithm(max(noise, parameters.symmetricNoise))
  }

  /// How far any number may be off when it is released.
  ///
  /// As `errorBound`, with the noise that hides how the result was made.
  public func releaseErrorBound(_ policy: ReleasePolicy) -> Double {
    let width = Self.floodWidth(log2Deviation: log2FloodDeviation(policy))
    return (noise + parameters.floodNoise(log2Width: width)) / scale.doubleValue
  }

  /// log2 of the width K = 2^k of the discrete Gaussian, whose deviation is 0.85·K, that has at least this deviation.
  static func floodWidth(log2Deviation: Double) -> Int {
    Int((log2Deviation - binaryLogarithm(RandomStream.gaussianDeviationFactor)).rounded(.up))
  }
}

extension SecretKey {
  /// Decrypts a result that leaves the key holder: adds Gaussian noise, wide enough that the result tells nothing of how it was
  /// made [LMSS22].
  ///
  /// - Parameters:
  ///   - ciphertext: The result; its noise bound must be honest, so it must come from a computation that the key holder knows.
  ///   - policy: How many results are released under the key, and what they must withstand.
  ///   - largestError: The largest error of a number that is of use; an error of the value bound if nil.
  /// - Throws: `RLWEError` for another key or other parameters, where the error would be larger, or the noise wider than can be
  ///   drawn: its deviation grows with the scale, and has to stay below 2^58.
  public borrowing func decryptForRelease(
    _ ciphertext: CKKSCiphertext, policy: ReleasePolicy = ReleasePolicy(), largestError: Double? = nil
  ) throws(RLWEError) -> CKKSPlaintext {
    try requireOpens(ciphertext)
    let parameters = ciphertext.parameters
    let width = CKKSCiphertext.floodWidth(log2Deviation: ciphertext.log2FloodDeviation(policy))
    let error = ciphertext.releaseErrorBound(policy)
    let allowed = largestError ?? max(ciphertext.valueBound, parameters.literal.valueBound)
    guard width <= RandomStream.largestGaussianLog2Width else {
      throw .releaseTooWide(
        deviationBits: ciphertext.log2FloodDeviation(policy), largestBits: RandomStream.largestGaussianLog2Width)
    }
    guard error <= allowed else {
      throw .releaseTooNoisy(errorBits: binaryLogarithm(error), allowedBits: binaryLogarithm(allowed))
    }
    let bits = binaryLogarithm(ciphertext.scale.doubleValue * (ciphertext.valueBound + error)) + 1
    guard bits < parameters.log2Modulus(level: ciphertext.level) else {
      throw .valuesExceedModulus(neededBits: bits, availableBits: parameters.log2Modulus(level: ciphertext.level))
    }
    try CKKSComposition.requireBits(bits)
    var phase = try phase(of: ciphertext, bits: bits)
    var stream = RandomStream.system()
    let flood = AlignedStorage(count: parameters.degree, zeroising: true)
    var words = flood.mutableWords(0..<parameters.degree)
    stream.fillGaussian(&words, log2Width: width)
    phase.add(reducingSignedWords: words.span)
    let numbers = CKKSComposition(basis: phase.basis)
      .numbers(of: phase, parameters: parameters, scale: ciphertext.scale)
    let bound = ciphertext.valueBound + error
    return CKKSPlaintext(
      parameters: parameters, magnitude: bound, storage: numbers,
      error: error + parameters.embeddingError(magnitude: bound))
  }
}
