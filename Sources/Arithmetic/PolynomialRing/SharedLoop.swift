// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A loop that several threads go through together.
final class SharedLoop: Sendable {
  /// Indexes of a round that one thread takes before the others do.
  private final class Share: Sendable {
    private let end: Int
    private let next: Atomic<Int>

    init(_ range: Range<Int>) {
      end = range.upperBound
      next = Atomic(range.lowerBound)
    }

    /// The next index that nobody has taken.
    func take() -> Int? {
      // Looks first: a counter must not grow with every visit of a thread that finds nothing.
      guard next.load(ordering: .relaxed) < end else { return nil }
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      return index < end ? index : nil
    }
  }

  private let count: Int
  private let rounds: [[Share]]
  private let body: @Sendable (Int, Int) -> Void
  private let done = Atomic<Int>(0)

  init(_ order: LoopOrder, body: @escaping @Sendable (Int, Int) -> Void) {
    count = order.count
    rounds = order.rounds.map { $0.map(Share.init) }
    self.body = body
  }

  /// Whether all bodies have ended; what they wrote is seen then.
  var isDone: Bool { done.load(ordering: .acquiring) == count }

  /// Takes part as one of the workers 0 ..< count.
  ///
  /// A thread leaves a round, or a share, when all its indexes are taken: so whoever waits for an earlier round, or for a lower
  /// index of the share, waits for what is done or under way on another thread.
  func work(worker: Int) {
    guard worker < count else { return }
    for shares in rounds {
      for other in shares.indices {
        let share = shares[(worker + other) % shares.count]
        while let index = share.take() {
          body(index, worker)
          done.wrappingAdd(1, ordering: .releasing)
        }
      }
    }
  }
}
