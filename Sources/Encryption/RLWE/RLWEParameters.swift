// SPDX-License-Identifier: Apache-2.0

internal import Crypto
public import PolynomialRing

/// A parameter set as written down: not yet checked.
public struct RLWEParameterLiteral: Codable, Hashable, Sendable {
  /// Ring degree N.
  public var degree: Int

  /// The primes of the ciphertext modulus Q, first to last; the last is dropped first.
  public var moduli: [UInt64]

  /// How ciphertexts are brought from one key to another; nil where they never are.
  public var keySwitching: KeySwitchingLiteral?

  /// What the set must withstand.
  public var security: SecurityLevel

  /// Writes down a set.
  public init(
    degree: Int, moduli: [UInt64], keySwitching: KeySwitchingLiteral? = nil, security: SecurityLevel = .classical128
  ) {
    self.degree = degree
    self.moduli = moduli
    self.keySwitching = keySwitching
    self.security = security
  }
}

/// SHA-256 of a canonical form of all parameters of a scheme: equal for objects that may be used together.
public struct ParameterDigest: Hashable, Sendable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  package init(bytes: [UInt8]) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// The digest of several sets that are used as one: of theirs, in their order.
  package init(ofSets digests: [ParameterDigest]) {
    let lines = ["tacit/parameters/v1", "CRT, sets \(digests.count)"] + digests.map(\.hexadecimal)
    self.init(bytes: Array(SHA256.hash(data: Array(lines.map { $0 + "\n" }.joined().utf8))))
  }

  /// Two lower-case digits a byte.
  private var hexadecimal: String {
    bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }

  /// The first eight hexadecimal digits, for messages.
  public var description: String { String(hexadecimal.prefix(8)) }
}

/// A checked parameter set of ring-LWE encryption over Z_Q[X]/(X^N + 1): uniform ternary secret, errors centred binomial
/// with η = 21 (standard deviation 3.24).
///
/// Immutable and shared; it owns the transforms' tables. Two sets are equal when their digests are.
public final class RLWEParameters: Sendable, Hashable {
  /// What was checked.
  public let literal: RLWEParameterLiteral

  /// The scheme and its own parameters in words, part of the digest: objects of different schemes do not mix.
  public let scheme: String

  /// Identifies the set on the wire.
  public let digest: ParameterDigest

  /// `bases[l − 1]` holds the first l primes.
  private let bases: [RNSBasis]

  /// The basis of all primes, with product Q.
  public var basis: RNSBasis { bases[bases.count - 1] }

  /// Ring degree N.
  public var degree: Int { literal.degree }

  /// How many primes there are.
  public var limbCount: Int { bases.count }

  /// Constants of key switching, where the set has it.
  package let keySwitching: KeySwitchingContext?

  /// The primes of Q and the special primes: what evaluation keys are written in.
  public var keyBasis: RNSBasis { keySwitching?.keyBasis(limbs: limbCount) ?? basis }

  /// Checks a set.
  ///
  /// - Parameters:
  ///   - literal: The degree, primes and security level.
  ///   - scheme: Names the scheme and the parameters it adds.
  ///   - instructionSet: Forces one kernel implementation, for tests and benchmarks; not part of the digest.
  /// - Throws: `ParameterError` where the ring cannot be built or the set is weaker than its level.
  public init(
    _ literal: RLWEParameterLiteral, scheme: String,
    instructionSet: KernelChoice = .automatic
  ) throws(ParameterError) {
    let basis: RNSBasis
    do throws(RingError) {
      basis = try RNSBasis(
        degree: literal.degree, moduli: literal.moduli, instructionSet: instructionSet.instructionSet)
    } catch {
      throw .ring(error)
    }
    let keySwitching: KeySwitchingContext?
    if let choice = literal.keySwitching {
      keySwitching = try KeySwitchingContext(choice, basis: basis, kernels: instructionSet)
    } else {
      keySwitching = nil
    }
    let largest = keySwitching?.keyBasis(limbs: basis.limbCount) ?? basis
    if literal.security != .uncheckedInsecure {
      guard let limit = SecurityTable.maximumModulusBits(degree: literal.degree, level: literal.security) else {
        throw .degreeWithoutEstimate(degree: literal.degree, level: literal.security)
      }
      guard largest.productBits <= limit else {
        throw .insecure(
          degree: literal.degree, modulusBits: largest.productBits, limit: limit, level: literal.security)
      }
    }
    self.literal = literal
    self.scheme = scheme
    self.keySwitching = keySwitching
    bases = (1...basis.limbCount).map { basis.prefix($0) }
    var hash = SHA256()
    hash.update(data: Array("tacit/parameters/v1\n\(scheme)\n\(literal.degree)\n".utf8))
    hash.update(data: Array("\(literal.security.rawValue)\nternary,cbd21\n".utf8))
    hash.update(data: Array(literal.moduli.map { "\($0)\n" }.joined().utf8))
    if let choice = literal.keySwitching { hash.update(data: Array(choice.canonicalText.utf8)) }
    digest = ParameterDigest(bytes: Array(hash.finalize()))
  }

  /// The basis of the first `limbs` primes.
  public func basis(limbs: Int) -> RNSBasis {
    precondition((1...bases.count).contains(limbs), "limb count out of range")
    return bases[limbs - 1]
  }

  /// Equal digests.
  public static func == (lhs: RLWEParameters, rhs: RLWEParameters) -> Bool {
    lhs === rhs || lhs.digest == rhs.digest
  }

  /// Hashes the digest.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(digest)
  }
}
