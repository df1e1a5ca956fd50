// SPDX-License-Identifier: Apache-2.0

import Foundation
import Tacit

/// A size, and what it is to be compared with.
struct ByteCount {
  /// What takes the bytes, in words joined by hyphens.
  let name: String

  /// How many.
  let bytes: Int

  /// A size to compare with, and whose it is.
  var reference: (name: String, bytes: Int)?
}

/// Sizes to be counted: a value that says what they are of and how to find them.
struct ByteCountProbe {
  /// The suite it belongs to.
  let suite: String

  /// What is counted.
  let name: String

  /// The parameter set.
  let parameters: Parameters

  /// Counts.
  let count: () throws -> [ByteCount]

  /// What `--filter` looks at.
  var label: String { "\(suite) \(name) \(parameters)" }

  /// The largest peak of resident memory of a process that multiplies, relinearises and rotates, and the degree for which
  /// that is asked.
  static let memoryTarget = (degree: 32_768, bytes: 528_000_000)

  /// The peak of memory of a process that makes one relinearisation key and one Galois key and computes with them.
  static func peakMemory(suite: String, size: ParameterSize) -> ByteCountProbe {
    ByteCountProbe(suite: suite, name: "peak-memory", parameters: size.parameters) {
      let words = size.parameters.description.split(separator: " ").map(String.init)
      guard let path = Bundle.main.executablePath,
        let bytes = Subprocess.output(of: [path, MemoryCommand.name, suite] + words).flatMap({ Int($0) })
      else { throw BenchmarkError.noPeakMemory }
      let reference = size.degree == memoryTarget.degree ? ("target", memoryTarget.bytes) : nil
      return [ByteCount(name: "peak-memory-multiply-relinearize-rotate", bytes: bytes, reference: reference)]
    }
  }
}

extension ByteCount {
  /// What every scheme has: the sizes of a ciphertext and of the keys of one set.
  ///
  /// - Parameters:
  ///   - keys: Of the set.
  ///   - ciphertext: A full ciphertext on the wire.
  ///   - seeded: A fresh one with a seed for its uniform half.
  ///   - oneLimb: One switched down to its first prime.
  static func common(_ keys: KeySet, ciphertext: Int, seeded: Int, oneLimb: Int) throws -> [ByteCount] {
    let parameters = keys.parameters
    let primes = parameters.keyBasis.limbCount
    // Keys of SEAL have k − 1 digits of two polynomials modulo all k primes, in words of 64 bits.
    let seal = 16 * parameters.degree * primes * (primes - 1)
    let requests = [
      ("relinearization-key", EvaluationKeyRequest(relinearization: true)),
      ("one-galois-key", EvaluationKeyRequest(rotations: [1], degree: parameters.degree)),
    ]
    let ofKeys = try requests.flatMap { name, request in
      let seeded = try keys.secret.evaluationKeys(request)
      return [
        ByteCount(
          name: "\(name)-in-memory", bytes: seeded.expanded().byteCount, reference: ("SEAL, 16 N k (k-1)", seal)),
        ByteCount(
          name: "\(name)-on-wire", bytes: seeded.serialized().count, reference: ("SEAL, seeded: half of that", seal / 2)
        ),
      ]
    }
    return [
      ByteCount(
        name: "ciphertext-in-memory", bytes: 16 * parameters.degree * parameters.limbCount),
      ByteCount(name: "ciphertext-on-wire", bytes: ciphertext),
      ByteCount(name: "ciphertext-seeded-on-wire", bytes: seeded),
      ByteCount(name: "ciphertext-one-limb-on-wire", bytes: oneLimb),
    ] + ofKeys
  }
}
