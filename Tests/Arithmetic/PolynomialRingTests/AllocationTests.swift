// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import Randomness
import TestSupport
import Testing

/// Transforms and arithmetic in place, on storage that nobody shares, allocate nothing.
@Suite(.enabled(if: Allocations.areCounted)) struct AllocationTests {
  private static let degree = 1024

  private func basis() throws -> RNSBasis {
    try RNSBasis(
      degree: Self.degree,
      moduli: NTTPrimes.largest(below: 46, degree: Self.degree, count: 2)
        + NTTPrimes.largest(below: 58, degree: Self.degree, count: 1))
  }

  private func uniform<Domain>(_ basis: RNSBasis, _ label: String) -> RNSPolynomial<Domain> {
    var stream = RandomStream(seed: Self.seed, label: label)
    return RNSPolynomial(uniformIn: basis, from: &stream)
  }

  private static let seed = Seed.random()

  @Test func transforms() throws {
    for plan in try basis().plans {
      let storage = AlignedStorage(count: Self.degree)
      expectNoAllocations("NTTPlan.forward") {
        var words = storage.mutableWords(0..<Self.degree)
        plan.forward(&words)
      }
      expectNoAllocations("NTTPlan.inverse") {
        var words = storage.mutableWords(0..<Self.degree)
        plan.inverse(&words)
      }
    }
  }

  @Test func arithmeticInPlace() throws {
    let basis = try basis()
    var a: RNSPolynomial<Evaluation> = uniform(basis, "a")
    let b: RNSPolynomial<Evaluation> = uniform(basis, "b")
    let scalars = basis.moduli.map { $0.value / 3 }
    expectNoAllocations("add") { a.add(b) }
    expectNoAllocations("subtract") { a.subtract(b) }
    expectNoAllocations("negate") { a.negate() }
    expectNoAllocations("multiply(by:)") { a.multiply(by: b) }
    expectNoAllocations("addProduct") { a.addProduct(b, b) }
    expectNoAllocations("multiply(byResidues:)") { a.multiply(byResidues: scalars) }
    expectNoAllocations("addProduct(_:byResidues:)") { a.addProduct(b, byResidues: scalars) }
    #expect(a != b)
  }

  @Test func changesOfDomain() throws {
    let basis = try basis()
    let first: RNSPolynomial<Coefficient> = uniform(basis, "a")
    // Once for what is made once for all.
    let second = (consume first).evaluationForm().coefficientForm()
    let before = Allocations.soFar
    let evaluations = (consume second).evaluationForm()
    let between = Allocations.soFar
    let coefficients = (consume evaluations).coefficientForm()
    let after = Allocations.soFar
    #expect(between - before == 0, "evaluationForm allocated")
    #expect(after - between == 0, "coefficientForm allocated")
    #expect(coefficients == uniform(basis, "a"))
  }

  /// Shared storage is copied before it changes: one allocation, or two with the object that owns it.
  @Test func sharedStorageIsCopied() throws {
    let basis = try basis()
    var a: RNSPolynomial<Evaluation> = uniform(basis, "a")
    let b = a
    #expect((1...2).contains(Allocations.count { a.add(b) }))
    #expect(a != b)
  }
}
