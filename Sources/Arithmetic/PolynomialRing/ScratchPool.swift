// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Blocks of memory that operations borrow and give back, so that repeated operations neither ask the system for memory nor
/// touch pages for the first time.
///
/// Owned by what computes; nothing is shared between owners. Blocks keep old words: they are for values that anybody may
/// see, such as parts of ciphertexts.
package final class ScratchPool: Sendable {
  private let blocks = ObservedMutex<[AlignedStorage]>([])

  /// Most blocks kept: one for each thread of a large machine, and for each key of an operation with many.
  private static let capacity = 256

  /// Keeps nothing yet.
  package init() {}

  /// Lends a block of at least `count` words of any value to `body`.
  package func with<Result>(count: Int, _ body: (AlignedStorage) -> Result) -> Result {
    let block = take(count: count)
    defer { give(block) }
    return body(block)
  }

  /// Takes out the smallest block that is large enough, of equal ones the last that was given back, or a new one.
  package func take(count: Int) -> AlignedStorage {
    let found = blocks.withLock { blocks -> AlignedStorage? in
      let fitting = blocks.indices.reversed().filter { blocks[$0].count >= count }
      guard let index = fitting.min(by: { blocks[$0].count < blocks[$1].count }) else { return nil }
      return blocks.remove(at: index)
    }
    return found ?? AlignedStorage(uninitializedCount: count)
  }

  /// Gives a block back; the smallest goes where there are too many.
  package func give(_ block: AlignedStorage) {
    blocks.withLock { blocks in
      blocks.append(block)
      guard blocks.count > Self.capacity, let index = blocks.indices.min(by: { blocks[$0].count < blocks[$1].count })
      else { return }
      blocks.remove(at: index)
    }
  }
}
