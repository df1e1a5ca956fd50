// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing

extension Ciphertext {
  private static var wireKind: WireKind {
    Domain.self == Evaluation.self ? .evaluationCiphertext : .coefficientCiphertext
  }

  /// The ciphertext as bytes.
  public func serialized() -> [UInt8] {
    CiphertextParts(key: key, noise: noise, parts: [c0, c1]).serialized(kind: Self.wireKind, digest: parameters.digest)
  }

  /// Reads a ciphertext of `parameters`, in this domain.
  public init(serialized bytes: [UInt8], parameters: RLWEParameters) throws(WireError) {
    let read = try CiphertextParts<Domain>(serialized: bytes, kind: Self.wireKind, count: 2, parameters: parameters)
    self.init(parameters: parameters, key: read.key, c0: read.parts[0], c1: read.parts[1], noise: read.noise)
  }

  /// Appends all but the header.
  package func appendBody(to writer: inout WireWriter) {
    CiphertextParts(key: key, noise: noise, parts: [c0, c1]).append(to: &writer)
  }

  /// Reads what `appendBody` wrote.
  package init(body reader: inout WireReader, parameters: RLWEParameters) throws(WireError) {
    let read = try CiphertextParts<Domain>(body: &reader, count: 2, parameters: parameters)
    self.init(parameters: parameters, key: read.key, c0: read.parts[0], c1: read.parts[1], noise: read.noise)
  }

  /// How many bytes `appendBody` writes.
  package var bodyByteCount: Int { 16 + 17 + 1 + 2 * WireWriter.byteCount(of: basis) }
}

extension QuadraticCiphertext {
  private static var wireKind: WireKind {
    Domain.self == Evaluation.self ? .evaluationQuadraticCiphertext : .coefficientQuadraticCiphertext
  }

  /// The ciphertext as bytes.
  public func serialized() -> [UInt8] {
    CiphertextParts(key: key, noise: noise, parts: [c0, c1, c2])
      .serialized(kind: Self.wireKind, digest: parameters.digest)
  }

  /// Reads a ciphertext of `parameters`, in this domain.
  public init(serialized bytes: [UInt8], parameters: RLWEParameters) throws(WireError) {
    let read = try CiphertextParts<Domain>(serialized: bytes, kind: Self.wireKind, count: 3, parameters: parameters)
    self.init(
      parameters: parameters, key: read.key, c0: read.parts[0], c1: read.parts[1], c2: read.parts[2],
      noise: read.noise)
  }
}

/// What ciphertexts of two and of three polynomials have in common on the wire.
private struct CiphertextParts<Domain: PolynomialDomain> {
  let key: KeyIdentifier
  let noise: NoiseBound
  let parts: [RNSPolynomial<Domain>]

  init(key: KeyIdentifier, noise: NoiseBound, parts: [RNSPolynomial<Domain>]) {
    self.key = key
    self.noise = noise
    self.parts = parts
  }

  func serialized(kind: WireKind, digest: ParameterDigest) -> [UInt8] {
    var writer = WireWriter(kind: kind, digest: digest)
    append(to: &writer)
    return writer.bytes
  }

  func append(to writer: inout WireWriter) {
    writer.append(bytes: key.bytes)
    writer.append(noise)
    writer.append(UInt8(parts[0].limbCount))
    writer.reserve(parts.count * WireWriter.byteCount(of: parts[0].basis))
    for part in parts { writer.append(part) }
  }

  init(serialized bytes: [UInt8], kind: WireKind, count: Int, parameters: RLWEParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: kind, digest: parameters.digest)
    try self.init(body: &reader, count: count, parameters: parameters)
    try reader.finish()
  }

  init(body reader: inout WireReader, count: Int, parameters: RLWEParameters) throws(WireError) {
    key = try reader.readKeyIdentifier()
    noise = try reader.readNoise()
    let limbs = try reader.read(UInt8.self, in: 1...parameters.limbCount, field: "number of primes")
    let basis = parameters.basis(limbs: limbs)
    var parts: [RNSPolynomial<Domain>] = []
    for _ in 0..<count { parts.append(try reader.readPolynomial(Domain.self, basis: basis)) }
    self.parts = parts
  }
}
