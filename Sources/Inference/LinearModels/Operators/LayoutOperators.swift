// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// Operators that pick, order and join elements.
  static let layoutOperators: [String: Handler] = [
    "Transpose": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      let given = operands.node.integers("perm")
      let permutation = given.isEmpty ? value.shape.indices.reversed() : given.map { Int($0) }
      guard permutation.sorted() == Array(value.shape.indices) else {
        throw operands.node.shapeError("'perm' \(given) is no order of \(value.shape.count) axes")
      }
      return [try tracer.transposed(value, permutation, at: operands.node)]
    },
    "Concat": { tracer, operands throws(ModelError) in
      let parts = try operands.all()
      let axis = try operands.node.integer("axis", default: 1)
      return [try tracer.concatenated(parts, axis: axis, at: operands.node)]
    },
    "ml.FeatureVectorizer": { tracer, operands throws(ModelError) in
      [try tracer.concatenated(try operands.all(), axis: 1, at: operands.node)]
    },
    "Slice": { tracer, operands throws(ModelError) in [try tracer.sliced(operands)] },
    "Split": { tracer, operands throws(ModelError) in try tracer.split(operands) },
    "Gather": { tracer, operands throws(ModelError) in
      let data = try operands.required(0, "data")
      let positions = try operands.required(1, "indices")
      let axis = try operands.node.integer("axis", default: 0)
      return [try tracer.gathered(data, positions, axis: axis, at: operands.node)]
    },
    "ml.ArrayFeatureExtractor": { tracer, operands throws(ModelError) in
      var data = try operands.required(0, "data")
      var positions = try operands.required(1, "indices")
      if data.shape.count == 1, data.batchAxis == nil {
        data = tracer.reshaped(data, to: [1, data.count], batchAxis: nil)
      }
      if positions.constant == nil, positions.count != 1 {
        throw operands.node.unsupported("picks several elements a row by a computed position")
      }
      if let constant = positions.constant {
        positions = TracedValue(constant, shape: [positions.count])
        return [try tracer.gathered(data, positions, axis: -1, at: operands.node)]
      }
      return [
        try tracer.gathered(
          data, tracer.reshaped(positions, to: [1], batchAxis: positions.batchAxis.map { _ in 0 }),
          axis: -1, at: operands.node)
      ]
    },
  ]
}

extension Tracer {
  /// Operands one after the other along an axis that does not count rows.
  mutating func concatenated(
    _ parts: [TracedValue], axis: Int, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    let rank = parts[0].shape.count
    let axis = try Self.axis(axis, rank: rank, at: node)
    var batchAxis: Int?
    for part in parts {
      guard part.shape.count == rank,
        part.shape.indices.allSatisfy({ $0 == axis || part.shape[$0] == parts[0].shape[$0] })
      else {
        throw node.shapeError("shapes \(parts.map(\.shapeText).joined(separator: " and ")) cannot stand side by side")
      }
      if let own = part.batchAxis {
        guard own != axis, batchAxis == nil || batchAxis == own else {
          throw node.unsupported("joins the rows of batches")
        }
        batchAxis = own
      }
    }
    let parts = try unified(parts, at: node)
    let joined = try join(parts, at: node)
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let outer = shape[..<axis].reduce(1, *)
    let blocks = parts.map { $0.shape[axis...].reduce(1, *) }
    guard outer > 1 else { return reshaped(joined, to: shape, batchAxis: batchAxis) }
    var indices: [Int] = []
    indices.reserveCapacity(joined.count)
    for row in 0..<outer {
      var start = 0
      for block in blocks {
        indices += (start + row * block)..<(start + (row + 1) * block)
        start += outer * block
      }
    }
    return try select(joined, indices, shape: shape, batchAxis: batchAxis, at: node)
  }

  /// Constants in the kind of the traced operands beside them.
  private func unified(_ parts: [TracedValue], at node: NodeReader) throws(ModelError) -> [TracedValue] {
    guard let kind = parts.first(where: { $0.constant == nil })?.kind else { return parts }
    var result = parts
    for index in parts.indices {
      guard let constant = parts[index].constant, constant.kind != kind else { continue }
      guard let converted = constant.converted(to: kind) else { throw node.invalid("operands of different kinds") }
      result[index].content = .constant(converted)
    }
    return result
  }

