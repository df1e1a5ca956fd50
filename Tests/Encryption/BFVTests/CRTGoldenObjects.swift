// SPDX-License-Identifier: Apache-2.0

import BFV
import Crypto
import PolynomialRing
import RLWE
import Randomness

/// Objects for several plaintext moduli that are functions of fixed seeds alone, put together from those of their parts.
///
/// Never a way to encrypt: the randomness is known to everybody.
final class CRTGoldenObjects: Sendable {
  static let moduli: [UInt64] = [97, 1 << 20, 257]

  static let literal: BFVParameterLiteral = {
    var literal = GoldenObjects.tiny
    literal.replyModulus = nil
    return literal
  }()

  let parameters: CRTParameters
  let message: [Int128]
  let plaintext: CRTPlaintext

  /// Part i has lost i primes.
  let ciphertext: CRTCiphertext

  /// The bytes of the keys, as WireFormat.md describes them.
  let secretBytes: [UInt8]

  init() throws {
    let parameters = try CRTParameters(Self.literal, plaintextModuli: Self.moduli)
    let m = parameters.modulus
    message = (0..<parameters.components[0].degree).map { k in
      let value = (Int128(k * k * k) * 12_345_678_901 + 5) % m
      return value > m / 2 ? value - m : value
    }
    plaintext = try CRTPlaintext(coefficients: message, parameters: parameters)
    var parts: [Ciphertext<Coefficient>] = []
    var bytes = Self.header(kind: 20, parameters)
    for (index, component) in parameters.components.enumerated() {
      var source = RandomStream(seed: try GoldenObjects.seed(), label: "golden/crt/secret/\(index)")
      let secret = SecretKey(
        parameters: component.rlwe, identifier: Self.identifier(index),
        coefficients: SecretCoefficients(ternaryOfDegree: component.degree, from: &source))
      bytes += secret.serialized().dropFirst(40).dropLast(16)
      let fresh = try GoldenObjects.encryption(
        of: plaintext.parts[index].coefficients, label: "crt/ciphertext/\(index)", secret: secret,
        t: Self.moduli[index])
      parts.append(
        try BFVEvaluator(parameters: component).switchModulus(
          fresh.expanded().coefficientForm(), toLimbCount: component.rlwe.limbCount - index))
    }
    ciphertext = try CRTCiphertext(parts, parameters: parameters)
    secretBytes = bytes + SHA256.hash(data: bytes).prefix(16)
    self.parameters = parameters
  }

  static func identifier(_ index: Int) -> KeyIdentifier {
    KeyIdentifier(bytes: Array(UInt8(0x60 + 16 * index)..<UInt8(0x70 + 16 * index)))
  }

  func secretKey() throws -> CRTSecretKey { try CRTSecretKey(serialized: secretBytes, parameters: parameters) }

  /// Header and parameter digest from first principles.
  static func header(kind: UInt8, _ parameters: CRTParameters) -> [UInt8] {
    let digests = parameters.components.map { set in
      set.rlwe.digest.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    let text = "tacit/parameters/v1\nCRT, sets \(digests.count)\n" + digests.map { $0 + "\n" }.joined()
    return Array("TACT".utf8) + [1, kind, 0, 0] + SHA256.hash(data: Array(text.utf8))
  }

  /// Every object, under the name of its file.
  func files() -> [(name: String, bytes: [UInt8])] {
    [
      ("crt-secret-key.bin", secretBytes),
      ("crt-ciphertext.bin", ciphertext.serialized()),
      ("crt-plaintext.bin", plaintext.serialized()),
    ]
  }
}
