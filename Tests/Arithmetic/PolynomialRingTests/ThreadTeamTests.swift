// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import PolynomialRing

@Suite struct ThreadTeamTests {
  /// Each index exactly once, whatever the numbers of threads and indexes, many loops in a row.
  @Test(arguments: [1, 2, 3, 8])
  func everyIndexRunsOnce(threads: Int) {
    let parallelism = Parallelism(threads).team()
    for count in [0, 1, 2, 3, 7, 100] {
      for _ in 0..<200 {
        let runs = Runs(count)
        concurrentFor(count, parallelism: parallelism) { index, worker in
          #expect(worker >= 0 && worker < max(1, min(threads, count)))
          runs.add(index)
        }
        #expect(runs.counts == [Int](repeating: 1, count: count))
      }
    }
  }

  /// The same for rounds of shares of any sizes, as many as there are threads or not.
  @Test(arguments: [1, 2, 3, 8])
  func everyIndexOfEveryRoundRunsOnce(threads: Int) {
    var generator = TestGenerator(seed: 0x77_0001 + UInt64(threads))
    let parallelisms = [Parallelism(threads), Parallelism(threads).team()]
    for _ in 0..<300 {
      let rounds = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in Int.random(in: 0...5, using: &generator) }
      }
      let order = LoopOrder(rounds: rounds)
      #expect(order.count == rounds.joined().reduce(0, +))
      for parallelism in parallelisms {
        let runs = Runs(order.count)
        concurrentFor(order, parallelism: parallelism) { index, worker in
          #expect(worker >= 0 && worker < max(1, min(threads, order.count)))
          runs.add(index)
        }
        #expect(runs.counts == [Int](repeating: 1, count: order.count), "\(rounds), \(generator)")
      }
    }
  }

  /// A higher index of a share may wait for a lower one, whoever takes them.
  @Test(arguments: [1, 2, 5])
  func sharesAreTakenInOrder(threads: Int) {
    let parallelism = Parallelism(threads).team()
    for _ in 0..<200 {
      let arrivals = (0..<12).map { _ in Countdown(1) }
      concurrentFor(LoopOrder(rounds: [[4, 4, 4]]), parallelism: parallelism) { index, _ in
        if index % 4 > 0 { arrivals[index - 1].wait() }
        arrivals[index].arrive()
      }
    }
  }

  @Test func equalSharesCoverEverything() {
    for threads in 1...9 {
      for count in 0...40 {
        let shares = LoopOrder.equalShares(of: count, for: Parallelism(threads))
        #expect(shares.count == threads && Array(shares.joined()) == Array(0..<count))
        #expect(shares.allSatisfy { abs($0.count * threads - count) < threads })
      }
    }
  }

  /// Operations one after the other, soon and after helpers have gone, and side by side.
  @Test func helpersServeManyOperations() async {
    let parallelism = Parallelism(3)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          for round in 0..<60 {
            let team = parallelism.team()
            for count in [1, 5, 40] {
              let runs = Runs(count)
              concurrentFor(count, parallelism: team) { index, _ in runs.add(index) }
              #expect(runs.counts == [Int](repeating: 1, count: count))
            }
            if (round + task) % 20 == 0 { try? await Task.sleep(for: .milliseconds(3)) }
          }
        }
      }
    }
  }

  /// Who else wants a thread of the pool gets one while operations follow one another without a pause.
  @Test func helpersGiveTheirThreadsBack() {
    let parallelism = Parallelism(8)
    let came = Flag()
    let start = ContinuousClock.now
    DispatchQueue.global(qos: .userInitiated).async { came.raise() }
    while !came.isRaised, ContinuousClock.now - start < .seconds(20) {
      let team = parallelism.team()
      concurrentFor(16, parallelism: team) { _, _ in }
    }
    #expect(came.isRaised)
  }

  /// Rounds see what those before them wrote, one arrival is the last, and one thread never waits.
  @Test(arguments: [1, 2, 5])
  func laterBodiesWaitForTheFirst(threads: Int) {
    let parallelism = Parallelism(threads).team()
    for first in [0, 1, 3] {
      for round in 1...200 {
        let storage = AlignedStorage(count: 8)
        let (missing, lasts) = (Countdown(first), Runs(1))
        let order = LoopOrder(
          rounds: [first, 8 - first].map { LoopOrder.equalShares(of: $0, for: parallelism).map(\.count) })
        concurrentFor(order, parallelism: parallelism) { index, _ in
          guard index >= first else {
            var words = storage.mutableWords(index..<index + 1)
            words[0] = UInt64(round)
            if missing.arrive() { lasts.add(0) }
            return
          }
          missing.wait()
          let seen = storage.words(0..<first)
          for place in 0..<first { #expect(seen[place] == UInt64(round)) }
        }
        #expect(lasts.counts == [first == 0 ? 0 : 1])
      }
    }
  }

  /// What a loop wrote is there for the caller when it returns, and for every thread of the next loop.
  @Test func loopsFollowOneAnother() {
    let parallelism = Parallelism(4).team()
    let storage = AlignedStorage(count: 64)
    for round in 1...2000 {
      concurrentFor(64, parallelism: parallelism) { index, _ in
        var words = storage.mutableWords(index..<index + 1)
        words[0] += 1
      }
      concurrentFor(64, parallelism: parallelism) { index, _ in
        let other = storage.words(63 - index..<64 - index)
        #expect(other[0] == UInt64(round))
      }
    }
  }

  /// Nothing that a loop used is held after it: storage stays unshared, or it would be copied.
  @Test func loopsHoldNothingAfterwards() {
    let parallelism = Parallelism(3).team()
    var storage = AlignedStorage(count: 8)
    for _ in 0..<5000 {
      let captured = storage
      concurrentFor(3, parallelism: parallelism) { index, _ in
        var words = captured.mutableWords(index..<index + 1)
        words[0] &+= 1
      }
      _ = consume captured
      #expect(isKnownUniquelyReferenced(&storage))
    }
  }

  /// Teams of several operations at once, on more threads than the machine has.
  @Test func teamsDoNotMeet() async {
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          let parallelism = Parallelism(3).team()
          let runs = Runs(50)
          for _ in 0..<100 {
            concurrentFor(50, parallelism: parallelism) { index, _ in runs.add(index) }
          }
          return runs.counts == [Int](repeating: 100, count: 50) && task >= 0
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  private final class Runs: Sendable {
    private let values: ObservedMutex<[Int]>

    init(_ count: Int) { values = ObservedMutex([Int](repeating: 0, count: count)) }

    func add(_ index: Int) { values.withLock { $0[index] += 1 } }

    var counts: [Int] { values.withLock { $0 } }
  }
}

private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)

  var isRaised: Bool { value.load(ordering: .acquiring) }

  func raise() { value.store(true, ordering: .releasing) }
}
