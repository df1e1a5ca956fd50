// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Dispatch
import ModularArithmetic
import PolynomialRing
import Synchronization

/// Many limbs, one after the other: what operations do, and where memory decides.
extension KernelWorkloads {
  private static let limbCounts = [1, 2, 4, 8, 16, 24, 32, 40]

  /// Digits of the inner products.
  private static let terms = 3

  func batches(_ set: KernelBackend.InstructionSet) -> [Workload] {
    (isQuick ? [16384] : [8192, 16384, 32768]).flatMap { degree in
      (isQuick ? [1, 8, 40] : Self.limbCounts).flatMap { limbs in
        Set([1, min(threads, limbs)]).sorted().flatMap { threads in
          [
            transforms(limbs: limbs, degree, set, threads: threads),
            keyProducts(limbs: limbs, degree, set, threads: threads),
            multiplyAccumulates(limbs: limbs, degree, set, threads: threads),
          ]
        }
      }
    }
  }

  private func transforms(
    limbs: Int, _ degree: Int, _ set: KernelBackend.InstructionSet, threads: Int
  ) -> Workload {
    batch(
      "limbs-ntt-forward", limbs: limbs, [:], degree, set, threads: threads,
      work: Work(
        operations: limbs, unit: "transforms", cycleUnit: .transforms(degree: degree, limbs: limbs),
        limit: LimitModel(set).transform(degree: degree).times(limbs)),
      rooflineName: "forward NTT, \(limbs) limbs"
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: limbs)
      let data = try AlignedStorage(uniformModulo: tables.map(\.modulus), degree: degree, label: "limbs")
      return Prepared(traffic: Self.transformTraffic(tables[0]).times(limbs)) {
        Self.forEachLimb(limbs, threads: threads) { limb in
          var words = data.mutableWords(limb * degree..<(limb + 1) * degree)
          tables[limb].forward(&words)
          return words[0]
        }
      }
    }
  }

  private func keyProducts(
    limbs: Int, _ degree: Int, _ set: KernelBackend.InstructionSet, threads: Int
  ) -> Workload {
    batch(
      "limbs-key-inner-product", limbs: limbs, ["terms": .integer(Self.terms)], degree, set, threads: threads,
      work: Work(
        operations: limbs * degree, unit: "coefficients",
        cycleUnit: .words(.terms, limbs * degree, each: 2 * Self.terms),
        limit: LimitModel(set).sums(count: degree, terms: Self.terms, outputs: 2).times(limbs)),
      rooflineName: "key product, \(limbs) limbs"
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: limbs)
      let rows = try tables.map { try KeyProductLimb(tables: $0, terms: Self.terms) }
      return Prepared(traffic: rows[0].traffic.times(limbs)) {
        Self.forEachLimb(limbs, threads: threads) { rows[$0].run() }
      }
    }
  }

  private func multiplyAccumulates(
    limbs: Int, _ degree: Int, _ set: KernelBackend.InstructionSet, threads: Int
  ) -> Workload {
    let model = LimitModel(set)
    return batch(
      "limbs-multiply-accumulate", limbs: limbs, [:], degree, set, threads: threads,
      work: Work(
        operations: limbs * degree, unit: "coefficients", cycleUnit: .words(.coefficients, limbs * degree),
        limit: model.pass(count: degree, perVector: model.product).times(limbs),
        traffic: Traffic.words(read: 2 * degree, updated: degree).times(limbs)),
      rooflineName: "multiply-accumulate, \(limbs) limbs"
    ) {
      let tables = try store.tables(set, degree: degree, bits: Self.defaultBits, limbs: limbs)
      let moduli = tables.map(\.modulus)
      let sums = try AlignedStorage(uniformModulo: moduli, degree: degree, label: "sums")
      let left = try AlignedStorage(uniformModulo: moduli, degree: degree, label: "left")
      let right = try AlignedStorage(uniformModulo: moduli, degree: degree, label: "right")
      return Prepared {
        Self.forEachLimb(limbs, threads: threads) { limb in
          let range = limb * degree..<(limb + 1) * degree
          var sum = sums.mutableWords(range)
          tables[limb].backend.multiplyAccumulate(
            &sum, left.words(range), right.words(range), modulo: moduli[limb])
          return sum[0]
        }
      }
    }
  }

  private func batch(
    _ name: String, limbs: Int, _ parameters: Parameters, _ degree: Int, _ set: KernelBackend.InstructionSet,
    threads: Int, work: Work, rooflineName: String, setUp: @escaping () throws -> Prepared
  ) -> Workload {
    let common: Parameters = ["n": .integer(degree), "limbs": .integer(limbs), "bits": .integer(Self.defaultBits)]
    return Workload(
      suite: Self.suite, name: name, parameters: common.merging(parameters), backend: set.rawValue,
      threads: threads, work: work,
      rooflineName: limbs == 40 && degree == 16384 && threads == 1 ? rooflineName : nil, setUp: setUp)
  }

  /// Calls `body` for every limb, in order on one thread, or in as many runs of neighbours as there are threads.
  private static func forEachLimb(
    _ limbs: Int, threads: Int, _ body: @Sendable (Int) -> UInt64
  ) -> UInt64 {
    guard threads > 1 else { return (0..<limbs).reduce(UInt64(0)) { $0 ^ body($1) } }
    let word = Atomic<UInt64>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let range = limbs * thread / threads..<limbs * (thread + 1) / threads
      let part = range.reduce(UInt64(0)) { $0 ^ body($1) }
      word.bitwiseXor(part, ordering: .relaxed)
    }
    return word.load(ordering: .relaxed)
  }
}

extension Traffic {
  /// The same for each of `limbs` limbs.
  func times(_ limbs: Int) -> Traffic {
    Traffic(read: read * limbs, written: written * limbs, footprint: footprint * limbs)
  }
}
