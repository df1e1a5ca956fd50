// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import PolynomialRing

/// The products of a key switch: from residues modulo the primes of the digits to sums modulo all primes of the key basis.
///
/// The key comes from memory, as it does in an operation.
extension KernelWorkloads {
  /// Ring degree, primes of a digit, digits, primes of the key basis: for ciphertexts of 4, 8 and 18 primes.
  private static let switches = [(8192, 1, 4, 5), (16384, 2, 4, 10), (32768, 3, 6, 21)]

  /// How the work is cut into calls.
  private enum Calls: String, CaseIterable {
    /// Transforms begin in the conversion, and end in the sum of products.
    case fused
    /// Conversion, transform and sum of products one after the other.
    case separate
  }

  func switching(_ set: KernelBackend.InstructionSet) -> [Workload] {
    Self.switches.prefix(isQuick ? 1 : 3).flatMap { degree, digitLimbs, digits, limbs in
      Calls.allCases.map { keySwitch(degree, digitLimbs: digitLimbs, digits: digits, limbs: limbs, $0, set) }
    } + degrees.map { quotient($0, set) }
  }

  /// What is divided out of one limb: three primes lifted to its own, transformed, and subtracted.
  private func quotient(_ degree: Int, _ set: KernelBackend.InstructionSet) -> Workload {
    let (model, dropped) = (LimitModel(set), 3)
    let steps = [
      model.conversion(count: degree, inputs: dropped, outputs: 1), model.transform(degree: degree),
      model.pass(count: degree, perVector: model.scalarProduct),
    ]
    return Workload(
      suite: Self.suite, name: "begin-digit-finish-quotient",
      parameters: [
        "n": .integer(degree), "limbs": 1, "dropped_limbs": .integer(dropped), "bits": .integer(Self.defaultBits),
      ],
      backend: set.rawValue,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.coefficients, degree),
        limit: Limit(model: model, multiplications: steps.map(\.multiplications).reduce(0, +)))
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: 1)[0]
      let q = tables.modulus
      let primes = try NTTPrimes.largest(below: Self.defaultBits, degree: degree, count: 1 + dropped)
      let from = primes.suffix(dropped).map { Modulus($0) }
      let conversion = RNSConversion(from: from, to: [q], inverses: [], factors: from.map { q.reduce($0.value) })
      let input = try AlignedStorage(uniformModulo: from, degree: degree, label: "residues")
      let row = RowLayout(words: degree)
      let rows = try AlignedStorage(uniform: row.total(3), below: q.value, label: "rows")
      return Prepared {
        var digit = rows.mutableWords(row[0])
        [tables].beginDigits(
          &digit, outStride: degree, input.words(0..<dropped * degree), by: conversion, first: 0)
        var out = rows.mutableWords(row[1])
        tables.finishQuotient(&out, rows.words(row[2]), digit: &digit)
        return out[0]
      }
    }
  }

  private func keySwitch(
    _ degree: Int, digitLimbs: Int, digits: Int, limbs: Int, _ calls: Calls, _ set: KernelBackend.InstructionSet
  ) -> Workload {
    let model = LimitModel(set)
    let steps = [
      model.conversion(count: degree, inputs: digitLimbs, outputs: 1).times(digits),
      model.transform(degree: degree).times(digits), model.sums(count: degree, terms: digits, outputs: 2),
    ]
    return Workload(
      suite: Self.suite, name: "limbs-key-switch-\(calls)",
      parameters: [
        "n": .integer(degree), "limbs": .integer(limbs), "digits": .integer(digits),
        "digit_limbs": .integer(digitLimbs), "bits": .integer(Self.defaultBits),
      ],
      backend: set.rawValue,
      work: Work(
        operations: limbs, unit: "limbs",
        limit: Limit(model: model, multiplications: steps.map(\.multiplications).reduce(0, +)).times(limbs))
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: limbs)
      let primes = try NTTPrimes.largest(below: Self.defaultBits, degree: degree, count: digitLimbs + limbs)
      let switching = try KeySwitchLimbs(
        tables: tables, from: primes.suffix(digitLimbs).map { Modulus($0) }, digits: digits)
      return switch calls {
      case .fused: Prepared { switching.runFused() }
      case .separate: Prepared { switching.runSeparately() }
      }
    }
  }
}

