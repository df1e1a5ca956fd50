// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing
public import RLWE

// RLWE/WireFormat/WireFormat.md describes each object byte by byte. The parts stand one after the other under one header:
// how many there are, and of which sets, is part of the parameters and of their digest. All room is made first, so that
// nothing already written is copied, and left behind, when the bytes grow.

extension CRTCiphertext {
  /// The ciphertext as bytes.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .crtCiphertext, digest: parameters.digest)
    writer.reserve(parts.reduce(0) { $0 + $1.bodyByteCount })
    for part in parts { part.appendBody(to: &writer) }
    return writer.bytes
  }

  /// Reads a ciphertext of `parameters`.
  public init(serialized bytes: [UInt8], parameters: CRTParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .crtCiphertext, digest: parameters.digest)
    var parts: [Ciphertext<Coefficient>] = []
    for component in parameters.components {
      parts.append(try Ciphertext(body: &reader, parameters: component.rlwe))
    }
    try reader.finish()
    self.init(parameters: parameters, parts: parts)
  }
}

extension CRTSecretKey {
  /// The keys of all sets as bytes.
  ///
  /// Whoever reads them reads everything encrypted under them: keep them in files of mode 0600.
  ///
  /// The array that is returned is the caller's to protect and to overwrite.
  public borrowing func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .crtSecretKey, digest: parameters.digest)
    let size = parameters.components.reduce(0) { $0 + SecretKey.bodyByteCount(parameters: $1.rlwe) }
    writer.reserve(size + WireChecksum.byteCount)
    for holder in holders { holder.key.appendBody(to: &writer) }
    writer.appendChecksum()
    return writer.bytes
  }

  /// Reads the keys of all sets.
  public init(serialized bytes: [UInt8], parameters: CRTParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .crtSecretKey, digest: parameters.digest)
    var holders: [Holder] = []
    for component in parameters.components {
      holders.append(Holder(try SecretKey.read(body: &reader, parameters: component.rlwe)))
    }
    try reader.readChecksum()
    try reader.finish()
    self.init(parameters: parameters, holders: holders)
  }
}

extension CRTPlaintext {
  /// The plaintext as bytes.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .crtPlaintext, digest: parameters.digest)
    writer.reserve(parts.reduce(0) { $0 + BFVPlaintext.bodyByteCount(parameters: $1.parameters) })
    for part in parts { part.appendBody(to: &writer) }
    return writer.bytes
  }

  /// Reads a plaintext of `parameters`.
  public init(serialized bytes: [UInt8], parameters: CRTParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .crtPlaintext, digest: parameters.digest)
    var parts: [BFVPlaintext] = []
    for component in parameters.components { parts.append(try BFVPlaintext(body: &reader, parameters: component)) }
    try reader.finish()
    self.init(parameters: parameters, parts: parts)
  }
}
