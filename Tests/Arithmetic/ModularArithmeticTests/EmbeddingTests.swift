// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import ModularArithmetic
import TestSupport
import Testing

@Suite struct EmbeddingTests {
  private func error(_ value: Double, _ exact: BigInteger) -> Double {
    FixedPoint.double(FixedPoint.fixed(value) - exact)
  }

  @Test(arguments: FFTBackend.supported, 3...8)
  func everyUnitVectorDecodes(_ backend: FFTBackend, _ logDegree: Int) {
    let degree = 1 << logDegree
    let slots = degree / 2
    let embedding = Embedding(backend, logDegree: logDegree)
    let oracle = EmbeddingOracle(logDegree: logDegree)
    let roots = oracle.roots()
    let exponents = (0..<slots).map { oracle.exponent(ofSlot: $0) }
    for k in 0..<degree {
      var input = [Double](repeating: 0, count: degree)
      input[k] = 1
      let output = embedding.forward(input)
      let errors = (0..<slots).flatMap { i -> [Double] in
        let exact = roots[exponents[i] * k % (2 * degree)]
        return [error(output[i], exact.re), error(output[i + slots], exact.im)]
      }
      let bound = embeddingBound(logDegree: logDegree) * Double(slots).squareRoot()
      #expect(norm(errors) <= bound, "X^\(k), N = \(degree)")
    }
  }

  @Test(arguments: FFTBackend.supported, 3...8)
  func everyUnitSlotEncodes(_ backend: FFTBackend, _ logDegree: Int) {
    let degree = 1 << logDegree
    let slots = degree / 2
    let embedding = Embedding(backend, logDegree: logDegree)
    let oracle = EmbeddingOracle(logDegree: logDegree)
    let roots = oracle.roots()
    for i in 0..<slots {
      let exponent = oracle.exponent(ofSlot: i)
      for imaginary in [false, true] {
        var input = [Double](repeating: 0, count: degree)
        input[imaginary ? i + slots : i] = 1
        // a_k = Re(s conj(ζ^(k e))) / n, which is the real or the imaginary part of ζ^(k e).
        let errors = embedding.inverse(input).enumerated().map { k, value -> Double in
          let root = roots[exponent * k % (2 * degree)]
          return error(value * Double(slots), imaginary ? root.im : root.re)
        }
        let bound = embeddingBound(logDegree: logDegree) * Double(slots).squareRoot()
        #expect(norm(errors) <= bound, "slot \(i), imaginary: \(imaginary), N = \(degree)")
      }
    }
  }

  @Test(arguments: 3...17)
  func randomPolynomialsDecode(_ logDegree: Int) {
    var generator = TestGenerator(seed: 0xFF7_0001 + UInt64(logDegree))
    let degree = 1 << logDegree
    let slots = degree / 2
    let oracle = EmbeddingOracle(logDegree: logDegree)
    let input = generator.reals(degree)
    let output = Embedding(FFTBackend.best, logDegree: logDegree).forward(input)
    let sampled = logDegree <= 12 ? [0, 1, slots - 1, Int(generator.next(below: UInt64(slots)))] : [1, slots - 2]
    for i in sampled {
      let exact = oracle.slot(i, of: input)
      let errors = norm([error(output[i], exact.re), error(output[i + slots], exact.im)])
      // The norm of all slots is sqrt(n) times that of the coefficients: this is the mean share of one slot.
      #expect(errors <= embeddingBound(logDegree: logDegree) * norm(input), "slot \(i), N = \(degree), \(generator)")
    }
  }

