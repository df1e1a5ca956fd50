// SPDX-License-Identifier: Apache-2.0

import BFV
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// Constants, unsigned values, and products with plaintexts in coefficient form.
@Suite struct ScalarTests {
  @Test(arguments: [
    TestSet.tiny[0], TestSet.tiny[2], TestSet.tiny[3], TestSet.tiny[5], TestSet.real[1], TestSet.real[3],
  ])
  func scalarsAreConstants(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    let (parameters, evaluator, oracle) = (fixture.parameters, fixture.evaluator, PlaintextOracle(fixture.parameters))
    let t = fixture.t
    var generator = TestGenerator(seed: 0x6A_0001)
    let message = generator.message(parameters)
    let start = try fixture.publicKey.encrypt(fixture.plaintext(message))
    for residue in Set([0, 1, t - 1, t / 2, (t + 1) / 2, generator.next(below: t)]) {
      let scalar = try BFVScalar(unsigned: residue, parameters: parameters)
      #expect(scalar.unsignedValue == residue)
      #expect(try BFVScalar(scalar.value, parameters: parameters) == scalar)
      #expect(BFVScalar(scalar.plaintext)?.unsignedValue == residue)
      var constant = [UInt64](repeating: 0, count: fixture.degree)
      constant[0] = residue
      #expect(scalar.plaintext.coefficients == constant)
      func check(_ expected: [UInt64], _ operation: (inout Ciphertext<Coefficient>) throws -> Void) throws {
        var result = start
        try operation(&result)
        #expect(
          try fixture.secret.decrypt(result, parameters: parameters).coefficients == expected,
          "\(residue), \(generator)")
        #expect(fixture.log2Noise(result, message: expected) <= fixture.log2Bound(result.noise))
      }
      try check(oracle.add(message, constant)) { try evaluator.add(&$0, scalar) }
      try check(oracle.subtract(message, constant)) { try evaluator.subtract(&$0, scalar) }
      try check(oracle.add(message, constant)) {
        var other = $0.evaluationForm()
        try evaluator.add(&other, scalar)
        $0 = other.coefficientForm()
      }
      try check(oracle.subtract(message, constant)) {
        var other = $0.evaluationForm()
        try evaluator.subtract(&other, scalar)
        try evaluator.subtract(&other, fixture.plaintext(message))
        try evaluator.add(&other, fixture.plaintext(message))
        $0 = other.coefficientForm()
      }
      // Where the noise has room for such a factor.
      let small = try BFVScalar(unsigned: t - 1, parameters: parameters)
      try check(oracle.negate(message)) { try evaluator.multiply(&$0, by: small) }
      if scalar.value.magnitude < 1000 {
        try check(oracle.multiply(message, by: scalar.value)) { try evaluator.multiply(&$0, by: scalar) }
      }
    }
    #expect(throws: EncodingError.self) { try BFVScalar(unsigned: t, parameters: parameters) }
    #expect(throws: EncodingError.self) { try BFVScalar(Int64(t / 2) + 1, parameters: parameters) }
    #expect(BFVScalar(try fixture.plaintext([1, 1])) == nil)
    let foreign = try BFVFixture(TestSet.tiny[1])
    let strange = try BFVScalar(1, parameters: foreign.parameters)
    #expect(throws: RLWEError.self) {
      var copy = start
      try evaluator.add(&copy, strange)
    }
    #expect(throws: RLWEError.self) {
      var copy = start
      try evaluator.multiply(&copy, by: strange)
    }
  }

  /// The same residues as through evaluation form.
  @Test(arguments: [TestSet.tiny[1], TestSet.real[0]])
  func coefficientFormsAreMultiplied(_ set: TestSet) throws {
    let fixture = try BFVFixture(set)
    var generator = TestGenerator(seed: 0x6A_0002)
    let message = generator.message(fixture.parameters)
    let factor = generator.sparse(fixture.parameters, terms: 5, magnitude: 9)
    let prepared = EvaluationPlaintext(try fixture.plaintext(factor))
    var coefficient = try fixture.publicKey.encrypt(fixture.plaintext(message))
    var evaluation = coefficient.evaluationForm()
    try fixture.evaluator.multiply(&coefficient, by: prepared)
    try fixture.evaluator.multiply(&evaluation, by: prepared)
    #expect(coefficient.evaluationForm().serialized() == evaluation.serialized())
    #expect(
      try fixture.secret.decrypt(coefficient, parameters: fixture.parameters).coefficients
        == PlaintextOracle(fixture.parameters).multiply(message, factor))
    let foreign = EvaluationPlaintext(try BFVFixture(TestSet.tiny[2]).plaintext([1]))
    #expect(throws: RLWEError.self) { try fixture.evaluator.multiply(&coefficient, by: foreign) }
  }

  @Test func unsignedSlotsAreSignedSlotsModuloT() throws {
    let fixture = try BFVFixture(TestSet.real[1])
    let encoder = try BatchEncoder(parameters: fixture.parameters)
    var generator = TestGenerator(seed: 0x6A_0003)
    let values = generator.words(fixture.degree, below: fixture.t)
    let plaintext = try encoder.encode(unsigned: values)
    #expect(encoder.decodeUnsigned(plaintext) == values)
    let signed = values.map { $0 > fixture.t / 2 ? Int64($0) - Int64(fixture.t) : Int64($0) }
    #expect(encoder.decode(plaintext) == signed)
    #expect(try encoder.encode(signed) == plaintext)
    #expect(encoder.decodeUnsigned(try encoder.encode(unsigned: [7])) == [7] + Array(repeating: 0, count: 4095))
    #expect(throws: EncodingError.valueOutOfRange(index: 1, value: "65537", allowed: "0 to 65536")) {
      try encoder.encode(unsigned: [0, 65_537])
    }
    #expect(throws: EncodingError.tooManyValues(count: 4097, capacity: 4096)) {
      try encoder.encode(unsigned: Array(repeating: 0, count: 4097))
    }
    let constant = try BFVScalar(unsigned: 65_000, parameters: fixture.parameters)
    #expect(encoder.decodeUnsigned(constant.plaintext).allSatisfy { $0 == 65_000 })
  }
}
