// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import ModularArithmetic
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// What a parameter set is made from, written down so that a failing test names it.
struct CKKSTestSet: Sendable, CustomTestStringConvertible {
  let name: String
  var levels = 3
  var scaleBits = 40
  var valueBound = 1.0
  var headroomBits = 3
  var slots = 1
  var security = SecurityLevel.classical128
  /// Of a ring that protects nothing; nil for the planner's.
  var degree: Int?
  var digitLimbs = 1
  var gadgetBits: Int?

  var testDescription: String { name }

  func literal() throws -> CKKSParameterLiteral {
    guard let degree else {
      return try .planned(
        levels: levels, scaleBits: scaleBits, valueBound: valueBound, headroomBits: headroomBits, slots: slots,
        security: security)
    }
    return try small(degree: degree)
  }

  /// Primes near the scale, one a level or two, from the highest level down, so that the canonical scales stay near it.
  private func small(degree: Int) throws -> CKKSParameterLiteral {
    var used: Set<UInt64> = []
    func nearest(_ target: Double) throws -> UInt64 {
      let prime = try #require(
        NTTPrimes.nearest(to: UInt64(target), below: 1 << 61, degree: degree, excluding: used))
      used.insert(prime)
      return prime
    }
    let wanted = Double.exp2(Double(scaleBits))
    let baseBits = scaleBits + max(0, Int(Double.log2(valueBound).rounded(.up))) + 2 + headroomBits
    let baseCount = (baseBits + 49) / 50
    let base = try (0..<baseCount).map { _ in try nearest(Double.exp2(Double(baseBits) / Double(baseCount))) }
    var scale = wanted
    var groups: [[UInt64]] = []
    for _ in 0..<levels {
      var rest = scale * scale / wanted
      var group: [UInt64] = []
      if scaleBits > 46 {
        group.append(try nearest(Double.exp2(Double(scaleBits) / 2)))
        rest /= Double(group[0])
      }
      group.append(try nearest(rest))
      scale = group.reduce(scale * scale) { $0 / Double($1) }
      groups.append(group)
    }
    let widest = used.reduce(0) { max($0, 64 - $1.leadingZeroBitCount) }
    let switching: KeySwitchingLiteral
    if let gadgetBits {
      switching = .gadget(digitBits: gadgetBits)
    } else {
      switching = .hybrid(
        specialModuli: try NTTPrimes.largest(
          below: min(widest + 1, 60), degree: degree, count: digitLimbs, excluding: used), digitLimbs: digitLimbs)
    }
    return CKKSParameterLiteral(
      degree: degree, baseModuli: base, levelModuli: groups.reversed(), scale: wanted, valueBound: valueBound,
      keySwitching: switching, security: .uncheckedInsecure)
  }

  /// Sets that a user could take.
  static let real = [
    CKKSTestSet(name: "3 levels of 40 bits"),
    CKKSTestSet(name: "1 level of 30 bits", levels: 1, scaleBits: 30),
    CKKSTestSet(name: "7 levels of 40 bits, values to 8", levels: 7, valueBound: 8),
    CKKSTestSet(name: "2 levels of 80 bits, two primes each", levels: 2, scaleBits: 80),
  ]

  /// Tiny rings that protect nothing.
  static let tiny = [
    CKKSTestSet(name: "N=64, 4 levels of 40 bits", levels: 4, degree: 64),
    CKKSTestSet(name: "N=8, 2 levels of 30 bits", levels: 2, scaleBits: 30, degree: 8),
    CKKSTestSet(name: "N=256, 3 levels of 45 bits, values to 100", scaleBits: 45, valueBound: 100, degree: 256),
    CKKSTestSet(name: "N=128, 3 levels of 80 bits", scaleBits: 80, degree: 128),
    CKKSTestSet(name: "N=1024, 3 levels, gadget of 12 bits", degree: 1024, gadgetBits: 12),
    CKKSTestSet(name: "N=64, 5 levels, digits of 3 primes", levels: 5, degree: 64, digitLimbs: 3),
    CKKSTestSet(name: "N=128, 2 levels of 84 bits, digits of 2", levels: 2, scaleBits: 84, degree: 128, digitLimbs: 2),
    CKKSTestSet(name: "N=64, 3 levels, values to 2^-20", valueBound: 0x1p-20, degree: 64),
  ]

  /// One of the tiny ones, for what does not depend on the set.
  static let plain = tiny[0]
}

/// Parameters, keys and an encoder.
final class CKKSFixture: Sendable {
  let parameters: CKKSParameters
  let secret: SecretKey
  let publicKey: PublicKey
  let encoder: CKKSEncoder
  let evaluator: CKKSEvaluator

