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
  /// Divides some limbs that follow one another.
  ///
  /// - Parameters:
  ///   - rows: Their evaluations, one limb after the other. Overwritten.
  ///   - rest: The dropped limbs.
  ///   - part: Which polynomial of them.
  ///   - limbs: Which of the kept limbs.
  ///   - plans: The transforms of the key basis.
  ///   - spare: As many words, aligned. Overwritten.
  func write(
    _ rows: inout MutableSpan<UInt64>, rest: DroppedLimbs, part: Int, limbs: Range<Int>, plans: [NTTPlan],
    spare: inout MutableSpan<UInt64>
  ) {
    let degree = plans[0].degree
    for (offset, limb) in limbs.enumerated() {
      var row = rows._mutatingExtracting(offset * degree..<(offset + 1) * degree)
      plans[limb].inverse(&row)
    }
    guard let automorphism else {
      var out = output.mutableWords(limbs.lowerBound * degree..<limbs.upperBound * degree)
      divide(&out, rows.span, rest: rest, part: part, limbs: limbs, plans: plans)
      return
    }
    divide(&spare, rows.span, rest: rest, part: part, limbs: limbs, plans: plans)
    for (offset, limb) in limbs.enumerated() {
      var out = output.mutableWords(limb * degree..<(limb + 1) * degree)
      automorphism.apply(
        &out, coefficients: spare.span.extracting(offset * degree..<(offset + 1) * degree),
        backend: plans[limb].backend, modulo: plans[limb].modulus)
    }
  }

  /// out = (rows − the dropped part) / divisor + addend.
  private func divide(
    _ out: inout MutableSpan<UInt64>, _ rows: Span<UInt64>, rest: DroppedLimbs, part: Int, limbs: Range<Int>,
    plans: [NTTPlan]
  ) {
    let degree = plans[0].degree
    if let quotient = division.quotient {
      let rest = rest.rows(part: part)
      let block = rest.block
      quotient.apply(&out, block.words(rest.range), own: rows, stride: degree, count: degree, targets: limbs)
    } else {
      out.copyWords(of: rows)
    }
    guard let addend else { return }
    for (offset, limb) in limbs.enumerated() {
      var sum = out._mutatingExtracting(offset * degree..<(offset + 1) * degree)
      plans[limb].backend.addInPlace(
        &sum, addend.words(limb * degree..<(limb + 1) * degree), modulo: plans[limb].modulus)
    }
  }
}

extension DividedRow where Domain == Evaluation {
  /// Divides some limbs that follow one another.
  ///
  /// - Parameters:
  ///   - rows: One limb after the other. Overwritten.
  ///   - rest: The dropped limbs.
  ///   - part: Which polynomial of them.
  ///   - limbs: Which of the kept limbs.
  ///   - plans: The transforms of the key basis.
  ///   - spare: As many words, aligned. Overwritten.
  func write(
    _ rows: inout MutableSpan<UInt64>, rest: DroppedLimbs, part: Int, limbs: Range<Int>, plans: [NTTPlan],
    spare: inout MutableSpan<UInt64>
  ) {
    let degree = plans[0].degree
    let isBegun = lift(rest, part: part, limbs: limbs, plans: plans, to: &spare)
    for (offset, limb) in limbs.enumerated() {
      let range = offset * degree..<(offset + 1) * degree
      var row = rows._mutatingExtracting(range)
      var digit = spare._mutatingExtracting(range)
      var out = output.mutableWords(limb * degree..<(limb + 1) * degree)
      if let automorphism {
        divide(&row, nil, less: &digit, isBegun: isBegun, limb: limb, plan: plans[limb])
        automorphism.apply(&out, row.span, backend: plans[limb].backend)
      } else {
        divide(&out, row.span, less: &digit, isBegun: isBegun, limb: limb, plan: plans[limb])
      }
    }
  }

  /// Divides one limb without an automorphism, and leaves it as it is.
  ///
  /// - Parameters: As above, with N words of `spare`.
  func write(
    from row: Span<UInt64>, rest: DroppedLimbs, part: Int, limb: Int, plans: [NTTPlan],
    spare: inout MutableSpan<UInt64>
  ) {
    let plan = plans[limb]
    let isBegun = lift(rest, part: part, limbs: limb..<limb + 1, plans: plans, to: &spare)
    var out = output.mutableWords(limb * plan.degree..<(limb + 1) * plan.degree)
    divide(&out, row, less: &spare, isBegun: isBegun, limb: limb, plan: plan)
  }

  /// The dropped limbs modulo some of the others, one after the other: whether begun or lazy.
  private func lift(
    _ rest: DroppedLimbs, part: Int, limbs: Range<Int>, plans: [NTTPlan], to digits: inout MutableSpan<UInt64>
  ) -> Bool {
    guard let lifting = division.lifting else { return false }
    let rows = rest.rows(part: part)
    let block = rows.block
    return lifting.begin(
      &digits, outStride: plans[0].degree, block.words(rows.range), first: limbs.lowerBound, plans: plans[limbs])
  }

  private func divide(
    _ out: inout MutableSpan<UInt64>, _ row: Span<UInt64>?, less digit: inout MutableSpan<UInt64>, isBegun: Bool,
    limb: Int, plan: NTTPlan
  ) {
    guard let addend else {
      divide(&out, row, less: &digit, isBegun: isBegun, adding: nil, limb: limb, plan: plan)
      return
    }
    let words = addend.words(limb * plan.degree..<(limb + 1) * plan.degree)
    divide(&out, row, less: &digit, isBegun: isBegun, adding: words, limb: limb, plan: plan)
  }

  /// out = (row − digit) / divisor + addend, the row what `out` holds if nil.
  private func divide(
    _ out: inout MutableSpan<UInt64>, _ row: Span<UInt64>?, less digit: inout MutableSpan<UInt64>, isBegun: Bool,
    adding addend: Span<UInt64>?, limb: Int, plan: NTTPlan
  ) {
    let (backend, q) = (plan.backend, plan.modulus)
    guard division.lifting != nil else {
      // Nothing is dropped.
      if let row { out.copyWords(of: row) }
      if let addend { backend.addInPlace(&out, addend, modulo: q) }
      return
    }
    let inverse = division.inverses[limb]
    if isBegun {
      plan.finishQuotient(&out, row, digit: &digit, by: inverse, adding: addend)
    } else {
      backend.differenceScaled(&out, row, lazy: digit.span, by: inverse, adding: addend, modulo: q)
    }
  }
}
