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

  /// `positions[slot]` is the slot's place in the evaluation order, `slots[position]` the slot that stands there.
  private let positions: [UInt32]
  private let slots: [UInt32]

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
    var positions = [UInt32](repeating: 0, count: degree)
    var exponent = 1
    for slot in 0..<degree / 2 {
      positions[slot] = UInt32(positionOfExponent[exponent])
      positions[slot + degree / 2] = UInt32(positionOfExponent[2 * degree - exponent])
      exponent = exponent * 3 % (2 * degree)
    }
    self.positions = positions
    var slots = [UInt32](repeating: 0, count: degree)
    for (slot, position) in positions.enumerated() { slots[Int(position)] = UInt32(slot) }
    self.slots = slots
  }

  /// Encodes up to N integers in (−t/2, t/2]; the other slots are zero.
  public func encode(_ values: [Int64]) throws(EncodingError) -> BFVPlaintext {
    let t = Int64(parameters.plaintextModulus.value)
    let largest = t / 2
    return try encode(count: values.count) { row throws(EncodingError) in
      // Without a branch, so that the loop becomes vectors: negative where a value is outside.
      var outside: Int64 = 0
      for slot in values.indices {
        let value = values[slot]
        outside |= (value &+ largest) | (largest &- value)
        row[slot] = UInt64(bitPattern: value &+ (value >> 63 & t))
      }
      if outside < 0, let slot = values.firstIndex(where: { $0 < -largest || $0 > largest }) {
        throw .valueOutOfRange(index: slot, value: "\(values[slot])", allowed: "\(-largest) to \(largest)")
      }
    }
  }

  /// Encodes up to N integers in [0, t); the other slots are zero.
  public func encode(unsigned values: [UInt64]) throws(EncodingError) -> BFVPlaintext {
    let t = parameters.plaintextModulus.value
    if let slot = values.firstIndex(where: { $0 >= t }) {
      throw .valueOutOfRange(index: slot, value: "\(values[slot])", allowed: "0 to \(t - 1)")
    }
    return try encode(count: values.count) { row throws(EncodingError) in
      for slot in values.indices { row[slot] = values[slot] }
    }
  }

  /// The N slots of a plaintext, in (−t/2, t/2].
  public func decode(_ plaintext: BFVPlaintext) -> [Int64] {
    let storage = slots(of: plaintext)
    let centred = AlignedStorage(uninitializedCount: slotCount, zeroising: true)
    var words = centred.mutableWords(0..<slotCount)
    PolynomialKernels.centre(&words, storage.words(0..<slotCount), modulo: parameters.plaintextModulus)
    let result = words.span
    return (0..<slotCount).map { Int64(bitPattern: result[$0]) }
  }

  /// The N slots of a plaintext, in [0, t).
  public func decodeUnsigned(_ plaintext: BFVPlaintext) -> [UInt64] {
    let storage = slots(of: plaintext)
    let words = storage.words(0..<slotCount)
    return (0..<slotCount).map { words[$0] }
  }

  /// A plaintext of slots that `fill` writes as residues, zeros before.
  private func encode(
    count: Int, _ fill: (inout MutableSpan<UInt64>) throws(EncodingError) -> Void
  ) throws(EncodingError) -> BFVPlaintext {
    guard count <= slotCount else { throw .tooManyValues(count: count, capacity: slotCount) }
    let row = AlignedStorage(count: slotCount, zeroising: true)
    var residues = row.mutableWords(0..<slotCount)
    try fill(&residues)
    let storage = AlignedStorage(uninitializedCount: slotCount, zeroising: true)
    var words = storage.mutableWords(0..<slotCount)
    plan.backend.permute(&words, residues.span, by: slots)
    plan.inverse(&words)
    return BFVPlaintext(parameters: parameters, storage: storage)
  }

  /// The slots as residues.
  private func slots(of plaintext: BFVPlaintext) -> AlignedStorage {
    precondition(plaintext.parameters == parameters, "plaintext of other parameters")
    let evaluations = plaintext.storage.copy()
    var words = evaluations.mutableWords(0..<slotCount)
    plan.forward(&words)
    let result = AlignedStorage(uninitializedCount: slotCount, zeroising: true)
    var slots = result.mutableWords(0..<slotCount)
    plan.backend.permute(&slots, words.span, by: positions)
    return result
  }
}
