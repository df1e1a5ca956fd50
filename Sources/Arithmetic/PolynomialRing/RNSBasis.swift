// SPDX-License-Identifier: Apache-2.0

public import BigIntegers
public import ModularArithmetic

/// A residue number system for polynomials modulo X^N + 1: distinct NTT primes q₀ … q_{L−1} and their transforms.
///
/// Immutable; bases that share primes share the plans. Two bases are equal when degree and primes are.
public final class RNSBasis: Sendable, Hashable {
  /// Ring degree N.
  public let degree: Int

  /// One plan a prime.
  public let plans: [NTTPlan]

  /// The primes, in order.
  public let moduli: [Modulus]

  /// Q, the product of the primes.
  public let product: BigInteger

  /// `inverseOfCofactor[i]` = (Q/qᵢ)⁻¹ mod qᵢ.
  package let inverseOfCofactor: [UInt64]

  /// For i < L−1: the inverse of the last prime modulo qᵢ, for dropping it.
  package let inverseOfLast: [UInt64]

  /// Memory of polynomials of this basis that have gone.
  package let recycler: StorageRecycler

  /// How many primes L there are.
  public var limbCount: Int { plans.count }

  /// Builds plans for `moduli`.
  ///
  /// - Parameters:
  ///   - degree: Ring degree N, a power of two in 8 … 131072.
  ///   - moduli: 1 to 64 distinct primes, each 1 modulo 2N and below 2^62.
  ///   - instructionSet: Forces one kernel implementation; the fastest for each prime if nil.
  public convenience init(
    degree: Int, moduli: [UInt64], instructionSet: KernelBackend.InstructionSet? = nil
  ) throws(RingError) {
    guard (1...64).contains(moduli.count) else { throw .limbCount(moduli.count) }
    var plans: [NTTPlan] = []
    for (index, value) in moduli.enumerated() {
      guard !moduli[..<index].contains(value) else { throw .repeatedModulus(value) }
      guard value >= 3, value < 1 << 62 else { throw .notAnNTTPrime(modulus: value, degree: degree) }
      plans.append(try NTTPlan(degree: degree, modulus: Modulus(value), instructionSet: instructionSet))
    }
    self.init(plans: plans)
  }

  /// A basis of existing plans.
  ///
  /// requires: 1 to 64 plans of one degree and distinct primes.
  /// - Parameter budget: What polynomials that have gone may keep of memory; of this basis alone if nil.
  package init(plans: [NTTPlan], budget: RecyclingBudget? = nil) {
    precondition(!plans.isEmpty && plans.count <= 64 && plans.allSatisfy { $0.degree == plans[0].degree })
    self.plans = plans
    degree = plans[0].degree
    recycler = StorageRecycler(wordCount: plans.count * plans[0].degree, budget: budget ?? RecyclingBudget())
    let moduli = plans.map(\.modulus)
    self.moduli = moduli
    let product = moduli.reduce(BigInteger(1)) { $0 * BigInteger($1.value) }
    self.product = product
    inverseOfCofactor = moduli.map { q in
      // Q/qᵢ is a product of other primes, so the inverse exists.
      let cofactor = moduli.filter { $0 != q }.reduce(UInt64(1)) { q.multiply($0, q.reduce($1.value)) }
      return q.inverse(of: cofactor) ?? 0
    }
    let last = moduli[moduli.count - 1].value
    inverseOfLast = moduli.dropLast().map { $0.inverse(of: $0.reduce(last)) ?? 0 }
  }

  /// The basis of the first `count` primes; shares their plans.
  public func prefix(_ count: Int) -> RNSBasis {
    precondition((1...limbCount).contains(count), "prefix length out of range")
    return count == limbCount ? self : RNSBasis(plans: Array(plans[..<count]), budget: recycler.budget)
  }

  /// log2 Q.
  public var log2Product: Double { product.log2 }

  /// Bits of Q: 2^(bits−1) ≤ Q < 2^bits.
  public var productBits: Int { product.bitWidth }

  /// Whether the first primes of this basis are those of `other`.
  public func hasPrefix(_ other: RNSBasis) -> Bool {
    self === other || (degree == other.degree && moduli.starts(with: other.moduli))
  }

  /// Equal degree and primes.
  public static func == (lhs: RNSBasis, rhs: RNSBasis) -> Bool {
    lhs === rhs || (lhs.degree == rhs.degree && lhs.moduli == rhs.moduli)
  }

  /// Hashes degree and primes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(degree)
    hasher.combine(moduli)
  }
}
