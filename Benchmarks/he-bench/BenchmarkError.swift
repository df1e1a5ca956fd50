// SPDX-License-Identifier: Apache-2.0

/// Why there is nothing to time.
enum BenchmarkError: Error, CustomStringConvertible {
  /// The processor or the build lacks the instructions.
  case unavailableBackend(String)
  /// No folder of models where one was looked for.
  case noModels(searched: String)
  /// A table of rows is not what it should be.
  case badRows(path: String, reason: String)
  /// The encrypted scores are not those of the plain model.
  case wrongScores(difference: Double, bound: Double)
  /// An operation's result does not decrypt to what it should be.
  case wrongResult(String)
  /// A parameter set cannot be read.
  case badParameter(String)
  /// The process that was to tell its peak of memory did not.
  case noPeakMemory
  /// A line that asks for nothing that there is.
  case badRequest(String)
  /// No workload fits the filter.
  case nothingToDo(filter: String)
  /// None of the workloads that ran belongs in the picture.
  case emptyRoofline
  /// The file for the results cannot be written.
  case cannotWrite(path: String)

  /// What is wrong, where, and what to do.
  var description: String {
    switch self {
    case .unavailableBackend(let name):
      "the backend \(name) does not run here; this machine has \(CPUInfo.backends.joined(separator: ", "))"
    case .noModels(let searched):
      "no digits/model.onnx in \(searched); run he-bench inside the package, or name its folder Examples with --models"
    case .badRows(let path, let reason): "\(path): \(reason)"
    case .wrongScores(let difference, let bound):
      "encrypted scores differ from the plain model's by \(difference), more than the planned \(bound); nothing was timed"
    case .wrongResult(let name): "\(name): the result does not decrypt right; nothing was timed"
    case .badParameter(let text):
      "\(text): not a parameter; write a set as n=8192 bits=4x42 special_bits=46 digit_limbs=1"
    case .noPeakMemory: "the system does not tell a peak of resident memory"
    case .badRequest(let line): "\(line): nothing to answer; ask as Benchmarks/peers/README.md says"
    case .nothingToDo(let filter):
      "no workload contains \"\(filter)\"; leave --filter out to see their names"
    case .emptyRoofline: "no workload that ran has a place in a roofline; run the kernels without --filter"
    case .cannotWrite(let path): "\(path) cannot be written; check the folder and its permissions"
    }
  }
}
