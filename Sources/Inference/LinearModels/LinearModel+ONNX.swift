// SPDX-License-Identifier: Apache-2.0

extension LinearModel {
  /// Folds an ONNX model.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - externalData: returns `length` bytes at `offset` of the file `location` beside the model, for weights stored
  ///     outside; it is called with whatever the model says and must check the location.
  /// - Throws: `ModelError` for what is not a linear model with a known ending, and for damaged files.
  public init(
    onnx bytes: [UInt8],
    externalData: (_ location: String, _ offset: Int, _ length: Int) throws(ModelError) -> [UInt8]
  ) throws(ModelError) {
    let graph = try GraphReader(bytes)
    var total = 0
    for input in graph.inputs {
      total += input.shape.reduce(1, *)
      guard total <= Limits.features else {
        throw .tooLarge(what: "features", size: total, limit: Limits.features)
      }
    }
    var tracer = Tracer(featureCount: total, declaredBatch: graph.declaredBatch)
    var first = 0
    for input in graph.inputs {
      let count = input.shape.reduce(1, *)
      tracer.values[input.name] = TracedValue(
        shape: input.shape, batchAxis: input.batchAxis,
        content: .affine((first..<first + count).map { AffineElement(atom: $0) }))
      first += count
    }
    try tracer.run(graph) { (reference) throws(ModelError) in
      try externalData(reference.location, reference.offset, reference.length)
    }
    let folded = try tracer.finished(graph)
    let model = graph.model
    let producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    let isTable = graph.inputs.count > 1 && total == graph.inputs.count
    try self.init(
      weights: folded.weights, intercepts: folded.intercepts,
      featureNames: isTable ? graph.inputs.map(\.name) : nil, featureStatistics: tracer.featureStatistics(),
      postProcessing: folded.postProcessing,
      report: ImportReport(
        format: "ONNX, ir \(model.irVersion)", producer: producer.isEmpty ? nil : producer.shortened,
        foldedOperators: tracer.foldedOperators, clientOperators: tracer.clientOperators, warnings: tracer.warnings))
  }
}

extension Tracer {
  /// Traces every node that an output needs.
  mutating func run(_ graph: GraphReader, external: TensorReader.External) throws(ModelError) {
    var needed = Set(graph.model.graph.output.map(\.name))
    var isNeeded = [Bool](repeating: false, count: graph.nodes.count)
    for node in graph.nodes.reversed() where node.node.output.contains(where: { !$0.isEmpty && needed.contains($0) }) {
      isNeeded[node.index] = true
      needed.formUnion(node.node.input)
    }
    // The sizes that the tensors claim, before any of them is read: weights outside the file can be named many times.
    var stored = 0
    for (name, tensor) in graph.initializers where needed.contains(name) {
      let count = Limits.product(tensor.dims.map { Int($0) }, limit: Limits.tensorElements) ?? 0
      stored += count
      guard stored <= Limits.tensorElements else {
        throw .tooLarge(what: "elements of all constants", size: stored, limit: Limits.tensorElements)
      }
      values[name] = try TensorReader(tensor, location: "constant \(name.quoted)").value(external: external)
    }
    for node in graph.nodes where isNeeded[node.index] {
      try trace(node)
    }
  }

  private mutating func trace(_ node: NodeReader) throws(ModelError) {
    guard let handler = OperatorTable.handlers[node.key] else {
      throw node.unsupported(UnsupportedOperators.reason(node.key))
    }
    let operands = Operands(values: node.node.input.map { $0.isEmpty ? nil : values[$0] }, node: node)
    let stepsBefore = steps.count
    let results = try handler(&self, operands)
    guard node.node.output.count <= results.count else {
      throw node.invalid("has \(node.node.output.count) outputs; only \(results.count) are known here")
    }
    for (name, result) in zip(node.node.output, results) where !name.isEmpty {
      guard result.shape.count <= Limits.rank else {
        throw .tooLarge(what: "\(node.location): axes", size: result.shape.count, limit: Limits.rank)
      }
      try spend(result, at: node)
      values[name] = result
    }
    if results.contains(where: \.isClient) {
      if steps.count > stepsBefore || node.key == "ml.ZipMap" { clientOperators.append(node.node.opType) }
    } else if results.contains(where: { $0.affine != nil }) {
      foldedOperators.append(node.node.opType)
    }
    if node.key == "ml.LinearClassifier" { foldedOperators.append(node.node.opType) }
  }
}
