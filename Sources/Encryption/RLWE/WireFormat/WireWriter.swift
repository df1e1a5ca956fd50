// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// Appends numbers and residues to bytes, little endian. WireFormat.md describes every object byte by byte.
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
    let size = (words.count * bits + 7) / 8
    var packed = [UInt8](repeating: 0, count: size)
    var span = packed.mutableSpan
    PolynomialKernels.packBits(&span, words, bits: bits)
    bytes.append(contentsOf: packed)
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
