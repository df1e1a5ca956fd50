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

  /// How many of at least 64 KiB.
  package static var largeSoFar: Int { Int(test_large_allocation_count()) }

  /// Bytes that this thread has allocated less those that it has freed.
  ///
  /// For work that stays on one thread; what others hold does not count.
  package static var heldByteCount: Int { Int(test_held_byte_count()) }

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

/// Expects that `body` makes no allocation of 64 KiB or more, on this thread, once it has run a few times.
///
/// For whole operations: they make small objects, and find the memory of their polynomials where earlier ones left it.
package func expectNoLargeAllocations(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) rethrows {
  for _ in 0..<3 { try body() }
  let before = Allocations.largeSoFar
  try body()
  let count = Allocations.largeSoFar - before
  #expect(count == 0, "\(what) made \(count) large allocations", sourceLocation: sourceLocation)
}

/// Expects that memory does not grow when `body` repeats, on this thread: no more is held after many times than before.
///
/// Memory that waits for its next use is held by the first few runs already, and stays.
/// - Parameters:
///   - what: Names it in a failure.
///   - repetitions: How often; each may hold ten bytes on average, less than any object.
package func expectNoGrowth(
  _ what: String, repetitions: Int = 20, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) rethrows {
  for _ in 0..<5 { try body() }
  let before = Allocations.heldByteCount
  for _ in 0..<repetitions { try body() }
  let growth = Allocations.heldByteCount - before
  #expect(
    growth < 10 * repetitions, "\(what) holds \(growth) bytes more after \(repetitions) times",
    sourceLocation: sourceLocation)
}
