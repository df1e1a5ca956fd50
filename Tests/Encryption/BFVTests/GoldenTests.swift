// SPDX-License-Identifier: Apache-2.0

import BFV
import Crypto
import Foundation
import ModularArithmetic
import PolynomialRing
import RLWE
import Testing

@Suite struct GoldenTests {
  static func read(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The files are what the fixed seeds give.
  @Test func theObjectsOfTheSeedsAreTheFiles() throws {
    try Self.compare(try GoldenObjects(GoldenObjects.tiny).files())
  }

  /// Compares objects with the files of their names.
  ///
  /// With TACIT_GOLDEN_DIRECTORY set they are written there instead.
  static func compare(_ files: [(name: String, bytes: [UInt8])]) throws {
    for (name, bytes) in files {
      if let directory = ProcessInfo.processInfo.environment["TACIT_GOLDEN_DIRECTORY"] {
        try Data(bytes).write(to: URL(fileURLWithPath: directory).appendingPathComponent(name))
      } else {
        #expect(try read(name) == bytes, "\(name)")
      }
    }
  }

  /// The files are read, mean what they should, and are written again as the same bytes.
  @Test func theFilesAreReadAndWritten() throws {
    let parameters = try BFVParameters(GoldenObjects.tiny)
    let objects = try GoldenObjects(GoldenObjects.tiny)
    let secretBytes = try Self.read("secret-key.bin")
    let secret = try SecretKey(serialized: secretBytes, parameters: parameters.rlwe)
    #expect(secret.identifier.bytes == Array(0x40..<0x50))
    #expect(secret.serialized() == secretBytes)

    let publicBytes = try Self.read("public-key.bin")
    let publicKey = try PublicKey(serialized: publicBytes, parameters: parameters.rlwe)
    #expect(publicKey.serialized() == publicBytes)
    let plaintextBytes = try Self.read("plaintext.bin")
    let plaintext = try BFVPlaintext(serialized: plaintextBytes, parameters: parameters)
    #expect(plaintext.coefficients == objects.message)
    #expect(plaintext.serialized() == plaintextBytes)
    #expect(try secret.decrypt(publicKey.encrypt(plaintext), parameters: parameters) == plaintext)

    let seededBytes = try Self.read("seeded-ciphertext.bin")
    let seeded = try SeededCiphertext(serialized: seededBytes, parameters: parameters.rlwe)
    #expect(seeded.serialized() == seededBytes)
    #expect(try secret.decrypt(seeded.expanded(), parameters: parameters) == plaintext)

    let evaluationBytes = try Self.read("ciphertext-evaluation.bin")
    let evaluation = try Ciphertext<Evaluation>(serialized: evaluationBytes, parameters: parameters.rlwe)
    #expect(evaluation.serialized() == evaluationBytes)
    #expect(try secret.decrypt(evaluation, parameters: parameters).coefficients == objects.product)

    let coefficientBytes = try Self.read("ciphertext-coefficient.bin")
    let coefficient = try Ciphertext<Coefficient>(serialized: coefficientBytes, parameters: parameters.rlwe)
    #expect(coefficient.serialized() == coefficientBytes)
    #expect(coefficient.limbCount == 2)
    #expect(try secret.decrypt(coefficient, parameters: parameters).coefficients == objects.product)

    let replyBytes = try Self.read("reply.bin")
    let reply = try BFVReply(serialized: replyBytes, parameters: parameters)
    #expect(reply.serialized() == replyBytes)
    #expect(reply.ranges == GoldenObjects.replyRanges)
    let product = objects.product
    #expect(
      try BFVReplyDecryptor(parameters: parameters, secretKey: secret).decrypt(reply)
        == GoldenObjects.replyRanges.flatMap {
          $0.map { product[$0] > 48 ? Int64(product[$0]) - 97 : Int64(product[$0]) }
        })
  }

  /// A seeded ciphertext of fewer primes is its file, and reads as the same message.
  @Test func theShortCiphertextIsItsFile() throws {
    let objects = try GoldenObjects(GoldenObjects.tiny)
    let short = try objects.shortSeeded()
    let name = "short-seeded-ciphertext.bin"
    if let directory = ProcessInfo.processInfo.environment["TACIT_GOLDEN_DIRECTORY"] {
      try Data(short.serialized()).write(to: URL(fileURLWithPath: directory).appendingPathComponent(name))
      return
    }
    let bytes = try Self.read(name)
    #expect(short.serialized() == bytes)
    let read = try SeededCiphertext(serialized: bytes, parameters: objects.parameters.rlwe)
    #expect(read.limbCount == 2 && read.serialized() == bytes)
    #expect(
      try objects.secret.decrypt(read.expanded(), parameters: objects.parameters).coefficients == objects.message)
  }

  /// A compressed reply is what the reply gives, and reads as the same message.
  @Test func theCompressedReplyIsItsFile() throws {
    let objects = try GoldenObjects(GoldenObjects.tiny)
    let name = "compressed-reply.bin"
    let compressed = objects.reply.compressed()
    if let directory = ProcessInfo.processInfo.environment["TACIT_GOLDEN_DIRECTORY"] {
      try Data(compressed.serialized()).write(to: URL(fileURLWithPath: directory).appendingPathComponent(name))
      return
    }
    let bytes = try Self.read(name)
    #expect(compressed.serialized() == bytes)
    let read = try BFVReply(serialized: bytes, parameters: objects.parameters)
    #expect(read.serialized() == bytes)
    #expect(read.droppedBits == compressed.droppedBits && read.droppedBits.c0 == 12 && read.droppedBits.c1 == 8)
    let decryptor = try BFVReplyDecryptor(parameters: objects.parameters, secretKey: objects.secret)
    #expect(try decryptor.decrypt(read) == decryptor.decrypt(objects.reply))
  }

  /// Keys, encryption, evaluation and serialisation at a real size, in one digest, the same with all kernels.
  @Test(arguments: [KernelChoice.automatic] + KernelBackend.supported.map { .only($0.instructionSet) })
  func theDigestOfARealSizeIsUnchanged(_ kernels: KernelChoice) throws {
    let objects = try GoldenObjects(GoldenObjects.real, kernels: kernels)
    var hash = SHA256()
    for (_, bytes) in try objects.files() { hash.update(data: bytes) }
    let digest = hash.finalize().map { String(format: "%02x", $0) }.joined()
    #expect(digest == "2929145bb4c99eabefb60a6e43f8b603254efba504fa0878c58a65231d8f8bdc")
    #expect(
      try objects.secret.decrypt(objects.coefficient, parameters: objects.parameters).coefficients == objects.product)
  }
}
