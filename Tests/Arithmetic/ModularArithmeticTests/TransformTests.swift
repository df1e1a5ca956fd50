// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport
import Testing

@Suite struct TransformTests {
  /// Primes ≡ 1 modulo 2N of every width that the backend takes: the smallest, some in the middle, the largest.
  private func primes(_ backend: KernelBackend, logDegree: Int) -> [Modulus] {
    let degree = 1 << logDegree
    let step = 2 * UInt64(degree)
    var smallest = step + 1
    while !NTTPrimes.isPrime(smallest) { smallest += step }
    let limits = [30, 36, 40, 49, 52, 60, 61, 62].map { UInt64(1) << UInt64($0) } + [backend.modulusLimit]
    let others = limits.filter { $0 <= backend.modulusLimit }.compactMap { NTTPrimes.nextBelow($0, degree: degree) }
    return Set(others + [smallest]).sorted().map { Modulus($0) }
  }

  private func transform(_ backend: KernelBackend, _ q: Modulus, logDegree: Int) throws -> Transform {
    let root = try #require(RootsOfUnity.minimalPrimitive(order: 2 << UInt64(logDegree), modulo: q))
    return Transform(backend, q, logDegree: logDegree, root: root)
  }

  /// Inputs that drive lazy sums to their limits, and random ones.
  private func inputs(_ q: Modulus, degree: Int, _ generator: inout TestGenerator) -> [[UInt64]] {
    let top = q.value - 1
    let last = [UInt64](repeating: 0, count: degree - 1) + [top]
    return [
      Array(repeating: 0, count: degree), Array(repeating: top, count: degree), last,
      (0..<degree).map { $0 % 2 == 0 ? 0 : top }, (0..<degree).map { $0 < degree / 2 ? top : 0 },
      generator.words(degree, below: q.value), (0..<degree).map { _ in generator.next(below: q.value) },
    ]
  }

  /// a(x) by Horner's rule.
  private func evaluate(_ a: [UInt64], at x: UInt64, _ q: Modulus) -> UInt64 {
    a.reversed().reduce(0) { q.multiplyAdd($0, x, $1) }
  }

  @Test(arguments: 3...17)
  func exponentsAreThePermutationOfTheContract(_ logDegree: Int) {
    let degree = 1 << logDegree
    var seen = Set<Int>()
    for position in 0..<degree {
      var source = position
      if logDegree >= 6 {
        source = position & ~63 | (position & 7) << 3 | (position >> 3) & 7
      }
      let reversed = (0..<logDegree).reduce(0) { $0 << 1 | (source >> $1) & 1 }
      let exponent = PolynomialKernels.nttExponent(logDegree: logDegree, position: position)
      guard exponent == 2 * reversed + 1, seen.insert(exponent).inserted else {
        Issue.record("position \(position): \(exponent)")
        return
      }
    }
  }

  @Test(arguments: KernelBackend.supported, 3...13)
  func forwardIsEvaluation(_ backend: KernelBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x477_0001 + UInt64(logDegree))
    let degree = 1 << logDegree
    for q in primes(backend, logDegree: logDegree) {
      let transform = try transform(backend, q, logDegree: logDegree)
      for input in inputs(q, degree: degree, &generator) {
        let output = transform.forward(input)
        #expect(output.allSatisfy { $0 < q.value }, "not canonical modulo \(q), \(generator)")
        let sampled = (0..<5).map { _ in Int(generator.next(below: UInt64(degree))) }
        let positions = degree <= 128 ? Array(0..<degree) : [0, 1, degree - 1] + sampled
        for position in positions {
          let exponent = PolynomialKernels.nttExponent(logDegree: logDegree, position: position)
          let expected = evaluate(input, at: q.power(transform.root, UInt64(exponent)), q)
          #expect(output[position] == expected, "position \(position), N = \(degree), q = \(q), \(generator)")
        }
        #expect(firstDifference(transform.inverse(output), input) == nil, "N = \(degree), q = \(q), \(generator)")
      }
    }
  }

  @Test(arguments: KernelBackend.supported, 3...17)
  func roundTripsAndBackendsAgree(_ backend: KernelBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x477_0002 + UInt64(logDegree))
    let scalar = try #require(KernelBackend(.scalar))
    for q in primes(backend, logDegree: logDegree) {
      let transform = try transform(backend, q, logDegree: logDegree)
      let reference = Transform(scalar, q, logDegree: logDegree, root: transform.root)
      for input in inputs(q, degree: 1 << logDegree, &generator) {
        let forward = transform.forward(input)
        let inverse = transform.inverse(input)
        #expect(firstDifference(forward, reference.forward(input)) == nil, "N = 2^\(logDegree), q = \(q), \(generator)")
        #expect(firstDifference(inverse, reference.inverse(input)) == nil, "N = 2^\(logDegree), q = \(q), \(generator)")
        #expect(firstDifference(transform.inverse(forward), input) == nil, "N = 2^\(logDegree), q = \(q), \(generator)")
        #expect(firstDifference(transform.forward(inverse), input) == nil, "N = 2^\(logDegree), q = \(q), \(generator)")
      }
    }
  }

  @Test(arguments: KernelBackend.supported, [17, 97, 193] as [UInt64])
  func everyMonomialOfTinyRings(_ backend: KernelBackend, _ prime: UInt64) throws {
    let q = Modulus(prime)
    for logDegree in [3, 4] where (prime - 1) % (2 << UInt64(logDegree)) == 0 {
      let degree = 1 << logDegree
      let minimal = try transform(backend, q, logDegree: logDegree).root
      // Every primitive root, every coefficient at every place.
      for odd in stride(from: UInt64(1), to: 2 << UInt64(logDegree), by: 2) {
        let transform = Transform(backend, q, logDegree: logDegree, root: q.power(minimal, odd))
        for place in 0..<degree {
          for coefficient in 0..<prime {
            var input = [UInt64](repeating: 0, count: degree)
            input[place] = coefficient
            let expected = (0..<degree).map { position in
              let exponent = PolynomialKernels.nttExponent(logDegree: logDegree, position: position)
              return q.multiply(coefficient, q.power(transform.root, UInt64(exponent * place)))
            }
            guard transform.forward(input) == expected, transform.inverse(expected) == input else {
              Issue.record("\(coefficient) X^\(place), N = \(degree), q = \(prime), root \(transform.root)")
              return
            }
          }
        }
      }
    }
  }

  @Test(arguments: KernelBackend.supported, 3...8)
  func productsAreNegacyclic(_ backend: KernelBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x477_0003 + UInt64(logDegree))
    let degree = 1 << logDegree
    for q in primes(backend, logDegree: logDegree) {
      let transform = try transform(backend, q, logDegree: logDegree)
      let (a, b) = (generator.words(degree, below: q.value), generator.words(degree, below: q.value))
      var product = transform.forward(a)
      var span = product.mutableSpan
      backend.multiplyInPlace(&span, transform.forward(b).span, modulo: q)
      var expected = [UInt64](repeating: 0, count: degree)
      for i in 0..<degree {
        for j in 0..<degree {
          let term = q.multiply(a[i], b[j])
          let place = (i + j) % degree
          expected[place] = i + j < degree ? q.add(expected[place], term) : q.subtract(expected[place], term)
        }
      }
      #expect(firstDifference(transform.inverse(product), expected) == nil, "N = \(degree), q = \(q), \(generator)")
    }
  }
}
