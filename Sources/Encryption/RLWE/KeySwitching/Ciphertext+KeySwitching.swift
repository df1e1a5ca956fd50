// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

// What a key switch does to ciphertexts, the same in every scheme.

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

extension QuadraticCiphertext where Domain == Coefficient {
  /// c₀ + u₀, c₁ + u₁ with u₀ + u₁·s ≈ c₂·s².
  package consuming func relinearized(
    with keys: EvaluationKeys, parallelism: Int
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try keys.requireCompatible(parameters, key)
    let context = try parameters.requireKeySwitching()
    let switching = try keys.relinearizationKey(limbs: limbCount)
    let input = KeySwitchingInput(c2, context: context, parallelism: parallelism)
    let (product0, product1) = switching.product(with: input, parallelism: parallelism)
    let division = context.division(limbs: limbCount)
    let basis = c0.basis
    var result0 = division.divideToCoefficients(product0, to: basis, parallelism: parallelism)
    var result1 = division.divideToCoefficients(product1, to: basis, parallelism: parallelism)
    result0.add(c0)
    result1.add(c1)
    return Ciphertext(
      parameters: parameters, key: key, c0: result0, c1: result1,
      noise: noise + context.noise(limbs: limbCount, degree: parameters.degree))
  }
}

extension Ciphertext where Domain == Coefficient {
  /// The ciphertext of the image of the message under an automorphism.
  package consuming func applying(
    _ element: GaloisElement, with keys: EvaluationKeys, parallelism: Int
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    guard !element.isIdentity else { return self }
    let context = try parameters.requireKeySwitching()
    let input = KeySwitchingInput(c1, context: context, parallelism: parallelism)
    return try switched(element, with: keys, parallelism: parallelism) { $0.product(with: input, parallelism: $1) }
  }

  /// The same for digits of c₁ that are there already.
  package func applying(
    _ element: GaloisElement, digits: HoistedDigits, with keys: EvaluationKeys, parallelism: Int
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    guard !element.isIdentity else { return self }
    return try switched(element, with: keys, parallelism: parallelism) { $0.product(with: digits, parallelism: $1) }
  }

  private func switched(
    _ element: GaloisElement, with keys: EvaluationKeys, parallelism: Int,
    _ product: (KeySwitchingKey, Int) -> (RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>)
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    try keys.requireCompatible(parameters, key)
    let context = try parameters.requireKeySwitching()
    let galois = try keys.galoisKey(element, limbs: limbCount)
    let (product0, product1) = product(galois.key, parallelism)
    let division = context.division(limbs: limbCount)
    var switched0 = division.divideToCoefficients(product0, to: basis, parallelism: parallelism)
    let switched1 = division.divideToCoefficients(product1, to: basis, parallelism: parallelism)
    switched0.add(c0)
    return Ciphertext(
      parameters: parameters, key: key, c0: switched0.applying(galois.automorphism, parallelism: parallelism),
      c1: switched1.applying(galois.automorphism, parallelism: parallelism),
      noise: noise + context.noise(limbs: limbCount, degree: parameters.degree))
  }
}

extension QuadraticCiphertext where Domain == Evaluation {
  /// c₀ + u₀, c₁ + u₁ with u₀ + u₁·s ≈ c₂·s².
  package consuming func relinearized(
    with keys: EvaluationKeys, parallelism: Int
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    try keys.requireCompatible(parameters, key)
    let context = try parameters.requireKeySwitching()
    let switching = try keys.relinearizationKey(limbs: limbCount)
    let input = KeySwitchingInput(c2, context: context, parallelism: parallelism)
    let (product0, product1) = switching.product(with: input, parallelism: parallelism)
    let division = context.division(limbs: limbCount)
    let noise = noise + context.noise(limbs: limbCount, degree: parameters.degree)
    let basis = c0.basis
    return Ciphertext(
      parameters: parameters, key: key,
      c0: division.divide(product0, adding: c0, to: basis, scratch: context.scratch, parallelism: parallelism),
      c1: division.divide(product1, adding: c1, to: basis, scratch: context.scratch, parallelism: parallelism),
      noise: noise)
  }

