// SPDX-License-Identifier: Apache-2.0

internal import ModularArithmetic
internal import PolynomialRing

/// Encodes N integers modulo a prime t ≡ 1 mod 2N so that ring operations act on each of them.
///
/// The slots form two rows of N/2. Slot i of the first row is the value at ψ^(3^i), of the second at ψ^(−3^i), with ψ the
/// smallest primitive 2N-th root modulo t: the layout of SEAL, in which Galois automorphisms rotate the rows.
public struct BatchEncoder: Sendable {
  /// The set whose plaintexts it makes.
  public let parameters: BFVParameters

  /// N, the number of slots.
  public var slotCount: Int { parameters.degree }

  private let plan: NTTPlan

  /// `positions[slot]` is the slot's place in the evaluation order.
  private let positions: [Int]

  /// Prepares the slot layout.
  public init(parameters: BFVParameters) throws(EncodingError) {
    guard let plan = parameters.plaintextPlan else {
      throw .batchingUnsupported(plaintextModulus: parameters.plaintextModulus.value, degree: parameters.degree)
    }
    self.parameters = parameters
    self.plan = plan
    let degree = parameters.degree
    let logDegree = degree.trailingZeroBitCount
    var positionOfExponent = [Int](repeating: 0, count: 2 * degree)
    for position in 0..<degree {
      positionOfExponent[PolynomialKernels.nttExponent(logDegree: logDegree, position: position)] = position
    }
    var positions = [Int](repeating: 0, count: degree)
    var exponent = 1
    for slot in 0..<degree / 2 {
      positions[slot] = positionOfExponent[exponent]
      positions[slot + degree / 2] = positionOfExponent[2 * degree - exponent]
      exponent = exponent * 3 % (2 * degree)
    }
    self.positions = positions
  }

  /// Encodes up to N integers in (−t/2, t/2]; the other slots are zero.
  ///
  /// −t/2 is taken too, and comes back as t/2.
  public func encode(_ values: [Int64]) throws(EncodingError) -> BFVPlaintext {
    let t = Int64(parameters.plaintextModulus.value)
    if let slot = values.firstIndex(where: { $0 < -(t / 2) || $0 > t / 2 }) {
      throw .valueOutOfRange(index: slot, value: "\(values[slot])", allowed: "\(-(t / 2)) to \(t / 2)")
    }
    return try encode(residues: values.map { UInt64(bitPattern: $0 < 0 ? $0 + t : $0) })
  }

  /// Encodes up to N integers in [0, t); the other slots are zero.
  public func encode(unsigned values: [UInt64]) throws(EncodingError) -> BFVPlaintext {
    let t = parameters.plaintextModulus.value
    if let slot = values.firstIndex(where: { $0 >= t }) {
      throw .valueOutOfRange(index: slot, value: "\(values[slot])", allowed: "0 to \(t - 1)")
    }
    return try encode(residues: values)
  }

  private func encode(residues: [UInt64]) throws(EncodingError) -> BFVPlaintext {
    guard residues.count <= slotCount else { throw .tooManyValues(count: residues.count, capacity: slotCount) }
    let storage = AlignedStorage(count: slotCount)
    var words = storage.mutableWords(0..<slotCount)
    for (slot, residue) in residues.enumerated() { words[positions[slot]] = residue }
    plan.inverse(&words)
    return BFVPlaintext(parameters: parameters, storage: storage)
  }

  /// The N slots of a plaintext, in (−t/2, t/2].
  public func decode(_ plaintext: BFVPlaintext) -> [Int64] {
    let t = parameters.plaintextModulus.value
    return decodeUnsigned(plaintext).map { $0 > t / 2 ? Int64($0) - Int64(t) : Int64($0) }
  }

  /// The N slots of a plaintext, in [0, t).
  public func decodeUnsigned(_ plaintext: BFVPlaintext) -> [UInt64] {
    precondition(plaintext.parameters == parameters, "plaintext of other parameters")
    let storage = plaintext.storage.copy()
    var words = storage.mutableWords(0..<slotCount)
    plan.forward(&words)
    return positions.map { words[$0] }
  }
}
