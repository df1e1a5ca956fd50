// SPDX-License-Identifier: Apache-2.0

/// Walks a graph once, for one symbolic row.
///
/// Values stay affine in the row as long as they can; that part is the server's. The first operator that is not affine
/// turns its input into scores, and from there on every operator becomes steps of the client's program. A product
/// with the model's weights behind such an operator (a hidden layer) is refused: neither side could do it.
struct Tracer {
  /// A step of the client's program while the graph is traced.
  struct TracedStep {
    /// A leaf holds affine elements: scores that the client gets.
    enum Body {
      case leaf([AffineElement], isGraphOutput: Bool)
      case step(Step)
    }

    var body: Body
    var signature: Signature
    /// The first operator on the way here that is not affine, for messages.
    var firstOperator: NodeDescription?
  }

  /// Stands for the number of rows in shape arithmetic.
  ///
  /// A large prime, so that it cannot be met by chance.
  static let batchSize: Int64 = 1_000_000_007

  var atoms: AtomTable
  /// The number of rows that the file declares, where it does.
  let declaredBatch: Int?
  var values: [String: TracedValue] = [:]
  var steps: [TracedStep] = []
  var foldedOperators: [String] = []
  var clientOperators: [String] = []
  var warnings: [String] = []
  var classTable: [ClassLabel]?
  var hasClassifier = false
  /// What the first matrix product reads: shows how the model scales its features.
  var firstProductInputs: [AffineElement]?
  private var stepElements = 0
  private var termWork = 0
  private var constantElements = 0

  init(featureCount: Int, declaredBatch: Int?) {
    atoms = AtomTable(featureCount: featureCount)
    self.declaredBatch = declaredBatch
  }

  // MARK: - Making values

  /// Applies an operation elementwise or groupwise to operands that are laid out already.
  ///
  /// Constants are computed at once; otherwise a step is added to the client's program.
  mutating func emit(
    _ step: Step, _ operands: [TracedValue], shape: [Int], batchAxis: Int?, at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    var step = step
    let constants = operands.compactMap(\.constant)
    if constants.count == operands.count {
      step.inputs = Array(operands.indices)
      let signatures = constants.map { Signature(kind: $0.kind, count: $0.count) }
      guard let signature = step.signature(of: signatures, scoreCount: 0) else {
        throw node.invalid("constants of the wrong kind")
      }
      guard signature.count <= Limits.tensorElements else {
        throw .tooLarge(what: "\(node.location): elements", size: signature.count, limit: Limits.tensorElements)
      }
      var result = TracedValue(
        shape: shape, batchAxis: batchAxis, content: .constant(step.evaluated(on: constants, scores: [])))
      result.isFromBatchSize = operands.contains(where: \.isFromBatchSize)
      return result
    }
    var inputs: [Int] = []
    for operand in operands { inputs.append(try lower(operand, at: node)) }
    step.inputs = inputs
    let index = try append(step, at: node)
    return TracedValue(
      shape: shape, batchAxis: batchAxis, content: .client(step: index, kind: steps[index].signature.kind))
  }

  private mutating func append(_ step: Step, at node: NodeReader) throws(ModelError) -> Int {
    guard let signature = step.signature(of: step.inputs.map { steps[$0].signature }, scoreCount: 0) else {
      throw node.invalid("operands of kinds that do not fit (\(step.operation.rawValue))")
    }
    let first = step.inputs.lazy.compactMap { [steps] in steps[$0].firstOperator }.first
    return try append(
      TracedStep(body: .step(step), signature: signature, firstOperator: first ?? node.description), at: node)
  }

  private mutating func append(_ step: TracedStep, at node: NodeReader) throws(ModelError) -> Int {
    stepElements += step.signature.count
    guard steps.count < Limits.programSteps / 2, stepElements <= Limits.programElements / 2 else {
      throw .tooLarge(
        what: "\(node.location): elements of the client's part", size: stepElements, limit: Limits.programElements / 2)
    }
    steps.append(step)
    return steps.count - 1
  }

