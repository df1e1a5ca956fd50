// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness
import RealModule
import TestSupport
import Testing

@testable import CKKS

/// Results that leave: the noise that is added to them.
@Suite struct ReleaseTests {
  static let set = CKKSTestSet(name: "N=1024, 2 levels of 80 bits", levels: 2, scaleBits: 80, degree: 1024)

  /// σ = √(12·τ)·2^(s/2)·E [LMSS22], from first principles.
  @Test(arguments: [(1, 30), (1, 1), (1, 80), (1000, 30), (1 << 20, 40), (7, 53)])
  func theDeviationIsTheFormula(_ queries: Int, _ bits: Int) throws {
    let fixture = try CKKSFixture(Self.set)
    let policy = ReleasePolicy(queries: queries, statisticalBits: bits)
    let ciphertext = try fixture.encrypt([])
    let noise = ciphertext.noise
    let deviation = (12 * Double(queries)).squareRoot() * Double.exp2(Double(bits) / 2) * noise
    #expect(abs(ciphertext.log2FloodDeviation(policy) - Double.log2(deviation)) < 1e-9)
    // The width is the smallest power of two that gives it.
    let width = CKKSCiphertext.floodWidth(log2Deviation: ciphertext.log2FloodDeviation(policy))
    let given = RandomStream.gaussianDeviationFactor * Double.exp2(Double(width))
    #expect(given >= deviation * (1 - 1e-12) && given < 2 * deviation)
    #expect(ciphertext.releaseErrorBound(policy) > given / ciphertext.scale.doubleValue)
    // E bounds the Euclidean norm of the coefficients of the noise.
    let phase = try fixture.secret.decrypt(ciphertext).storage
    let coefficients = phase.doubles(0..<phase.count)
    let norm = coefficients.indices.reduce(0.0) { $0 + coefficients[$1] * coefficients[$1] }.squareRoot()
    #expect(norm * ciphertext.scale.doubleValue <= noise)
    // More is more.
    let more = ReleasePolicy(queries: 4 * queries, statisticalBits: bits)
    #expect(abs(ciphertext.log2FloodDeviation(more) - Double.log2(deviation) - 1) < 1e-9)
  }

  /// A ciphertext that says it has no noise is not believed.
  @Test func aLyingNoiseBoundIsNoWayAround() throws {
    let fixture = try CKKSFixture(Self.set)
    let honest = try fixture.encrypt([])
    var lying = honest
    lying.noise = 0
    let fresh = fixture.parameters.symmetricNoise
    var least = honest
    least.noise = fresh
    #expect(lying.log2FloodDeviation(ReleasePolicy()) == least.log2FloodDeviation(ReleasePolicy()))
    #expect(lying.log2FloodDeviation(ReleasePolicy()) > Double.log2(fresh) + 15)
  }

