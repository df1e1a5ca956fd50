// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport
import Testing

@Suite struct GaloisTests {
  /// X ↦ X^g on coefficients, by definition.
  private func image(_ a: [UInt64], element: Int, _ q: Modulus) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: a.count)
    for (k, coefficient) in a.enumerated() {
      let power = k * element % (2 * a.count)
      result[power % a.count] = power < a.count ? coefficient : q.negate(coefficient)
    }
    return result
  }

  private func check(_ logDegree: Int, elements: [Int], _ generator: inout TestGenerator) throws {
    let degree = 1 << logDegree
    let q = Modulus(try NTTPrimes.largest(below: 40, degree: degree, count: 1)[0])
    let root = try #require(RootsOfUnity.minimalPrimitive(order: 2 << UInt64(logDegree), modulo: q))
    var input = generator.words(degree, below: q.value)
    input[degree / 2] = 0
    for backend in KernelBackend.supported {
      let transform = Transform(backend, q, logDegree: logDegree, root: root)
      let evaluations = transform.forward(input)
      for element in elements {
        let what: Comment = "\(backend.instructionSet), N = \(degree), g = \(element), \(generator)"
        let expected = image(input, element: element, q)
        let inverse = PolynomialKernels.galoisInverse(of: element, logDegree: logDegree)
        #expect(element * inverse % (2 * degree) == 1, what)
        var coefficients = [UInt64](repeating: .max, count: degree)
        var span = coefficients.mutableSpan
        backend.galois(&span, input.span, inverse: inverse, modulo: q)
        #expect(firstDifference(coefficients, expected) == nil, what)
        var permuted = [UInt64](repeating: .max, count: degree)
        var words = permuted.mutableSpan
        let indexes = PolynomialKernels.galoisIndexes(logDegree: logDegree, element: element)
        backend.permute(&words, evaluations.span, by: indexes)
        #expect(firstDifference(permuted, transform.forward(expected)) == nil, what)
      }
    }
  }

  @Test(arguments: 3...8)
  func everyElementOfSmallRings(_ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x6A_0001 + UInt64(logDegree))
    try check(logDegree, elements: Array(stride(from: 1, to: 2 << logDegree, by: 2)), &generator)
  }

  @Test(arguments: [9, 12, 13, 17])
  func someElementsOfLargeRings(_ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x6A_0002 + UInt64(logDegree))
    let top = 2 << logDegree
    let random = (0..<3).map { _ in 2 * Int(generator.next(below: UInt64(top / 2))) + 1 }
    try check(logDegree, elements: [1, 3, 9, top - 1, top / 2 + 1] + random, &generator)
  }
}
