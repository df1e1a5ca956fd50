// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// Runs `body` for 0 ..< count on up to `parallelism` threads and returns the results in order; the first error in order
/// is thrown after all have ended.
func parallelMap<Result: Sendable, Failure: Error>(
  count: Int, parallelism: Int, _ body: @Sendable (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  precondition(parallelism >= 1)
  let slots = Mutex<[Swift.Result<Result, Failure>?]>(Array(repeating: nil, count: count))
  let next = Atomic<Int>(0)
  @Sendable func work() {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result: Swift.Result<Result, Failure>
      do throws(Failure) {
        result = .success(try body(index))
      } catch {
        result = .failure(error)
      }
      slots.withLock { $0[index] = result }
    }
  }
  let threads = min(parallelism, count)
  if threads <= 1 {
    work()
  } else {
    DispatchQueue.concurrentPerform(iterations: threads) { _ in work() }
  }
  var results: [Result] = []
  results.reserveCapacity(count)
  for slot in slots.withLock({ $0 }) {
    guard let slot else { preconditionFailure("an index was skipped") }
    results.append(try slot.get())
  }
  return results
}
