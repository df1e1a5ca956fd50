// SPDX-License-Identifier: Apache-2.0

internal import BigIntegers
internal import ModularArithmetic
internal import PolynomialRing
internal import RLWE

/// Constants of multiplication modulo each number of primes [KPZ21, section 4]: one factor is lifted from Q to Q·P, the other
/// scaled by P/Q and lifted back; their product, divided by P and multiplied by t, is known modulo Q without any
/// condition on its size, since what is not known of it is a multiple of t·Q.
///
/// Rounding after the scaling by P/Q makes each coefficient of a·b differ from round(t/Q · a·b), a and b centred, by at most
/// t·N·Q/4P + 1.
final class BFVMultiplicationContext: Sendable {
  /// The constants of one number of primes.
  struct Level: Sendable {
    /// The primes of Q, then those of P.
    let plans: [NTTPlan]

    /// How many primes Q has.
    let primeCount: Int

    /// From Q to P, exactly.
    let lift: RNSMap

    /// round(P·x/Q) modulo P.
    let scale: RNSMap

    /// From P to Q, exactly.
    let lower: RNSMap

    /// round(t·x/P) modulo Q, for x modulo Q·P.
    let divide: RNSMap

    /// log2(Q/P), below 0.
    let log2Ratio: Double
  }

  private let levels: [Level]

  /// Scratch of multiplications.
  let scratch = ScratchPool()

  /// Width of the primes of P: the widest that the fast kernels take.
  private static let primeBits = 46

  init(rlwe: RLWEParameters, plaintextModulus t: UInt64, kernels: KernelChoice) throws(ParameterError) {
    let degree = rlwe.degree
    // Rounding after the scaling by P/Q costs (Q/P)·t·K·τ, K and τ of about √(N/12) each: negligible beside the noise of
    // fresh ciphertexts where P is larger than Q by a factor of √N.
    let margin = Double(degree.trailingZeroBitCount) / 2
    let extended = try Self.extensionPlans(
      rlwe: rlwe, bits: rlwe.basis.log2Product + margin, kernels: kernels)
    levels = (1...rlwe.limbCount).map { limbs in
      let source = rlwe.basis(limbs: limbs)
      var count = 1
      while RNSMap.log2Product(Array(extended[..<count])) < source.log2Product + margin { count += 1 }
      let plans = Array(extended[..<count])
      return Level(
        plans: source.plans + plans, primeCount: limbs, lift: .lifting(from: source.plans, to: plans),
        scale: .scaling(from: source.plans, to: plans), lower: .lifting(from: plans, to: source.plans),
        divide: .division(by: plans, in: source.plans, multiplier: BigInteger(t)),
        log2Ratio: source.log2Product - RNSMap.log2Product(plans))
    }
  }

  /// The constants for ciphertexts of `limbs` primes.
  func level(limbs: Int) -> Level { levels[limbs - 1] }

  /// Primes that Q does not have, their product of at least `bits` bits.
  ///
  /// They are part of no object and of no key.
  private static func extensionPlans(
    rlwe: RLWEParameters, bits: Double, kernels: KernelChoice
  ) throws(ParameterError) -> [NTTPlan] {
    let taken = Set(rlwe.basis.moduli.map(\.value))
    let special = rlwe.keyBasis.plans[rlwe.limbCount...]
    var plans: [NTTPlan] = []
    var limit = UInt64(1) << UInt64(primeBits)
    while plans.isEmpty || RNSMap.log2Product(plans) < bits {
      guard let prime = NTTPrimes.nextBelow(limit, degree: rlwe.degree), prime >> 20 != 0 else {
        throw .keySwitching(
          "too few primes of \(primeBits) bits for products at ring degree \(rlwe.degree); take fewer or narrower primes"
        )
      }
      limit = prime
      guard !taken.contains(prime) else { continue }
      if let known = special.first(where: { $0.modulus.value == prime }) {
        plans.append(known)
        continue
      }
      do throws(RingError) {
        plans.append(
          try NTTPlan(
            degree: rlwe.degree, modulus: Modulus(prime), instructionSet: kernels.instructionSet(for: prime)))
      } catch {
        throw .ring(error)
      }
    }
    return plans
  }
}
