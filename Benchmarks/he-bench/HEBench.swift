// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BenchmarkKit
import Foundation
import ModularArithmetic

/// The benchmarks: chooses workloads, runs them, reports.
struct HEBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "he-bench",
    abstract: "Times the engine's kernels, its operations and encrypted scoring.",
    discussion: """
      Suites:
        kernels    every loop over coefficients, on every backend; batches of limbs; sampling
        bfv        every operation on ciphertexts of secure parameter sets, sizes, peak memory
        ckks       the same for approximate arithmetic
        inference  scoring 1 and 540 rows of handwritten digits, from rows to scores
        all        all of them

      On a machine that does other things too, compare minima.
      """)

  /// What can be asked for.
  enum Suite: String, CaseIterable, ExpressibleByArgument {
    case kernels, bfv, ckks, inference, all
  }

  @Argument(help: "What to time.")
  var suite: Suite = .all

  @Option(
    help: ArgumentHelp(
      "Only workloads whose name, parameters or backend contain this, such as `ntt` or `n=4096 `.", valueName: "text"))
  var filter: String?

  @Option(
    help: ArgumentHelp(
      """
      Threads that encryption and scoring may use, all cores by default; the suites bfv and ckks time operations with one \
      thread, with so many, and so many side by side. Batches of limbs in the suite kernels are timed with one thread, and where this \
      is given with so many too.
      """, valueName: "n"))
  var threads: Int?

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

  @Option(
    help: ArgumentHelp(
      "How long to sample each workload, in seconds; 0.1 for kernels and 0.3 for others by default.",
      valueName: "time"))
  var seconds: Double?

  @Flag(help: "A fifth of the time for each workload, and kernels of fewer sizes.")
  var quick = false

  @Option(
    help: ArgumentHelp(
      "Draw what the kernels reach of what this core and its memory can do, as SVG, and print it as a table.",
      valueName: "file"))
  var roofline: String?

  @Option(help: ArgumentHelp("The folder that holds the model folder `digits`.", valueName: "folder"))
  var models: String?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes 1 to 1024, not \(threads)")
    }
    if let seconds, !(seconds > 0 && seconds <= 3600) {
      throw ValidationError("--seconds takes a time above 0 and up to 3600, not \(seconds)")
    }
    if roofline != nil, suite != .kernels, suite != .all {
      throw ValidationError("--roofline is for the suite kernels")
    }
  }

  func run() throws {
    let workloads = workloads.filter { workload in
      filter.map { "\(workload.label) ".localizedCaseInsensitiveContains($0) } ?? true
    }
    let probes = byteCountProbes.filter { probe in
      filter.map { "\(probe.label) ".localizedCaseInsensitiveContains($0) } ?? true
    }
    guard !workloads.isEmpty || !probes.isEmpty else { throw BenchmarkError.nothingToDo(filter: filter ?? "") }
    let drawing = try roofline.map { try LineWriter(path: $0) }
    var reporters: [any Reporter] = []
    if json != "-" { reporters.append(TableReporter(workloads: workloads)) }
    if let json { reporters.append(JSONReporter(writer: try LineWriter(path: json))) }
    let cpu = CPUInfo()
    let hasKernels = workloads.contains { $0.suite != InferenceWorkloads.suite }
    let context = RunContext(
      cpu: cpu, core: hasKernels ? CoreLimits(clock: cpu.clock) : nil, commit: Subprocess.currentCommit())
    for reporter in reporters { reporter.begin(context) }
    var measurements: [Measurement] = []
    var single: [String: Double] = [:]
    for workload in workloads {
      var measurement = try Runner(seconds: sampling(workload)).measure(workload)
      if workload.threads == 1 {
        single[workload.label] = measurement.nanosecondsPerOperation
      } else {
        measurement.speedUp = single[workload.label].map { $0 / measurement.nanosecondsPerOperation }
      }
      for reporter in reporters { reporter.report(measurement, context) }
      if workload.rooflineName != nil { measurements.append(measurement) }
    }
    for probe in probes {
      let counts = try probe.count()
      for reporter in reporters { reporter.report(counts, of: probe, context) }
    }
    if let drawing { try draw(measurements, context, to: drawing) }
  }

  /// The picture to its file, and its table to standard output unless that has something else.
  private func draw(_ measurements: [Measurement], _ context: RunContext, to writer: LineWriter) throws {
    guard let picture = Roofline(measurements, context) else { throw BenchmarkError.emptyRoofline }
    writer.write(RooflineDrawing(picture).svg)
    guard json != "-", roofline != "-" else { return }
    for line in picture.table { LineWriter.standardOutput.write(line) }
  }

  /// Seconds for one workload.
  private func sampling(_ workload: Workload) -> Double {
    (seconds ?? (workload.suite == KernelWorkloads.suite ? 0.1 : 0.3)) * (quick ? 0.2 : 1)
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

  /// What the suites use where they use several.
  private var allThreads: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  private var bfv: CiphertextSuite<BFVValues> { BFVSuite.suite(instructionSet: backend, threads: allThreads) }

  private var ckks: CiphertextSuite<CKKSValues> { CKKSSuite.suite(instructionSet: backend, threads: allThreads) }

  /// Everything in the suites asked for, not set up yet.
  private var workloads: [Workload] {
    let sets = backend.map { [$0] } ?? KernelBackend.supported.map(\.instructionSet)
    let kernels = KernelWorkloads(
      instructionSets: sets, includesPortable: backend == nil, isQuick: quick, threads: threads ?? 1)
    let inference = InferenceWorkloads(models: models, instructionSet: backend, threads: allThreads)
    switch suite {
    case .kernels: return kernels.all
    case .bfv: return bfv.workloads
    case .ckks: return ckks.workloads
    case .inference: return inference.all
    case .all: return kernels.all + bfv.workloads + ckks.workloads + inference.all
    }
  }

  /// All sizes to be counted, of the suites asked for.
  private var byteCountProbes: [ByteCountProbe] {
    switch suite {
    case .kernels, .inference: []
    case .bfv: bfv.byteCountProbes
    case .ckks: ckks.byteCountProbes
    case .all: bfv.byteCountProbes + ckks.byteCountProbes
    }
  }
}
