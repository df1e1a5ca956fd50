// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// Operators that change or read a shape and keep the elements.
  static let shapeOperators: [String: Handler] = [
    "Identity": { _, operands throws(ModelError) in [try operands.required(0)] },
    "Dropout": { _, operands throws(ModelError) in
      if let mode = operands.optional(2) {
        guard case .constant(.boolean(let flags)) = mode.content, flags == [false] else {
          throw operands.node.unsupported("drops values at random (training mode): export the model in inference mode")
        }
      }
      let value = try operands.required(0)
      let mask = TracedValue(.boolean([Bool](repeating: true, count: value.count)), shape: value.shape)
      return [value, mask]
    },
    "Shape": { _, operands throws(ModelError) in
      let value = try operands.required(0)
      var extents = value.shape.indices.map { $0 == value.batchAxis ? Tracer.batchSize : Int64(value.shape[$0]) }
      let rank = extents.count
      let bounds = try ["start", "end"].map { (name) throws(ModelError) -> Int in
        let position = try operands.node.integer(name, default: name == "start" ? 0 : rank)
        return Swift.min(Swift.max(position < 0 ? position + rank : position, 0), rank)
      }
      extents = bounds[0] < bounds[1] ? Array(extents[bounds[0]..<bounds[1]]) : []
      var result = TracedValue(.integer(extents), shape: [extents.count])
      result.isFromBatchSize = extents.contains(Tracer.batchSize)
      return [result]
    },
    "Size": { _, operands throws(ModelError) in
      let value = try operands.required(0)
      let size = Int64(value.count) * (value.batchAxis == nil ? 1 : Tracer.batchSize)
      var result = TracedValue(.integer([size]), shape: [])
      result.isFromBatchSize = value.batchAxis != nil
      return [result]
    },
    "Reshape": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      let target = try operands.integers(1, "shape") ?? operands.node.integers("shape")
      let keepsZeros = try operands.node.integer("allowzero", default: 0) != 0
      return [try tracer.reshape(value, target, keepsZeros: keepsZeros, at: operands.node)]
    },
    "Flatten": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      let rank = value.shape.count
      let axis = try operands.node.integer("axis", default: 1)
      guard (-rank...rank).contains(axis) else {
        throw operands.node.shapeError("axis \(axis) of a value with \(rank) axes")
      }
      let split = axis < 0 ? axis + rank : axis
      var outer = value.shape[..<split].reduce(1) { $0 * Int64($1) }
      if let batchAxis = value.batchAxis, batchAxis < split { outer *= Tracer.batchSize }
      var inner = value.shape[split...].reduce(1) { $0 * Int64($1) }
      if let batchAxis = value.batchAxis, batchAxis >= split { inner *= Tracer.batchSize }
      return [try tracer.reshape(value, [outer, inner], keepsZeros: true, at: operands.node)]
    },
    "Squeeze": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      let node = operands.node
      let given = try operands.integers(1, "list of axes") ?? node.integers("axes")
      var axes: Set<Int> = []
      for axis in given { axes.insert(try Tracer.axis(Int(axis), rank: value.shape.count, at: node)) }
      if given.isEmpty { axes = Set(value.shape.indices.filter { value.shape[$0] == 1 && $0 != value.batchAxis }) }
      guard axes.allSatisfy({ value.shape[$0] == 1 }) else {
        throw node.shapeError("removes an axis of \(value.shapeText) that has more than one element")
      }
      if let batchAxis = value.batchAxis, axes.contains(batchAxis), tracer.declaredBatch != 1 {
        throw node.unsupported("removes the batch axis")
      }
      let rest = value.shape.indices.filter { !axes.contains($0) }
      let batchAxis = value.batchAxis.flatMap { rest.firstIndex(of: $0) }
      return [tracer.reshaped(value, to: rest.map { value.shape[$0] }, batchAxis: batchAxis)]
    },
    "Unsqueeze": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      let node = operands.node
      let given = try operands.integers(1, "list of axes") ?? node.integers("axes")
      let rank = value.shape.count + given.count
      guard rank <= Limits.rank else { throw .tooLarge(what: "\(node.location): axes", size: rank, limit: Limits.rank) }
      var axes: Set<Int> = []
      for axis in given { axes.insert(try Tracer.axis(Int(axis), rank: rank, at: node)) }
      guard axes.count == given.count else { throw node.shapeError("inserts the same axis twice") }
      var shape: [Int] = []
      var batchAxis: Int?
      var source = 0
      for axis in 0..<rank {
        if axes.contains(axis) {
          shape.append(1)
        } else {
          if source == value.batchAxis { batchAxis = axis }
          shape.append(value.shape[source])
          source += 1
        }
      }
      return [tracer.reshaped(value, to: shape, batchAxis: batchAxis)]
    },
    "Expand": { tracer, operands throws(ModelError) in
      let value = try operands.required(0)
      let target = try operands.integers(1, "shape") ?? []
      var shape: [Int] = []
      var batchAxis: Int?
      for (axis, extent) in target.enumerated() {
        if extent == Tracer.batchSize { batchAxis = axis }
        shape.append(extent == Tracer.batchSize ? 1 : Int(extent))
      }
      guard shape.count <= Limits.rank, Limits.product(shape, limit: Limits.tensorElements) != nil else {
        throw operands.node.shapeError("a target shape that is negative or too large")
      }
      var frame = TracedValue(.boolean([]), shape: shape)
      frame.batchAxis = batchAxis
      let common = try tracer.broadcastShape([value, frame], at: operands.node)
      return [try tracer.stretched(value, to: common.shape, batchAxis: common.batchAxis, at: operands.node)]
    },
  ]
}

