// SPDX-License-Identifier: Apache-2.0

/// SplitMix64, for reproducible test inputs.
///
/// Its description, printed where a test fails, is the seed it started from.
package struct TestGenerator: RandomNumberGenerator, CustomStringConvertible {
  /// What the sequence started from.
  package let seed: UInt64
  private var state: UInt64

  /// Starts a sequence.
  package init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// The seed, for messages.
  package var description: String {
    "TestGenerator(seed: \(seed))"
  }

  /// The next word.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// A word below `bound`.
  package mutating func next(below bound: UInt64) -> UInt64 {
    UInt64.random(in: 0..<bound, using: &self)
  }

  /// Words below `bound`; about a quarter of them at or near the ends and the middle of the range.
  package mutating func words(_ count: Int, below bound: UInt64) -> [UInt64] {
    let special = [0, bound - 1, bound / 2, (bound &+ 1) / 2, 1, bound &- 2].filter { $0 < bound }
    return (0..<count).map { _ in
      next() % 4 == 0 ? special[Int(next() % UInt64(special.count))] : next(below: bound)
    }
  }
}
