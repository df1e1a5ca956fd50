// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// Arithmetic and comparisons, element by element.
  static let elementwiseOperators: [String: Handler] = [
    "Add": { tracer, operands throws(ModelError) in [try tracer.arithmetic(.add, operands)] },
    "Sub": { tracer, operands throws(ModelError) in [try tracer.arithmetic(.subtract, operands)] },
    "Mul": { tracer, operands throws(ModelError) in [try tracer.arithmetic(.multiply, operands)] },
    "Div": { tracer, operands throws(ModelError) in [try tracer.arithmetic(.divide, operands)] },
    "Sum": { tracer, operands throws(ModelError) in [try tracer.chain(.add, operands)] },
    "Max": { tracer, operands throws(ModelError) in [try tracer.chain(.maximum, operands)] },
    "Min": { tracer, operands throws(ModelError) in [try tracer.chain(.minimum, operands)] },
    "Mean": { tracer, operands throws(ModelError) in
      let sum = try tracer.chain(.add, operands)
      let count = TracedValue(.real([Double(operands.values.count)]), shape: [])
      return [try tracer.arithmetic(.divide, sum, count, at: operands.node)]
    },
    "Neg": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      guard let elements = value.affine else { return [try tracer.unary(.negate, operands)] }
      return [tracer.reshaped(elements.map { $0.scaled(by: -1) }, like: value)]
    },
    "Pow": { tracer, operands throws(ModelError) in
      let base = try operands.required(0)
      var exponent = try operands.required(1)
      if exponent.kind != base.kind, let converted = exponent.constant?.converted(to: base.kind) {
        exponent.content = .constant(converted)
      }
      guard base.affine != nil else {
        return [try tracer.arithmetic(.power, base, exponent, at: operands.node)]
      }
      guard exponent.constant?.reals?.allSatisfy({ $0 == 1 }) == true else {
        throw operands.node.unsupported(UnsupportedOperators.degree)
      }
      return [base]
    },
    "Equal": { tracer, operands throws(ModelError) in [try tracer.pair(.equal, operands)] },
    "Less": { tracer, operands throws(ModelError) in [try tracer.pair(.less, operands)] },
    "LessOrEqual": { tracer, operands throws(ModelError) in [try tracer.pair(.lessOrEqual, operands)] },
    "Greater": { tracer, operands throws(ModelError) in [try tracer.pair(.greater, operands)] },
    "GreaterOrEqual": { tracer, operands throws(ModelError) in [try tracer.pair(.greaterOrEqual, operands)] },
    "And": { tracer, operands throws(ModelError) in [try tracer.pair(.and, operands)] },
    "Or": { tracer, operands throws(ModelError) in [try tracer.pair(.or, operands)] },
    "Xor": { tracer, operands throws(ModelError) in [try tracer.pair(.exclusiveOr, operands)] },
    "Where": { tracer, operands throws(ModelError) in
      let parts = [try operands.required(0), try operands.required(1), try operands.required(2)]
      let stretched = try tracer.broadcast(parts, at: operands.node)
      return [
        try tracer.emit(
          Step(operation: .choose), stretched, shape: stretched[0].shape, batchAxis: stretched[0].batchAxis,
          at: operands.node)
      ]
    },
  ]
}

extension Tracer {
  /// Affine elements in the layout of another value.
  func reshaped(_ elements: [AffineElement], like value: TracedValue) -> TracedValue {
    TracedValue(shape: value.shape, batchAxis: value.batchAxis, content: .affine(elements))
  }

  /// One operation on every element: computed for constants, a client's step otherwise.
  mutating func unary(_ operation: Operation, _ operands: Operands) throws(ModelError) -> TracedValue {
    let value = try operands.required(0)
    return try emit(
      Step(operation: operation), [value], shape: value.shape, batchAxis: value.batchAxis, at: operands.node)
  }

  /// One operation on the elements of two operands, which becomes a client's step unless both are constant.
  mutating func pair(_ operation: Operation, _ operands: Operands) throws(ModelError) -> TracedValue {
    try pair(operation, try operands.required(0), try operands.required(1), at: operands.node)
  }

  mutating func pair(
    _ operation: Operation, _ lhs: TracedValue, _ rhs: TracedValue, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    let stretched = try broadcast([lhs, rhs], at: node)
    return try emit(
      Step(operation: operation), stretched, shape: stretched[0].shape, batchAxis: stretched[0].batchAxis, at: node)
  }

  /// An operation with any number of operands, taken from left to right.
  mutating func chain(_ operation: Operation, _ operands: Operands) throws(ModelError) -> TracedValue {
    let all = try operands.all()
    var result = all[0]
    for next in all.dropFirst() { result = try arithmetic(operation, result, next, at: operands.node) }
    return result
  }

  /// Arithmetic on two operands of a node.
  mutating func arithmetic(_ operation: Operation, _ operands: Operands) throws(ModelError) -> TracedValue {
    guard !operands.node.has("broadcast") else {
      throw operands.node.unsupported("uses the broadcasting of operator sets before 7: export with a newer one")
    }
    return try arithmetic(operation, try operands.required(0), try operands.required(1), at: operands.node)
  }

  /// Arithmetic that stays affine where it can: sums, and products and quotients with a constant.
  mutating func arithmetic(
    _ operation: Operation, _ lhs: TracedValue, _ rhs: TracedValue, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    let isAffine = lhs.affine != nil || rhs.affine != nil
    guard isAffine, !lhs.isClient, !rhs.isClient else { return try pair(operation, lhs, rhs, at: node) }
    if operation == .multiply, lhs.affine != nil, rhs.affine != nil {
      throw node.unsupported(UnsupportedOperators.degree)
    }
    let stretched = try broadcast([lhs, rhs], at: node)
    let elements: [AffineElement]
    switch operation {
    case .add, .subtract:
      let left = try affineElements(stretched[0], at: node)
      let right = try affineElements(stretched[1], at: node)
      let factor: Double = operation == .add ? 1 : -1
      elements = zip(left, right).map { $0.adding($1, factor: factor) }
    case .multiply:
      let affine = stretched[0].affine ?? stretched[1].affine ?? []
      let factors = try weights(stretched[0].affine == nil ? stretched[0] : stretched[1], named: "its factor", at: node)
      elements = zip(affine, factors).map { $0.scaled(by: $1) }
    case .divide where rhs.affine == nil:
      let divisors = try weights(stretched[1], named: "its divisor", at: node)
      guard divisors.allSatisfy({ $0 != 0 }) else { throw node.invalid("divides a feature by zero") }
      elements = zip(stretched[0].affine ?? [], divisors).map { element, divisor in
        AffineElement(
          terms: element.terms.map { .init(atom: $0.atom, coefficient: $0.coefficient / divisor) },
          offset: element.offset / divisor)
      }
    default:
      return try pair(operation, lhs, rhs, at: node)
    }
    try spend(terms: elements, at: node)
    return reshaped(elements, like: stretched[0])
  }
}
