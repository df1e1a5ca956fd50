// SPDX-License-Identifier: Apache-2.0

import Foundation
import Randomness
import Testing

// Pearson's chi-squared on fresh system randomness. The false-alarm rate of each check is 2^-40: the thresholds are
// upper tail bounds of Laurent and Massart [LM00, lemma 1], P(X >= k + 2·sqrt(k·x) + 2·x) <= e^-x for k degrees of
// freedom, with x = 40·ln 2. Every expected count is at least 100, so that the statistic is close to its limit
// distribution.
@Suite struct SamplingStatisticsTests {
  private func threshold(freedom: Int) -> Double {
    let x = 40 * log(2.0)
    return Double(freedom) + 2 * (Double(freedom) * x).squareRoot() + 2 * x
  }

  private func check(_ counts: [Int], _ probabilities: [Double]) {
    let total = Double(counts.reduce(0, +))
    let statistic = zip(counts, probabilities).reduce(0.0) { sum, cell in
      let expected = total * cell.1
      precondition(expected >= 100, "a cell with too few expected samples")
      return sum + (Double(cell.0) - expected) * (Double(cell.0) - expected) / expected
    }
    #expect(statistic < threshold(freedom: counts.count - 1), "chi-squared \(statistic), counts \(counts)")
  }

  private func samples(
    _ count: Int, _ sample: (inout RandomStream, inout MutableSpan<UInt64>) -> Void
  ) -> [Int] {
    var stream = RandomStream.system()
    var words = [UInt64](repeating: 0, count: count)
    var span = words.mutableSpan
    sample(&stream, &span)
    return words.map { Int(Int64(bitPattern: $0)) }
  }

  @Test func ternaryIsUniform() {
    let values = samples(1 << 20) { $0.fillTernary(&$1) }
    #expect(values.allSatisfy { (-1...1).contains($0) })
    check((-1...1).map { value in values.count { $0 == value } }, Array(repeating: 1 / 3, count: 3))
    // Neighbours are independent.
    let pairs: [Int] = (0..<values.count / 2).map { k in
      let (first, second) = (values[2 * k], values[2 * k + 1])
      return 3 * first + second + 4
    }
    check((0..<9).map { value in pairs.count { $0 == value } }, Array(repeating: 1 / 9, count: 9))
  }

  @Test func centeredBinomialHasItsDistribution() {
    let values = samples(1 << 20) { $0.fillCenteredBinomial(&$1) }
    #expect(values.allSatisfy { abs($0) <= 21 })
    // P(v) = C(42, 21 + v) / 2^42; the tails from ±11 on are joined.
    var binomial = [1.0]
    for k in 0..<42 { binomial.append(binomial[k] * Double(42 - k) / Double(k + 1)) }
    let probability = binomial.map { $0 / 0x1p42 }
    let edge = 11
    let tail = probability[...(21 - edge)].reduce(0, +)
    var counts = [Int](repeating: 0, count: 2 * edge + 1)
    for value in values { counts[min(max(value, -edge), edge) + edge] += 1 }
    let inner: [Double] = (1 - edge...edge - 1).map { probability[21 + $0] }
    check(counts, [tail] + inner + [tail])
  }

  @Test(arguments: [3, 5, 7, 17, 97, 1000] as [UInt64])
  func smallBoundsAreUniform(_ bound: UInt64) {
    let values = samples(1 << 20) { $0.fillUniform(&$1, below: bound) }
    var counts = [Int](repeating: 0, count: Int(bound))
    for value in values { counts[value] += 1 }
    check(counts, Array(repeating: 1 / Double(bound), count: Int(bound)))
  }

  @Test(arguments: [(1 << 35) + 1, 68_719_403_009, (1 << 61) + 5] as [UInt64])
  func wideBoundsFillTheirRange(_ bound: UInt64) {
    let values = samples(1 << 20) { $0.fillUniform(&$1, below: bound) }
    // 256 cells of nearly equal width, and the low byte, which no cell sees.
    var (cells, bytes) = ([Int](repeating: 0, count: 256), [Int](repeating: 0, count: 256))
    for value in values {
      cells[Int(bound.dividingFullWidth(UInt64(value).multipliedFullWidth(by: 256)).quotient)] += 1
      bytes[value & 255] += 1
    }
    check(cells, Array(repeating: 1 / 256, count: 256))
    check(bytes, Array(repeating: 1 / 256, count: 256))
  }

  @Test func bytesAreUniform() {
    var stream = RandomStream.system()
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    var span = bytes.mutableSpan
    stream.fill(bytes: &span)
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    check(counts, Array(repeating: 1 / 256, count: 256))
  }
}
