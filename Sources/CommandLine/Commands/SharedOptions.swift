// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EncryptedInference
internal import Foundation

/// How a model is planned: the values that its features may take, and what replies give away.
struct PlanOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Rows like those to come, such as the training rows (CSV): their values, and somewhat beyond, will be accepted.",
      valueName: "rows.csv"))
  var inputRange: String?

  // Values that begin with a dash are wrong, but they are values: the message should be about them.
  @Option(
    parsing: .unconditional, help: ArgumentHelp("Accept every feature from −bound to bound.", valueName: "bound"))
  var maxAbs: Double?

  @Flag(
    help: "Let clients learn the weights: smaller and faster. Without it the replies hold the scores and nothing else.")
  var shareWeights = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How well replies hide the weights: they differ from ones made of the scores alone by 2^-bits (default: 20).",
      valueName: "bits"))
  var floodBits: Int?

  func validate() throws {
    if inputRange != nil, maxAbs != nil { throw ValidationError("--input-range and --max-abs exclude each other") }
    if let maxAbs, !(maxAbs > 0 && maxAbs <= 1e30) {
      throw ValidationError("--max-abs must be a number above 0, at most 1e30")
    }
    if shareWeights, floodBits != nil {
      throw ValidationError("--share-weights and --flood-bits exclude each other: shared weights are not hidden")
    }
    if let floodBits, !(1...100).contains(floodBits) { throw ValidationError("--flood-bits must be from 1 to 100") }
  }

  /// What replies give away.
  var protection: Protection {
    if shareWeights { return .sharedWeights }
    return floodBits.map { .protected(bits: $0) } ?? .standard
  }
}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("Threads to compute with (default: all cores).", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024") }
  }

  /// The number.
  var parallelism: Int { threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }
}

/// Which numbers of a row.
enum ResultKind: String, EnumerableFlag, CaseIterable {
  case scores, outputs, labels

  static func help(for value: ResultKind) -> ArgumentHelp? {
    switch value {
    case .scores: "The linear scores, before any probability is made of them, with 17 digits."
    case .outputs: "What the model itself returns: probabilities, predictions, a network's last layer."
    case .labels: "The predicted classes as the model spells them."
    }
  }
}

/// What `decrypt` and `predict` print.
struct ResultOptions: ParsableArguments {
  @Flag(exclusivity: .exclusive)
  var kind: ResultKind?

  @Flag(help: "One JSON object a row, and progress events as JSON on standard error.")
  var json = false
}

/// Whether outputs may be replaced.
struct ForceOption: ParsableArguments {
  @Flag(help: "Replace the output file if it exists.")
  var force = false
}
