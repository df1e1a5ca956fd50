// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import PolynomialRing

/// The canonical embedding of CKKS: N/2 complex slots to N real coefficients and back.
extension KernelWorkloads {
  func embeddings(_ set: KernelBackend.InstructionSet) -> [Workload] {
    // The floating-point kernels have no text of their own for the instructions that only integers gain from.
    guard let kernels = FFTBackend.InstructionSet(rawValue: set.rawValue) else { return [] }
    return degrees.flatMap { degree in
      [
        embedding("embedding-encode", degree, kernels) { $0.inverse(&$1, scratch: $2) },
        embedding("embedding-decode", degree, kernels) { $0.forward(&$1, scratch: $2) },
      ]
    }
  }

  private func embedding(
    _ name: String, _ degree: Int, _ kernels: FFTBackend.InstructionSet,
    _ body: @escaping (EmbeddingPlan, inout MutableSpan<Double>, AlignedStorage) -> Void
  ) -> Workload {
    Workload(
      suite: Self.suite, name: name, parameters: ["n": .integer(degree)], backend: kernels.rawValue,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.coefficients, degree),
        traffic: .words(read: 0, updated: degree))
    ) {
      let plan = try EmbeddingPlan(degree: degree, instructionSet: kernels)
      let (data, scratch) = (AlignedStorage(count: degree), plan.makeScratch())
      return Prepared {
        // Of zeros, which stay zeros: no time here depends on the numbers, and others would grow from call to call.
        var numbers = data.mutableDoubles(0..<degree)
        body(plan, &numbers, scratch)
        return numbers[0].bitPattern
      }
    }
  }
}
