// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How many bodies of a loop have yet to end that later ones wait for.
///
/// A loop hands out its indexes in order, so whoever waits knows that what it waits for is done or under way on another thread:
/// that of a lower index never waits for a higher one.
package final class Countdown: Sendable {
  private let missing: Atomic<Int>

  /// Waits for `count` of them.
  package init(_ count: Int) {
    missing = Atomic(count)
  }

  /// One of them has ended; what it wrote is seen by those that waited, and by the last one.
  ///
  /// - Returns: Whether it is the last.
  @discardableResult
  package func arrive() -> Bool {
    missing.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }

  /// Returns when all of them have ended.
  package func wait() {
    spin(until: { missing.load(ordering: .acquiring) <= 0 })
  }
}
