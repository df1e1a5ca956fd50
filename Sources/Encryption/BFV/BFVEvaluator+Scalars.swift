// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE

extension BFVEvaluator {
  /// Adds a scalar to every slot; in terms of polynomials, to the constant coefficient.
  public func add<Domain>(_ ciphertext: inout Ciphertext<Domain>, _ scalar: BFVScalar) throws(RLWEError) {
    try add(&ciphertext, scalar, isNegated: false)
  }

  /// Subtracts a scalar from every slot; in terms of polynomials, from the constant coefficient.
  public func subtract<Domain>(_ ciphertext: inout Ciphertext<Domain>, _ scalar: BFVScalar) throws(RLWEError) {
    try add(&ciphertext, scalar, isNegated: true)
  }

  /// Multiplies by a scalar, taken between −t/2 and t/2.
  public func multiply<Domain>(_ ciphertext: inout Ciphertext<Domain>, by scalar: BFVScalar) throws(RLWEError) {
    try check(scalar.parameters.rlwe)
    try multiply(&ciphertext, by: scalar.value)
  }

  private func add<Domain>(
    _ ciphertext: inout Ciphertext<Domain>, _ scalar: BFVScalar, isNegated: Bool
  ) throws(RLWEError) {
    try check(scalar.parameters.rlwe)
    try check(ciphertext.parameters)
    let residues = scalar.scaledResidues(limbs: ciphertext.limbCount)
    var constant = RNSPolynomial<Domain>(zeroIn: ciphertext.basis)
    for (index, residue) in residues.enumerated() {
      var limb = constant.mutableLimb(index)
      // A constant has the same value everywhere.
      if Domain.self == Evaluation.self { limb.update(repeating: residue) } else { limb[0] = residue }
    }
    if isNegated { constant.negate() }
    ciphertext.addScaled(constant, rounding: BFVPlaintext.roundingNoise)
    try check(ciphertext)
  }
}
