// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// Matrix products and what networks fold into them.
  static let linearOperators: [String: Handler] = [
    "MatMul": { tracer, operands throws(ModelError) in
      [try tracer.product(try operands.required(0), try operands.required(1), at: operands.node)]
    },
    "Gemm": { tracer, operands throws(ModelError) in
      let node = operands.node
      var left = try operands.required(0, "A")
      var right = try operands.required(1, "B")
      guard left.shape.count == 2, right.shape.count == 2 else {
        throw node.shapeError("operands \(left.shapeText) and \(right.shapeText) instead of two matrices")
      }
      if try node.integer("transA", default: 0) != 0 { left = try tracer.transposed(left, [1, 0], at: node) }
      if try node.integer("transB", default: 0) != 0 { right = try tracer.transposed(right, [1, 0], at: node) }
      var result = try tracer.product(left, right, at: node)
      let alpha = try node.real("alpha", default: 1)
      if alpha != 1 { result = try tracer.arithmetic(.multiply, result, .number(alpha), at: node) }
      guard var addend = operands.optional(2) else { return [result] }
      let beta = try node.real("beta", default: 1)
      if beta != 1 { addend = try tracer.arithmetic(.multiply, addend, .number(beta), at: node) }
      let sum = try tracer.arithmetic(.add, result, addend, at: node)
      guard sum.shape == result.shape else {
        throw node.shapeError("C has \(addend.shapeText), the product \(result.shapeText)")
      }
      return [sum]
    },
    "BatchNormalization": { tracer, operands throws(ModelError) in
      let node = operands.node
      let value = try operands.required(0)
      guard try node.integer("training_mode", default: 0) == 0 else {
        throw node.unsupported("normalises with the batch itself (training mode): export the model in inference mode")
      }
      let axis = value.shape.count > 1 ? 1 : 0
      guard value.shape.count > axis, axis != value.batchAxis else {
        throw node.shapeError("no axis of channels in \(value.shapeText)")
      }
      let channels = value.shape[axis]
      var parameters: [[Double]] = []
      for (position, name) in ["scale", "B", "mean", "var"].enumerated() {
        let numbers = try tracer.weights(try operands.required(position + 1, name), named: name, at: node)
        guard numbers.count == channels else {
          throw node.shapeError("\(numbers.count) elements of \(name) for \(channels) channels")
        }
        parameters.append(numbers)
      }
      let epsilon = try node.real("epsilon", default: 1e-5)
      let factors = (0..<channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
      let addends = (0..<channels).map { parameters[1][$0] - parameters[2][$0] * factors[$0] }
      guard factors.allSatisfy(\.isFinite), addends.allSatisfy(\.isFinite) else {
        throw .notFinite(location: "\(node.location): its folded factors")
      }
      var shape = [Int](repeating: 1, count: value.shape.count)
      shape[axis] = channels
      try tracer.refuseClient(value, at: node)
      let scaled = try tracer.arithmetic(.multiply, value, TracedValue(.real(factors), shape: shape), at: node)
      return [try tracer.arithmetic(.add, scaled, TracedValue(.real(addends), shape: shape), at: node)]
    },
  ]
}

extension TracedValue {
  /// A single number.
  static func number(_ value: Double) -> TracedValue { TracedValue(.real([value]), shape: []) }
}

extension Tracer {
  /// The matrix product of a traced and a constant operand, or of two constants.
  mutating func product(
    _ left: TracedValue, _ right: TracedValue, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    try refuseClient(left, at: node)
    try refuseClient(right, at: node)
    if right.constant != nil { return try rightProduct(left, right, at: node) }
    guard left.constant != nil else { throw node.unsupported(UnsupportedOperators.degree) }
    // W · X = (Xᵀ · Wᵀ)ᵀ
    guard left.shape.count == 2, right.shape.count == 2 else {
      throw node.unsupported("multiplies weights \(left.shapeText) from the left with \(right.shapeText)")
    }
    let turned = try rightProduct(
      try transposed(right, [1, 0], at: node), try transposed(left, [1, 0], at: node), at: node)
    return try transposed(turned, [1, 0], at: node)
  }

  private mutating func rightProduct(
    _ left: TracedValue, _ right: TracedValue, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    var matrix = right.shape
    while matrix.count > 2, matrix.first == 1 { matrix.removeFirst() }
    guard (1...2).contains(matrix.count), let axis = left.shape.indices.last else {
      throw node.unsupported("multiplies \(left.shapeText) with \(right.shapeText): weights must be one matrix")
    }
    guard axis != left.batchAxis else { throw node.unsupported("works across the rows of a batch") }
    let inner = left.shape[axis]
    let columns = matrix.count == 2 ? matrix[1] : 1
    guard inner == matrix[0] else {
      throw node.shapeError("\(left.shapeText) times \(right.shapeText): \(inner) columns meet \(matrix[0]) rows")
    }
    let numbers = try weights(right, named: "its matrix", at: node)
    let rows = (0..<columns).map { column in (0..<inner).map { numbers[$0 * columns + column] } }
    var shape = Array(left.shape.dropLast())
    if matrix.count == 2 { shape.append(columns) }
    if left.constant != nil {
      let lines = try weights(left, named: "its left operand", at: node)
      let starts = stride(from: 0, to: lines.count, by: max(inner, 1))
      let sums = starts.flatMap { start in
        rows.map { row in row.indices.reduce(0) { $0 + row[$1] * lines[start + $1] } }
      }
      return TracedValue(.real(sums), shape: shape)
    }
    let elements = try affineElements(left, at: node)
    var results: [AffineElement] = []
    for start in stride(from: 0, to: elements.count, by: max(inner, 1)) {
      results += try combine(Array(elements[start..<start + inner]), weights: rows, at: node)
    }
    return TracedValue(shape: shape, batchAxis: left.batchAxis, content: .affine(results))
  }
}
