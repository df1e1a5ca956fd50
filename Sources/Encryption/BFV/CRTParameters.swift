// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
public import RLWE

/// Several BFV sets over one ring whose plaintext moduli t₁ … t_k stand for one large modulus M = t₁·…·t_k.
///
/// A message modulo M is k messages modulo tᵢ (Chinese remainder theorem), and what is computed on each of them is computed on
/// it. With k small moduli the noise of a product grows by the factor of one tᵢ, not of M.
public struct CRTParameters: Sendable, Hashable {
  /// One set for each modulus, equal in all else.
  public let components: [BFVParameters]

  /// M, below 2^127.
  public let modulus: Int128

  /// Identifies the sets and their order on the wire.
  public let digest: ParameterDigest

  /// (t₁·…·tᵢ₋₁)⁻¹ modulo tᵢ.
  private let inverses: [UInt64]

  /// Checks that the sets go together.
  ///
  /// - Throws: `ParameterError.plaintextModulus` where there is none, they differ in more than the plaintext modulus, two moduli
  ///   have a factor in common, or M is too large.
  public init(_ components: [BFVParameters]) throws(ParameterError) {
    guard let first = components.first else {
      throw .plaintextModulus(1, reason: "must be the product of at least one set's")
    }
    var product: Int128 = 1
    var inverses: [UInt64] = []
    for component in components {
      let t = component.plaintextModulus
      guard component.rlwe.literal == first.rlwe.literal else {
        throw .plaintextModulus(
          t.value, reason: "belongs to a set whose ring, primes or key switching differ from those of the first")
      }
      guard let inverse = t.inverse(of: UInt64(product % Int128(t.value))) else {
        throw .plaintextModulus(t.value, reason: "must have no factor in common with the other plaintext moduli")
      }
      let (next, overflows) = product.multipliedReportingOverflow(by: Int128(t.value))
      guard !overflows else {
        throw .plaintextModulus(t.value, reason: "makes the product of the plaintext moduli larger than 2^127")
      }
      inverses.append(inverse)
      product = next
    }
    self.components = components
    self.inverses = inverses
    modulus = product
    digest = ParameterDigest(ofSets: components.map(\.rlwe.digest))
  }

  /// The sets that differ from `literal` in their plaintext modulus, one for each of `plaintextModuli`.
  public init(
    _ literal: BFVParameterLiteral, plaintextModuli: [UInt64], kernels: KernelChoice = .automatic
  ) throws(ParameterError) {
    var components: [BFVParameters] = []
    for t in plaintextModuli {
      var own = literal
      own.plaintextModulus = t
      components.append(try BFVParameters(own, kernels: kernels))
    }
    try self.init(components)
  }

  /// Equal sets in the same order.
  public static func == (lhs: CRTParameters, rhs: CRTParameters) -> Bool { lhs.components == rhs.components }

  /// Hashes the sets.
  public func hash(into hasher: inout Hasher) { hasher.combine(components) }

  /// Throws unless the two are the same.
  func check(_ other: CRTParameters) throws(RLWEError) {
    guard self != other else { return }
    let (own, found) = (components.map(\.rlwe.digest), other.components.map(\.rlwe.digest))
    // The first that differ; the last, where one has more sets than the other.
    let place = zip(own, found).map { $0 != $1 }.firstIndex(of: true)
    throw .parametersMismatch(
      expected: own[place ?? own.count - 1], found: found[place ?? found.count - 1])
  }

  /// Throws unless there is one of something for each set.
  func checkCount(_ count: Int) throws(RLWEError) {
    guard count == components.count else { throw .partCountMismatch(moduli: components.count, parts: count) }
  }

  /// The residues of integers in (−M/2, M/2], a row for each modulus.
  func residues(of values: [Int128], capacity: Int) throws(EncodingError) -> [[UInt64]] {
    guard values.count <= capacity else { throw .tooManyValues(count: values.count, capacity: capacity) }
    let allowed = -((modulus - 1) / 2)...modulus / 2
    for (index, value) in values.enumerated() where !allowed.contains(value) {
      throw .valueOutOfRange(
        index: index, value: "\(value)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return components.map { component in
      let t = Int128(component.plaintextModulus.value)
      return values.map { value in
        let rest = value % t
        return UInt64(rest < 0 ? rest + t : rest)
      }
    }
  }

  /// The integers in (−M/2, M/2] with these residues.
  func values(of residues: [[UInt64]]) -> [Int128] {
    let moduli = components.map(\.plaintextModulus)
    return (0..<(residues.first?.count ?? 0)).map { k in
      // Mixed radix: digit i counts multiples of t₁·…·tᵢ₋₁.
      var value: Int128 = 0
      var radix: Int128 = 1
      for (index, t) in moduli.enumerated() {
        let known = UInt64(value % Int128(t.value))
        value += radix * Int128(t.multiply(t.subtract(residues[index][k], known), inverses[index]))
        radix = index + 1 < moduli.count ? radix * Int128(t.value) : radix
      }
      return value > modulus / 2 ? value - modulus : value
    }
  }
}

/// A polynomial modulo M, as one plaintext for each modulus.
public struct CRTPlaintext: Sendable, Equatable {
  /// The sets it belongs to.
  public let parameters: CRTParameters

  /// One plaintext for each set.
  public let parts: [BFVPlaintext]

  init(parameters: CRTParameters, parts: [BFVPlaintext]) {
    self.parameters = parameters
    self.parts = parts
  }

  /// A polynomial from its first coefficients, in (−M/2, M/2]; the others are zero.
  public init(coefficients: [Int128], parameters: CRTParameters) throws(EncodingError) {
    let rows = try parameters.residues(of: coefficients, capacity: parameters.components[0].degree)
    var parts: [BFVPlaintext] = []
    for (component, row) in zip(parameters.components, rows) {
      parts.append(try BFVPlaintext(coefficients: row, parameters: component))
    }
    self.init(parameters: parameters, parts: parts)
  }

  /// The N coefficients in (−M/2, M/2].
  public var coefficients: [Int128] { parameters.values(of: parts.map(\.coefficients)) }
}

/// Encodes N integers modulo M where every modulus has slots.
public struct CRTBatchEncoder: Sendable {
  /// The sets whose plaintexts it makes.
  public let parameters: CRTParameters

  private let encoders: [BatchEncoder]

  /// Prepares the slot layouts.
  public init(parameters: CRTParameters) throws(EncodingError) {
    var encoders: [BatchEncoder] = []
    for component in parameters.components { encoders.append(try BatchEncoder(parameters: component)) }
    self.parameters = parameters
    self.encoders = encoders
  }

  /// Encodes up to N integers in (−M/2, M/2]; the other slots are zero.
  public func encode(_ values: [Int128]) throws(EncodingError) -> CRTPlaintext {
    let rows = try parameters.residues(of: values, capacity: parameters.components[0].degree)
    var parts: [BFVPlaintext] = []
    for (encoder, row) in zip(encoders, rows) { parts.append(try encoder.encode(unsigned: row)) }
    return CRTPlaintext(parameters: parameters, parts: parts)
  }

  /// The N slots of a plaintext, in (−M/2, M/2].
  public func decode(_ plaintext: CRTPlaintext) -> [Int128] {
    precondition(plaintext.parameters == parameters, "plaintext of other parameters")
    return parameters.values(of: zip(encoders, plaintext.parts).map { $0.decodeUnsigned($1) })
  }
}
