// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import Tacit

/// The hidden command `memory SUITE PARAMETERS…`: prints the peak of resident memory, in bytes, of a process that makes a
/// parameter set, a key pair, one relinearisation key and one Galois key, and multiplies, relinearises and rotates.
enum MemoryCommand {
  static let name = "memory"

  /// Runs it on the words after its name.
  static func run(_ words: ArraySlice<String>) throws {
    let size = try ParameterSize(words.dropFirst())
    switch words.first {
    case BFVValues.suite: try use(BFVValues.self, size)
    case CKKSValues.suite: try use(CKKSValues.self, size)
    default: throw BenchmarkError.badParameter(words.first ?? "")
    }
    guard let peak = ResidentMemory.peakBytes else { throw BenchmarkError.noPeakMemory }
    LineWriter.standardOutput.write(String(peak))
  }

  private static func use<Values: CiphertextValues>(_: Values.Type, _ size: ParameterSize) throws {
    try Values(size, kernels: .automatic, rotations: [1], conjugation: false).multiplyAndRotate()
  }
}
