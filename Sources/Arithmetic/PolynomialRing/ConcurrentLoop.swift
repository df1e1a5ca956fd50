// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// Runs `body` for 0 ..< count, each once, on up to `parallelism` threads of the system's pool; returns when all have ended.
///
/// The threads take the next index as they get free, so uneven work evens out. With one thread, or one index, everything
/// runs here, in order. The bodies must not write what another one reads.
///
/// - Parameters:
///   - count: How many.
///   - parallelism: At least 1.
///   - body: Gets the index and the number of the worker, 0 ..< parallelism, for scratch of its own.
package func concurrentFor(
  _ count: Int, parallelism: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
) {
  precondition(parallelism >= 1, "work on \(parallelism) threads")
  let workers = min(parallelism, count)
  guard workers > 1 else {
    for index in 0..<count { body(index, 0) }
    return
  }
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index, worker)
    }
  }
}

/// Cuts `count` coefficients into at most `pieces` ranges of whole tiles of 512, for work on all limbs of a range at once.
package func coefficientRanges(_ count: Int, pieces: Int) -> [Range<Int>] {
  let tile = 512
  let tiles = (count + tile - 1) / tile
  let parts = max(1, min(pieces, tiles))
  return (0..<parts).map { part in
    min(count, tiles * part / parts * tile)..<min(count, tiles * (part + 1) / parts * tile)
  }
}
