// SPDX-License-Identifier: Apache-2.0

extension Modulus {
  /// The residue of any word.
  public func reduce(_ word: UInt64) -> UInt64 {
    word % value
  }

  /// The residue of any signed word.
  public func reduce(signed word: Int64) -> UInt64 {
    let residue = word.magnitude % value
    return word < 0 ? negate(residue) : residue
  }

  /// lhs + rhs modulo q, for residues.
  public func add(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    assert(lhs < value && rhs < value, "operand not reduced modulo \(value)")
    let sum = lhs + rhs
    return sum >= value ? sum - value : sum
  }

  /// lhs - rhs modulo q, for residues.
  public func subtract(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    assert(lhs < value && rhs < value, "operand not reduced modulo \(value)")
    return lhs >= rhs ? lhs - rhs : lhs + (value - rhs)
  }

  /// -residue modulo q.
  public func negate(_ residue: UInt64) -> UInt64 {
    assert(residue < value, "operand not reduced modulo \(value)")
    return residue == 0 ? 0 : value - residue
  }

  /// lhs · rhs modulo q, for residues.
  public func multiply(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    assert(lhs < value && rhs < value, "operand not reduced modulo \(value)")
    return value.dividingFullWidth(lhs.multipliedFullWidth(by: rhs)).remainder
  }

  /// lhs · rhs + addend modulo q, for residues.
  public func multiplyAdd(_ lhs: UInt64, _ rhs: UInt64, _ addend: UInt64) -> UInt64 {
    add(multiply(lhs, rhs), addend)
  }

  /// base^exponent modulo q, for a residue; 0^0 is 1.
  public func power(_ base: UInt64, _ exponent: UInt64) -> UInt64 {
    assert(base < value, "operand not reduced modulo \(value)")
    var result: UInt64 = 1
    var square = base
    var rest = exponent
    while rest != 0 {
      if rest & 1 == 1 { result = multiply(result, square) }
      square = multiply(square, square)
      rest >>= 1
    }
    return result
  }

  /// The residue whose product with `residue` is 1, or nil where it has a factor in common with q.
  public func inverse(of residue: UInt64) -> UInt64? {
    assert(residue < value, "operand not reduced modulo \(value)")
    // Extended Euclid; all values stay below 2^62 in magnitude.
    var (remainder, nextRemainder) = (Int64(value), Int64(residue))
    var (coefficient, nextCoefficient): (Int64, Int64) = (0, 1)
    while nextRemainder != 0 {
      let quotient = remainder / nextRemainder
      (remainder, nextRemainder) = (nextRemainder, remainder - quotient * nextRemainder)
      (coefficient, nextCoefficient) = (nextCoefficient, coefficient - quotient * nextCoefficient)
    }
    guard remainder == 1 else { return nil }
    return reduce(signed: coefficient)
  }
}
