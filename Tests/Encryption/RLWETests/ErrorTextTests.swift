// SPDX-License-Identifier: Apache-2.0

import PolynomialRing
import RLWE
import Testing

/// Every message says what is wrong, with the values, and what to do: read by somebody who does not know the library.
@Suite struct ErrorTextTests {
  private static let digest = ParameterDigest(bytes: Array(0..<32))
  private static let other = ParameterDigest(bytes: Array(32..<64))

  /// The message has the words in this order: what is wrong first, what to do last.
  private func expect(_ error: some Error & CustomStringConvertible, _ words: [String]) {
    var rest = error.description[...]
    for word in words {
      guard let range = rest.firstRange(of: word) else {
        Issue.record("\"\(word)\" is missing, or not in its place, in: \(error.description)")
        return
      }
      rest = rest[range.upperBound...]
    }
    #expect(error.description.count > 40, "\(error)")
    // A message is one clause after another, and no sentence of its own: callers put a name before it.
    #expect(!error.description.hasSuffix(".") && !error.description.contains("  "), "\(error)")
  }

  @Test func errorsOfComputationSayWhatToDo() {
    expect(RLWEError.parametersMismatch(expected: Self.digest, found: Self.other), ["20212223", "00010203", "use"])
    expect(RLWEError.levelMismatch(lhs: 4, rhs: 3), ["4 and 3 primes", "levels", "bring", "switchModulus", "adjust"])
    expect(
      RLWEError.plaintextLevelMismatch(ciphertext: 4, plaintext: 3),
      ["3 primes", "ciphertext has 4", "prepare it again"])
    expect(RLWEError.fewerPrimesThanAskedFor(ciphertext: 2, target: 3), ["2 primes", "to 3", "encrypt again"])
    expect(RLWEError.noPrimeLeft, ["no prime is left", "take parameters with more primes"])
    expect(
      RLWEError.noiseExhausted(neededBits: 80.25, availableBits: 75),
      ["noise", "80.", "75.0 are left", "larger modulus"])
    expect(
      RLWEError.valuesExceedModulus(neededBits: 50, availableBits: 45),
      ["numbers", "50.0 bits", "45.0", "declare a smaller bound", "more base primes"])
    expect(
      RLWEError.valuesTooWide(neededBits: 161, largestBits: 126), ["161.0 bits", "126.0", "rescale products first"])
    expect(RLWEError.valueOutOfBound(bound: 1), ["larger", "1.0", "declare the bound when you encrypt"])
    expect(RLWEError.unusableNumber(.infinity), ["inf", "finite"])
    expect(RLWEError.levelTooLow(level: 1, needed: 2), ["level 1", "level 2", "ask for a lower one"])
    expect(RLWEError.plaintextLevel(plaintext: 3, ciphertext: 2), ["level 3", "level 2", "prepare it"])
    expect(
      RLWEError.releaseTooNoisy(errorBits: -3, allowedBits: -9), ["hiding", "2^-3.0", "2^-9.0", "take a larger scale"])
    expect(RLWEError.releaseTooWide(deviationBits: 70, largestBits: 58), ["2^70.0", "2^58", "take a smaller scale"])
    expect(RLWEError.noReplyModulus, ["no reply modulus", "give them one"])
    expect(RLWEError.wrongKey, ["another secret key", "one secret key", "re-encrypt"])
    expect(RLWEError.noKeySwitching, ["products of ciphertexts and rotations", "give them special primes"])
    expect(RLWEError.missingRelinearizationKey, ["relinearisation key", "ask for it when they are made"])
    expect(RLWEError.keysTooShort(keys: 3, ciphertext: 5), ["3 primes", "of 5", "switch the ciphertext down"])
    expect(RLWEError.keyLimbCount(asked: 5, available: 4), ["5 primes", "have 4", "ask for 1 to 4"])
    expect(RLWEError.foreignGaloisElement(element: 3, degree: 64), ["X^3", "64", "make it with"])
    expect(
      RLWEError.partCountMismatch(moduli: 3, parts: 2), ["2 ciphertexts", "3 plaintext moduli", "give one for each"])
  }

  /// Whoever has run out of levels reads that, and not that a scale is wrong.
  @Test func theEndOfTheLevelsIsCalledThat() {
    expect(RLWEError.noLevelLeft, ["no level is left", "level 0", "take parameters with more levels"])
    expect(
      RLWEError.scaleExceedsModulus(scaleBits: 80, modulusBits: 45, level: 0),
      ["2^80.0", "level 0", "2^45.0", "no level is left", "take parameters with more levels"])
    expect(
      RLWEError.scaleExceedsModulus(scaleBits: 160, modulusBits: 125, level: 2),
      ["2^160.0", "level 2", "2^125.0", "rescale products"])
    expect(RLWEError.scaleMismatch(lhs: 40, rhs: 41), ["2^40.0", "2^41.0", "rescale one", "while a level is left"])
  }

