// SPDX-License-Identifier: Apache-2.0

/// How often an operation of a scheme needs each kernel: the sum of their limits is the operation's.
///
/// L limbs of ciphertext modulus, K special limbs, digits of α limbs. Automorphisms, additions and memory are free. With
/// 52-bit multiply-adds at one a cycle this is the bound that the engine's figures are quoted against.
///
/// It counts the general algorithm, every conversion as a sum of products that is reduced. The engine does less where a conversion has
/// one input (digits of one limb, division by one prime), and where sums of products modulo a narrow prime end: for the
/// sets with digits of one limb up to an eighth of the limit. A limit of its own for every shortcut would move with each of them.
package struct OperationCounts: Sendable, Hashable {
  /// Forward transforms of one limb.
  package private(set) var transforms = 0

  /// Inverse transforms of one limb.
  package private(set) var inverseTransforms = 0

  /// Pairs of an input and an output limb of base conversions.
  package private(set) var conversionPairs = 0

  /// Output limbs of base conversions.
  package private(set) var conversionOutputs = 0

  /// Limbs of digits multiplied with one key polynomial.
  package private(set) var keyProducts = 0

  /// Limbs of sums of those, reduced once.
  package private(set) var keyOutputs = 0

  /// Limbs of products of ciphertext polynomials.
  package private(set) var products = 0

  /// Limbs of the last step of a division by a product of primes.
  package private(set) var divisions = 0

  /// The multiplications of all of them, for polynomials of `degree` coefficients.
  package func limit(degree: Int, model: LimitModel) -> Limit {
    let transform = model.transform(degree: degree).multiplications
    let perVector =
      Double(conversionPairs + keyProducts) * model.sumTerm + Double(conversionOutputs + keyOutputs) * model.sumOutput
      + Double(products) * model.product + Double(divisions) * model.scalarProduct
    return Limit(
      model: model,
      multiplications: Double(transforms + inverseTransforms) * transform
        + model.pass(count: degree, perVector: perVector).multiplications)
  }

  // MARK: Operations

  /// A rotation, a relinearisation, or any other key switch of one polynomial.
  ///
  /// Counted in evaluation form; in coefficient form the digits need no inverse transforms, and as many forward ones of
  /// their own limbs more.
  package static func rotation(limbs: Int, specialLimbs: Int, digitLimbs: Int) -> OperationCounts {
    hoistedRotations(1, limbs: limbs, specialLimbs: specialLimbs, digitLimbs: digitLimbs)
  }

  /// Several rotations of one ciphertext, whose digits are made once [HS18].
  package static func hoistedRotations(
    _ count: Int, limbs: Int, specialLimbs: Int, digitLimbs: Int
  ) -> OperationCounts {
    var counts = OperationCounts()
    counts.makeDigits(limbs: limbs, specialLimbs: specialLimbs, digitLimbs: digitLimbs)
    for _ in 0..<count {
      counts.applyKey(limbs: limbs, specialLimbs: specialLimbs, digitLimbs: digitLimbs, dropping: specialLimbs)
    }
    return counts
  }

  /// The same so many times.
  package func times(_ count: Int) -> OperationCounts {
    var result = self
    for field in Self.fields { result[keyPath: field] *= count }
    return result
  }

  /// CKKS: multiplication alone.
  package static func ckksTensor(limbs: Int) -> OperationCounts {
    var counts = OperationCounts()
    counts.products += 3 * limbs
    return counts
  }

  /// CKKS: division of a ciphertext by its last limb.
  package static func rescaling(limbs: Int) -> OperationCounts {
    var counts = OperationCounts()
    counts.divide(limbs: limbs, dropping: 1)
    return counts
  }

  /// CKKS: multiplication, relinearisation, rescaling; the special limbs and the last limb are dropped at once.
  package static func ckksMultiply(limbs: Int, specialLimbs: Int, digitLimbs: Int) -> OperationCounts {
    var counts = OperationCounts()
    counts.products += 3 * limbs
    counts.switchKey(limbs: limbs, specialLimbs: specialLimbs, digitLimbs: digitLimbs, dropping: specialLimbs + 1)
    return counts
  }

  /// BFV: multiplication of ciphertexts in coefficient form [HPS18], extended to 2L + 1 limbs, and relinearisation.
  package static func bfvMultiply(
    limbs: Int, specialLimbs: Int, digitLimbs: Int, relinearises: Bool = true
  ) -> OperationCounts {
    var counts = OperationCounts()
    let extended = 2 * limbs + 1
    for _ in 0..<4 { counts.convert(limbs, to: limbs + 1) }
    counts.transforms += 4 * extended
    counts.products += 3 * extended
    counts.inverseTransforms += 3 * extended
    for _ in 0..<3 {
      counts.convert(limbs, to: limbs + 1)
      counts.divisions += limbs + 1
      counts.convert(limbs + 1, to: limbs)
    }
    if relinearises {
      counts.switchKey(
        limbs: limbs, specialLimbs: specialLimbs, digitLimbs: digitLimbs, dropping: specialLimbs,
        isInEvaluationForm: false)
    }
    return counts
  }

  // MARK: Parts

  private static var fields: [WritableKeyPath<OperationCounts, Int>] {
    [
      \.transforms, \.inverseTransforms, \.conversionPairs, \.conversionOutputs, \.keyProducts, \.keyOutputs,
      \.products, \.divisions,
    ]
  }

  private mutating func convert(_ inputs: Int, to outputs: Int) {
    conversionPairs += inputs * outputs
    conversionOutputs += outputs
  }

  /// Hybrid key switching.
  private mutating func switchKey(
    limbs: Int, specialLimbs: Int, digitLimbs: Int, dropping: Int, isInEvaluationForm: Bool = true
  ) {
    makeDigits(
      limbs: limbs, specialLimbs: specialLimbs, digitLimbs: digitLimbs, isInEvaluationForm: isInEvaluationForm)
    applyKey(limbs: limbs, specialLimbs: specialLimbs, digitLimbs: digitLimbs, dropping: dropping)
  }

  /// Its first half: each digit to all limbs.
  private mutating func makeDigits(
    limbs: Int, specialLimbs: Int, digitLimbs: Int, isInEvaluationForm: Bool = true
  ) {
    precondition(limbs > 0 && digitLimbs > 0, "no such key switch")
    let all = limbs + specialLimbs
    if isInEvaluationForm { inverseTransforms += limbs }
    for start in stride(from: 0, to: limbs, by: digitLimbs) {
      let own = min(digitLimbs, limbs - start)
      convert(own, to: all - own)
      transforms += all - own
    }
  }

  /// Its second half: inner products with the key, and division by the product of what is dropped.
  private mutating func applyKey(limbs: Int, specialLimbs: Int, digitLimbs: Int, dropping: Int) {
    let all = limbs + specialLimbs
    let digits = (limbs + digitLimbs - 1) / digitLimbs
    keyProducts += 2 * digits * all
    keyOutputs += 2 * all
    divide(limbs: all, dropping: dropping)
  }

  /// Division of two polynomials in evaluation form by the product of their last limbs.
  private mutating func divide(limbs: Int, dropping: Int) {
    precondition(dropping <= limbs, "no such division")
    let left = limbs - dropping
    inverseTransforms += 2 * dropping
    for _ in 0..<2 { convert(dropping, to: left) }
    transforms += 2 * left
    divisions += 2 * left
  }
}
