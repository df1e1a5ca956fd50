// SPDX-License-Identifier: Apache-2.0

/// Why bytes could not be read as what they should be.
public enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes end before the object does.
  case truncated(needed: Int, available: Int)
  /// There are bytes after the end of the object.
  case trailingBytes(Int)
  /// The first four bytes are not "TACT".
  case notTacit
  /// Written by a later version of the format; 0 is no version.
  case unsupportedVersion(Int)
  /// Another kind of object.
  case wrongKind(expected: WireKind, found: UInt8)
  /// Made with other parameters.
  case parametersMismatch(expected: ParameterDigest, found: ParameterDigest)
  /// The bytes are not those that were written.
  case checksum
  /// A number that no valid object has.
  case outOfRange(field: String)
  /// An object that cannot exist for these parameters.
  case impossible(WireKind)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .truncated(let needed, let available):
      "the data ends too early: \(needed) more bytes are needed and \(available) are there; was it copied completely?"
    case .trailingBytes(let count):
      "\(count) bytes too many after the end; is it two files joined together?"
    case .notTacit:
      "not a Tacit object: the first four bytes are not \"TACT\"; is it the right file, and was it copied as binary?"
    case .unsupportedVersion(let version):
      version == 0
        ? "damaged data: there is no format version 0; copy it again from where it was made"
        : "written in format version \(version), and this program reads versions up to \(WireKind.formatVersion): update this "
          + "program, or have the data written by one of its version"
    case .wrongKind(let expected, let found):
      "this is \(WireKind(rawValue: found).map(\.description) ?? "an object of unknown kind \(found)"), not \(expected); read it "
        + "as what it is, or take the right file"
    case .parametersMismatch(let expected, let found):
      "made with other parameters (\(found)) than these (\(expected)); read it with those that it was made with"
    case .checksum:
      "damaged data: the checksum does not match; copy it again from where it was made"
    case .outOfRange(let field):
      "damaged data: \(field) is out of range; copy it again from where it was made"
    case .impossible(let kind):
      "damaged data: it says that it is \(kind), and with these parameters there is no such thing; was it made with others?"
    }
  }
}

/// The kinds of objects that start with the common header.
public enum WireKind: UInt8, Sendable, CaseIterable, CustomStringConvertible {
  /// A secret key.
  case secretKey = 1
  /// A public key with its uniform half as a seed.
  case publicKey = 2
  /// A fresh ciphertext with its uniform half as a seed.
  case seededCiphertext = 3
  /// A ciphertext in coefficient form.
  case coefficientCiphertext = 4
  /// A ciphertext in evaluation form.
  case evaluationCiphertext = 5
  /// A ciphertext switched to the single reply modulus, with only some coefficients of c₀.
  case reply = 6
  /// A plaintext.
  case plaintext = 7
  /// Evaluation keys with their uniform halves as seeds.
  case evaluationKeys = 8
  /// A product that is not relinearised, in coefficient form.
  case coefficientQuadraticCiphertext = 9
  /// A product that is not relinearised, in evaluation form.
  case evaluationQuadraticCiphertext = 10
  /// A CKKS ciphertext.
  case ckksCiphertext = 11
  /// A fresh CKKS ciphertext with its uniform half as a seed.
  case seededCKKSCiphertext = 12
  /// A CKKS product that is not relinearised.
  case ckksProduct = 13
  /// A CKKS plaintext.
  case ckksPlaintext = 14
  /// A key that re-encrypts from one secret to another.
  case reencryptionKey = 15
  /// A file of encrypted rows.
  case encryptedRows = 16
  /// A file of encrypted scores.
  case encryptedScores = 17
  /// A reply without the low bits of its coefficients.
  case compressedReply = 18
  /// A ciphertext of a message modulo several plaintext moduli.
  case crtCiphertext = 19
  /// A secret key for several plaintext moduli.
  case crtSecretKey = 20
  /// A plaintext modulo several plaintext moduli.
  case crtPlaintext = 21
  /// A fresh ciphertext of fewer primes than there are, with its uniform half as a seed.
  case shortSeededCiphertext = 22

  /// The version that this library writes; it reads all up to this.
  public static let formatVersion = 1

  /// The kind in words, with its article.
  public var description: String {
    switch self {
    case .secretKey: "a secret key"
    case .publicKey: "a public key"
    case .seededCiphertext: "a seeded ciphertext"
    case .coefficientCiphertext: "a ciphertext in coefficient form"
    case .evaluationCiphertext: "a ciphertext in evaluation form"
    case .reply: "a reply"
    case .plaintext: "a plaintext"
    case .evaluationKeys: "a set of evaluation keys"
    case .coefficientQuadraticCiphertext: "a quadratic ciphertext in coefficient form"
    case .evaluationQuadraticCiphertext: "a quadratic ciphertext in evaluation form"
    case .ckksCiphertext: "a CKKS ciphertext"
    case .seededCKKSCiphertext: "a seeded CKKS ciphertext"
    case .ckksProduct: "a CKKS product"
    case .ckksPlaintext: "a CKKS plaintext"
    case .reencryptionKey: "a re-encryption key"
    case .encryptedRows: "a file of encrypted rows"
    case .encryptedScores: "a file of encrypted scores"
    case .compressedReply: "a compressed reply"
    case .crtCiphertext: "a CRT ciphertext"
    case .crtSecretKey: "a CRT secret key"
    case .crtPlaintext: "a CRT plaintext"
    case .shortSeededCiphertext: "a seeded ciphertext of fewer primes"
    }
  }
}
