// SPDX-License-Identifier: Apache-2.0

internal import PolynomialRing

/// The limbs of two polynomials that a division drops, as what the kept ones need of them.
///
/// For each polynomial the rows yᵢ = [x·(M/mᵢ)⁻¹], in coefficient form, and then v = round(Σ yᵢ/mᵢ): what is subtracted modulo the
/// kept primes is a sum of multiples of these rows [HPS18, section 2.2]. One limb alone needs no v: it is centred where it is read.
final class DroppedLimbs: Sendable {
  private let division: SpecialDivision
  private let degree: Int
  private let pool: ScratchPool
  private let block: AlignedStorage

  /// Rows of a polynomial.
  private let rowCount: Int

  /// For each polynomial how many limbs are missing.
  private let missing: [Countdown]

  /// How many polynomials are.
  private let incomplete: Countdown

  /// Room for both polynomials, in scratch that goes back when nobody refers to this.
  init(of division: SpecialDivision, degree: Int, scratch pool: ScratchPool) {
    self.division = division
    self.degree = degree
    self.pool = pool
    let count = division.droppedCount
    rowCount = division.lifting?.sourceCount ?? 0
    block = pool.take(count: max(1, 2 * rowCount * degree))
    missing = (0..<2).map { _ in Countdown(count) }
    incomplete = Countdown(count == 0 ? 0 : 2)
  }

  deinit { pool.give(block) }

  private func range(_ index: Int, part: Int) -> Range<Int> {
    let row = part * rowCount + index
    return row * degree..<(row + 1) * degree
  }

  /// Where evaluations may be put that `fill` takes from nowhere else.
  func place(_ index: Int, part: Int) -> (block: AlignedStorage, range: Range<Int>) {
    (block, range(index, part: part))
  }

  /// Fills row `index` of polynomial `part`, and the last one with it if it is the last that is missing.
  ///
  /// - Parameters:
  ///   - index: Counts the dropped limbs.
  ///   - part: 0 or 1.
  ///   - evaluations: N residues; those at its place if nil.
  ///   - plan: The transform of the limb.
  func fill(_ index: Int, part: Int, from evaluations: Span<UInt64>? = nil, plan: NTTPlan) {
    let block = block
    var row = block.mutableWords(range(index, part: part))
    if let evaluations {
      plan.inverseScaled(&row, evaluations, by: division.multipliers[index])
    } else {
      plan.inverseScaledInPlace(&row, by: division.multipliers[index])
    }
    guard missing[part].arrive() else { return }
    if let overflow = division.overflow {
      let count = division.droppedCount
      let start = range(0, part: part).lowerBound
      var last = block.mutableWords(range(count, part: part))
      overflow.apply(&last, block.words(start..<start + count * degree), stride: degree, count: degree)
    }
    incomplete.arrive()
  }

  /// Returns when both polynomials are complete.
  func wait() { incomplete.wait() }

  /// Where all rows of polynomial `part` are.
  func rows(part: Int) -> (block: AlignedStorage, range: Range<Int>) {
    (block, range(0, part: part).lowerBound..<range(rowCount - 1, part: part).upperBound)
  }
}
