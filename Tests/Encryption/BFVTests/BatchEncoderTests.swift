// SPDX-License-Identifier: Apache-2.0

import BFV
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

@Suite struct BatchEncoderTests {
  static let sets: [TestSet] =
    [(8, 17), (8, 97), (16, 97), (64, 257), (64, 65_537), (128, 65_537), (1024, 65_537)].map { degree, t in
      TestSet(name: "N=\(degree), t=\(t)", degree: degree, bits: [50, 50], plaintextModulus: t)
    } + [
      TestSet(
        name: "N=4096, t near 2^60", degree: 4096, bits: [50, 50],
        plaintextModulus: TestSet.batchingPrime(below: 60, degree: 4096))
    ]

  static func slots(_ parameters: BFVParameters, _ generator: inout TestGenerator) -> [Int64] {
    let t = parameters.plaintextModulus.value
    return generator.words(parameters.degree, below: t).map { $0 > t / 2 ? Int64($0) - Int64(t) : Int64($0) }
  }

  static func centred(_ value: UInt64, _ t: Modulus) -> Int64 {
    value > t.value / 2 ? Int64(value) - Int64(t.value) : Int64(value)
  }

  @Test(arguments: sets)
  func encodingRoundTrip(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let encoder = try BatchEncoder(parameters: parameters)
    var generator = TestGenerator(seed: 0xB1)
    for _ in 0..<4 {
      let values = Self.slots(parameters, &generator)
      #expect(encoder.decode(try encoder.encode(values)) == values, "\(generator)")
    }
    let few: [Int64] = [3, -2, 1]
    #expect(encoder.decode(try encoder.encode(few)) == few + [Int64](repeating: 0, count: parameters.degree - 3))
    let half = Int64(parameters.plaintextModulus.value / 2)
    #expect(encoder.decode(try encoder.encode([half, -half]))[..<2] == [half, -half])
    #expect(throws: EncodingError.self) { try encoder.encode([0, half + 1]) }
    #expect(throws: EncodingError.self) { try encoder.encode([-half - 1]) }
    #expect(throws: EncodingError.self) { try encoder.encode([.min]) }
    #expect(throws: EncodingError.tooManyValues(count: parameters.degree + 1, capacity: parameters.degree)) {
      try encoder.encode([Int64](repeating: 0, count: parameters.degree + 1))
    }
  }

  /// Slot i of the first row is the value of the polynomial at ψ^(3^i), of the second at ψ^(−3^i).
  @Test(arguments: sets.filter { $0.degree <= 128 })
  func slotsAreValuesAtPowersOfThree(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let encoder = try BatchEncoder(parameters: parameters)
    let t = parameters.plaintextModulus
    let degree = parameters.degree
    let root = try #require(RootsOfUnity.minimalPrimitive(order: UInt64(2 * degree), modulo: t))
    var generator = TestGenerator(seed: 0xB2)
    let values = Self.slots(parameters, &generator)
    let coefficients = try encoder.encode(values).coefficients
    var exponent = 1
    for slot in 0..<degree / 2 {
      for (place, power) in [(slot, exponent), (slot + degree / 2, 2 * degree - exponent)] {
        let point = t.power(root, UInt64(power))
        let value = coefficients.reversed().reduce(UInt64(0)) { t.multiplyAdd($0, point, $1) }
        #expect(Self.centred(value, t) == values[place], "slot \(place), \(generator)")
      }
      exponent = exponent * 3 % (2 * degree)
    }
  }

  /// X → X^3 rotates both rows left by one; X → X^(2N−1) exchanges them.
  @Test(arguments: sets.filter { $0.degree <= 1024 })
  func automorphismsRotateRows(_ set: TestSet) throws {
    let parameters = try BFVParameters(set.literal())
    let encoder = try BatchEncoder(parameters: parameters)
    let t = parameters.plaintextModulus
    let degree = parameters.degree
    var generator = TestGenerator(seed: 0xB3)
    let values = Self.slots(parameters, &generator)
    let coefficients = try encoder.encode(values).coefficients
    func mapped(_ element: Int) throws -> [Int64] {
      var result = [UInt64](repeating: 0, count: degree)
      for (index, value) in coefficients.enumerated() {
        let power = index * element % (2 * degree)
        result[power % degree] = power < degree ? value : t.negate(value)
      }
      return encoder.decode(try BFVPlaintext(coefficients: result, parameters: parameters))
    }
    let half = degree / 2
    let first = Array(values[..<half])
    let second = Array(values[half...])
    #expect(try mapped(3) == Array(first[1...] + first[..<1] + second[1...] + second[..<1]), "\(generator)")
    #expect(try mapped(2 * degree - 1) == second + first, "\(generator)")
  }

  @Test(arguments: [TestSet.tiny[1], TestSet.tiny[4], TestSet.real[1]])
  func encryptedProductsActOnSlots(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let encoder = try BatchEncoder(parameters: fixture.parameters)
    let t = fixture.parameters.plaintextModulus
    var generator = TestGenerator(seed: 0xB4)
    let a = Self.slots(fixture.parameters, &generator)
    let b = Self.slots(fixture.parameters, &generator)
    var ciphertext = try fixture.secret.encrypt(encoder.encode(a)).expanded()
    try fixture.evaluator.multiply(&ciphertext, by: EvaluationPlaintext(encoder.encode(b)))
    try fixture.evaluator.add(&ciphertext, encoder.encode(a))
    let result = encoder.decode(try fixture.secret.decrypt(ciphertext, parameters: fixture.parameters))
    let expected = zip(a, b).map { a, b in
      Self.centred(t.multiplyAdd(t.reduce(signed: a), t.reduce(signed: b), t.reduce(signed: a)), t)
    }
    #expect(result == expected, "\(generator)")
  }

  static let slotless: [(Int, UInt64)] = [(8, 16), (8, 113 * 17), (16, 17), (8, 2)]

  @Test(arguments: slotless)
  func otherModuliHaveNoSlots(_ degree: Int, _ t: UInt64) throws {
    let set = TestSet(name: "", degree: degree, bits: [50], plaintextModulus: t)
    let parameters = try BFVParameters(set.literal())
    #expect(!parameters.supportsBatching)
    #expect(throws: EncodingError.batchingUnsupported(plaintextModulus: t, degree: degree)) {
      try BatchEncoder(parameters: parameters)
    }
  }
}
