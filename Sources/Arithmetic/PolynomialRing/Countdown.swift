// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How many bodies of a loop have yet to end that others wait for.
///
/// A thread goes on to the next round of a loop when all of this one are taken, and takes the indexes of a share in order. So whoever
/// waits for an earlier round, or for a lower index of the same share, knows that it is done or under way on another thread, and that
/// one waits for still earlier ones at most.
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
