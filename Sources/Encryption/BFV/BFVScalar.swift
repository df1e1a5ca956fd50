// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing

/// One integer modulo t as a message: the constant polynomial, which is this integer in every slot of a batched plaintext.
public struct BFVScalar: Sendable, Equatable {
  /// The message.
  public let plaintext: BFVPlaintext

  /// The set it belongs to.
  public var parameters: BFVParameters { plaintext.parameters }

  /// An integer in (−t/2, t/2].
  public init(_ value: Int64, parameters: BFVParameters) throws(EncodingError) {
    plaintext = try BFVPlaintext(signedCoefficients: [value], parameters: parameters)
  }

  /// An integer in [0, t).
  public init(unsigned value: UInt64, parameters: BFVParameters) throws(EncodingError) {
    plaintext = try BFVPlaintext(coefficients: [value], parameters: parameters)
  }

  /// The integer of a constant message; nil for other messages.
  public init?(_ plaintext: BFVPlaintext) {
    guard plaintext.coefficients.dropFirst().allSatisfy({ $0 == 0 }) else { return nil }
    self.plaintext = plaintext
  }

  /// The integer in [0, t).
  public var unsignedValue: UInt64 {
    let words = plaintext.storage.words(0..<1)
    return words[0]
  }

  /// The integer in (−t/2, t/2].
  public var value: Int64 {
    let t = parameters.plaintextModulus.value
    return unsignedValue > t / 2 ? Int64(unsignedValue) - Int64(t) : Int64(unsignedValue)
  }

  /// round(Q·m/t) modulo each of the first `limbs` primes.
  func scaledResidues(limbs: Int) -> [UInt64] {
    let scaled = plaintext.scaled(limbs: limbs, count: 1)
    return (0..<limbs).map { index in
      let limb = scaled.limb(index)
      return limb[0]
    }
  }
}
