// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A mutex whose order the thread sanitizer sees.
///
/// It does not follow the locks of the module Synchronization on Linux, and would report whatever they protect, and the memory that
/// is handed on under them. An atomic counter on both ends of each critical section tells it what came first.
struct ObservedMutex<Value: Sendable>: ~Copyable, Sendable {
  private let mutex: Mutex<Value>
  private let order = Atomic<Int>(0)

  init(_ value: Value) {
    mutex = Mutex(value)
  }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    mutex.withLock { value in
      order.wrappingAdd(1, ordering: .acquiringAndReleasing)
      defer { order.wrappingAdd(1, ordering: .acquiringAndReleasing) }
      return body(&value)
    }
  }
}
