// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import Crypto
import Foundation
import ModularArithmetic
import RLWE
import Testing

@testable import CKKS

@Suite struct CKKSGoldenTests {
  static func read(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The files are what the fixed seeds give.
  ///
  /// With TACIT_GOLDEN_DIRECTORY set they are written there first.
  @Test func theObjectsOfTheSeedsAreTheFiles() throws {
    for (name, bytes) in try CKKSGoldenObjects(CKKSGoldenObjects.tiny).files() {
      if let directory = ProcessInfo.processInfo.environment["TACIT_GOLDEN_DIRECTORY"] {
        try Data(bytes).write(to: URL(fileURLWithPath: directory).appendingPathComponent(name))
      } else {
        #expect(try Self.read(name) == bytes, "\(name)")
      }
    }
  }

  /// The files are read, mean what they should, and are written again as the same bytes.
  @Test func theFilesAreReadAndWritten() throws {
    let objects = try CKKSGoldenObjects(CKKSGoldenObjects.tiny)
    let parameters = objects.parameters
    let encoder = CKKSEncoder(parameters: parameters)
    let numbers =
      CKKSGoldenObjects.numbers
      + [Complex<Double>](repeating: .zero, count: parameters.slotCount - CKKSGoldenObjects.numbers.count)
    func expect(_ plaintext: CKKSPlaintext, _ expected: [Complex<Double>], within error: Double) {
      for (value, number) in zip(encoder.decodeComplex(plaintext), expected) {
        #expect((value - number).length <= error)
      }
    }
    let plaintextBytes = try Self.read("ckks-plaintext.bin")
    let plaintext = try CKKSPlaintext(serialized: plaintextBytes, parameters: parameters)
    #expect(plaintext.serialized() == plaintextBytes && plaintext.magnitude == 1 && plaintext.error == 0)
    expect(plaintext, numbers, within: 1e-14)

    let seededBytes = try Self.read("ckks-seeded-ciphertext.bin")
    let seeded = try SeededCKKSCiphertext(serialized: seededBytes, parameters: parameters)
    #expect(seeded.serialized() == seededBytes && seeded.level == 2 && seeded.valueBound == 1)
    #expect(seeded.key.bytes == Array(0x40..<0x50) && seeded.scale == CKKSScale(0x1p30))
    expect(try objects.secret.decrypt(seeded.expanded()), numbers, within: 0x1p-18)

    let ciphertextBytes = try Self.read("ckks-ciphertext.bin")
    let ciphertext = try CKKSCiphertext(serialized: ciphertextBytes, parameters: parameters)
    #expect(ciphertext.serialized() == ciphertextBytes && ciphertext.level == 1)
    #expect(ciphertext.scale.relativeDifference(from: parameters.scale(level: 1)) < 0x1p-100)
    expect(try objects.secret.decrypt(ciphertext), numbers * numbers, within: 0x1p-16)

    let productBytes = try Self.read("ckks-product.bin")
    let product = try CKKSProduct(serialized: productBytes, parameters: parameters)
    #expect(product.serialized() == productBytes && product.level == 2 && product.scale == CKKSScale(0x1p60))
    let keys = try objects.secret.evaluationKeys(EvaluationKeyRequest(relinearization: true))
    let relinearized = try CKKSEvaluator(parameters: parameters)
      .relinearizeAndRescale(product, with: keys.expanded())
    expect(try objects.secret.decrypt(relinearized), numbers * numbers, within: relinearized.errorBound)

    let keyBytes = try Self.read("reencryption-key.bin")
    let key = try SeededReencryptionKey(serialized: keyBytes, parameters: parameters.rlwe)
    #expect(key.serialized() == keyBytes && key.limbCount == 3)
    let reencrypted = try CKKSEvaluator(parameters: parameters).reencrypt(seeded.expanded(), with: key.expanded())
    expect(try objects.target.decrypt(reencrypted), numbers, within: reencrypted.errorBound)
  }

  /// Encoding, encryption, evaluation and serialisation at a real size, in one digest, the same with all kernels.
  @Test(arguments: [KernelChoice.automatic] + KernelBackend.supported.map { .only($0.instructionSet) })
  func theDigestOfARealSizeIsUnchanged(_ kernels: KernelChoice) throws {
    let objects = try CKKSGoldenObjects(CKKSGoldenObjects.real, kernels: kernels)
    var hash = SHA256()
    for (_, bytes) in objects.files() { hash.update(data: bytes) }
    let digest = hash.finalize().map { String(format: "%02x", $0) }.joined()
    #expect(digest == "576c336be3a1e7e3bca0d0c5224d6c5543afd84fa9c498dbb87b34f85ee76aea")
  }

  /// The text that the digest of the parameters is made from.
  @Test func theSchemeIsWrittenInFull() throws {
    let parameters = try CKKSParameters(CKKSGoldenObjects.tiny)
    #expect(
      parameters.rlwe.scheme == "CKKS, levels 1 1 1, scale 41d0000000000000, value bound 3ff0000000000000")
    let text = """
      tacit/parameters/v1
      \(parameters.rlwe.scheme)
      16
      uncheckedInsecure
      ternary,cbd21
      34359738337
      1073741857
      1073741441
      hybrid 1
      68719476577

      """
    #expect(Array(SHA256.hash(data: Array(text.utf8))) == parameters.rlwe.digest.bytes)
  }
}
