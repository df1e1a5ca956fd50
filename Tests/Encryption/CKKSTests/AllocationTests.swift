// SPDX-License-Identifier: Apache-2.0

import CKKS
import ComplexModule
import RLWE
import RealModule
import TestSupport
import Testing

/// Operations that come again and again ask the system for no pages.
@Suite(.enabled(if: Allocations.areCounted)) struct AllocationTests {
  @Test func repeatedOperationsReuseMemory() throws {
    let fixture = try CKKSFixture(CKKSTestSet(name: "3 levels"))
    let keys = try fixture.keys(rotations: [1], conjugation: true)
    let evaluator = fixture.evaluator
    let a = try fixture.encrypt([Complex(0.5, 0.25)])
    let b = try fixture.encrypt([Complex(-0.5, 0.5)])
    try expectNoLargeAllocations("addition") {
      var sum = a
      try evaluator.add(&sum, b)
    }
    try expectNoLargeAllocations("product") { _ = try evaluator.multiply(a, b, with: keys) }
    try expectNoLargeAllocations("rotation") { _ = try evaluator.rotate(a, by: 1, with: keys) }
    try expectNoLargeAllocations("conjugate") { _ = try evaluator.conjugate(a, with: keys) }
    try expectNoLargeAllocations("constant") { _ = try evaluator.multiply(a, by: 0.5) }
    // The control: what is encrypted passes through memory that is overwritten and given up.
    let before = Allocations.largeSoFar
    _ = try fixture.encrypt([Complex(0.5, 0.25)])
    #expect(Allocations.largeSoFar > before)
  }
}
