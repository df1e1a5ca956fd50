// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import Randomness

/// The suite `kernels`: loops over coefficients, one thread, data in the cache as far as it fits.
struct KernelWorkloads {
  static let suite = "kernels"

  /// The instruction sets to time.
  let instructionSets: [KernelBackend.InstructionSet]

  /// Whether to time the kernels that are the same for every instruction set.
  let includesPortable: Bool

  /// Width of the primes that the vector kernels are made for.
  static let defaultBits = 46

  /// Width of primes that only the scalar kernels take.
  static let wideBits = 60

  /// All of them, grouped by kind.
  var all: [Workload] {
    transforms + instructionSets.flatMap { pointwise($0) } + instructionSets.flatMap { conversions($0) }
      + (includesPortable ? PortableKernelWorkloads.all : [])
  }

  private func bitWidths(_ set: KernelBackend.InstructionSet) -> [Int] {
    set == .scalar ? [Self.defaultBits, Self.wideBits] : [Self.defaultBits]
  }

  // MARK: Transforms

  private var transforms: [Workload] {
    instructionSets.flatMap { set in
      bitWidths(set).flatMap { bits in
        (10...17).flatMap { logDegree in
          [
            transform("ntt-forward", degree: 1 << logDegree, bits: bits, set) { $0.forward(&$1) },
            transform("ntt-inverse", degree: 1 << logDegree, bits: bits, set) { $0.inverse(&$1) },
          ]
        }
      }
    }
  }

  /// A transform in place, canonical in and out; its output is its next input.
  private func transform(
    _ name: String, degree: Int, bits: Int, _ set: KernelBackend.InstructionSet,
    _ body: @escaping (NTTPlan, inout MutableSpan<UInt64>) -> Void
  ) -> Workload {
    let limit = Self.isModelled(set, bits: bits) ? LimitModel.transformCycles(degree: degree) : nil
    return Workload(
      suite: Self.suite, name: name, parameters: ["n": .integer(degree), "limbs": 1, "bits": .integer(bits)],
      backend: set.rawValue,
      work: Work(
        operations: 1, unit: "transforms", butterflies: LimitModel.butterflies(degree: degree), limitCycles: limit)
    ) {
      let prime = try NTTPrimes.largest(below: bits, degree: degree, count: 1)[0]
      let plan = try NTTPlan(degree: degree, modulus: Modulus(prime), instructionSet: set)
      let storage = try AlignedStorage(uniform: degree, below: prime, label: "transform")
      return Prepared {
        var words = storage.mutableWords(0..<degree)
        body(plan, &words)
        return words[0]
      }
    }
  }

  // MARK: Pointwise

  private func pointwise(_ set: KernelBackend.InstructionSet) -> [Workload] {
    [
      pointwise("pointwise-add", perVector: nil, set) { backend, out, lhs, rhs, q in
        backend.add(&out, lhs, rhs, modulo: q)
      },
      pointwise("pointwise-multiply", perVector: LimitModel.product, set) { backend, out, lhs, rhs, q in
        backend.multiply(&out, lhs, rhs, modulo: q)
      },
      pointwise("pointwise-multiply-accumulate", perVector: LimitModel.product, set) { backend, out, lhs, rhs, q in
        backend.multiplyAccumulate(&out, lhs, rhs, modulo: q)
      },
      pointwise("scalar-multiply-accumulate", perVector: LimitModel.scalarProduct, set) { backend, out, lhs, rhs, q in
        backend.multiplyScalarAccumulate(&out, lhs, by: rhs[0], modulo: q)
      },
    ]
  }

  private func pointwise(
    _ name: String, perVector: Double?, _ set: KernelBackend.InstructionSet,
    _ body: @escaping (KernelBackend, inout MutableSpan<UInt64>, Span<UInt64>, Span<UInt64>, Modulus) -> Void
  ) -> Workload {
    let degree = 4096
    let limit = perVector.map { LimitModel.passCycles(count: degree, perVector: $0) }
    return Workload(
      suite: Self.suite, name: name,
      parameters: ["n": .integer(degree), "limbs": 1, "bits": .integer(Self.defaultBits)], backend: set.rawValue,
      work: Work(
        operations: degree, unit: "coefficients",
        limitCycles: Self.isModelled(set, bits: Self.defaultBits) ? limit : nil)
    ) {
      let backend = try Self.backend(set)
      let q = Modulus(try NTTPrimes.largest(below: Self.defaultBits, degree: degree, count: 1)[0])
      // Three operands in one storage, a third of a page apart modulo the page, whatever the allocator does: a core takes
      // a load for one of a recent store where the lowest 12 bits of both addresses agree, and waits.
      let skew = 168
      let distance = degree + skew
      let storage = try AlignedStorage(uniform: 3 * distance, below: q.value, label: "pointwise")
      return Prepared {
        var out = storage.mutableWords(2 * distance..<2 * distance + degree)
        body(backend, &out, storage.words(0..<degree), storage.words(distance..<distance + degree), q)
        return out[0]
      }
    }
  }

