// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import PolynomialRing

/// The suite `kernels`: loops over coefficients, every backend.
struct KernelWorkloads {
  static let suite = "kernels"

  /// The instruction sets to time.
  let instructionSets: [KernelBackend.InstructionSet]

  /// Whether to time the kernels that are the same for every instruction set.
  let includesPortable: Bool

  /// Fewer sizes.
  let isQuick: Bool

  /// Threads that the batches of limbs are spread over besides one; 1 for none.
  let threads: Int

  /// Tables that the workloads share.
  let store = TablesStore()

  /// Width of the primes that the vector kernels are made for.
  static let defaultBits = 46

  /// Width of primes that only the scalar kernels take.
  static let wideBits = 60

  /// The degree at which a kernel stands in a roofline: its operands are in the caches of a core.
  static let rooflineDegree = 4096

  /// All of them, grouped by kind.
  var all: [Workload] {
    transforms + instructionSets.flatMap { embeddings($0) } + instructionSets.flatMap { pointwise($0) }
      + instructionSets.flatMap { products($0) } + instructionSets.flatMap { switching($0) }
      + instructionSets.flatMap { conversions($0) } + (includesPortable ? PortableKernelWorkloads.all : [])
      + instructionSets.flatMap { batches($0) }
  }

  /// Degrees of the transforms.
  private var transformDegrees: [Int] { isQuick ? [1 << 12, 1 << 14, 1 << 16] : (10...17).map { 1 << $0 } }

  /// Degrees of everything that goes through its operands once.
  var degrees: [Int] { isQuick ? [1 << 12] : [1 << 12, 1 << 14, 1 << 16] }

  // MARK: Transforms

  private var transforms: [Workload] {
    instructionSets.flatMap { set in
      (set == .scalar ? [Self.defaultBits, Self.wideBits] : [Self.defaultBits]).flatMap { bits in
        transformDegrees.flatMap { degree in
          [
            transform("ntt-forward", degree: degree, bits: bits, set) { $0.forward(&$1) },
            lazyTransform(degree: degree, bits: bits, set),
            transform("ntt-inverse", degree: degree, bits: bits, set) { $0.inverse(&$1) },
            transform("ntt-inverse-scaled", degree: degree, bits: bits, set) { $0.inverseScaled(&$1) },
          ]
        }
      }
    }
  }

  /// A transform in place, canonical in and out; its output is its next input.
  private func transform(
    _ name: String, degree: Int, bits: Int, _ set: KernelBackend.InstructionSet,
    _ body: @escaping (TransformTables, inout MutableSpan<UInt64>) -> Void
  ) -> Workload {
    transform(name, degree: degree, bits: bits, set) {
      let tables = try store.tables(set, degree: degree, bits: bits, limbs: 1)[0]
      let storage = try AlignedStorage(uniform: degree, below: tables.modulus.value, label: "transform")
      return Prepared(traffic: Self.transformTraffic(tables)) {
        var words = storage.mutableWords(0..<degree)
        body(tables, &words)
        return words[0]
      }
    }
  }

  /// A transform to lazy words, which it does not take as its input: it transforms zeros, made anew and timed apart.
  ///
  /// No kernel's time depends on its residues.
  private func lazyTransform(degree: Int, bits: Int, _ set: KernelBackend.InstructionSet) -> Workload {
    transform("ntt-forward-lazy", degree: degree, bits: bits, set) {
      let tables = try store.tables(set, degree: degree, bits: bits, limbs: 1)[0]
      let storage = AlignedStorage(count: degree)
      func renew() -> UInt64 {
        var words = storage.mutableWords(0..<degree)
        PolynomialKernels.zeroize(&words)
        return words[0]
      }
      return Prepared(overhead: renew, traffic: Self.transformTraffic(tables)) {
        _ = renew()
        var words = storage.mutableWords(0..<degree)
        tables.forwardLazy(&words)
        return words[0]
      }
    }
  }

  private func transform(
    _ name: String, degree: Int, bits: Int, _ set: KernelBackend.InstructionSet,
    setUp: @escaping () throws -> Prepared
  ) -> Workload {
    let isMarked = degree == Self.rooflineDegree && bits == Self.defaultBits
    return Workload(
      suite: Self.suite, name: name, parameters: ["n": .integer(degree), "limbs": 1, "bits": .integer(bits)],
      backend: set.rawValue,
      work: Work(
        operations: 1, unit: "transforms", cycleUnit: .transforms(degree: degree),
        limit: LimitModel(set).transform(degree: degree)),
      rooflineName: isMarked ? name.dropFirst(4).replacing("-", with: " ") + " NTT" : nil, setUp: setUp)
  }

  /// The polynomial in and out, and the twiddles of one direction.
  static func transformTraffic(_ tables: TransformTables) -> Traffic {
    let data = tables.degree * 8
    return Traffic(read: data + tables.bytesRead, written: data, footprint: data + tables.bytesRead)
  }
}
