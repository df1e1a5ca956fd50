// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import PolynomialRing

/// Arithmetic on each coefficient for itself.
extension KernelWorkloads {
  /// What a pointwise kernel reads and writes: words of each coefficient, and multiplications of each.
  private struct Shape {
    var read = 2
    var isUpdate = false
    var multiplications: Double?
  }

  func pointwise(_ set: KernelBackend.InstructionSet) -> [Workload] {
    let model = LimitModel(set)
    let product = Shape(multiplications: model.product)
    let scalar = Shape(read: 1, multiplications: model.scalarProduct)
    return degrees.flatMap { degree in
      let indexes = PolynomialKernels.galoisIndexes(logDegree: degree.trailingZeroBitCount, element: 3)
      return [
        pointwise("galois-coefficients", Shape(read: 1), degree, set) { $0.galois(&$1, $2, inverse: 3, modulo: $4) },
        pointwise("galois-permute", Shape(read: 1), degree, set) { backend, out, input, _, _ in
          backend.permute(&out, input, by: indexes)
        },
        pointwise("add", Shape(), degree, set) { $0.add(&$1, $2, $3, modulo: $4) },
        pointwise("subtract", Shape(), degree, set) { $0.subtract(&$1, $2, $3, modulo: $4) },
        pointwise("negate", Shape(read: 1), degree, set) { $0.negate(&$1, $2, modulo: $4) },
        pointwise("make-lazy", Shape(read: 1), degree, set) { $0.makeLazy(&$1, $2, modulo: $4) },
        pointwise("multiply", product, degree, set) { $0.multiply(&$1, $2, $3, modulo: $4) },
        pointwise(
          "multiply-accumulate", Shape(isUpdate: true, multiplications: model.product), degree, set
        ) {
          $0.multiplyAccumulate(&$1, $2, $3, modulo: $4)
        },
        pointwise("scalar-multiply", scalar, degree, set) { $0.multiplyScalar(&$1, $2, by: $3[0], modulo: $4) },
        pointwise(
          "scalar-multiply-accumulate", Shape(read: 1, isUpdate: true, multiplications: model.scalarProduct), degree,
          set
        ) {
          $0.multiplyScalarAccumulate(&$1, $2, by: $3[0], modulo: $4)
        },
      ]
    }
  }

  private func pointwise(
    _ name: String, _ shape: Shape, _ degree: Int, _ set: KernelBackend.InstructionSet,
    _ body: @escaping (KernelBackend, inout MutableSpan<UInt64>, Span<UInt64>, Span<UInt64>, Modulus) -> Void
  ) -> Workload {
    let isMarked = degree == Self.rooflineDegree && shape.multiplications != nil
    return Workload(
      suite: Self.suite, name: name.hasPrefix("scalar") || name.hasPrefix("galois") ? name : "pointwise-" + name,
      parameters: ["n": .integer(degree), "limbs": 1, "bits": .integer(Self.defaultBits)], backend: set.rawValue,
      work: Work(
        operations: degree, unit: "coefficients", cycleUnit: .words(.coefficients, degree),
        limit: shape.multiplications.map { LimitModel(set).pass(count: degree, perVector: $0) },
        traffic: .words(
          read: shape.read * degree, updated: shape.isUpdate ? degree : 0, written: shape.isUpdate ? 0 : degree)),
      rooflineName: isMarked ? name : nil
    ) {
      let backend = try KernelBackend.here(set)
      let q = Modulus(try NTTPrimes.largest(below: Self.defaultBits, degree: degree, count: 1)[0])
      let row = RowLayout(words: degree)
      let storage = try AlignedStorage(uniform: row.total(3), below: q.value, label: "pointwise")
      return Prepared {
        var out = storage.mutableWords(row[2])
        body(backend, &out, storage.words(row[0]), storage.words(row[1]), q)
        return out[0]
      }
    }
  }
}
