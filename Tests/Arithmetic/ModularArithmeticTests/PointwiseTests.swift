// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport
import Testing

@Suite struct PointwiseTests {
  /// Runs every pointwise kernel on one pair of vectors, out of place and in place, against scalar arithmetic.
  private func check(
    _ backend: KernelBackend, _ q: Modulus, _ a: [UInt64], _ b: [UInt64], scalar: UInt64, _ comment: String
  ) {
    let count = a.count
    func run(_ start: [UInt64]? = nil, _ body: (inout MutableSpan<UInt64>) -> Void) -> [UInt64] {
      // A sentinel on each side catches kernels that write outside, and makes the words unaligned.
      var words = [77] + (start ?? [UInt64](repeating: 99, count: count)) + [78]
      var span = words.mutableSpan
      var inner = span._mutatingExtracting(1..<count + 1)
      body(&inner)
      #expect(words[0] == 77 && words[count + 1] == 78, "written outside: \(comment)")
      return Array(words[1..<count + 1])
    }
    let sum = zip(a, b).map { q.add($0, $1) }
    let difference = zip(a, b).map { q.subtract($0, $1) }
    let product = zip(a, b).map { q.multiply($0, $1) }
    let scaled = a.map { q.multiply($0, scalar) }
    #expect(run { backend.add(&$0, a.span, b.span, modulo: q) } == sum, "add \(comment)")
    #expect(run(a) { backend.addInPlace(&$0, b.span, modulo: q) } == sum, "add in place \(comment)")
    #expect(run { backend.subtract(&$0, a.span, b.span, modulo: q) } == difference, "subtract \(comment)")
    #expect(run(a) { backend.subtractInPlace(&$0, b.span, modulo: q) } == difference, "subtract in place \(comment)")
    #expect(run { backend.multiply(&$0, a.span, b.span, modulo: q) } == product, "multiply \(comment)")
    #expect(run(a) { backend.multiplyInPlace(&$0, b.span, modulo: q) } == product, "multiply in place \(comment)")
    #expect(run { backend.negate(&$0, a.span, modulo: q) } == a.map { q.negate($0) }, "negate \(comment)")
    #expect(run(a) { backend.negateInPlace(&$0, modulo: q) } == a.map { q.negate($0) }, "negate in place \(comment)")
    #expect(
      run(b) { backend.multiplyAccumulate(&$0, a.span, b.span, modulo: q) }
        == zip(product, b).map { q.add($0, $1) }, "multiplyAccumulate \(comment)")
    #expect(run { backend.multiplyScalar(&$0, a.span, by: scalar, modulo: q) } == scaled, "multiplyScalar \(comment)")
    #expect(
      run(a) { backend.multiplyScalarInPlace(&$0, by: scalar, modulo: q) } == scaled,
      "multiplyScalar in place \(comment)")
    #expect(
      run(b) { backend.multiplyScalarAccumulate(&$0, a.span, by: scalar, modulo: q) }
        == zip(scaled, b).map { q.add($0, $1) }, "multiplyScalarAccumulate \(comment)")
  }

  @Test(arguments: KernelBackend.supported, Array(2...33) + [64, 97, 193] as [UInt64])
  func everyPairOfSmallResidues(_ backend: KernelBackend, _ value: UInt64) {
    let q = Modulus(value)
    let a = (0..<value).flatMap { x in (0..<value).map { _ in x } }
    let b = (0..<value).flatMap { _ in (0..<value).map { y in y } }
    for scalar in Set([0, 1, value / 2, value - 1, value / 3]) {
      check(backend, q, a, b, scalar: scalar, "modulo \(q), scalar \(scalar)")
    }
  }

  @Test(arguments: KernelBackend.supported)
  func residuesOfEveryWidth(_ backend: KernelBackend) {
    var generator = TestGenerator(seed: 0x9017_0001)
    for q in moduli(for: backend) {
      let (a, b) = (generator.words(1024, below: q.value), generator.words(1024, below: q.value))
      for scalar in generator.words(6, below: q.value) + [0, q.value - 1] {
        check(backend, q, a, b, scalar: scalar, "modulo \(q), scalar \(scalar), \(generator)")
      }
    }
  }

  @Test(arguments: KernelBackend.supported)
  func everyCountUpToManyVectors(_ backend: KernelBackend) {
    var generator = TestGenerator(seed: 0x9017_0002)
    let q = Modulus(68_719_403_009)
    for count in Array(0...70) + [127, 128, 129, 1000, 4096] {
      let (a, b) = (generator.words(count, below: q.value), generator.words(count, below: q.value))
      check(backend, q, a, b, scalar: generator.next(below: q.value), "count \(count), \(generator)")
    }
  }

  @Test(arguments: KernelBackend.supported)
  func squaresInPlace(_ backend: KernelBackend) {
    var generator = TestGenerator(seed: 0x9017_0003)
    for q in moduli(for: backend) {
      let a = generator.words(100, below: q.value)
      var out = a
      var span = out.mutableSpan
      backend.multiplyAccumulate(&span, a.span, a.span, modulo: q)
      #expect(out == a.map { q.multiplyAdd($0, $0, $0) }, "modulo \(q), \(generator)")
    }
  }
}
