// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModularArithmetic
import Testing

@Suite struct KernelBackendTests {
  /// What the operating system says of the CPU, independently of the kernels' own detection; nil where it says nothing.
  private var cpuHasIFMA: Bool? {
    #if os(Linux) && arch(x86_64)
      guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
      let flags = Set(text.split(whereSeparator: \.isWhitespace))
      return ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512ifma"].allSatisfy { flags.contains($0) }
    #else
      return nil
    #endif
  }

  @Test func instructionSetsOfThisMachine() {
    for set in KernelBackend.InstructionSet.allCases {
      guard let backend = KernelBackend(set) else {
        print("SKIPPED: this CPU or build has no \(set.rawValue) kernels; they are not tested in this run")
        continue
      }
      #expect(backend.instructionSet == set)
      #expect(KernelBackend.supported.contains(backend))
    }
    #expect(KernelBackend.supported.first?.instructionSet == .scalar)
    if let cpuHasIFMA {
      #expect((KernelBackend(.avx512ifma) != nil) == cpuHasIFMA)
    }
  }

  @Test func bestTakesTheModulusAndIsTheFastest() {
    for bits in 2...62 {
      for value in [(UInt64(1) << UInt64(bits)) - 1, UInt64(1) << UInt64(bits - 1)] {
        let best = KernelBackend.best(for: Modulus(value))
        #expect(value < best.modulusLimit)
        if let vector = KernelBackend(.avx512ifma), value < vector.modulusLimit {
          #expect(best.instructionSet == .avx512ifma)
        } else {
          #expect(best.instructionSet == .scalar)
        }
      }
    }
  }

  @Test func limits() throws {
    #expect(try #require(KernelBackend(.scalar)).modulusLimit == 1 << 62)
    if let vector = KernelBackend(.avx512ifma) {
      // Lazy residues below 4q must fit 52 bits; the moduli of 36 to 40 bits that schemes use must be taken.
      #expect(vector.modulusLimit <= 1 << 50 && vector.modulusLimit >= 1 << 40)
    }
  }
}
