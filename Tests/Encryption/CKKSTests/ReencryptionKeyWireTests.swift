// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import RLWE
import TestSupport
import Testing

@testable import CKKS

@Suite struct ReencryptionKeyWireTests {
  static let sets = [
    CKKSTestSet(name: "N=8, one prime a digit", levels: 2, scaleBits: 30, degree: 8),
    CKKSTestSet(name: "N=16, two primes a digit", levels: 3, scaleBits: 30, degree: 16, digitLimbs: 2),
    CKKSTestSet(name: "N=8, gadget", levels: 1, scaleBits: 30, degree: 8, gadgetBits: 10),
  ]

  @Test(arguments: sets)
  func keysComeBackAndWork(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    let parameters = fixture.parameters.rlwe
    let target = SecretKey(parameters: parameters)
    var generator = TestGenerator(seed: 0x3E2)
    let x = fixture.numbers(&generator)
    for limbs in 1...parameters.limbCount {
      let key = try fixture.secret.reencryptionKey(to: target, limbCount: limbs)
      let bytes = key.serialized()
      let read = try SeededReencryptionKey(serialized: bytes, parameters: parameters)
      #expect(read.serialized() == bytes && read.limbCount == limbs)
      #expect(read.source == fixture.secret.identifier && read.target == target.identifier)
      guard let level = fixture.parameters.level(limbs: limbs) else { continue }
      let ciphertext = try fixture.encrypt(x, level: level)
      let first = try fixture.evaluator.reencrypt(ciphertext, with: key.expanded())
      let second = try fixture.evaluator.reencrypt(ciphertext, with: read.expanded())
      #expect(first.serialized() == second.serialized())
      let plaintext = try target.decrypt(second)
      let values = fixture.encoder.decodeComplex(plaintext)
      for (value, expected) in zip(values, x) { #expect((value - expected).length <= plaintext.error) }
    }
  }

  @Test(arguments: sets)
  func damagedBytesAreRefused(_ set: CKKSTestSet) throws {
    let fixture = try CKKSFixture(set)
    let parameters = fixture.parameters.rlwe
    let target = SecretKey(parameters: parameters)
    let key = try fixture.secret.reencryptionKey(to: target)
    let bytes = key.serialized()
    for length in 0..<bytes.count {
      #expect("length \(length)") {
        _ = try SeededReencryptionKey(serialized: Array(bytes[..<length]), parameters: parameters)
      } throws: { error in
        guard case .truncated(let needed, let available) = error as? WireError else { return false }
        return needed > available
      }
    }
    #expect(throws: WireError.trailingBytes(1)) {
      _ = try SeededReencryptionKey(serialized: bytes + [0], parameters: parameters)
    }
    // The checksum covers everything.
    for bit in 0..<bytes.count * 8 {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: WireError.self, "bit \(bit)") {
        _ = try SeededReencryptionKey(serialized: changed, parameters: parameters)
      }
    }
    for limbs in [0, UInt8(parameters.limbCount + 1), 255] {
      var changed = bytes
      changed[72] = limbs
      #expect(throws: WireError.outOfRange(field: "number of primes")) {
        _ = try SeededReencryptionKey(serialized: changed, parameters: parameters)
      }
    }
    var literal = fixture.parameters.literal
    literal.keySwitching = nil
    let bare = try CKKSParameters(literal)
    var changed = bytes
    changed.replaceSubrange(8..<40, with: bare.rlwe.digest.bytes)
    #expect(throws: WireError.impossible(.reencryptionKey)) {
      _ = try SeededReencryptionKey(serialized: changed, parameters: bare.rlwe)
    }
  }
}
