// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import PolynomialRing
import Randomness

/// Constants of residue number systems that kernels want as arguments.
enum RNSConstants {
  /// Q/q modulo p, for Q the product of `moduli` and q one of them.
  static func cofactor(of q: Modulus, in moduli: [Modulus], modulo p: Modulus) -> UInt64 {
    moduli.filter { $0 != q }.reduce(p.reduce(1)) { p.multiply($0, p.reduce($1.value)) }
  }

  /// The inverses of Q/q modulo q; requires: distinct primes.
  static func inversesOfCofactors(_ moduli: [Modulus]) -> [UInt64] {
    moduli.map { q in
      guard let inverse = q.inverse(of: cofactor(of: q, in: moduli, modulo: q)) else {
        preconditionFailure("the moduli have a factor in common")
      }
      return inverse
    }
  }
}

/// Where rows that a kernel works on side by side are in one storage.
///
/// They are a third of a page apart modulo the page, whatever the allocator does. A core takes a load for one of a recent store where the lowest 12 bits of both addresses agree, and waits.
struct RowLayout {
  /// Words of a row; a multiple of 8.
  let words: Int

  private static let skew = 168

  /// Words of so many rows.
  func total(_ rows: Int) -> Int { rows * (words + Self.skew) }

  /// The place of a row, aligned to 64 bytes.
  subscript(row: Int) -> Range<Int> {
    let start = row * (words + Self.skew)
    return start..<start + words
  }
}

extension AlignedStorage {
  /// The same random words in [0, bound) on every run.
  convenience init(uniform count: Int, below bound: UInt64, label: String) throws {
    self.init(count: count)
    var stream = try RandomStream.repeatable(label: label)
    var words = mutableWords(0..<count)
    stream.fillUniform(&words, below: bound)
  }

  /// The same random residues on every run, limb after limb.
  convenience init(uniformModulo moduli: [Modulus], degree: Int, label: String) throws {
    self.init(count: moduli.count * degree)
    var stream = try RandomStream.repeatable(label: label)
    for (index, modulus) in moduli.enumerated() {
      var words = mutableWords(index * degree..<(index + 1) * degree)
      stream.fillUniform(&words, below: modulus.value)
    }
  }
}

extension RandomStream {
  /// The stream of a fixed seed: inputs do not change from run to run.
  static func repeatable(label: String) throws -> RandomStream {
    RandomStream(seed: try Seed(bytes: [UInt8](repeating: 0, count: Seed.byteCount)), label: "benchmark/" + label)
  }
}
