// SPDX-License-Identifier: Apache-2.0

import BFV
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// Ciphertexts of different numbers of primes together.
@Suite struct LevelTests {
  static let set = SwitchingSet.tiny[1]

  /// Every pair of levels: the result has as many primes as the shorter operand, decrypts, and keeps within its bound.
  @Test(arguments: [SwitchingSet.tiny[1], SwitchingSet.tiny[2], SwitchingSet.tiny[4]])
  func operandsAreAligned(_ set: SwitchingSet) throws {
    let fixture = try SwitchingFixture(set)
    let (evaluator, oracle) = (fixture.evaluator, PlaintextOracle(fixture.parameters))
    var generator = TestGenerator(seed: 0x4A_0001)
    let (a, b) = (fixture.message(&generator, sparse: false), fixture.message(&generator, sparse: false))
    let (x, y) = (try fixture.encrypt(a), try fixture.encrypt(b))
    let prepared = EvaluationPlaintext(
      try BFVPlaintext(coefficients: b, parameters: fixture.parameters))
    let product = oracle.multiply(a, b)
    for left in 2...set.bits.count {
      for right in 2...set.bits.count {
        let (u, v) = (
          try evaluator.switchModulus(x, toLimbCount: left), try evaluator.switchModulus(y, toLimbCount: right)
        )
        let limbs = min(left, right)
        func expect(_ ciphertext: Ciphertext<Coefficient>, _ message: [UInt64], line: Int = #line) throws {
          #expect(ciphertext.limbCount == limbs, "line \(line)")
          #expect(try fixture.decrypt(ciphertext) == message, "\(left) and \(right) primes, line \(line), \(generator)")
          let bound = ciphertext.noise.log2Magnitude(degree: set.degree, failure: .ownUse)
          #expect(fixture.log2Noise(ciphertext, message: message) <= bound, "line \(line)")
        }
        var sum = u
        try evaluator.add(&sum, v)
        try expect(sum, oracle.add(a, b))
        var difference = u.evaluationForm()
        try evaluator.subtract(&difference, v.evaluationForm())
        try expect(difference.coefficientForm(), oracle.subtract(a, b))
        var scaled = u
        try evaluator.addProduct(to: &scaled, v, by: -2)
        try expect(scaled, oracle.add(a, oracle.multiply(b, by: -2)))
        var accumulated = u.evaluationForm()
        try evaluator.addProduct(to: &accumulated, u.evaluationForm(), by: prepared)
        try evaluator.add(&accumulated, v.evaluationForm())
        try expect(accumulated.coefficientForm(), oracle.add(oracle.add(a, product), b))
        try expect(evaluator.multiply(u, v, with: fixture.keys), product)
        // A product of the full level to one of this level.
        var products = try evaluator.multiply(u, v)
        try evaluator.add(&products, evaluator.multiply(x, y))
        let noise = fixture.log2Noise(products, message: oracle.add(product, product))
        #expect(noise <= products.noise.log2Magnitude(degree: set.degree, failure: .ownUse))
        try expect(evaluator.relinearize(products, with: fixture.keys), oracle.add(product, product))
      }
    }
  }

  /// A plaintext prepared for all primes is the one prepared for a few.
  @Test func longPlaintextsAreUsedByTheirFirstPrimes() throws {
    let fixture = try SwitchingFixture(Self.set)
    var generator = TestGenerator(seed: 0x4A_0002)
    let plaintext = try BFVPlaintext(
      coefficients: fixture.message(&generator, sparse: false), parameters: fixture.parameters)
    let start = try fixture.encrypt(fixture.message(&generator, sparse: false))
    for limbs in 2...Self.set.bits.count {
      let ciphertext = try fixture.evaluator.switchModulus(start, toLimbCount: limbs).evaluationForm()
      var (long, short) = (ciphertext, ciphertext)
      try fixture.evaluator.multiply(&long, by: EvaluationPlaintext(plaintext))
      try fixture.evaluator.multiply(&short, by: EvaluationPlaintext(plaintext, limbs: limbs))
      #expect(long.serialized() == short.serialized())
      try fixture.evaluator.addProduct(to: &long, ciphertext, by: EvaluationPlaintext(plaintext))
      try fixture.evaluator.addProduct(to: &short, ciphertext, by: EvaluationPlaintext(plaintext, limbs: limbs))
      #expect(long.serialized() == short.serialized())
    }
  }

