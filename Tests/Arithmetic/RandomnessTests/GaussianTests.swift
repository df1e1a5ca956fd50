// SPDX-License-Identifier: Apache-2.0

import BigIntegers
import Foundation
import Randomness
import Testing

/// Discrete Gaussians: P(z) proportional to 2^−(z/K)², K = 2^log2Width.
///
/// The false-alarm rates are stated with each check; together they are below 2^-30.
@Suite struct GaussianTests {
  private func samples(_ count: Int, log2Width: Int) -> [Int64] {
    var stream = RandomStream.system()
    var words = [UInt64](repeating: 0, count: count)
    var span = words.mutableSpan
    stream.fillGaussian(&span, log2Width: log2Width)
    return words.map { Int64(bitPattern: $0) }
  }

  private func deviation(log2Width: Int) -> Double {
    RandomStream.gaussianDeviationFactor * exp2(Double(log2Width))
  }

  // MARK: Constants

  /// The constants of the kernel, as they stand in its source.
  private func constants(of table: String) throws -> [BigInteger] {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Sources/Arithmetic/CPolynomial/portable/gaussian.c")
    let text = try String(contentsOf: source, encoding: .utf8)
    let start = try #require(text.range(of: "static const uint64_t \(table)["))
    let end = try #require(text.range(of: "};", range: start.upperBound..<text.endIndex))
    return text[start.upperBound..<end.lowerBound].split(separator: "UINT64_C(0x").dropFirst().compactMap { part in
      UInt64(part.prefix { $0.isHexDigit }, radix: 16).map { BigInteger($0) }
    }
  }

  /// floor(√value).
  private func squareRoot(_ value: BigInteger) -> BigInteger {
    var root = BigInteger(1) << (value.bitWidth / 2 + 1)
    while true {
      let next = (root + value.floorQuotientAndRemainder(dividingBy: root).quotient) >> 1
      if next >= root { return root }
      root = next
    }
  }

  /// round(2^64 · 2^(−2^−i)), by square roots in 512 bits.
  @Test func thePowersAreThoseOfTheirFormula() throws {
    let table = try constants(of: "powers")
    #expect(table.count == 64)
    var power = BigInteger(1) << 511
    let most = (BigInteger(1) << 64) - 1
    for value in table {
      power = squareRoot(power << 512)
      let rounded = (power + (BigInteger(1) << 447)) >> 448
      #expect(value == (rounded > most ? most : rounded))
    }
  }

  /// round(2^104 · P(x > i)), by sums of 2^(−x²) in 1000 bits.
  @Test func theTailsAreThoseOfTheirFormula() throws {
    let (high, low) = (try constants(of: "tails"), try constants(of: "tail_ends"))
    #expect(high.count == 10 && low.count == 10)
    func sum(from first: Int) -> BigInteger {
      (first...31).reduce(BigInteger(0)) { $0 + (BigInteger(1) << (1000 - $1 * $1)) }
    }
    let total = sum(from: 0)
    for index in 0..<11 {
      let rounded = ((sum(from: index + 1) << 105) + total).floorQuotientAndRemainder(dividingBy: total << 1).quotient
      #expect((index < 10 ? high[index] << 40 + low[index] : 0) == rounded, "\(index)")
    }
  }

  @Test func theDeviationFactorIsThatOfItsFormula() {
    #expect(abs(RandomStream.gaussianDeviationFactor * (2 * log(2.0)).squareRoot() - 1) < 1e-15)
  }

  // MARK: Statistics

