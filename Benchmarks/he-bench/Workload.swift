// SPDX-License-Identifier: Apache-2.0

import BenchmarkKit

/// One thing that is timed: a value that says what it is and how to set it up.
///
/// Suites are arrays of them.
struct Workload {
  /// The suite it belongs to.
  let suite: String

  /// What is done, in words joined by hyphens.
  let name: String

  /// What it is done on, as far as that is known before it is set up.
  let parameters: Parameters

  /// The kernels that do it, as far as that is known before it is set up.
  let backend: String

  /// Threads that it is told to use.
  var threads = 1

  /// How many calls run side by side, each on a thread of its own.
  var atOnce = 1

  /// What one call gets done, or all of those side by side.
  let work: Work

  /// What it is called in a roofline; those without a name are not in it.
  var rooflineName: String?

  /// Allocates and fills what a call needs.
  ///
  /// Not timed, and not done for workloads that are filtered out.
  let setUp: () throws -> Prepared

  /// What `--filter` looks at; the same for all numbers of threads.
  var label: String { "\(suite) \(name) \(parameters) \(backend)" }
}

/// What one call of a workload gets done.
struct Work {
  /// How many operations a call is counted as.
  let operations: Int

  /// What an operation is, in the plural.
  let unit: String

  /// What its cycles are divided by, where it is a kernel.
  var cycleUnit: CycleUnit?

  /// The multiplications that a call cannot do without, where a model says so.
  var limit: Limit?

  /// The bytes that a call has to move, where they are counted.
  var traffic: Traffic?
}

/// What the cycles of a kernel are counted for: always 8 words, one vector of 512 bits, of something.
struct CycleUnit {
  /// Eight of what.
  enum Kind: String {
    case butterflies = "8 butterflies"
    case coefficients = "8 coefficients"
    case pairs = "8 coefficients and pair of limbs"
    case terms = "8 coefficients, term and output"

    /// For the columns of a table.
    var symbol: String {
      switch self {
      case .butterflies: "b"
      case .coefficients: "c"
      case .pairs: "c·pair"
      case .terms: "c·term"
      }
    }
  }

  let kind: Kind

  /// How many of the units are in one call.
  let count: Double

  /// The butterflies of so many transforms of N = `degree` residues.
  static func transforms(degree: Int, limbs: Int = 1) -> CycleUnit {
    CycleUnit(kind: .butterflies, count: Double(LimitModel.butterflies(degree: degree) * limbs) / 8)
  }

  /// So many words, `each` times.
  static func words(_ kind: Kind, _ count: Int, each: Int = 1) -> CycleUnit {
    CycleUnit(kind: kind, count: Double(count * each) / 8)
  }
}

/// The bytes that cross the border of the core even if everything is moved only once.
struct Traffic {
  /// Bytes that are read.
  var read: Int

  /// Bytes that are written.
  var written: Int

  /// Bytes of everything together, what is read and written counted once: the cache that holds them decides the speed.
  var footprint: Int

  /// Both directions.
  var moved: Int { read + written }

  /// Words that are only read, changed in place, only written.
  static func words(read: Int, updated: Int = 0, written: Int = 0) -> Traffic {
    Traffic(read: (read + updated) * 8, written: (updated + written) * 8, footprint: (read + updated + written) * 8)
  }
}

/// A workload ready to be called.
struct Prepared {
  /// Parameters that were found while setting up, such as sizes.
  var parameters: Parameters = [:]

  /// The kernels that do it, where that is only known now.
  var backend: String?

  /// The part of `run` that is not the thing itself, such as making its input anew; timed apart and subtracted.
  var overhead: (() throws -> UInt64)?

  /// The bytes that a call has to move, where that is only known now.
  var traffic: Traffic?

  /// The calls that run side by side, one a thread, where several do; `run` is one of them.
  var streams: [@Sendable () throws -> UInt64] = []

  /// Does the work once and returns a word of its result, which keeps the compiler from dropping the work.
  let run: () throws -> UInt64
}