  /// Switching in evaluation form gives the same residues as in coefficient form.
  @Test(arguments: [SwitchingSet.tiny[1], SwitchingSet.tiny[4], SwitchingSet.real[1]])
  func bothFormsSwitchAlike(_ set: SwitchingSet) throws {
    let fixture = try SwitchingFixture(set, rotations: [])
    var generator = TestGenerator(seed: 0x4A_0003)
    let start = try fixture.encrypt(fixture.message(&generator, sparse: false))
    for limbs in 2...set.bits.count {
      let coefficient = try fixture.evaluator.switchModulus(start, toLimbCount: limbs)
      let evaluation = try fixture.evaluator.switchModulus(start.evaluationForm(), toLimbCount: limbs)
      #expect(coefficient.evaluationForm().serialized() == evaluation.serialized())
    }
  }

  /// Squaring with primes dropped where they are free goes as deep as without, with fewer primes.
  @Test(arguments: [SwitchingSet.real[1], SwitchingSet.real[3]])
  func droppingFreePrimesCostsNoDepth(_ set: SwitchingSet) throws {
    let fixture = try SwitchingFixture(set, rotations: [])
    let (evaluator, oracle) = (fixture.evaluator, PlaintextOracle(fixture.parameters))
    func left(_ ciphertext: Ciphertext<Coefficient>) -> Double {
      fixture.parameters.log2NoiseCapacity(limbs: ciphertext.limbCount)
        - ciphertext.noise.log2Magnitude(degree: set.degree, failure: .ownUse)
    }
    var message = [UInt64](repeating: 0, count: set.degree)
    message[1] = 3
    message[set.degree - 1] = 2
    var whole = try fixture.encrypt(message)
    var dropping = whole
    #expect(try evaluator.droppableLimbCount(whole) == 0)
    var depth = 0
    while true {
      do {
        whole = try evaluator.square(whole, with: fixture.keys)
        dropping = try evaluator.droppingFreeLimbs(evaluator.square(dropping, with: fixture.keys))
      } catch RLWEError.noiseExhausted {
        break
      }
      depth += 1
      message = oracle.multiply(message, message)
      #expect(try fixture.decrypt(dropping) == message)
      #expect(try fixture.decrypt(whole) == message)
      #expect(left(dropping) > left(whole) - 0.1 * Double(depth), "depth \(depth)")
      let count = try evaluator.droppableLimbCount(whole)
      #expect(dropping.limbCount <= whole.limbCount - count)
    }
    print("\(set.name): depth \(depth), \(dropping.limbCount) of \(set.bits.count) primes left, \(left(dropping)) bits")
    #expect(depth >= 3 && dropping.limbCount < set.bits.count)
    #expect(throws: RLWEError.self) { try evaluator.square(dropping, with: fixture.keys) }
  }
  /// A loss that is none is refused, and so is a ciphertext of other parameters: never a trap.
  @Test func lossesThatAreNoneAreRefused() throws {
    let fixture = try BFVFixture(TestSet.tiny[1])
    let mine = try fixture.publicKey.encrypt(fixture.plaintext([7]))
    for bits in [-1, -.leastNonzeroMagnitude, .infinity, -.infinity] as [Double] {
      #expect(throws: RLWEError.unusableNumber(bits)) { try fixture.evaluator.droppableLimbCount(mine, losing: bits) }
      #expect(throws: RLWEError.unusableNumber(bits)) { try fixture.evaluator.droppingFreeLimbs(mine, losing: bits) }
    }
    #expect {
      try fixture.evaluator.droppableLimbCount(mine, losing: .nan)
    } throws: { error in
      guard case .unusableNumber(let bits) = error as? RLWEError else { return false }
      return bits.isNaN
    }
    // No loss at all is one that can be asked for; there is none so large that the last prime goes.
    #expect(try fixture.evaluator.droppableLimbCount(mine, losing: 0) == 0)
    #expect(try fixture.evaluator.droppableLimbCount(mine, losing: 1e9) == mine.limbCount - 1)
    let foreign = try BFVFixture(TestSet.tiny[2])
    let strange = try foreign.publicKey.encrypt(foreign.plaintext([1]))
    let mismatch = RLWEError.parametersMismatch(
      expected: fixture.parameters.rlwe.digest, found: foreign.parameters.rlwe.digest)
    #expect(throws: mismatch) { try fixture.evaluator.droppableLimbCount(strange) }
    #expect(throws: mismatch) { try fixture.evaluator.droppingFreeLimbs(strange.evaluationForm()) }
  }
}
