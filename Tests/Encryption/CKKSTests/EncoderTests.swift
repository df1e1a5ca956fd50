// SPDX-License-Identifier: Apache-2.0

import ComplexModule
import PolynomialRing
import RLWE
import RealModule
import TestSupport
import Testing

@testable import CKKS

@Suite struct EncoderTests {
  private func encoder(degree: Int) throws -> CKKSEncoder {
    let literal = CKKSParameterLiteral(
      degree: degree, baseModuli: [1_152_921_504_606_584_833], levelModuli: [], scale: 0x1p40,
      security: .uncheckedInsecure)
    return CKKSEncoder(parameters: try CKKSParameters(literal))
  }

  /// The coefficients of a plaintext.
  private func coefficients(_ plaintext: CKKSPlaintext) -> [Double] {
    let storage = plaintext.storage
    let words = storage.doubles(0..<storage.count)
    return words.indices.map { words[$0] }
  }

  /// The polynomial's value at exp(2πi·exponent/2N).
  private func value(_ coefficients: [Double], at exponent: Int) -> Complex<Double> {
    let order = 2 * coefficients.count
    return coefficients.indices.reduce(Complex<Double>.zero) { sum, k in
      let phase = 2 * Double.pi * Double(k * exponent % order) / Double(order)
      return sum + Complex(coefficients[k] * .cos(phase), coefficients[k] * .sin(phase))
    }
  }

  /// What the encoder promises: 4·log2(n)·2^−53 of the Euclidean norm, each way.
  private func tolerance(_ values: [Complex<Double>]) -> Double {
    let norm = values.reduce(0) { $0 + $1.length * $1.length }.squareRoot()
    return 2 * 4 * Double.log2(Double(max(values.count, 2))) * 0x1p-53 * norm
  }

  @Test(arguments: [8, 16, 32, 64])
  func slotsAreValuesAtTheRoots(_ degree: Int) throws {
    let encoder = try encoder(degree: degree)
    var generator = TestGenerator(seed: 0xE0C)
    for size in [1e-9, 1, 1e12] {
      let values = (0..<degree / 2).map { _ in
        Complex(Double.random(in: -size...size, using: &generator), .random(in: -size...size, using: &generator))
      }
      let plaintext = try encoder.encode(values)
      let coefficients = coefficients(plaintext)
      var power = 1
      for slot in values.indices {
        #expect((value(coefficients, at: power) - values[slot]).length <= 40 * tolerance(values), "slot \(slot)")
        // Real polynomials: the conjugate at the conjugate root.
        #expect(
          (value(coefficients, at: 2 * degree - power) - values[slot].conjugate).length <= 40 * tolerance(values))
        power = power * 3 % (2 * degree)
      }
      #expect(plaintext.magnitude == values.map(\.length).max())
      #expect(coefficients.allSatisfy { abs($0) <= plaintext.magnitude * (1 + 0x1p-40) })
    }
  }

  @Test(arguments: [8, 64, 4096, 16384, 65536])
  func numbersComeBack(_ degree: Int) throws {
    let encoder = try encoder(degree: degree)
    var generator = TestGenerator(seed: 0xE0D)
    for size in [0x1p-600, 1e-3, 1, 1e9, 0x1p600] {
      let values = (0..<degree / 2).map { _ in
        Complex(
          length: Double.random(in: 0...1, using: &generator) * size, phase: .random(in: 0...6.28, using: &generator))
      }
      let decoded = encoder.decodeComplex(try encoder.encode(values))
      let worst = zip(decoded, values).reduce(0) { max($0, ($1.0 - $1.1).length) }
      #expect(
        worst <= tolerance(values.map { Complex($0.real / size, $0.imaginary / size) }) * size, "of at most \(size)")
      let real = values.map(\.real)
      let decodedReal = encoder.decode(try encoder.encode(real))
      let worstReal = zip(decodedReal, real).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worstReal <= tolerance(values.map { Complex($0.real / size, $0.imaginary / size) }) * size)
    }
  }

  @Test func shortAndConstantVectors() throws {
    let encoder = try encoder(degree: 64)
    let short = encoder.decodeComplex(try encoder.encode([3, -4] as [Double]))
    #expect(short.count == 32)
    for (slot, value) in short.enumerated() {
      #expect((value - [Complex(3, 0), Complex(-4, 0)][slot < 2 ? slot : 0]).length < 1e-13 || slot >= 2)
      if slot >= 2 { #expect(value.length < 1e-13) }
    }
    for constant in [0, -0.0, 1, -2.5, 1e100, .leastNonzeroMagnitude, 0x1p640] {
      let plaintext = try encoder.encode(constant: constant)
      #expect(plaintext.magnitude == constant.magnitude)
      #expect(encoder.decode(plaintext).allSatisfy { abs($0 - constant) <= constant.magnitude * 1e-14 })
    }
    #expect(encoder.decode(try encoder.encode([] as [Double])).allSatisfy { $0 == 0 })
    #expect(try encoder.encode([] as [Complex<Double>]).magnitude == 0)
  }

  @Test func whatCannotBeEncoded() throws {
    let encoder = try encoder(degree: 64)
    let one = [Double](repeating: 1, count: 33)
    #expect(throws: CKKSEncodingError.tooManyValues(count: 33, capacity: 32)) { try encoder.encode(one) }
    #expect(throws: CKKSEncodingError.tooManyValues(count: 33, capacity: 32)) {
      try encoder.encode(one.map { Complex($0, 0) })
    }
    for bad in [Double.nan, .infinity, -.infinity, .signalingNaN] {
      for index in [0, 5, 31] {
        var values = [Double](repeating: 1, count: 32)
        values[index] = bad
        #expect(throws: CKKSEncodingError.notFinite(index: index)) { try encoder.encode(values) }
        var complex = values.map { Complex($0, 0) }
        #expect(throws: CKKSEncodingError.notFinite(index: index)) { try encoder.encode(complex) }
        complex[index] = Complex(0, bad)
        #expect(throws: CKKSEncodingError.notFinite(index: index)) { try encoder.encode(complex) }
      }
      #expect(throws: CKKSEncodingError.notFinite(index: 0)) { try encoder.encode(constant: bad) }
    }
    // Finite, and so large that sums of them are not.
    let huge = [Double](repeating: .greatestFiniteMagnitude, count: 32)
    #expect(throws: CKKSEncodingError.tooLarge(magnitude: .greatestFiniteMagnitude)) { try encoder.encode(huge) }
    #expect(throws: CKKSEncodingError.tooLarge(magnitude: .infinity)) {
      try encoder.encode(huge.map { Complex($0, $0) })
    }
    #expect(throws: CKKSEncodingError.tooLarge(magnitude: 1e300)) { try encoder.encode(constant: -1e300) }
    for (error, words) in [
      (
        .tooManyValues(count: 33, capacity: 32), ["33 numbers", "32 slots", "larger ring degree", "several plaintexts"]
      ),
      (.notFinite(index: 3), ["index 3", "not a number", "encode finite"]),
      (.tooLarge(magnitude: 1e300), ["1e+300", "2^640", "divide"]),
    ] as [(CKKSEncodingError, [String])] {
      for word in words { #expect(error.description.contains(word), "\(error)") }
    }
  }
}
