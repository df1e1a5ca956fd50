// SPDX-License-Identifier: Apache-2.0

import Foundation
import SwiftProtobuf
import Testing

@testable import LinearModels

/// Damage that still decodes: graphs with operators, operands, settings and shapes exchanged at random.
///
/// It reaches the operators' own checks, which damaged bytes rarely do.
@Suite("Shuffled graphs") struct StructuredMutationTests {
  typealias Generator = MutationTests.Generator

  static let numbers: [Int64] = [
    0, 1, 2, 3, -1, -2, 4, 7, 64, 1 << 20, .max, .min, Int64(Int32.max), Tracer.batchSize, 1 << 40,
  ]

  static func shuffle(_ model: inout ONNXModel, _ generator: inout Generator) {
    let operators = OperatorTable.handlers.keys.sorted()
    let names =
      model.graph.initializer.map(\.name) + model.graph.node.flatMap(\.output) + model.graph.input.map(\.name)
    for _ in 0...generator.below(3) {
      guard !model.graph.node.isEmpty else { return }
      let index = generator.below(model.graph.node.count)
      var node = model.graph.node[index]
      switch generator.below(9) {
      case 0:
        let key = operators[generator.below(operators.count)]
        node.domain = key.hasPrefix("ml.") ? "ai.onnx.ml" : ""
        node.opType = key.hasPrefix("ml.") ? String(key.dropFirst(3)) : key
      case 1 where !node.input.isEmpty:
        node.input[generator.below(node.input.count)] = names[generator.below(names.count)]
      case 2: node.input.append(names[generator.below(names.count)])
      case 3 where !node.input.isEmpty: node.input.removeLast()
      case 4:
        var attribute = ONNXAttribute()
        attribute.name =
          [
            "axis", "axes", "perm", "keepdims", "transA", "transB", "to", "targets", "start", "end", "split", "starts",
            "ends", "shape", "num_outputs", "p", "allowzero", "noop_with_empty_axes", "n_supports",
          ][generator.below(19)]
        attribute.i = numbers[generator.below(numbers.count)]
        attribute.ints = (0..<generator.below(4)).map { _ in numbers[generator.below(numbers.count)] }
        node.attribute.insert(attribute, at: 0)
      case 5 where !node.attribute.isEmpty: node.attribute.remove(at: generator.below(node.attribute.count))
      case 6 where !model.graph.initializer.isEmpty:
        let position = generator.below(model.graph.initializer.count)
        let count = model.graph.initializer[position].dims.reduce(1) { $0 &* $1 }
        model.graph.initializer[position].dims =
          [[count], [1, count], [count, 1], [count, 1, 1], []][generator.below(5)]
      case 7 where !model.graph.initializer.isEmpty:
        let position = generator.below(model.graph.initializer.count)
        model.graph.initializer[position] = GraphBuilder.tensor(
          (0..<1 + generator.below(3)).map { _ in numbers[generator.below(numbers.count)] }, [],
          name: model.graph.initializer[position].name)
        model.graph.initializer[position].dims = [Int64(model.graph.initializer[position].int64Data.count)]
      default:
        model.opsetImport = model.opsetImport.map { import_ in
          var changed = import_
          changed.version = [1, 9, 11, 13, 18, 22][generator.below(6)]
          return changed
        }
      }
      model.graph.node[index] = node
    }
    if generator.below(4) == 0, !names.isEmpty {
      var output = ONNXValueInfo()
      output.name = names[generator.below(names.count)]
      model.graph.output = [output]
    }
  }

  @Test("No exchange of parts can trap or hang", arguments: MutationTests.files)
  func shuffled(_ file: String) throws {
    let original = try ONNXModel(serializedBytes: try Fixture.bytes(file))
    var generator = Generator(state: 0xd1b5_4a32_d192_ed03 &+ UInt64(file.utf8.count))
    for _ in 0..<200 {
      var model = original
      Self.shuffle(&model, &generator)
      do {
        let loaded = try LinearModel(onnx: try model.serializedBytes()) { (_, _, length) throws(ModelError) in
          [UInt8](repeating: 1, count: min(length, 1 << 20))
        }
        let scores = loaded.scores([Double](repeating: -0.25, count: loaded.featureCount))
        #expect(loaded.postProcessing.outputs(scores: scores).count == loaded.postProcessing.outputNames.count)
        _ = loaded.postProcessing.label(scores: scores)
      } catch let error as ModelError {
        #expect(!error.description.isEmpty)
      }
    }
  }
}
