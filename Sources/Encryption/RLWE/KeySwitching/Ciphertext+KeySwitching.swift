// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

// What a key switch does to ciphertexts, the same in every scheme and in both forms. It runs on the kernels that the parameters of
// the key chose, as packed keys and lazy digits are in a form of their own; those of the ciphertext may have chosen others.

extension KeySwitchingContext {
  /// What a switch adds to the noise of a ciphertext of `limbs` primes: the products with the errors over the divisor, and
  /// the rounding of the division.
  ///
  /// - Parameter log2Divisor: log2 of the divisor where more than P is divided out.
  package func noise(limbs: Int, degree: Int, log2Divisor: Double? = nil) -> NoiseBound {
    let divided = noiseBeforeDivision(limbs: limbs, degree: degree).scaledDown(bits: log2Divisor ?? log2Special)
    guard !specialPlans.isEmpty || log2Divisor != nil else { return divided }
    return divided + .rounding(degree: degree)
  }
}

extension RLWEParameters {
  /// The key switching that an operation needs.
  package func requireKeySwitching() throws(RLWEError) -> KeySwitchingContext {
    guard let keySwitching else { throw .noKeySwitching }
    return keySwitching
  }
}

extension EvaluationKeys {
  /// Throws unless the keys are for these ciphertexts.
  package func requireCompatible(_ parameters: RLWEParameters, _ key: KeyIdentifier) throws(RLWEError) {
    guard self.parameters == parameters else {
      throw .parametersMismatch(expected: parameters.digest, found: self.parameters.digest)
    }
    guard self.key == key else { throw .wrongKey }
  }
}

extension QuadraticCiphertext where Domain: KeySwitchingDomain {
  /// c₀ + u₀, c₁ + u₁ with u₀ + u₁·s ≈ c₂·s².
  package consuming func relinearized(
    with keys: EvaluationKeys, parallelism: Parallelism
  ) throws(RLWEError) -> Ciphertext<Domain> {
    let (context, square) = try parameters.squareSwitching(key, limbs: limbCount, keys)
    let switching = KeySwitch(
      Domain.switchingInput(c2, context: context, parallelism: parallelism), parallelism: parallelism)
    let switched = Domain.switched(
      switching, [SwitchingJob(key: square, addends: (c0, c1))], dividedBy: context.division(limbs: limbCount),
      to: c0.basis)[0]
    return Ciphertext(
      parameters: parameters, key: key, c0: switched.0, c1: switched.1,
      noise: noise + context.noise(limbs: limbCount, degree: parameters.degree))
  }
}

extension QuadraticCiphertext where Domain == Evaluation {
  /// The relinearised ciphertext divided by its last primes, in one division by P times those.
  ///
  /// - Parameter division: By the last primes and P.
  package consuming func relinearizedAndRescaled(
    by division: SpecialDivision, with keys: EvaluationKeys, parallelism: Parallelism
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    let (context, square) = try parameters.squareSwitching(key, limbs: limbCount, keys)
    let input = KeySwitchingInput(c2, context: context, parallelism: parallelism)
    return KeySwitch(input, parallelism: parallelism).rescaled(
      with: square, by: division, addingMultipleOf: .polynomials(c0, c1), key: key, noise: noise)
  }
}

extension Ciphertext where Domain == Evaluation {
  /// The product with a ciphertext of the same primes, relinearised and divided by its last primes, in one division by P times
  /// those.
  ///
  /// The parts of the product are never stored, but for the one that the key is applied to.
  ///
  /// - Parameters:
  ///   - other: Of the same key and primes.
  ///   - division: By the last primes and P.
  ///   - noise: Of the product.
  package func multipliedRelinearizedAndRescaled(
    by other: Ciphertext, dividedBy division: SpecialDivision, noise: NoiseBound, with keys: EvaluationKeys,
    parallelism: Parallelism
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    let (context, square) = try parameters.squareSwitching(key, limbs: limbCount, keys)
    let input = KeySwitchingInput(product: c1, other.c1, context: context, parallelism: parallelism)
    return KeySwitch(input, parallelism: parallelism).rescaled(
      with: square, by: division, addingMultipleOf: .product((c0, c1), (other.c0, other.c1)), key: key, noise: noise)
  }
}

