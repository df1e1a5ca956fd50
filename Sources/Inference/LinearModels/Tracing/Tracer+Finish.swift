// SPDX-License-Identifier: Apache-2.0

extension Tracer {
  /// A traced graph as a matrix and a client's part.
  struct Folded {
    var weights: [[Double]]
    var intercepts: [Double]
    var postProcessing: PostProcessing
  }

  /// Chooses the scores, and writes the client's program from them to the graph's outputs.
  mutating func finished(_ graph: GraphReader) throws(ModelError) -> Folded {
    let endings = try endings(graph)
    hasClassifier = hasClassifier || endings.label != nil
    let order = leafOrder(endings.data.map(\.step) + (endings.label.map { [$0] } ?? []))
    let basis = ScoreBasis(leaves: order.leaves, hasClassifier: hasClassifier)
    guard Limits.product(basis.scores.count, atoms.featureCount, limit: Limits.foldedWeights) != nil else {
      throw .tooLarge(
        what: "folded matrix of \(basis.scores.count) scores", size: basis.scores.count, limit: Limits.foldedWeights)
    }
    guard !basis.scores.isEmpty else { throw .notONNX(reason: "no output depends on the row") }
    let program: ClientProgram
    do throws(ProgramError) {
      program = try self.program(endings, reachable: order.reachable, basis: basis)
    } catch {
      throw .notONNX(reason: "the client's part does not hold together: \(error.description)")
    }
    var classes = endings.classes
    if classes == nil, let label = endings.label { classes = tableBehind(label) }
    return Folded(
      weights: basis.scores.map { atoms.row(of: $0) }, intercepts: basis.scores.map(\.offset),
      postProcessing: PostProcessing(
        outputNames: names(endings, count: program.outputCount, classes: classes), classes: classes, program: program))
  }

  /// The graph's outputs as steps.
  struct Endings {
    var data: [(name: String, step: Int, isRaw: Bool)] = []
    var label: Int?
    var classes: [ClassLabel]?
  }

  private mutating func endings(_ graph: GraphReader) throws(ModelError) -> Endings {
    var endings = Endings()
    for output in graph.model.graph.output {
      guard let value = values[output.name] else {
        throw .undefinedInput(name: output.name, reader: "the graph's outputs")
      }
      if value.constant != nil { continue }
      let node = outputNode(output.name)
      if let classes = value.columnClasses { endings.classes = classes }
      switch value.kind {
      case .real:
        endings.data.append((output.name, try lowerOutput(value, at: node), value.affine != nil))
      case .integer, .text, .boolean:
        if value.count == 1, endings.label == nil {
          let whole = value.kind == .boolean ? try converted(value, to: .integer, at: node) : value
          endings.label = try lower(whole, at: node)
        } else if value.kind != .text {
          let reals = try converted(value, to: .real, at: node)
          endings.data.append((output.name, try lower(reals, at: node), false))
        } else {
          throw .invalid(location: "output \(output.name.quoted)", reason: "more than one text a row")
        }
      }
    }
    guard !endings.data.isEmpty || endings.label != nil else {
      throw .notONNX(reason: "no output depends on the row")
    }
    return endings
  }

  /// A stand-in for messages about the graph's end.
  private func outputNode(_ name: String) -> NodeReader {
    var node = ONNXNode()
    node.opType = "output"
    node.name = name
    return NodeReader(node: node, index: steps.count, opset: 0)
  }

  /// The steps that the given ones need, and their leaves in the order in which inputs name them.
  ///
  /// Heads of one-vs-rest models are so ordered by the Concat that joins them, whatever the order of the nodes.
  private func leafOrder(_ roots: [Int]) -> (reachable: [Bool], leaves: [ScoreBasis.Leaf]) {
    var reachable = [Bool](repeating: false, count: steps.count)
    var leaves: [ScoreBasis.Leaf] = []
    var stack = Array(roots.reversed())
    while let index = stack.popLast() {
      if reachable[index] { continue }
      reachable[index] = true
      switch steps[index].body {
      case .leaf(let elements, let isGraphOutput):
        leaves.append(.init(step: index, elements: elements, isGraphOutput: isGraphOutput))
      case .step(let step):
        stack += step.inputs.reversed()
      }
    }
    return (reachable, leaves)
  }

  /// The label table, where the label is looked up in a constant one.
  private func tableBehind(_ label: Int) -> [ClassLabel]? {
    var index = label
    while case .step(let step) = steps[index].body {
      if step.operation == .lookup, case .step(let table) = steps[step.inputs[0]].body, let constant = table.constant {
        return Self.labels(constant)
      }
      if step.operation == .firstMaximum, let width = step.width {
        return (0..<Int64(width)).map { .integer($0) }
      }
      guard [.convert, .select].contains(step.operation), let next = step.inputs.first else { break }
      index = next
    }
    return classTable
  }

  private static func labels(_ elements: Elements) -> [ClassLabel]? {
    switch elements {
    case .integer(let values): values.map { .integer($0) }
    case .text(let values): values.map { .string($0) }
    case .real(let values): values.map { .integer(Int64(saturating: $0)) }
    case .boolean(let values): values.map { .integer($0 ? 1 : 0) }
    }
  }

  private func names(_ endings: Endings, count: Int, classes: [ClassLabel]?) -> [String] {
    guard !endings.data.isEmpty else { return (0..<count).map { count == 1 ? "label" : "score_\($0)" } }
    if let classes, endings.data.count == 1, classes.count == count {
      let prefix = endings.data[0].isRaw ? "score_" : "proba_"
      return classes.map { prefix + $0.description }
    }
    return endings.data.flatMap { output in
      let width = steps[output.step].signature.count
      return width == 1 ? [output.name] : (0..<width).map { "\(output.name)_\($0)" }
    }
  }

  /// Centre and spread of each feature, where the first product reads all features scaled.
  func featureStatistics() -> [FeatureStatistics]? {
    guard let inputs = firstProductInputs else { return nil }
    var result = [FeatureStatistics?](repeating: nil, count: atoms.featureCount)
    for element in inputs {
      guard let term = element.terms.first, element.terms.count == 1, atoms.isFeature(term.atom), term.coefficient != 0,
        term.coefficient != 1, result[term.atom] == nil
      else { return nil }
      let centre = -element.offset / term.coefficient
      let spread = 1 / abs(term.coefficient)
      guard centre.isFinite, spread.isFinite, spread > 0 else { return nil }
      result[term.atom] = FeatureStatistics(centre: centre, spread: spread)
    }
    let known = result.compactMap { $0 }
    return known.count == result.count ? known : nil
  }
}