  /// Elements at given positions of an axis: known positions select, computed ones look up in a table.
  mutating func gathered(
    _ data: TracedValue, _ positions: TracedValue, axis: Int, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    let axis = try Self.dataAxis(axis, of: data, at: node)
    let extent = data.shape[axis]
    guard let wanted = positions.constant else {
      guard data.count == extent, data.batchAxis == nil || positions.count == 1, extent > 0 else {
        throw node.unsupported("picks from several columns by a computed position")
      }
      let positionKind = positions.kind
      guard positionKind == .integer else { throw node.invalid("its positions are not whole numbers") }
      // Of the axes that remain, only those of the positions can have more than one element.
      var shape = data.shape
      shape.replaceSubrange(axis...axis, with: positions.shape)
      guard shape.count <= Limits.rank else {
        throw .tooLarge(what: "\(node.location): axes", size: shape.count, limit: Limits.rank)
      }
      let batchAxis =
        positions.batchAxis.map { $0 + axis } ?? data.batchAxis.map { $0 < axis ? $0 : $0 + positions.shape.count - 1 }
      return try emit(Step(operation: .lookup), [data, positions], shape: shape, batchAxis: batchAxis, at: node)
    }
    guard let integers = wanted.integers, !positions.isFromBatchSize else {
      throw node.invalid("its positions are not whole numbers")
    }
    var picked: [Int] = []
    for position in integers {
      let shifted = position < 0 ? position + Int64(extent) : position
      guard (0..<Int64(extent)).contains(shifted) else {
        throw node.shapeError("position \(position) of an axis with \(extent) elements")
      }
      picked.append(Int(shifted))
    }
    let inner = data.shape[(axis + 1)...].reduce(1, *)
    let outer = data.shape[..<axis].reduce(1, *)
    let limit = data.constant == nil ? Limits.tracedElements : Limits.tensorElements
    guard let size = Limits.product([outer, picked.count, inner], limit: limit) else {
      throw .tooLarge(what: "\(node.location): elements", size: .max, limit: limit)
    }
    var indices: [Int] = []
    indices.reserveCapacity(size)
    for row in 0..<outer {
      for position in picked {
        let start = (row * extent + position) * inner
        indices += start..<(start + inner)
      }
    }
    var shape = data.shape
    shape.replaceSubrange(axis...axis, with: positions.shape)
    guard shape.count <= Limits.rank else {
      throw .tooLarge(what: "\(node.location): axes", size: shape.count, limit: Limits.rank)
    }
    let batchAxis = data.batchAxis.map { $0 < axis ? $0 : $0 + positions.shape.count - 1 }
    return try select(data, indices, shape: shape, batchAxis: batchAxis, at: node)
  }

  /// Ranges of some axes, from the node's attributes or inputs.
  mutating func sliced(_ operands: Operands) throws(ModelError) -> TracedValue {
    let node = operands.node
    var value = try operands.required(0)
    let starts = try operands.integers(1, "starts") ?? node.integers("starts")
    let ends = try operands.integers(2, "ends") ?? node.integers("ends")
    var axes = try operands.integers(3, "axes") ?? node.integers("axes")
    var steps = try operands.integers(4, "steps") ?? []
    if axes.isEmpty { axes = starts.indices.map { Int64($0) } }
    if steps.isEmpty { steps = starts.map { _ in 1 } }
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count,
      !steps.contains(where: { $0 == 0 || $0 == .min })
    else { throw node.invalid("its starts, ends, axes and steps do not fit together") }
    for index in starts.indices {
      let position = try Self.axis(Int(axes[index]), rank: value.shape.count, at: node)
      if position == value.batchAxis {
        guard starts[index] == 0, ends[index] >= Self.batchSize, steps[index] == 1 else {
          throw node.unsupported("cuts rows from a batch")
        }
        continue
      }
      let extent = Int64(value.shape[position])
      let step = steps[index]
      func bounded(_ bound: Int64) -> Int64 {
        let shifted = bound < 0 ? bound.addingReportingOverflow(extent).partialValue : bound
        return step > 0 ? min(max(shifted, 0), extent) : min(max(shifted, -1), extent - 1)
      }
      // A negative end far below zero means "to the very first" for a negative step.
      let end = step < 0 && ends[index] < -extent ? -1 : bounded(ends[index])
      let kept = stride(from: bounded(starts[index]), to: end, by: Int(step)).map { $0 }
      value = try gathered(
        value, TracedValue(.integer(kept), shape: [kept.count]), axis: position, at: node)
    }
    return value
  }

  /// The value cut along an axis.
  mutating func split(_ operands: Operands) throws(ModelError) -> [TracedValue] {
    let node = operands.node
    let value = try operands.required(0)
    let axis = try Self.dataAxis(try node.integer("axis", default: 0), of: value, at: node)
    let extent = Int64(value.shape[axis])
    var sizes = try operands.integers(1, "sizes") ?? node.integers("split")
    if sizes.isEmpty {
      let count = Int64(try node.integer("num_outputs", default: node.node.output.count))
      guard count > 0, count <= Int64(node.node.output.count) else { throw node.invalid("splits into \(count) parts") }
      let size = (extent + count - 1) / count
      sizes = (0..<count).map { min(size, max(0, extent - $0 * size)) }
    }
    guard sizes.allSatisfy({ (0...extent).contains($0) }), sizes.count <= Limits.tracedElements,
      sizes.reduce(0, +) == extent
    else { throw node.shapeError("parts \(sizes.prefix(8)) of an axis with \(extent) elements") }
    var results: [TracedValue] = []
    var start: Int64 = 0
    for size in sizes {
      let kept = Array(start..<start + size)
      results.append(try gathered(value, TracedValue(.integer(kept), shape: [kept.count]), axis: axis, at: node))
      start += size
    }
    return results
  }
}
