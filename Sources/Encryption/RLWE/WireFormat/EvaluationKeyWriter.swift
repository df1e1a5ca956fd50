// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
internal import Randomness

/// Writes evaluation keys piece by piece, each as soon as it is there.
struct EvaluationKeyWriter {
  private var checksum = WireChecksum()

  /// Writes what comes before the keys: what they are, and whose.
  ///
  /// - Parameters:
  ///   - request: Says which keys will follow, in the order of its `purposes`.
  ///   - limbs: The most primes of a ciphertext that they serve.
  mutating func writeHead<Failure: Error>(
    _ request: EvaluationKeyRequest, limbs: Int, parameters: RLWEParameters, key: KeyIdentifier,
    to sink: (_ bytes: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let elements = request.keyedElements
    var writer = WireWriter(kind: .evaluationKeys, digest: parameters.digest)
    writer.append(bytes: key.bytes)
    writer.append(UInt8(limbs))
    writer.append(UInt8(request.relinearization ? 1 : 0))
    writer.append(UInt32(elements.count))
    for element in elements { writer.append(UInt32(element.value)) }
    try send(&writer, endsWithChecksum: true, to: sink)
  }

  /// Writes the next key.
  mutating func write<Failure: Error>(
    _ key: SeededKeySwitchingKey, to sink: (_ bytes: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    for (digit, half) in key.halves.enumerated() {
      var writer = WireWriter()
      writer.reserve(Seed.byteCount + WireWriter.byteCount(of: half.basis) + WireChecksum.byteCount)
      if digit == 0 { writer.append(bytes: key.seed.bytes) }
      writer.append(half)
      try send(&writer, endsWithChecksum: digit == key.halves.count - 1, to: sink)
    }
  }

  private mutating func send<Failure: Error>(
    _ writer: inout WireWriter, endsWithChecksum: Bool, to sink: (_ bytes: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    checksum.update(writer.bytes[...])
    if endsWithChecksum {
      let bytes = checksum.bytes
      writer.append(bytes: bytes)
      checksum.update(bytes[...])
    }
    try sink(writer.bytes)
  }
}
