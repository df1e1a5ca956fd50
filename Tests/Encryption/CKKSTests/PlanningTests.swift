// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import ModularArithmetic
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

@Suite struct PlanningTests {
  static let securities = SecurityLevel.allCases.filter { $0 != .uncheckedInsecure }

  /// log2 of all primes, the special ones included.
  private func bits(_ literal: CKKSParameterLiteral) -> Double {
    var primes = literal.baseModuli + literal.levelModuli.flatMap { $0 }
    if case .hybrid(let special, _) = literal.keySwitching { primes += special }
    return primes.reduce(0) { $0 + Double.log2(Double($1)) }
  }

  private func check(_ literal: CKKSParameterLiteral, levels: Int, scaleBits: Int, security: SecurityLevel) throws {
    let all = literal.baseModuli + literal.levelModuli.flatMap { $0 }
    var every = all
    var digitLimbs = 0
    if case .hybrid(let special, let width) = literal.keySwitching {
      (every, digitLimbs) = (every + special, width)
      #expect(special.count == width)
      // The special primes outweigh every digit, but for less than a bit.
      let product = special.reduce(0) { $0 + Double.log2(Double($1)) }
      for start in stride(from: 0, to: all.count, by: width) {
        let digit = all[start..<min(start + width, all.count)].reduce(0) { $0 + Double.log2(Double($1)) }
        #expect(product > digit - 0.5)
      }
    }
    #expect(Set(every).count == every.count && every.count <= 64)
    #expect(every.allSatisfy { $0 < 1 << 46 && $0 % UInt64(2 * literal.degree) == 1 })
    #expect(literal.levelModuli.count == levels)
    #expect(literal.levelModuli.allSatisfy { $0.count == (scaleBits > 46 ? 2 : 1) })
    #expect(abs(Double.log2(literal.scale) - Double(scaleBits)) < 0.05)
    // Canonical scales by plain doubles.
    var scale = literal.scale
    for group in literal.levelModuli.reversed() {
      scale = group.reduce(scale * scale) { $0 / Double($1) }
      #expect(abs(Double.log2(scale) - Double(scaleBits)) < 0.5)
    }
    // No smaller ring has room for as much: the primes, and special ones as wide as the widest prime.
    guard literal.degree > 1024,
      let limit = SecurityTable.maximumModulusBits(degree: literal.degree / 2, level: security)
    else { return }
    let widest = all.reduce(0.0) { max($0, Double.log2(Double($1))) }
    let least = all.reduce(0) { $0 + Double.log2(Double($1)) } + (digitLimbs > 0 ? widest : 0)
    #expect(least > Double(limit) - 2, "a ring of \(literal.degree / 2) would do for \(least) bits")
  }

