// SPDX-License-Identifier: Apache-2.0

internal import ComplexModule
internal import ModularArithmetic
internal import PolynomialRing
public import RLWE
internal import Randomness

// RLWE/WireFormat/WireFormat.md describes each object byte by byte.

/// What every CKKS object says of its numbers: level, scale, bound, noise.
private struct CKKSWireHead {
  var key: KeyIdentifier
  var level: Int
  var scale: CKKSScale
  var valueBound: Double
  var noise: Double

  func append(to writer: inout WireWriter) {
    writer.append(bytes: key.bytes)
    writer.append(UInt8(level))
    writer.append(scale.significand)
    writer.append(Int16(scale.exponent))
    writer.append(valueBound)
    writer.append(noise)
  }

  init(key: KeyIdentifier, level: Int, scale: CKKSScale, valueBound: Double, noise: Double) {
    self.key = key
    self.level = level
    self.scale = scale
    self.valueBound = valueBound
    self.noise = noise
  }

  init(from reader: inout WireReader, parameters: CKKSParameters) throws(WireError) {
    key = try reader.readKeyIdentifier()
    level = try reader.read(UInt8.self, in: 0...parameters.maximumLevel, field: "level")
    let significand = try reader.read(UInt128.self)
    let exponent = try reader.read(Int16.self, in: -500...500, field: "exponent of the scale")
    guard significand.leadingZeroBitCount == 0 else { throw .outOfRange(field: "scale") }
    scale = CKKSScale(significand: significand, exponent: exponent)
    valueBound = try reader.readMagnitude(field: "bound of the numbers")
    noise = try reader.readMagnitude(field: "noise bound")
  }
}

extension WireReader {
  /// A finite double without a sign.
  fileprivate mutating func readMagnitude(field: String) throws(WireError) -> Double {
    let value = try readDouble()
    guard value.isFinite, value.sign == .plus else { throw .outOfRange(field: field) }
    return value
  }
}

extension CKKSCiphertext {
  /// The ciphertext as bytes.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .ckksCiphertext, digest: parameters.rlwe.digest)
    CKKSWireHead(key: key, level: level, scale: scale, valueBound: valueBound, noise: noise).append(to: &writer)
    writer.reserve(2 * WireWriter.byteCount(of: ciphertext.basis))
    writer.append(ciphertext.c0)
    writer.append(ciphertext.c1)
    return writer.bytes
  }

  /// Reads a ciphertext of `parameters`.
  public init(serialized bytes: [UInt8], parameters: CKKSParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .ckksCiphertext, digest: parameters.rlwe.digest)
    let head = try CKKSWireHead(from: &reader, parameters: parameters)
    let basis = parameters.rlwe.basis(limbs: parameters.limbCount(level: head.level))
    let c0 = try reader.readPolynomial(Evaluation.self, basis: basis)
    let c1 = try reader.readPolynomial(Evaluation.self, basis: basis)
    try reader.finish()
    self.init(
      parameters: parameters,
      ciphertext: Ciphertext(parameters: parameters.rlwe, key: head.key, c0: c0, c1: c1, noise: .zero),
      level: head.level, scale: head.scale, valueBound: head.valueBound, noise: head.noise)
  }
}

extension SeededCKKSCiphertext {
  /// The ciphertext as bytes: half as many as a full one.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .seededCKKSCiphertext, digest: parameters.rlwe.digest)
    CKKSWireHead(key: key, level: level, scale: scale, valueBound: valueBound, noise: noise).append(to: &writer)
    writer.append(bytes: seed.bytes)
    writer.reserve(WireWriter.byteCount(of: c0.basis))
    writer.append(c0)
    return writer.bytes
  }

  /// Reads a seeded ciphertext of `parameters`.
  public init(serialized bytes: [UInt8], parameters: CKKSParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .seededCKKSCiphertext, digest: parameters.rlwe.digest)
    let head = try CKKSWireHead(from: &reader, parameters: parameters)
    let seed = try reader.readSeed()
    let basis = parameters.rlwe.basis(limbs: parameters.limbCount(level: head.level))
    let c0 = try reader.readPolynomial(Evaluation.self, basis: basis)
    try reader.finish()
    self.init(
      parameters: parameters, key: head.key, level: head.level, scale: head.scale, valueBound: head.valueBound,
      noise: head.noise, c0: c0, seed: seed)
  }
}

