// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
public import RLWE

/// A checked parameter set of the Cheon–Kim–Kim–Song scheme [CKKS17]: approximate arithmetic on N/2 complex numbers.
///
/// A ciphertext of level ℓ can be rescaled ℓ more times. Every level has one canonical scale: that of the highest level is
/// given, and S(ℓ−1) = S(ℓ)²/q(ℓ) is exactly what a product of two ciphertexts of level ℓ has after its rescaling by the
/// primes q(ℓ) [KPP20, section 4]. So sums never meet two scales that are nearly the same.
public final class CKKSParameters: Sendable, Hashable {
  /// What was checked.
  public let literal: CKKSParameterLiteral

  /// The ring, keys and security below the scheme.
  public let rlwe: RLWEParameters

  /// The highest level: that of fresh ciphertexts.
  public let maximumLevel: Int

  /// `scales[ℓ]` is the canonical scale of level ℓ.
  private let scales: [CKKSScale]

  /// `divisors[ℓ]` is the product of the primes of level ℓ; 1 at level 0.
  private let divisors: [CKKSScale]

  let embedding: EmbeddingPlan

  /// Division by the primes of a level; nil at level 0.
  private let rescalings: [SpecialDivision?]

  /// Division by the primes of a level and the special primes; nil at level 0 and without key switching.
  private let switchedRescalings: [SpecialDivision?]

  /// Scratch of rescalings.
  let scratch = ScratchPool()

  /// Ring degree N.
  public var degree: Int { rlwe.degree }

  /// How many numbers a ciphertext holds: N/2.
  public var slotCount: Int { rlwe.degree / 2 }

  /// Checks a set.
  ///
  /// - Throws: `ParameterError` where the ring cannot be built, the set is weaker than its level, or the primes of a level are
  ///   too far from the scale.
  public init(_ literal: CKKSParameterLiteral, kernels: KernelChoice = .automatic) throws(ParameterError) {
    guard !literal.baseModuli.isEmpty, literal.levelModuli.allSatisfy({ !$0.isEmpty }) else {
      throw .scale("the base and every level need at least one prime; a level without one cannot be rescaled")
    }
    guard literal.scale.isFinite, literal.scale >= 2, literal.scale <= 0x1p110 else {
      throw .scale("\(literal.scale) is outside 2 … 2^110; scales are near 2^40 where a level has one prime")
    }
    guard literal.valueBound.isFinite, literal.valueBound > 0 else {
      throw .scale("the bound of the numbers is \(literal.valueBound); it must be finite and above 0")
    }
    let groups = [literal.baseModuli] + literal.levelModuli
    let shape = groups.map { "\($0.count)" }.joined(separator: " ")
    let rlwe = try RLWEParameters(
      RLWEParameterLiteral(
        degree: literal.degree, moduli: groups.flatMap { $0 }, keySwitching: literal.keySwitching,
        security: literal.security),
      scheme: "CKKS, levels \(shape), scale \(Self.hexadecimal(literal.scale)), "
        + "value bound \(Self.hexadecimal(literal.valueBound))", instructionSet: kernels)
    do throws(RingError) {
      embedding = try EmbeddingPlan(degree: literal.degree)
    } catch {
      throw .ring(error)
    }
    self.literal = literal
    self.rlwe = rlwe
    let top = literal.levelModuli.count
    maximumLevel = top
    let divisors = groups.enumerated().map { level, primes in
      level == 0 ? CKKSScale(1.0) : primes.reduce(CKKSScale(1.0)) { $0 * CKKSScale($1) }
    }
    var scales = [CKKSScale(literal.scale)]
    for level in stride(from: top, to: 0, by: -1) {
      let next = scales[top - level] * scales[top - level] / divisors[level]
      guard abs(next.log2 - scales[0].log2) <= 1 else {
        throw .scale(
          "level \(level - 1) would have scale \(next) where \(scales[0]) is asked for; choose primes nearer to the scale"
        )
      }
      scales.append(next)
    }
    self.scales = scales.reversed()
    self.divisors = divisors
    var limbs = 0
    let counts = groups.map { group in
      limbs += group.count
      return limbs
    }
    limbCounts = counts
    let plans = rlwe.basis.plans
    let special = rlwe.keySwitching?.specialPlans
    func divisions(_ extra: [NTTPlan]) -> [SpecialDivision?] {
      (0...top).map { level in
        guard level > 0 else { return nil }
        let kept = counts[level - 1]
        return SpecialDivision(dropping: Array(plans[kept..<counts[level]]) + extra, keeping: Array(plans[..<kept]))
      }
    }
    rescalings = divisions([])
    switchedRescalings = special.map { divisions($0) } ?? (0...top).map { _ in nil }
  }

  /// `limbCounts[ℓ]` is the number of primes at level ℓ.
  private let limbCounts: [Int]

  /// How many primes a ciphertext of a level is written in.
  ///
  /// requires: 0 … maximumLevel.
  public func limbCount(level: Int) -> Int { limbCounts[level] }

  /// The canonical scale of a level.
  ///
  /// requires: 0 … maximumLevel.
  public func scale(level: Int) -> CKKSScale { scales[level] }

  /// log2 of the modulus at a level.
  ///
  /// requires: 0 … maximumLevel.
  public func log2Modulus(level: Int) -> Double { rlwe.basis(limbs: limbCounts[level]).log2Product }

  /// The product of the primes of a level, by which its rescaling divides.
  func divisor(level: Int) -> CKKSScale { divisors[level] }

  func rescaling(level: Int) -> SpecialDivision {
    guard let division = rescalings[level] else { preconditionFailure("level 0 cannot be rescaled") }
    return division
  }

  func switchedRescaling(level: Int) -> SpecialDivision {
    guard let division = switchedRescalings[level] else { preconditionFailure("no key switching, or level 0") }
    return division
  }

  /// The level of ciphertexts of `limbs` primes, where there is one.
  func level(limbs: Int) -> Int? { limbCounts.firstIndex(of: limbs) }

  /// Equal digests.
  public static func == (lhs: CKKSParameters, rhs: CKKSParameters) -> Bool { lhs.rlwe == rhs.rlwe }

  /// Hashes the digest.
  public func hash(into hasher: inout Hasher) { hasher.combine(rlwe) }

  /// The bit pattern of a double: its exact value, in text.
  private static func hexadecimal(_ value: Double) -> String {
    let digits = String(value.bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
