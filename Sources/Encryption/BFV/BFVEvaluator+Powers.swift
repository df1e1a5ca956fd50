// SPDX-License-Identifier: Apache-2.0

public import PolynomialRing
public import RLWE

// Products of many factors, in the fewest levels of multiplications: each level costs noise, whatever stands in it.
extension BFVEvaluator {
  /// The ciphertext of m^exponent, at the smallest depth, ⌈log2 exponent⌉.
  ///
  /// Squares for each bit of the exponent, and their products from the smallest up: what the lower bits give is never deeper than
  /// the square that it is multiplied with.
  /// - Parameters:
  ///   - ciphertext: Of m.
  ///   - exponent: At least 1.
  ///   - keys: With a relinearisation key.
  public func power(
    _ ciphertext: consuming Ciphertext<Coefficient>, exponent: Int, with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    precondition(exponent >= 1, "power \(exponent) of a ciphertext")
    try check(ciphertext)
    var square = ciphertext
    var rest = exponent
    var result: Ciphertext<Coefficient>?
    while true {
      if rest & 1 == 1 {
        if let product = result {
          result = try multiply(product, square, with: keys)
        } else {
          result = square
        }
      }
      rest >>= 1
      guard rest > 0 else { break }
      square = try self.square(square, with: keys)
    }
    return result ?? square
  }

  /// The ciphertexts of m, m², …, m^count, each at its smallest depth, by count − 1 products.
  ///
  /// - Parameters:
  ///   - ciphertext: Of m.
  ///   - count: At least 1.
  ///   - keys: With a relinearisation key.
  public func powers(
    of ciphertext: consuming Ciphertext<Coefficient>, upTo count: Int, with keys: EvaluationKeys
  ) throws(RLWEError) -> [Ciphertext<Coefficient>] {
    precondition(count >= 1, "\(count) powers of a ciphertext")
    try check(ciphertext)
    var powers = [ciphertext]
    for exponent in 2..<max(2, count + 1) {
      let half = exponent / 2
      powers.append(try multiply(powers[half - 1], powers[exponent - half - 1], with: keys))
    }
    return powers
  }

  /// The product of all, as a tree of depth ⌈log2 count⌉.
  ///
  /// - Parameters:
  ///   - ciphertexts: At least one, of any levels.
  ///   - keys: With a relinearisation key, where there are two or more.
  public func product(
    of ciphertexts: [Ciphertext<Coefficient>], with keys: EvaluationKeys
  ) throws(RLWEError) -> Ciphertext<Coefficient> {
    precondition(!ciphertexts.isEmpty, "a product of no ciphertexts")
    var factors = ciphertexts
    while factors.count > 1 {
      var products: [Ciphertext<Coefficient>] = []
      for index in stride(from: 0, to: factors.count - 1, by: 2) {
        products.append(try multiply(factors[index], factors[index + 1], with: keys))
      }
      if factors.count % 2 == 1 { products.append(factors[factors.count - 1]) }
      factors = products
    }
    try check(factors[0])
    return factors[0]
  }
}
