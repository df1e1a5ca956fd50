// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
internal import RLWE

/// A plaintext made ready to multiply ciphertexts: its coefficients, centred around zero, in evaluation form modulo the
/// primes of the ciphertexts.
///
/// Make it once, use it often.
public struct EvaluationPlaintext: Sendable {
  /// The set it belongs to.
  public let parameters: BFVParameters

  let polynomial: RNSPolynomial<Evaluation>

  /// The sum of the absolute values of the centred coefficients.
  public let norm1: Double

  /// The Euclidean norm of the centred coefficients.
  public let norm2: Double

  /// A polynomial of few terms: Σ value·X^position, positions below N and each at most once, |value| ≤ t/2.
  ///
  /// For all primes.
  package init(terms: [(position: Int, value: Int64)], parameters: BFVParameters) {
    self.parameters = parameters
    let limit = parameters.plaintextModulus.value / 2
    var polynomial = RNSPolynomial<Coefficient>(zeroIn: parameters.rlwe.basis)
    for index in 0..<polynomial.limbCount {
      let q = parameters.rlwe.basis.moduli[index]
      var limb = polynomial.mutableLimb(index)
      for (position, value) in terms {
        precondition(value.magnitude <= limit, "a coefficient exceeds the plaintext modulus")
        let magnitude = q.reduce(value.magnitude)
        limb[position] = value < 0 ? q.negate(magnitude) : magnitude
      }
    }
    norm1 = terms.reduce(0) { $0 + Double($1.value.magnitude) }
    norm2 = terms.reduce(0) { $0 + Double($1.value.magnitude) * Double($1.value.magnitude) }.squareRoot()
    self.polynomial = polynomial.evaluationForm()
  }

  /// Transforms `plaintext` for ciphertexts of `limbs` primes (all of them if nil): one transform a prime.
  public init(_ plaintext: BFVPlaintext, limbs: Int? = nil) {
    parameters = plaintext.parameters
    let basis = parameters.rlwe.basis(limbs: limbs ?? parameters.rlwe.limbCount)
    let t = parameters.plaintextModulus.value
    let centred = AlignedStorage(count: parameters.degree, zeroising: true)
    var words = centred.mutableWords(0..<parameters.degree)
    let source = plaintext.storage.words(0..<parameters.degree)
    var sum = 0.0
    var squares = 0.0
    for index in 0..<parameters.degree {
      let value = source[index]
      let signed = value > t / 2 ? Int64(value) - Int64(t) : Int64(value)
      words[index] = UInt64(bitPattern: signed)
      let magnitude = Double(signed.magnitude)
      sum += magnitude
      squares += magnitude * magnitude
    }
    norm1 = sum
    norm2 = squares.squareRoot()
    polynomial = RNSPolynomial<Coefficient>(reducingSignedWords: words.span, basis: basis).evaluationForm()
  }
}

/// A plaintext made ready to be added to ciphertexts in coefficient form: round(Q·m/t) modulo all primes.
public struct ScaledPlaintext: Sendable {
  /// The set it belongs to.
  public let parameters: BFVParameters

  let polynomial: RNSPolynomial<Coefficient>

  /// Scales `plaintext` for ciphertexts of `limbs` primes (all of them if nil).
  public init(_ plaintext: BFVPlaintext, limbs: Int? = nil) {
    parameters = plaintext.parameters
    polynomial = plaintext.scaled(limbs: limbs ?? parameters.rlwe.limbCount)
  }

  /// The plaintext whose coefficients in each range are one value, |value| ≤ t/2, and zero elsewhere.
  ///
  /// For all primes.
  package init(
    runs: [(range: Range<Int>, value: Int64)], parameters: BFVParameters
  ) throws(EncodingError) {
    // One coefficient a value is enough to scale.
    let values = try BFVPlaintext(signedCoefficients: runs.map(\.value), parameters: parameters)
    let scaled = values.scaled(limbs: parameters.rlwe.limbCount, count: runs.count)
    var polynomial = RNSPolynomial<Coefficient>(zeroIn: parameters.rlwe.basis)
    for limb in 0..<polynomial.limbCount {
      let residues = scaled.limb(limb)
      var words = polynomial.mutableLimb(limb)
      for (index, run) in runs.enumerated() {
        let residue = residues[index]
        for position in run.range { words[position] = residue }
      }
    }
    self.parameters = parameters
    self.polynomial = polynomial
  }
}
