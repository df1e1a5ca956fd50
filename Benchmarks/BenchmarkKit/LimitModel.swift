// SPDX-License-Identifier: Apache-2.0

package import ModularArithmetic

/// What a family of kernels cannot do without: multiplications, everything else being free and all data in the first cache.
///
/// Costs are multiplier instructions per 8 words, each counted as one instruction of 8 lanes; a narrower unit needs 8/lanes
/// of its own for each. For IFMA and primes of at most 46 bits no step needs a reduction of its own, and every figure is
/// reached by known algorithms [Har14, HEXL21]. For double precision and for single words the figures of sums are the
/// halves of the products alone: nothing does with less, and whether something does with that little is open.
package struct LimitModel: Sendable, Hashable {
  /// The instruction that is counted.
  package let multiplier: Multiplier

  /// A butterfly: the quotient, and the product and the quotient's product with q as far as they differ.
  package let butterfly: Double

  /// A product of two unknown residues with a canonical result.
  package let product: Double

  /// A product with a known residue.
  package let scalarProduct: Double

  /// A product that is added to a sum that is reduced later.
  package let sumTerm: Double

  /// The reduction of such a sum.
  package let sumOutput: Double

  /// The rounded fraction of a conversion, for each input.
  package let fraction: Double

  /// 52-bit multiply-adds: three for a known factor, two for the halves of a product, three for a reduction.
  package static let ifma = LimitModel(
    multiplier: .madd52x512, butterfly: 3, product: 5, scalarProduct: 3, sumTerm: 2, sumOutput: 3, fraction: 3)

  /// Double precision: the two halves of a product, the quotient, and its product with q.
  package static func double(_ multiplier: Multiplier) -> LimitModel {
    LimitModel(
      multiplier: multiplier, butterfly: 4, product: 4, scalarProduct: 4, sumTerm: 2, sumOutput: 2, fraction: 2)
  }

  /// Single words: as in double precision, but both halves of a product are one instruction.
  package static let scalar = LimitModel(
    multiplier: .multiply64, butterfly: 3, product: 3, scalarProduct: 3, sumTerm: 1, sumOutput: 2, fraction: 2)

  /// The model of a backend's kernels.
  package init(_ set: KernelBackend.InstructionSet) {
    self =
      switch set {
      case .scalar: .scalar
      case .avx512ifma: .ifma
      case .avx512: .double(.fma512)
      case .avx2: .double(.fma256)
      case .neon: .double(.fma128)
      }
  }

  private init(
    multiplier: Multiplier, butterfly: Double, product: Double, scalarProduct: Double, sumTerm: Double,
    sumOutput: Double, fraction: Double
  ) {
    self.multiplier = multiplier
    self.butterfly = butterfly
    self.product = product
    self.scalarProduct = scalarProduct
    self.sumTerm = sumTerm
    self.sumOutput = sumOutput
    self.fraction = fraction
  }

  /// Butterflies of one transform: N/2 · log2 N.
  package static func butterflies(degree: Int) -> Int {
    degree / 2 * degree.trailingZeroBitCount
  }

  /// One transform of N = `degree` residues.
  package func transform(degree: Int) -> Limit {
    Limit(model: self, multiplications: Double(Self.butterflies(degree: degree)) / 8 * butterfly)
  }

  /// A pass over `count` words at so many multiplications per 8 of them.
  package func pass(count: Int, perVector: Double) -> Limit {
    Limit(model: self, multiplications: Double(count) / 8 * perVector)
  }

  /// A sum of so many products for each of `outputs` outputs that read the same left-hand sides.
  package func sums(count: Int, terms: Int, outputs: Int = 1) -> Limit {
    pass(count: count, perVector: Double(outputs) * (Double(terms) * sumTerm + sumOutput))
  }

  /// Converting `count` coefficients from `inputs` limbs to `outputs` limbs.
  ///
  /// The products of the inputs with their inverses are not in it: the inverse transform before can take them along.
  package func conversion(count: Int, inputs: Int, outputs: Int, isRounded: Bool = false, hasOwnTerm: Bool = false)
    -> Limit
  {
    let terms = inputs + (isRounded ? 1 : 0) + (hasOwnTerm ? 1 : 0)
    let rounding = isRounded ? Double(inputs) * fraction : 0
    return pass(
      count: count, perVector: Double(outputs) * (Double(terms) * sumTerm + sumOutput) + rounding)
  }
}

/// The multiplications that one call cannot do without.
package struct Limit: Sendable, Hashable {
  /// What they are counted in.
  package let model: LimitModel

  /// Instructions of 8 lanes.
  package let multiplications: Double

  /// Collects both.
  package init(model: LimitModel, multiplications: Double) {
    self.model = model
    self.multiplications = multiplications
  }

  /// Cycles of the modelled core.
  package var modelledCycles: Double { cycles(instructionsPerCycle: model.multiplier.modelledPerCycle) }

  /// Cycles of a core that starts so many of the multiplier's own instructions a cycle.
  package func cycles(instructionsPerCycle: Double) -> Double {
    multiplications * 8 / Double(model.multiplier.lanes) / instructionsPerCycle
  }

  /// The same work for each of `limbs` limbs.
  package func times(_ limbs: Int) -> Limit {
    Limit(model: model, multiplications: multiplications * Double(limbs))
  }
}
