// SPDX-License-Identifier: Apache-2.0

internal import CTestSupport
package import Testing

/// The allocations of the calling thread.
package enum Allocations {
  /// Whether they can be counted here: with glibc, and without sanitizers.
  ///
  /// For `.enabled(if:)`.
  package static var areCounted: Bool { test_allocations_are_watched() }

  /// How many there have been on this thread: for code that a closure cannot hold, such as one that consumes.
  package static var soFar: Int { Int(test_allocation_count()) }

  /// How many `body` makes on this thread.
  package static func count(_ body: () throws -> Void) rethrows -> Int {
    let before = soFar
    try body()
    return soFar - before
  }
}

/// Expects that `body` allocates nothing, on this thread, once it has run before.
///
/// Runs `body` twice: what is made once for all, such as the metadata of a generic type, is made by the first run.
package func expectNoAllocations(
  _ what: String = "it", sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) rethrows {
  try body()
  let count = try Allocations.count(body)
  #expect(count == 0, "\(what) allocated \(count) times", sourceLocation: sourceLocation)
}