extension Tracer {
  /// The value in a target shape, in which `batchSize`, -1 or the declared number of rows stands for the batch axis.
  ///
  /// Rows stay whole only where all extents before the batch axis are 1, before and after.
  func reshape(
    _ value: TracedValue, _ target: [Int64], keepsZeros: Bool, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    guard target.count <= Limits.rank else {
      throw .tooLarge(what: "\(node.location): axes", size: target.count, limit: Limits.rank)
    }
    var extents: [Int64] = []
    for (axis, extent) in target.enumerated() {
      if extent == 0, !keepsZeros {
        guard axis < value.shape.count else { throw node.shapeError("keeps an axis that \(value.shapeText) has not") }
        extents.append(axis == value.batchAxis ? Self.batchSize : Int64(value.shape[axis]))
      } else {
        guard extent >= -1 else { throw node.shapeError("a negative extent, \(extent)") }
        extents.append(extent)
      }
    }
    guard extents.filter({ $0 == -1 }).count <= 1 else { throw node.shapeError("more than one extent is open") }
    guard let batchAxis = value.batchAxis else {
      guard let shape = resolved(extents, count: value.count, except: nil) else {
        throw node.shapeError("\(value.shapeText) does not fit the shape \(target)")
      }
      return reshaped(value, to: shape, batchAxis: nil)
    }
    guard value.shape[..<batchAxis].allSatisfy({ $0 == 1 }) else {
      throw node.unsupported("mixes the rows of a batch (from \(value.shapeText))")
    }
    var candidates = extents.indices.filter { extents[$0] == Self.batchSize }
    if candidates.isEmpty {
      candidates = extents.indices.filter { extents[$0] == -1 }
      if let declaredBatch { candidates += extents.indices.filter { extents[$0] == Int64(declaredBatch) } }
    }
    for candidate in candidates {
      if let shape = resolved(extents, count: value.count, except: candidate),
        shape[..<candidate].allSatisfy({ $0 == 1 })
      {
        return reshaped(value, to: shape, batchAxis: candidate)
      }
    }
    if declaredBatch == 1, let shape = resolved(extents, count: value.count, except: nil) {
      return reshaped(value, to: shape, batchAxis: nil)
    }
    throw node.unsupported(
      "reshapes \(value.shapeText) to \(Self.text(target)), which mixes the rows of a batch or does not fit")
  }

  /// The extents with the open one filled in, and 1 at the batch axis.
  private func resolved(_ extents: [Int64], count: Int, except batchAxis: Int?) -> [Int]? {
    var shape = extents.map { Int($0) }
    if let batchAxis { shape[batchAxis] = 1 }
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      guard let known = Limits.product(shape, limit: Limits.tensorElements), known > 0, count.isMultiple(of: known)
      else { return nil }
      shape[open] = count / known
    }
    return Limits.product(shape, limit: Limits.tensorElements) == count ? shape : nil
  }

  private static func text(_ target: [Int64]) -> String {
    "[" + target.map { $0 == batchSize ? "N" : String($0) }.joined(separator: ", ") + "]"
  }
}
