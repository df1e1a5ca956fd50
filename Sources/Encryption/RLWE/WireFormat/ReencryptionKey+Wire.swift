// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
internal import Randomness

extension SeededReencryptionKey {
  /// The key as bytes.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .reencryptionKey, digest: parameters.digest)
    writer.append(bytes: source.bytes)
    writer.append(bytes: target.bytes)
    writer.append(UInt8(limbCount))
    writer.append(bytes: switching.seed.bytes)
    for half in switching.halves {
      writer.reserve(WireWriter.byteCount(of: half.basis) + WireChecksum.byteCount)
      writer.append(half)
    }
    writer.appendChecksum()
    return writer.bytes
  }

  /// Reads a key of `parameters`.
  public init(serialized bytes: [UInt8], parameters: RLWEParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .reencryptionKey, digest: parameters.digest)
    guard let context = parameters.keySwitching else {
      throw .impossible(.reencryptionKey)
    }
    let source = try reader.readKeyIdentifier()
    let target = try reader.readKeyIdentifier()
    let limbs = try reader.read(UInt8.self, in: 1...parameters.limbCount, field: "number of primes")
    let seed = try reader.readSeed()
    let basis = context.keyBasis(limbs: limbs)
    let digits = context.digitCount(limbs: limbs)
    // All of it must be there before anything is allocated.
    let size = digits * WireWriter.byteCount(of: basis) + WireChecksum.byteCount
    guard reader.remaining >= size else { throw .truncated(needed: size, available: reader.remaining) }
    var halves: [RNSPolynomial<Evaluation>] = []
    for _ in 0..<digits { halves.append(try reader.readPolynomial(Evaluation.self, basis: basis)) }
    try reader.readChecksum()
    try reader.finish()
    self.init(
      source: source, target: target,
      switching: SeededKeySwitchingKey(parameters: parameters, limbCount: limbs, seed: seed, halves: halves))
  }
}
