// SPDX-License-Identifier: Apache-2.0

public import ComplexModule
internal import ModularArithmetic
internal import PolynomialRing
public import RealModule

/// Turns numbers into plaintexts and back.
///
/// Slot i of a polynomial is its value at ζ^(3^i), with ζ = exp(2πi/2N): the layout of SEAL, in which Galois automorphisms
/// rotate the slots. The error is that of doubles: below 4·log2(N/2)·2^−53 of the Euclidean norm of the slots.
public struct CKKSEncoder: Sendable {
  /// The set whose plaintexts it makes.
  public let parameters: CKKSParameters

  /// Larger numbers fit under no modulus at any scale; the sums of the transforms stay finite below it.
  static let largest = 0x1p640

  /// N/2.
  public var slotCount: Int { parameters.slotCount }

  /// An encoder for `parameters`.
  public init(parameters: CKKSParameters) {
    self.parameters = parameters
  }

  /// Up to N/2 real numbers; the other slots are zero.
  public func encode(_ values: [Double]) throws(CKKSEncodingError) -> CKKSPlaintext {
    try requireCount(values.count)
    return try encode(magnitude: parameters.embedding.backend.largestMagnitude(values.span)) { slots in
      for index in 0..<values.count { slots[index] = values[index] }
    }
  }

  /// Up to N/2 complex numbers; the other slots are zero.
  public func encode(_ values: [Complex<Double>]) throws(CKKSEncodingError) -> CKKSPlaintext {
    try requireCount(values.count)
    let half = slotCount
    let magnitude = values.reduce(0.0) { $1.length > $0 || $1.length.isNaN ? $1.length : $0 }
    return try encode(magnitude: magnitude) { slots in
      for index in 0..<values.count {
        slots[index] = values[index].real
        slots[index + half] = values[index].imaginary
      }
    }
  }

  /// One real number in every slot: no transform.
  public func encode(constant value: Double) throws(CKKSEncodingError) -> CKKSPlaintext {
    guard value.isFinite else { throw .notFinite(index: 0) }
    guard value.magnitude <= Self.largest else { throw .tooLarge(magnitude: value.magnitude) }
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
    var coefficients = storage.mutableDoubles(0..<parameters.degree)
    coefficients[0] = value
    return CKKSPlaintext(parameters: parameters, magnitude: value.magnitude, storage: storage)
  }

  /// The real parts of the N/2 slots.
  public func decode(_ plaintext: CKKSPlaintext) -> [Double] {
    let storage = slots(of: plaintext)
    let values = storage.doubles(0..<slotCount)
    return values.indices.map { values[$0] }
  }

  /// The N/2 slots.
  public func decodeComplex(_ plaintext: CKKSPlaintext) -> [Complex<Double>] {
    let half = slotCount
    let storage = slots(of: plaintext)
    let values = storage.doubles(0..<2 * half)
    return (0..<half).map { Complex(values[$0], values[$0 + half]) }
  }

  private func requireCount(_ count: Int) throws(CKKSEncodingError) {
    guard count <= slotCount else { throw .tooManyValues(count: count, capacity: slotCount) }
  }

  private func encode(
    magnitude: Double, _ fill: (inout MutableSpan<Double>) -> Void
  ) throws(CKKSEncodingError) -> CKKSPlaintext {
    let storage = AlignedStorage(count: parameters.degree, zeroising: true)
    var data = storage.mutableDoubles(0..<parameters.degree)
    fill(&data)
    guard magnitude <= Self.largest else {
      guard let index = data.indices.first(where: { !data[$0].isFinite }) else { throw .tooLarge(magnitude: magnitude) }
      throw .notFinite(index: index % slotCount)
    }
    parameters.embedding.inverse(&data, scratch: parameters.embedding.makeScratch())
    return CKKSPlaintext(parameters: parameters, magnitude: magnitude, storage: storage)
  }

  /// The real parts of the N/2 slots, then their imaginary parts, in memory that is overwritten when it goes.
  func slots(of plaintext: CKKSPlaintext) -> AlignedStorage {
    precondition(plaintext.parameters == parameters, "plaintext of other parameters")
    let storage = plaintext.storage.copy()
    var data = storage.mutableDoubles(0..<storage.count)
    parameters.embedding.forward(&data, scratch: parameters.embedding.makeScratch())
    return storage
  }
}

/// Why numbers cannot be encoded.
public enum CKKSEncodingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// More numbers than there are slots.
  case tooManyValues(count: Int, capacity: Int)
  /// A number is infinite, or none.
  case notFinite(index: Int)
  /// A number is larger than fits at any scale.
  case tooLarge(magnitude: Double)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .tooManyValues(let count, let capacity):
      "\(count) numbers are more than the \(capacity) slots of a plaintext; take a larger ring degree, or several plaintexts"
    case .notFinite(let index):
      "the number at index \(index) is infinite or not a number; encode finite ones"
    case .tooLarge(let magnitude):
      "a number of absolute value \(magnitude), above 2^640: no modulus has room for it; divide the numbers by their size first"
    }
  }
}
