// SPDX-License-Identifier: Apache-2.0

/// A value of the graph as it is for one row.
///
/// The batch axis is marked, never counted: it has extent 1 in `shape`, and the elements are those of one row. What
/// would mix rows (a sum over the batch, a reshape across it) cannot be written in this form and is refused.
struct TracedValue {
  /// Where the elements come from.
  enum Content {
    /// Known without the row.
    case constant(Elements)
    /// Affine in the row's features: what the server computes.
    case affine([AffineElement])
    /// The result of a step of the client's program.
    case client(step: Int, kind: ElementKind)
  }

  /// Extents, with 1 at the batch axis.
  var shape: [Int]
  /// The axis that counts rows, where there is one.
  var batchAxis: Int?
  var content: Content
  /// Whether a constant was computed from the number of rows: good for shapes, never for data.
  var isFromBatchSize = false
  /// The classes that a ZipMap has named the columns with.
  var columnClasses: [ClassLabel]?

  init(shape: [Int], batchAxis: Int?, content: Content) {
    self.shape = shape
    self.batchAxis = batchAxis
    self.content = content
  }

  /// A constant of the given shape.
  init(_ elements: Elements, shape: [Int]) {
    self.init(shape: shape, batchAxis: nil, content: .constant(elements))
  }

  /// Elements a row.
  var count: Int { shape.reduce(1, *) }

  /// What the elements are.
  var kind: ElementKind {
    switch content {
    case .constant(let elements): elements.kind
    case .affine: .real
    case .client(_, let kind): kind
    }
  }

  /// The elements of a constant.
  var constant: Elements? {
    if case .constant(let elements) = content { elements } else { nil }
  }

  /// The affine elements.
  var affine: [AffineElement]? {
    if case .affine(let elements) = content { elements } else { nil }
  }

  var isClient: Bool {
    if case .client = content { true } else { false }
  }

  /// Distance between neighbours along each axis, in elements.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  /// The shape for messages: `[N, 30]`.
  var shapeText: String {
    "[" + shape.indices.map { $0 == batchAxis ? "N" : String(shape[$0]) }.joined(separator: ", ") + "]"
  }
}
