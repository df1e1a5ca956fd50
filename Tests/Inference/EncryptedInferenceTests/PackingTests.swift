// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import EncryptedInference

@Suite struct PackingTests {
  /// The product modulo X^N + 1 of integer polynomials, by the definition.
  private func product(_ a: [Int], _ b: [Int]) -> [Int] {
    let n = a.count
    var result = [Int](repeating: 0, count: n)
    for i in 0..<n {
      for j in 0..<n {
        let sign = i + j >= n ? -1 : 1
        result[(i + j) % n] += sign * a[i] * b[j]
      }
    }
    return result
  }

  /// Every packing of rings of degree 8 and 16 computes every dot product, and needs no coefficient that it does not ask for.
  @Test(arguments: [8, 16])
  func everyPackingComputesEveryDotProduct(degree: Int) throws {
    let seed: UInt64 = 0x7AC1_0001
    var random = TestGenerator(seed: seed)
    var tried = 0
    for rows in 1...degree {
      for share in 1...degree where share * rows <= degree {
        for group in 1...degree where group * share * rows <= degree {
          for features in Set([share, share + 1, 2 * share, 2 * share + 1]) {
            for outputs in Set([group, group + 1, 2 * group]) {
              let packing = try #require(
                Packing(
                  degree: degree, featureCount: features, outputCount: outputs, rowsPerBlock: rows,
                  featuresPerCiphertext: share, outputsPerReply: group))
              check(packing, using: &random, seed: seed)
              tried += 1
            }
          }
        }
      }
    }
    #expect(tried > 100)
  }

  private func check(_ packing: Packing, using random: inout TestGenerator, seed: UInt64) {
    let n = packing.degree
    let x = (0..<packing.rowsPerBlock).map { _ in
      (0..<packing.featureCount).map { _ in Int.random(in: -99...99, using: &random) }
    }
    let w = (0..<packing.outputCount).map { _ in
      (0..<packing.featureCount).map { _ in Int.random(in: -99...99, using: &random) }
    }
    for reply in 0..<packing.repliesPerBlock {
      var sum = [Int](repeating: 0, count: n)
      // What a client leaves out of c₀ is arbitrary on its side and zero on the server's: the targets must not see it.
      var full = [Int](repeating: 0, count: n)
      var partial = [Int](repeating: 0, count: n)
      for ciphertext in 0..<packing.ciphertextsPerBlock {
        var message = [Int](repeating: 0, count: n)
        var weights = [Int](repeating: 0, count: n)
        for (slot, feature) in packing.features(ciphertext: ciphertext).enumerated() {
          for row in 0..<packing.rowsPerBlock {
            message[packing.inputPosition(feature: slot, row: row)] = x[row][feature]
          }
          for (place, output) in packing.outputs(reply: reply).enumerated() {
            weights[packing.weightPosition(feature: slot, output: place)] = w[output][feature]
          }
        }
        for (index, value) in product(message, weights).enumerated() { sum[index] += value }
        let c0 = (0..<n).map { _ in Int.random(in: -999...999, using: &random) }
        var kept = [Int](repeating: 0, count: n)
        for range in packing.neededRanges { for index in range { kept[index] = c0[index] } }
        for (index, value) in product(c0, weights).enumerated() { full[index] += value }
        for (index, value) in product(kept, weights).enumerated() { partial[index] += value }
      }
      for (place, output) in packing.outputs(reply: reply).enumerated() {
        for row in 0..<packing.rowsPerBlock {
          let target = packing.targetPosition(output: place, row: row)
          let expected = zip(w[output], x[row]).reduce(0) { $0 + $1.0 * $1.1 }
          #expect(sum[target] == expected, "\(packing), seed \(seed)")
          #expect(full[target] == partial[target], "\(packing), seed \(seed)")
        }
      }
      let targets = packing.targetRanges(reply: reply, rows: packing.rowsPerBlock)
      #expect(targets.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= n })
      #expect(zip(targets, targets.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
    }
  }

  @Test func impossiblePackingsAreRefused() {
    func make(_ rows: Int, _ share: Int, _ group: Int) -> Packing? {
      Packing(
        degree: 16, featureCount: 8, outputCount: 4, rowsPerBlock: rows, featuresPerCiphertext: share,
        outputsPerReply: group)
    }
    #expect(make(2, 4, 2) != nil)
    #expect(make(2, 4, 3) == nil)
    #expect(make(0, 4, 1) == nil)
    #expect(make(17, 1, 1) == nil)
    #expect(make(1, 9, 1) == nil)
    #expect(make(1, 1, 5) == nil)
    #expect(make(Int.max, Int.max, Int.max) == nil)
  }
}
