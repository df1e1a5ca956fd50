// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import PolynomialRing
import TestSupport
import Testing

/// Liftings, scalings and divisions against rounding in big integers.
@Suite struct RNSMapTests {
  private static let degree = 16

  /// Widths of the primes of both sides.
  struct Widths: Sendable, CustomTestStringConvertible {
    let source: [Int]
    let target: [Int]

    var testDescription: String { "\(source) bits to \(target)" }

    static let all = [
      Widths(source: [46], target: [45]), Widths(source: [42, 42, 42], target: [46, 46, 46]),
      Widths(source: [46, 46], target: [30, 35, 40, 46, 46]),
      Widths(source: Array(repeating: 45, count: 9), target: [46]),
      Widths(source: [58, 60], target: [61, 46]), Widths(source: [20, 21, 22], target: [20, 46]),
    ]

    func plans(_ set: KernelBackend.InstructionSet?) throws -> (source: [NTTPlan], target: [NTTPlan]) {
      var taken: Set<UInt64> = []
      func plans(_ widths: [Int]) throws -> [NTTPlan] {
        try widths.map { bits in
          let prime = try NTTPrimes.largest(below: bits, degree: degree, count: 1, excluding: taken)[0]
          taken.insert(prime)
          return try NTTPlan(degree: degree, modulus: Modulus(prime), instructionSet: set)
        }
      }
      return (try plans(source), try plans(target))
    }
  }

  /// Integers in [0, modulus): the ends, the middle but for what is too near to a half, and random ones.
  private static func integers(_ modulus: BigInteger, _ generator: inout TestGenerator) -> [BigInteger] {
    let quarter = modulus.floorQuotientAndRemainder(dividingBy: 4).quotient
    let step = modulus.floorQuotientAndRemainder(dividingBy: BigInteger(1 << 40)).quotient + 1
    let fixed = [
      BigInteger(0), 1, 2, modulus - 1, modulus - 2, quarter, quarter * 3, quarter * 2 - step, quarter * 2 + step,
    ]
    let random = (fixed.count..<degree).map { _ in
      (0..<12).reduce(BigInteger()) { sum, _ in sum * BigInteger(1 << 60) + BigInteger(generator.next() >> 4) }
    }
    return (fixed + random).map { $0.modulo(modulus) }
  }

  private static func product(_ plans: [NTTPlan]) -> BigInteger {
    plans.reduce(BigInteger(1)) { $0 * BigInteger($1.modulus.value) }
  }

  private static func rows(_ values: [BigInteger], _ plans: [NTTPlan]) -> [UInt64] {
    plans.flatMap { plan in values.map { $0.residue(modulo: plan.modulus.value) } }
  }

  /// The rows [x·(M/mᵢ)⁻¹], and what they overflow by, which one prime alone has no use for.
  private static func multiplied(_ values: [BigInteger], _ source: [NTTPlan]) -> [UInt64] {
    let rows = zip(source, RNSMap.inversesOfCofactors(source)).flatMap { plan, inverse in
      values.map { plan.modulus.multiply($0.residue(modulo: plan.modulus.value), inverse) }
    }
    return rows + (source.count == 1 ? [] : apply(.overflow(of: source), rows))
  }

  /// round(numerator / denominator), halves upwards.
  private static func rounded(_ numerator: BigInteger, over denominator: BigInteger) -> BigInteger {
    (numerator * 2 + denominator).floorQuotientAndRemainder(dividingBy: denominator * 2).quotient
  }

  private static func sets(_ widths: Widths) -> [KernelBackend.InstructionSet?] {
    let widest = (widths.source + widths.target).max() ?? 0
    return [nil]
      + KernelBackend.supported.filter { $0.modulusLimit >= 1 << UInt64(widest) }.map { Optional($0.instructionSet) }
  }

  private static func apply(_ map: RNSMap, _ input: [UInt64], own: [UInt64]? = nil) -> [UInt64] {
    var output = [UInt64](repeating: .max, count: map.targetCount * degree)
    var span = output.mutableSpan
    if let own {
      map.apply(&span, input.span, own: own.span, stride: degree, count: degree)
    } else {
      map.apply(&span, input.span, stride: degree, count: degree)
    }
    return output
  }

  @Test(arguments: Widths.all)
  func liftingKeepsTheCentredValue(_ widths: Widths) throws {
    var generator = TestGenerator(seed: 0x2A_0001)
    for set in Self.sets(widths) {
      let (source, target) = try widths.plans(set)
      let modulus = Self.product(source)
      let values = Self.integers(modulus, &generator)
      let output = Self.apply(.lifting(from: source, to: target), Self.rows(values, source))
      let expected = Self.rows(values.map { $0.centeredResidue(modulo: modulus) }, target)
      #expect(output == expected, "\(generator)")
    }
  }