  /// The relinearised ciphertext divided by its last prime, in one division by P times that prime.
  package consuming func relinearizedAndRescaled(
    with keys: EvaluationKeys, parallelism: Int
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    try keys.requireCompatible(parameters, key)
    guard limbCount > 1 else { throw .noPrimeLeft }
    let context = try parameters.requireKeySwitching()
    let switching = try keys.relinearizationKey(limbs: limbCount)
    let input = KeySwitchingInput(c2, context: context, parallelism: parallelism)
    var (product0, product1) = switching.product(with: input, parallelism: parallelism)
    product0.addMultiple(of: c0, byProductOf: context.specialPlans, parallelism: parallelism)
    product1.addMultiple(of: c1, byProductOf: context.specialPlans, parallelism: parallelism)
    let division = context.rescaling(limbs: limbCount)
    let target = parameters.basis(limbs: limbCount - 1)
    let dropped = log2Modulus - target.log2Product
    let noise =
      noise.scaledDown(bits: dropped)
      + context.noise(limbs: limbCount, degree: parameters.degree, log2Divisor: division.log2Divisor)
    return Ciphertext(
      parameters: parameters, key: key,
      c0: division.divide(product0, adding: nil, to: target, scratch: context.scratch, parallelism: parallelism),
      c1: division.divide(product1, adding: nil, to: target, scratch: context.scratch, parallelism: parallelism),
      noise: noise)
  }
}

extension Ciphertext where Domain == Evaluation {
  /// The digits of c₁, for several automorphisms of one ciphertext.
  package func hoistedDigits(parallelism: Int) throws(RLWEError) -> HoistedDigits {
    let context = try parameters.requireKeySwitching()
    return HoistedDigits(
      KeySwitchingInput(c1, context: context, parallelism: parallelism), parallelism: parallelism)
  }

  /// The ciphertext of the image of the message under an automorphism.
  package consuming func applying(
    _ element: GaloisElement, with keys: EvaluationKeys, parallelism: Int
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    guard !element.isIdentity else { return self }
    let context = try parameters.requireKeySwitching()
    let input = KeySwitchingInput(c1, context: context, parallelism: parallelism)
    return try switched(element, with: keys, parallelism: parallelism) { $0.product(with: input, parallelism: $1) }
  }

  /// The same for digits of c₁ that are there already.
  package func applying(
    _ element: GaloisElement, digits: HoistedDigits, with keys: EvaluationKeys, parallelism: Int
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    guard !element.isIdentity else { return self }
    return try switched(element, with: keys, parallelism: parallelism) { $0.product(with: digits, parallelism: $1) }
  }

  private func switched(
    _ element: GaloisElement, with keys: EvaluationKeys, parallelism: Int,
    _ product: (KeySwitchingKey, Int) -> (RNSPolynomial<Evaluation>, RNSPolynomial<Evaluation>)
  ) throws(RLWEError) -> Ciphertext<Evaluation> {
    try keys.requireCompatible(parameters, key)
    let context = try parameters.requireKeySwitching()
    let galois = try keys.galoisKey(element, limbs: limbCount)
    let (product0, product1) = product(galois.key, parallelism)
    let division = context.division(limbs: limbCount)
    let switched0 = division.divide(
      product0, adding: c0, to: basis, scratch: context.scratch, parallelism: parallelism)
    let switched1 = division.divide(
      product1, adding: nil, to: basis, scratch: context.scratch, parallelism: parallelism)
    return Ciphertext(
      parameters: parameters, key: key, c0: switched0.applying(galois.automorphism, parallelism: parallelism),
      c1: switched1.applying(galois.automorphism, parallelism: parallelism),
      noise: noise + context.noise(limbs: limbCount, degree: parameters.degree))
  }
}

extension Ciphertext where Domain == Coefficient {
  /// The digits of c₁, for several automorphisms of one ciphertext.
  package func hoistedDigits(parallelism: Int) throws(RLWEError) -> HoistedDigits {
    let context = try parameters.requireKeySwitching()
    return HoistedDigits(
      KeySwitchingInput(c1, context: context, parallelism: parallelism), parallelism: parallelism)
  }
}
