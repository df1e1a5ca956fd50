// SPDX-License-Identifier: Apache-2.0

package import BigIntegers
internal import ModularArithmetic

/// A map between residue number systems together with the kernels that run it: exact lifting, division and scaling
/// [HPS18, KPZ21].
///
/// All of them round to nearest, up to sums that lie within 64 · (2^−52 + 2^(b−104)) of a half, b the bits of the widest
/// modulus: there the result may be the next integer (for liftings: the representative on the other side).
package final class RNSMap: Sendable {
  private let conversion: RNSConversion
  private let backend: KernelBackend

  /// How many limbs it reads.
  package var sourceCount: Int { conversion.from.count }

  /// How many limbs it writes.
  package var targetCount: Int { conversion.to.count }

  private init(_ conversion: RNSConversion, plans: [NTTPlan]) {
    self.conversion = conversion
    // The kernels that take the widest modulus take all.
    guard let widest = plans.max(by: { $0.modulus.value < $1.modulus.value }) else {
      preconditionFailure("a map without moduli")
    }
    backend = widest.backend
  }

  /// x given modulo M, the product of `source`, to its representative in [−M/2, M/2] modulo each prime of `target`.
  package static func lifting(from source: [NTTPlan], to target: [NTTPlan]) -> RNSMap {
    let moduli = source.map(\.modulus)
    let product = Self.product(moduli)
    let cofactors = Self.cofactors(moduli, product)
    return RNSMap(
      RNSConversion(
        from: moduli, to: target.map(\.modulus), inverses: Self.inverses(cofactors, moduli),
        factors: target.flatMap { plan in cofactors.map { $0.residue(modulo: plan.modulus.value) } },
        rounding: RNSConversion.Rounding(
          fractions: moduli.map { Self.fraction(1, over: $0) },
          corrections: target.map { plan in
            plan.modulus.negate(product.residue(modulo: plan.modulus.value))
          })),
      plans: source + target)
  }

  /// x given modulo M, the product of `source`, to round(R·x / M) modulo R, the product of `target`.
  ///
  /// requires: no prime in both.
  package static func scaling(from source: [NTTPlan], to target: [NTTPlan]) -> RNSMap {
    let moduli = source.map(\.modulus)
    let cofactors = Self.cofactors(moduli, Self.product(moduli))
    return RNSMap(
      RNSConversion(
        from: moduli, to: target.map(\.modulus), inverses: Self.inverses(cofactors, moduli),
        factors: Self.quotients(Self.product(target.map(\.modulus)), over: moduli, modulo: target),
        rounding: Self.rounding(Self.product(target.map(\.modulus)), over: moduli, modulo: target)),
      plans: source + target)
  }

  /// x given modulo M·R, M the product of `source` and R that of `target`, to round(t·x / M) modulo R.
  ///
  /// Reads x modulo `source` as its input and x modulo `target` as the output's own term. With the plaintext modulus t it
  /// ends a multiplication.
  /// requires: no prime in both.
  package static func division(
    by source: [NTTPlan], in target: [NTTPlan], multiplier t: BigInteger = 1
  ) -> RNSMap {
    let moduli = source.map(\.modulus)
    let divisor = Self.product(moduli)
    let rest = Self.product(target.map(\.modulus))
    let cofactors = Self.cofactors(moduli, divisor * rest)
    let scaled = t * rest
    return RNSMap(
      RNSConversion(
        from: moduli, to: target.map(\.modulus), inverses: Self.inverses(cofactors, moduli),
        factors: Self.quotients(scaled, over: moduli, modulo: target),
        rounding: Self.rounding(scaled, over: moduli, modulo: target),
        ownFactors: target.map { plan in
          let q = plan.modulus
          return q.multiply(t.residue(modulo: q.value), Self.inverse(of: divisor, modulo: q))
        }),
      plans: source + target)
  }

  /// Residues yᵢ = [x·(M/mᵢ)⁻¹] modulo the primes of `source` to Σ yᵢ·(M/mᵢ), which is x + a·M with 0 ≤ a < source.count.
  package static func summation(of source: [NTTPlan], to target: [NTTPlan]) -> RNSMap {
    let moduli = source.map(\.modulus)
    let cofactors = Self.cofactors(moduli, Self.product(moduli))
    return RNSMap(
      RNSConversion(
        from: moduli, to: target.map(\.modulus), inverses: [],
        factors: target.flatMap { plan in cofactors.map { $0.residue(modulo: plan.modulus.value) } }),
      plans: source + target)
  }

  /// Residues yᵢ = [x·(M/mᵢ)⁻¹] modulo the primes of `source` to v = round(Σ yᵢ/mᵢ): Σ yᵢ·(M/mᵢ) − v·M is the representative of x
  /// in [−M/2, M/2].
  ///
  /// requires: fewer primes than the widest of them says, as v, which is at most their number, is written modulo that one.
  package static func overflow(of source: [NTTPlan]) -> RNSMap {
    let moduli = source.map(\.modulus)
    return RNSMap(
      RNSConversion(
        from: moduli, to: [widest(moduli)], inverses: [], factors: moduli.map { _ in 0 },
        rounding: RNSConversion.Rounding(fractions: moduli.map { Self.fraction(1, over: $0) }, corrections: [1])),
      plans: source)
  }

  /// Residues yᵢ and then v, as `overflow` has and gives them, to the representative of x in [−M/2, M/2]; for one prime no more
  /// than x.
  package static func liftingOfMultiplied(from source: [NTTPlan], to target: [NTTPlan]) -> RNSMap {
    let moduli = source.map(\.modulus)
    let product = Self.product(moduli)
    if let only = moduli.first, moduli.count == 1 {
      let rounding = RNSConversion.Rounding(
        fractions: [Self.fraction(1, over: only)],
        corrections: target.map { $0.modulus.negate(product.residue(modulo: $0.modulus.value)) })
      return RNSMap(
        RNSConversion(
          from: moduli, to: target.map(\.modulus), inverses: [], factors: target.map { _ in 1 }, rounding: rounding),
        plans: source + target)
    }
    let cofactors = Self.cofactors(moduli, product)
    return RNSMap(
      RNSConversion(
        from: moduli + [widest(moduli)], to: target.map(\.modulus), inverses: [],
        factors: target.flatMap { plan in
          cofactors.map { $0.residue(modulo: plan.modulus.value) }
            + [plan.modulus.negate(product.residue(modulo: plan.modulus.value))]
        }),
      plans: source + target)
  }

  /// Residues yᵢ and then v, as `overflow` has and gives them, for one prime no more than x, of x modulo M, and x modulo `target`
  /// as the output's own term, to round(x / M).
  ///
  /// The last step of `division`, where what all limbs of the output need of the input is computed once.
  package static func divisionOfMultiplied(by source: [NTTPlan], in target: [NTTPlan]) -> RNSMap {
    let moduli = source.map(\.modulus)
    let isLone = moduli.count == 1
    // x − (Σ yᵢ·(M/mᵢ) − v·M) over M.
    let factors = target.flatMap { plan in
      let q = plan.modulus
      return moduli.map { q.negate(inverse(of: BigInteger($0.value), modulo: q)) } + (isLone ? [] : [UInt64(1)])
    }
    return RNSMap(
      RNSConversion(
        from: isLone ? moduli : moduli + [widest(moduli)], to: target.map(\.modulus), inverses: [], factors: factors,
        rounding: isLone
          ? RNSConversion.Rounding(
            fractions: moduli.map { fraction(1, over: $0) }, corrections: target.map { _ in 1 }) : nil,
        ownFactors: inverses(ofProduct: source, modulo: target)),
      plans: source + target)
  }

  private static func widest(_ moduli: [Modulus]) -> Modulus {
    guard let widest = moduli.max(by: { $0.value < $1.value }), widest.value > UInt64(moduli.count) else {
      preconditionFailure("no prime of \(moduli.count) is wider than their number")
    }
    return widest
  }

  /// (M/mᵢ)⁻¹ modulo mᵢ for each prime of `source`, M their product.
  package static func inversesOfCofactors(_ source: [NTTPlan]) -> [UInt64] {
    let moduli = source.map(\.modulus)
    return inverses(cofactors(moduli, product(moduli)), moduli)
  }

  /// Maps `count` coefficients.
  ///
  /// - Parameters:
  ///   - output: Row j at j·stride.
  ///   - input: Row i at i·stride.
  ///   - stride: Words between rows.
  ///   - count: Coefficients of each row.
  ///   - targets: Which limbs of the output: j counts from the first of them. All if nil.
  package func apply(
    _ output: inout MutableSpan<UInt64>, _ input: Span<UInt64>, stride: Int, count: Int, targets: Range<Int>? = nil
  ) {
    backend.convert(
      &output, outStride: stride, input, inputStride: stride, count: count, by: conversion, targets: targets)
  }

  /// Maps all coefficients to some limbs of the output, and begins the transforms there.
  ///
  /// - Parameters:
  ///   - output: Aligned to 64 bytes.
  ///   - outStride: Words from one limb of the output to the next; at least N, a multiple of 8.
  ///   - input: Row i at i·N.
  ///   - first: The first of the limbs.
  ///   - plans: Their transforms, at most `KernelBackend.mostDigitsAtOnce`.
  /// - Returns: Whether the digits are begun. They are lazy otherwise: where kernels of different kinds take the moduli.
  package func begin(
    _ output: inout MutableSpan<UInt64>, outStride: Int, _ input: Span<UInt64>, first: Int, plans: ArraySlice<NTTPlan>
  ) -> Bool {
    guard let degree = plans.first?.degree else { return true }
    let targets = first..<first + plans.count
    precondition(
      zip(plans, conversion.to[targets]).allSatisfy { $0.modulus == $1 && $0.degree == degree }, "another modulus")
    if plans.allSatisfy({ $0.backend == backend }) {
      backend.beginDigits(
        &output, outStride: outStride, input, inputStride: degree, degree: degree, by: conversion, targets: targets
      ) { target, use in
        let tables = plans[plans.startIndex + target - first].tables
        use(tables.words(0..<tables.count))
      }
      return true
    }
    for (place, plan) in plans.enumerated() {
      var row = output._mutatingExtracting(place * outStride..<place * outStride + degree)
      backend.convert(
        &row, outStride: degree, input, inputStride: degree, count: degree, by: conversion,
        targets: first + place..<first + place + 1)
      plan.forwardLazy(&row)
    }
    return false
  }

  /// Maps `count` coefficients with an own term: row j at j·stride, where the output's is.
  package func apply(
    _ output: inout MutableSpan<UInt64>, _ input: Span<UInt64>, own: Span<UInt64>, stride: Int, count: Int,
    targets: Range<Int>? = nil
  ) {
    backend.convert(
      &output, outStride: stride, input, inputStride: stride, own: own, ownStride: stride, count: count, by: conversion,
      targets: targets)
  }

  // MARK: Constants

  /// log2 of the product of the primes.
  package static func log2Product(_ plans: [NTTPlan]) -> Double { product(plans.map(\.modulus)).log2 }

  /// The inverse of the product of `plans` modulo each prime of `target`.
  package static func inverses(ofProduct plans: [NTTPlan], modulo target: [NTTPlan]) -> [UInt64] {
    let product = product(plans.map(\.modulus))
    return target.map { inverse(of: product, modulo: $0.modulus) }
  }

  static func product(_ moduli: [Modulus]) -> BigInteger {
    moduli.reduce(BigInteger(1)) { $0 * BigInteger($1.value) }
  }

  private static func cofactors(_ moduli: [Modulus], _ product: BigInteger) -> [BigInteger] {
    moduli.map { product.floorQuotientAndRemainder(dividingBy: BigInteger($0.value)).quotient }
  }

  private static func inverses(_ cofactors: [BigInteger], _ moduli: [Modulus]) -> [UInt64] {
    zip(cofactors, moduli).map { inverse(of: $0, modulo: $1) }
  }

  /// requires: coprime, as products of other primes are.
  static func inverse(of value: BigInteger, modulo q: Modulus) -> UInt64 {
    guard let inverse = q.inverse(of: value.residue(modulo: q.value)) else {
      preconditionFailure("primes in common between the bases of a map")
    }
    return inverse
  }

  /// floor(value / mᵢ) modulo each prime of `target`, row after row.
  private static func quotients(_ value: BigInteger, over moduli: [Modulus], modulo target: [NTTPlan]) -> [UInt64] {
    let quotients = moduli.map { value.floorQuotientAndRemainder(dividingBy: BigInteger($0.value)).quotient }
    return target.flatMap { plan in quotients.map { $0.residue(modulo: plan.modulus.value) } }
  }

  private static func rounding(
    _ value: BigInteger, over moduli: [Modulus], modulo target: [NTTPlan]
  ) -> RNSConversion.Rounding {
    RNSConversion.Rounding(
      fractions: moduli.map { fraction(value.residue(modulo: $0.value), over: $0) },
      corrections: target.map { _ in 1 })
  }

  /// The two 52-bit digits of floor(2^104 · numerator / q).
  private static func fraction(_ numerator: UInt64, over q: Modulus) -> (high: UInt64, low: UInt64) {
    func digit(_ remainder: UInt64) -> (quotient: UInt64, remainder: UInt64) {
      q.value.dividingFullWidth((remainder >> 12, remainder << 52))
    }
    let high = digit(numerator)
    return (high.quotient, digit(high.remainder).quotient)
  }
}
