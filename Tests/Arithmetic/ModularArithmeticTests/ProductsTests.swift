// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport
import Testing

@Suite struct ProductsTests {
  /// Odd primes ≡ 1 modulo 2N of every width that the backend takes.
  private func primes(_ backend: KernelBackend, degree: Int) -> [Modulus] {
    let widths = [20, 30, 36, 45, 46, 47, 50, 58, 59, 60, 61, 62]
    let values = widths.map { UInt64(1) << UInt64($0) }.filter { $0 <= backend.modulusLimit } + [backend.modulusLimit]
    return Set(values.compactMap { NTTPrimes.nextBelow($0, degree: degree) }).sorted().map { Modulus($0) }
  }

  private func residues(_ count: Int, _ q: Modulus, extreme: Bool, _ generator: inout TestGenerator) -> [UInt64] {
    extreme ? Array(repeating: q.value - 1, count: count) : generator.words(count, below: q.value)
  }

  @Test(arguments: KernelBackend.supported)
  func sumsOfProducts(_ backend: KernelBackend) {
    var generator = TestGenerator(seed: 0x50_0001)
    for q in moduli(for: backend) {
      for (terms, count) in [(1, 9), (2, 64), (3, 1), (7, 23), (64, 17)] {
        for extreme in [false, true] {
          let lhs = residues(terms * count, q, extreme: extreme, &generator)
          let rhs = residues(terms * count, q, extreme: extreme, &generator)
          let (lhsWords, rhsWords) = (lhs.span, rhs.span)
          var out = [UInt64](repeating: 0, count: count)
          var span = out.mutableSpan
          var list = ProductTerms()
          for t in 0..<terms {
            let row = t * count..<(t + 1) * count
            list.append(lhsWords.extracting(row), rhsWords.extracting(row))
          }
          backend.sumOfProducts(&span, list, modulo: q)
          let expected = (0..<count).map { k in
            (0..<terms).reduce(UInt64(0)) { q.multiplyAdd(lhs[$1 * count + k], rhs[$1 * count + k], $0) }
          }
          #expect(firstDifference(out, expected) == nil, "\(terms) terms of \(count) modulo \(q), \(generator)")
        }
      }
    }
  }

  /// A transform in this backend's lazy form, and the same canonical.
  private func lazyAndCanonical(
    _ transform: Transform, _ input: [UInt64]
  ) -> (lazy: AlignedWords, canonical: [UInt64]) {
    let lazy = AlignedWords(input)
    transform.tables.read { tables in
      lazy.mutate { transform.backend.nttForwardLazy(&$0, modulo: transform.modulus, tables: tables) }
    }
    return (lazy, transform.forward(input))
  }

  private func transform(_ backend: KernelBackend, _ q: Modulus, logDegree: Int) throws -> Transform {
    let root = try #require(RootsOfUnity.minimalPrimitive(order: 2 << UInt64(logDegree), modulo: q))
    return Transform(backend, q, logDegree: logDegree, root: root)
  }

