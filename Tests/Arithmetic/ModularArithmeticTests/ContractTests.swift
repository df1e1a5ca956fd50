// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import Testing

/// Misuse stops the process before a kernel can touch memory that is not its own.
@Suite struct ContractTests {
  @Test func countsMustAgree() async {
    await #expect(processExitsWith: .failure) {
      var out: [UInt64] = [1, 2, 3]
      var span = out.mutableSpan
      KernelBackend.best(for: Modulus(17)).addInPlace(&span, [1, 2].span, modulo: Modulus(17))
    }
    await #expect(processExitsWith: .failure) {
      var out = [UInt8](repeating: 0, count: 3)
      var span = out.mutableSpan
      PolynomialKernels.packBits(&span, [1, 2, 3].span, bits: 9)
    }
  }

  @Test func rowsMustLieInsideTheirSpans() async {
    await #expect(processExitsWith: .failure) {
      let q = Modulus(17)
      var out: [UInt64] = [0, 0]
      var span = out.mutableSpan
      KernelBackend.best(for: q).convert(
        &span, outStride: 2, [1, 2, 3].span, inputStride: 2, count: 2,
        by: RNSConversion(from: [q, Modulus(19)], to: [q], inverses: [1, 1], factors: [1, 1]))
    }
    await #expect(processExitsWith: .failure) {
      var out0 = [UInt64](repeating: 0, count: 16)
      var out1 = out0
      var span0 = out0.mutableSpan
      var span1 = out1.mutableSpan
      KernelBackend.best(for: Modulus(17)).keyInnerProduct(
        &span0, &span1, lazyDigits: [UInt64](repeating: 0, count: 31).span, digitStride: 16, terms: 2,
        packed: [UInt64](repeating: 0, count: 64).span, packedTerms: 2, modulo: Modulus(17))
    }
  }

  @Test func conversionsNeedReducedConstants() async {
    await #expect(processExitsWith: .failure) {
      _ = RNSConversion(from: [Modulus(17)], to: [Modulus(19)], inverses: [1], factors: [19])
    }
    await #expect(processExitsWith: .failure) {
      _ = RNSConversion(
        from: [Modulus(17)], to: [Modulus(19)], inverses: [1], factors: [1],
        rounding: RNSConversion.Rounding(fractions: [(1 << 52, 0)], corrections: [1]))
    }
  }

  @Test func transformsNeedAlignedWordsAndTheirTables() async {
    await #expect(processExitsWith: .failure) {
      let words = AlignedWords([UInt64](repeating: 0, count: 17))
      let backend = KernelBackend.best(for: Modulus(17))
      let tables = AlignedWords([UInt64](repeating: 0, count: backend.nttTableWords(logDegree: 3)))
      tables.read { tables in
        words.mutate { words in
          var unaligned = words._mutatingExtracting(1..<9)
          backend.nttForward(&unaligned, modulo: Modulus(17), tables: tables)
        }
      }
    }
    await #expect(processExitsWith: .failure) {
      let words = AlignedWords([UInt64](repeating: 0, count: 8))
      words.mutate { KernelBackend.best(for: Modulus(17)).nttForward(&$0, modulo: Modulus(17), tables: [1, 2].span) }
    }
  }

  @Test func moduliMustFitTheKernels() async {
    await #expect(processExitsWith: .failure) { _ = Modulus(1 << 62) }
    await #expect(processExitsWith: .failure) { _ = Modulus(1) }
    await #expect(processExitsWith: .failure) {
      guard let vector = KernelBackend(.avx512ifma) else { preconditionFailure("nothing to test on this CPU") }
      var out: [UInt64] = [1]
      var span = out.mutableSpan
      vector.negateInPlace(&span, modulo: Modulus(vector.modulusLimit))
    }
  }

  @Test func rootsMustBePrimitive() async {
    await #expect(processExitsWith: .failure) {
      let backend = KernelBackend.best(for: Modulus(17))
      let tables = AlignedWords([UInt64](repeating: 0, count: backend.nttTableWords(logDegree: 3)))
      tables.mutate { backend.fillNTTTables(&$0, logDegree: 3, modulo: Modulus(17), root: 4) }
    }
  }
}
