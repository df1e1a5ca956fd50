// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

// What a key switch does to ciphertexts, the same in every scheme and in both forms.

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
    var (context, product0, product1) = try switchedSquare(with: keys, parallelism: parallelism)
    let division = context.division(limbs: limbCount)
    let noise = noise + context.noise(limbs: limbCount, degree: parameters.degree)
    let basis = c0.basis
    return Ciphertext(
      parameters: parameters, key: key,
      c0: Domain.divided(
        product0.take(), by: division, adding: c0, under: nil, to: basis, scratch: context.scratch,
        parallelism: parallelism),
      c1: Domain.divided(
        product1.take(), by: division, adding: c1, under: nil, to: basis, scratch: context.scratch,
        parallelism: parallelism),
      noise: noise)
  }

  /// P·(u₀, u₁) with u₀ + u₁·s ≈ c₂·s².
  private func switchedSquare(
    with keys: EvaluationKeys, parallelism: Parallelism
  ) throws(RLWEError) -> (KeySwitchingContext, RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>) {
    try keys.requireCompatible(parameters, key)
    let context = try parameters.requireKeySwitching()
    let switching = try keys.relinearizationKey(limbs: limbCount)
    let input = Domain.switchingInput(c2, context: context, parallelism: parallelism)
    let (product0, product1) = switching.product(with: input, parallelism: parallelism)
    return (context, product0, product1)
  }
}

extension QuadraticCiphertext where Domain == Evaluation {
  /// The relinearised ciphertext divided by its last primes, in one division by P times those.
  ///
  /// - Parameter division: By the last primes and P.
  package consuming func relinearizedAndRescaled(
    by division: SpecialDivision, with keys: EvaluationKeys, parallelism: Parallelism
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    var (context, product0, product1) = try switchedSquare(with: keys, parallelism: parallelism)
    precondition(
      division.keptCount + division.droppedCount == limbCount + context.specialPlans.count, "another division")
    product0.addMultiple(of: c0, byProductOf: context.specialPlans, parallelism: parallelism)
    product1.addMultiple(of: c1, byProductOf: context.specialPlans, parallelism: parallelism)
    let target = parameters.basis(limbs: division.keptCount)
    let dropped = log2Modulus - target.log2Product
    let noise =
      noise.scaledDown(bits: dropped)
      + context.noise(limbs: limbCount, degree: parameters.degree, log2Divisor: division.log2Divisor)
    return Ciphertext(
      parameters: parameters, key: key,
      c0: division.divide(product0.take(), adding: nil, to: target, scratch: context.scratch, parallelism: parallelism),
      c1: division.divide(product1.take(), adding: nil, to: target, scratch: context.scratch, parallelism: parallelism),
      noise: noise)
  }
}

extension Ciphertext where Domain: KeySwitchingDomain {
  /// The digits of c₁, for several automorphisms of one ciphertext.
  package func hoistedDigits(parallelism: Parallelism) throws(RLWEError) -> HoistedDigits {
    let context = try parameters.requireKeySwitching()
    return HoistedDigits(
      Domain.switchingInput(c1, context: context, parallelism: parallelism), parallelism: parallelism)
  }

  /// The ciphertext of the image of the message under an automorphism.
  package consuming func applying(
    _ element: GaloisElement, with keys: EvaluationKeys, parallelism: Parallelism
  ) throws(RLWEError) -> Ciphertext<Domain> {
    guard !element.isIdentity else { return self }
    let galois = try galoisKey(element, of: keys)
    let context = try parameters.requireKeySwitching()
    let input = Domain.switchingInput(c1, context: context, parallelism: parallelism)
    return switched(
      galois.key.product(with: input, parallelism: parallelism), context: context, parallelism: parallelism,
      automorphism: galois.automorphism)
  }

  /// The same for digits of c₁ that are there already.
  package func applying(
    _ element: GaloisElement, digits: HoistedDigits, with keys: EvaluationKeys, parallelism: Parallelism
  ) throws(RLWEError) -> Ciphertext<Domain> {
    precondition(digits.limbCount == limbCount, "digits of another ciphertext")
    guard !element.isIdentity else { return self }
    let galois = try galoisKey(element, of: keys)
    return switched(
      galois.key.product(with: digits, parallelism: parallelism), context: digits.context, parallelism: parallelism,
      automorphism: galois.automorphism)
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
    let context = try parameters.requireKeySwitching()
    let input = Domain.switchingInput(c1, context: context, parallelism: parallelism)
    return switched(
      reencryption.switching.product(with: input, parallelism: parallelism), context: context,
      parallelism: parallelism, key: reencryption.target)
  }

  private func galoisKey(_ element: GaloisElement, of keys: EvaluationKeys) throws(RLWEError) -> GaloisKey {
    try keys.requireCompatible(parameters, key)
    return try keys.galoisKey(element, limbs: limbCount)
  }

  /// c₀ + u₀, u₁ from P·(u₀, u₁), and the image of that under an automorphism where there is one.
  private func switched(
    _ product: consuming (RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>), context: KeySwitchingContext,
    parallelism: Parallelism,
    automorphism: GaloisAutomorphism? = nil, key newKey: KeyIdentifier? = nil
  ) -> Ciphertext<Domain> {
    let division = context.division(limbs: limbCount)
    let switched0 = Domain.divided(
      product.0.take(), by: division, adding: c0, under: automorphism, to: basis, scratch: context.scratch,
      parallelism: parallelism)
    let switched1 = Domain.divided(
      product.1.take(), by: division, adding: nil, under: automorphism, to: basis, scratch: context.scratch,
      parallelism: parallelism)
    return Ciphertext(
      parameters: parameters, key: newKey ?? key, c0: switched0, c1: switched1,
      noise: noise + context.noise(limbs: limbCount, degree: parameters.degree))
  }
}
