// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// Operators that make constants.
  static let constantOperators: [String: Handler] = [
    "Constant": { _, operands throws(ModelError) in
      let node = operands.node
      if let tensor = node.tensor("value") {
        return [
          try TensorReader(tensor, location: "constant of \(node.location)").value { _ throws(ModelError) in nil }
        ]
      }
      if node.has("value_float") { return [TracedValue(.real([try node.real("value_float", default: 0)]), shape: [])] }
      if node.has("value_int") {
        return [TracedValue(.integer([Int64(try node.integer("value_int", default: 0))]), shape: [])]
      }
      if node.has("value_string") {
        return [TracedValue(.text([try node.text("value_string", default: "")]), shape: [])]
      }
      if node.has("value_floats") {
        let values = node.floats("value_floats") ?? []
        return [TracedValue(.real(values.map { Double($0) }), shape: [values.count])]
      }
      if node.has("value_ints") {
        let values = node.integers("value_ints")
        return [TracedValue(.integer(values), shape: [values.count])]
      }
      if node.has("value_strings") {
        let values = try node.texts("value_strings")
        return [TracedValue(.text(values), shape: [values.count])]
      }
      throw node.unsupported("has none of the known kinds of value (sparse constants are not read)")
    },
    "ConstantOfShape": { _, operands throws(ModelError) in
      let node = operands.node
      var shape: [Int] = []
      var batchAxis: Int?
      for (axis, extent) in (try operands.integers(0, "shape") ?? []).enumerated() {
        if extent == Tracer.batchSize { batchAxis = axis }
        shape.append(extent == Tracer.batchSize ? 1 : Int(extent))
      }
      guard shape.count <= Limits.rank, let count = Limits.product(shape, limit: Limits.tensorElements) else {
        throw node.shapeError("a shape that is negative or too large")
      }
      var filler = TracedValue(.real([0]), shape: [1])
      if let tensor = node.tensor("value") {
        filler = try TensorReader(tensor, location: "constant of \(node.location)").value { _ throws(ModelError) in nil
        }
      }
      guard let constant = filler.constant, constant.count == 1 else {
        throw node.invalid("its value is not one element")
      }
      var result = TracedValue(constant.selecting([Int](repeating: 0, count: count)), shape: shape)
      result.batchAxis = batchAxis
      return [result]
    },
    "Range": { _, operands throws(ModelError) in
      let node = operands.node
      guard let start = try operands.integers(0, "start")?.first, let end = try operands.integers(1, "end")?.first,
        let step = try operands.integers(2, "step")?.first, step != 0, step != .min,
        try operands.all().allSatisfy({ !$0.isFromBatchSize })
      else { throw node.unsupported("counts in other than known whole numbers") }
      let (distance, overflow) = end.subtractingReportingOverflow(start)
      guard !overflow, distance / step < Int64(Limits.tensorElements) else {
        throw .tooLarge(what: "\(node.location): elements", size: .max, limit: Limits.tensorElements)
      }
      let isEmpty = (distance < 0) != (step < 0)
      let count = isEmpty ? 0 : distance / step + (distance % step == 0 ? 0 : 1)
      let values = (0..<count).map { start &+ $0 &* step }
      return [TracedValue(.integer(values), shape: [values.count])]
    },
  ]
}
