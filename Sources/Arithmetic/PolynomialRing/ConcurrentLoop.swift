// SPDX-License-Identifier: Apache-2.0

/// Runs `body` for 0 ..< count, each once, on several threads; returns when all have ended.
///
/// The threads take the next index as they get free, in order, so uneven work evens out. With one thread, or one index, everything
/// runs here, in order. A body must not write what another one reads, but for one of a higher index that waits for it with a
/// `Countdown`.
///
/// - Parameters:
///   - count: How many.
///   - parallelism: Whose threads.
///   - body: Gets the index and the number of the worker, 0 ..< parallelism.threads, for scratch of its own.
package func concurrentFor(
  _ count: Int, parallelism: Parallelism, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
) {
  guard min(parallelism.threads, count) > 1 else {
    for index in 0..<count { body(index, 0) }
    return
  }
  parallelism.run(count, body)
}

/// Cuts `count` coefficients into ranges of whole tiles of 512, for work on all limbs of a range at once: one for one thread, four for
/// each of several, so that a thread that falls behind is waited for a quarter as long.
package func coefficientRanges(_ count: Int, for parallelism: Parallelism) -> [Range<Int>] {
  let pieces = parallelism.threads == 1 ? 1 : 4 * parallelism.threads
  let tile = 512
  let tiles = (count + tile - 1) / tile
  let parts = max(1, min(pieces, tiles))
  return (0..<parts).map { part in
    min(count, tiles * part / parts * tile)..<min(count, tiles * (part + 1) / parts * tile)
  }
}
