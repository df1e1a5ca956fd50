// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import ModularArithmetic

/// The program: chooses workloads, runs them, reports.
@main
struct HEBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "he-bench",
    abstract: "Times the engine's kernels and encrypted scoring.",
    discussion: """
      Suites:
        kernels    transforms, pointwise arithmetic, base conversion, sampling; one thread
        inference  scoring 1 and 540 rows of handwritten digits, from rows to scores
        all        both

      On a machine that does other things too, compare minima.
      """)

  /// What can be asked for.
  enum Suite: String, CaseIterable, ExpressibleByArgument {
    case kernels, inference, all
  }

  @Argument(help: "What to time.")
  var suite: Suite = .all

  @Option(
    help: ArgumentHelp(
      "Only workloads whose name, parameters or backend contain this, such as `ntt` or `n=4096 `.", valueName: "text"))
  var filter: String?

  @Option(help: ArgumentHelp("Threads that encryption and scoring may use; all cores by default.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    help: ArgumentHelp(
      "Only this backend (\(backendNames)); kernels that are the same for all backends are left out then.",
      valueName: "backend"),
    transform: Self.instructionSet)
  var backend: KernelBackend.InstructionSet?

  @Option(
    help: ArgumentHelp(
      "Write one JSON object a line to this file; - writes them instead of the table.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("How long to sample each workload, in seconds.", valueName: "time"))
  var seconds = 0.3

  @Option(help: ArgumentHelp("The folder that holds the model folder `digits`.", valueName: "folder"))
  var models: String?

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads takes 1 to 1024, not \(threads)") }
    guard seconds > 0, seconds <= 3600 else {
      throw ValidationError("--seconds takes a time above 0 and up to 3600, not \(seconds)")
    }
  }

  func run() throws {
    let workloads = workloads.filter { workload in
      filter.map { "\(workload.label) ".localizedCaseInsensitiveContains($0) } ?? true
    }
    guard !workloads.isEmpty else { throw BenchmarkError.nothingToDo(filter: filter ?? "") }
    var reporters: [any Reporter] = []
    if json != "-" { reporters.append(TableReporter(workloads: workloads)) }
    if let json { reporters.append(JSONReporter(writer: try LineWriter(path: json))) }
    let context = RunContext(cpu: CPUInfo(), commit: Subprocess.currentCommit())
    for reporter in reporters { reporter.begin(context) }
    let runner = Runner(seconds: seconds)
    for workload in workloads {
      let measurement = try runner.measure(workload)
      for reporter in reporters { reporter.report(measurement, context) }
    }
  }

  private static let backendNames = KernelBackend.InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")

  /// The instruction set of this name, if it runs here.
  private static func instructionSet(_ name: String) throws -> KernelBackend.InstructionSet {
    guard let set = KernelBackend.InstructionSet(rawValue: name) else {
      throw ValidationError("there is no backend \(name); there are \(backendNames)")
    }
    guard KernelBackend(set) != nil else { throw ValidationError("\(BenchmarkError.unavailableBackend(name))") }
    return set
  }

  /// Everything in the suites asked for, not set up yet.
  private var workloads: [Workload] {
    let sets = backend.map { [$0] } ?? KernelBackend.supported.map(\.instructionSet)
    let kernels = KernelWorkloads(instructionSets: sets, includesPortable: backend == nil)
    let inference = InferenceWorkloads(models: models, instructionSet: backend, threads: threads)
    return (suite != .inference ? kernels.all : []) + (suite != .kernels ? inference.all : [])
  }
}
