// SPDX-License-Identifier: Apache-2.0

/// What one step of the client's program does.
///
/// The raw values stand in client files and must not change.
enum Operation: String, Sendable, Hashable, Codable, CaseIterable {
  /// The decrypted scores of a row.
  case scores
  /// The elements that the step carries.
  case constant
  /// The elements of the input at fixed positions.
  case select
  /// All inputs, one after the other.
  case join
  /// The input in another kind.
  case convert

  case negate, absolute, exponential, logarithm, squareRoot, reciprocal, sigmoid, floor, ceiling, sign, not
  case add, subtract, multiply, divide, power, minimum, maximum
  case equal, less, lessOrEqual, greater, greaterOrEqual
  case and, or, exclusiveOr
  /// The second input where the first is true, the third elsewhere.
  case choose
  /// The elements of the first input at the positions that the second input holds; negative ones count from the end.
  case lookup

  // The following work on groups of `width` consecutive elements. These keep one element a group.
  case sum, mean, product, groupMaximum, groupMinimum, sumOfAbsolutes, sumOfSquares, logSumExp
  case firstMaximum, lastMaximum, firstMinimum, lastMinimum
  // And these keep all.
  case softmax, logSoftmax, softmaxZero, normalizeL1, normalizeL2, normalizeMaximum

  /// How many inputs the operation takes; `nil` for any number above zero.
  var inputCount: Int? {
    switch self {
    case .scores, .constant: 0
    case .join: nil
    case .choose: 3
    case .add, .subtract, .multiply, .divide, .power, .minimum, .maximum, .equal, .less, .lessOrEqual, .greater,
      .greaterOrEqual, .and, .or, .exclusiveOr, .lookup:
      2
    default: 1
    }
  }

  /// Whether the operation works on groups of elements.
  var isGrouped: Bool { keepsOnePerGroup || keepsGroups }

  /// Whether a group becomes one element.
  var keepsOnePerGroup: Bool {
    switch self {
    case .sum, .mean, .product, .groupMaximum, .groupMinimum, .sumOfAbsolutes, .sumOfSquares, .logSumExp: true
    case .firstMaximum, .lastMaximum, .firstMinimum, .lastMinimum: true
    default: false
    }
  }

  /// Whether a group becomes as many elements.
  var keepsGroups: Bool {
    switch self {
    case .softmax, .logSoftmax, .softmaxZero, .normalizeL1, .normalizeL2, .normalizeMaximum: true
    default: false
    }
  }
}

/// One step: an operation on the results of earlier steps.
struct Step: Sendable, Hashable, Codable {
  /// What is done.
  var operation: Operation
  /// The positions of the steps whose results are used; all smaller than the step's own.
  var inputs: [Int] = []
  /// Elements a group, for the grouped operations.
  var width: Int?
  /// The positions that `select` keeps.
  var indices: [Int]?
  /// The elements of `constant`.
  var constant: Elements?
  /// The kind that `convert` makes.
  var kind: ElementKind?
}

/// The kind and number of elements of a step's result.
struct Signature: Sendable, Hashable {
  var kind: ElementKind
  var count: Int
}

extension Step {
  /// The result's signature, or `nil` where the step does not fit its inputs.
  ///
  /// Nothing that passes here can trap later.
  func signature(of inputs: [Signature], scoreCount: Int) -> Signature? {
    if let wanted = operation.inputCount, wanted != inputs.count { return nil }
    guard let first = inputs.first else {
      switch operation {
      case .scores: return Signature(kind: .real, count: scoreCount)
      case .constant:
        guard let constant else { return nil }
        if let reals = constant.reals, !reals.allSatisfy(\.isFinite) { return nil }
        return Signature(kind: constant.kind, count: constant.count)
      default: return nil
      }
    }
    if operation.isGrouped {
      guard let width, width > 0,
        first.kind == .real || (first.kind == .integer && Self.integerGroups.contains(operation)),
        first.count.isMultiple(of: width)
      else { return nil }
      switch operation {
      case .firstMaximum, .lastMaximum, .firstMinimum, .lastMinimum:
        return Signature(kind: .integer, count: first.count / width)
      default:
        return operation.keepsGroups ? first : Signature(kind: first.kind, count: first.count / width)
      }
    }
    switch operation {
    case .select:
      guard let indices, indices.allSatisfy({ (0..<first.count).contains($0) }) else { return nil }
      return Signature(kind: first.kind, count: indices.count)
    case .join:
      guard inputs.allSatisfy({ $0.kind == first.kind }) else { return nil }
      var count = 0
      for input in inputs {
        count += input.count
        if count > Limits.programElements { return nil }
      }
      return Signature(kind: first.kind, count: count)
    case .convert:
      guard let kind else { return nil }
      let isPossible = first.kind == kind || (first.kind != .text && (kind != .text || first.kind == .integer))
      return isPossible ? Signature(kind: kind, count: first.count) : nil
    case .lookup:
      guard inputs[1].kind == .integer, first.count > 0 else { return nil }
      return Signature(kind: first.kind, count: inputs[1].count)
    case .choose:
      guard first.kind == .boolean, inputs[1] == inputs[2], inputs[1].count == first.count else { return nil }
      return inputs[1]
    case .not:
      return first.kind == .boolean ? first : nil
    case .negate, .absolute, .sign:
      return first.kind == .real || first.kind == .integer ? first : nil
    case .exponential, .logarithm, .squareRoot, .reciprocal, .sigmoid, .floor, .ceiling:
      return first.kind == .real ? first : nil
    default:
      return pairSignature(first, inputs[1])
    }
  }

  private static let integerGroups: Set<Operation> = [
    .sum, .product, .groupMaximum, .groupMinimum, .firstMaximum, .lastMaximum, .firstMinimum, .lastMinimum,
  ]

  private func pairSignature(_ lhs: Signature, _ rhs: Signature) -> Signature? {
    guard lhs == rhs else { return nil }
    switch operation {
    case .add, .subtract, .multiply, .divide, .minimum, .maximum:
      return lhs.kind == .real || lhs.kind == .integer ? lhs : nil
    case .power:
      return lhs.kind == .real ? lhs : nil
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      return lhs.kind == .real || lhs.kind == .integer ? Signature(kind: .boolean, count: lhs.count) : nil
    case .equal:
      return Signature(kind: .boolean, count: lhs.count)
    case .and, .or, .exclusiveOr:
      return lhs.kind == .boolean ? lhs : nil
    default:
      return nil
    }
  }
}
