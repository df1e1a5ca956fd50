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

/// How many threads share an operation, and the teams of threads that wait for its loops.
package struct Parallelism: Sendable {
  /// At least 1.
  package let threads: Int

  /// The team of an operation.
  private let members: TeamMembers?

  /// The teams of all operations of these threads; nil for one thread.
  private let teams: IdleTeams?

  /// One thread: everything runs where it is called.
  package static let none = Parallelism(1)

  /// Threads of the system's pool, woken for every loop.
  package init(_ threads: Int) {
    self.init(threads: threads, members: nil, teams: threads > 1 ? IdleTeams() : nil)
  }

  private init(threads: Int, members: TeamMembers?, teams: IdleTeams?) {
    precondition(threads >= 1, "work on \(threads) threads")
    self.threads = threads
    self.members = members
    self.teams = teams
  }

  /// The same threads as a team that stays awake between loops, until the last copy of what is returned goes: for an operation
  /// of several short loops.
  ///
  /// Waking a thread takes about as long as a loop over a few limbs. So helpers stay awake for half a millisecond after an
  /// operation, and serve the next one if it comes. They are threads of the system's pool, given back every few milliseconds;
  /// one that does not come in time is not waited for.
  package func team() -> Parallelism {
    guard let teams, members == nil else { return self }
    return Parallelism(threads: threads, members: TeamMembers(of: teams, helpers: threads - 1), teams: teams)
  }

  /// Runs the bodies of one loop.
  func run(_ order: LoopOrder, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void) {
    if let members {
      members.team.run(order, body)
    } else {
      withoutActuallyEscaping(body) { body in
        let loop = SharedLoop(order, body: body)
        DispatchQueue.concurrentPerform(iterations: min(threads, order.count)) { loop.work(worker: $0) }
      }
    }
  }
}

/// Teams between two operations; as many as operations once ran side by side.
private final class IdleTeams: Sendable {
  private let teams = ObservedMutex<[ThreadTeam]>([])

  func take() -> ThreadTeam { teams.withLock { $0.popLast() } ?? ThreadTeam() }

  func give(_ team: ThreadTeam) { teams.withLock { $0.append(team) } }
}

/// Keeps a team together for one operation, while it is referred to.
private final class TeamMembers: Sendable {
  let team: ThreadTeam
  private let teams: IdleTeams

  init(of teams: IdleTeams, helpers: Int) {
    self.teams = teams
    team = teams.take()
    team.gather(helpers: helpers)
  }

  deinit {
    team.rest()
    teams.give(team)
  }
}

/// Threads that share the loops of one operation, and spin between them and for a while after it.
///
/// The calling thread publishes a loop, takes indexes of it like everybody, and goes on when all are done and no helper holds the
/// loop any more. It waits for no helper that has not taken the loop, so that it does not matter when one comes, or whether. A
/// body must not run a loop of its own team: its helper would wait for itself.
private final class ThreadTeam: Sendable {
  private let loop = ObservedMutex<SharedLoop?>(nil)

  /// How many loops have been published.
  private let published = Atomic<Int>(0)

  /// Helpers that may hold a loop.
  private let holders = Atomic<Int>(0)

  /// Who helps.
  private struct Helpers {
    /// Which workers are awake or asked for.
    var workers: Set<Int> = []

    /// Whether an operation is going on: nobody leaves then.
    var isBusy = false
  }

  private let helpers = ObservedMutex(Helpers())

  /// How long helpers wait for the next operation.
  private static let patience = Duration.microseconds(500)

  /// How long helpers keep a thread of the pool: then they queue up again, behind whatever else waits for one.
  private static let stint = Duration.milliseconds(4)

  /// Begins an operation: asks for the helpers that have left.
  func gather(helpers count: Int) {
    let missing = helpers.withLock { helpers in
      helpers.isBusy = true
      let missing = (1...count).filter { !helpers.workers.contains($0) }
      helpers.workers.formUnion(missing)
      return missing
    }
    missing.forEach(summon)
  }

  /// Ends an operation.
  func rest() {
    helpers.withLock { $0.isBusy = false }
  }

  func run(_ order: LoopOrder, _ body: @Sendable (Int, Int) -> Void) {
    withoutActuallyEscaping(body) { publish(order, $0) }
  }

  /// Nobody holds the body when this returns.
  @inline(never)
  private func publish(_ order: LoopOrder, _ body: @escaping @Sendable (Int, Int) -> Void) {
    let loop = SharedLoop(order, body: body)
    self.loop.withLock { $0 = loop }
    published.wrappingAdd(1, ordering: .releasing)
    loop.work(worker: 0)
    self.loop.withLock { $0 = nil }
    spin(until: { loop.isDone && holders.load(ordering: .acquiring) == 0 })
  }

  /// A stint of a helper.
  private func help(worker: Int) {
    // The operation may have ended before its helper came.
    if leave(worker: worker) { return }
    let begin = ContinuousClock.now
    var seen = 0
    while true {
      let start = ContinuousClock.now
      if start - begin > Self.stint {
        summon(worker: worker)
        return
      }
      while !spin(rounds: 2200, until: { published.load(ordering: .acquiring) != seen }) {
        let now = ContinuousClock.now
        if now - start > Self.patience, leave(worker: worker) { return }
        if now - begin > Self.stint { break }
      }
      let latest = published.load(ordering: .acquiring)
      guard latest != seen else { continue }
      seen = latest
      if assist(worker: worker) { holders.wrappingSubtract(1, ordering: .releasing) }
    }
  }

  private func summon(worker: Int) {
    DispatchQueue.global(qos: .userInitiated).async { [self] in help(worker: worker) }
  }

  /// Whether a helper may go: not while an operation is going on.
  private func leave(worker: Int) -> Bool {
    helpers.withLock { helpers in
      if !helpers.isBusy { helpers.workers.remove(worker) }
      return !helpers.isBusy
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
}

/// Waits for what comes within microseconds, but lets others run where it does not.
func spin(until condition: () -> Bool) {
  while !spin(rounds: .max, until: condition) {}
}

/// The same for so many looks; whether it came.
private func spin(rounds: Int, until condition: () -> Bool) -> Bool {
  for round in 0..<rounds {
    if condition() { return true }
    if round > 2000 { sched_yield() }
  }
  return false
}
