// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A fixed number of 64-bit words, aligned to 64 bytes, owned by reference.
///
/// Kernels want whole cache lines and vectors; Swift arrays are aligned to 16 bytes only. The words are zero when created.
/// Storage made with `zeroising: true` overwrites its words before it gives the memory back, and so do its copies.
@safe
package final class AlignedStorage: @unchecked Sendable {
  // Sendable because the words change only through `mutableWords`, which the owners call on storage that they hold
  // uniquely (copy on write in `RNSPolynomial`, noncopyable ownership in `SecretPolynomial`).
  private let base: UnsafeMutablePointer<UInt64>
  private let allocation: UnsafeMutableRawPointer

  // An allocator puts blocks of a few pages at nearly the same place of their pages. A kernel that writes one and reads the
  // other then has loads whose low 12 address bits are those of stores just made, which the processor takes for the same
  // address and delays: up to 1.7 times slower (measured with `he-bench`, Zen 4). Large blocks are moved apart.
  private static let staggered = 8192
  private static let stagger = 512

  /// How many words there are.
  package let count: Int

  /// Whether the words are overwritten with zeros when the storage dies.
  package let isZeroising: Bool

  /// Where the memory goes when the storage dies; freed if nil.
  private let recycler: StorageRecycler?

  /// Allocates `count` zero words.
  package convenience init(count: Int, zeroising: Bool = false) {
    self.init(uninitializedCount: count, zeroising: zeroising)
    unsafe base.update(repeating: 0, count: count)
  }

  /// Allocates `count` words of any value, for a caller that writes all of them before it reads any.
  package convenience init(uninitializedCount count: Int, zeroising: Bool = false) {
    self.init(uninitializedCount: count, zeroising: zeroising, recycler: nil)
  }

  private init(uninitializedCount count: Int, zeroising: Bool, recycler: StorageRecycler?, alignment: Int = 64) {
    precondition(count >= 0 && count <= Int.max / 16, "word count out of range")
    let bytes = max(alignment, (count * 8 + alignment - 1) / alignment * alignment)
    let room = bytes >= Self.staggered && alignment == 64 ? 7 * Self.stagger : 0
    unsafe allocation =
      recycler?.take() ?? UnsafeMutableRawPointer.allocate(byteCount: bytes + room, alignment: alignment)
    // A hash of the page, so that neighbours in memory start at different places of theirs.
    let page = unsafe UInt64(UInt(bitPattern: allocation)) >> 12
    let place = room == 0 ? 0 : Int((page &* 0x9E37_79B9_7F4A_7C15) >> 61) * Self.stagger
    unsafe base = (allocation + place).bindMemory(to: UInt64.self, capacity: bytes / 8)
    self.count = count
    isZeroising = zeroising
    self.recycler = recycler
  }

  /// Allocates `count` words of any value in pages as large as the system grants: for large tables that are read in long streams.
  ///
  /// Prefetching stops at the end of a page, and every page takes a place in the table of translations.
  package convenience init(uninitializedCountInLargePages count: Int) {
    let page = Self.largePage
    self.init(
      uninitializedCount: count, zeroising: false, recycler: nil, alignment: count * 8 >= page ? page : 64)
    #if os(Linux)
      if count * 8 >= page {
        // Advice only: nothing depends on whether it is taken.
        _ = unsafe madvise(allocation, (count * 8 + page - 1) / page * page, CInt(MADV_HUGEPAGE))
      }
    #endif
  }

  private static let largePage = 2 << 20

  /// Words of any value, from memory that storage of the same size gave back, or new.
  ///
  /// For what is not secret alone: the words keep their values until somebody writes them.
  package convenience init(recycledBy recycler: StorageRecycler) {
    self.init(
      uninitializedCount: recycler.wordCount, zeroising: false,
      recycler: recycler.wordCount >= StorageRecycler.smallest ? recycler : nil)
  }

  deinit {
    if isZeroising {
      var words = unsafe MutableSpan(_unsafeStart: base, count: count)
      PolynomialKernels.zeroize(&words)
    }
    if let recycler {
      unsafe recycler.give(allocation)
    } else {
      unsafe allocation.deallocate()
    }
  }

  /// A new storage with the same words.
  ///
  /// - Parameter recycler: Where its memory may come from and go to, if the words are not secret.
  package func copy(recycledBy recycler: StorageRecycler? = nil) -> AlignedStorage {
    let other: AlignedStorage
    if let recycler, recycler.wordCount == count, !isZeroising {
      other = AlignedStorage(recycledBy: recycler)
    } else {
      other = AlignedStorage(uninitializedCount: count, zeroising: isZeroising)
    }
    unsafe other.base.update(from: base, count: count)
    return other
  }

  /// Read access to the words of `range`.
  @_lifetime(borrow self)
  package func words(_ range: Range<Int>) -> Span<UInt64> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the storage")
    let span = unsafe Span(_unsafeStart: UnsafePointer(base + range.lowerBound), count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Write access to the words of `range`.
  ///
  /// requires: the caller holds this storage uniquely.
  @_lifetime(borrow self)
  package func mutableWords(_ range: Range<Int>) -> MutableSpan<UInt64> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the storage")
    let span = unsafe MutableSpan(_unsafeStart: base + range.lowerBound, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Read access to the words of `range` as doubles.
  @_lifetime(borrow self)
  package func doubles(_ range: Range<Int>) -> Span<Double> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the storage")
    let start = unsafe UnsafeRawPointer(base + range.lowerBound).bindMemory(to: Double.self, capacity: range.count)
    let span = unsafe Span(_unsafeStart: start, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Write access to the words of `range` as doubles; storage used in this way holds doubles alone.
  ///
  /// requires: the caller holds this storage uniquely.
  @_lifetime(borrow self)
  package func mutableDoubles(_ range: Range<Int>) -> MutableSpan<Double> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the storage")
    let start = unsafe UnsafeMutableRawPointer(base + range.lowerBound)
      .bindMemory(to: Double.self, capacity: range.count)
    let span = unsafe MutableSpan(_unsafeStart: start, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }
}

/// Keeps the memory of a few storages of one size, so that results that come and go do not ask the system for pages each
/// time: clearing and mapping them takes longer than many of the loops that fill them.
///
/// Owned by the basis whose polynomials have that size; what it keeps goes with it.
@safe
package final class StorageRecycler: Sendable {
  /// Words of a storage.
  package let wordCount: Int

  /// Fewer words than this are left to the allocator: 64 KiB.
  static let smallest = 8192

  /// What may be kept, shared with the recyclers of other sizes.
  package let budget: RecyclingBudget

  private let blocks = ObservedMutex<[UInt]>([])

  /// Keeps nothing yet.
  package init(wordCount: Int, budget: RecyclingBudget) {
    self.wordCount = wordCount
    self.budget = budget
  }

  deinit {
    blocks.withLock { blocks in
      for block in blocks { unsafe UnsafeMutableRawPointer(bitPattern: block)?.deallocate() }
      budget.giveBack(words: blocks.count * wordCount)
    }
  }

  fileprivate func take() -> UnsafeMutableRawPointer? {
    guard let block = blocks.withLock({ $0.popLast() }) else { return nil }
    budget.giveBack(words: wordCount)
    return unsafe UnsafeMutableRawPointer(bitPattern: block)
  }

  fileprivate func give(_ block: UnsafeMutableRawPointer) {
    let isKept = blocks.withLock { blocks in
      guard budget.take(words: wordCount) else { return false }
      blocks.append(UInt(bitPattern: block))
      return true
    }
    if !isKept { unsafe block.deallocate() }
  }
}

/// How much memory may wait for its next use, of all bases of a parameter set together: 64 MiB.
package final class RecyclingBudget: Sendable {
  private let words = Atomic<Int>(8 << 20)

  /// All of it.
  package init() {}

  fileprivate func take(words count: Int) -> Bool {
    guard words.subtract(count, ordering: .relaxed).newValue < 0 else { return true }
    words.add(count, ordering: .relaxed)
    return false
  }

  fileprivate func giveBack(words count: Int) {
    words.add(count, ordering: .relaxed)
  }
}