extension CKKSProduct {
  /// The product as bytes.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .ckksProduct, digest: parameters.rlwe.digest)
    CKKSWireHead(key: key, level: level, scale: scale, valueBound: valueBound, noise: noise).append(to: &writer)
    writer.reserve(3 * WireWriter.byteCount(of: ciphertext.c0.basis))
    writer.append(ciphertext.c0)
    writer.append(ciphertext.c1)
    writer.append(ciphertext.c2)
    return writer.bytes
  }

  /// Reads a product of `parameters`.
  public init(serialized bytes: [UInt8], parameters: CKKSParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .ckksProduct, digest: parameters.rlwe.digest)
    let head = try CKKSWireHead(from: &reader, parameters: parameters)
    let basis = parameters.rlwe.basis(limbs: parameters.limbCount(level: head.level))
    let c0 = try reader.readPolynomial(Evaluation.self, basis: basis)
    let c1 = try reader.readPolynomial(Evaluation.self, basis: basis)
    let c2 = try reader.readPolynomial(Evaluation.self, basis: basis)
    try reader.finish()
    self.init(
      parameters: parameters, level: head.level, scale: head.scale, valueBound: head.valueBound, noise: head.noise,
      ciphertext: QuadraticCiphertext(
        parameters: parameters.rlwe, key: head.key, c0: c0, c1: c1, c2: c2, noise: .zero))
  }
}

extension CKKSPlaintext {
  /// The plaintext as bytes: N doubles.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .ckksPlaintext, digest: parameters.rlwe.digest)
    writer.append(magnitude)
    writer.append(error)
    writer.reserve(8 * parameters.degree)
    let coefficients = storage.doubles(0..<storage.count)
    for index in coefficients.indices { writer.append(coefficients[index]) }
    return writer.bytes
  }

  /// Reads a plaintext of `parameters`.
  public init(serialized bytes: [UInt8], parameters: CKKSParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .ckksPlaintext, digest: parameters.rlwe.digest)
    let magnitude = try reader.readMagnitude(field: "bound of the numbers")
    let error = try reader.readMagnitude(field: "error of the numbers")
    guard reader.remaining >= 8 * parameters.degree else {
      throw .truncated(needed: 8 * parameters.degree, available: reader.remaining)
    }
    let storage = AlignedStorage(uninitializedCount: parameters.degree, zeroising: true)
    var coefficients = storage.mutableDoubles(0..<storage.count)
    for index in coefficients.indices {
      let value = try reader.readDouble()
      // A coefficient is at most the largest slot.
      guard value.magnitude <= magnitude * (1 + 0x1p-40) else { throw .outOfRange(field: "a coefficient") }
      coefficients[index] = value
    }
    try reader.finish()
    guard magnitude <= CKKSEncoder.largest else { throw .outOfRange(field: "bound of the numbers") }
    self.init(parameters: parameters, magnitude: magnitude, storage: storage, error: error)
    // Nor may a slot be larger, but for what doubles cost. The slots are looked at where they are overwritten when they go.
    let slots = CKKSEncoder(parameters: parameters).slots(of: self)
    let half = parameters.slotCount
    let values = slots.doubles(0..<2 * half)
    let limit = magnitude + 2 * parameters.embeddingError(magnitude: magnitude)
    for index in 0..<half {
      guard Complex(values[index], values[index + half]).length <= limit else { throw .outOfRange(field: "a number") }
    }
  }
}
