// SPDX-License-Identifier: Apache-2.0

package import PolynomialRing

// Operations that are the same in every scheme. They keep the noise bound; a scheme's evaluator checks it against what
// the scheme can still decrypt.
extension Ciphertext {
  package mutating func add(_ other: borrowing Ciphertext) throws(RLWEError) {
    try requireCompatible(other)
    c0.add(other.c0)
    c1.add(other.c1)
    noise = noise + other.noise
  }

  package mutating func subtract(_ other: borrowing Ciphertext) throws(RLWEError) {
    try requireCompatible(other)
    c0.subtract(other.c0)
    c1.subtract(other.c1)
    noise = noise + other.noise
  }

  package mutating func negate() {
    c0.negate()
    c1.negate()
  }

  /// Adds a polynomial that already carries the scheme's scale, known up to `rounding` noise.
  package mutating func addScaled(_ message: borrowing RNSPolynomial<Domain>, rounding: NoiseBound) {
    c0.add(message)
    noise = noise + rounding
  }

  /// Multiplies by an integer, given by its residues and its absolute value.
  package mutating func multiply(byResidues residues: [UInt64], magnitude: Double) {
    c0.multiply(byResidues: residues)
    c1.multiply(byResidues: residues)
    noise = noise.multiplied(byNorm1: magnitude, norm2: magnitude)
  }

  /// Adds `other` times an integer.
  package mutating func addProduct(
    _ other: borrowing Ciphertext, byResidues residues: [UInt64], magnitude: Double
  ) throws(RLWEError) {
    try requireCompatible(other)
    c0.addProduct(other.c0, byResidues: residues)
    c1.addProduct(other.c1, byResidues: residues)
    noise = noise + other.noise.multiplied(byNorm1: magnitude, norm2: magnitude)
  }

  /// The encryption of zero by the pair (0, 0), to start a sum from.
  package init(transparentZeroLike other: borrowing Ciphertext) {
    self.init(
      parameters: other.parameters, key: other.key, c0: RNSPolynomial(zeroIn: other.basis),
      c1: RNSPolynomial(zeroIn: other.basis), noise: .zero)
  }
}

extension Ciphertext where Domain == Evaluation {
  /// Adds the constant polynomial of the given residues.
  package mutating func addConstant(_ residues: [UInt64]) {
    c0.addConstant(residues)
  }

  /// The product as it is, of three parts and unscaled: (a₀b₀, a₀b₁ + a₁b₀, a₁b₁).
  ///
  /// Its noise is for the scheme to say.
  package func tensor(
    _ other: Ciphertext<Evaluation>, parallelism: Parallelism
  ) -> QuadraticCiphertext<Evaluation> {
    let (d0, d1, d2) = RNSPolynomial.tensor((c0, c1), (other.c0, other.c1), parallelism: parallelism)
    return QuadraticCiphertext(parameters: parameters, key: key, c0: d0, c1: d1, c2: d2, noise: .zero)
  }

  /// Multiplies by an integer polynomial of the given norms.
  package mutating func multiply(by polynomial: borrowing RNSPolynomial<Evaluation>, norm1: Double, norm2: Double) {
    c0.multiply(by: polynomial)
    c1.multiply(by: polynomial)
    noise = noise.multiplied(byNorm1: norm1, norm2: norm2)
  }

  /// Adds `other` times an integer polynomial of the given norms.
  package mutating func addProduct(
    _ other: borrowing Ciphertext, by polynomial: borrowing RNSPolynomial<Evaluation>, norm1: Double, norm2: Double
  ) throws(RLWEError) {
    try requireCompatible(other)
    c0.addProduct(other.c0, polynomial)
    c1.addProduct(other.c1, polynomial)
    noise = noise + other.noise.multiplied(byNorm1: norm1, norm2: norm2)
  }
}

extension Ciphertext {
  /// Divides the ciphertext by its last prime, with rounding, and drops it.
  package consuming func droppingLastPrime() throws(RLWEError) -> Ciphertext {
    guard limbCount >= 2 else { throw .noPrimeLeft }
    let target = parameters.basis(limbs: limbCount - 1)
    let bits = basis.log2Product - target.log2Product
    return Ciphertext(
      parameters: parameters, key: key, c0: c0.droppingLastLimb(to: target), c1: c1.droppingLastLimb(to: target),
      noise: noise.scaledDown(bits: bits) + .rounding(degree: parameters.degree))
  }

  /// Divides the ciphertext by its last primes, one after the other, until `limbs` are left.
  package consuming func droppingPrimes(toLimbCount limbs: Int) throws(RLWEError) -> Ciphertext {
    guard limbs >= 1 else { throw .noPrimeLeft }
    guard limbs <= limbCount else { throw .fewerPrimesThanAskedFor(ciphertext: limbCount, target: limbs) }
    var result = self
    while result.limbCount > limbs { result = try result.droppingLastPrime() }
    return result
  }
}

extension QuadraticCiphertext {
  /// Divides the product by its last primes, with rounding, one after the other, until `limbs` are left.
  package consuming func droppingPrimes(toLimbCount limbs: Int) throws(RLWEError) -> QuadraticCiphertext {
    guard limbs >= 1 else { throw .noPrimeLeft }
    guard limbs <= limbCount else { throw .fewerPrimesThanAskedFor(ciphertext: limbCount, target: limbs) }
    let (parameters, key) = (parameters, key)
    var result = self
    while result.limbCount > limbs {
      let target = parameters.basis(limbs: result.limbCount - 1)
      let bits = result.log2Modulus - target.log2Product
      // Average-case, as the noise of the product is: twice the deviation.
      let rounding = NoiseBound.quadraticRounding(degree: parameters.degree).multiplied(byNorm1: 2, norm2: 2)
      result = QuadraticCiphertext(
        parameters: parameters, key: key, c0: result.c0.droppingLastLimb(to: target),
        c1: result.c1.droppingLastLimb(to: target), c2: result.c2.droppingLastLimb(to: target),
        noise: result.noise.scaledDown(bits: bits) + rounding)
    }
    return result
  }
}

extension SeededCiphertext {
  /// Adds a polynomial that already carries the scheme's scale, known up to `rounding` noise.
  package mutating func addScaled(_ message: borrowing RNSPolynomial<Coefficient>, rounding: NoiseBound) {
    c0.add(message)
    noise = noise + rounding
  }
}
