// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing

/// How the rows of one polynomial are divided, and where they go.
struct DividedRow<Domain: PolynomialDomain>: Sendable {
  let division: SpecialDivision

  /// Added to the quotient.
  let addend: AlignedStorage?

  /// Applied to the sum.
  let automorphism: GaloisAutomorphism?

  let output: AlignedStorage
}

extension DividedRow where Domain == Coefficient {
  /// Divides one limb.
  ///
  /// - Parameters:
  ///   - row: Its evaluations. Overwritten.
  ///   - rest: The dropped limbs.
  ///   - part: Which polynomial of them.
  ///   - limb: Which of the kept limbs.
  ///   - plan: Its transform.
  ///   - spare: N words, aligned. Overwritten.
  func write(
    _ row: inout MutableSpan<UInt64>, rest: DroppedLimbs, part: Int, limb: Int, plan: NTTPlan,
    spare: inout MutableSpan<UInt64>
  ) {
    plan.inverse(&row)
    var out = output.mutableWords(limb * plan.degree..<(limb + 1) * plan.degree)
    guard let automorphism else {
      divide(&out, row.span, rest: rest, part: part, limb: limb, plan: plan)
      return
    }
    divide(&spare, row.span, rest: rest, part: part, limb: limb, plan: plan)
    automorphism.apply(&out, coefficients: spare.span, backend: plan.backend, modulo: plan.modulus)
  }

  /// out = (row − the dropped part) / divisor + addend.
  private func divide(
    _ out: inout MutableSpan<UInt64>, _ row: Span<UInt64>, rest: DroppedLimbs, part: Int, limb: Int, plan: NTTPlan
  ) {
    let degree = plan.degree
    if let quotient = division.quotient {
      let rows = rest.rows(part: part)
      let block = rows.block
      quotient.apply(
        &out, block.words(rows.range), own: row, stride: degree, count: degree, targets: limb..<limb + 1)
    } else {
      out.copyWords(of: row)
    }
    guard let addend else { return }
    plan.backend.addInPlace(&out, addend.words(limb * degree..<(limb + 1) * degree), modulo: plan.modulus)
  }
}

extension DividedRow where Domain == Evaluation {
  /// Divides one limb.
  ///
  /// - Parameters:
  ///   - row: Overwritten.
  ///   - rest: The dropped limbs.
  ///   - part: Which polynomial of them.
  ///   - limb: Which of the kept limbs.
  ///   - plan: Its transform.
  ///   - spare: N words, aligned. Overwritten.
  func write(
    _ row: inout MutableSpan<UInt64>, rest: DroppedLimbs, part: Int, limb: Int, plan: NTTPlan,
    spare: inout MutableSpan<UInt64>
  ) {
    guard let automorphism else {
      write(from: row.span, rest: rest, part: part, limb: limb, plan: plan, spare: &spare)
      return
    }
    divide(&row, nil, rest: rest, part: part, limb: limb, plan: plan, spare: &spare)
    var out = output.mutableWords(limb * plan.degree..<(limb + 1) * plan.degree)
    automorphism.apply(&out, row.span, backend: plan.backend)
  }

  /// Divides one limb without an automorphism, and leaves it as it is.
  func write(
    from row: Span<UInt64>, rest: DroppedLimbs, part: Int, limb: Int, plan: NTTPlan, spare: inout MutableSpan<UInt64>
  ) {
    var out = output.mutableWords(limb * plan.degree..<(limb + 1) * plan.degree)
    divide(&out, row, rest: rest, part: part, limb: limb, plan: plan, spare: &spare)
  }

  private func divide(
    _ out: inout MutableSpan<UInt64>, _ row: Span<UInt64>?, rest: DroppedLimbs, part: Int, limb: Int, plan: NTTPlan,
    spare: inout MutableSpan<UInt64>
  ) {
    guard let addend else {
      divide(&out, row, adding: nil, rest: rest, part: part, limb: limb, plan: plan, spare: &spare)
      return
    }
    let words = addend.words(limb * plan.degree..<(limb + 1) * plan.degree)
    divide(&out, row, adding: words, rest: rest, part: part, limb: limb, plan: plan, spare: &spare)
  }

  /// out = (row − the dropped part) / divisor + addend, the row what `out` holds if nil.
  private func divide(
    _ out: inout MutableSpan<UInt64>, _ row: Span<UInt64>?, adding addend: Span<UInt64>?, rest: DroppedLimbs, part: Int,
    limb: Int, plan: NTTPlan, spare: inout MutableSpan<UInt64>
  ) {
    let (backend, q) = (plan.backend, plan.modulus)
    if let lifting = division.lifting {
      let (inverse, rows) = (division.inverses[limb], rest.rows(part: part))
      let block = rows.block
      if lifting.begin(&spare, outStride: plan.degree, block.words(rows.range), first: limb, plan: plan) {
        plan.finishQuotient(&out, row, digit: &spare, by: inverse, adding: addend)
      } else {
        backend.differenceScaled(&out, row, lazy: spare.span, by: inverse, adding: addend, modulo: q)
      }
      return
    }
    // Nothing is dropped.
    if let row { out.copyWords(of: row) }
    if let addend { backend.addInPlace(&out, addend, modulo: q) }
  }
}
