// SPDX-License-Identifier: Apache-2.0

import CPolynomial

/// A linear map between residue number systems, with a rounded fraction where there is one.
///
/// For each coefficient, with yᵢ = xᵢ · inverseᵢ mod qᵢ (xᵢ itself without inverses) and v = ⌊½ + Σᵢ yᵢ·θᵢ⌋ (0 without fractions), the output modulo pⱼ is
/// Σᵢ yᵢ·factorⱼᵢ + v·correctionⱼ + ownⱼ·ownFactorⱼ [HPS18]. `he_kernels.h` gives the exact integer formula of v.
public struct RNSConversion: Sendable {
  /// The moduli qᵢ of the input, 1 to 64.
  public let from: [Modulus]

  /// The moduli pⱼ of the output.
  public let to: [Modulus]

  /// Whether it takes an input in the output's residue number system besides.
  public var hasOwnTerm: Bool { !ownFactors.isEmpty }

  /// Whether it is nothing but sums of multiples of the input.
  public var isSummation: Bool { inverses.isEmpty && fractions.isEmpty && ownFactors.isEmpty }

  /// Whether it is nothing but the lifting of residues of one odd modulus q to [−q/2, q/2]: θ is 1/q, all factors are 1, and
  /// all corrections −q.
  public let isCentring: Bool

  let fromConstants: [he_modulus]
  let toConstants: [he_modulus]
  let inverses: [UInt64]
  let factors: [UInt64]
  let fractions: [UInt64]
  let corrections: [UInt64]
  let ownFactors: [UInt64]

  /// The rounded fraction of a map.
  public struct Rounding: Sendable {
    /// For each input modulus the two 52-bit digits of ⌊2^104·θᵢ⌋, 0 ≤ θᵢ < 1, the higher first.
    public var fractions: [(high: UInt64, low: UInt64)]

    /// For each output modulus what the rounded sum is multiplied by.
    public var corrections: [UInt64]

    /// Collects the constants.
    public init(fractions: [(high: UInt64, low: UInt64)], corrections: [UInt64]) {
      self.fractions = fractions
      self.corrections = corrections
    }
  }

  /// Collects the constants of a map.
  ///
  /// - Parameters:
  ///   - from: 1 to 64 moduli.
  ///   - to: Any number of moduli.
  ///   - inverses: One residue for each modulus of `from`; empty where the input is multiplied already.
  ///   - factors: Residue modulo pⱼ for qᵢ at j·from.count + i.
  ///   - rounding: The fraction, if any.
  ///   - ownFactors: One residue for each modulus of `to` where there is a term of its own; empty otherwise.
  public init(
    from: [Modulus], to: [Modulus], inverses: [UInt64], factors: [UInt64], rounding: Rounding? = nil,
    ownFactors: [UInt64] = []
  ) {
    precondition((1...64).contains(from.count), "conversion from \(from.count) moduli, outside 1 … 64")
    precondition(
      inverses.isEmpty || inverses.count == from.count, "\(inverses.count) inverses for \(from.count) moduli")
    precondition(factors.count == from.count * to.count, "\(factors.count) factors for \(from.count) x \(to.count)")
    precondition(zip(inverses, from).allSatisfy { $0 < $1.value }, "an inverse is not reduced")
    for (j, p) in to.enumerated() {
      precondition(
        factors[j * from.count..<(j + 1) * from.count].allSatisfy { $0 < p.value }, "a factor is not reduced")
    }
    if let rounding {
      precondition(rounding.fractions.count == from.count, "one fraction for each modulus of the input")
      precondition(
        rounding.fractions.allSatisfy { $0.high >> 52 == 0 && $0.low >> 52 == 0 }, "a digit has more than 52 bits")
      precondition(Self.areReduced(rounding.corrections, to), "one reduced correction for each modulus of the output")
    }
    precondition(
      ownFactors.isEmpty || Self.areReduced(ownFactors, to), "one reduced factor for each modulus of the output")
    self.from = from
    self.to = to
    fromConstants = from.map(\.constants)
    toConstants = to.map(\.constants)
    self.inverses = inverses
    self.factors = factors
    fractions = rounding?.fractions.flatMap { [$0.high, $0.low] } ?? []
    corrections = rounding?.corrections ?? []
    self.ownFactors = ownFactors
    let (q, high) = (from[0].value, UInt64(1) << 52)
    let digits = [high / q, q.dividingFullWidth(((high % q) >> 12, (high % q) << 52)).quotient]
    isCentring =
      from.count == 1 && q & 1 == 1 && inverses.isEmpty && ownFactors.isEmpty && fractions == digits
      && factors.allSatisfy { $0 == 1 } && zip(corrections, to).allSatisfy { $0 == $1.negate($1.reduce(q)) }
  }

  private static func areReduced(_ residues: [UInt64], _ moduli: [Modulus]) -> Bool {
    residues.count == moduli.count && zip(residues, moduli).allSatisfy { $0 < $1.value }
  }

