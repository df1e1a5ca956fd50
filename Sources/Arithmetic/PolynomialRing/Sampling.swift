// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
public import Randomness

extension RNSPolynomial {
  /// Uniform residues from `stream`, limb by limb, by rejection: uniform modulo Q in either domain.
  ///
  /// What a given stream yields is part of the wire format: see `RandomStream.fillUniform`.
  public init(uniformIn basis: RNSBasis, from stream: inout RandomStream) {
    self.init(uninitializedIn: basis)
    for (index, modulus) in basis.moduli.enumerated() {
      var limb = mutableLimb(index)
      stream.fillUniform(&limb, below: modulus.value)
    }
  }
}