  /// A key that is missing has the name that the caller gave it, and the element that the library gave it.
  @Test func missingKeysAreNamed() {
    let degree = 4096
    for (steps, other) in [(1, -2047), (3, -2045), (2047, -1), (1024, -1024)] {
      for asked in [steps, other, steps + 2048, steps - 4096] {
        let element = GaloisElement.rotation(by: asked, degree: degree).value
        expect(
          RLWEError.missingGaloisKey(element: element, degree: degree),
          ["no key for the rotation by \(steps) steps", "by \(other)", "X^\(element) ", "EvaluationKeyRequest"])
      }
    }
    expect(
      RLWEError.missingGaloisKey(element: 8191, degree: degree),
      ["swap of rows", "conjugation", "X^8191 ", "ask for it"])
    // A swap and a rotation together have a formula only.
    let both = RLWEError.missingGaloisKey(element: 8191 - 2, degree: degree)
    expect(both, ["no key for X ↦ X^8189 ", "ask for it"])
    #expect(!both.description.contains("rotation by"))
  }

  @Test func errorsOfReadingSayWhatToDo() {
    expect(WireError.truncated(needed: 30, available: 10), ["30 more bytes", "10 are there", "copied completely?"])
    expect(WireError.trailingBytes(5), ["5 bytes too many", "two files"])
    expect(WireError.notTacit, ["not a Tacit object", "right file"])
    expect(WireError.unsupportedVersion(2), ["format version 2", "up to 1", "update this program"])
    expect(WireError.unsupportedVersion(0), ["damaged", "no format version 0", "copy it again"])
    expect(WireError.wrongKind(expected: .publicKey, found: 6), ["a reply", "not a public key", "right file"])
    expect(WireError.wrongKind(expected: .publicKey, found: 200), ["unknown kind 200", "not a public key"])
    expect(
      WireError.parametersMismatch(expected: Self.digest, found: Self.other), ["20212223", "00010203", "read it with"])
    expect(WireError.checksum, ["damaged", "copy it again"])
    expect(WireError.outOfRange(field: "a residue"), ["damaged", "a residue", "copy it again"])
    expect(WireError.impossible(.evaluationKeys), ["a set of evaluation keys", "no such thing", "made with others?"])
  }

  @Test func errorsOfParametersSayWhatToDo() {
    expect(
      ParameterError.insecure(degree: 8192, modulusBits: 300, limit: 214, level: .classical128),
      ["300 bits", "8192", "classical128", "214", "larger degree"])
    expect(
      ParameterError.degreeWithoutEstimate(degree: 512, level: .classical192), ["classical192", "512", "take a larger"])
    expect(ParameterError.plaintextModulus(1, reason: "must be larger than that is"), ["1", "must be"])
    expect(ParameterError.ring(.unsupportedDegree(1000)), ["1000", "power of two between 8 and 131072"])
    expect(
      ParameterError.ring(.notAnNTTPrime(modulus: 101, degree: 64)), ["101", "2·64·k + 1", "take primes of that form"])
    expect(ParameterError.ring(.repeatedModulus(97)), ["97", "twice", "replace one"])
    expect(ParameterError.ring(.limbCount(65)), ["65 primes", "take 1 to 64"])
    expect(ParameterError.ring(.unavailableInstructionSet("AVX-512")), ["AVX-512", ".automatic", "narrower primes"])
  }

  @Test func errorsOfKeySwitchingSayWhatToDo() throws {
    let base = try ParameterTests.literal(64, [40, 41, 42, 43], .uncheckedInsecure)
    let special = try ParameterTests.literal(64, Array(repeating: 44, count: 61), .uncheckedInsecure).moduli
    func expectRefusal(_ keySwitching: KeySwitchingLiteral, _ words: [String]) {
      var literal = base
      literal.keySwitching = keySwitching
      do {
        _ = try RLWEParameters(literal, scheme: "test")
        Issue.record("accepted: \(keySwitching)")
      } catch {
        expect(error, ["key switching: "] + words)
      }
    }
    for digitLimbs in [9, 0, -1] {
      expectRefusal(
        .hybrid(specialModuli: [special[0]], digitLimbs: digitLimbs),
        ["digits of \(digitLimbs) primes", "there are 4", "take digits of 1 to 4", "digitLimbs"])
    }
    expectRefusal(.hybrid(specialModuli: [], digitLimbs: 1), ["no special prime", "give at least one", "gadget form"])
    expectRefusal(
      .hybrid(specialModuli: special, digitLimbs: 1), ["4 primes and 61 special", "more than 64", "take fewer"])
    for bits in [0, 40, 64] {
      expectRefusal(
        .gadget(digitBits: bits), ["digits of \(bits) bits", "has 40", "take digits of 1 to 39", "digitBits"])
    }
    expectRefusal(.gadget(digitBits: 1), ["digits, more than", "make them larger"])
  }
}
