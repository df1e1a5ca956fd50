// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
public import RLWE

/// The plaintext modulus of parameters that are to be planned.
public enum BFVPlaintextChoice: Hashable, Sendable {
  /// The largest prime below 2^bits that gives N slots.
  case slots(bits: Int)
  /// This modulus: slots where it happens to be a prime that is 1 modulo 2N.
  case exactly(UInt64)
}

extension BFVParameterLiteral {
  /// Parameters for a computation: the smallest ring that is secure with as much room for noise.
  ///
  /// The noise is followed through the circuit as the evaluator will follow it: fresh ciphertexts of the public key, then
  /// `depth` times a sum of 2^sumBits products of what came before, relinearised, with rotations. Digits and special primes are
  /// those with the smallest keys.
  /// - Parameters:
  ///   - plaintextModulus: Of the numbers.
  ///   - depth: How many products of ciphertexts follow one another, 0 … 60.
  ///   - sumBits: log2 of how many terms are added up at each depth, 0 … 30.
  ///   - slots: How many numbers a ciphertext must hold; the ring degree is at least that.
  ///   - keySwitching: Whether products of ciphertexts, or rotations, are needed.
  ///   - security: What the set must withstand.
  /// - Throws: `ParameterError.unplannable` where no ring of up to 2^17 is large enough.
  public static func planned(
    plaintextModulus: BFVPlaintextChoice, depth: Int, sumBits: Int = 3, slots: Int = 1, keySwitching: Bool = true,
    security: SecurityLevel = .classical128
  ) throws(ParameterError) -> BFVParameterLiteral {
    guard (0...60).contains(depth), (0...30).contains(sumBits), keySwitching || depth == 0 else {
      throw .unplannable(
        "a depth of \(depth) with 2^\(sumBits) terms; the depth is 0 to 60, and above 0 it needs key switching, the terms are "
          + "1 to 2^30")
    }
    switch plaintextModulus {
    case .slots(let bits) where !(2...60).contains(bits):
      throw .unplannable(
        "a plaintext modulus of \(bits) bits; it has 2 to 60, and 17 or more where there are many slots")
    case .exactly(let t) where !(2...1 << 60).contains(t):
      throw .unplannable("a plaintext modulus of \(t); it lies between 2 and 2^60")
    default: break
    }
    var degree = 1024
    while degree <= 131_072 {
      if degree >= slots, let limit = SecurityTable.maximumModulusBits(degree: degree, level: security),
        let t = modulus(plaintextModulus, degree: degree),
        let literal = candidate(
          degree: degree, limit: limit, t: t, depth: depth, sumBits: sumBits, keySwitching: keySwitching,
          security: security)
      {
        return literal
      }
      degree *= 2
    }
    throw .unplannable(
      "\(slots) numbers at depth \(depth) with \(plaintextModulus) are more than any ring up to 2^17 holds at "
        + "\(security.rawValue); ask for less depth, for a smaller plaintext modulus, or for fewer slots")
  }

  private static func modulus(_ choice: BFVPlaintextChoice, degree: Int) -> UInt64? {
    switch choice {
    case .exactly(let t): (2...1 << 60).contains(t) ? t : nil
    case .slots(let bits): (2...60).contains(bits) ? NTTPrimes.nextBelow(1 << UInt64(bits), degree: degree) : nil
    }
  }

  /// Parameters of one degree, or nil where they do not fit.
  private static func candidate(
    degree: Int, limit: Int, t: UInt64, depth: Int, sumBits: Int, keySwitching: Bool, security: SecurityLevel
  ) -> BFVParameterLiteral? {
    let widest = KeySwitchingLiteral.primeBits
    guard
      let needed = (1...max(1, limit)).first(where: {
        fits(log2Modulus: Double($0), degree: degree, t: t, depth: depth, sumBits: sumBits)
      })
    else { return nil }
    // As few primes as hold so many bits, and no wider than that needs; one more where rounding to primes lost too much.
    for count in (needed + widest - 1) / widest...(needed + widest - 1) / widest + 1 {
      let width = min(widest, (needed + count - 1) / count + 1)
      guard count <= KeySwitchingLiteral.mostPrimes,
        let primes = try? NTTPrimes.largest(below: width, degree: degree, count: count, excluding: [t])
      else { continue }
      let bits = primes.reduce(0.0) { $0 + binaryLogarithm(Double($1)) }
      guard fits(log2Modulus: bits, degree: degree, t: t, depth: depth, sumBits: sumBits) else { continue }
      var switching: KeySwitchingLiteral?
      if keySwitching {
        switching = .smallest(degree: degree, primes: primes, room: Double(limit) - bits, excluding: [t])
        guard switching != nil else { continue }
      } else if bits >= Double(limit) {
        continue
      }
      return BFVParameterLiteral(
        degree: degree, moduli: primes, plaintextModulus: t, keySwitching: switching, security: security)
    }
    return nil
  }

  /// Whether a modulus leaves room for the noise of the whole circuit, with a chance of failure fit for release.
  private static func fits(log2Modulus: Double, degree: Int, t: UInt64, depth: Int, sumBits: Int) -> Bool {
    let n = Double(degree)
    // A key switch: digits of up to four primes, no larger than the special primes, and the rounding.
    let digits = max(1, log2Modulus / 20)
    let switching =
      NoiseBound(
        deviation: 4 * (NoiseBound.errorVariance * n * digits).squareRoot(), bounded: 0, independent: false)
      + .rounding(degree: degree)
    let terms = binaryExponential(Double(sumBits))
    var noise = (NoiseBound.publicKeyEncryption(degree: degree) + BFVPlaintext.roundingNoise)
      .multiplied(byNorm1: terms, norm2: terms)
    for _ in 0..<depth {
      noise = BFVEvaluator.productNoise(
        noise, noise, degree: degree, plaintextModulus: t, log2Modulus: log2Modulus, log2Ratio: 0)
      // The product's own switch and a rotation.
      noise = (noise + switching + switching).multiplied(byNorm1: terms, norm2: terms)
    }
    return noise.log2Magnitude(degree: degree, failure: .release) < log2Modulus - 1 - binaryLogarithm(Double(t))
  }
}
