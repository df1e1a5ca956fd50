// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport
import Testing

/// No kernel call allocates: what it needs besides its operands is on the stack.
@Suite(.enabled(if: Allocations.areCounted)) struct AllocationTests {
  private static let logDegree = 10
  private static let degree = 1 << logDegree

  /// An NTT prime that every backend takes, and smaller ones.
  private func primes(_ count: Int) throws -> [Modulus] {
    try NTTPrimes.largest(below: 45, degree: Self.degree, count: count).map { Modulus($0) }
  }

  private func residues(_ q: Modulus, _ polynomials: Int = 1) -> AlignedWords {
    var generator = TestGenerator(seed: 0xA110_C8)
    return AlignedWords(generator.words(polynomials * Self.degree, below: q.value))
  }

  /// The count would be seen.
  @Test func allocationsAreCounted() {
    let words = [UInt64](repeating: 1, count: 1000)
    var kept: [[UInt64]] = []
    kept.reserveCapacity(1)
    let count = Allocations.count { kept.append(words.map { $0 + 1 }) }
    #expect(count == 1)
    #expect(kept.count == 1)
    #expect(Allocations.count { _ = AlignedWords(kept[0]) } >= 1)
    withKnownIssue { expectNoAllocations { kept[0] = words.map { $0 + 2 } } }
  }

  @Test(arguments: KernelBackend.supported)
  func pointwiseArithmetic(_ backend: KernelBackend) throws {
    let q = try primes(1)[0]
    let (out, lhs, rhs) = (residues(q), residues(q), residues(q))
    func expect(_ what: String, _ body: (inout MutableSpan<UInt64>, Span<UInt64>, Span<UInt64>) -> Void) {
      expectNoAllocations(what) {
        lhs.read { lhs in rhs.read { rhs in out.mutate { body(&$0, lhs, rhs) } } }
      }
    }
    expect("add") { backend.add(&$0, $1, $2, modulo: q) }
    expect("subtract") { backend.subtract(&$0, $1, $2, modulo: q) }
    expect("multiply") { backend.multiply(&$0, $1, $2, modulo: q) }
    expect("negate") { out, lhs, _ in backend.negate(&out, lhs, modulo: q) }
    expect("addInPlace") { out, lhs, _ in backend.addInPlace(&out, lhs, modulo: q) }
    expect("subtractInPlace") { out, lhs, _ in backend.subtractInPlace(&out, lhs, modulo: q) }
    expect("multiplyInPlace") { out, lhs, _ in backend.multiplyInPlace(&out, lhs, modulo: q) }
    expect("negateInPlace") { out, _, _ in backend.negateInPlace(&out, modulo: q) }
    expect("multiplyAccumulate") { backend.multiplyAccumulate(&$0, $1, $2, modulo: q) }
    expect("multiplyScalar") { out, lhs, _ in backend.multiplyScalar(&out, lhs, by: 3, modulo: q) }
    expect("multiplyScalarInPlace") { out, _, _ in backend.multiplyScalarInPlace(&out, by: 3, modulo: q) }
    expect("multiplyScalarAccumulate") { out, lhs, _ in
      backend.multiplyScalarAccumulate(&out, lhs, by: 3, modulo: q)
    }
  }

  @Test(arguments: KernelBackend.supported)
  func transformsAndProducts(_ backend: KernelBackend) throws {
    let moduli = try primes(2)
    let q = moduli[0]
    let summation = RNSConversion(from: [moduli[1]], to: [q], inverses: [], factors: [3])
    let root = try #require(RootsOfUnity.minimalPrimitive(order: UInt64(2 * Self.degree), modulo: q))
    let tables = AlignedWords(Array(repeating: 0, count: backend.nttTableWords(logDegree: Self.logDegree)))
    expectNoAllocations("fillNTTTables") {
      tables.mutate { backend.fillNTTTables(&$0, logDegree: Self.logDegree, modulo: q, root: root) }
    }
    let (data, lazy, digit) = (residues(q), residues(q), residues(q))
    tables.read { tables in
      expectNoAllocations("nttForward") { data.mutate { backend.nttForward(&$0, modulo: q, tables: tables) } }
      expectNoAllocations("nttInverse") { data.mutate { backend.nttInverse(&$0, modulo: q, tables: tables) } }
      expectNoAllocations("nttInverseScaledInPlace") {
        data.mutate { backend.nttInverseScaledInPlace(&$0, by: 5, modulo: q, tables: tables) }
      }
      // Not `expectNoAllocations`, whose second run would transform lazy words.
      let count = Allocations.count { lazy.mutate { backend.nttForwardLazy(&$0, modulo: q, tables: tables) } }
      #expect(count == 0, "nttForwardLazy allocated \(count) times")
      digit.mutate { backend.nttForwardLazy(&$0, modulo: q, tables: tables) }
    }
    let (lhs, out0, out1) = (residues(moduli[1]), residues(q), residues(q))
    let packed = AlignedWords(
      Array(repeating: 0, count: backend.packedKeyWords(terms: 1, count: Self.degree, modulo: q)))
    lazy.read { lazy in
      lhs.read { lhs in
        expectNoAllocations("sumOfProducts") {
          var terms = ProductTerms()
          terms.append(lhs, lhs)
          terms.append(lhs, lhs)
          out0.mutate { backend.sumOfProducts(&$0, terms, modulo: q) }
        }
        expectNoAllocations("differenceScaled") {
          out0.mutate { backend.differenceScaled(&$0, lhs, lazy: lazy, by: 5, modulo: q) }
        }
        expectNoAllocations("differenceScaled with an addend") {
          out0.mutate { backend.differenceScaled(&$0, lhs, lazy: lazy, by: 5, adding: lhs, modulo: q) }
        }
        expectNoAllocations("packKey") {
          packed.mutate { backend.packKey(&$0, lhs, lhs, term: 0, of: 1, modulo: q) }
        }
        tables.read { tables in
          expectNoAllocations("beginDigits") {
            out0.mutate { out in
              backend.beginDigits(
                &out, outStride: Self.degree, lhs, inputStride: Self.degree, degree: Self.degree, by: summation,
                targets: 0..<1
              ) { _, use in use(tables) }
            }
          }
        }
        packed.read { packed in
          expectNoAllocations("keyInnerProduct") {
            out0.mutate { out0 in
              out1.mutate { out1 in
                backend.keyInnerProduct(
                  &out0, &out1, lazyDigits: lazy, digitStride: lazy.count, terms: 1, packed: packed,
                  packedTerms: 1, modulo: q)
              }
            }
          }
          tables.read { tables in
            expectNoAllocations("finishKeyProduct with a tensor") {
              out0.mutate { out0 in
                out1.mutate { out1 in
                  digit.mutate { digit in
                    backend.finishKeyProduct(
                      &out0, &out1, digits: &digit, digitStride: Self.degree, terms: 1, begun: 0, packed: packed,
                      packedTerms: 1, adding: TensorTerm(a0: lhs, a1: lhs, b0: lhs, b1: lhs, scalar: 5), modulo: q,
                      tables: tables)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: KernelBackend.supported)
  func conversion(_ backend: KernelBackend) throws {
    let moduli = try primes(3)
    let (from, to) = (Array(moduli[..<2]), Array(moduli[2...]))
    let rounding = RNSConversion.Rounding(fractions: [(1, 2), (3, 4)], corrections: [5])
    let plain = RNSConversion(from: from, to: to, inverses: [1, 2], factors: [3, 4], rounding: rounding)
    let own = RNSConversion(
      from: from, to: to, inverses: [1, 2], factors: [3, 4], rounding: rounding, ownFactors: [6])
    // Below all of the primes.
    let (input, term, out) = (residues(moduli[2], 2), residues(moduli[2]), residues(moduli[2]))
    let degree = Self.degree
    input.read { input in
      expectNoAllocations("convert") {
        out.mutate { backend.convert(&$0, outStride: degree, input, inputStride: degree, count: degree, by: plain) }
      }
      term.read { term in
        expectNoAllocations("convert with an own term") {
          out.mutate {
            backend.convert(
              &$0, outStride: degree, input, inputStride: degree, own: term, ownStride: degree, count: degree, by: own)
          }
        }
      }
    }
  }

  @Test func portableKernels() throws {
    let moduli = try primes(2)
    let (q, t) = (moduli[1], Modulus(65_537))
    let (out, input, message) = (residues(q), residues(q), residues(t))
    let indexes = PolynomialKernels.galoisIndexes(logDegree: Self.logDegree, element: 3)
    let packed = AlignedWords(Array(repeating: 0, count: Self.degree))
    var bytes = [UInt8](repeating: 0, count: PolynomialKernels.packedByteCount(count: Self.degree, bits: 45))
    func expect(_ what: String, _ body: (inout MutableSpan<UInt64>, Span<UInt64>) -> Void) {
      expectNoAllocations(what) { input.read { input in out.mutate { body(&$0, input) } } }
    }
    expect("reduceWords") { PolynomialKernels.reduceWords(&$0, $1, modulo: q) }
    expect("reduceSignedWords") { PolynomialKernels.reduceSignedWords(&$0, $1, modulo: q) }
    expect("signedToResidues") { PolynomialKernels.signedToResidues(&$0, $1, modulo: q) }
    expect("scaleAccumulate") {
      PolynomialKernels.scaleAccumulate(&$0, message: $1, correction: $1, delta: 3, modulo: q)
    }
    expect("divideRound") {
      PolynomialKernels.divideRound(&$0, last: $1, inverse: 3, modulo: q, lastModulus: moduli[0])
    }
    expect("permute") { KernelBackend.best(for: q).permute(&$0, $1, by: indexes) }
    expect("galois") { KernelBackend.best(for: q).galois(&$0, $1, inverse: 3, modulo: q) }
    expect("allBelow") { _ = PolynomialKernels.allBelow($1, bound: $0.count == 0 ? 0 : q.value) }
    expect("packBits") { out, input in
      var span = bytes.mutableSpan
      PolynomialKernels.packBits(&span, input, bits: 45)
      PolynomialKernels.unpackBits(&out, bytes.span, bits: 45)
    }
    message.read { message in
      expectNoAllocations("scaleRemainder") {
        out.mutate { PolynomialKernels.scaleRemainder(&$0, message, remainder: 3, modulo: t) }
      }
    }
    expectNoAllocations("zeroize") { packed.mutate { PolynomialKernels.zeroize(&$0) } }
  }
}
