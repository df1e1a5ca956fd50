// SPDX-License-Identifier: Apache-2.0

internal import BigIntegers
internal import ModularArithmetic
package import PolynomialRing

/// One digit of a decomposition: what it is of the polynomial, and what the key holds for it.
struct KeySwitchingDigit: Sendable {
  /// The primes it is taken from.
  let limbs: Range<Int>

  /// For the gadget form, the bits it is taken from.
  let bits: Range<Int>?

  /// What s′ is multiplied by in the key, modulo each of `limbs`; 0 modulo the others.
  let factors: [UInt64]
}

/// Constants of key switching for one parameter set.
package final class KeySwitchingContext: Sendable {
  /// What was checked.
  package let literal: KeySwitchingLiteral

  /// The special primes.
  package let specialPlans: [NTTPlan]

  /// All digits of a polynomial modulo all primes; fewer primes have the first few of them, the last one shorter.
  let digits: [KeySwitchingDigit]

  /// Scratch of key switches.
  package let scratch = ScratchPool()

  private let keyBases: [RNSBasis]

  /// `inverses[d][c − 1]`: what the first c limbs of digit d are multiplied by before they are summed.
  private let inverses: [[[UInt64]]]

  /// `summations[d][c − 1]`: from the first c limbs of digit d to all limbs of the key basis, those c too, where it gives what
  /// they were before they were multiplied by the inverses.
  private let summations: [[RNSMap]]

  /// Division by P, for each number of primes.
  private let divisions: [SpecialDivision]

  /// For each number of primes what `digitSizes` says: every operation asks for it.
  private let sizes: [[DigitSize]]

  /// log2 P; 0 without special primes.
  package let log2Special: Double

  init(_ literal: KeySwitchingLiteral, basis: RNSBasis, kernels: KernelChoice) throws(ParameterError) {
    self.literal = literal
    let limbs = basis.limbCount
    let special: [UInt64]
    switch literal {
    case .hybrid(let moduli, let digitLimbs):
      guard (1...limbs).contains(digitLimbs) else {
        throw .keySwitching(
          "digits of \(digitLimbs) primes, where there are \(limbs); take digits of 1 to \(limbs) (digitLimbs)")
      }
      guard !moduli.isEmpty else {
        throw .keySwitching(
          "no special prime; give at least one (specialModuli), or take the gadget form, which needs none")
      }
      guard limbs + moduli.count <= 64 else {
        throw .keySwitching(
          "\(limbs) primes and \(moduli.count) special ones, more than 64 together; take fewer and wider ones")
      }
      special = moduli
    case .gadget(let bits):
      let narrowest = basis.moduli.map(\.bitWidth).min() ?? 0
      guard bits >= 1, bits < narrowest else {
        throw .keySwitching(
          "digits of \(bits) bits, where the narrowest prime has \(narrowest); take digits of 1 to \(narrowest - 1) (digitBits)"
        )
      }
      special = []
    }
    if special.isEmpty {
      specialPlans = []
    } else {
      do throws(RingError) {
        if let repeated = special.first(where: { basis.moduli.map(\.value).contains($0) }) {
          throw RingError.repeatedModulus(repeated)
        }
        specialPlans = try RNSBasis(
          degree: basis.degree, moduli: special, instructionSet: kernels.instructionSet
        ).plans
      } catch {
        throw .ring(error)
      }
    }
    digits = try Self.digits(literal, basis: basis, special: specialPlans)
    let plans = specialPlans
    keyBases = (1...limbs).map { RNSBasis(plans: Array(basis.plans[..<$0]) + plans, budget: basis.recycler.budget) }
    (inverses, summations) = Self.decompositions(digits, basis: basis, special: plans)
    divisions = (1...limbs).map { SpecialDivision(dropping: plans, keeping: Array(basis.plans[..<$0])) }
    sizes = Self.sizes(of: digits, plans: basis.plans)
    log2Special = RNSMap.log2Product(plans)
  }

  /// The first `limbs` primes and the special primes.
  package func keyBasis(limbs: Int) -> RNSBasis { keyBases[limbs - 1] }

  /// Words of a packed key for the first `limbs` primes, for each limb of its basis.
  func packedWords(limbs: Int) -> [Int] {
    let basis = keyBasis(limbs: limbs)
    return basis.plans.map { plan in
      plan.backend.packedKeyWords(
        terms: digitCount(limbs: limbs), count: basis.degree, modulo: plan.modulus)
    }
  }

  /// Whether there are no special primes, so that nothing is divided out.
  package var isGadget: Bool { specialPlans.isEmpty }

  /// How many primes Q has.
  var primeCount: Int { keyBases.count }

  /// How many digits a polynomial modulo the first `limbs` primes has.
  package func digitCount(limbs: Int) -> Int {
    digits.prefix { $0.limbs.lowerBound < limbs }.count
  }

  /// The limbs of digit `digit` that are there at `limbs` primes.
  func limbs(ofDigit digit: Int, limbs: Int) -> Range<Int> {
    digits[digit].limbs.clamped(to: 0..<limbs)
  }

  /// Whether every digit is cut from one limb alone.
  var digitsHaveOneLimb: Bool { digits.allSatisfy { $0.limbs.count == 1 } }

  /// What each of the first `limbs` limbs is multiplied by before the limbs of a digit are summed; nil where that is 1 for all.
  func digitInverses(limbs: Int) -> [UInt64]? {
    guard !digitsHaveOneLimb else { return nil }
    return (0..<digitCount(limbs: limbs)).flatMap { digit in
      inverses[digit][self.limbs(ofDigit: digit, limbs: limbs).count - 1]
    }
  }

  /// From the first `count` limbs of a digit to all limbs of the key basis of all primes.
  func summation(ofDigit digit: Int, count: Int) -> RNSMap { summations[digit][count - 1] }

  /// The place of limb `keyLimb` of the key basis at `limbs` primes in that of all primes: the special primes come last in both.
  func place(ofKeyLimb keyLimb: Int, limbs: Int) -> Int { keyLimb < limbs ? keyLimb : keyLimb - limbs + primeCount }

  func division(limbs: Int) -> SpecialDivision { divisions[limbs - 1] }

  /// The noise that a switch adds before the division by P: Σ over digits of digit · error.
  ///
  /// The errors are independent of the digits, whose coefficients are below count · (product of their primes), or 2^bits:
  /// given the digits, each coefficient of a product is subgaussian with σ times the Euclidean norm of the digit.
  package func noiseBeforeDivision(limbs: Int, degree: Int) -> NoiseBound {
    let log2Squares = digitSizes(limbs: limbs).reduce(-Double.infinity) { sum, digit in
      NoiseBound.log2Sum(sum, 2 * (digit.log2Size + binaryLogarithm(Double(digit.terms))))
    }
    let deviation = 0.5 * (binaryLogarithm(NoiseBound.errorVariance) + binaryLogarithm(Double(degree)) + log2Squares)
    return NoiseBound(log2Deviation: deviation, log2Bounded: -.infinity, independent: false)
  }

  /// A bound of a digit's coefficients.
  package struct DigitSize: Sendable {
    /// log2 of a number D.
    package let log2Size: Double

    /// How many values in [0, D) a coefficient is the sum of.
    package let terms: Int
  }

  /// The digits of a polynomial modulo `limbs` primes.
  package func digitSizes(limbs: Int) -> [DigitSize] { sizes[limbs - 1] }

  /// P modulo q.
  func specialProduct(modulo q: Modulus) -> UInt64 {
    specialPlans.reduce(1) { q.multiply($0, q.reduce($1.modulus.value)) }
  }

  // MARK: Construction

  private static func sizes(of digits: [KeySwitchingDigit], plans: [NTTPlan]) -> [[DigitSize]] {
    (1...plans.count).map { limbs in
      digits.prefix { $0.limbs.lowerBound < limbs }.map { digit in
        if let bits = digit.bits { return DigitSize(log2Size: Double(bits.count), terms: 1) }
        let range = digit.limbs.clamped(to: 0..<limbs)
        return DigitSize(log2Size: RNSMap.log2Product(Array(plans[range])), terms: range.count)
      }
    }
  }

  private static func digits(
    _ literal: KeySwitchingLiteral, basis: RNSBasis, special: [NTTPlan]
  ) throws(ParameterError) -> [KeySwitchingDigit] {
    let limbs = basis.limbCount
    var digits: [KeySwitchingDigit] = []
    switch literal {
    case .hybrid(_, let digitLimbs):
      for start in stride(from: 0, to: limbs, by: digitLimbs) {
        let range = start..<min(start + digitLimbs, limbs)
        let factors = range.map { limb in
          let q = basis.moduli[limb]
          return special.reduce(UInt64(1)) { q.multiply($0, q.reduce($1.modulus.value)) }
        }
        digits.append(KeySwitchingDigit(limbs: range, bits: nil, factors: factors))
      }
    case .gadget(let digitBits):
      for limb in 0..<limbs {
        let q = basis.moduli[limb]
        for start in stride(from: 0, to: q.bitWidth, by: digitBits) {
          let bits = start..<min(start + digitBits, q.bitWidth)
          digits.append(
            KeySwitchingDigit(limbs: limb..<limb + 1, bits: bits, factors: [q.power(q.reduce(2), UInt64(start))]))
        }
      }
    }
    guard digits.count <= ProductTerms.capacity else {
      throw .keySwitching("\(digits.count) digits, more than \(ProductTerms.capacity); make them larger")
    }
    return digits
  }

  private static func decompositions(
    _ digits: [KeySwitchingDigit], basis: RNSBasis, special: [NTTPlan]
  ) -> ([[[UInt64]]], [[RNSMap]]) {
    let targets = basis.plans + special
    var inverses: [[[UInt64]]] = []
    var summations: [[RNSMap]] = []
    for digit in digits {
      guard digit.bits == nil else {
        inverses.append([])
        summations.append([])
        continue
      }
      let prefixes = digit.limbs.indices.map { Array(basis.plans[digit.limbs.lowerBound...$0]) }
      inverses.append(prefixes.map { RNSBasis(plans: $0).inverseOfCofactor })
      summations.append(prefixes.map { RNSMap.summation(of: $0, to: targets) })
    }
    return (inverses, summations)
  }
}
