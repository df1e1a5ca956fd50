// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
internal import RLWE

/// From residues to real coefficients.
struct CKKSComposition {
  private let basis: RNSBasis

  /// q_i^-1 mod q_j at place j·limbs + i for i < j.
  private let inverses: [UInt64]

  /// requires: at most `PolynomialKernels.composeLimit` primes.
  init(basis: RNSBasis) {
    let moduli = basis.moduli
    precondition(moduli.count <= PolynomialKernels.composeLimit, "integers of \(moduli.count) residues")
    self.basis = basis
    inverses = moduli.indices.flatMap { j in
      moduli.indices.map { i in
        guard i < j, let inverse = moduli[j].inverse(of: moduli[j].reduce(moduli[i].value)) else { return 0 }
        return inverse
      }
    }
  }

  /// Throws where integers of `bits` bits, sign included, are too large to be put together.
  static func requireBits(_ bits: Double) throws(RLWEError) {
    guard bits <= 126 else { throw .valuesTooWide(neededBits: bits, largestBits: 126) }
  }

  /// Throws where integers have more residues than are put together.
  static func requireLimbs(_ limbs: Int, bits: Double, parameters: RLWEParameters) throws(RLWEError) {
    let most = PolynomialKernels.composeLimit
    guard limbs > most else { return }
    throw .valuesTooWide(neededBits: bits, largestBits: parameters.basis(limbs: most).log2Product)
  }

  /// The coefficients, centred, over the scale: N doubles.
  func numbers(
    of polynomial: borrowing SecretPolynomial<Coefficient>, parameters: CKKSParameters, scale: CKKSScale
  ) -> AlignedStorage {
    let degree = basis.degree
    let backend = parameters.embedding.backend
    let factor = (CKKSScale(1.0) / scale).doubleValue
    let result = AlignedStorage(uninitializedCount: degree, zeroising: true)
    let low = AlignedStorage(uninitializedCount: degree, zeroising: true)
    var lowWords = low.mutableWords(0..<degree)
    var numbers = result.mutableDoubles(0..<degree)
    let residues = polynomial.polynomial.allLimbs()
    if basis.limbCount == 1 {
      PolynomialKernels.centre(&lowWords, residues, modulo: basis.moduli[0])
      backend.wordsToDoubles(&numbers, lowWords.span, scale: factor)
    } else {
      let high = AlignedStorage(uninitializedCount: degree, zeroising: true)
      var highWords = high.mutableWords(0..<degree)
      PolynomialKernels.composeCentred(
        high: &highWords, low: &lowWords, residues, stride: degree, moduli: basis.moduli, inverses: inverses)
      backend.wideWordsToDoubles(&numbers, high: highWords.span, low: lowWords.span, scale: factor)
    }
    return result
  }
}
