// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Step {
  /// The result for checked inputs (see `signature`), in double precision.
  func evaluated(on inputs: [Elements], scores: [Double]) -> Elements {
    switch operation {
    case .scores: return .real(scores)
    case .constant: return constant ?? .real([])
    case .select: return inputs[0].selecting(indices ?? [])
    case .join: return Elements.joined(inputs) ?? .real([])
    case .convert: return inputs[0].converted(to: kind ?? inputs[0].kind) ?? inputs[0]
    case .lookup: return lookedUp(inputs[0], inputs[1].integers ?? [])
    case .choose: return chosen(inputs)
    case .not, .and, .or, .exclusiveOr: return logical(inputs)
    default: break
    }
    if operation.isGrouped {
      if let values = inputs[0].reals { return Self.grouped(operation, values, width: width ?? 1) }
      return Self.grouped(operation, inputs[0].integers ?? [], width: width ?? 1)
    }
    if inputs.count == 1 {
      if let values = inputs[0].reals { return .real(values.map { Self.mapped(operation, $0) }) }
      return .integer((inputs[0].integers ?? []).map { Self.mapped(operation, $0) })
    }
    switch (inputs[0], inputs[1]) {
    case (.real(let lhs), .real(let rhs)):
      if Self.comparisons.contains(operation) {
        return .boolean(zip(lhs, rhs).map { Self.compared(operation, $0, $1) })
      }
      return .real(zip(lhs, rhs).map { Self.combined(operation, $0, $1) })
    case (.integer(let lhs), .integer(let rhs)):
      if Self.comparisons.contains(operation) {
        return .boolean(zip(lhs, rhs).map { Self.compared(operation, $0, $1) })
      }
      return .integer(zip(lhs, rhs).map { Self.combined(operation, $0, $1) })
    case (.text(let lhs), .text(let rhs)):
      return .boolean(zip(lhs, rhs).map { $0 == $1 })
    case (.boolean(let lhs), .boolean(let rhs)):
      return .boolean(zip(lhs, rhs).map { $0 == $1 })
    default:
      return inputs[0]
    }
  }

  private static let comparisons: Set<Operation> = [.equal, .less, .lessOrEqual, .greater, .greaterOrEqual]

  /// Positions outside the table count as its nearest end, so that no input can trap.
  private func lookedUp(_ table: Elements, _ positions: [Int64]) -> Elements {
    let count = Int64(table.count)
    return table.selecting(
      positions.map { position in
        let wrapped = position < 0 ? position.addingReportingOverflow(count).partialValue : position
        return Int(Swift.min(Swift.max(wrapped, 0), count - 1))
      })
  }

  private func chosen(_ inputs: [Elements]) -> Elements {
    guard case .boolean(let condition) = inputs[0] else { return inputs[1] }
    switch (inputs[1], inputs[2]) {
    case (.real(let yes), .real(let no)): return .real(condition.indices.map { condition[$0] ? yes[$0] : no[$0] })
    case (.integer(let yes), .integer(let no)):
      return .integer(condition.indices.map { condition[$0] ? yes[$0] : no[$0] })
    case (.boolean(let yes), .boolean(let no)):
      return .boolean(condition.indices.map { condition[$0] ? yes[$0] : no[$0] })
    case (.text(let yes), .text(let no)): return .text(condition.indices.map { condition[$0] ? yes[$0] : no[$0] })
    default: return inputs[1]
    }
  }

  private func logical(_ inputs: [Elements]) -> Elements {
    guard case .boolean(let lhs) = inputs[0] else { return inputs[0] }
    guard inputs.count > 1, case .boolean(let rhs) = inputs[1] else { return .boolean(lhs.map { !$0 }) }
    return .boolean(
      zip(lhs, rhs).map { one, other in
        switch operation {
        case .and: one && other
        case .or: one || other
        default: one != other
        }
      })
  }

  private static func mapped(_ operation: Operation, _ value: Double) -> Double {
    switch operation {
    case .negate: -value
    case .absolute: Swift.abs(value)
    case .exponential: exp(value)
    case .logarithm: log(value)
    case .squareRoot: value.squareRoot()
    case .reciprocal: 1 / value
    case .sigmoid: sigmoid(value)
    case .floor: value.rounded(.down)
    case .ceiling: value.rounded(.up)
    case .sign: value > 0 ? 1 : value < 0 ? -1 : 0
    default: value
    }
  }

  private static func mapped(_ operation: Operation, _ value: Int64) -> Int64 {
    switch operation {
    case .negate: 0 &- value
    case .absolute: value < 0 ? 0 &- value : value
    case .sign: value.signum()
    default: value
    }
  }

  private static func combined(_ operation: Operation, _ lhs: Double, _ rhs: Double) -> Double {
    switch operation {
    case .add: lhs + rhs
    case .subtract: lhs - rhs
    case .multiply: lhs * rhs
    case .divide: lhs / rhs
    case .power: pow(lhs, rhs)
    case .minimum: Swift.min(lhs, rhs)
    case .maximum: Swift.max(lhs, rhs)
    default: lhs
    }
  }

  private static func combined(_ operation: Operation, _ lhs: Int64, _ rhs: Int64) -> Int64 {
    switch operation {
    case .add: lhs &+ rhs
    case .subtract: lhs &- rhs
    case .multiply: lhs &* rhs
    case .divide: rhs == 0 ? 0 : lhs.dividedReportingOverflow(by: rhs).partialValue
    case .minimum: Swift.min(lhs, rhs)
    case .maximum: Swift.max(lhs, rhs)
    default: lhs
    }
  }

  private static func compared<T: Comparable>(_ operation: Operation, _ lhs: T, _ rhs: T) -> Bool {
    switch operation {
    case .less: lhs < rhs
    case .lessOrEqual: lhs <= rhs
    case .greater: lhs > rhs
    case .greaterOrEqual: lhs >= rhs
    default: lhs == rhs
    }
  }

  /// The logistic function without overflow on either side.
  static func sigmoid(_ value: Double) -> Double {
    if value >= 0 { return 1 / (1 + exp(-value)) }
    let power = exp(value)
    return power / (1 + power)
  }
}
