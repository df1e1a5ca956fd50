// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// What is not linear and so is the client's: link functions, normalisation and elementwise functions.
  static let activationOperators: [String: Handler] = [
    "Sigmoid": { tracer, operands throws(ModelError) in [try tracer.unary(.sigmoid, operands)] },
    "Exp": { tracer, operands throws(ModelError) in [try tracer.unary(.exponential, operands)] },
    "Log": { tracer, operands throws(ModelError) in [try tracer.unary(.logarithm, operands)] },
    "Sqrt": { tracer, operands throws(ModelError) in [try tracer.unary(.squareRoot, operands)] },
    "Abs": { tracer, operands throws(ModelError) in [try tracer.unary(.absolute, operands)] },
    "Reciprocal": { tracer, operands throws(ModelError) in [try tracer.unary(.reciprocal, operands)] },
    "Floor": { tracer, operands throws(ModelError) in [try tracer.unary(.floor, operands)] },
    "Ceil": { tracer, operands throws(ModelError) in [try tracer.unary(.ceiling, operands)] },
    "Sign": { tracer, operands throws(ModelError) in [try tracer.unary(.sign, operands)] },
    "Not": { tracer, operands throws(ModelError) in [try tracer.unary(.not, operands)] },
    "Softmax": { tracer, operands throws(ModelError) in [try tracer.softmax(.softmax, operands)] },
    "LogSoftmax": { tracer, operands throws(ModelError) in [try tracer.softmax(.logSoftmax, operands)] },
    "Clip": { tracer, operands throws(ModelError) in
      var value = try operands.required(0)
      for (position, name, operation) in [(1, "min", Operation.maximum), (2, "max", Operation.minimum)] {
        if let bound = operands.optional(position) {
          value = try tracer.pair(operation, value, bound, at: operands.node)
        } else if operands.node.has(name) {
          let bound = TracedValue(.real([try operands.node.real(name, default: 0)]), shape: [])
          value = try tracer.pair(operation, value, bound, at: operands.node)
        }
      }
      return [value]
    },
    "LpNormalization": { tracer, operands throws(ModelError) in
      let node = operands.node
      let value = try operands.required(0)
      let power = try node.integer("p", default: 2)
      guard power == 1 || power == 2 else { throw node.invalid("the norm p = \(power), which is neither 1 nor 2") }
      let axis = try Tracer.dataAxis(try node.integer("axis", default: -1), of: value, at: node)
      let operation: Operation = power == 1 ? .normalizeL1 : .normalizeL2
      return [try tracer.grouped(operation, value, axes: [axis], keepAxes: true, at: node)]
    },
    "ml.Normalizer": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      let operation: Operation
      switch try operands.node.text("norm", default: "MAX") {
      case "L1": operation = .normalizeL1
      case "L2": operation = .normalizeL2
      case "MAX": operation = .normalizeMaximum
      case let other: throw operands.node.invalid("attribute 'norm' is \(other.quoted), not MAX, L1 or L2")
      }
      guard let axis = value.shape.indices.last, axis != value.batchAxis else {
        throw operands.node.shapeError("no axis of features in \(value.shapeText)")
      }
      return [try tracer.grouped(operation, value, axes: [axis], keepAxes: true, at: operands.node)]
    },
  ]
}

extension Tracer {
  /// Softmax and its logarithm; before operator set 13 they span all axes from `axis` on.
  mutating func softmax(_ operation: Operation, _ operands: Operands) throws(ModelError) -> TracedValue {
    let value = try operands.required(0)
    let node = operands.node
    let isModern = node.opset >= 13
    let axis = try Self.dataAxis(try node.integer("axis", default: isModern ? -1 : 1), of: value, at: node)
    if operation == .softmax, let pair = value.affine, pair.count == 2, areMirrored(pair) { warnAboutMirroredSoftmax() }
    return try grouped(
      operation, value, axes: isModern ? [axis] : Array(axis..<value.shape.count), keepAxes: true, at: node)
  }

  /// Whether a pair is [-s, s].
  func areMirrored(_ pair: [AffineElement]) -> Bool {
    let turned = pair[0].scaled(by: -1)
    return turned == pair[1] && !pair[1].terms.isEmpty
  }

  mutating func warnAboutMirroredSoftmax() {
    let warning =
      "the model takes softmax over [-s, s], which is sigmoid(2 s). Exporters write it so for discriminant analysis, "
      + "where the trained model itself gives sigmoid(s): outputs follow the file, scores are s, labels are the same"
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  /// A grouped operation along axes: these are moved to the end, so that groups lie together.
  ///
  /// - Parameter keepAxes: for operations that keep one element a group, whether the axes stay with extent 1.
  mutating func grouped(
    _ operation: Operation, _ value: TracedValue, axes: [Int], keepAxes: Bool, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    if let batchAxis = value.batchAxis, axes.contains(batchAxis) {
      throw node.unsupported("works across the rows of a batch")
    }
    let rest = value.shape.indices.filter { !axes.contains($0) }
    let permutation = rest + axes
    let moved = try transposed(value, permutation, at: node)
    let width = axes.reduce(1) { $0 * value.shape[$1] }
    guard width > 0 else { throw node.shapeError("an axis without elements in \(value.shapeText)") }
    let step = Step(operation: operation, width: width)
    if operation.keepsGroups {
      let result = try emit(step, [moved], shape: moved.shape, batchAxis: moved.batchAxis, at: node)
      var back = [Int](repeating: 0, count: permutation.count)
      for (position, axis) in permutation.enumerated() { back[axis] = position }
      return try transposed(result, back, at: node)
    }
    let shape =
      keepAxes ? value.shape.indices.map { axes.contains($0) ? 1 : value.shape[$0] } : rest.map { value.shape[$0] }
    let batchAxis = keepAxes ? value.batchAxis : value.batchAxis.flatMap { rest.firstIndex(of: $0) }
    return try emit(step, [moved], shape: shape, batchAxis: batchAxis, at: node)
  }
}
