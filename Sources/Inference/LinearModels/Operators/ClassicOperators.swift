// SPDX-License-Identifier: Apache-2.0

extension OperatorTable {
  /// The linear operators of `ai.onnx.ml`.
  static let classicOperators: [String: Handler] = [
    "ml.Scaler": { tracer, operands throws(ModelError) in
      let node = operands.node
      let value = try operands.required(0)
      let features = try tracer.featureExtent(of: value, at: node)
      var offsets = try node.reals("offset")
      var scales = try node.reals("scale")
      if offsets.isEmpty { offsets = [0] }
      if scales.isEmpty { scales = [1] }
      guard [1, features].contains(offsets.count), [1, features].contains(scales.count) else {
        throw node.shapeError("\(offsets.count) offsets and \(scales.count) scales for \(features) features")
      }
      try tracer.refuseClient(value, at: node)
      let shifted = try tracer.arithmetic(
        .subtract, value, TracedValue(.real(offsets), shape: [offsets.count]), at: node)
      return [try tracer.arithmetic(.multiply, shifted, TracedValue(.real(scales), shape: [scales.count]), at: node)]
    },
    "ml.LinearRegressor": { tracer, operands throws(ModelError) in
      let node = operands.node
      let value = try operands.required(0)
      let targets = try node.integer("targets", default: 1)
      let features = try tracer.featureExtent(of: value, at: node)
      let coefficients = try node.reals("coefficients")
      guard targets > 0, Limits.product(targets, features, limit: Limits.tensorElements) == coefficients.count else {
        throw node.shapeError("\(coefficients.count) coefficients for \(targets) targets of \(features) features")
      }
      var intercepts = try node.reals("intercepts")
      if intercepts.isEmpty { intercepts = [Double](repeating: 0, count: targets) }
      guard intercepts.count == targets else {
        throw node.shapeError("\(intercepts.count) intercepts for \(targets) targets")
      }
      let scores = try tracer.layer(value, coefficients: coefficients, intercepts: intercepts, at: node)
      return [try tracer.transformed(scores, at: node)]
    },
    "ml.LinearClassifier": { tracer, operands throws(ModelError) in
      try tracer.classify(try operands.required(0), at: operands.node)
    },
    "ml.SVMRegressor": { tracer, operands throws(ModelError) in
      let node = operands.node
      let kernel = try node.text("kernel_type", default: "LINEAR")
      guard kernel == "LINEAR", try node.integer("one_class", default: 0) == 0 else {
        throw node.unsupported("its kernel \(kernel.quoted) is not linear: train a linear support-vector machine")
      }
      let value = try operands.required(0)
      let features = try tracer.featureExtent(of: value, at: node)
      let factors = try node.reals("coefficients")
      let vectors = try node.reals("support_vectors")
      let rho = try node.reals("rho")
      let count = try node.integer("n_supports", default: 0)
      var weights = [Double](repeating: 0, count: features)
      if count == 0 {
        guard factors.count == features else {
          throw node.shapeError("\(factors.count) coefficients for \(features) features")
        }
        weights = factors
      } else {
        guard factors.count == count, Limits.product(count, features, limit: Limits.tensorElements) == vectors.count
        else {
          throw node.shapeError("\(vectors.count) numbers of \(count) support vectors for \(features) features")
        }
        for (row, factor) in factors.enumerated() {
          for feature in 0..<features { weights[feature] += factor * vectors[row * features + feature] }
        }
      }
      let scores = try tracer.layer(value, coefficients: weights, intercepts: [rho.first ?? 0], at: node)
      return [try tracer.transformed(scores, at: node)]
    },
  ]
}

extension Tracer {
  /// The extent of the last axis, which must hold features.
  func featureExtent(of value: TracedValue, at node: NodeReader) throws(ModelError) -> Int {
    guard let axis = value.shape.indices.last, axis != value.batchAxis, value.shape.count <= 2 else {
      throw node.shapeError("\(value.shapeText) instead of rows of features")
    }
    guard value.affine != nil || value.isClient else { throw node.invalid("its input does not depend on the row") }
    return value.shape[axis]
  }