  /// The value as a step of the client's program; an affine one becomes scores.
  mutating func lower(_ value: TracedValue, at node: NodeReader) throws(ModelError) -> Int {
    switch value.content {
    case .client(let step, _):
      return step
    case .constant(let elements):
      guard !value.isFromBatchSize else { throw node.unsupported("computes with the number of rows") }
      if let reals = elements.reals, !reals.allSatisfy(\.isFinite) {
        throw .notFinite(location: "\(node.location): its constants")
      }
      return try append(Step(operation: .constant, constant: elements), at: node)
    case .affine(let elements):
      guard !elements.contains(where: { $0.terms.contains { atoms.isFeature($0.atom) } }) else {
        throw node.unsupported(UnsupportedOperators.reasonOnFeatures(node.key))
      }
      let signature = Signature(kind: .real, count: elements.count)
      return try append(
        TracedStep(body: .leaf(elements, isGraphOutput: false), signature: signature, firstOperator: nil), at: node)
    }
  }

  /// The graph's output as a step; raw features may go out as they are.
  mutating func lowerOutput(_ value: TracedValue, at node: NodeReader) throws(ModelError) -> Int {
    guard let elements = value.affine else { return try lower(value, at: node) }
    let signature = Signature(kind: .real, count: elements.count)
    return try append(
      TracedStep(body: .leaf(elements, isGraphOutput: true), signature: signature, firstOperator: nil), at: node)
  }

  /// Refuses a linear layer behind an operator that is not linear, by that operator's name.
  func refuseClient(_ value: TracedValue, at node: NodeReader) throws(ModelError) {
    guard case .client(let step, _) = value.content else { return }
    let culprit = steps[step].firstOperator ?? node.description
    throw .unsupportedOperator(
      culprit,
      reason: "is not linear, and \(node.location) multiplies its result with further weights; only one linear layer "
        + "can be computed on encrypted rows: stop the graph before it, or train a model without it")
  }

  /// The elements of a value that must be affine; constants count as such.
  func affineElements(_ value: TracedValue, at node: NodeReader) throws(ModelError) -> [AffineElement] {
    try refuseClient(value, at: node)
    if let elements = value.affine { return elements }
    guard !value.isFromBatchSize, let reals = value.constant?.converted(to: .real)?.reals else {
      throw node.invalid("text or the number of rows where a number is wanted")
    }
    return reals.map { AffineElement(constant: $0) }
  }

  /// Real constants that may enter weights: finite, and not the number of rows.
  func weights(_ value: TracedValue, named name: String, at node: NodeReader) throws(ModelError) -> [Double] {
    guard let reals = value.constant?.converted(to: .real)?.reals, !value.isFromBatchSize else {
      throw node.unsupported("\(name) is not a constant")
    }
    guard reals.allSatisfy(\.isFinite) else { throw .notFinite(location: "\(node.location): \(name)") }
    return reals
  }

  /// Bounds the terms that sums of affine elements write over the whole graph.
  mutating func spend(terms elements: [AffineElement], at node: NodeReader) throws(ModelError) {
    for element in elements {
      termWork += element.terms.count
      guard element.terms.count <= Limits.terms else {
        throw .tooLarge(
          what: "\(node.location): terms of one sum of features outside a matrix product", size: element.terms.count,
          limit: Limits.terms)
      }
    }
    guard termWork <= Limits.termWork else {
      throw .tooLarge(what: "\(node.location): terms over the whole graph", size: termWork, limit: Limits.termWork)
    }
  }

  /// Bounds what all values of the graph hold together.
  mutating func spend(_ value: TracedValue, at node: NodeReader) throws(ModelError) {
    switch value.content {
    case .affine(let elements):
      try spend(terms: elements, at: node)
    case .constant(let elements):
      constantElements += elements.count
      guard constantElements <= Limits.tensorElements else {
        throw .tooLarge(
          what: "\(node.location): elements of all computed constants", size: constantElements,
          limit: Limits.tensorElements)
      }
    case .client: break
    }
  }

  // MARK: - Matrix products

  /// New affine elements Σ weights[j][i] · elements[i].
  mutating func combine(
    _ elements: [AffineElement], weights: [[Double]], at node: NodeReader
  ) throws(ModelError) -> [AffineElement] {
    if firstProductInputs == nil { firstProductInputs = elements }
    return try atoms.combine(elements, weights: weights) { node.location }
  }
}