/// The primes of a key basis: the residues that digits are cut from, and the packed key.
private final class KeySwitchLimbs: Sendable {
  private let tables: [TransformTables]
  private let conversion: RNSConversion
  private let degree: Int
  private let digitLimbs: Int
  private let digitCount: Int
  private let keyWords: Int
  private let input: AlignedStorage
  private let digits: AlignedStorage
  private let packed: AlignedStorage
  private let outputs: AlignedStorage

  /// Residues and keys are random, the same on every run.
  init(tables: [TransformTables], from: [Modulus], digits count: Int) throws {
    let (degree, targets) = (tables[0].degree, tables.map(\.modulus))
    self.tables = tables
    self.degree = degree
    conversion = RNSConversion(
      from: from, to: targets, inverses: [], factors: targets.flatMap { q in from.map { q.reduce($0.value) } })
    digitLimbs = from.count
    digitCount = count
    input = try AlignedStorage(
      uniformModulo: (0..<count).flatMap { _ in from }, degree: degree, label: "residues")
    digits = AlignedStorage(count: Self.limbsAtOnce * count * degree)
    outputs = AlignedStorage(count: 2 * tables.count * degree)
    // Equal, as all primes have the same number of bits.
    let keyWords = tables[0].keyWords(terms: count)
    let packed = AlignedStorage(uninitializedCountInLargePages: tables.count * keyWords)
    for (limb, tables) in tables.enumerated() {
      var words = packed.mutableWords(limb * keyWords..<(limb + 1) * keyWords)
      let keys = try AlignedStorage(uniform: 2 * degree, below: tables.modulus.value, label: "keys")
      for term in 0..<count {
        tables.backend.packKey(
          &words, keys.words(0..<degree), keys.words(degree..<2 * degree), term: term, of: count,
          modulo: tables.modulus)
      }
    }
    self.keyWords = keyWords
    self.packed = packed
  }

  private func residues(_ digit: Int) -> Range<Int> {
    digit * digitLimbs * degree..<(digit + 1) * digitLimbs * degree
  }

  private func key(_ limb: Int) -> Range<Int> { limb * keyWords..<(limb + 1) * keyWords }

  private static let limbsAtOnce = KernelBackend.mostDigitsAtOnce

  /// Several primes at a time; a word of the products.
  func runFused() -> UInt64 {
    let (input, digits, packed, outputs, rows) = (input, digits, packed, outputs, digitCount * degree)
    for first in stride(from: 0, to: tables.count, by: Self.limbsAtOnce) {
      let limbs = first..<min(first + Self.limbsAtOnce, tables.count)
      for digit in 0..<digitCount {
        var words = digits.mutableWords(digit * degree..<digit * degree + (limbs.count - 1) * rows + degree)
        tables[limbs].beginDigits(
          &words, outStride: rows, input.words(residues(digit)), by: conversion, first: first)
      }
      for limb in limbs {
        var begun = digits.mutableWords((limb - first) * rows..<(limb - first + 1) * rows)
        var out0 = outputs.mutableWords(2 * limb * degree..<(2 * limb + 1) * degree)
        var out1 = outputs.mutableWords((2 * limb + 1) * degree..<(2 * limb + 2) * degree)
        tables[limb].finishKeyProduct(
          &out0, &out1, digits: &begun, terms: digitCount, packed: packed.words(key(limb)))
      }
    }
    return outputs.words(0..<1)[0]
  }

  /// The same in three steps for each prime.
  func runSeparately() -> UInt64 {
    let (input, digits, packed, outputs, rows) = (input, digits, packed, outputs, digitCount * degree)
    for (limb, tables) in tables.enumerated() {
      for digit in 0..<digitCount {
        var words = digits.mutableWords(digit * degree..<(digit + 1) * degree)
        tables.backend.convert(
          &words, outStride: degree, input.words(residues(digit)), inputStride: degree, count: degree, by: conversion,
          targets: limb..<limb + 1)
        tables.forwardLazy(&words)
      }
      var out0 = outputs.mutableWords(2 * limb * degree..<(2 * limb + 1) * degree)
      var out1 = outputs.mutableWords((2 * limb + 1) * degree..<(2 * limb + 2) * degree)
      tables.backend.keyInnerProduct(
        &out0, &out1, lazyDigits: digits.words(0..<rows), digitStride: degree, terms: digitCount,
        packed: packed.words(key(limb)), packedTerms: digitCount, modulo: tables.modulus)
    }
    return outputs.words(0..<1)[0]
  }
}
