// SPDX-License-Identifier: Apache-2.0

import BFV
import PolynomialRing
import RLWE
import Testing

@Suite struct RefusalTests {
  /// What cannot be brought to the same level is refused.
  @Test func levelsThatCannotBeAlignedAreRefused() throws {
    let fixture = try BFVFixture(TestSet.tiny[1])
    let plaintext = try fixture.plaintext([7])
    let high = try fixture.publicKey.encrypt(plaintext)
    let low = try fixture.evaluator.switchModulus(high)
    for (ciphertext, limbs) in [(high, 3), (low, 4), (low, 2)] {
      #expect(throws: RLWEError.plaintextLevelMismatch(ciphertext: ciphertext.limbCount, plaintext: limbs)) {
        var copy = ciphertext
        try fixture.evaluator.add(&copy, ScaledPlaintext(plaintext, limbs: limbs))
      }
    }
    #expect(throws: RLWEError.plaintextLevelMismatch(ciphertext: 4, plaintext: 3)) {
      var copy = high.evaluationForm()
      try fixture.evaluator.addProduct(to: &copy, high.evaluationForm(), by: EvaluationPlaintext(plaintext, limbs: 3))
    }
    #expect(throws: RLWEError.plaintextLevelMismatch(ciphertext: 3, plaintext: 2)) {
      var copy = low.evaluationForm()
      try fixture.evaluator.multiply(&copy, by: EvaluationPlaintext(plaintext, limbs: 2))
    }
    #expect(throws: RLWEError.fewerPrimesThanAskedFor(ciphertext: 3, target: 4)) {
      _ = try fixture.evaluator.switchModulus(low, toLimbCount: 4)
    }
    #expect(throws: RLWEError.noPrimeLeft) { _ = try fixture.evaluator.switchModulus(low, toLimbCount: 0) }
  }

  /// Ciphertexts of other parameters are refused by every operation, whatever their shape: never a trap.
  @Test(arguments: [0, 2, 4])
  func foreignCiphertextsAreRefused(_ index: Int) throws {
    let fixture = try BFVFixture(TestSet.tiny[index])
    let foreign = try BFVFixture(TestSet.tiny[1])
    let evaluator = fixture.evaluator
    let plaintext = try fixture.plaintext([1])
    let strange = try foreign.publicKey.encrypt(foreign.plaintext([1]))
    let strangeEvaluation = strange.evaluationForm()
    let mine = try fixture.publicKey.encrypt(plaintext)
    let mineEvaluation = mine.evaluationForm()
    func refuses(_ body: () throws -> Void, line: Int = #line) {
      #expect("line \(line)") {
        try body()
      } throws: { error in
        guard case .parametersMismatch = error as? RLWEError else { return false }
        return true
      }
    }
    refuses {
      var c = strange; try evaluator.add(&c, strange)
    }
    refuses {
      var c = strange; try evaluator.add(&c, mine)
    }
    refuses {
      var c = mine; try evaluator.add(&c, strange)
    }
    refuses {
      var c = mine; try evaluator.subtract(&c, strange)
    }
    refuses {
      var c = strange; try evaluator.negate(&c)
    }
    refuses {
      var c = strange; try evaluator.add(&c, plaintext)
    }
    refuses {
      var c = strange; try evaluator.subtract(&c, plaintext)
    }
    refuses {
      var c = strangeEvaluation; try evaluator.add(&c, plaintext)
    }
    refuses {
      var c = strangeEvaluation; try evaluator.multiply(&c, by: EvaluationPlaintext(plaintext))
    }
    refuses {
      var c = strangeEvaluation; try evaluator.addProduct(to: &c, mineEvaluation, by: EvaluationPlaintext(plaintext))
    }
    refuses {
      var c = mineEvaluation; try evaluator.addProduct(to: &c, strangeEvaluation, by: EvaluationPlaintext(plaintext))
    }
    refuses {
      var c = strange; try evaluator.multiply(&c, by: 3)
    }
    refuses {
      var c = mine; try evaluator.addProduct(to: &c, strange, by: 3)
    }
    refuses {
      var c = strange; try evaluator.addProduct(to: &c, mine, by: 3)
    }
    refuses {
      var c = strange; try evaluator.add(&c, ScaledPlaintext(plaintext))
    }
    refuses {
      var c = mine; try evaluator.add(&c, ScaledPlaintext(foreign.plaintext([1])))
    }
    refuses { _ = try evaluator.switchModulus(strange) }
    refuses { _ = try evaluator.rerandomize(strangeEvaluation, with: fixture.publicKey) }
    refuses { _ = try evaluator.rerandomize(mineEvaluation, with: foreign.publicKey) }
    refuses {
      var c = strange; try evaluator.flood(&c, bits: 3)
    }
    refuses { _ = try evaluator.reply(strange, keeping: [0..<1]) }
    refuses {
      var c = mine; try evaluator.add(&c, foreign.plaintext([1]))
    }
    refuses {
      var c = mineEvaluation; try evaluator.multiply(&c, by: EvaluationPlaintext(foreign.plaintext([1])))
    }
    // A ciphertext that claims the right key: nothing but the parameters can tell.
    let forged = Ciphertext<Evaluation>(
      parameters: foreign.parameters.rlwe, key: fixture.secret.identifier, c0: strangeEvaluation.c0,
      c1: strangeEvaluation.c1, noise: strangeEvaluation.noise)
    refuses { _ = try evaluator.rerandomize(forged, with: fixture.publicKey) }
    refuses { _ = try fixture.secret.decrypt(forged, parameters: fixture.parameters) }
  }
}