  init(_ literal: CKKSParameterLiteral, alignment: CKKSEvaluator.Alignment = .automatic) throws {
    parameters = try CKKSParameters(literal)
    secret = SecretKey(parameters: parameters.rlwe)
    publicKey = PublicKey(of: secret)
    encoder = CKKSEncoder(parameters: parameters)
    evaluator = CKKSEvaluator(parameters: parameters, alignment: alignment)
  }

  convenience init(_ set: CKKSTestSet, alignment: CKKSEvaluator.Alignment = .automatic) throws {
    try self.init(set.literal(), alignment: alignment)
  }

  var manual: CKKSEvaluator { CKKSEvaluator(parameters: parameters, alignment: .manual) }

  func keys(
    relinearization: Bool = true, rotations: [Int] = [], conjugation: Bool = false, limbCount: Int? = nil
  ) throws -> EvaluationKeys {
    var request = EvaluationKeyRequest(
      relinearization: relinearization, rotations: rotations, conjugation: conjugation, degree: parameters.degree)
    request.limbCount = limbCount
    let seeded = try secret.evaluationKeys(request)
    return seeded.expanded()
  }

  /// Numbers of at most `bound` in absolute value, some of them at the bound.
  func numbers(_ generator: inout TestGenerator, bound: Double? = nil) -> [Complex<Double>] {
    let bound = bound ?? parameters.literal.valueBound
    return (0..<parameters.slotCount).map { _ in
      let length = generator.next() % 8 == 0 ? 1 : Double.random(in: 0...1, using: &generator)
      return Complex(length: bound * length * 0.999999, phase: .random(in: 0...6.28, using: &generator))
    }
  }

  func encrypt(
    _ values: [Complex<Double>], level: Int? = nil, scale: CKKSScale? = nil, bound: Double? = nil
  ) throws -> CKKSCiphertext {
    let seeded = try secret.encrypt(encoder.encode(values), level: level, scale: scale, bound: bound)
    return seeded.expanded()
  }

  func decrypt(_ ciphertext: CKKSCiphertext) throws -> [Complex<Double>] {
    try encoder.decodeComplex(secret.decrypt(ciphertext))
  }

  /// The largest error of the decrypted numbers, which must be within the bound that the decryption gives.
  ///
  /// - Parameter slack: How many bits the bound may be away from what is seen; nil where chance may make that anything.
  @discardableResult
  func requireError(
    _ ciphertext: CKKSCiphertext, _ expected: [Complex<Double>], slack: Double? = 12, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Double {
    let plaintext = try secret.decrypt(ciphertext)
    let decrypted = encoder.decodeComplex(plaintext)
    var worst = 0.0
    var largest = 0.0
    for (value, wanted) in zip(decrypted, expected) {
      worst = max(worst, (value - wanted).length)
      largest = max(largest, wanted.length)
    }
    #expect(worst <= plaintext.error, "\(what)", sourceLocation: sourceLocation)
    #expect(plaintext.error >= ciphertext.errorBound, "\(what)", sourceLocation: sourceLocation)
    #expect(largest <= ciphertext.valueBound * 1.000001, "\(what)", sourceLocation: sourceLocation)
    if let slack {
      let distance = Double.log2(plaintext.error) - Double.log2(worst)
      #expect(
        distance < slack, "\(what): a bound \(distance) bits from the error \(worst)", sourceLocation: sourceLocation)
    }
    return worst
  }

  /// The scale is the canonical one of the level, as exactly as scales are kept.
  func requireCanonicalScale(_ ciphertext: CKKSCiphertext, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(
      ciphertext.scale.relativeDifference(from: parameters.scale(level: ciphertext.level)) < 0x1p-100,
      sourceLocation: sourceLocation)
  }
}

/// What slots do, in the clear.
func * (lhs: [Complex<Double>], rhs: [Complex<Double>]) -> [Complex<Double>] { zip(lhs, rhs).map { $0 * $1 } }

func + (lhs: [Complex<Double>], rhs: [Complex<Double>]) -> [Complex<Double>] { zip(lhs, rhs).map { $0 + $1 } }

func - (lhs: [Complex<Double>], rhs: [Complex<Double>]) -> [Complex<Double>] { zip(lhs, rhs).map { $0 - $1 } }

func * (lhs: Double, rhs: [Complex<Double>]) -> [Complex<Double>] { rhs.map { Complex(lhs, 0) * $0 } }

func rotated(_ values: [Complex<Double>], by steps: Int) -> [Complex<Double>] {
  let count = values.count
  return values.indices.map { values[(($0 + steps) % count + count) % count] }
}
