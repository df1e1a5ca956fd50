// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// Appends numbers and residues to bytes, little endian.
///
/// WireFormat.md describes every object byte by byte.
public struct WireWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// Starts empty.
  public init() {}

  /// Starts with the common header.
  public init(kind: WireKind, digest: ParameterDigest) {
    append(bytes: Array("TACT".utf8))
    append(UInt8(WireKind.formatVersion))
    append(kind.rawValue)
    append(UInt16(0))
    append(bytes: digest.bytes)
  }

  /// Makes room for `count` more bytes, so that nothing already written is copied, and left behind, when the array grows.
  package mutating func reserve(_ count: Int) {
    bytes.reserveCapacity(bytes.count + count)
  }

  /// Appends bytes as they are.
  public mutating func append(bytes other: [UInt8]) {
    bytes.append(contentsOf: other)
  }

  /// Appends an integer, little endian.
  public mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
    }
  }

  /// Appends an IEEE 754 double by its bit pattern.
  public mutating func append(_ value: Double) {
    append(value.bitPattern)
  }

  /// Appends a noise bound: two doubles and a byte.
  package mutating func append(_ noise: NoiseBound) {
    append(noise.log2Deviation)
    append(noise.log2Bounded)
    append(UInt8(noise.hasIndependentCoefficients ? 1 : 0))
  }

  /// Appends words packed at `bits` bits each, least significant bit first, padded to a byte with zeros.
  package mutating func append(packing words: borrowing Span<UInt64>, bits: Int) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: (words.count * bits + 7) / 8))
    var span = bytes.mutableSpan
    var packed = span._mutatingExtracting(start..<span.count)
    PolynomialKernels.packBits(&packed, words, bits: bits)
  }

  /// Appends the residues of a polynomial, limb after limb, each packed at the bit length of its prime; only the
  /// coefficients in `ranges` where given.
  package mutating func append<Domain>(_ polynomial: borrowing RNSPolynomial<Domain>, ranges: [Range<Int>]? = nil) {
    for index in 0..<polynomial.limbCount {
      let bits = polynomial.basis.moduli[index].bitWidth
      let limb = polynomial.limb(index)
      if let ranges {
        for range in ranges { append(packing: limb.extracting(range), bits: bits) }
      } else {
        append(packing: limb, bits: bits)
      }
    }
  }

  /// How many bytes `append(_:ranges:)` writes for a polynomial of `basis`.
  package static func byteCount(of basis: RNSBasis, ranges: [Range<Int>]? = nil) -> Int {
    let counts = ranges.map { $0.map(\.count) } ?? [basis.degree]
    return basis.moduli.reduce(0) { total, modulus in
      total + counts.reduce(0) { $0 + ($1 * modulus.bitWidth + 7) / 8 }
    }
  }
}
