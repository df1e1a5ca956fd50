// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// A key-switching key in the form that computes: both halves of all digits packed side by side, limb after limb.
package final class KeySwitchingKey: Sendable {
  /// The set it was made for.
  package let parameters: RLWEParameters

  /// How many primes of Q it covers.
  package let limbCount: Int

  /// How many digits it has.
  let digitCount: Int

  /// Limb after limb of the key basis, the words of `KernelBackend.packKey`.
  let storage: AlignedStorage

  /// Where the words of each limb are.
  private let ranges: [Range<Int>]

  /// Expands the seed and packs.
  package init(_ seeded: SeededKeySwitchingKey, parallelism: Parallelism = .none) {
    guard let context = seeded.parameters.keySwitching else {
      preconditionFailure("a key of parameters without key switching")
    }
    parameters = seeded.parameters
    limbCount = seeded.limbCount
    let count = seeded.halves.count
    digitCount = count
    let basis = context.keyBasis(limbs: limbCount)
    let degree = basis.degree
    var end = 0
    let ranges = context.packedWords(limbs: limbCount).map { words in
      end += words
      return end - words..<end
    }
    let storage = AlignedStorage(uninitializedCountInLargePages: end)
    let halves = seeded.halves.map(\.storage)
    let seed = seeded.seed
    concurrentFor(basis.limbCount, parallelism: parallelism) { limb, _ in
      let plan = basis.plans[limb]
      let uniform = AlignedStorage(uninitializedCount: degree)
      var packed = storage.mutableWords(ranges[limb])
      for digit in 0..<count {
        var words = uniform.mutableWords(0..<degree)
        SeededKeySwitchingKey.fillUniform(&words, seed: seed, digit: digit, modulus: plan.modulus)
        let half = halves[digit]
        plan.backend.packKey(
          &packed, half.words(limb * degree..<(limb + 1) * degree), uniform.words(0..<degree),
          term: digit, of: count, modulo: plan.modulus)
      }
    }
    self.storage = storage
    self.ranges = ranges
  }

  /// Where the words of limb `keyLimb` of the key basis at `limbs` primes are: the special primes follow the first `limbs`.
  func packedRange(_ keyLimb: Int, limbs: Int) -> Range<Int> {
    ranges[keyLimb < limbs ? keyLimb : keyLimb - limbs + limbCount]
  }

  /// Bytes of memory that it takes.
  package var byteCount: Int { 8 * storage.count }
}
