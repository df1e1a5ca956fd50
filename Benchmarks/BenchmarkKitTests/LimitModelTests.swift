// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit
import ModularArithmetic
import Testing

/// The model against an independent implementation of it, rounded to microseconds of a clock of 3.71 GHz.
@Suite struct LimitModelTests {
  struct Case: Sendable, CustomStringConvertible {
    let degree: Int
    let limbs: Int
    let special: Int
    let digit: Int
    /// Transforms, inverses, pairs, outputs, key products.
    let rotation: [Int]
    let ckks: [Int]
    let bfv: [Int]
    /// Microseconds of a rotation, a CKKS and a BFV multiplication, and one without relinearisation.
    let bounds: [Double]

    var description: String { "N = \(degree), L = \(limbs), K = \(special), digits of \(digit)" }
  }

  static let cases = [
    Case(
      degree: 8192, limbs: 4, special: 1, digit: 1, rotation: [24, 6, 24, 24, 40], ckks: [22, 8, 28, 22, 40],
      bfv: [60, 29, 224, 71, 40], bounds: [232, 247, 748, 538]),
    Case(
      degree: 8192, limbs: 3, special: 2, digit: 2, rotation: [13, 7, 22, 13, 20], ckks: [11, 9, 22, 11, 20],
      bfv: [41, 25, 142, 50, 20], bounds: [155, 164, 538, 400]),
    Case(
      degree: 16384, limbs: 8, special: 1, digit: 1, rotation: [80, 10, 80, 80, 144], ckks: [78, 12, 92, 78, 144],
      bfv: [148, 53, 800, 167, 144], bounds: [1479, 1552, 3891, 2504]),
    Case(
      degree: 16384, limbs: 7, special: 3, digit: 3, rotation: [37, 13, 93, 37, 60], ckks: [35, 15, 99, 35, 60],
      bfv: [97, 51, 653, 114, 60], bounds: [866, 924, 2912, 2127]),
    Case(
      degree: 32768, limbs: 15, special: 4, digit: 4, rotation: [91, 23, 348, 91, 152], ckks: [89, 25, 368, 89, 152],
      bfv: [215, 101, 2748, 248, 152], bounds: [4463, 4742, 15972, 11882]),
    Case(
      degree: 65536, limbs: 24, special: 6, digit: 6, rotation: [144, 36, 864, 144, 240],
      ckks: [142, 38, 898, 142, 240], bfv: [340, 159, 6864, 391, 240], bounds: [16084, 17002, 63242, 48430]),
  ]

  private func numbers(_ counts: OperationCounts) -> [Int] {
    [
      counts.transforms, counts.inverseTransforms, counts.conversionPairs, counts.conversionOutputs,
      counts.keyProducts,
    ]
  }

  private func microseconds(_ limit: Limit) -> Double { (limit.modelledCycles / 3.71e3).rounded() }

  @Test(arguments: cases)
  func operationsNeedWhatTheyNeed(_ test: Case) {
    let rotation = OperationCounts.rotation(
      limbs: test.limbs, specialLimbs: test.special, digitLimbs: test.digit)
    let ckks = OperationCounts.ckksMultiply(limbs: test.limbs, specialLimbs: test.special, digitLimbs: test.digit)
    let bfv = OperationCounts.bfvMultiply(limbs: test.limbs, specialLimbs: test.special, digitLimbs: test.digit)
    let multiplication = OperationCounts.bfvMultiply(
      limbs: test.limbs, specialLimbs: test.special, digitLimbs: test.digit, relinearises: false)
    #expect(numbers(rotation) == test.rotation)
    #expect(numbers(ckks) == test.ckks)
    #expect(numbers(bfv) == test.bfv)
    let bounds = [rotation, ckks, bfv, multiplication].map {
      microseconds($0.limit(degree: test.degree, model: .ifma))
    }
    #expect(bounds == test.bounds)
  }

