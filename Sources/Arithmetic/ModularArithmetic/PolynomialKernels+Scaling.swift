// SPDX-License-Identifier: Apache-2.0

import CPolynomial

/// Constants of one modulus qᵢ for `PolynomialKernels.scaleAndRound`: target / qᵢ = whole + fraction / 2^128.
public struct ScaleLimb: Sendable, Hashable {
  /// (Q/qᵢ)^-1 mod qᵢ.
  public var inverse: UInt64

  /// floor(target / qᵢ).
  public var whole: UInt64

  /// High word of floor(2^128 · (target mod qᵢ) / qᵢ).
  public var fractionHigh: UInt64

  /// Low word of floor(2^128 · (target mod qᵢ) / qᵢ).
  public var fractionLow: UInt64

  /// Collects the constants.
  public init(inverse: UInt64, whole: UInt64, fractionHigh: UInt64, fractionLow: UInt64) {
    self.inverse = inverse
    self.whole = whole
    self.fractionHigh = fractionHigh
    self.fractionLow = fractionLow
  }

  /// The constants for one modulus, by two words of long division.
  ///
  /// - Parameters:
  ///   - inverse: (Q/qᵢ)^-1 mod qᵢ.
  ///   - modulus: qᵢ.
  ///   - target: The new modulus, 2 … 2^61.
  public init(inverse: UInt64, modulus: Modulus, target: UInt64) {
    let high = modulus.value.dividingFullWidth((target % modulus.value, 0))
    let low = modulus.value.dividingFullWidth((high.remainder, 0))
    self.init(
      inverse: inverse, whole: target / modulus.value, fractionHigh: high.quotient, fractionLow: low.quotient)
  }
}

extension PolynomialKernels {
  /// BFV encoding, first half: out = floor((remainder · input + floor(t/2)) / t).
  ///
  /// With Q = t·delta + remainder, round(Q·m/t) = delta·m + out [KPZ21, section 3.1].
  ///
  /// - Parameters:
  ///   - out: Comes out in [0, t].
  ///   - input: In [0, t).
  ///   - remainder: In [0, t).
  ///   - t: Below 2^61.
  public static func scaleRemainder(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, remainder: UInt64, modulo t: Modulus
  ) {
    precondition(t.value >> 61 == 0, "plaintext modulus \(t.value) is not below 2^61")
    precondition(remainder < t.value, "remainder \(remainder) is not reduced modulo \(t.value)")
    unsafe withKernelPointers(&out, input, t) { unsafe he_scale_remainder($0, $1, $2, remainder, $3) }
  }

  /// BFV encoding, second half, one limb: accumulator += delta · message + correction modulo q.
  ///
  /// - Parameters:
  ///   - accumulator: Residues modulo q.
  ///   - message: Any words.
  ///   - correction: Any words.
  ///   - delta: In [0, q).
  ///   - q: The modulus of the limb.
  public static func scaleAccumulate(
    _ accumulator: inout MutableSpan<UInt64>, message: Span<UInt64>, correction: Span<UInt64>, delta: UInt64,
    modulo q: Modulus
  ) {
    precondition(delta < q.value, "delta is not reduced modulo \(q.value)")
    unsafe withKernelPointers(&accumulator, message, correction, q) {
      unsafe he_scale_accumulate($0, $1, $2, delta, $3, $4)
    }
  }

  /// round(target · x / Q) modulo target, for x in [0, Q) given by residues.
  ///
  /// Computed with 128-bit fractions: differs from the exact result only where target·x/Q is within
  /// moduli.count · 2^-60 of a half integer.
  ///
  /// - Parameters:
  ///   - out: `count` words; come out in [0, target).
  ///   - input: Residue k modulo qᵢ is at i·inputStride + k; canonical.
  ///   - inputStride: At least `count`.
  ///   - count: Coefficients.
  ///   - moduli: 1 to 64 moduli qᵢ.
  ///   - constants: One for each modulus, made for `target`.
  ///   - target: 2 … 2^61, any integer.
  public static func scaleAndRound(
    _ out: inout MutableSpan<UInt64>, _ input: Span<UInt64>, inputStride: Int, count: Int, moduli: [Modulus],
    constants: [ScaleLimb], target: UInt64
  ) {
    precondition((2...1 << 61).contains(target), "target \(target) is outside [2, 2^61]")
    precondition((1...64).contains(moduli.count), "scaling from \(moduli.count) moduli, outside 1 … 64")
    precondition(constants.count == moduli.count, "\(constants.count) constants for \(moduli.count) moduli")
    precondition(out.count == count, "output of \(out.count) words for \(count) coefficients")
    checkRows(words: input.count, stride: inputStride, count: count, rows: moduli.count)
    let moduliConstants = moduli.map(\.constants)
    let limbs = constants.map {
      he_scale_limb(
        inverse: $0.inverse, whole: $0.whole, fraction_hi: $0.fractionHigh, fraction_lo: $0.fractionLow)
    }
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe input.withUnsafeBufferPointer { input in
        guard let out = out.baseAddress, let input = input.baseAddress else { return }
        unsafe he_scale_and_round(out, input, inputStride, count, moduliConstants, limbs, limbs.count, target)
      }
    }
  }

  /// One step of modulus switching, one limb: data = (data - centred(last)) · inverse modulo q.
  ///
  /// Rounds x / lastModulus to nearest. [HPS18]
  ///
  /// - Parameters:
  ///   - data: Residues modulo q.
  ///   - last: Residues modulo `lastModulus`.
  ///   - inverse: lastModulus^-1 mod q.
  ///   - q: The modulus of the limb.
  ///   - lastModulus: Odd.
  public static func divideRound(
    _ data: inout MutableSpan<UInt64>, last: Span<UInt64>, inverse: UInt64, modulo q: Modulus, lastModulus: Modulus
  ) {
    precondition(inverse < q.value, "inverse is not reduced modulo \(q.value)")
    precondition(lastModulus.value & 1 == 1, "the dropped modulus \(lastModulus.value) is even")
    unsafe withKernelPointers(&data, last, q) { data, last, count, q in
      unsafe withUnsafePointer(to: lastModulus.constants) { lastModulus in
        unsafe he_divide_round_limb(data, data, last, count, inverse, q, lastModulus)
      }
    }
  }
}
