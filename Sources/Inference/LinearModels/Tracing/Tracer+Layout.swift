// SPDX-License-Identifier: Apache-2.0

extension Tracer {
  /// The elements at fixed positions, in a new shape.
  ///
  /// Works alike on constants, affine and client values.
  mutating func select(
    _ value: TracedValue, _ indices: [Int], shape: [Int], batchAxis: Int?, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    var result = value
    result.shape = shape
    result.batchAxis = batchAxis
    result.columnClasses = nil
    if indices.count == value.count, indices.indices.allSatisfy({ indices[$0] == $0 }) { return result }
    let limit = value.constant == nil ? Limits.tracedElements : Limits.tensorElements
    guard indices.count <= limit else {
      throw .tooLarge(what: "\(node.location): elements", size: indices.count, limit: limit)
    }
    switch value.content {
    case .constant(let elements):
      result.content = .constant(elements.selecting(indices))
    case .affine(let elements):
      let selected = indices.map { elements[$0] }
      try spend(terms: selected, at: node)
      result.content = .affine(selected)
    case .client:
      result = try emit(
        Step(operation: .select, indices: indices), [value], shape: shape, batchAxis: batchAxis, at: node)
    }
    return result
  }

  /// The same elements in a new shape.
  func reshaped(_ value: TracedValue, to shape: [Int], batchAxis: Int?) -> TracedValue {
    var result = value
    result.shape = shape
    result.batchAxis = batchAxis
    return result
  }

  /// All values' elements one after the other, as a value of rank 1.
  mutating func join(_ parts: [TracedValue], at node: NodeReader) throws(ModelError) -> TracedValue {
    let count = parts.reduce(0) { $0 + $1.count }
    let isConstant = parts.allSatisfy { $0.constant != nil }
    let limit = isConstant ? Limits.tensorElements : Limits.tracedElements
    guard count <= limit else { throw .tooLarge(what: "\(node.location): elements", size: count, limit: limit) }
    if isConstant || parts.contains(where: \.isClient) {
      return try emit(Step(operation: .join), parts, shape: [count], batchAxis: nil, at: node)
    }
    var elements: [AffineElement] = []
    for part in parts { elements += try affineElements(part, at: node) }
    try spend(terms: elements, at: node)
    return TracedValue(shape: [count], batchAxis: nil, content: .affine(elements))
  }

  /// The value with its axes in another order.
  mutating func transposed(
    _ value: TracedValue, _ permutation: [Int], at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    let shape = permutation.map { value.shape[$0] }
    let strides = value.strides
    let indices = Self.positions(shape: shape, strides: permutation.map { strides[$0] })
    let batchAxis = value.batchAxis.flatMap { permutation.firstIndex(of: $0) }
    return try select(value, indices, shape: shape, batchAxis: batchAxis, at: node)
  }

  /// Row-major positions of a shape read with the given strides.
  static func positions(shape: [Int], strides: [Int], start: Int = 0) -> [Int] {
    var positions = [start]
    for (extent, stride) in zip(shape, strides) {
      var next: [Int] = []
      next.reserveCapacity(positions.count * extent)
      for position in positions {
        for step in 0..<extent { next.append(position + step * stride) }
      }
      positions = next
    }
    return positions
  }

  /// The common shape of operands that are stretched to each other, and where its batch axis is.
  func broadcastShape(
    _ operands: [TracedValue], at node: NodeReader
  ) throws(ModelError) -> (shape: [Int], batchAxis: Int?) {
    let rank = operands.map(\.shape.count).max() ?? 0
    var shape = [Int](repeating: 1, count: rank)
    var batchAxis: Int?
    for operand in operands {
      let shift = rank - operand.shape.count
      if let axis = operand.batchAxis {
        if let batchAxis, batchAxis != axis + shift { throw node.unsupported("mixes the rows of a batch") }
        batchAxis = axis + shift
      }
      for axis in operand.shape.indices where operand.shape[axis] != 1 {
        guard shape[axis + shift] == 1 || shape[axis + shift] == operand.shape[axis] else {
          throw node.shapeError("shapes \(operands.map(\.shapeText).joined(separator: " and ")) do not fit together")
        }
        shape[axis + shift] = operand.shape[axis]
      }
    }
    if let batchAxis, shape[batchAxis] != 1 {
      throw node.unsupported("treats the rows of a batch differently (\(shape[batchAxis]) values along the batch)")
    }
    guard Limits.product(shape, limit: Limits.tensorElements) != nil else {
      throw .tooLarge(what: "\(node.location): elements", size: .max, limit: Limits.tensorElements)
    }
    return (shape, batchAxis)
  }

  /// The operand stretched to a shape that it fits.
  mutating func stretched(
    _ value: TracedValue, to shape: [Int], batchAxis: Int?, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    let shift = shape.count - value.shape.count
    let own = value.strides
    let strides = shape.indices.map { axis in
      axis < shift || value.shape[axis - shift] == 1 ? 0 : own[axis - shift]
    }
    if value.count == shape.reduce(1, *) { return reshaped(value, to: shape, batchAxis: batchAxis) }
    let limit = value.constant == nil ? Limits.tracedElements : Limits.tensorElements
    guard Limits.product(shape, limit: limit) != nil else {
      throw .tooLarge(what: "\(node.location): elements", size: .max, limit: limit)
    }
    return try select(
      value, Self.positions(shape: shape, strides: strides), shape: shape, batchAxis: batchAxis, at: node)
  }

  /// All operands stretched to their common shape.
  mutating func broadcast(_ operands: [TracedValue], at node: NodeReader) throws(ModelError) -> [TracedValue] {
    let (shape, batchAxis) = try broadcastShape(operands, at: node)
    var results: [TracedValue] = []
    for operand in operands {
      results.append(try stretched(operand, to: shape, batchAxis: batchAxis, at: node))
    }
    return results
  }

  /// An axis from the end made one from the start.
  static func axis(_ axis: Int, rank: Int, at node: NodeReader) throws(ModelError) -> Int {
    let (shifted, overflow) = axis.addingReportingOverflow(axis < 0 ? rank : 0)
    guard !overflow, (0..<rank).contains(shifted) else {
      throw node.shapeError("axis \(axis) of a value with \(rank) axes")
    }
    return shifted
  }

  /// An axis that does not count rows.
  static func dataAxis(_ axis: Int, of value: TracedValue, at node: NodeReader) throws(ModelError) -> Int {
    let result = try Self.axis(axis, rank: value.shape.count, at: node)
    guard result != value.batchAxis else { throw node.unsupported("works across the rows of a batch") }
    return result
  }
}
