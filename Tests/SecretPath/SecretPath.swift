// SPDX-License-Identifier: Apache-2.0

import BFV
import CKKS
import CMemcheck
import ModularArithmetic
import PolynomialRing
import RLWE
import Randomness

/// Makes a key whose words are undefined in the eyes of memcheck, encrypts and decrypts with it.
///
/// memcheck reports what branches or addresses depend on the key: `Scripts/test_secrets.sh` runs it. With `--leak` it
/// compares words of the key, which must be reported. What is published or handed to the key holder is revealed at that
/// point, once it is seen to have depended on the key: so the key was really followed there.
@main struct SecretPath {
  static func main() throws {
    guard memcheck_is_watching() else {
      print("secret-path: nobody watches: run it by Scripts/test_secrets.sh")
      return
    }
    let leaking = CommandLine.arguments.contains("--leak")
    var tally = Tally()
    for (bits, t) in [([35, 35, 35] as [Int], 65_537 as UInt64), ([36, 36, 36], 1 << 40)] {
      let moduli = try bits.reduce(into: [UInt64]()) { moduli, width in
        moduli += try NTTPrimes.largest(below: width, degree: 4096, count: 1, excluding: Set(moduli))
      }
      let parameters = try BFVParameters(
        BFVParameterLiteral(degree: 4096, moduli: moduli, plaintextModulus: t, security: .uncheckedInsecure))
      try run(parameters, leaking: leaking, &tally)
    }
    for (scaleBits, levels) in [(40, 2), (80, 1)] {
      var literal = try CKKSParameterLiteral.planned(levels: levels, scaleBits: scaleBits)
      literal.keySwitching = nil
      try run(try CKKSParameters(literal), leaking: leaking, &tally)
    }
    tally.check("memcheck reported nothing", memcheck_reports() == 0)
    print("memcheck: keys, encryption and decryption, BFV and CKKS: \(tally.passed) passed, \(tally.failed) failed")
    print("\(tally.passed) passed, \(tally.failed) failed")
  }

  static func run(_ parameters: BFVParameters, leaking: Bool, _ tally: inout Tally) throws {
    var stream = RandomStream.system()
    let coefficients = SecretCoefficients(ternaryOfDegree: parameters.degree, from: &stream)
    hide(coefficients)
    let secret = SecretKey(parameters: parameters.rlwe, identifier: .random(), coefficients: coefficients)
    if leaking { print(firstPositive(secret.coefficients.words())) }

    let publicKey = PublicKey(of: secret)
    tally.check("the public key depends on the secret", reveal(publicKey.p0.allLimbs()))

    let message = (0..<parameters.degree).map { UInt64($0 * $0) % parameters.plaintextModulus.value }
    let plaintext = try BFVPlaintext(coefficients: message, parameters: parameters)
    let seeded = try secret.encrypt(plaintext)
    let symmetric = seeded.expanded()
    tally.check("a ciphertext depends on the secret", reveal(symmetric.c0.allLimbs()))
    let asymmetric = try publicKey.encrypt(plaintext)

    let decrypted = [
      try secret.decrypt(symmetric, parameters: parameters),
      try secret.decryptForRelease(symmetric.coefficientForm(), parameters: parameters),
      try secret.decrypt(asymmetric, parameters: parameters),
      try secret.decryptForRelease(asymmetric.evaluationForm(), parameters: parameters),
    ]
    for plaintext in decrypted {
      let words = plaintext.coefficients
      tally.check("a message depends on the secret", reveal(words.span))
      tally.check("the message is right", words == message)
    }
    let bytes = secret.serialized()
    revealBytes(bytes.span)
    let read = try SecretKey(serialized: bytes, parameters: parameters.rlwe)
    tally.check("the key reads back", try read.decrypt(symmetric, parameters: parameters).coefficients == message)
  }

  /// The same with CKKS, at every level.
  static func run(_ parameters: CKKSParameters, leaking: Bool, _ tally: inout Tally) throws {
    var stream = RandomStream.system()
    let coefficients = SecretCoefficients(ternaryOfDegree: parameters.degree, from: &stream)
    hide(coefficients)
    let secret = SecretKey(parameters: parameters.rlwe, identifier: .random(), coefficients: coefficients)
    if leaking { print(firstPositive(secret.coefficients.words())) }
    let publicKey = PublicKey(of: secret)
    tally.check("the public key depends on the secret", reveal(publicKey.p0.allLimbs()))

    let encoder = CKKSEncoder(parameters: parameters)
    let numbers = (0..<parameters.slotCount).map { Double($0 % 64) / 64 }
    let plaintext = try encoder.encode(numbers)
    for level in 0...parameters.maximumLevel {
      let symmetric = try secret.encrypt(plaintext, level: level).expanded()
      let asymmetric = try publicKey.encrypt(plaintext, level: level)
      for fresh in [symmetric, asymmetric] {
        // As it is sent: known to everybody.
        let bytes = fresh.serialized()
        revealBytes(bytes.span)
        let ciphertext = try CKKSCiphertext(serialized: bytes, parameters: parameters)
        for decrypted in [
          try secret.decrypt(ciphertext),
          try secret.decryptForRelease(ciphertext, policy: ReleasePolicy(statisticalBits: 1)),
        ] {
          let found = encoder.decode(decrypted).map(\.bitPattern)
          tally.check("a number depends on the secret", reveal(found.span))
          tally.check(
            "the numbers are right",
            zip(found, numbers).allSatisfy { abs(Double(bitPattern: $0) - $1) <= decrypted.error })
        }
      }
    }
  }

  /// A search that ends where the secret says.
  static func firstPositive(_ words: Span<UInt64>) -> Int {
    for index in words.indices where words[index] == 1 { return index }
    return words.count
  }

  static func hide(_ coefficients: borrowing SecretCoefficients) {
    unsafe coefficients.words().withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe memcheck_hide(base, bytes.count)
    }
  }

  /// Marks words as known, and says whether all of them were not.
  static func reveal(_ words: Span<UInt64>) -> Bool {
    unsafe words.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return false }
      let hidden = unsafe memcheck_hidden_words(base, words.count)
      unsafe memcheck_reveal(base, words.count * 8)
      return hidden == words.count
    }
  }

  static func revealBytes(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe memcheck_reveal(base, bytes.count)
    }
  }
}

/// What held and what did not.
struct Tally {
  var passed = 0
  var failed = 0

  mutating func check(_ what: String, _ holds: Bool) {
    if holds {
      passed += 1
    } else {
      failed += 1
      print("secret-path: does not hold: \(what)")
    }
  }
}
