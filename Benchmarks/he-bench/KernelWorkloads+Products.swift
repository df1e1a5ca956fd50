// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import PolynomialRing

/// Sums of products: of polynomials, of digits with keys, and the last step of divisions.
extension KernelWorkloads {
  func products(_ set: KernelBackend.InstructionSet) -> [Workload] {
    degrees.flatMap { degree in
      [2, 8].map { sumOfProducts(terms: $0, degree, set) } + [differenceScaled(degree, set)]
        + (isQuick ? [3] : [3, 6, 9]).map { keyInnerProduct(terms: $0, degree, set) } + [packKey(degree, set)]
    }
  }

  private func sumOfProducts(terms: Int, _ degree: Int, _ set: KernelBackend.InstructionSet) -> Workload {
    product(
      "sum-of-products", ["terms": .integer(terms)], degree, set,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.terms, degree, each: terms),
        limit: LimitModel(set).sums(count: degree, terms: terms),
        traffic: .words(read: 2 * terms * degree, written: degree)),
      rooflineName: "sum of \(terms) products"
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: 1)[0]
      let row = RowLayout(words: degree)
      let rows = try AlignedStorage(uniform: row.total(2 * terms), below: tables.modulus.value, label: "rows")
      let output = AlignedStorage(count: degree)
      return Prepared {
        var out = output.mutableWords(0..<degree)
        var products = ProductTerms()
        for term in 0..<terms { products.append(rows.words(row[2 * term]), rows.words(row[2 * term + 1])) }
        tables.backend.sumOfProducts(&out, products, modulo: tables.modulus)
        return out[0]
      }
    }
  }

  private func differenceScaled(_ degree: Int, _ set: KernelBackend.InstructionSet) -> Workload {
    let model = LimitModel(set)
    return product(
      "difference-scaled", [:], degree, set,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.coefficients, degree),
        limit: model.pass(count: degree, perVector: model.scalarProduct),
        traffic: .words(read: 2 * degree, updated: degree)),
      rooflineName: "difference-scaled"
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: 1)[0]
      let q = tables.modulus
      let row = RowLayout(words: degree)
      let rows = try AlignedStorage(uniform: row.total(3), below: q.value, label: "rows")
      var lazy = rows.mutableWords(row[1])
      tables.forwardLazy(&lazy)
      return Prepared {
        var out = rows.mutableWords(row[2])
        tables.backend.differenceScaled(
          &out, rows.words(row[0]), lazy: rows.words(row[1]), by: q.value / 3, modulo: q)
        return out[0]
      }
    }
  }

  private func keyInnerProduct(terms: Int, _ degree: Int, _ set: KernelBackend.InstructionSet) -> Workload {
    product(
      "key-inner-product", ["terms": .integer(terms)], degree, set,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.terms, degree, each: 2 * terms),
        limit: LimitModel(set).sums(count: degree, terms: terms, outputs: 2)),
      rooflineName: "key product, \(terms) terms"
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: 1)[0]
      let limb = try KeyProductLimb(tables: tables, terms: terms)
      return Prepared(traffic: limb.traffic) { limb.run() }
    }
  }

  private func packKey(_ degree: Int, _ set: KernelBackend.InstructionSet) -> Workload {
    product(
      "pack-key", ["terms": 1], degree, set,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.terms, degree, each: 2))
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: 1)[0]
      let row = RowLayout(words: degree)
      let rows = try AlignedStorage(uniform: row.total(2), below: tables.modulus.value, label: "rows")
      let packed = AlignedStorage(count: tables.keyWords(terms: 1))
      return Prepared(traffic: .words(read: 2 * degree, written: packed.count)) {
        var out = packed.mutableWords(0..<packed.count)
        tables.backend.packKey(&out, rows.words(row[0]), rows.words(row[1]), term: 0, of: 1, modulo: tables.modulus)
        return out[0]
      }
    }
  }

  private func product(
    _ name: String, _ parameters: Parameters, _ degree: Int, _ set: KernelBackend.InstructionSet, work: Work,
    rooflineName: String? = nil, setUp: @escaping () throws -> Prepared
  ) -> Workload {
    let common: Parameters = ["n": .integer(degree), "limbs": 1, "bits": .integer(Self.defaultBits)]
    return Workload(
      suite: Self.suite, name: name, parameters: common.merging(parameters), backend: set.rawValue, work: work,
      rooflineName: degree == Self.rooflineDegree ? rooflineName : nil, setUp: setUp)
  }
}

/// One limb of an inner product with a key: lazy digits one after the other, and the packed key.
final class KeyProductLimb: Sendable {
  private let tables: TransformTables
  private let terms: Int
  private let digits: AlignedStorage
  private let packed: AlignedStorage
  private let outputs: (AlignedStorage, AlignedStorage)

  /// Digits and keys are random, the same on every run.
  init(tables: TransformTables, terms: Int) throws {
    let degree = tables.degree
    let q = tables.modulus
    let digits = try AlignedStorage(uniform: terms * degree, below: q.value, label: "digits")
    for term in 0..<terms {
      var digit = digits.mutableWords(term * degree..<(term + 1) * degree)
      tables.forwardLazy(&digit)
    }
    let packed = AlignedStorage(count: tables.keyWords(terms: terms))
    var words = packed.mutableWords(0..<packed.count)
    let keys = try AlignedStorage(uniform: 2 * degree, below: q.value, label: "keys")
    for term in 0..<terms {
      tables.backend.packKey(
        &words, keys.words(0..<degree), keys.words(degree..<2 * degree), term: term, of: terms, modulo: q)
    }
    self.tables = tables
    self.terms = terms
    self.digits = digits
    self.packed = packed
    outputs = (AlignedStorage(count: degree), AlignedStorage(count: degree))
  }

  /// What has to be moved even once.
  var traffic: Traffic { .words(read: digits.count + packed.count, written: 2 * tables.degree) }

  /// Both sums; a word of them.
  func run() -> UInt64 {
    let degree = tables.degree
    let (digits, packed, first, second) = (digits, packed, outputs.0, outputs.1)
    var out0 = first.mutableWords(0..<degree)
    var out1 = second.mutableWords(0..<degree)
    tables.backend.keyInnerProduct(
      &out0, &out1, lazyDigits: digits.words(0..<digits.count), digitStride: degree, terms: terms,
      packed: packed.words(0..<packed.count), packedTerms: terms, modulo: tables.modulus)
    return out0[0] ^ out1[0]
  }
}