  @Test(arguments: KernelBackend.supported, [3, 4, 5, 6, 7, 10, 12, 13, 17])
  func lazyTransformsStandForTheCanonicalOnes(_ backend: KernelBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x50_0002 + UInt64(logDegree))
    let degree = 1 << logDegree
    for q in primes(backend, degree: degree) {
      let transform = try transform(backend, q, logDegree: logDegree)
      for extreme in [false, true] {
        let input = residues(degree, q, extreme: extreme, &generator)
        let (lazy, canonical) = lazyAndCanonical(transform, input)
        let lhs = residues(degree, q, extreme: extreme, &generator)
        let addend = residues(degree, q, extreme: extreme, &generator)
        for scalar in [0, 1, q.value - 1, generator.next(below: q.value)] {
          var scaled = [UInt64](repeating: .max, count: degree)
          var sum = [UInt64](repeating: .max, count: degree)
          var (scaledInPlace, sumInPlace) = (lhs, lhs)
          lazy.read { lazy in
            var span = scaled.mutableSpan
            backend.differenceScaled(&span, lhs.span, lazy: lazy, by: scalar, modulo: q)
            span = sum.mutableSpan
            backend.differenceScaled(&span, lhs.span, lazy: lazy, by: scalar, adding: addend.span, modulo: q)
            span = scaledInPlace.mutableSpan
            backend.differenceScaled(&span, nil, lazy: lazy, by: scalar, modulo: q)
            span = sumInPlace.mutableSpan
            backend.differenceScaled(&span, nil, lazy: lazy, by: scalar, adding: addend.span, modulo: q)
          }
          #expect(scaledInPlace == scaled && sumInPlace == sum, "N = \(degree), q = \(q), \(generator)")
          let expected = (0..<degree).map { q.multiply(q.subtract(lhs[$0], canonical[$0]), scalar) }
          #expect(firstDifference(scaled, expected) == nil, "N = \(degree), q = \(q), \(generator)")
          let expectedSum = (0..<degree).map { q.add(addend[$0], expected[$0]) }
          #expect(firstDifference(sum, expectedSum) == nil, "N = \(degree), q = \(q), \(generator)")
        }
      }
    }
  }

  @Test(arguments: KernelBackend.supported, [3, 4, 5, 6, 8, 11])
  func innerProductsWithPackedKeys(_ backend: KernelBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x50_0003 + UInt64(logDegree))
    let degree = 1 << logDegree
    for q in primes(backend, degree: degree) {
      let transform = try transform(backend, q, logDegree: logDegree)
      for (terms, extreme) in [(1, false), (2, true), (3, false), (7, true), (31, false), (64, true)] {
        let digitStride = degree + 8
        let inputs = (0..<terms).map { _ in residues(degree, q, extreme: extreme, &generator) }
        let digits = AlignedWords(Array(repeating: 0, count: terms * digitStride))
        var canonical: [[UInt64]] = []
        for (t, input) in inputs.enumerated() {
          let (lazy, plain) = lazyAndCanonical(transform, input)
          canonical.append(plain)
          if t % 2 == 1 {
            lazy.mutate { lazy in backend.makeLazy(&lazy, plain.span, modulo: q) }
          }
          digits.mutate { digits in
            for (k, word) in lazy.array.enumerated() { digits[t * digitStride + k] = word }
          }
        }
        let packedTerms = min(terms + terms % 3, ProductTerms.capacity)
        let keys = (0..<packedTerms).map { _ in
          (residues(degree, q, extreme: extreme, &generator), residues(degree, q, extreme: extreme, &generator))
        }
        let packed = AlignedWords(
          Array(repeating: 0, count: backend.packedKeyWords(terms: packedTerms, count: degree, modulo: q)))
        packed.mutate { packed in
          for (t, key) in keys.enumerated() {
            backend.packKey(&packed, key.0.span, key.1.span, term: t, of: packedTerms, modulo: q)
          }
        }
        let (out0, out1) = (AlignedWords(inputs[0]), AlignedWords(inputs[0]))
        digits.read { digits in
          packed.read { packed in
            out0.mutate { out0 in
              out1.mutate { out1 in
                backend.keyInnerProduct(
                  &out0, &out1, lazyDigits: digits, digitStride: digitStride, terms: terms, packed: packed,
                  packedTerms: packedTerms, modulo: q)
              }
            }
          }
        }
        let expected0 = (0..<degree).map { k in
          (0..<terms).reduce(UInt64(0)) { q.multiplyAdd(canonical[$1][k], keys[$1].0[k], $0) }
        }
        let expected1 = (0..<degree).map { k in
          (0..<terms).reduce(UInt64(0)) { q.multiplyAdd(canonical[$1][k], keys[$1].1[k], $0) }
        }
        #expect(firstDifference(out0.array, expected0) == nil, "\(terms) terms, N = \(degree), q = \(q), \(generator)")
        #expect(firstDifference(out1.array, expected1) == nil, "\(terms) terms, N = \(degree), q = \(q), \(generator)")
      }
    }
  }
}
