// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import RLWE
import Testing

@Suite struct ParameterTests {
  /// Published limits of log2(Q·P), copied from their sources (not from the library).
  static let published: [(SecurityLevel, [Int: Int])] = [
    // "Security Guidelines for Implementing Homomorphic Encryption", ePrint 2024/463, Table 5.2, uniform ternary secret.
    (
      .classical128,
      [1024: 26, 2048: 53, 4096: 106, 8192: 214, 16384: 430, 32768: 868, 65536: 1747, 131072: 3523]
    ),
    (.classical192, [2048: 36, 4096: 73, 8192: 147, 16384: 297, 32768: 597, 65536: 1199, 131072: 2411]),
    (.classical256, [2048: 27, 4096: 56, 8192: 114, 16384: 230, 32768: 462, 65536: 929, 131072: 1866]),
    // The smaller of the ChaLoy21 column of that paper's scripts and the ADPS16 table of swift-homomorphic-encryption.
    (.quantum128, [1024: 20, 2048: 40, 4096: 80, 8192: 161, 16384: 322, 32768: 644, 65536: 1289, 131072: 2578]),
    // Homomorphic Encryption Security Standard 2018, as in SEAL and OpenFHE, with the rows that those add.
    (
      .standard2018,
      [1024: 27, 2048: 54, 4096: 109, 8192: 218, 16384: 438, 32768: 881, 65536: 1747, 131072: 3523]
    ),
  ]

  @Test func theSecurityTableIsThePublishedOne() {
    for (level, row) in Self.published {
      for exponent in 0...20 {
        #expect(SecurityTable.maximumModulusBits(degree: 1 << exponent, level: level) == row[1 << exponent])
      }
      for degree in [-1, 0, 1023, 1025, 4095, 3 * 1024] {
        #expect(SecurityTable.maximumModulusBits(degree: degree, level: level) == nil)
      }
    }
    #expect(Set(Self.published.map(\.0)).union([.uncheckedInsecure]) == Set(SecurityLevel.allCases))
    #expect(SecurityTable.maximumModulusBits(degree: 4096, level: .uncheckedInsecure) == nil)
  }

  static func literal(_ degree: Int, _ bits: [Int], _ security: SecurityLevel) throws -> RLWEParameterLiteral {
    var moduli: [UInt64] = []
    for width in bits {
      moduli += try NTTPrimes.largest(below: width, degree: degree, count: 1, excluding: Set(moduli))
    }
    return RLWEParameterLiteral(degree: degree, moduli: moduli, security: security)
  }

  @Test(arguments: published.map(\.0))
  func aModulusOfTheLimitIsAcceptedAndOneBitMoreIsNot(_ level: SecurityLevel) throws {
    for degree in [2048, 4096] {
      let limit = try #require(SecurityTable.maximumModulusBits(degree: degree, level: level))
      // Primes just below powers of two: the product has exactly the sum of their bits.
      let split = limit > 60 ? [limit / 2, limit - limit / 2] : [limit]
      let fits = try Self.literal(degree, split, level)
      let parameters = try RLWEParameters(fits, scheme: "test")
      #expect(parameters.basis.productBits == limit)
      var wide = split
      wide[0] += 1
      let bits = limit + 1
      #expect(throws: ParameterError.insecure(degree: degree, modulusBits: bits, limit: limit, level: level)) {
        try RLWEParameters(Self.literal(degree, wide, level), scheme: "test")
      }
    }
  }

  @Test func degreesWithoutAnEstimateAreRefused() throws {
    #expect(throws: ParameterError.degreeWithoutEstimate(degree: 512, level: .classical128)) {
      try RLWEParameters(Self.literal(512, [20], .classical128), scheme: "test")
    }
    #expect(throws: ParameterError.degreeWithoutEstimate(degree: 1024, level: .classical192)) {
      try RLWEParameters(Self.literal(1024, [20], .classical192), scheme: "test")
    }
    #expect(throws: ParameterError.ring(.unsupportedDegree(1000))) {
      try RLWEParameters(RLWEParameterLiteral(degree: 1000, moduli: [17]), scheme: "test")
    }
    #expect(throws: ParameterError.ring(.repeatedModulus(97))) {
      try RLWEParameters(
        RLWEParameterLiteral(degree: 8, moduli: [97, 97], security: .uncheckedInsecure), scheme: "test")
    }
    #expect(RLWEParameterLiteral(degree: 8, moduli: [97]).security == .classical128)
  }

  @Test func everyFieldIsInTheDigest() throws {
    let base = try Self.literal(2048, [20, 16], .uncheckedInsecure)
    var digests: Set<ParameterDigest> = []
    func insert(_ literal: RLWEParameterLiteral, _ scheme: String = "test") throws {
      let parameters = try RLWEParameters(literal, scheme: scheme)
      #expect(try RLWEParameters(literal, scheme: scheme) == parameters)
      #expect(digests.insert(parameters.digest).inserted)
    }
    try insert(base)
    try insert(base, "test2")
    try insert(base, "")
    try insert(RLWEParameterLiteral(degree: 1024, moduli: base.moduli, security: .uncheckedInsecure))
    for level in [SecurityLevel.classical128, .classical192, .quantum128, .standard2018] {
      try insert(RLWEParameterLiteral(degree: 2048, moduli: base.moduli, security: level))
    }
    try insert(RLWEParameterLiteral(degree: 2048, moduli: base.moduli.reversed(), security: .uncheckedInsecure))
    try insert(RLWEParameterLiteral(degree: 2048, moduli: [base.moduli[0]], security: .uncheckedInsecure))
    try insert(RLWEParameterLiteral(degree: 2048, moduli: [base.moduli[1]], security: .uncheckedInsecure))
    // The kernels are not part of it.
    #expect(try digests.contains(RLWEParameters(base, scheme: "test", instructionSet: .only(.scalar)).digest))
  }

  @Test func literalsSurviveTheirCoding() throws {
    let literal = try Self.literal(2048, [20, 16], .quantum128)
    #expect(literal == RLWEParameterLiteral(degree: 2048, moduli: literal.moduli, security: .quantum128))
    #expect(SecurityLevel(rawValue: "uncheckedInsecure") == .uncheckedInsecure)
    #expect(SecurityLevel(rawValue: "none") == nil)
  }

  @Test func errorsSpeak() {
    let digest = ParameterDigest(bytes: Array(0..<32))
    #expect(digest.description == "00010203")
    for error in [
      RLWEError.parametersMismatch(expected: digest, found: digest), .levelMismatch(lhs: 1, rhs: 2), .noPrimeLeft,
      .plaintextLevelMismatch(ciphertext: 1, plaintext: 2), .fewerPrimesThanAskedFor(ciphertext: 1, target: 2),
      .noiseExhausted(neededBits: 12.345, availableBits: -.infinity), .wrongKey,
    ] {
      #expect(!error.description.isEmpty)
    }
    #expect(
      RLWEError.noiseExhausted(neededBits: 12.345, availableBits: 3).description.contains("12.3 bits and 3.0 are left"))
    for error in [
      ParameterError.ring(.limbCount(0)), .insecure(degree: 8, modulusBits: 9, limit: 1, level: .classical128),
      .degreeWithoutEstimate(degree: 8, level: .classical128), .plaintextModulus(1, reason: "x"),
      .replyModulus(1, reason: "x"),
    ] {
      #expect(!error.description.isEmpty)
    }
  }
}
