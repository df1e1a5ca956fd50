// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import Tacit

/// Keys, plaintexts and ciphertexts of one parameter set: what the operations of a scheme work on.
protocol CiphertextValues: AnyObject, Sendable {
  /// Makes them, with evaluation keys for products, for these rotations and for conjugation where it is asked for, and checks that a product decrypts right.
  init(_ size: ParameterSize, kernels: KernelChoice, rotations: [Int], conjugation: Bool) throws

  /// The keys.
  var keys: KeySet { get }

  /// The parameters in numbers.
  var details: Parameters { get }

  /// What ciphertexts and keys take in memory and on the wire.
  var byteCounts: [ByteCount] { get throws }

  /// Multiplies, relinearises and rotates once: what the peak of memory is taken of.
  func multiplyAndRotate() throws
}

/// One operation of a scheme.
struct CiphertextOperation<Values: CiphertextValues> {
  /// In words joined by hyphens.
  let name: String

  /// What it needs of the kernels by the general algorithm, where the model says so.
  var counts: OperationCounts?

  /// How many operations a call is counted as.
  var operations = 1

  /// What an operation is, in the plural.
  var unit = "operations"

  /// Whether it can use several threads.
  var isParallel = false

  /// Makes a call from the values and the number of threads; calls made apart share nothing that changes.
  let prepare: (Values, Int) throws -> Call

  /// Does the work once and returns a word of its result.
  typealias Call = @Sendable () throws -> UInt64
}

/// The operations of a scheme at some parameter sets: with one thread, each with all threads where it can use them, and as
/// many side by side as there are threads.
struct CiphertextSuite<Values: CiphertextValues> {
  /// The suite's name.
  let name: String

  /// Forces the kernels.
  let instructionSet: KernelBackend.InstructionSet?

  /// All threads.
  let threads: Int

  /// The parameter sets.
  let sizes: [ParameterSize]

  /// The rotations that need keys.
  let rotations: (ParameterSize) -> [Int]

  /// What is done at each set.
  let operations: (ParameterSize) -> [CiphertextOperation<Values>]

  private let store: ValueStore<Values>

  /// Describes a suite; nothing is made yet.
  init(
    name: String, instructionSet: KernelBackend.InstructionSet?, threads: Int, sizes: [ParameterSize],
    rotations: @escaping (ParameterSize) -> [Int],
    operations: @escaping (ParameterSize) -> [CiphertextOperation<Values>]
  ) {
    self.name = name
    self.instructionSet = instructionSet
    self.threads = threads
    self.sizes = sizes
    self.rotations = rotations
    self.operations = operations
    store = ValueStore(kernels: instructionSet.map { .only($0) } ?? .automatic)
  }

  /// All that is timed.
  var workloads: [Workload] {
    sizes.flatMap { size in
      operations(size).flatMap { operation in
        var workloads = [workload(operation, size, threads: 1)]
        if threads > 1 {
          if operation.isParallel { workloads.append(workload(operation, size, threads: threads)) }
          workloads.append(sideBySide(operation, size))
        }
        return workloads
      }
    }
  }

  /// All that is counted in bytes, a probe for the sizes and one for the peak of memory of each set.
  var byteCountProbes: [ByteCountProbe] {
    sizes.flatMap { size in
      [
        ByteCountProbe(suite: name, name: "sizes", parameters: size.parameters) {
          try Values(size, kernels: store.kernels, rotations: [], conjugation: false).byteCounts
        },
        .peakMemory(suite: name, size: size),
      ]
    }
  }

  private func values(_ size: ParameterSize) throws -> Values {
    try store.values(size, rotations: rotations(size))
  }

  private func workload(_ operation: CiphertextOperation<Values>, _ size: ParameterSize, threads: Int) -> Workload {
    workload(operation, size, threads: threads, atOnce: 1) { values in
      Prepared(parameters: values.details, run: try operation.prepare(values, threads))
    }
  }

  private func sideBySide(_ operation: CiphertextOperation<Values>, _ size: ParameterSize) -> Workload {
    workload(operation, size, threads: threads, atOnce: threads) { values in
      let streams = try (0..<threads).map { _ in try operation.prepare(values, 1) }
      return Prepared(parameters: values.details, streams: streams, run: streams[0])
    }
  }

  private func workload(
    _ operation: CiphertextOperation<Values>, _ size: ParameterSize, threads: Int, atOnce: Int,
    _ prepare: @escaping (Values) throws -> Prepared
  ) -> Workload {
    // No backend has the limit of automatic choice; where there is IFMA it is chosen.
    let modelled = instructionSet ?? KernelBackend.supported.map(\.instructionSet).first { $0 == .avx512ifma }
    let limit = operation.counts.flatMap { counts in
      modelled.map { counts.limit(degree: size.degree, model: LimitModel($0)).times(atOnce) }
    }
    return Workload(
      suite: name, name: operation.name, parameters: size.parameters,
      backend: instructionSet?.rawValue ?? "automatic", threads: threads, atOnce: atOnce,
      work: Work(operations: operation.operations * atOnce, unit: operation.unit, limit: limit)
    ) { try prepare(values(size)) }
  }
}

/// The values of the set that was asked for last: at large degrees there is no room for those of all sets.
private final class ValueStore<Values: CiphertextValues> {
  let kernels: KernelChoice
  private var made: (key: String, values: Values)?

  init(kernels: KernelChoice) { self.kernels = kernels }

  func values(_ size: ParameterSize, rotations: [Int]) throws -> Values {
    let key = size.parameters.description
    if let made, made.key == key { return made.values }
    made = nil
    let values = try Values(size, kernels: kernels, rotations: rotations, conjugation: true)
    made = (key, values)
    return values
  }
}
