// SPDX-License-Identifier: Apache-2.0

/// The cycles that the vector multiplier alone makes necessary, everything else being free and all data in the cache.
///
/// The modelled core starts one 512-bit 52-bit multiply-add (`vpmadd52luq`, `vpmadd52huq`) a cycle, as Zen 4 does; a core
/// with two such units could reach half of these figures. Counts are for one vector of 8 words and primes of at most 46
/// bits, for which no step needs a reduction of its own. Only kernels for that instruction set are compared with it.
enum LimitModel {
  /// A butterfly: the quotient (high half) and two low halves [Har14, HEXL21].
  static let butterfly = 3.0

  /// A product of two unknown residues with a canonical result: its halves, and a reduction of three.
  static let product = 5.0

  /// A product with a known residue: as in a butterfly.
  static let scalarProduct = 3.0

  /// Base conversion, for each input of each output: the two halves of a product, summed without reduction.
  static let conversionPair = 2.0

  /// Base conversion, for each output: the reduction of the sum.
  static let conversionOutput = 3.0

  /// One transform of N = `degree` residues: N/2 · log2 N butterflies.
  static func transformCycles(degree: Int) -> Double {
    Double(butterflies(degree: degree)) / 8 * butterfly
  }

  /// Butterflies of one transform.
  static func butterflies(degree: Int) -> Int {
    degree / 2 * degree.trailingZeroBitCount
  }

  /// A pass over `count` words at so many cycles a vector.
  static func passCycles(count: Int, perVector: Double) -> Double {
    Double(count) / 8 * perVector
  }

  /// Converting `degree` coefficients from `inputs` limbs to `outputs` limbs.
  static func conversionCycles(degree: Int, inputs: Int, outputs: Int) -> Double {
    passCycles(
      count: degree,
      perVector: Double(inputs * outputs) * conversionPair + Double(outputs) * conversionOutput)
  }
}
