// SPDX-License-Identifier: Apache-2.0

import BFV
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// Evaluation keys that went through bytes.
@Suite struct EvaluationKeyTests {
  /// Keys made straight into bytes are what WireFormat.md says: k₀ + a·s″ − f·s′ is an error in every digit.
  @Test(arguments: SwitchingSet.tiny)
  func keysAreWhatThePageSays(_ set: SwitchingSet) throws {
    let parameters = try BFVParameters(set.literal()).rlwe
    let secret = SecretKey(parameters: parameters)
    for limbs in 1...parameters.limbCount {
      var bytes: [UInt8] = []
      try secret.writeEvaluationKeys(
        EvaluationKeyRequest(
          relinearization: true, rotations: [1, -1], conjugation: true, degree: set.degree, limbCount: limbs),
        to: { bytes += $0 })
      let keys = try SeededEvaluationKeys(serialized: bytes, parameters: parameters)
      #expect(keys.key == secret.identifier && keys.limbCount == limbs && keys.galois.count == 3)
      let relinearization = try #require(keys.relinearization)
      let own = secret.evaluation(in: relinearization.halves[0].basis)
      let s = own.polynomial
      expectErrorsOnly(relinearization, from: s * s, to: s)
      for (element, key) in keys.galois {
        let inverse = GaloisAutomorphism(element: element.inverse.value, degree: set.degree)
        expectErrorsOnly(key, from: s, to: s.applying(inverse))
      }
    }
  }

  private func expectErrorsOnly(
    _ key: SeededKeySwitchingKey, from source: RNSPolynomial<Evaluation>, to target: RNSPolynomial<Evaluation>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let literal = key.parameters.literal
    #expect(key.halves.count == EvaluationKeyOracle.digitCount(of: literal, limbs: key.limbCount))
    for (digit, half) in key.halves.enumerated() {
      var sum = half
      sum.addProduct(EvaluationKeyOracle.uniform(seed: key.seed, digit: digit, basis: half.basis), target)
      var scaled = source
      scaled.multiply(byResidues: EvaluationKeyOracle.factors(of: literal, digit: digit, limbs: key.limbCount))
      sum.subtract(scaled)
      let coefficients = sum.coefficientForm()
      for limb in 0..<half.limbCount {
        let q = half.basis.moduli[limb].value
        let words = coefficients.limb(limb)
        for k in 0..<words.count where min(words[k], q - words[k]) > 21 {
          Issue.record("digit \(digit) modulo \(q) is off by \(words[k])", sourceLocation: sourceLocation)
          return
        }
      }
    }
  }

  /// A source of bytes that are there.
  static func source(_ bytes: [UInt8]) -> (_ count: Int) -> [UInt8] {
    var rest = bytes[...]
    return { count in
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }

  /// The other side makes the keys, this one reads them from a stream and computes.
  @Test(arguments: SwitchingSet.tiny + SwitchingSet.real.prefix(1))
  func keysFromAStreamCompute(_ set: SwitchingSet) throws {
    var generator = TestGenerator(seed: 0xE7)
    let fixture = try SwitchingFixture(set)
    let request = EvaluationKeyRequest(relinearization: true, rotations: [1], degree: set.degree)
    var bytes: [UInt8] = []
    try fixture.secret.writeEvaluationKeys(request, parallelism: 2, to: { bytes += $0 })
    #expect(bytes.count == request.wireByteCount(parameters: fixture.parameters.rlwe))
    let keys = try EvaluationKeys(
      readFrom: Self.source(bytes), parameters: fixture.parameters.rlwe, parallelism: 2)
    let (a, b) = (fixture.message(&generator, sparse: true), fixture.message(&generator, sparse: true))
    let (x, y) = (try fixture.encrypt(a), try fixture.encrypt(b))
    let product = try fixture.evaluator.multiply(x, y)
    let received = try QuadraticCiphertext<Coefficient>(
      serialized: product.serialized(), parameters: fixture.parameters.rlwe)
    let relinearized = try fixture.evaluator.relinearize(received, with: keys)
    #expect(try fixture.decrypt(relinearized) == fixture.product(a, b), "\(generator)")
    let element = GaloisElement.rotation(by: 1, degree: set.degree)
    let rotated = try fixture.evaluator.apply(element, to: x, with: keys)
    #expect(
      try fixture.decrypt(rotated) == fixture.decrypt(fixture.evaluator.apply(element, to: x, with: fixture.keys)))
  }
}
