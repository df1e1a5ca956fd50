// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModularArithmetic
import Testing

@Suite struct KernelBackendTests {
  /// The instruction sets that this machine must offer, the fastest first, by what the operating system says of the CPU,
  /// independently of the kernels' own detection; nil where it says nothing.
  private var expected: [KernelBackend.InstructionSet]? {
    #if arch(arm64)
      return [.neon, .scalar]
    #elseif os(Linux) && arch(x86_64)
      guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
      let flags = Set(text.split(whereSeparator: \.isWhitespace))
      let needs: [(KernelBackend.InstructionSet, [Substring])] = [
        (.avx512ifma, ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512ifma", "avx512vbmi"]),
        (.avx512, ["avx512f", "avx512dq", "avx512vl"]),
        (.avx2, ["avx2", "fma"]),
        (.scalar, []),
      ]
      return needs.filter { $0.1.allSatisfy(flags.contains) }.map(\.0)
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
    if let expected {
      #expect(Set(KernelBackend.supported.map(\.instructionSet)) == Set(expected))
    }
  }

  @Test func bestTakesTheModulusAndIsTheFastest() {
    let order = expected ?? [.avx512ifma, .avx512, .avx2, .neon, .scalar]
    for bits in 2...62 {
      for value in [(UInt64(1) << UInt64(bits)) - 1, UInt64(1) << UInt64(bits - 1)] {
        let best = KernelBackend.best(for: Modulus(value))
        let fitting = order.compactMap { KernelBackend($0) }.filter { value < $0.modulusLimit }
        #expect(value < best.modulusLimit)
        #expect(best == fitting.first, "\(value)")
      }
    }
  }

  @Test func limits() throws {
    #expect(try #require(KernelBackend(.scalar)).modulusLimit == 1 << 62)
    if let vector = KernelBackend(.avx512ifma) {
      // Lazy residues below 4q must fit 52 bits; the moduli of 36 to 40 bits that schemes use must be taken.
      #expect(vector.modulusLimit <= 1 << 50 && vector.modulusLimit >= 1 << 40)
    }
    // Sums of products of doubles are exact below 2^47; the default moduli of 46 bits must be taken.
    for set in [KernelBackend.InstructionSet.avx512, .avx2, .neon] {
      guard let vector = KernelBackend(set) else { continue }
      #expect(vector.modulusLimit == 1 << 47)
    }
  }
}
