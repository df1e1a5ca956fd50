// SPDX-License-Identifier: Apache-2.0

/// A polynomial modulo X^N + 1 and Q = q₀ … q_{L−1}, as L limbs of N canonical residues.
///
/// `Domain` says whether the words are coefficients or evaluations. A value type: copies share storage until one changes.
public struct RNSPolynomial<Domain: PolynomialDomain>: Sendable {
  package typealias Pair = (RNSPolynomial, RNSPolynomial)

  /// The primes and transforms.
  public let basis: RNSBasis

  package var storage: AlignedStorage

  /// The zero polynomial.
  public init(zeroIn basis: RNSBasis) {
    self.init(zeroIn: basis, zeroising: false)
  }

  /// The zero polynomial, whose storage (and every copy of it) is overwritten at the end of its life if `zeroising`.
  package init(zeroIn basis: RNSBasis, zeroising: Bool) {
    self.basis = basis
    storage = AlignedStorage(count: basis.limbCount * basis.degree, zeroising: zeroising)
  }

  /// A polynomial of any residues, for a caller that writes all of them before it reads any.
  package init(uninitializedIn basis: RNSBasis, zeroising: Bool = false) {
    self.basis = basis
    storage =
      zeroising
      ? AlignedStorage(uninitializedCount: basis.limbCount * basis.degree, zeroising: true)
      : AlignedStorage(recycledBy: basis.recycler)
  }

  init(basis: RNSBasis, storage: AlignedStorage) {
    precondition(storage.count == basis.limbCount * basis.degree)
    self.basis = basis
    self.storage = storage
  }

  /// Ring degree N.
  public var degree: Int { basis.degree }

  /// How many limbs L there are.
  public var limbCount: Int { basis.limbCount }

  /// The N residues modulo the prime number `index`.
  @_lifetime(borrow self)
  public func limb(_ index: Int) -> Span<UInt64> {
    let span = storage.words(range(of: index))
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Write access to the N residues modulo the prime number `index`; the caller keeps them in [0, q).
  @_lifetime(&self)
  public mutating func mutableLimb(_ index: Int) -> MutableSpan<UInt64> {
    makeUnique()
    let storage = storage
    let words = range(of: index)
    return unsafe _overrideLifetime(storage.mutableWords(words), mutating: &self)
  }

  /// All L·N residues, limb after limb.
  @_lifetime(borrow self)
  package func allLimbs() -> Span<UInt64> {
    let span = storage.words(0..<storage.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  private func range(of index: Int) -> Range<Int> {
    precondition((0..<basis.limbCount).contains(index), "limb index out of range")
    return index * basis.degree..<(index + 1) * basis.degree
  }

  package mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy(recycledBy: basis.recycler) }
  }

  /// Gives the words away without a copy, and leaves this polynomial without any: it must not be used again.
  ///
  /// For what is about to be transformed in place while it is still a property of something: reading the property would
  /// share the words, and the transform would then work on a copy and leave the original behind in memory.
  package mutating func take() -> RNSPolynomial {
    let taken = storage
    storage = AlignedStorage(count: 0)
    return RNSPolynomial(basis: basis, storage: taken)
  }

  /// Reads the same words in another domain, without a transform.
  ///
  /// For sampling, where uniform is uniform in both.
  package consuming func reinterpreted<Other: PolynomialDomain>(as _: Other.Type) -> RNSPolynomial<Other> {
    RNSPolynomial<Other>(basis: basis, storage: storage)
  }
}

extension RNSPolynomial: Equatable {
  /// Equal basis and residues.
  ///
  /// Variable time: not for secrets.
  public static func == (lhs: RNSPolynomial, rhs: RNSPolynomial) -> Bool {
    guard lhs.basis == rhs.basis else { return false }
    let a = lhs.allLimbs()
    let b = rhs.allLimbs()
    for index in 0..<a.count where a[index] != b[index] { return false }
    return true
  }
}

extension RNSPolynomial {
  /// The same residues in new storage that is not overwritten when it goes.
  package init(basis: RNSBasis, copying other: borrowing RNSPolynomial) {
    precondition(basis == other.basis, "a copy in another basis")
    self.init(basis: basis, limbs: Array(0..<basis.limbCount), of: other)
  }

  /// The first limbs of `other`.
  package init(basis: RNSBasis, prefixOf other: borrowing RNSPolynomial) {
    self.init(basis: basis, limbs: Array(0..<basis.limbCount), of: other)
  }

  /// The limbs of `other` with the given indexes, as a polynomial of `basis`.
  package init(basis: RNSBasis, limbs: [Int], of other: borrowing RNSPolynomial) {
    precondition(limbs.count == basis.limbCount && basis.degree == other.degree, "limbs of another basis")
    self.init(uninitializedIn: basis)
    for (index, limb) in limbs.enumerated() {
      precondition(basis.moduli[index] == other.basis.moduli[limb], "a limb of another prime")
      var words = mutableLimb(index)
      words.copyWords(of: other.limb(limb))
    }
  }
}
