// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing
package import Randomness

/// Reads what `WireWriter` writes.
///
/// Trusts nothing: every length is checked against what is there before it is used.
public struct WireReader: Sendable {
  private let bytes: [UInt8]
  private var offset: Int

  /// Reads from the first byte.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offset = 0
  }

  /// The bytes before the next one.
  var bytesRead: ArraySlice<UInt8> { bytes[..<offset] }

  /// How many bytes are left.
  public var remaining: Int { bytes.count - offset }

  /// Reads the common header and checks version, kind and (where given) parameters.
  public mutating func readHeader(
    kind: WireKind, digest expected: ParameterDigest? = nil
  ) throws(WireError) -> ParameterDigest {
    guard remaining >= 4 else { throw .truncated(needed: 4, available: remaining) }
    guard try readBytes(4) == Array("TACT".utf8) else { throw .notTacit }
    let version = Int(try read(UInt8.self))
    guard (1...WireKind.formatVersion).contains(version) else { throw .unsupportedVersion(version) }
    let found = try read(UInt8.self)
    guard found == kind.rawValue else { throw .wrongKind(expected: kind, found: found) }
    guard try read(UInt16.self) == 0 else { throw .outOfRange(field: "reserved header field") }
    let digest = ParameterDigest(bytes: try readBytes(32))
    if let expected, expected != digest { throw .parametersMismatch(expected: expected, found: digest) }
    return digest
  }

  /// Throws unless everything has been read.
  public func finish() throws(WireError) {
    guard remaining == 0 else { throw .trailingBytes(remaining) }
  }

  /// The next `count` bytes.
  public mutating func readBytes(_ count: Int) throws(WireError) -> [UInt8] {
    guard count >= 0, count <= remaining else { throw .truncated(needed: count, available: remaining) }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// The next integer, little endian.
  public mutating func read<Integer: FixedWidthInteger>(_: Integer.Type) throws(WireError) -> Integer {
    let size = Integer.bitWidth / 8
    guard size <= remaining else { throw .truncated(needed: size, available: remaining) }
    var value: Integer = 0
    for index in (0..<size).reversed() {
      value = (value << 8) | Integer(truncatingIfNeeded: bytes[offset + index])
    }
    offset += size
    return value
  }

  /// An integer in `range`, or an error that names `field`.
  public mutating func read<Integer: FixedWidthInteger>(
    _ type: Integer.Type, in range: ClosedRange<Int>, field: String
  ) throws(WireError) -> Int {
    guard let value = Int(exactly: try read(type)), range.contains(value) else { throw .outOfRange(field: field) }
    return value
  }

  /// The next double.
  public mutating func readDouble() throws(WireError) -> Double {
    Double(bitPattern: try read(UInt64.self))
  }

  /// A seed.
  package mutating func readSeed() throws(WireError) -> Seed {
    let bytes = try readBytes(Seed.byteCount)
    do throws(RandomnessError) {
      return try Seed(bytes: bytes)
    } catch {
      throw .outOfRange(field: "seed")
    }
  }

  /// A key's name.
  package mutating func readKeyIdentifier() throws(WireError) -> KeyIdentifier {
    KeyIdentifier(bytes: try readBytes(16))
  }

  /// A noise bound.
  package mutating func readNoise() throws(WireError) -> NoiseBound {
    let deviation = try readDouble()
    let bounded = try readDouble()
    let independent = try read(UInt8.self)
    let limit = 8192.0  // no modulus has more bits
    guard deviation <= limit, bounded <= limit, !deviation.isNaN, !bounded.isNaN, independent <= 1 else {
      throw .outOfRange(field: "noise bound")
    }
    return NoiseBound(log2Deviation: deviation, log2Bounded: bounded, independent: independent == 1)
  }

  /// Words packed at `bits` bits each, into a span; each must be below `bound`.
  package mutating func unpack(
    into words: inout MutableSpan<UInt64>, bits: Int, below bound: UInt64, field: String
  ) throws(WireError) {
    let size = (words.count * bits + 7) / 8
    guard size <= remaining else { throw .truncated(needed: size, available: remaining) }
    let padding = size * 8 - words.count * bits
    if padding > 0, bytes[offset + size - 1] >> UInt8(8 - padding) != 0 {
      throw .outOfRange(field: "padding of \(field)")
    }
    PolynomialKernels.unpackBits(&words, bytes.span.extracting(offset..<offset + size), bits: bits)
    guard PolynomialKernels.allBelow(words.span, bound: bound) else { throw .outOfRange(field: field) }
    offset += size
  }

  /// A polynomial as `WireWriter.append(_:ranges:)` wrote it; coefficients outside `ranges` are zero.
  package mutating func readPolynomial<Domain>(
    _: Domain.Type, basis: RNSBasis, ranges: [Range<Int>]? = nil
  ) throws(WireError) -> RNSPolynomial<Domain> {
    // All of it must be there before anything is allocated.
    let size = WireWriter.byteCount(of: basis, ranges: ranges)
    guard size <= remaining else { throw .truncated(needed: size, available: remaining) }
    var result = RNSPolynomial<Domain>(zeroIn: basis)
    for index in 0..<basis.limbCount {
      let modulus = basis.moduli[index]
      for range in ranges ?? [0..<basis.degree] {
        var limb = result.mutableLimb(index)
        var part = limb._mutatingExtracting(range)
        try unpack(into: &part, bits: modulus.bitWidth, below: modulus.value, field: "a residue")
      }
    }
    return result
  }
}
