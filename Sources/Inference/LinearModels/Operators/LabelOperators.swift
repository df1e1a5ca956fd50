// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// Conversions between kinds, and what exporters put around labels.
  static let labelOperators: [String: Handler] = [
    "Cast": { tracer, operands throws(ModelError) in
      let node = operands.node
      let value = try operands.required(0)
      guard let target = TensorReader.kind(of: try node.integer("to", default: 0)) else {
        throw node.unsupported("converts to a type that is not read (\(try node.integer("to", default: 0)))")
      }
      return [try tracer.converted(value, to: target, at: node)]
    },
    "CastLike": { tracer, operands throws(ModelError) in
      let like = try operands.required(1)
      return [try tracer.converted(try operands.required(0), to: like.kind, at: operands.node)]
    },
    "ml.ZipMap": { tracer, operands throws(ModelError) in
      let node = operands.node
      var value = try operands.required(0)
      let classes = try node.classes("classlabels_int64s", "classlabels_strings")
      guard classes.count == value.count else {
        throw node.shapeError("\(classes.count) class labels for \(value.count) columns")
      }
      tracer.hasClassifier = true
      value.columnClasses = classes
      return [value]
    },
    "ml.LabelEncoder": { tracer, operands throws(ModelError) in
      let node = operands.node
      let value = try operands.required(0)
      let keyKinds: [(String, ElementKind)] = [("keys_int64s", .integer), ("keys_strings", .text)]
      guard value.affine == nil, let kind = keyKinds.first(where: { node.has($0.0) })?.1, kind == value.kind else {
        throw node.unsupported("codes categories of a feature: the client must do that before it encrypts")
      }
      let keys = try node.classes("keys_int64s", "keys_strings")
      let values = try node.classes("values_int64s", "values_strings")
      guard keys.count == values.count, !values.isEmpty,
        let cells = Limits.product(keys.count, value.count, limit: Limits.tracedElements)
      else { throw node.invalid("its keys and values do not fit together") }
      // The position of the key that equals the value: first true among all comparisons.
      let table = TracedValue(
        Tracer.elements(of: keys).selecting((0..<cells).map { $0 % keys.count }), shape: [value.count, keys.count])
      let repeated = try tracer.select(
        value, (0..<cells).map { $0 / keys.count }, shape: table.shape, batchAxis: nil, at: node)
      let matches = try tracer.emit(
        Step(operation: .equal), [repeated, table], shape: table.shape, batchAxis: nil, at: node)
      let numbers = try tracer.converted(matches, to: .integer, at: node)
      let position = try tracer.grouped(.firstMaximum, numbers, axes: [1], keepAxes: false, at: node)
      let names = TracedValue(Tracer.elements(of: values), shape: [values.count])
      let result = try tracer.gathered(names, position, axis: 0, at: node)
      return [tracer.reshaped(result, to: value.shape, batchAxis: value.batchAxis)]
    },
  ]
}

extension Tracer {
  /// The value in another kind.
  ///
  /// Floating-point types are all carried as doubles.
  mutating func converted(
    _ value: TracedValue, to kind: ElementKind, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    if value.kind == kind { return value }
    guard value.kind != .text else { throw node.unsupported("reads numbers from text") }
    if value.affine != nil, kind == .boolean {
      return try converted(
        try pair(
          .equal, try pair(.equal, value, .number(0), at: node),
          TracedValue(.boolean([false]), shape: []), at: node), to: .boolean, at: node)
    }
    return try emit(
      Step(operation: .convert, kind: kind), [value], shape: value.shape, batchAxis: value.batchAxis, at: node)
  }
}
