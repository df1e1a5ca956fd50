// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import LinearModels

@Suite("Damaged files") struct MutationTests {
  /// A small generator with a fixed start (xorshift64*), so that a failure can be repeated.
  struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 2_685_821_657_736_338_717
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
  }

  static let files = [
    "bc_lda/model.onnx", "bc_std_logreg/model.onnx", "bc_std_ridgeclf/model.onnx",
    "diabetes_std_poisson/model_f64.onnx",
    "iris_string_labels/model.onnx", "iris_string_labels/model_f64.onnx", "wine_ovo_linsvc/model.onnx",
    "wine_ovo_linsvc/model_f64.onnx", "torch_bc_norm_sigmoid/model_ts.onnx", "edge_gemm_alpha_beta/model.onnx",
    "torch_digits_linear/model_dynamo.onnx", "edge_lc_2row_softmax/model.onnx",
  ]

  static func mutated(_ bytes: [UInt8], with other: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var result = bytes
    for _ in 0...generator.below(4) {
      let position = generator.below(result.count)
      switch generator.below(7) {
      case 0 where !result.isEmpty: result[position] ^= 1 << UInt8(generator.below(8))
      case 1 where !result.isEmpty: result[position] = UInt8(truncatingIfNeeded: generator.next())
      case 2: result.removeLast(generator.below(min(result.count, 64)))
      case 3:
        let start = generator.below(other.count)
        let end = min(other.count, start + generator.below(40))
        result.insert(contentsOf: other[start..<end], at: min(position, result.count))
      case 4 where !result.isEmpty:
        let end = min(result.count, position + generator.below(24))
        result.removeSubrange(position..<end)
      case 5:
        // A great number where a length or an extent may stand.
        result.insert(contentsOf: [0xff, 0xff, 0xff, 0xff, 0x7f], at: min(position, result.count))
      default:
        if !result.isEmpty { result[position] = [0, 1, 0x7f, 0x80, 0xff][generator.below(5)] }
      }
    }
    return result
  }

  @Test("No damage to a real file can trap or hang", arguments: files)
  func mutations(_ file: String) throws {
    let bytes = try Fixture.bytes(file)
    let others = try Self.files.map { try Fixture.bytes($0) }
    var generator = Generator(state: 0x9e37_79b9_7f4a_7c15 &+ UInt64(bytes.count))
    var loaded = 0
    for _ in 0..<400 {
      let other = others[generator.below(others.count)]
      let damaged = Self.mutated(bytes, with: other, &generator)
      do throws(ModelError) {
        let model = try LinearModel(onnx: damaged) { (_, _, length) throws(ModelError) in
          [UInt8](repeating: 1, count: min(length, 4096))
        }
        loaded += 1
        // A model that still loads must hold together and compute.
        let scores = model.scores([Double](repeating: 0.5, count: model.featureCount))
        #expect(scores.count == model.scoreCount)
        #expect(model.postProcessing.outputs(scores: scores).count == model.postProcessing.outputNames.count)
        _ = model.postProcessing.label(scores: scores)
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
    #expect(loaded < 400)
  }

  @Test("Every cut of a file is refused or loads")
  func cuts() throws {
    let bytes = try Fixture.bytes("bc_std_logreg/model.onnx")
    for length in 0..<bytes.count {
      _ = try? LinearModel(onnx: Array(bytes[..<length])) { (_, _, _) throws(ModelError) in [] }
    }
  }

  @Test("Damaged JSON cannot trap")
  func json() throws {
    let text = Array(
      """
      {"coef": [[1, 2], [3, 4], [5, 6]], "intercept": [1, 2, 3], "mean": [0, 1], "scale": [1, 2],
       "classes": ["a", "b", "c"], "link": "softmax"}
      """.utf8)
    var generator = Generator(state: 77)
    for _ in 0..<2000 {
      let damaged = Self.mutated(text, with: text, &generator)
      _ = try? LinearModel(json: damaged)
    }
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(throws: ModelError.self) { try LinearModel(json: Array("{\"coef\": ".utf8) + deep) }
  }
}
