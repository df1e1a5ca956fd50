// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import PolynomialRing
import Randomness

/// The part of the suite `kernels` that is the same on every machine: sampling, bit packing, scaling.
enum PortableKernelWorkloads {
  private static let degree = 4096

  /// Width of the primes of a modulus of three limbs that is secure at this degree.
  private static let bits = 36

  /// All of them.
  static var all: [Workload] { sampling + packing + [scaleAndRound] }

  // MARK: Sampling

  private static var sampling: [Workload] {
    [
      sampling("sample-uniform", parameters: ["n": .integer(degree), "limbs": 1, "bits": .integer(bits)]) {
        stream, words, bound in
        stream.fillUniform(&words, below: bound)
      },
      sampling("sample-ternary", parameters: ["n": .integer(degree)]) { stream, words, _ in
        stream.fillTernary(&words)
      },
      sampling("sample-centered-binomial", parameters: ["n": .integer(degree)]) { stream, words, _ in
        stream.fillCenteredBinomial(&words)
      },
    ]
  }

  /// Samples with the bytes that they are made from: what key generation and encryption pay.
  private static func sampling(
    _ name: String, parameters: Parameters,
    _ body: @escaping (inout RandomStream, inout MutableSpan<UInt64>, UInt64) -> Void
  ) -> Workload {
    portable(name, parameters: parameters) {
      let bound = try NTTPrimes.largest(below: bits, degree: degree, count: 1)[0]
      let source = SampleSource(try RandomStream.repeatable(label: name))
      let storage = AlignedStorage(count: degree)
      return Prepared {
        var words = storage.mutableWords(0..<degree)
        body(&source.stream, &words, bound)
        return words[0]
      }
    }
  }

  /// A stream that a closure can go on drawing from.
  private final class SampleSource {
    var stream: RandomStream

    init(_ stream: consuming RandomStream) { self.stream = stream }
  }

  // MARK: Packing

  private static var packing: [Workload] {
    let parameters: Parameters = ["n": .integer(degree), "limbs": 1, "bits": .integer(bits)]
    let byteCount = PolynomialKernels.packedByteCount(count: degree, bits: bits)
    return [
      portable("pack-bits", parameters: parameters) {
        let storage = try AlignedStorage(uniform: degree, below: 1 << UInt64(bits), label: "pack")
        var packed = [UInt8](repeating: 0, count: byteCount)
        return Prepared {
          pack(storage.words(0..<degree), into: &packed)
          return UInt64(packed[0])
        }
      },
      portable("unpack-bits", parameters: parameters) {
        var packed = [UInt8](repeating: 0, count: byteCount)
        let source = try AlignedStorage(uniform: degree, below: 1 << UInt64(bits), label: "pack")
        pack(source.words(0..<degree), into: &packed)
        let input = packed
        let storage = AlignedStorage(count: degree)
        return Prepared {
          var words = storage.mutableWords(0..<degree)
          PolynomialKernels.unpackBits(&words, input.span, bits: bits)
          return words[0]
        }
      },
    ]
  }

  private static func pack(_ words: Span<UInt64>, into bytes: inout [UInt8]) {
    var span = bytes.mutableSpan
    PolynomialKernels.packBits(&span, words, bits: bits)
  }

  // MARK: Scaling

  /// The last step of decryption: from three limbs to the plaintext modulus.
  private static var scaleAndRound: Workload {
    let limbs = 3
    let target = UInt64(1) << 24
    return portable(
      "scale-and-round",
      parameters: ["n": .integer(degree), "limbs": .integer(limbs), "bits": .integer(bits), "target_bits": 24]
    ) {
      let moduli = try NTTPrimes.largest(below: bits, degree: degree, count: limbs).map { Modulus($0) }
      let constants = zip(moduli, RNSConstants.inversesOfCofactors(moduli)).map {
        ScaleLimb(inverse: $1, modulus: $0, target: target)
      }
      let input = try AlignedStorage(uniformModulo: moduli, degree: degree, label: "scale")
      let output = AlignedStorage(count: degree)
      return Prepared {
        var words = output.mutableWords(0..<degree)
        PolynomialKernels.scaleAndRound(
          &words, input.words(0..<input.count), inputStride: degree, count: degree, moduli: moduli,
          constants: constants, target: target)
        return words[0]
      }
    }
  }

  /// A workload over `count` coefficients.
  private static func portable(
    _ name: String, parameters: Parameters, count: Int = degree, traffic: Traffic? = nil,
    setUp: @escaping () throws -> Prepared
  ) -> Workload {
    Workload(
      suite: KernelWorkloads.suite, name: name, parameters: parameters, backend: "portable",
      work: Work(
        operations: count, unit: "coefficients", cycleUnit: .words(.coefficients, count), traffic: traffic),
      setUp: setUp)
  }
}
