// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness

/// What WireFormat.md says of evaluation keys, computed from the literal parameters alone.
enum EvaluationKeyOracle {
  /// The half a of one digit.
  static func uniform(seed: Seed, digit: Int, basis: RNSBasis) -> RNSPolynomial<Evaluation> {
    var result = RNSPolynomial<Evaluation>(zeroIn: basis)
    for limb in 0..<basis.limbCount {
      let q = basis.moduli[limb].value
      var stream = RandomStream(seed: seed, label: "evaluation-key/uniform/\(digit)/\(q)")
      var words = result.mutableLimb(limb)
      stream.fillUniform(&words, below: q)
    }
    return result
  }

  /// How many digits a key of `limbs` primes has.
  static func digitCount(of literal: RLWEParameterLiteral, limbs: Int) -> Int {
    switch literal.keySwitching {
    case .hybrid(_, let digitLimbs)?: (limbs + digitLimbs - 1) / digitLimbs
    case .gadget(let bits)?:
      literal.moduli.prefix(limbs).reduce(0) { $0 + (64 - $1.leadingZeroBitCount + bits - 1) / bits }
    case nil: 0
    }
  }

  /// The factor f of one digit modulo each prime of a key of `limbs` primes.
  static func factors(of literal: RLWEParameterLiteral, digit: Int, limbs: Int) -> [UInt64] {
    let primes = literal.moduli.prefix(limbs)
    switch literal.keySwitching {
    case .hybrid(let special, let digitLimbs)?:
      let product = special.reduce(BigInteger(1)) { $0 * BigInteger($1) }
      return primes.enumerated().map { $0 / digitLimbs == digit ? product.residue(modulo: $1) : 0 }
        + special.map { _ in 0 }
    case .gadget(let bits)?:
      // Prime after prime, ⌈|q| / bits⌉ digits each, the lowest bits first.
      var first = 0
      return primes.map { q in
        let count = (64 - q.leadingZeroBitCount + bits - 1) / bits
        defer { first += count }
        guard (first..<first + count).contains(digit) else { return 0 }
        return (BigInteger(1) << (bits * (digit - first))).residue(modulo: q)
      }
    case nil:
      return []
    }
  }
}