  /// Lends the constants of some of the outputs to the kernels.
  func withConstants(targets: Range<Int>, _ body: (UnsafePointer<he_conversion>) -> Void) {
    precondition(targets.lowerBound >= 0 && targets.upperBound <= to.count, "outputs \(targets) of \(to.count)")
    unsafe fromConstants.withUnsafeBufferPointer { fromConstants in
      unsafe toConstants.withUnsafeBufferPointer { toConstants in
        unsafe inverses.withUnsafeBufferPointer { inverses in
          unsafe factors.withUnsafeBufferPointer { factors in
            unsafe fractions.withUnsafeBufferPointer { fractions in
              unsafe corrections.withUnsafeBufferPointer { corrections in
                unsafe ownFactors.withUnsafeBufferPointer { ownFactors in
                  guard let from = fromConstants.baseAddress, let to = toConstants.baseAddress,
                    let factors = factors.baseAddress
                  else { return }
                  let first = targets.lowerBound
                  var conversion = unsafe he_conversion(
                    from: from, from_count: fromConstants.count, to: to + first, to_count: targets.count,
                    inverses: inverses.isEmpty ? nil : inverses.baseAddress,
                    factors: factors + first * fromConstants.count,
                    fractions: fractions.isEmpty ? nil : fractions.baseAddress,
                    corrections: fractions.isEmpty ? nil : corrections.baseAddress.map { unsafe $0 + first },
                    own_factors: ownFactors.isEmpty ? nil : ownFactors.baseAddress.map { unsafe $0 + first })
                  unsafe body(&conversion)
                }
              }
            }
          }
        }
      }
    }
  }
}

extension KernelBackend {
  /// Maps coefficients from one residue number system to another.
  ///
  /// - Parameters:
  ///   - out: Residue k modulo pⱼ is at j·outStride + k; the words between stay as they are.
  ///   - outStride: At least `count`.
  ///   - input: Residue k modulo qᵢ is at i·inputStride + k; canonical.
  ///   - inputStride: At least `count`.
  ///   - count: Coefficients.
  ///   - conversion: A map without a term of its own.
  ///   - targets: Which moduli of the map's output: j counts from the first of them. All if nil.
  public func convert(
    _ out: inout MutableSpan<UInt64>, outStride: Int, _ input: Span<UInt64>, inputStride: Int, count: Int,
    by conversion: RNSConversion, targets: Range<Int>? = nil
  ) {
    precondition(!conversion.hasOwnTerm, "the map wants residues in the output's moduli besides")
    unsafe convert(&out, outStride, input, inputStride, count, conversion, targets ?? conversion.to.indices) {
      out, input, conversion in
      unsafe table.pointee.convert(out, outStride, input, inputStride, nil, 0, count, conversion)
    }
  }

  /// Maps coefficients from one residue number system to another, with a term of the output's own.
  ///
  /// - Parameters:
  ///   - out: Residue k modulo pⱼ is at j·outStride + k; the words between stay as they are.
  ///   - outStride: At least `count`.
  ///   - input: Residue k modulo qᵢ is at i·inputStride + k; canonical.
  ///   - inputStride: At least `count`.
  ///   - own: Residue k modulo pⱼ is at j·ownStride + k; canonical.
  ///   - ownStride: At least `count`.
  ///   - count: Coefficients.
  ///   - conversion: A map with a term of its own.
  ///   - targets: Which moduli of the map's output: j counts from the first of them. All if nil.
  public func convert(
    _ out: inout MutableSpan<UInt64>, outStride: Int, _ input: Span<UInt64>, inputStride: Int, own: Span<UInt64>,
    ownStride: Int, count: Int, by conversion: RNSConversion, targets: Range<Int>? = nil
  ) {
    let targets = targets ?? conversion.to.indices
    precondition(conversion.hasOwnTerm, "the map takes no residues in the output's moduli")
    checkRows(words: own.count, stride: ownStride, count: count, rows: targets.count)
    unsafe own.withUnsafeBufferPointer { own in
      unsafe convert(&out, outStride, input, inputStride, count, conversion, targets) {
        out, input, conversion in
        unsafe table.pointee.convert(
          out, outStride, input, inputStride, own.baseAddress, ownStride, count, conversion)
      }
    }
  }

  private func convert(
    _ out: inout MutableSpan<UInt64>, _ outStride: Int, _ input: Span<UInt64>, _ inputStride: Int, _ count: Int,
    _ conversion: RNSConversion, _ targets: Range<Int>,
    _ body: (MutableWords, Words, UnsafePointer<he_conversion>) -> Void
  ) {
    conversion.from.forEach(check)
    conversion.to[targets].forEach(check)
    checkRows(words: input.count, stride: inputStride, count: count, rows: conversion.from.count)
    checkRows(words: out.count, stride: outStride, count: count, rows: targets.count)
    guard count > 0 else { return }
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let input = input.baseAddress else { return }
        unsafe conversion.withConstants(targets: targets) { unsafe body(out, input, $0) }
      }
    }
  }
}

/// Checks that `rows` rows of `count` words, `stride` apart, lie inside `words` words.
func checkRows(words: Int, stride: Int, count: Int, rows: Int) {
  precondition(count >= 0 && stride >= count, "rows of \(count) words cannot be \(stride) apart")
  guard rows > 0, count > 0 else { return }
  let (offset, overflow) = (rows - 1).multipliedReportingOverflow(by: stride)
  precondition(
    !overflow && offset <= words - count, "\(rows) rows of \(count) words, \(stride) apart, in \(words) words")
}
