// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// How many threads share an operation, and the team of threads that waits for the operation's next loop.
package struct Parallelism: Sendable {
  /// At least 1.
  package let threads: Int

  private let members: TeamMembers?

  /// Helpers of all teams of these threads that were asked for and have not come yet; nil for one thread.
  private let expected: ExpectedHelpers?

  /// One thread: everything runs where it is called.
  package static let none = Parallelism(1)

  /// Threads of the system's pool, woken for every loop.
  package init(_ threads: Int) {
    self.init(threads: threads, members: nil, expected: threads > 1 ? ExpectedHelpers() : nil)
  }

  private init(threads: Int, members: TeamMembers?, expected: ExpectedHelpers?) {
    precondition(threads >= 1, "work on \(threads) threads")
    self.threads = threads
    self.members = members
    self.expected = expected
  }

  /// The same threads as a team that stays awake between loops, until the last copy of what is returned goes: for an operation
  /// of several short loops.
  ///
  /// Waking a thread takes about as long as a loop over a few limbs, so it is done once an operation. The helpers are threads of
  /// the system's pool; one that does not come in time is not waited for.
  package func team() -> Parallelism {
    guard let expected, members == nil else { return self }
    return Parallelism(
      threads: threads, members: TeamMembers(helpers: threads - 1, expected: expected), expected: expected)
  }

  /// Runs the bodies of one loop.
  func run(_ count: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void) {
    if let members {
      members.team.run(count, body)
    } else {
      let next = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: min(threads, count)) { worker in
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          body(index, worker)
        }
      }
    }
  }
}

/// Counts the helpers that a busy pool has not started yet, so that operations do not queue up more and more of them.
private final class ExpectedHelpers: Sendable {
  let count = Atomic<Int>(0)
}

/// Keeps a team together while it is referred to.
private final class TeamMembers: Sendable {
  let team = ThreadTeam()

  init(helpers: Int, expected: ExpectedHelpers) {
    for worker in 1...helpers where expected.count.load(ordering: .relaxed) < 4 * helpers {
      expected.count.add(1, ordering: .relaxed)
      DispatchQueue.global(qos: .userInitiated).async { [team] in
        expected.count.subtract(1, ordering: .relaxed)
        team.help(worker: worker)
      }
    }
  }

  deinit { team.close() }
}

/// Threads that share the loops of one operation, and spin between them.
///
/// The calling thread publishes a loop, takes indexes of it like everybody, and goes on when all are done and no helper holds the
/// loop any more. It waits for no helper that has not taken the loop, so that it does not matter when one comes, or whether. A
/// body must not run a loop of its own team: its helper would wait for itself.
private final class ThreadTeam: Sendable {
  /// One loop.
  private final class Loop: Sendable {
    let count: Int
    let body: @Sendable (Int, Int) -> Void
    let next = Atomic<Int>(0)
    let done = Atomic<Int>(0)

    init(count: Int, body: @escaping @Sendable (Int, Int) -> Void) {
      self.count = count
      self.body = body
    }

    /// Takes part as one of the workers 0 ..< count.
    func work(worker: Int) {
      guard worker < count else { return }
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index, worker)
        done.wrappingAdd(1, ordering: .releasing)
      }
    }
  }

  private let loop = ObservedMutex<Loop?>(nil)

  /// How many loops have been published; negative when there will be no more.
  private let published = Atomic<Int>(0)

  /// Helpers that may hold a loop.
  private let holders = Atomic<Int>(0)

  func run(_ count: Int, _ body: @Sendable (Int, Int) -> Void) {
    withoutActuallyEscaping(body) { publish(count, $0) }
  }

  /// Nobody holds the body when this returns.
  @inline(never)
  private func publish(_ count: Int, _ body: @escaping @Sendable (Int, Int) -> Void) {
    let loop = Loop(count: count, body: body)
    self.loop.withLock { $0 = loop }
    published.wrappingAdd(1, ordering: .releasing)
    loop.work(worker: 0)
    self.loop.withLock { $0 = nil }
    spin(until: { loop.done.load(ordering: .acquiring) == count && holders.load(ordering: .acquiring) == 0 })
  }

  func help(worker: Int) {
    var seen = 0
    while true {
      spin(until: { published.load(ordering: .acquiring) != seen })
      seen = published.load(ordering: .acquiring)
      guard seen >= 0 else { return }
      if assist(worker: worker) { holders.wrappingSubtract(1, ordering: .releasing) }
    }
  }

  /// Takes part in the loop, if there is one, and holds it only within this call.
  @inline(never)
  private func assist(worker: Int) -> Bool {
    let held = loop.withLock { loop in
      if loop != nil { holders.wrappingAdd(1, ordering: .acquiringAndReleasing) }
      return loop
    }
    guard let held else { return false }
    held.work(worker: worker)
    return true
  }

  func close() {
    published.store(-1, ordering: .releasing)
  }
}

/// Waits for what comes within microseconds, but lets others run where it does not.
func spin(until condition: () -> Bool) {
  var rounds = 0
  while !condition() {
    rounds += 1
    if rounds > 2000 { sched_yield() }
  }
}
