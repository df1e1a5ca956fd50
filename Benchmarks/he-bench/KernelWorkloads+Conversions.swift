// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import PolynomialRing

/// Maps between residue number systems.
extension KernelWorkloads {
  /// What a conversion does besides the products of pairs of limbs.
  private enum Flavour: String, CaseIterable {
    /// Of what an inverse transform has multiplied with the inverses already: a multiple of Q too much.
    case multiplied
    /// Fast: the inverses are multiplied here.
    case fast
    /// The rounded fraction takes the multiple off.
    case exact
    /// The fraction, and a term in the output's own limbs: scaling by t/Q.
    case scaling

    var isRounded: Bool { self == .exact || self == .scaling }
    var hasOwnTerm: Bool { self == .scaling }
  }

  /// Limbs in and out: a digit of one limb; the extensions of multiplication.
  private static let sizes = [(1, 8), (4, 5), (8, 9), (16, 17)]

  func conversions(_ set: KernelBackend.InstructionSet) -> [Workload] {
    (isQuick ? [8192] : [8192, 32768]).flatMap { degree in
      Self.sizes.flatMap { inputs, outputs in
        Flavour.allCases.map { conversion($0, degree: degree, inputs: inputs, outputs: outputs, set) }
      }
    }
  }

  private func conversion(
    _ flavour: Flavour, degree: Int, inputs: Int, outputs: Int, _ set: KernelBackend.InstructionSet
  ) -> Workload {
    let limit = LimitModel(set).conversion(
      count: degree, inputs: inputs, outputs: outputs, isRounded: flavour.isRounded, hasOwnTerm: flavour.hasOwnTerm)
    let own = flavour.hasOwnTerm ? outputs : 0
    return Workload(
      suite: Self.suite, name: "base-conversion-\(flavour)",
      parameters: [
        "n": .integer(degree), "limbs": .integer(inputs), "output_limbs": .integer(outputs),
        "bits": .integer(Self.defaultBits),
      ],
      backend: set.rawValue,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.pairs, degree, each: inputs * outputs),
        limit: limit, traffic: .words(read: (inputs + own) * degree, written: outputs * degree)),
      rooflineName: inputs == 8 && degree == 8192 && flavour != .multiplied ? "\(flavour) conversion 8 to 9" : nil
    ) {
      let backend = try KernelBackend.here(set)
      let primes = try NTTPrimes.largest(below: Self.defaultBits, degree: degree, count: inputs + outputs)
      let from = primes.prefix(inputs).map { Modulus($0) }
      let to = primes.suffix(outputs).map { Modulus($0) }
      let conversion = Self.constants(flavour, from: from, to: to)
      let input = try AlignedStorage(uniformModulo: from, degree: degree, label: "input")
      let output = AlignedStorage(count: outputs * degree)
      guard flavour.hasOwnTerm else {
        return Prepared {
          var words = output.mutableWords(0..<output.count)
          backend.convert(
            &words, outStride: degree, input.words(0..<input.count), inputStride: degree, count: degree,
            by: conversion)
          return words[0]
        }
      }
      let ownTerm = try AlignedStorage(uniformModulo: to, degree: degree, label: "own")
      return Prepared {
        var words = output.mutableWords(0..<output.count)
        backend.convert(
          &words, outStride: degree, input.words(0..<input.count), inputStride: degree,
          own: ownTerm.words(0..<ownTerm.count), ownStride: degree, count: degree, by: conversion)
        return words[0]
      }
    }
  }

  /// The constants of exact lifting, and for scaling any factor besides: no kernel's time depends on their values.
  private static func constants(_ flavour: Flavour, from: [Modulus], to: [Modulus]) -> RNSConversion {
    let rounding = RNSConversion.Rounding(
      fractions: from.map { reciprocal($0.value) },
      corrections: to.map { p in p.negate(from.reduce(p.reduce(1)) { p.multiply($0, p.reduce($1.value)) }) })
    return RNSConversion(
      from: from, to: to, inverses: flavour == .multiplied ? [] : RNSConstants.inversesOfCofactors(from),
      factors: to.flatMap { p in from.map { RNSConstants.cofactor(of: $0, in: from, modulo: p) } },
      rounding: flavour.isRounded ? rounding : nil, ownFactors: flavour.hasOwnTerm ? to.map { $0.reduce(65_537) } : [])
  }

  /// ⌊2^104 / q⌋ as two digits of 52 bits.
  private static func reciprocal(_ q: UInt64) -> (high: UInt64, low: UInt64) {
    let (high, rest) = (UInt64(1) << 52).quotientAndRemainder(dividingBy: q)
    return (high, q.dividingFullWidth((rest >> 12, rest << 52)).quotient)
  }
}
