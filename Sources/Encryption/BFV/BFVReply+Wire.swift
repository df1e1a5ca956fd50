// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
public import RLWE

extension BFVReply {
  /// Appends the residues alone: the kept coefficients of c₀, then c₁, without the dropped bits.
  package func appendBody(to writer: inout WireWriter) {
    writer.append(c0, without: droppedBits.c0, ranges: ranges)
    writer.append(c1, without: droppedBits.c1, ranges: [0..<parameters.degree])
  }

  /// Reads what `appendBody` wrote, for known ranges.
  package init(
    body reader: inout WireReader, parameters: BFVParameters, key: KeyIdentifier, ranges: [Range<Int>],
    noise: NoiseBound, droppedBits: DroppedBits = .none
  ) throws(WireError) {
    guard let basis = parameters.replyBasis else { throw .impossible(.reply) }
    let c0 = try reader.readPolynomial(basis: basis, without: droppedBits.c0, ranges: ranges)
    let c1 = try reader.readPolynomial(basis: basis, without: droppedBits.c1, ranges: [0..<parameters.degree])
    self.init(
      parameters: parameters, key: key, c0: c0, c1: c1, ranges: ranges, noise: noise, droppedBits: droppedBits)
  }

  /// How many bytes `appendBody` writes where no bits are dropped; 0 where the parameters have no reply modulus.
  package static func bodyByteCount(parameters: BFVParameters, ranges: [Range<Int>]) -> Int {
    guard let basis = parameters.replyBasis else { return 0 }
    return WireWriter.byteCount(of: basis, ranges: ranges) + WireWriter.byteCount(of: basis)
  }

  /// The reply as bytes.
  public func serialized() -> [UInt8] {
    let isCompressed = droppedBits != .none
    var writer = WireWriter(kind: isCompressed ? .compressedReply : .reply, digest: parameters.rlwe.digest)
    writer.append(bytes: key.bytes)
    writer.append(noise)
    if isCompressed {
      writer.append(UInt8(droppedBits.c0))
      writer.append(UInt8(droppedBits.c1))
    }
    writer.append(UInt16(ranges.count))
    for range in ranges {
      writer.append(UInt32(range.lowerBound))
      writer.append(UInt32(range.upperBound))
    }
    appendBody(to: &writer)
    return writer.bytes
  }

  /// Reads a reply of `parameters`, compressed or not.
  public init(serialized bytes: [UInt8], parameters: BFVParameters) throws(WireError) {
    var reader = WireReader(bytes)
    let isCompressed = bytes.count > 5 && bytes[5] == WireKind.compressedReply.rawValue
    _ = try reader.readHeader(kind: isCompressed ? .compressedReply : .reply, digest: parameters.rlwe.digest)
    let key = try reader.readKeyIdentifier()
    let noise = try reader.readNoise()
    var droppedBits = DroppedBits.none
    if isCompressed {
      let width = parameters.replyBasis?.productBits ?? 1
      let c0 = try reader.read(UInt8.self, in: 0...width - 1, field: "number of bits dropped from c0")
      let c1 = try reader.read(
        UInt8.self, in: (c0 == 0 ? 1 : 0)...max(1, width - 1), field: "number of bits dropped from c1")
      droppedBits = DroppedBits(c0: c0, c1: c1)
    }
    let count = try reader.read(UInt16.self, in: 0...Self.maximumRangeCount, field: "number of coefficient ranges")
    var ranges: [Range<Int>] = []
    for _ in 0..<count {
      let previous = ranges.last?.upperBound ?? 0
      let lower = try reader.read(UInt32.self, in: previous...parameters.degree, field: "start of a coefficient range")
      let upper = try reader.read(UInt32.self, in: lower...parameters.degree, field: "end of a coefficient range")
      ranges.append(lower..<upper)
    }
    try self.init(
      body: &reader, parameters: parameters, key: key, ranges: ranges, noise: noise, droppedBits: droppedBits)
    try reader.finish()
  }
}

extension WireWriter {
  /// Appends coefficients that are multiples of 2^bits, divided by it.
  fileprivate mutating func append(
    _ polynomial: RNSPolynomial<Coefficient>, without bits: Int, ranges: [Range<Int>]
  ) {
    guard bits > 0 else {
      append(polynomial, ranges: ranges)
      return
    }
    let width = polynomial.basis.moduli[0].bitWidth - bits
    let storage = AlignedStorage(uninitializedCount: polynomial.degree)
    var words = storage.mutableWords(0..<polynomial.degree)
    PolynomialKernels.extractBits(&words, polynomial.limb(0), shift: bits, bits: width)
    let span = words.span
    for range in ranges { append(packing: span.extracting(range), bits: width) }
  }
}

extension WireReader {
  /// Reads coefficients that were divided by 2^bits; those outside `ranges` are zero.
  fileprivate mutating func readPolynomial(
    basis: RNSBasis, without bits: Int, ranges: [Range<Int>]
  ) throws(WireError) -> RNSPolynomial<Coefficient> {
    guard bits > 0 else { return try readPolynomial(Coefficient.self, basis: basis, ranges: ranges) }
    let (plan, width) = (basis.plans[0], basis.moduli[0].bitWidth - bits)
    // All of it must be there before anything is allocated.
    let size = ranges.reduce(0) { $0 + ($1.count * width + 7) / 8 }
    guard size <= remaining else { throw .truncated(needed: size, available: remaining) }
    var result = RNSPolynomial<Coefficient>(zeroIn: basis)
    var limb = result.mutableLimb(0)
    for range in ranges {
      var part = limb._mutatingExtracting(range)
      try unpack(into: &part, bits: width, below: (plan.modulus.value - 1) >> UInt64(bits) + 1, field: "a residue")
    }
    plan.backend.multiplyScalarInPlace(&limb, by: 1 << UInt64(bits), modulo: plan.modulus)
    return result
  }
}
