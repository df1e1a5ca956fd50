// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
internal import Randomness

extension SecretKey {
  /// The key as bytes.
  ///
  /// Whoever reads them reads everything encrypted under it: keep them in files of mode 0600.
  ///
  /// The array that is returned is the caller's to protect and to overwrite.
  public borrowing func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .secretKey, digest: parameters.digest)
    writer.reserve(Self.bodyByteCount(parameters: parameters) + WireChecksum.byteCount)
    appendBody(to: &writer)
    writer.appendChecksum()
    return writer.bytes
  }

  /// Reads a key of `parameters`.
  public init(serialized bytes: [UInt8], parameters: RLWEParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .secretKey, digest: parameters.digest)
    let key = try Self.read(body: &reader, parameters: parameters)
    try reader.readChecksum()
    try reader.finish()
    self = key
  }

  /// Appends identifier and coefficients alone.
  ///
  /// requires: room for them in the writer, so that they are not copied and left behind.
  package borrowing func appendBody(to writer: inout WireWriter) {
    writer.append(bytes: identifier.bytes)
    // −1, 0, 1 as 0, 1, 2: two bits each, without branching on them.
    let words = coefficients.words()
    let shifted = AlignedStorage(count: words.count, zeroising: true)
    var span = shifted.mutableWords(0..<words.count)
    for index in 0..<words.count { span[index] = words[index] &+ 1 }
    writer.append(packing: span.span, bits: 2)
  }

  /// Reads what `appendBody` wrote.
  package static func read(body reader: inout WireReader, parameters: RLWEParameters) throws(WireError) -> SecretKey {
    let identifier = try reader.readKeyIdentifier()
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
    var words = storage.mutableWords(0..<parameters.degree)
    try reader.unpack(into: &words, bits: 2, below: 3, field: "a coefficient of the secret")
    for index in 0..<words.count { words[index] = words[index] &- 1 }
    return SecretKey(
      parameters: parameters, identifier: identifier, coefficients: SecretCoefficients(storage: storage))
  }

  /// How many bytes `appendBody` writes.
  package static func bodyByteCount(parameters: RLWEParameters) -> Int { 16 + (parameters.degree + 3) / 4 }
}

extension PublicKey {
  /// The key as bytes: p₀ and the seed of p₁.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .publicKey, digest: parameters.digest)
    writer.append(bytes: key.bytes)
    appendBody(to: &writer)
    return writer.bytes
  }

  /// Reads a key of `parameters`.
  public init(serialized bytes: [UInt8], parameters: RLWEParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .publicKey, digest: parameters.digest)
    let key = try reader.readKeyIdentifier()
    try self.init(body: &reader, parameters: parameters, key: key)
    try reader.finish()
  }

  /// Appends seed and p₀ alone.
  package func appendBody(to writer: inout WireWriter) {
    writer.append(bytes: seed.bytes)
    writer.reserve(WireWriter.byteCount(of: p0.basis))
    writer.append(p0)
  }

  /// Reads what `appendBody` wrote.
  package init(
    body reader: inout WireReader, parameters: RLWEParameters, key: KeyIdentifier
  ) throws(WireError) {
    let seed = try reader.readSeed()
    let p0 = try reader.readPolynomial(Evaluation.self, basis: parameters.basis)
    self.init(parameters: parameters, key: key, p0: p0, seed: seed)
  }

  /// How many bytes seed and p₀ take.
  package static func bodyByteCount(parameters: RLWEParameters) -> Int {
    32 + WireWriter.byteCount(of: parameters.basis)
  }
}

extension SeededCiphertext {
  /// The ciphertext as bytes: c₀ and the seed of c₁.
  public func serialized() -> [UInt8] {
    let isShort = limbCount < parameters.limbCount
    var writer = WireWriter(kind: isShort ? .shortSeededCiphertext : .seededCiphertext, digest: parameters.digest)
    writer.append(bytes: key.bytes)
    writer.append(noise)
    if isShort { writer.append(UInt8(limbCount)) }
    appendBody(to: &writer)
    return writer.bytes
  }

  /// Reads a ciphertext of `parameters`, of all primes or of fewer.
  public init(serialized bytes: [UInt8], parameters: RLWEParameters) throws(WireError) {
    var reader = WireReader(bytes)
    let isShort = bytes.count > 5 && bytes[5] == WireKind.shortSeededCiphertext.rawValue
    _ = try reader.readHeader(kind: isShort ? .shortSeededCiphertext : .seededCiphertext, digest: parameters.digest)
    let key = try reader.readKeyIdentifier()
    let noise = try reader.readNoise()
    var limbs = parameters.limbCount
    if isShort {
      guard limbs > 1 else { throw .impossible(.shortSeededCiphertext) }
      limbs = try reader.read(UInt8.self, in: 1...limbs - 1, field: "number of primes")
    }
    try self.init(body: &reader, parameters: parameters, key: key, noise: noise, limbs: limbs)
    try reader.finish()
  }

  /// Appends seed and c₀ alone, only the coefficients in `ranges` where given.
  package func appendBody(to writer: inout WireWriter, ranges: [Range<Int>]? = nil) {
    writer.append(bytes: seed.bytes)
    writer.reserve(WireWriter.byteCount(of: c0.basis, ranges: ranges))
    writer.append(c0, ranges: ranges)
  }

  /// How many bytes seed and c₀ take.
  package static func bodyByteCount(parameters: RLWEParameters, ranges: [Range<Int>]? = nil) -> Int {
    32 + WireWriter.byteCount(of: parameters.basis, ranges: ranges)
  }

  /// Reads what `appendBody` wrote.
  ///
  /// Coefficients outside `ranges` are zero: the ciphertext decrypts only inside them. It has all primes where `limbs` is nil.
  package init(
    body reader: inout WireReader, parameters: RLWEParameters, key: KeyIdentifier, noise: NoiseBound,
    ranges: [Range<Int>]? = nil, limbs: Int? = nil
  ) throws(WireError) {
    let seed = try reader.readSeed()
    let basis = parameters.basis(limbs: limbs ?? parameters.limbCount)
    let c0 = try reader.readPolynomial(Coefficient.self, basis: basis, ranges: ranges)
    self.init(parameters: parameters, key: key, c0: c0, seed: seed, noise: noise)
  }
}
