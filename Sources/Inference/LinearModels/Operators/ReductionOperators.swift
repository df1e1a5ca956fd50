// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// Sums and other reductions along axes, and the positions of extrema.
  static let reductionOperators: [String: Handler] = [
    "ReduceSum": { tracer, operands throws(ModelError) in [try tracer.reduced(.sum, operands)] },
    "ReduceMean": { tracer, operands throws(ModelError) in [try tracer.reduced(.mean, operands)] },
    "ReduceMax": { tracer, operands throws(ModelError) in [try tracer.reduced(.groupMaximum, operands)] },
    "ReduceMin": { tracer, operands throws(ModelError) in [try tracer.reduced(.groupMinimum, operands)] },
    "ReduceProd": { tracer, operands throws(ModelError) in [try tracer.reduced(.product, operands)] },
    "ReduceL1": { tracer, operands throws(ModelError) in [try tracer.reduced(.sumOfAbsolutes, operands)] },
    "ReduceL2": { tracer, operands throws(ModelError) in
      let squares = try tracer.reduced(.sumOfSquares, operands)
      return [
        try tracer.emit(
          Step(operation: .squareRoot), [squares], shape: squares.shape, batchAxis: squares.batchAxis, at: operands.node
        )
      ]
    },
    "ReduceSumSquare": { tracer, operands throws(ModelError) in [try tracer.reduced(.sumOfSquares, operands)] },
    "ReduceLogSumExp": { tracer, operands throws(ModelError) in [try tracer.reduced(.logSumExp, operands)] },
    "ArgMax": { tracer, operands throws(ModelError) in
      [try tracer.extremum(first: .firstMaximum, last: .lastMaximum, operands)]
    },
    "ArgMin": { tracer, operands throws(ModelError) in
      [try tracer.extremum(first: .firstMinimum, last: .lastMinimum, operands)]
    },
  ]
}

extension Tracer {
  /// A reduction along the axes of the node's attribute or second input.
  ///
  /// Sums and means of affine values stay affine.
  mutating func reduced(_ operation: Operation, _ operands: Operands) throws(ModelError) -> TracedValue {
    let value = try operands.required(0)
    let node = operands.node
    var axes = node.integers("axes")
    if let given = try operands.integers(1, "list of axes") { axes = given }
    let keepAxes = try node.integer("keepdims", default: 1) != 0
    if axes.isEmpty {
      if try node.integer("noop_with_empty_axes", default: 0) != 0 { return value }
      axes = value.shape.indices.map { Int64($0) }
    }
    var checked: [Int] = []
    for axis in axes {
      let position = try Self.dataAxis(Int(axis), of: value, at: node)
      if !checked.contains(position) { checked.append(position) }
    }
    checked.sort()
    guard let elements = value.affine, operation == .sum || operation == .mean else {
      return try grouped(operation, value, axes: checked, keepAxes: keepAxes, at: node)
    }
    let rest = value.shape.indices.filter { !checked.contains($0) }
    let moved = try transposed(value, rest + checked, at: node).affine ?? elements
    let width = checked.reduce(1) { $0 * value.shape[$1] }
    guard width > 0 else { throw node.shapeError("an axis without elements in \(value.shapeText)") }
    let weight = operation == .sum ? 1 : 1 / Double(width)
    var sums: [AffineElement] = []
    for start in stride(from: 0, to: moved.count, by: width) {
      let group = Array(moved[start..<start + width])
      if group.contains(where: { $0.terms.contains { atoms.isFeature($0.atom) } }) || width > Limits.terms {
        sums += try combine(group, weights: [[Double](repeating: weight, count: width)], at: node)
      } else {
        let sum = group.dropFirst().reduce(group[0]) { $0.adding($1) }
        sums.append(sum.scaled(by: weight))
        try spend(terms: [sum], at: node)
      }
    }
    let shape =
      keepAxes ? value.shape.indices.map { checked.contains($0) ? 1 : value.shape[$0] } : rest.map { value.shape[$0] }
    let batchAxis = keepAxes ? value.batchAxis : value.batchAxis.flatMap { rest.firstIndex(of: $0) }
    return TracedValue(shape: shape, batchAxis: batchAxis, content: .affine(sums))
  }

  /// The position of the greatest or smallest element along an axis.
  mutating func extremum(
    first: Operation, last: Operation, _ operands: Operands
  ) throws(ModelError) -> TracedValue {
    let value = try operands.required(0)
    let node = operands.node
    let axis = try Self.dataAxis(try node.integer("axis", default: 0), of: value, at: node)
    let operation = try node.integer("select_last_index", default: 0) != 0 ? last : first
    return try grouped(
      operation, value, axes: [axis], keepAxes: try node.integer("keepdims", default: 1) != 0, at: node)
  }
}