extension RLWEParameters {
  /// What brings a product of ciphertexts back to two polynomials.
  fileprivate func squareSwitching(
    _ key: KeyIdentifier, limbs: Int, _ keys: EvaluationKeys
  ) throws(RLWEError) -> (KeySwitchingContext, KeySwitchingKey) {
    try keys.requireCompatible(self, key)
    return (try keys.parameters.requireKeySwitching(), try keys.relinearizationKey(limbs: limbs))
  }
}

extension KeySwitch {
  /// The ciphertext of a product, divided by its last primes.
  fileprivate func rescaled(
    with square: KeySwitchingKey, by division: SpecialDivision, addingMultipleOf term: KeySwitchingTerm,
    key identifier: KeyIdentifier, noise: NoiseBound
  ) -> Ciphertext<Evaluation> {
    let (parameters, limbs) = (square.parameters, input.limbCount)
    let target = parameters.basis(limbs: division.keptCount)
    let dropped = parameters.basis(limbs: limbs).log2Product - target.log2Product
    let (c0, c1) = evaluations(
      [SwitchingJob(key: square)], dividedBy: division, addingMultipleOf: term, to: target)[0]
    return Ciphertext(
      parameters: parameters, key: identifier, c0: c0, c1: c1,
      noise: noise.scaledDown(bits: dropped)
        + input.context.noise(limbs: limbs, degree: parameters.degree, log2Divisor: division.log2Divisor))
  }
}

extension Ciphertext where Domain: KeySwitchingDomain {
  /// The ciphertext of the image of the message under an automorphism.
  package consuming func applying(
    _ element: GaloisElement, with keys: EvaluationKeys, parallelism: Parallelism
  ) throws(RLWEError) -> Ciphertext<Domain> {
    guard !element.isIdentity else { return self }
    return try applying([element], with: keys, parallelism: parallelism)[0]
  }

  /// The same for several automorphisms, whose digits of c₁ are made once, or once for so many of them as may wait together [HS18].
  package func applying(
    _ elements: [GaloisElement], with keys: EvaluationKeys, parallelism: Parallelism,
    waitingBytes: Int = KeySwitch.usualWaitingBytes
  ) throws(RLWEError) -> [Ciphertext<Domain>] {
    try keys.requireCompatible(parameters, key)
    let context = try keys.parameters.requireKeySwitching()
    let others = elements.filter { !$0.isIdentity }
    guard !others.isEmpty else { return elements.map { _ in self } }
    var jobs: [SwitchingJob<Domain>] = []
    for element in others {
      let galois = try keys.galoisKey(element, limbs: limbCount)
      jobs.append(SwitchingJob(key: galois.key, addends: (c0, nil), automorphism: galois.automorphism))
    }
    var images = switched(by: jobs, context: context, parallelism: parallelism, waitingBytes: waitingBytes)[...]
    return elements.map { $0.isIdentity ? self : images.removeFirst() }
  }

  /// The ciphertext of the same message under another secret.
  package func reencrypted(with reencryption: ReencryptionKey, parallelism: Parallelism) throws(RLWEError)
    -> Ciphertext<Domain>
  {
    guard parameters == reencryption.parameters else {
      throw .parametersMismatch(expected: reencryption.parameters.digest, found: parameters.digest)
    }
    guard key == reencryption.source else { throw .wrongKey }
    guard limbCount <= reencryption.limbCount else {
      throw .keysTooShort(keys: reencryption.limbCount, ciphertext: limbCount)
    }
    let context = try reencryption.parameters.requireKeySwitching()
    return switched(
      by: [SwitchingJob(key: reencryption.switching, addends: (c0, nil))], context: context, to: reencryption.target,
      parallelism: parallelism)[0]
  }

  /// For each job c₀ + u₀, u₁ with u₀ + u₁·s ≈ c₁·s′, and the image of that under its automorphism.
  private func switched(
    by jobs: [SwitchingJob<Domain>], context: KeySwitchingContext, to newKey: KeyIdentifier? = nil,
    parallelism: Parallelism, waitingBytes: Int = KeySwitch.usualWaitingBytes
  ) -> [Ciphertext<Domain>] {
    let input = Domain.switchingInput(c1, context: context, parallelism: parallelism)
    let pairs = Domain.switched(
      KeySwitch(input, parallelism: parallelism, waitingBytes: waitingBytes), jobs,
      dividedBy: context.division(limbs: limbCount), to: basis)
    let noise = noise + context.noise(limbs: limbCount, degree: parameters.degree)
    return pairs.map {
      Ciphertext(parameters: parameters, key: newKey ?? key, c0: $0.0, c1: $0.1, noise: noise)
    }
  }
}