  @Test(arguments: FFTBackend.supported, 3...17)
  func roundTripsAndImplementationsAgreeToTheBit(_ backend: FFTBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0xFF7_0002 + UInt64(logDegree))
    let degree = 1 << logDegree
    let embedding = Embedding(backend, logDegree: logDegree)
    let reference = Embedding(try #require(FFTBackend(.scalar)), logDegree: logDegree)
    #expect(embedding.tables.array == reference.tables.array)
    let wide = generator.reals(degree).map {
      $0 * Double(sign: .plus, exponent: Int(generator.next() % 400) - 200, significand: 1)
    }
    let sparse = (0..<degree).map { $0 % 3 == 0 ? -0.0 : Double($0 % 5) }
    for input in [generator.reals(degree), wide, sparse, [Double](repeating: 0, count: degree)] {
      let slots = embedding.forward(input)
      #expect(bitPatterns(slots) == bitPatterns(reference.forward(input)), "decoding, \(generator)")
      let coefficients = embedding.inverse(input)
      #expect(bitPatterns(coefficients) == bitPatterns(reference.inverse(input)), "encoding, \(generator)")
      let bound = 2 * embeddingBound(logDegree: logDegree) * norm(input)
      #expect(difference(embedding.inverse(slots), input) <= bound, "\(generator)")
      #expect(difference(embedding.forward(coefficients), input) <= bound, "\(generator)")
    }
  }

  /// X to X^-1 conjugates all slots; X to X^3 moves them by one.
  @Test(arguments: 3...13)
  func automorphismsConjugateAndRotate(_ logDegree: Int) {
    var generator = TestGenerator(seed: 0xFF7_0003 + UInt64(logDegree))
    let degree = 1 << logDegree
    let n = degree / 2
    let embedding = Embedding(FFTBackend.best, logDegree: logDegree)
    let input = generator.reals(degree)
    func substituting(_ element: Int) -> [Double] {
      var result = input
      for (k, value) in input.enumerated() {
        let exponent = k * element % (2 * degree)
        result[exponent % degree] = exponent < degree ? value : -value
      }
      return result
    }
    let slots = embedding.forward(input)
    let bound = 2 * embeddingBound(logDegree: logDegree) * norm(slots)
    let conjugate = slots.enumerated().map { $0 < n ? $1 : -$1 }
    #expect(difference(embedding.forward(substituting(2 * degree - 1)), conjugate) <= bound)
    let rotated = (0..<degree).map { slots[$0 < n ? ($0 + 1) % n : n + ($0 + 1) % n] }
    #expect(difference(embedding.forward(substituting(3)), rotated) <= bound)
  }

  /// The same bits on every machine: one digest of tables and results, computed once.
  @Test func bitsAreThoseOfEveryMachine() {
    var generator = TestGenerator(seed: 0xFF7_0004)
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for logDegree in [3, 6, 7, 8, 9, 10, 11, 12, 17] {
      let embedding = Embedding(FFTBackend.best, logDegree: logDegree)
      let input = generator.reals(1 << logDegree)
      let words =
        embedding.tables.array + bitPatterns(embedding.forward(input)) + bitPatterns(embedding.inverse(input))
      for word in words { digest = (digest ^ word) &* 0x100_0000_01B3 }
    }
    #expect(digest == 0xC5B3_6556_1E2F_B71D, "\(digest)")
  }

  /// Every table entry is the double nearest to its root.
  @Test func rootsAreRoundedToNearest() {
    let logDegree = 9
    let tables = Embedding(FFTBackend.best, logDegree: logDegree).tables.array.map { Double(bitPattern: $0) }
    let nearest = Set(
      EmbeddingOracle(logDegree: logDegree).roots().map { root -> Double in
        let truncated = FixedPoint.double(root.re)
        return [truncated.nextDown, truncated, truncated.nextUp]
          .min { error($0, root.re).magnitude < error($1, root.re).magnitude } ?? truncated
      })
    #expect(tables.filter { $0 != 0 }.allSatisfy { nearest.contains($0) || nearest.contains(-$0) })
  }

  @Test func misuseStops() async {
    await #expect(processExitsWith: .failure) {
      let embedding = Embedding(FFTBackend.best, logDegree: 4)
      _ = embedding.forward([Double](repeating: 0, count: 24))
    }
    await #expect(processExitsWith: .failure) {
      let embedding = Embedding(FFTBackend.best, logDegree: 4)
      _ = embedding.forward([Double](repeating: 0, count: 32))
    }
    await #expect(processExitsWith: .failure) {
      _ = FFTBackend.embeddingTableWords(logDegree: 18)
    }
  }
}