  @Test(arguments: [25, 30, 40, 45, 46, 47, 60, 80, 90])
  func everyDepth(_ scaleBits: Int) throws {
    for security in Self.securities {
      for levels in [0, 1, 2, 3, 5, 8, 11, 17, 24, 30] {
        let literal: CKKSParameterLiteral
        do throws(ParameterError) {
          literal = try .planned(levels: levels, scaleBits: scaleBits, security: security)
        } catch {
          guard case .unplannable = error else {
            Issue.record("\(levels) levels of \(scaleBits) bits at \(security): \(error)")
            continue
          }
          // Only what is too much for the largest ring is refused, or has fewer bits a prime than such a ring has primes for.
          let limit = SecurityTable.maximumModulusBits(degree: 131_072, level: security) ?? 0
          let least = (levels + 1) * scaleBits + 5 + min(46, scaleBits)
          let primes = levels * (scaleBits > 46 ? 2 : 1) + 2
          #expect(
            least > limit - 40 || primes > 60 || scaleBits < 30 || scaleBits == 47,
            "\(levels) levels of \(scaleBits) bits at \(security): \(least) of \(limit)")
          continue
        }
        try check(literal, levels: levels, scaleBits: scaleBits, security: security)
      }
    }
  }

  /// The checked parameters take what was planned; all depths at one security, a few at the others.
  @Test(arguments: [25, 40, 46, 47, 80])
  func planningAndCheckingAgree(_ scaleBits: Int) throws {
    for (levels, security) in [
      (0, SecurityLevel.classical128), (1, .classical192), (2, .quantum128), (4, .classical256),
    ] {
      guard let literal = try? CKKSParameterLiteral.planned(levels: levels, scaleBits: scaleBits, security: security)
      else { continue }
      let parameters = try CKKSParameters(literal)
      #expect(parameters.maximumLevel == levels && parameters.slotCount == literal.degree / 2)
      for level in 0...levels {
        #expect(abs(parameters.scale(level: level).log2 - Double(scaleBits)) < 0.5)
        #expect(parameters.limbCount(level: level) == literal.baseModuli.count + level * (scaleBits > 46 ? 2 : 1))
      }
      #expect(literal.security == security)
    }
  }

  @Test func whatIsAskedForIsThere() throws {
    #expect(try CKKSParameterLiteral.planned(levels: 0).degree == 4096)
    #expect(try CKKSParameterLiteral.planned(levels: 0, slots: 8192).degree == 16384)
    #expect(try CKKSParameterLiteral.planned(levels: 1, slots: 65536).degree == 131_072)
    let bare = try CKKSParameterLiteral.planned(levels: 1, keySwitching: false)
    let switching = try CKKSParameterLiteral.planned(levels: 1)
    #expect(bare.keySwitching == nil && bare.degree <= switching.degree)
    let large = try CKKSParameterLiteral.planned(levels: 1, valueBound: 1000, headroomBits: 20)
    #expect(large.baseModuli.reduce(0) { $0 + Double.log2(Double($1)) } > 40 + 10 + 20)
    #expect(large.valueBound == 1000)
    // Neither is more than there is.
    for (levels, scaleBits, bound, headroom, slots) in [
      (-1, 40, 1.0, 3, 1), (61, 40, 1, 3, 1), (1, 19, 1, 3, 1), (1, 91, 1, 3, 1), (1, 40, 0, 3, 1),
      (1, 40, .nan, 3, 1), (1, 40, .infinity, 3, 1), (1, 40, 1, -1, 1), (1, 40, 1, 61, 1), (1, 40, 1, 3, 65537),
      (60, 90, 1, 3, 1), (1, 90, 1, 60, 1), (1, 40, 1e300, 3, 1), (1, 40, 1e30, 3, 1), (40, 80, 1, 3, 1),
    ] as [(Int, Int, Double, Int, Int)] {
      #expect {
        try CKKSParameterLiteral.planned(
          levels: levels, scaleBits: scaleBits, valueBound: bound, headroomBits: headroom, slots: slots)
      } throws: { error in
        guard case .unplannable(let reason) = error as? ParameterError else { return false }
        return !reason.isEmpty
      }
    }
    #expect(throws: ParameterError.self) { try CKKSParameterLiteral.planned(levels: 1, security: .uncheckedInsecure) }
  }

  /// Results may be as large as was said, at the lowest level, whatever is to be left over.
  @Test(arguments: [(40, 1.0, 0), (40, 1, 3), (30, 100, 0), (45, 3, 5), (80, 1, 0), (46, 1, 0), (90, 1, 20)])
  func headroomIsThere(_ scaleBits: Int, _ bound: Double, _ headroom: Int) throws {
    let fixture = try CKKSFixture(
      .planned(levels: 1, scaleBits: scaleBits, valueBound: bound, headroomBits: headroom))
    let largest = bound * Double.exp2(Double(headroom)) * 0.99
    let x = [Complex<Double>](repeating: Complex(-largest, 0), count: fixture.parameters.slotCount)
    // Constants cost doubles nothing: the bound may be far away.
    try fixture.requireError(fixture.encrypt(x, level: 0, bound: largest), x, slack: nil)
  }

  /// All of a planned depth is of use, with the precision that the scale promises.
  @Test(arguments: [(5, 40), (3, 30), (2, 46), (1, 60), (4, 45)])
  func thePlannedDepthIsThere(_ levels: Int, _ scaleBits: Int) throws {
    let fixture = try CKKSFixture(.planned(levels: levels, scaleBits: scaleBits))
    var generator = TestGenerator(seed: 0x91A)
    let keys = try fixture.keys()
    var x = fixture.numbers(&generator)
    let y = x
    var power = try fixture.encrypt(x)
    let factor = power
    for _ in 0..<levels {
      power = try fixture.evaluator.multiply(power, factor, with: keys)
      x = x * y
    }
    #expect(power.level == 0)
    let error = try fixture.requireError(power, x, slack: 14)
    #expect(error < Double.exp2(Double(20 - scaleBits)))
  }

  // MARK: Literals

  @Test func literalsThatCannotBe() throws {
    let good = try CKKSTestSet.plain.literal()
    func refuses(_ what: String, _ change: (inout CKKSParameterLiteral) -> Void) {
      var literal = good
      change(&literal)
      #expect(throws: ParameterError.self, "\(what)") { try CKKSParameters(literal) }
    }
    refuses("no base") { $0.baseModuli = [] }
    refuses("an empty level") { $0.levelModuli[1] = [] }
    for scale in [0, -1, 1, .nan, .infinity, 0x1p111] as [Double] { refuses("scale \(scale)") { $0.scale = scale } }
    for bound in [0, -1, .nan, .infinity] as [Double] { refuses("bound \(bound)") { $0.valueBound = bound } }
    for degree in [0, 1, 4, 12, -8, 1 << 18] { refuses("degree \(degree)") { $0.degree = degree } }
    refuses("scale far from the primes") { $0.scale = 0x1p35 }
    refuses("a prime twice") { $0.levelModuli[0] = $0.levelModuli[1] }
    refuses("no prime") { $0.levelModuli[0] = [0] }
    refuses("an even number") { $0.levelModuli[0] = [1 << 40] }
    refuses("security") { $0.security = .classical128 }
    refuses("special prime of the set") { $0.keySwitching = .hybrid(specialModuli: $0.baseModuli, digitLimbs: 1) }
    refuses("no special prime") { $0.keySwitching = .hybrid(specialModuli: [], digitLimbs: 1) }
    refuses("digits of none") { $0.keySwitching = .hybrid(specialModuli: [97], digitLimbs: 0) }
  }

  /// As many primes as there may be, and special ones besides: an error, no trap.
  @Test func tooManyPrimes() throws {
    let primes = try NTTPrimes.largest(below: 40, degree: 8, count: 66)
    for (count, special) in [(64, 1), (63, 2), (65, 0), (64, 0)] {
      let literal = CKKSParameterLiteral(
        degree: 8, baseModuli: Array(primes[1..<count]), levelModuli: [[primes[0]]], scale: Double(primes[0]),
        keySwitching: special > 0
          ? .hybrid(specialModuli: try NTTPrimes.largest(below: 45, degree: 8, count: special), digitLimbs: 1) : nil,
        security: .uncheckedInsecure)
      if count + special <= 64 {
        #expect(try CKKSParameters(literal).rlwe.limbCount == count)
      } else {
        #expect(throws: ParameterError.self) { try CKKSParameters(literal) }
      }
    }
  }
}
