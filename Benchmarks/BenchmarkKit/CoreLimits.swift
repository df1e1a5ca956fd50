// SPDX-License-Identifier: Apache-2.0

import CPortProbe
import Foundation

/// What the core that runs this can do at most, measured.
package struct CoreLimits: Sendable {
  /// The clock that turns times into cycles.
  package let clock: CoreClock

  /// Instructions that the core starts in a cycle, of each multiplier that it has.
  package let multipliers: [(multiplier: Multiplier, perCycle: Double)]

  /// From the nearest level to the farthest.
  package let memory: [MemoryLevel]

  /// Measures; about a second.
  package init(clock: CoreClock, sizes: CacheSizes = CacheSizes()) {
    self.clock = clock
    multipliers = Multiplier.allCases.compactMap { multiplier in
      // Clocks change with time and with what is run: the one of this moment.
      multiplier.measuredPerNanosecond().map { (multiplier, $0 / CoreClock().gigahertz) }
    }
    memory = sizes.levels
  }

  /// Collects what was measured.
  package init(
    clock: CoreClock, multipliers: [(multiplier: Multiplier, perCycle: Double)], memory: [MemoryLevel]
  ) {
    self.clock = clock
    self.multipliers = multipliers
    self.memory = memory
  }

  /// Instructions a cycle; nil where the core has none.
  package func perCycle(_ multiplier: Multiplier) -> Double? {
    multipliers.first { $0.multiplier == multiplier }?.perCycle
  }

  /// The nearest level that holds so many bytes.
  package func level(holding bytes: Int) -> MemoryLevel? {
    memory.first { bytes <= $0.capacity } ?? memory.last
  }
}

/// One level of the memory, and how fast one thread reads and writes it.
package struct MemoryLevel: Sendable {
  /// `L1`, `L2`, `L3` or `DRAM`.
  package let name: String

  /// Bytes that it holds.
  package let capacity: Int

  /// The size of the block that was gone through again and again.
  package let blockBytes: Int

  /// Bytes read in a nanosecond.
  package let readRate: Double

  /// Bytes read and written in a nanosecond, each counted, where everything is changed in place.
  package let updateRate: Double

  /// Measures; nil where there is not that much memory.
  init?(name: String, capacity: Int, blockBytes: Int) {
    readRate = port_probe_memory_rate(readStream, blockBytes, 0.08)
    updateRate = port_probe_memory_rate(updateStream, blockBytes, 0.08)
    guard readRate > 0, updateRate > 0 else { return nil }
    self.name = name
    self.capacity = capacity
    self.blockBytes = blockBytes
  }

  /// Collects what was measured.
  package init(name: String, capacity: Int, blockBytes: Int, readRate: Double, updateRate: Double) {
    self.name = name
    self.capacity = capacity
    self.blockBytes = blockBytes
    self.readRate = readRate
    self.updateRate = updateRate
  }
}

/// The capacities of the data caches of one core, in bytes.
package struct CacheSizes: Sendable {
  /// First, second, third level.
  package let bytes: [Int]

  /// A block that no cache holds.
  static let memoryBlock = 256 << 20

  /// Asks the system, and supposes a usual core where it does not tell.
  package init() {
    let told = (0..<8).compactMap { Self.linuxCache(index: $0) }.sorted { $0.level < $1.level }.map(\.bytes)
    bytes = told.count >= 2 ? told : [32 << 10, 1 << 20, 16 << 20]
  }

  /// The level and size of a data cache as Linux tells it.
  private static func linuxCache(index: Int) -> (level: Int, bytes: Int)? {
    let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)/"
    func field(_ name: String) -> String? {
      (try? String(contentsOfFile: folder + name, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard let type = field("type"), type != "Instruction", let level = field("level").flatMap({ Int($0) }),
      let size = field("size"), size.hasSuffix("K"), let kilobytes = Int(size.dropLast())
    else { return nil }
    return (level, kilobytes << 10)
  }

  /// Goes through blocks of half the first two levels, a quarter of the third, which is often shared, and 256 MiB.
  fileprivate var levels: [MemoryLevel] {
    let caches = bytes.prefix(3).enumerated().compactMap { index, size in
      MemoryLevel(
        name: "L\(index + 1)", capacity: size, blockBytes: index < 2 ? size / 2 : min(size / 4, 8 << 20))
    }
    let memory = MemoryLevel(name: "DRAM", capacity: .max, blockBytes: Self.memoryBlock)
    return caches + (memory.map { [$0] } ?? [])
  }
}
