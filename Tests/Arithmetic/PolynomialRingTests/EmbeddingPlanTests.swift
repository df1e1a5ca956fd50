// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import TestSupport
import Testing

@Suite struct EmbeddingPlanTests {
  @Test(arguments: FFTBackend.supported, [8, 64, 128, 4096])
  func slotsComeBack(_ backend: FFTBackend, _ degree: Int) throws {
    let plan = try EmbeddingPlan(degree: degree, instructionSet: backend.instructionSet)
    #expect(plan.slotCount == degree / 2 && plan.backend == backend)
    let scratch = plan.makeScratch()
    let input = (0..<degree).map { Double($0 % 7) - 3 }
    var data = input
    var span = data.mutableSpan
    plan.inverse(&span, scratch: scratch)
    plan.forward(&span, scratch: scratch)
    #expect(zip(data, input).allSatisfy { ($0 - $1).magnitude < 0x1p-40 })
  }

  /// Equal slots are a constant polynomial.
  @Test func constantsEncodeToConstants() throws {
    let plan = try EmbeddingPlan(degree: 1024)
    var data = [Double](repeating: 2.5, count: 512) + [Double](repeating: 0, count: 512)
    var span = data.mutableSpan
    plan.inverse(&span, scratch: plan.makeScratch())
    #expect((data[0] - 2.5).magnitude < 0x1p-48)
    #expect(data.dropFirst().allSatisfy { $0.magnitude < 0x1p-48 })
  }

  @Test func badDegreesAreRefused() {
    for degree in [0, 4, 12, 262_144] {
      #expect(throws: RingError.unsupportedDegree(degree)) { try EmbeddingPlan(degree: degree) }
    }
  }
}
