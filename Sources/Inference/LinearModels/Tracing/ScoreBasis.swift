// SPDX-License-Identifier: Apache-2.0

/// The scores that a model needs, and how the affine values at the client's side follow from them.
///
/// The same linear value often enters several operators (a sigmoid and an arg-max; mirrored as [-s, s]; summed with
/// others for a vote's confidence). It is sent once: values over one atom share a score, and sums over atoms that have
/// scores already are computed from those by the client.
struct ScoreBasis {
  /// Affine values that enter the client's part together.
  struct Leaf {
    let step: Int
    let elements: [AffineElement]
    let isGraphOutput: Bool
  }

  /// One value as Σ factor · score + offset.
  struct Combination {
    var terms: [(score: Int, factor: Double)]
    var offset: Double
  }

  private(set) var scores: [AffineElement] = []
  /// For each leaf's step, one combination an element.
  private(set) var combinations: [Int: [Combination]] = [:]
  private var scoreOfAtom: [Int: [Int]] = [:]
  private var scoreOfElement: [AffineElement: Int] = [:]

  init(leaves: [Leaf], hasClassifier: Bool) {
    // Values over a single atom first: what is a sum of them must not come before them.
    for leaf in leaves { addSingles(leaf, hasClassifier: hasClassifier) }
    for leaf in leaves { addSums(leaf) }
  }

  private static func atom(_ element: AffineElement) -> Int? {
    guard element.terms.count == 1, element.terms[0].coefficient != 0 else { return nil }
    return element.terms[0].atom
  }

  private mutating func addSingles(_ leaf: Leaf, hasClassifier: Bool) {
    var results = [Combination](
      repeating: Combination(terms: [], offset: 0), count: leaf.elements.count)
    // Of two values of one atom, [-s, s], the second is the score: that of the positive class.
    let isPair = leaf.elements.count == 2 && Self.atom(leaf.elements[0]) == Self.atom(leaf.elements[1])
    let order = isPair && hasClassifier ? [1, 0] : Array(leaf.elements.indices)
    var taken: Set<Int> = []
    for position in order {
      let element = leaf.elements[position]
      guard let atom = Self.atom(element) else { continue }
      // A regressor's targets stay apart even where one mirrors the other.
      let isShared = hasClassifier || !leaf.isGraphOutput
      let known = scoreOfAtom[atom, default: []].first { isShared || !taken.contains($0) }
      // A logistic function written as 1 / (1 + exp(-s)) reads -s; the score is s all the same.
      let isTurned = !leaf.isGraphOutput && element.terms[0].coefficient < 0
      let score = known ?? add(isTurned ? element.scaled(by: -1) : element, atom: atom)
      taken.insert(score)
      results[position] = Self.combination(element, from: score, as: scores[score])
    }
    combinations[leaf.step] = results
  }

  private mutating func add(_ element: AffineElement, atom: Int?) -> Int {
    scores.append(element)
    let score = scores.count - 1
    if let atom { scoreOfAtom[atom, default: []].append(score) }
    scoreOfElement[element] = score
    return score
  }

  private static func combination(_ element: AffineElement, from score: Int, as known: AffineElement) -> Combination {
    let factor = element.terms[0].coefficient / known.terms[0].coefficient
    return Combination(terms: [(score, factor)], offset: element.offset - factor * known.offset)
  }

  private mutating func addSums(_ leaf: Leaf) {
    for (position, element) in leaf.elements.enumerated() where Self.atom(element) == nil && !element.terms.isEmpty {
      var combination = Combination(terms: [], offset: element.offset)
      for term in element.terms where term.coefficient != 0 {
        guard let score = scoreOfAtom[term.atom]?.first else {
          combination.terms = []
          break
        }
        let factor = term.coefficient / scores[score].terms[0].coefficient
        combination.terms.append((score, factor))
        combination.offset -= factor * scores[score].offset
      }
      if combination.terms.isEmpty {
        let score = scoreOfElement[element] ?? add(element, atom: nil)
        combination = Combination(terms: [(score, 1)], offset: 0)
      }
      combinations[leaf.step]?[position] = combination
    }
    for (position, element) in leaf.elements.enumerated() where element.terms.isEmpty {
      combinations[leaf.step]?[position] = Combination(terms: [], offset: element.offset)
    }
  }
}