  /// Coefficients by rows, and intercepts, applied to rows of features.
  mutating func layer(
    _ value: TracedValue, coefficients: [Double], intercepts: [Double], at node: NodeReader
  ) throws(ModelError) -> TracedValue {
    let elements = try affineElements(value, at: node)
    let features = elements.count
    let rows = intercepts.indices.map { Array(coefficients[$0 * features..<($0 + 1) * features]) }
    let products = try combine(elements, weights: rows, at: node)
    let sums = zip(products, intercepts).map { $0.scaled(by: 1, plus: $1) }
    var shape = value.shape
    shape[shape.count - 1] = intercepts.count
    return TracedValue(shape: shape, batchAxis: value.batchAxis, content: .affine(sums))
  }

  /// The node's `post_transform` on its scores.
  mutating func transformed(_ scores: TracedValue, at node: NodeReader) throws(ModelError) -> TracedValue {
    let transform = try node.text("post_transform", default: "NONE")
    let axes = [scores.shape.count - 1]
    switch transform {
    case "NONE":
      return scores
    case "LOGISTIC":
      return try emit(
        Step(operation: .sigmoid), [scores], shape: scores.shape, batchAxis: scores.batchAxis, at: node)
    case "SOFTMAX":
      if let pair = scores.affine, pair.count == 2, areMirrored(pair) { warnAboutMirroredSoftmax() }
      return try grouped(.softmax, scores, axes: axes, keepAxes: true, at: node)
    case "SOFTMAX_ZERO":
      return try grouped(.softmaxZero, scores, axes: axes, keepAxes: true, at: node)
    case "PROBIT":
      throw node.unsupported("post_transform PROBIT is not supported: export raw scores or train with a logistic link")
    default:
      throw node.invalid("post_transform is \(transform.quoted), not NONE, SOFTMAX, LOGISTIC or SOFTMAX_ZERO")
    }
  }

  /// A linear classifier: its label, and its scores after the post transform.
  mutating func classify(_ value: TracedValue, at node: NodeReader) throws(ModelError) -> [TracedValue] {
    let features = try featureExtent(of: value, at: node)
    let coefficients = try node.reals("coefficients")
    let classes = try node.classes("classlabels_ints", "classlabels_strings")
    guard features > 0, !coefficients.isEmpty, coefficients.count.isMultiple(of: features) else {
      throw node.shapeError("\(coefficients.count) coefficients for rows of \(features) features")
    }
    let count = coefficients.count / features
    var intercepts = try node.reals("intercepts")
    if intercepts.isEmpty { intercepts = [Double](repeating: 0, count: count) }
    guard intercepts.count == count else {
      throw node.shapeError("\(intercepts.count) intercepts for \(count) rows of coefficients")
    }
    guard classes.count == count || (count == 1 && classes.count == 2) else {
      throw node.shapeError("\(classes.count) class labels for \(count) rows of coefficients")
    }
    hasClassifier = true
    classTable = classTable ?? classes
    let scores = try layer(value, coefficients: coefficients, intercepts: intercepts, at: node)
    let labelShape = Array(scores.shape.dropLast())
    let position: TracedValue
    let outputs: TracedValue
    if classes.count == count {
      position = try grouped(.firstMaximum, scores, axes: [scores.shape.count - 1], keepAxes: false, at: node)
      outputs = try transformed(scores, at: node)
    } else {
      // One row for two classes: the second where the score is above zero, and its complement for the first.
      let isSecond = try pair(.greater, scores, .number(0), at: node)
      position = try emit(
        Step(operation: .convert, kind: .integer), [reshaped(isSecond, to: labelShape, batchAxis: scores.batchAxis)],
        shape: labelShape, batchAxis: scores.batchAxis, at: node)
      let transform = try node.text("post_transform", default: "NONE")
      let second = transform == "LOGISTIC" || transform == "PROBIT" ? try transformed(scores, at: node) : scores
      let first = try arithmetic(.subtract, .number(1), second, at: node)
      outputs = try concatenated([first, second], axis: scores.shape.count - 1, at: node)
    }
    let table = TracedValue(Self.elements(of: classes), shape: [classes.count])
    let label = try gathered(table, position, axis: 0, at: node)
    return [label, outputs]
  }

  /// Class labels as elements of a constant.
  static func elements(of classes: [ClassLabel]) -> Elements {
    if case .string = classes.first { return .text(classes.map(\.description)) }
    return .integer(classes.map { if case .integer(let value) = $0 { value } else { 0 } })
  }
}
