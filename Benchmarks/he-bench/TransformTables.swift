// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing

/// What a kernel for one limb needs: a backend, a prime, and the tables of its transform.
///
/// `NTTPlan` keeps its tables to itself; the lazy transform is only for those who have them.
final class TransformTables: Sendable {
  let backend: KernelBackend
  let degree: Int
  let modulus: Modulus
  fileprivate let tables: AlignedStorage

  /// Bytes that one direction of a transform reads besides the polynomial: half of the tables.
  var bytesRead: Int { tables.count * 8 / 2 }

  /// Fills the tables; requires: a prime ≡ 1 modulo 2N.
  init(backend: KernelBackend, degree: Int, modulus: Modulus) {
    guard let root = RootsOfUnity.minimalPrimitive(order: UInt64(2 * degree), modulo: modulus) else {
      preconditionFailure("\(modulus) is no prime for transforms of \(degree) residues")
    }
    let logDegree = degree.trailingZeroBitCount
    let tables = AlignedStorage(count: backend.nttTableWords(logDegree: logDegree))
    var words = tables.mutableWords(0..<tables.count)
    backend.fillNTTTables(&words, logDegree: logDegree, modulo: modulus, root: root)
    self.backend = backend
    self.degree = degree
    self.modulus = modulus
    self.tables = tables
  }

  /// Words of a packed key of `terms` pairs of polynomials.
  func keyWords(terms: Int) -> Int { backend.packedKeyWords(terms: terms, count: degree, modulo: modulus) }

  /// To evaluations, in place, canonical.
  func forward(_ data: inout MutableSpan<UInt64>) {
    let tables = tables
    backend.nttForward(&data, modulo: modulus, tables: tables.words(0..<tables.count))
  }

  /// To evaluations, in place, lazy.
  func forwardLazy(_ data: inout MutableSpan<UInt64>) {
    let tables = tables
    backend.nttForwardLazy(&data, modulo: modulus, tables: tables.words(0..<tables.count))
  }

  /// To coefficients, in place.
  func inverse(_ data: inout MutableSpan<UInt64>) {
    let tables = tables
    backend.nttInverse(&data, modulo: modulus, tables: tables.words(0..<tables.count))
  }

  /// To coefficients times a constant, in place.
  func inverseScaled(_ data: inout MutableSpan<UInt64>) {
    let tables = tables
    backend.nttInverseScaledInPlace(
      &data, by: modulus.value / 3, modulo: modulus, tables: tables.words(0..<tables.count))
  }

  /// From a begun digit to (lhs - digit) times a constant.
  func finishQuotient(_ out: inout MutableSpan<UInt64>, _ lhs: Span<UInt64>, digit: inout MutableSpan<UInt64>) {
    let tables = tables
    backend.finishQuotient(
      &out, lhs, digit: &digit, by: modulus.value / 3, adding: nil, modulo: modulus,
      tables: tables.words(0..<tables.count))
  }

  /// From begun digits to their products with both halves of a packed key of as many terms.
  func finishKeyProduct(
    _ out0: inout MutableSpan<UInt64>, _ out1: inout MutableSpan<UInt64>, digits: inout MutableSpan<UInt64>, terms: Int,
    packed: Span<UInt64>
  ) {
    let tables = tables
    backend.finishKeyProduct(
      &out0, &out1, digits: &digits, digitStride: degree, terms: terms, begun: ~0, packed: packed, packedTerms: terms,
      modulo: modulus, tables: tables.words(0..<tables.count))
  }
}

/// Makes tables when they are asked for, and keeps those of one backend, degree and width: what one workload after the
/// other wants, without the memory of all.
final class TablesStore {
  private struct Key: Equatable {
    let set: KernelBackend.InstructionSet
    let degree: Int
    let bits: Int
  }

  private var key: Key?
  private var kept: [TransformTables] = []

  /// Tables of `limbs` different primes just below 2^bits.
  func tables(
    _ set: KernelBackend.InstructionSet, degree: Int, bits: Int, limbs: Int
  ) throws -> [TransformTables] {
    let wanted = Key(set: set, degree: degree, bits: bits)
    if wanted != key {
      key = wanted
      kept = []
    }
    if kept.count < limbs {
      let backend = try KernelBackend.here(set)
      let primes = try NTTPrimes.largest(below: bits, degree: degree, count: limbs)
      kept += primes.dropFirst(kept.count).map {
        TransformTables(backend: backend, degree: degree, modulus: Modulus($0))
      }
    }
    return Array(kept.prefix(limbs))
  }
}

extension KernelBackend {
  /// The backend of this machine for an instruction set.
  static func here(_ set: InstructionSet) throws -> KernelBackend {
    guard let backend = KernelBackend(set) else { throw BenchmarkError.unavailableBackend(set.rawValue) }
    return backend
  }
}

extension Collection<TransformTables> where Index == Int {
  /// From residues modulo other primes to begun digits modulo the primes of some tables, the first of which is `first` of the map.
  func beginDigits(
    _ out: inout MutableSpan<UInt64>, outStride: Int, _ input: Span<UInt64>, by conversion: RNSConversion, first: Int
  ) {
    let start = startIndex
    let (backend, degree) = (self[start].backend, self[start].degree)
    backend.beginDigits(
      &out, outStride: outStride, input, inputStride: degree, degree: degree, by: conversion,
      targets: first..<first + count
    ) { target, use in
      let tables = self[start + target - first].tables
      use(tables.words(0..<tables.count))
    }
  }
}
