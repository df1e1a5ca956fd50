// SPDX-License-Identifier: Apache-2.0

import BFV
import PolynomialRing
import RLWE
import Testing

@Suite struct BFVWireTests {
  struct Format: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let reread: @Sendable ([UInt8]) throws -> [UInt8]

    var testDescription: String { name }
  }

  static let formats: [Format] = {
    guard let fixture = try? BFVFixture(TestSet.tiny[1]), let plaintext = try? fixture.plaintext([1, 2, 96]),
      let ciphertext = try? fixture.publicKey.encrypt(plaintext),
      let reply = try? fixture.evaluator.reply(ciphertext, keeping: [0..<3, 4..<4, 7..<16])
    else { return [] }
    let parameters = fixture.parameters
    return [
      Format(name: "plaintext", bytes: plaintext.serialized()) {
        try BFVPlaintext(serialized: $0, parameters: parameters).serialized()
      },
      Format(name: "compressed reply", bytes: reply.compressed().serialized()) {
        try BFVReply(serialized: $0, parameters: parameters).serialized()
      },
      Format(name: "reply", bytes: reply.serialized()) {
        try BFVReply(serialized: $0, parameters: parameters).serialized()
      },
    ]
  }()

  @Test func theFormatsAreThere() { #expect(Self.formats.count == 3) }

  @Test(arguments: formats)
  func truncationsAndTrailingBytesAreRefused(_ format: Format) throws {
    #expect(try format.reread(format.bytes) == format.bytes)
    for length in 0..<format.bytes.count {
      #expect(throws: WireError.self) { try format.reread(Array(format.bytes[..<length])) }
    }
    #expect(throws: WireError.trailingBytes(1)) { try format.reread(format.bytes + [0]) }
  }

  @Test(arguments: formats)
  func bitFlipsAreRefusedOrRead(_ format: Format) throws {
    for bit in 0..<format.bytes.count * 8 {
      var bytes = format.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        #expect(try format.reread(bytes) == bytes, "bit \(bit)")
      } catch {
        #expect(error is WireError, "bit \(bit)")
      }
    }
  }

  @Test func rangesAreChecked() throws {
    let fixture = try BFVFixture(TestSet.tiny[1])
    let reply = try fixture.evaluator.reply(fixture.publicKey.encrypt(fixture.plaintext([1])), keeping: [0..<3, 4..<5])
    let good = reply.serialized()
    func refuses(_ field: String, _ offset: Int, _ value: [UInt8]) {
      var bytes = good
      bytes.replaceSubrange(offset..<offset + value.count, with: value)
      #expect(throws: WireError.outOfRange(field: field)) {
        try BFVReply(serialized: bytes, parameters: fixture.parameters)
      }
    }
    // 40 header, 16 key, 17 noise, 2 count, then 4 + 4 a range.
    refuses("number of coefficient ranges", 73, [0x01, 0x10])
    refuses("number of coefficient ranges", 73, [0xff, 0xff])
    refuses("start of a coefficient range", 75, [17, 0, 0, 0])
    refuses("start of a coefficient range", 75, [0xff, 0xff, 0xff, 0xff])
    refuses("end of a coefficient range", 79, [17, 0, 0, 0])
    refuses("start of a coefficient range", 83, [2, 0, 0, 0])
    refuses("end of a coefficient range", 87, [3, 0, 0, 0])
  }

  @Test func aReplyForParametersWithoutReplyModulusIsRefused() throws {
    let set = TestSet(name: "", degree: 8, bits: [40], plaintextModulus: 17)
    let parameters = try BFVParameters(set.literal())
    var writer = WireWriter(kind: .reply, digest: parameters.rlwe.digest)
    writer.append(bytes: [UInt8](repeating: 0, count: 16 + 17 + 2))
    let bytes = writer.bytes
    #expect(throws: WireError.impossible(.reply)) {
      try BFVReply(serialized: bytes, parameters: parameters)
    }
  }

  @Test(arguments: [(2, 1), (3, 2), (4, 2), (5, 3), (97, 7), (1 << 20, 20), (1 << 60, 60)] as [(UInt64, Int)])
  func plaintextsArePackedTightly(_ t: UInt64, _ bits: Int) throws {
    let set = TestSet(name: "", degree: 8, bits: [50, 51], plaintextModulus: t)
    let parameters = try BFVParameters(set.literal())
    let plaintext = try BFVPlaintext(coefficients: [t - 1, 0, t / 2, 1], parameters: parameters)
    let bytes = plaintext.serialized()
    #expect(bytes.count == 40 + bits)
    #expect(try BFVPlaintext(serialized: bytes, parameters: parameters) == plaintext)
  }
}