  // MARK: Base conversion

  private func conversions(_ set: KernelBackend.InstructionSet) -> [Workload] {
    [
      conversion(degree: 4096, inputs: 3, outputs: 4, set),
      conversion(degree: 8192, inputs: 8, outputs: 9, set),
    ]
  }

  private func conversion(
    degree: Int, inputs: Int, outputs: Int, _ set: KernelBackend.InstructionSet
  ) -> Workload {
    let limit = LimitModel.conversionCycles(degree: degree, inputs: inputs, outputs: outputs)
    return Workload(
      suite: Self.suite, name: "base-conversion",
      parameters: [
        "n": .integer(degree), "limbs": .integer(inputs), "output_limbs": .integer(outputs),
        "bits": .integer(Self.defaultBits),
      ],
      backend: set.rawValue,
      work: Work(
        operations: degree, unit: "coefficients",
        limitCycles: Self.isModelled(set, bits: Self.defaultBits) ? limit : nil)
    ) {
      let backend = try Self.backend(set)
      let primes = try NTTPrimes.largest(below: Self.defaultBits, degree: degree, count: inputs + outputs)
      let from = primes.prefix(inputs).map { Modulus($0) }
      let to = primes.suffix(outputs).map { Modulus($0) }
      let inverses = RNSConstants.inversesOfCofactors(from)
      let factors = to.flatMap { p in from.map { RNSConstants.cofactor(of: $0, in: from, modulo: p) } }
      let conversion = RNSConversion(from: from, to: to, inverses: inverses, factors: factors)
      let input = try AlignedStorage(uniformModulo: from, degree: degree, label: "input")
      let output = AlignedStorage(count: outputs * degree)
      return Prepared {
        var words = output.mutableWords(0..<output.count)
        backend.convert(
          &words, outStride: degree, input.words(0..<input.count), inputStride: degree, count: degree, by: conversion)
        return words[0]
      }
    }
  }

  // MARK: Helpers

  private static func backend(_ set: KernelBackend.InstructionSet) throws -> KernelBackend {
    guard let backend = KernelBackend(set) else { throw BenchmarkError.unavailableBackend(set.rawValue) }
    return backend
  }

  /// Whether the limit model is about these kernels.
  private static func isModelled(_ set: KernelBackend.InstructionSet, bits: Int) -> Bool {
    set == .avx512ifma && bits <= defaultBits
  }
}

/// Constants of residue number systems that kernels want as arguments.
enum RNSConstants {
  /// Q/q modulo p, for Q the product of `moduli` and q one of them.
  static func cofactor(of q: Modulus, in moduli: [Modulus], modulo p: Modulus) -> UInt64 {
    moduli.filter { $0 != q }.reduce(p.reduce(1)) { p.multiply($0, p.reduce($1.value)) }
  }

  /// The inverses of Q/q modulo q; requires: distinct primes.
  static func inversesOfCofactors(_ moduli: [Modulus]) -> [UInt64] {
    moduli.map { q in
      guard let inverse = q.inverse(of: cofactor(of: q, in: moduli, modulo: q)) else {
        preconditionFailure("the moduli have a factor in common")
      }
      return inverse
    }
  }
}

extension AlignedStorage {
  /// The same random words in [0, bound) on every run.
  convenience init(uniform count: Int, below bound: UInt64, label: String) throws {
    self.init(count: count)
    var stream = try RandomStream.repeatable(label: label)
    var words = mutableWords(0..<count)
    stream.fillUniform(&words, below: bound)
  }

  /// The same random residues on every run, limb after limb.
  convenience init(uniformModulo moduli: [Modulus], degree: Int, label: String) throws {
    self.init(count: moduli.count * degree)
    var stream = try RandomStream.repeatable(label: label)
    for (index, modulus) in moduli.enumerated() {
      var words = mutableWords(index * degree..<(index + 1) * degree)
      stream.fillUniform(&words, below: modulus.value)
    }
  }
}

extension RandomStream {
  /// The stream of a fixed seed: inputs do not change from run to run.
  static func repeatable(label: String) throws -> RandomStream {
    RandomStream(seed: try Seed(bytes: [UInt8](repeating: 0, count: Seed.byteCount)), label: "benchmark/" + label)
  }
}
