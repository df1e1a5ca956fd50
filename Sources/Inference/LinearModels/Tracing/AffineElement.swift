// SPDX-License-Identifier: Apache-2.0

/// One traced number that depends on the row in an affine way: Σ coefficient · atom + offset.
///
/// An atom is a raw feature (`0 ..< featureCount`) or a dense row that a matrix product has made (see `AtomTable`).
/// Scalers, selections and concatenations so cost one term an element however many features there are; only matrix
/// products write dense rows.
struct AffineElement: Sendable, Hashable {
  /// A coefficient and the atom that it multiplies; the terms are sorted by atom.
  struct Term: Sendable, Hashable {
    var atom: Int
    var coefficient: Double
  }

  var terms: [Term]
  var offset: Double

  /// The atom itself.
  init(atom: Int) {
    terms = [Term(atom: atom, coefficient: 1)]
    offset = 0
  }

  /// A number that does not depend on the row.
  init(constant: Double) {
    terms = []
    offset = constant
  }

  init(terms: [Term], offset: Double) {
    self.terms = terms
    self.offset = offset
  }

  /// `factor · self + addend`.
  ///
  /// A factor of zero keeps the terms, so that an atom is never lost by its coefficient.
  func scaled(by factor: Double, plus addend: Double = 0) -> AffineElement {
    AffineElement(
      terms: terms.map { Term(atom: $0.atom, coefficient: $0.coefficient * factor) }, offset: offset * factor + addend)
  }

  /// `self + factor · other`.
  func adding(_ other: AffineElement, factor: Double = 1) -> AffineElement {
    var merged: [Term] = []
    merged.reserveCapacity(terms.count + other.terms.count)
    var left = 0
    var right = 0
    while left < terms.count || right < other.terms.count {
      if right == other.terms.count || (left < terms.count && terms[left].atom < other.terms[right].atom) {
        merged.append(terms[left])
        left += 1
      } else if left == terms.count || other.terms[right].atom < terms[left].atom {
        merged.append(Term(atom: other.terms[right].atom, coefficient: factor * other.terms[right].coefficient))
        right += 1
      } else {
        let sum = terms[left].coefficient + factor * other.terms[right].coefficient
        merged.append(Term(atom: terms[left].atom, coefficient: sum))
        left += 1
        right += 1
      }
    }
    return AffineElement(terms: merged, offset: offset + factor * other.offset)
  }
}

/// The dense rows over the raw features that matrix products have made.
struct AtomTable {
  /// Raw features of a row: the atoms below this number.
  let featureCount: Int
  /// The rows of the atoms from `featureCount` on.
  private(set) var rows: [[Double]] = []
  private var work = 0

  init(featureCount: Int) {
    self.featureCount = featureCount
  }

  func isFeature(_ atom: Int) -> Bool { atom < featureCount }

  /// The element's dense row; its offset is not in it.
  func row(of element: AffineElement) -> [Double] {
    var row = [Double](repeating: 0, count: featureCount)
    accumulate(element, factor: 1, into: &row)
    return row
  }

  private func accumulate(_ element: AffineElement, factor: Double, into row: inout [Double]) {
    for term in element.terms {
      let coefficient = term.coefficient * factor
      if isFeature(term.atom) {
        row[term.atom] += coefficient
      } else {
        let source = rows[term.atom - featureCount]
        for feature in 0..<featureCount { row[feature] += coefficient * source[feature] }
      }
    }
  }

  /// New atoms for Σ weights[j][i] · elements[i], with offsets in the elements returned.
  ///
  /// Exactly two mirrored outputs [-w, w], the way exporters write a binary classifier, share one atom: the second's.
  mutating func combine(
    _ elements: [AffineElement], weights: [[Double]], at location: () -> String
  ) throws(ModelError) -> [AffineElement] {
    if weights.count == 2, zip(weights[0], weights[1]).allSatisfy({ $0 == -$1 }) {
      let second = try combine(elements, weights: [weights[1]], at: location)[0]
      return [second.scaled(by: -1), second]
    }
    let size = Limits.product(rows.count + weights.count, featureCount, limit: Limits.foldedWeights)
    guard size != nil else {
      throw .tooLarge(
        what: "\(location()): folded matrix of \(rows.count + weights.count) rows by \(featureCount) features",
        size: (rows.count + weights.count).multipliedReportingOverflow(by: featureCount).partialValue,
        limit: Limits.foldedWeights)
    }
    // A term over a feature costs one multiply-add, one over a dense row as many as there are features.
    let cost = elements.reduce(0) { sum, element in
      sum + element.terms.reduce(0) { $0 + (isFeature($1.atom) ? 1 : featureCount) }
    }
    guard let added = Limits.product(cost, weights.count, limit: Limits.foldingWork),
      work + added <= Limits.foldingWork
    else {
      throw .tooLarge(
        what: "\(location()): multiplications to fold the layers", size: Limits.foldingWork, limit: Limits.foldingWork)
    }
    work += added
    var results: [AffineElement] = []
    for row in weights {
      var dense = [Double](repeating: 0, count: featureCount)
      var offset = 0.0
      for (element, weight) in zip(elements, row) where weight != 0 {
        accumulate(element, factor: weight, into: &dense)
        offset += weight * element.offset
      }
      rows.append(dense)
      results.append(
        AffineElement(terms: [.init(atom: featureCount + rows.count - 1, coefficient: 1)], offset: offset))
    }
    return results
  }
}