  /// In two steps, from residues that are multiplied already.
  @Test(arguments: Widths.all)
  func liftingInTwoStepsGivesTheSame(_ widths: Widths) throws {
    var generator = TestGenerator(seed: 0x2A_0006)
    for set in Self.sets(widths) {
      let (source, target) = try widths.plans(set)
      let modulus = Self.product(source)
      let values = Self.integers(modulus, &generator)
      let output = Self.apply(.liftingOfMultiplied(from: source, to: target), Self.multiplied(values, source))
      #expect(output == Self.apply(.lifting(from: source, to: target), Self.rows(values, source)), "\(generator)")
    }
  }

  @Test(arguments: Widths.all)
  func scalingRounds(_ widths: Widths) throws {
    var generator = TestGenerator(seed: 0x2A_0002)
    for set in Self.sets(widths) {
      let (source, target) = try widths.plans(set)
      let (modulus, scaled) = (Self.product(source), Self.product(target))
      let values = Self.integers(modulus, &generator)
      let output = Self.apply(.scaling(from: source, to: target), Self.rows(values, source))
      let expected = values.map { Self.rounded($0 * scaled, over: modulus) }
      #expect(output == Self.rows(expected, target), "\(generator)")
    }
  }

  @Test(arguments: Widths.all, [1, 2, 65_537, 1 << 60] as [UInt64])
  func divisionRounds(_ widths: Widths, _ multiplier: UInt64) throws {
    var generator = TestGenerator(seed: 0x2A_0003)
    for set in Self.sets(widths) {
      let (source, target) = try widths.plans(set)
      let (divisor, kept) = (Self.product(source), Self.product(target))
      let values = Self.integers(divisor * kept, &generator)
      let map = RNSMap.division(by: source, in: target, multiplier: BigInteger(multiplier))
      let output = Self.apply(map, Self.rows(values, source), own: Self.rows(values, target))
      let expected = values.map { Self.rounded($0 * BigInteger(multiplier), over: divisor) }
      #expect(output == Self.rows(expected, target), "\(generator)")
    }
  }

  /// All limbs of the output at once, and each by itself.
  @Test(arguments: Widths.all)
  func divisionOfMultipliedResiduesRounds(_ widths: Widths) throws {
    var generator = TestGenerator(seed: 0x2A_0005)
    for set in Self.sets(widths) {
      let (source, target) = try widths.plans(set)
      let divisor = Self.product(source)
      let values = Self.integers(divisor * Self.product(target), &generator)
      let map = RNSMap.divisionOfMultiplied(by: source, in: target)
      let (input, own) = (Self.multiplied(values, source), Self.rows(values, target))
      let expected = Self.rows(values.map { Self.rounded($0, over: divisor) }, target)
      #expect(Self.apply(map, input, own: own) == expected, "\(generator)")
      for limb in target.indices {
        let range = limb * Self.degree..<(limb + 1) * Self.degree
        var row = [UInt64](repeating: 0, count: Self.degree)
        var words = row.mutableSpan
        map.apply(
          &words, input.span, own: own.span.extracting(range), stride: Self.degree, count: Self.degree,
          targets: limb..<limb + 1)
        #expect(row[...] == expected[range], "limb \(limb), \(generator)")
      }
    }
  }

  @Test(arguments: Widths.all)
  func summationAddsAFewMultiples(_ widths: Widths) throws {
    var generator = TestGenerator(seed: 0x2A_0004)
    let (source, target) = try widths.plans(nil)
    let modulus = Self.product(source)
    let values = Self.integers(modulus, &generator)
    let basis = RNSBasis(plans: source)
    var input = Self.rows(values, source)
    for (row, plan) in source.enumerated() {
      for k in 0..<Self.degree {
        let place = row * Self.degree + k
        input[place] = plan.modulus.multiply(input[place], basis.inverseOfCofactor[row])
      }
    }
    let output = Self.apply(.summation(of: source, to: target), input)
    for (k, value) in values.enumerated() {
      let candidates = (0..<source.count).map { value + modulus * BigInteger($0) }
      let fits = candidates.contains { candidate in
        target.enumerated().allSatisfy {
          output[$0.offset * Self.degree + k] == candidate.residue(modulo: $0.element.modulus.value)
        }
      }
      #expect(fits, "coefficient \(k), \(generator)")
    }
  }
}