  @Test(arguments: cases)
  func hoistedRotationsShareTheirDigits(_ test: Case) {
    func rotations(_ count: Int) -> OperationCounts {
      .hoistedRotations(count, limbs: test.limbs, specialLimbs: test.special, digitLimbs: test.digit)
    }
    #expect(numbers(rotations(1)) == test.rotation)
    // Of the digits' transforms only 2L a rotation and 2K inverse ones are left, and no inverse of the digits.
    let (one, eight) = (rotations(1), rotations(8))
    #expect(eight.transforms - one.transforms == 7 * 2 * test.limbs)
    #expect(eight.inverseTransforms - one.inverseTransforms == 7 * 2 * test.special)
    #expect(eight.keyProducts == 8 * one.keyProducts)
    #expect(numbers(one.times(3)) == test.rotation.map { 3 * $0 })
    #expect(one.times(3).limit(degree: 8, model: .ifma) == one.limit(degree: 8, model: .ifma).times(3))
  }

  @Test(arguments: cases)
  func rescalingApartCostsMore(_ test: Case) {
    let (limbs, special, digit) = (test.limbs, test.special, test.digit)
    let together = OperationCounts.ckksMultiply(limbs: limbs, specialLimbs: special, digitLimbs: digit)
    let apart = [
      OperationCounts.ckksTensor(limbs: limbs), .rescaling(limbs: limbs),
      .rotation(limbs: limbs, specialLimbs: special, digitLimbs: digit),
    ]
    #expect(apart[0].products == together.products)
    #expect(numbers(apart[1]) == [2 * (limbs - 1), 2, 2 * (limbs - 1), 2 * (limbs - 1), 0])
    #expect(apart.reduce(0) { $0 + $1.transforms } - together.transforms == 2 * limbs)
    #expect(apart.reduce(0) { $0 + $1.inverseTransforms } == together.inverseTransforms)
  }

  @Test(arguments: [(1024, 0.52), (4096, 2.48), (16384, 11.59), (65536, 52.99), (131_072, 112.61)])
  func transformsNeedThreeCyclesForEightButterflies(degree: Int, microseconds: Double) {
    let cycles = LimitModel.ifma.transform(degree: degree).modelledCycles
    #expect((cycles / 37.1).rounded() / 100 == microseconds)
    #expect(cycles * 8 / Double(LimitModel.butterflies(degree: degree)) == 3)
  }

  @Test func everyBackendHasAModel() {
    #expect(LimitModel(.avx512ifma) == .ifma)
    // One 512-bit unit, two of 256 bits, four of 128 bits: the same limit.
    for set in [LimitModel(.avx512), LimitModel(.avx2), LimitModel(.neon)] {
      #expect(set.transform(degree: 4096).modelledCycles == 4096 / 16 * 12 * 4)
    }
    #expect(LimitModel(.scalar).transform(degree: 4096).modelledCycles == 4096 / 2 * 12 * 3)
    // A core with two units needs half of it.
    let limit = LimitModel.ifma.transform(degree: 4096)
    #expect(limit.cycles(instructionsPerCycle: 2) == limit.modelledCycles / 2)
  }

  @Test func conversionsCountPairsOutputsAndFractions() {
    let fast = LimitModel.ifma.conversion(count: 8, inputs: 4, outputs: 5)
    #expect(fast.modelledCycles == 4 * 5 * 2 + 5 * 3)
    let exact = LimitModel.ifma.conversion(count: 8, inputs: 4, outputs: 5, isRounded: true)
    #expect(exact.modelledCycles == fast.modelledCycles + 5 * 2 + 4 * 3)
    let scaling = LimitModel.ifma.conversion(count: 8, inputs: 4, outputs: 5, isRounded: true, hasOwnTerm: true)
    #expect(scaling.modelledCycles == exact.modelledCycles + 5 * 2)
    #expect(LimitModel.ifma.sums(count: 8, terms: 6, outputs: 2).modelledCycles == 2 * (6 * 2 + 3))
  }
}
