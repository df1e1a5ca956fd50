// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing
public import RLWE

/// A message: a polynomial of N coefficients modulo t.
public struct BFVPlaintext: Sendable {
  /// The set it belongs to.
  public let parameters: BFVParameters

  /// N words in [0, t).
  let storage: AlignedStorage

  init(parameters: BFVParameters, storage: AlignedStorage) {
    self.parameters = parameters
    self.storage = storage
  }

  /// A polynomial from its first coefficients, in [0, t); the others are zero.
  public init(coefficients: [UInt64], parameters: BFVParameters) throws(EncodingError) {
    guard coefficients.count <= parameters.degree else {
      throw .tooManyValues(count: coefficients.count, capacity: parameters.degree)
    }
    let t = parameters.plaintextModulus.value
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
    var words = storage.mutableWords(0..<parameters.degree)
    for (index, value) in coefficients.enumerated() {
      guard value < t else { throw .valueOutOfRange(index: index, value: "\(value)", allowed: "0 to \(t - 1)") }
      words[index] = value
    }
    self.init(parameters: parameters, storage: storage)
  }

  /// A polynomial from its first coefficients, in (−t/2, t/2]; the others are zero.
  public init(signedCoefficients: [Int64], parameters: BFVParameters) throws(EncodingError) {
    guard signedCoefficients.count <= parameters.degree else {
      throw .tooManyValues(count: signedCoefficients.count, capacity: parameters.degree)
    }
    let t = Int64(parameters.plaintextModulus.value)
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
    var words = storage.mutableWords(0..<parameters.degree)
    for (index, value) in signedCoefficients.enumerated() {
      guard value > -(t + 1) / 2, value <= t / 2 else {
        throw .valueOutOfRange(index: index, value: "\(value)", allowed: "\(-((t - 1) / 2)) to \(t / 2)")
      }
      words[index] = UInt64(bitPattern: value < 0 ? value + t : value)
    }
    self.init(parameters: parameters, storage: storage)
  }

  /// The N coefficients in [0, t).
  public var coefficients: [UInt64] {
    let words = storage.words(0..<storage.count)
    return words.indices.map { words[$0] }
  }

  /// The N coefficients in (−t/2, t/2].
  public var signedCoefficients: [Int64] {
    let t = parameters.plaintextModulus.value
    return coefficients.map { $0 > t / 2 ? Int64($0) - Int64(t) : Int64($0) }
  }

  /// round(Q·m/t) modulo the first `limbs` primes [KPZ21, section 3.1], of the first `count` coefficients (all of them
  /// if nil; the others of the result are zero).
  ///
  /// Constant time in the coefficients.
  func scaled(limbs: Int, count: Int? = nil) -> RNSPolynomial<Coefficient> {
    let level = parameters.levels[limbs - 1]
    let range = 0..<(count ?? storage.count)
    let message = storage.words(range)
    let correction = AlignedStorage(count: range.count, zeroising: true)
    var words = correction.mutableWords(range)
    PolynomialKernels.scaleRemainder(
      &words, message, remainder: level.remainder, modulo: parameters.plaintextModulus)
    var result = RNSPolynomial<Coefficient>(zeroIn: level.basis)
    for index in 0..<limbs {
      var limb = result.mutableLimb(index)
      var part = limb._mutatingExtracting(range)
      PolynomialKernels.scaleAccumulate(
        &part, message: message, correction: words.span, delta: level.delta[index],
        modulo: level.basis.moduli[index])
    }
    return result
  }

  /// The plaintext as bytes.
  public func serialized() -> [UInt8] {
    var writer = WireWriter(kind: .plaintext, digest: parameters.rlwe.digest)
    appendBody(to: &writer)
    return writer.bytes
  }

  /// Reads a plaintext of `parameters`.
  public init(serialized bytes: [UInt8], parameters: BFVParameters) throws(WireError) {
    var reader = WireReader(bytes)
    _ = try reader.readHeader(kind: .plaintext, digest: parameters.rlwe.digest)
    try self.init(body: &reader, parameters: parameters)
    try reader.finish()
  }

  /// Appends the coefficients alone.
  func appendBody(to writer: inout WireWriter) {
    writer.append(packing: storage.words(0..<storage.count), bits: parameters.plaintextBits)
  }

  /// Reads what `appendBody` wrote.
  init(body reader: inout WireReader, parameters: BFVParameters) throws(WireError) {
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
    var words = storage.mutableWords(0..<parameters.degree)
    try reader.unpack(
      into: &words, bits: parameters.plaintextBits, below: parameters.plaintextModulus.value, field: "a coefficient")
    self.init(parameters: parameters, storage: storage)
  }

  /// How many bytes `appendBody` writes.
  static func bodyByteCount(parameters: BFVParameters) -> Int { (parameters.degree * parameters.plaintextBits + 7) / 8 }
}

extension BFVParameters {
  /// Bits that hold any value below t.
  var plaintextBits: Int { 64 - (plaintextModulus.value - 1).leadingZeroBitCount }
}

extension BFVPlaintext: Equatable {
  /// Equal parameters and coefficients.
  ///
  /// Variable time.
  public static func == (lhs: BFVPlaintext, rhs: BFVPlaintext) -> Bool {
    lhs.parameters == rhs.parameters && lhs.coefficients == rhs.coefficients
  }
}

/// Why values cannot be encoded.
public enum EncodingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// More values than a plaintext holds.
  case tooManyValues(count: Int, capacity: Int)
  /// A value that the plaintext modulus cannot hold.
  case valueOutOfRange(index: Int, value: String, allowed: String)
  /// The plaintext modulus has no slots.
  case batchingUnsupported(plaintextModulus: UInt64, degree: Int)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .tooManyValues(let count, let capacity):
      "\(count) values are more than the \(capacity) that a plaintext holds; take a larger ring degree, or several plaintexts"
    case .valueOutOfRange(let index, let value, let allowed):
      "the value at index \(index) is \(value), and the plaintext modulus allows \(allowed); take a larger plaintext modulus, or "
        + "reduce the value"
    case .batchingUnsupported(let modulus, let degree):
      "the plaintext modulus \(modulus) has no slots: batching needs a prime that is 1 modulo \(2 * degree); plan parameters with "
        + "a modulus of slots (.slots(bits:)), or encode coefficients"
    }
  }
}
