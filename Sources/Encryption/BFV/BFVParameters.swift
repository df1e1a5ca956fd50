// SPDX-License-Identifier: Apache-2.0

internal import BigIntegers
public import ModularArithmetic
public import PolynomialRing
public import RLWE

/// A BFV parameter set as written down: not yet checked.
public struct BFVParameterLiteral: Codable, Hashable, Sendable {
  /// Ring degree N.
  public var degree: Int

  /// The primes of the ciphertext modulus Q, first to last; the last is dropped first.
  public var moduli: [UInt64]

  /// The plaintext modulus t, 2 … 2^60: a prime that is 1 modulo 2N for the batch encoder, any integer otherwise.
  public var plaintextModulus: UInt64

  /// The single prime that replies are switched down to; nil where no replies are made.
  public var replyModulus: UInt64?

  /// How products are relinearised and slots rotated; nil where neither is done.
  public var keySwitching: KeySwitchingLiteral?

  /// What the set must withstand.
  public var security: SecurityLevel

  /// Writes down a set.
  public init(
    degree: Int, moduli: [UInt64], plaintextModulus: UInt64, replyModulus: UInt64? = nil,
    keySwitching: KeySwitchingLiteral? = nil, security: SecurityLevel = .classical128
  ) {
    self.degree = degree
    self.moduli = moduli
    self.plaintextModulus = plaintextModulus
    self.replyModulus = replyModulus
    self.keySwitching = keySwitching
    self.security = security
  }
}

/// A checked parameter set of the Brakerski/Fan–Vercauteren scheme [Bra12, FV12].
///
/// A message m modulo t is encrypted as round(Q·m/t) [KPZ21, section 3.1], never as floor(Q/t)·m, whose noise would tell
/// the key holder how often a sum of ciphertexts wrapped around t.
public final class BFVParameters: Sendable, Hashable {
  /// What was checked.
  public let literal: BFVParameterLiteral

  /// The ring, keys and security below the scheme.
  public let rlwe: RLWEParameters

  /// The plaintext modulus t with its constants.
  public let plaintextModulus: Modulus

  /// The basis of the single reply prime.
  public let replyBasis: RNSBasis?

  /// Constants for each number of primes.
  let levels: [BFVLevel]

  /// Constants of t / q′ for decrypting replies.
  let replyScaler: RNSScaler?

  /// Constants of multiplication, for sets with key switching.
  let multiplication: BFVMultiplicationContext?

  /// The transform modulo t, where there is one.
  let plaintextPlan: NTTPlan?

  /// Ring degree N.
  public var degree: Int { rlwe.degree }

  /// Whether t is a prime that is 1 modulo 2N, so that plaintexts have N slots.
  public var supportsBatching: Bool { plaintextPlan != nil }

  /// Checks a set.
  ///
  /// - Throws: `ParameterError` where the ring cannot be built, the set is weaker than its level, t is out of range or not
  ///   coprime to the primes, or the reply prime is unusable.
  public init(_ literal: BFVParameterLiteral, kernels: KernelChoice = .automatic) throws(ParameterError) {
    let t = literal.plaintextModulus
    guard (2...1 << 60).contains(t) else { throw .plaintextModulus(t, reason: "must lie between 2 and 2^60") }
    let reply = literal.replyModulus.map { ", reply modulus \($0)" } ?? ""
    rlwe = try RLWEParameters(
      RLWEParameterLiteral(
        degree: literal.degree, moduli: literal.moduli, keySwitching: literal.keySwitching,
        security: literal.security),
      scheme: "BFV, plaintext modulus \(t)\(reply)", instructionSet: kernels)
    guard !literal.moduli.contains(where: { t % $0 == 0 }) else {
      throw .plaintextModulus(t, reason: "must have no prime in common with the ciphertext modulus")
    }
    guard BigInteger(t) * 2 < rlwe.basis.product else {
      throw .plaintextModulus(t, reason: "must be less than half the ciphertext modulus")
    }
    self.literal = literal
    plaintextModulus = Modulus(t)
    if let value = literal.replyModulus {
      guard value < 1 << 61, value / 2 > t else {
        throw .replyModulus(value, reason: "must lie between 2t and 2^61")
      }
      do throws(RingError) {
        // A reply prime may be wider than the kernels asked for take; then the fastest that take it.
        let forced = kernels.instructionSet(for: value)
        replyBasis = try RNSBasis(degree: literal.degree, moduli: [value], instructionSet: forced)
      } catch {
        throw .replyModulus(value, reason: error.description)
      }
    } else {
      replyBasis = nil
    }
    replyScaler = replyBasis.map { RNSScaler(basis: $0, target: t) }
    levels = (1...rlwe.limbCount).map { [rlwe] in
      BFVLevel(basis: rlwe.basis(limbs: $0), plaintextModulus: t, replyModulus: literal.replyModulus)
    }
    plaintextPlan = try? NTTPlan(degree: literal.degree, modulus: plaintextModulus)
    multiplication =
      literal.keySwitching == nil
      ? nil : try BFVMultiplicationContext(rlwe: rlwe, plaintextModulus: t, kernels: kernels)
  }

  /// The primes of P, by which products of ciphertexts of `limbs` primes are divided; nil without key switching.
  package func multiplicationPlans(limbs: Int) -> [NTTPlan]? {
    multiplication.map { Array($0.level(limbs: limbs).plans[limbs...]) }
  }

  /// log2 of the largest noise that still decrypts at `limbs` primes: Q / 2t.
  public func log2NoiseCapacity(limbs: Int) -> Double {
    levels[limbs - 1].basis.log2Product - 1 - log2PlaintextModulus
  }

  /// log2 of the largest noise that a reply may carry.
  public var log2ReplyNoiseCapacity: Double? {
    replyBasis.map { $0.log2Product - 1 - log2PlaintextModulus }
  }

  /// log2 t.
  var log2PlaintextModulus: Double { BigInteger(plaintextModulus.value).log2 }

  /// Equal digests.
  public static func == (lhs: BFVParameters, rhs: BFVParameters) -> Bool { lhs.rlwe == rhs.rlwe }

  /// Hashes the digest.
  public func hash(into hasher: inout Hasher) { hasher.combine(rlwe) }
}

/// Constants of one number of primes with product Q.
struct BFVLevel: Sendable {
  let basis: RNSBasis

  /// floor(Q / t) modulo each prime.
  let delta: [UInt64]

  /// Q mod t.
  let remainder: UInt64

  /// x ↦ round(t·x / Q) mod t: decryption.
  let decryption: RNSScaler

  /// x ↦ round(q′·x / Q) mod q′: switching to the reply prime.
  let reply: RNSScaler?

  init(basis: RNSBasis, plaintextModulus t: UInt64, replyModulus: UInt64?) {
    self.basis = basis
    let (quotient, rest) = basis.product.floorQuotientAndRemainder(dividingBy: BigInteger(t))
    delta = basis.moduli.map { quotient.residue(modulo: $0.value) }
    remainder = rest.residue(modulo: t)
    decryption = RNSScaler(basis: basis, target: t)
    reply = replyModulus.map { RNSScaler(basis: basis, target: $0) }
  }
}
