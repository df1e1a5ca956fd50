// SPDX-License-Identifier: Apache-2.0

import CPolynomial

extension PolynomialKernels {
  /// Most limbs of `composeCentred`.
  public static let composeLimit = Int(HE_COMPOSE_LIMIT)

  /// Residues as two's complement words in [−(q−1)/2, (q−1)/2].
  ///
  /// Constant time.
  /// - Parameters:
  ///   - out: As many words.
  ///   - input: In [0, q).
  ///   - q: Odd.
  public static func centre(_ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, modulo q: Modulus) {
    precondition(q.value & 1 == 1, "the modulus \(q.value) is even")
    unsafe withKernelPointers(&out, input, q) { unsafe he_centre_words($0, $1, $2, $3) }
  }

  /// high · 2^64 + low = the integer in (−Q/2, Q/2) with the given residues, as two words of two's complement.
  ///
  /// Constant time. The result is modulo 2^128: meant for integers below 2^127 in magnitude.
  /// - Parameters:
  ///   - high: N words.
  ///   - low: N words.
  ///   - input: Limb after limb, `stride` words apart, each canonical.
  ///   - stride: At least N.
  ///   - moduli: 2 … `composeLimit` odd primes with product Q.
  ///   - inverses: q_i^-1 mod q_j at place j · moduli.count + i for i < j.
  public static func composeCentred(
    high: inout MutableSpan<UInt64>, low: inout MutableSpan<UInt64>, _ input: Span<UInt64>, stride: Int,
    moduli: [Modulus], inverses: [UInt64]
  ) {
    let count = low.count
    precondition((2...composeLimit).contains(moduli.count), "integers of \(moduli.count) residues")
    precondition(moduli.allSatisfy { $0.value & 1 == 1 }, "an even modulus")
    precondition(inverses.count == moduli.count * moduli.count, "inverses of other moduli")
    precondition(
      high.count == count && stride >= count && input.count >= (moduli.count - 1) * stride + count,
      "\(input.count) words for \(moduli.count) limbs of \(count) words, \(stride) apart")
    guard count > 0 else { return }
    let constants = moduli.map(\.constants)
    unsafe high.withUnsafeMutableBufferPointer { high in
      unsafe low.withUnsafeMutableBufferPointer { low in
        unsafe input.withUnsafeBufferPointer { input in
          guard let high = high.baseAddress, let low = low.baseAddress, let words = input.baseAddress else { return }
          unsafe constants.withUnsafeBufferPointer { constants in
            unsafe inverses.withUnsafeBufferPointer { inverses in
              guard let constants = constants.baseAddress, let inverses = inverses.baseAddress else { return }
              unsafe he_compose_centred(high, low, words, stride, count, constants, inverses, moduli.count)
            }
          }
        }
      }
    }
  }
}