  /// The added noise, coefficient by coefficient: mean, variance, shape.
  ///
  /// Each check has a false-alarm rate below 2^-36 (seven
  /// standard deviations).
  @Test(arguments: [1, 10, 20, 30])
  func theNoiseIsGaussian(_ bits: Int) throws {
    let fixture = try CKKSFixture(Self.set)
    var generator = TestGenerator(seed: 0x4E1)
    let policy = ReleasePolicy(queries: 1, statisticalBits: bits)
    let ciphertext = try fixture.encrypt(fixture.numbers(&generator))
    let width = CKKSCiphertext.floodWidth(log2Deviation: ciphertext.log2FloodDeviation(policy))
    let deviation = RandomStream.gaussianDeviationFactor * Double.exp2(Double(width)) / ciphertext.scale.doubleValue
    let own = try fixture.secret.decrypt(ciphertext).storage
    var normal: [Double] = []
    for _ in 0..<32 {
      let plaintext = try fixture.secret.decryptForRelease(ciphertext, policy: policy)
      #expect(plaintext.error >= ciphertext.releaseErrorBound(policy))
      let released = plaintext.storage
      let (x, y) = (released.doubles(0..<released.count), own.doubles(0..<own.count))
      normal += x.indices.map { (x[$0] - y[$0]) / deviation }
    }
    let n = Double(normal.count)
    let mean = normal.reduce(0, +) / n
    #expect(abs(mean) < 7 / n.squareRoot())
    let variance = normal.reduce(0) { $0 + $1 * $1 } / n
    #expect(abs(variance - 1) < 7 * (2 / n).squareRoot())
    let fourth = normal.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
    #expect(abs(fourth - 3) < 7 * (96 / n).squareRoot())
    for (bound, probability) in [(0.5, 0.382_924_922_548), (1, 0.682_689_492_137), (2, 0.954_499_736_104)] {
      let inside = Double(normal.count { abs($0) < bound }) / n
      #expect(abs(inside - probability) < 7 * (probability * (1 - probability) / n).squareRoot())
    }
    // Twice the same is never the same, and neighbours are independent.
    let correlation = zip(normal, normal.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / n
    #expect(abs(correlation) < 7 / n.squareRoot())
  }

  @Test func releasedNumbersAreWithinTheirError() throws {
    for set in [Self.set, CKKSTestSet.real[3]] {
      let fixture = try CKKSFixture(set)
      var generator = TestGenerator(seed: 0x4E2)
      let keys = try fixture.keys()
      let x = fixture.numbers(&generator)
      let product = try fixture.evaluator.square(fixture.encrypt(x), with: keys)
      for level in [0, 1] {
        let ciphertext = try fixture.evaluator.drop(product, toLevel: level)
        let released = try fixture.secret.decryptForRelease(ciphertext)
        let values = fixture.encoder.decodeComplex(released)
        let worst = zip(values, x * x).reduce(0) { max($0, ($1.0 - $1.1).length) }
        #expect(worst <= released.error && worst > released.error * 0x1p-8)
        #expect(released.error < 0x1p-11)
      }
    }
  }

  @Test func whatWouldLeaveNothingIsRefused() throws {
    let fixture = try CKKSFixture(CKKSTestSet.plain)
    let ciphertext = try fixture.encrypt([.one])
    func isTooWide(_ error: any Error) -> Bool {
      guard case .releaseTooWide = error as? RLWEError else { return false }
      return !"\(error)".isEmpty
    }
    func isTooNoisy(_ error: any Error) -> Bool {
      guard case .releaseTooNoisy = error as? RLWEError else { return false }
      return !"\(error)".isEmpty
    }
    // 40 bits of scale and 30 of security: σ·t is about 2^32.
    _ = try fixture.secret.decryptForRelease(ciphertext)
    #expect(throws: (any Error).self) { try fixture.secret.decryptForRelease(ciphertext, largestError: 1e-6) }
    for policy in [
      ReleasePolicy(queries: 1 << 20, statisticalBits: 60), ReleasePolicy(queries: 1, statisticalBits: 80),
      ReleasePolicy(queries: .max, statisticalBits: 80),
    ] {
      #expect { try fixture.secret.decryptForRelease(ciphertext, policy: policy) } throws: {
        isTooNoisy($0) || isTooWide($0)
      }
    }
    // Whatever error is allowed, no wider noise can be drawn.
    #expect {
      try fixture.secret.decryptForRelease(
        ciphertext, policy: ReleasePolicy(queries: .max, statisticalBits: 80), largestError: .infinity)
    } throws: { isTooWide($0) }
    for allowed in [0, -1, .nan] as [Double] {
      #expect { try fixture.secret.decryptForRelease(ciphertext, largestError: allowed) } throws: { isTooNoisy($0) }
    }
    // What fits alone, and not with its noise.
    let full = try fixture.encrypt([Complex(15, 0)], level: 0, bound: 15)
    _ = try fixture.secret.decrypt(full)
    #expect(throws: RLWEError.self) {
      try fixture.secret.decryptForRelease(
        full, policy: ReleasePolicy(queries: 1, statisticalBits: 47), largestError: 1e9)
    }
  }

  /// The bound of the noise counts what doubles cost, and grows with the scale: from some scale on the noise of a release
  /// would be wider than any that can be drawn, and that is said.
  @Test func theLargestScale() throws {
    let policy = ReleasePolicy()
    for (scaleBits, isOfUse) in [(70, true), (80, true), (90, false)] {
      let fixture = try CKKSFixture(.planned(levels: 1, scaleBits: scaleBits))
      var generator = TestGenerator(seed: 0x4E3)
      let x = fixture.numbers(&generator)
      let ciphertext = try fixture.encrypt(x, level: 0)
      guard isOfUse else {
        #expect {
          try fixture.secret.decryptForRelease(ciphertext, policy: policy)
        } throws: { error in
          guard case .releaseTooWide(let bits, let largest) = error as? RLWEError else { return false }
          return bits > Double(largest) && "\(error)".contains("smaller scale")
        }
        continue
      }
      let released = try fixture.secret.decryptForRelease(ciphertext, policy: policy)
      let values = fixture.encoder.decodeComplex(released)
      for (value, expected) in zip(values, x) { #expect((value - expected).length <= released.error) }
      #expect(released.error < 0x1p-10)
    }
  }
}