  /// Pearson's chi-squared over all values that are expected 100 times and more, the tails joined.
  ///
  /// False alarms 2^-40 each: the bound of [LM00, lemma 1].
  @Test(arguments: 0...6)
  func smallWidthsHaveTheirDistribution(_ log2Width: Int) {
    let count = 1 << 20
    let width = exp2(Double(log2Width))
    let reach = Int(16 * width)
    let weights = (-reach...reach).map { exp2(-(Double($0) / width) * (Double($0) / width)) }
    let total = weights.reduce(0, +)
    var edge = 0
    while Double(count) * weights[reach + edge + 1] / total >= 200 { edge += 1 }
    var counts = [Int](repeating: 0, count: 2 * edge + 3)
    for value in samples(count, log2Width: log2Width) {
      #expect(abs(value) < Int64(11) << Int64(log2Width))
      counts[min(max(Int(value), -edge - 1), edge + 1) + edge + 1] += 1
    }
    let tail = weights[..<(reach - edge)].reduce(0, +) / total
    let probabilities = [tail] + (-edge...edge).map { weights[reach + $0] / total } + [tail]
    let statistic = zip(counts, probabilities).reduce(0.0) { sum, cell in
      let expected = Double(count) * cell.1
      return sum + (Double(cell.0) - expected) * (Double(cell.0) - expected) / expected
    }
    let x = 40 * log(2.0)
    let freedom = Double(counts.count - 1)
    #expect(statistic < freedom + 2 * (freedom * x).squareRoot() + 2 * x, "chi-squared \(statistic), \(counts)")
  }

  /// Mean, variance, fourth moment and quantiles of wide ones, each within seven standard deviations: false alarms 2^-38 each.
  @Test(arguments: [7, 13, 20, 31, 32, 40, 53, 57, 58])
  func largeWidthsHaveTheirMoments(_ log2Width: Int) {
    let count = 1 << 18
    let scale = deviation(log2Width: log2Width)
    let values = samples(count, log2Width: log2Width)
    let normal = values.map { Double($0) / scale }
    let n = Double(count)
    let mean = normal.reduce(0, +) / n
    #expect(abs(mean) < 7 / n.squareRoot())
    let variance = normal.reduce(0) { $0 + $1 * $1 } / n
    #expect(abs(variance - 1) < 7 * (2 / n).squareRoot() + 1e-3)
    let fourth = normal.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
    #expect(abs(fourth - 3) < 7 * (96 / n).squareRoot() + 5e-3)
    #expect(normal.allSatisfy { abs($0) < 9 })  // 2^-59 each
    for bound in [0.25, 0.5, 1, 1.5, 2, 2.5, 3] {
      let probability = erf(bound / 2.0.squareRoot())
      let inside = Double(normal.count { abs($0) < bound }) / n
      #expect(
        abs(inside - probability) < 7 * (probability * (1 - probability) / n).squareRoot() + 8e-3
          / exp2(Double(log2Width - 7)),
        "\(bound)")
    }
    // The sign, the lowest bits and the size of a value have nothing to do with each other.
    for bit in 0..<min(log2Width - 5, 8) {
      let odd = values.count { $0.magnitude >> UInt64(bit) & 1 == 1 }
      #expect(abs(Double(odd) - n / 2) < 7 * n.squareRoot() / 2 + n * 0.004, "bit \(bit)")
    }
    let negative = Double(values.count { $0 < 0 })
    #expect(abs(negative - n / 2) < 7 * n.squareRoot() / 2 + n * 0.004)
    // Nor neighbours: their products have mean 0 and variance 1.
    let correlation = zip(normal, normal.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / n
    #expect(abs(correlation) < 7 / n.squareRoot())
  }

  // MARK: Determinism

  @Test(arguments: [0, 5, 30, 58])
  func aSeedDeterminesThem(_ log2Width: Int) throws {
    let seed = try Seed(bytes: Array(0..<32))
    func draw(_ count: Int, label: String = "test/gaussian") -> [UInt64] {
      var stream = RandomStream(seed: seed, label: label)
      var words = [UInt64](repeating: 0, count: count)
      var span = words.mutableSpan
      stream.fillGaussian(&span, log2Width: log2Width)
      return words
    }
    let first = draw(1000)
    #expect(draw(1000) == first)
    for count in [0, 1, 2, 80, 127, 128, 129] { #expect(draw(count) == Array(first[..<count]), "\(count)") }
    #expect(draw(1000, label: "test/another") != first)
  }
}
