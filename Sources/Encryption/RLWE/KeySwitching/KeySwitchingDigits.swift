// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
package import PolynomialRing

/// The digits of a polynomial modulo every prime of the key basis, as lazy evaluations: kept where several keys are applied
/// to one polynomial [HS18].
package struct HoistedDigits: Sendable {
  let context: KeySwitchingContext
  let limbCount: Int
  let digitCount: Int

  /// Limb after limb, digit after digit.
  let storage: AlignedStorage

  /// Cuts the polynomial into digits, and transforms them all.
  package init(_ input: KeySwitchingInput, parallelism: Parallelism) {
    context = input.context
    limbCount = input.limbCount
    let (count, degree) = (input.digitCount, input.degree)
    digitCount = count
    let basis = input.context.keyBasis(limbs: limbCount)
    let storage = AlignedStorage(uninitializedCount: basis.limbCount * count * degree)
    concurrentFor(basis.limbCount * count, parallelism: parallelism) { index, _ in
      let (limb, digit) = (index / count, index % count)
      var words = storage.mutableWords(index * degree..<(index + 1) * degree)
      input.fillLazyDigit(&words, digit: digit, keyLimb: limb, plan: basis.plans[limb])
    }
    self.storage = storage
  }
}

/// Where the digits of a key switch come from.
package enum KeySwitchingDigits: Sendable {
  /// Cut for one limb at a time, and used while they are in the cache.
  case cut(KeySwitchingInput)

  /// There already.
  case hoisted(HoistedDigits)

  var context: KeySwitchingContext {
    switch self {
    case .cut(let input): input.context
    case .hoisted(let digits): digits.context
    }
  }

  /// How many primes the polynomial is written in.
  var limbCount: Int {
    switch self {
    case .cut(let input): input.limbCount
    case .hoisted(let digits): digits.limbCount
    }
  }

  /// Polynomials of scratch that a limb needs.
  var scratchRows: Int {
    switch self {
    case .cut(let input): input.digitCount
    case .hoisted: 0
    }
  }

  /// Calls `body` with the digits modulo one prime of the key basis, one after the other, and how many they are.
  ///
  /// - Parameters:
  ///   - keyLimb: Which limb of the key basis.
  ///   - plan: Its transform.
  ///   - scratch: At least `scratchRows` polynomials.
  func withDigits(
    keyLimb: Int, plan: NTTPlan, scratch: AlignedStorage, _ body: (_ lazy: Span<UInt64>, _ count: Int) -> Void
  ) {
    let degree = plan.degree
    switch self {
    case .cut(let input):
      let count = input.digitCount
      for digit in 0..<count {
        var words = scratch.mutableWords(digit * degree..<(digit + 1) * degree)
        input.fillLazyDigit(&words, digit: digit, keyLimb: keyLimb, plan: plan)
      }
      body(scratch.words(0..<count * degree), count)
    case .hoisted(let digits):
      let words = digits.digitCount * degree
      body(digits.storage.words(keyLimb * words..<(keyLimb + 1) * words), digits.digitCount)
    }
  }
}
