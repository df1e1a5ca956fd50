// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
public import RLWE

extension CKKSParameterLiteral {
  private static let primeBits = KeySwitchingLiteral.primeBits
  private static let mostPrimes = KeySwitchingLiteral.mostPrimes

  /// Widest integers that are decrypted, sign included.
  private static let decryptableBits = 126

  /// Parameters for a computation: the smallest ring that is secure with as many levels.
  ///
  /// Scales of up to 46 bits take one prime a level, larger ones two. The primes are chosen so that the canonical scales stay
  /// next to 2^scaleBits [KPP20, section 4]; digits and special primes so that the evaluation keys are smallest.
  /// - Parameters:
  ///   - levels: How many rescaled products follow one another; 0 … 60.
  ///   - scaleBits: log2 of the scale: about 20 to 25 bits more than what is to be right after the binary point; 20 … 90.
  ///   - valueBound: How large encrypted numbers are in absolute value.
  ///   - headroomBits: How many times, as a power of two, results may be larger than that.
  ///   - slots: How many numbers a ciphertext must hold.
  ///   - keySwitching: Whether products of ciphertexts, or rotations, are needed.
  ///   - security: What the set must withstand.
  /// - Throws: `ParameterError.unplannable` where no ring of up to 2^17 is large enough.
  public static func planned(
    levels: Int, scaleBits: Int = 40, valueBound: Double = 1, headroomBits: Int = 3, slots: Int = 1,
    keySwitching: Bool = true, security: SecurityLevel = .classical128
  ) throws(ParameterError) -> CKKSParameterLiteral {
    guard (0...60).contains(levels), (20...90).contains(scaleBits), valueBound.isFinite, valueBound > 0,
      (0...60).contains(headroomBits)
    else {
      throw .unplannable(
        "\(levels) levels of \(scaleBits) bits for numbers up to \(valueBound) with \(headroomBits) bits of headroom; levels "
          + "are 0 to 60, scales 20 to 90 bits, headroom 0 to 60 bits")
    }
    // A bit for the sign, and one for the noise and for a scale that is not quite 2^scaleBits.
    let baseBits = scaleBits + max(0, Int(binaryLogarithm(valueBound).rounded(.up))) + 2 + headroomBits
    guard baseBits <= decryptableBits else {
      throw .unplannable(
        "results of \(baseBits) bits, and decryption puts together no more than \(decryptableBits); ask for a smaller scale, "
          + "for smaller numbers, or for less headroom")
    }
    var degree = 1024
    while degree <= 131_072 {
      if degree / 2 >= slots, let limit = SecurityTable.maximumModulusBits(degree: degree, level: security),
        let literal = candidate(
          degree: degree, limit: limit, levels: levels, scaleBits: scaleBits, baseBits: baseBits,
          valueBound: valueBound,
          keySwitching: keySwitching, security: security)
      {
        return literal
      }
      degree *= 2
    }
    throw .unplannable(
      "\(slots) slots, \(levels) levels of \(scaleBits) bits and a base of \(baseBits) bits are more than any ring up to 2^17 "
        + "and \(mostPrimes) primes hold at \(security.rawValue); ask for fewer levels, for fewer bits, or for fewer slots"
    )
  }

  /// Parameters of one degree, or nil where they do not fit.
  private static func candidate(
    degree: Int, limit: Int, levels: Int, scaleBits: Int, baseBits: Int, valueBound: Double, keySwitching: Bool,
    security: SecurityLevel
  ) -> CKKSParameterLiteral? {
    let baseCount = (baseBits + primeBits - 1) / primeBits
    guard levels * scaleBits + baseBits <= limit else { return nil }
    guard
      let base = try? NTTPrimes.largest(
        below: (baseBits + baseCount - 1) / baseCount, degree: degree, count: baseCount)
    else { return nil }
    var used = Set(base)
    guard let groups = levelPrimes(degree: degree, levels: levels, scaleBits: scaleBits, used: &used) else {
      return nil
    }
    let all = base + groups.flatMap { $0 }
    guard all.count <= mostPrimes else { return nil }
    let bits = all.reduce(0.0) { $0 + binaryLogarithm(Double($1)) }
    var switching: KeySwitchingLiteral?
    if keySwitching {
      guard
        let choice = KeySwitchingLiteral.smallest(
          degree: degree, primes: all, room: Double(limit) - bits, excluding: used)
      else { return nil }
      switching = choice
    } else if bits >= Double(limit) {
      return nil
    }
    return CKKSParameterLiteral(
      degree: degree, baseModuli: base, levelModuli: groups,
      scale: wantedScale(bits: scaleBits).doubleValue, valueBound: valueBound, keySwitching: switching,
      security: security)
  }

  /// 2^bits; a little less where the primes next to that would all be below it, and the scales could only grow.
  private static func wantedScale(bits: Int) -> CKKSScale {
    bits == primeBits ? CKKSScale(0x1p46 - 0x1p40) : .powerOfTwo(bits)
  }

  /// The primes of every level, chosen from the highest down, so that S(ℓ−1) = S(ℓ)²/q(ℓ) comes next to 2^scaleBits each time.
  private static func levelPrimes(
    degree: Int, levels: Int, scaleBits: Int, used: inout Set<UInt64>
  ) -> [[UInt64]]? {
    let limit = UInt64(1) << UInt64(primeBits)
    let wanted = wantedScale(bits: scaleBits)
    var scale = wanted
    var groups: [[UInt64]] = []
    for _ in 0..<levels {
      var rest = scale * scale / wanted
      var group: [UInt64] = []
      if scaleBits > primeBits {
        // The first of two takes half of the bits; the second what is left.
        guard
          let first = NTTPrimes.nearest(
            to: UInt64(1) << UInt64(scaleBits / 2), below: limit, degree: degree, excluding: used)
        else { return nil }
        used.insert(first)
        group.append(first)
        rest = rest / CKKSScale(first)
      }
      guard
        let last = NTTPrimes.nearest(
          to: min(UInt64(rest.roundedInteger), limit), below: limit, degree: degree, excluding: used)
      else { return nil }
      used.insert(last)
      group.append(last)
      scale = group.reduce(scale * scale) { $0 / CKKSScale($1) }
      guard abs(scale.log2 - wanted.log2) < 0.5 else { return nil }
      groups.append(group)
    }
    return groups.reversed()
  }
}
