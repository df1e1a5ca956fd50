// SPDX-License-Identifier: Apache-2.0

/// Which indexes of a loop each thread takes, and in which order.
///
/// Rounds follow one another, and each is divided into shares, one for each thread: a thread takes its own share, then what is left
/// of the others', and goes on to the next round when no index of this one is left to take. So uneven work evens out, and yet
/// the same thread does the same part of every operation, with what that read and wrote last time in the caches near it: from the
/// cache of another core a line comes about three times as slowly, and where cores share no last level, more slowly than from
/// memory (measured on Zen 5).
package struct LoopOrder: Sendable {
  /// For each round its shares, which follow one another from index 0 on.
  let rounds: [[Range<Int>]]

  /// How many indexes there are.
  let count: Int

  /// - Parameter rounds: How many indexes each share of each round has.
  package init(rounds: [[Int]]) {
    var end = 0
    self.rounds = rounds.map { sizes in
      sizes.map { size in
        end += size
        return end - size..<end
      }
    }
    count = end
  }

  /// Indexes 0 ..< count in one round, in equal shares.
  package init(_ count: Int, for parallelism: Parallelism) {
    self.init(rounds: [LoopOrder.equalShares(of: count, for: parallelism).map(\.count)])
  }

  /// 0 ..< count cut into as many parts as there are threads: what belongs to each where a loop goes over limbs.
  package static func equalShares(of count: Int, for parallelism: Parallelism) -> [Range<Int>] {
    let threads = parallelism.threads
    return (0..<threads).map { count * $0 / threads..<count * ($0 + 1) / threads }
  }
}

/// Runs `body` for 0 ..< count, each once, on several threads; returns when all have ended.
///
/// A body must not write what another one reads, but for one of a later round, or of a higher index of the same share, that waits
/// for it with a `Countdown`. With one thread everything runs here, in order.
///
/// - Parameters:
///   - order: Who takes which index.
///   - parallelism: Whose threads.
///   - body: Gets the index and the number of the worker, less than the number of threads and of indexes, for scratch of its own.
package func concurrentFor(
  _ order: LoopOrder, parallelism: Parallelism, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
) {
  guard min(parallelism.threads, order.count) > 1 else {
    for index in 0..<order.count { body(index, 0) }
    return
  }
  parallelism.run(order, body)
}

/// The same for indexes in one round, of equal shares.
package func concurrentFor(
  _ count: Int, parallelism: Parallelism, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
) {
  guard min(parallelism.threads, count) > 1 else {
    for index in 0..<count { body(index, 0) }
    return
  }
  parallelism.run(LoopOrder(count, for: parallelism), body)
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
