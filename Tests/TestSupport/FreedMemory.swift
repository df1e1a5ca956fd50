// SPDX-License-Identifier: Apache-2.0

internal import CTestSupport

/// What was in the blocks that one thread freed, at the moment each was freed.
package struct FreedMemory: CustomStringConvertible {
  /// The blocks one after the other, whole words.
  package let words: [UInt64]

  /// Whether blocks can be recorded here: with glibc, and without sanitizers.
  ///
  /// For `.enabled(if:)`.
  package static var isObservable: Bool { test_allocations_are_watched() }

  /// How much there was.
  package var description: String { "\(words.count) words of freed memory" }

  package init(words: [UInt64]) {
    self.words = words
  }

  /// Whether a part of `secret` is there, at a multiple of 8 bytes.
  ///
  /// - Parameters:
  ///   - secret: Words of which nothing may be left.
  ///   - run: How many consecutive words make a part. Finds every copy of 2·run − 1 words and more. Long enough that
  ///     chance does not find it: 4 for words modulo a prime, 64 for words of two or three values.
  package func holds(_ secret: [UInt64], run: Int) -> Bool {
    var places: [UInt64: [Int]] = [:]
    for start in stride(from: 0, through: secret.count - run, by: run) {
      places[secret[start], default: []].append(start)
    }
    for index in words.indices.dropLast(run - 1) {
      guard let starts = places[words[index]] else { continue }
      for start in starts where (1..<run).allSatisfy({ words[index + $0] == secret[start + $0] }) { return true }
    }
    return false
  }

  /// Whether `secret` is there, at any byte.
  package func holds(bytes secret: [UInt8]) -> Bool {
    let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
    guard let first = secret.first, bytes.count >= secret.count else { return false }
    for index in 0...bytes.count - secret.count where bytes[index] == first {
      if bytes[index..<index + secret.count].elementsEqual(secret) { return true }
    }
    return false
  }

  /// The same blocks with each word replaced by a function of it.
  package func mapped(_ transform: (UInt64) -> UInt64) -> FreedMemory {
    FreedMemory(words: words.map(transform))
  }
}

/// Records the blocks that the calling thread frees, from its creation to `finish`.
///
/// Everything in between has to happen on one thread, without suspension.
@safe
package struct FreedMemoryRecorder: ~Copyable {
  private let base: UnsafeMutablePointer<UInt64>

  /// Starts to record, with room for `capacity` words.
  package init(capacity: Int = 1 << 23) {
    unsafe base = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    unsafe test_start_recording_freed_blocks(base, capacity)
  }

  /// Ends the recording.
  package consuming func finish() -> FreedMemory {
    var overflowed = false
    let count = unsafe test_stop_recording_freed_blocks(&overflowed)
    precondition(!overflowed, "more was freed than there was room for")
    let words = unsafe Array(UnsafeBufferPointer(start: base, count: count))
    unsafe base.deallocate()
    return FreedMemory(words: words)
  }
}
