// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import Randomness
import TestSupport
import Testing

/// What is left in freed memory of storage that held secrets.
@Suite(.enabled(if: FreedMemory.isObservable)) struct ZeroisationTests {
  private let words: [UInt64]

  // Different in each test: blocks are larger than what is stored in them, and what another test left there would be found.
  init() {
    words = (0..<3000).map { _ in UInt64.random(in: 0 ... .max) }
  }

  /// Makes storage of the words, and a copy of it, and lets both go.
  private func use(zeroising: Bool) {
    let storage = AlignedStorage(count: words.count, zeroising: zeroising)
    var span = storage.mutableWords(0..<storage.count)
    span.copyWords(of: words.span)
    let copy = storage.copy()
    precondition(copy.words(0..<copy.count)[17] == words[17])
  }

  @Test func zeroisingStorageLeavesNothing() {
    let recorder = FreedMemoryRecorder()
    use(zeroising: true)
    let freed = recorder.finish()
    #expect(freed.words.count >= 2 * words.count, "the storage was not freed in time")
    #expect(!freed.holds(words, run: 4))
  }

  @Test func plainStorageIsFound() {
    let recorder = FreedMemoryRecorder()
    use(zeroising: false)
    let freed = recorder.finish()
    #expect(freed.holds(words, run: 4))
    #expect(freed.holds(bytes: words[1000..<1004].flatMap { word in (0..<8).map { UInt8(word >> (8 * $0) & 0xFF) } }))
  }

  @Test func plainArraysAreFound() {
    let recorder = FreedMemoryRecorder()
    var array = words.map { $0 &+ 1 }
    for index in array.indices { array[index] &-= 1 }
    let sum = array.reduce(0, &+)
    array = []
    let freed = recorder.finish()
    #expect(sum != 0)
    #expect(freed.holds(words, run: 4))
    #expect(!freed.holds(words.map { $0 &+ 2 }, run: 4))
  }

  @Test func secretPolynomialsLeaveNothing() throws {
    let basis = try RNSBasis(
      degree: 1024, moduli: NTTPrimes.largest(below: 46, degree: 1024, count: 2))
    // The key of the stream is public, so that the polynomial is known beforehand.
    let seed = Seed.random()
    func secret() -> SecretCoefficients {
      var stream = RandomStream(seed: seed, label: "secret")
      return SecretCoefficients(ternaryOfDegree: 1024, from: &stream)
    }
    func copied(_ words: Span<UInt64>) -> [UInt64] { words.indices.map { words[$0] } }
    let known = secret()
    let evaluation = known.residues(in: basis).evaluationForm()
    let coefficients = copied(known.words())
    let residues = copied(known.residues(in: basis).polynomial.allLimbs())
    let evaluations = copied(evaluation.polynomial.allLimbs())

    let recorder = FreedMemoryRecorder()
    use(secret(), basis)
    let freed = recorder.finish()
    #expect(freed.words.count >= 3 * 1024, "the polynomials were not freed in time")
    #expect(!freed.holds(coefficients, run: 64))
    #expect(!freed.holds(residues, run: 64))
    #expect(!freed.holds(evaluations, run: 4))
    // Nor the random words that the coefficients are made of.
    #expect(!freed.mapped { $0.multipliedFullWidth(by: 3).high &- 1 }.holds(coefficients, run: 64))
  }

  private func use(_ secret: consuming SecretCoefficients, _ basis: RNSBasis) {
    let evaluation = secret.residues(in: basis).evaluationForm()
    precondition(evaluation.basis == basis)
  }
}
