// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EncryptedInference
internal import LinearModels

/// `he check`.
struct Check: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Runs rows through the whole encrypted path and compares with expected results.",
    discussion: """
      The rows themselves set the accepted ranges. Compares --scores (the default), --outputs or --labels with the \
      expected file, which holds one line a row. Numbers must agree within the tolerance, as a part of the largest \
      expected value. Labels must be equal, except where the scores are so close to the border between two labels \
      that rounding decides. Exit status 0 where all hold, 1 where one does not.
      """)

  @Argument(help: ArgumentHelp("The trained model: ONNX, or JSON with coef and intercept.", valueName: "model.onnx"))
  var model: String

  @Argument(help: ArgumentHelp("The rows; - reads standard input.", valueName: "rows.csv"))
  var rows: String

  @Option(help: ArgumentHelp("The expected results (CSV).", valueName: "expected.csv"))
  var expect: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest error allowed, as a part of the largest expected value.", valueName: "part"))
  var tolerance = 1e-5

  @Flag(exclusivity: .exclusive)
  var kind: ResultKind?

  @Flag(help: "One JSON object instead of text, and progress events as JSON on standard error.")
  var json = false

  @Flag(help: "Score with weights that clients may learn.")
  var shareWeights = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How well replies hide the weights, as for he prepare.", valueName: "bits"))
  var floodBits: Int?

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard tolerance > 0, tolerance.isFinite else { throw ValidationError("--tolerance must be a number above 0") }
    if shareWeights, floodBits != nil { throw ValidationError("--share-weights and --flood-bits exclude each other") }
    if let floodBits, !(1...100).contains(floodBits) { throw ValidationError("--flood-bits must be from 1 to 100") }
  }

  private struct Report: Encodable {
    let rows: Int
    let kind: String
    let holds: Bool
    let tolerance: Double?
    let largestRelativeError: Double?
    let equalLabels: Int?
    let undecidedLabels: Int?
    let uploadBytes: Int
    let replyBytes: Int
    let publicKeyBytes: Int
    let serverMilliseconds: Double
    let setupMilliseconds: Double
  }

  /// What a comparison found.
  private struct Verdict {
    var relativeError: Double?
    var equalLabels: Int?
    var undecidedLabels: Int?
    var problem: String?
  }

  func run(on console: Console) throws(CommandFailure) {
    let kind = kind ?? .scores
    let loaded = try Preparation.load(model)
    _ = try ResultText(loaded.postProcessing, kind: kind, model: model)
    let table = try FeatureTable.read(rows, columns: .init(count: loaded.featureCount, names: loaded.featureNames))
    if let warning = table.warning { console.note(warning) }
    let expected = try ExpectedTable(
      bytes: InputFile.bytes(expect, what: "the expected results"), name: InputFile.name(expect),
      rowCount: table.rows.count)
    // Reads the expected values before any work: a wrong file is told at once.
    let numbers = try kind == .labels ? [] : expected.numbers(count: width(kind, loaded), kind: kind.rawValue)
    let labels = try kind == .labels ? expected.labels() : []
    let preparation = try Preparation(
      model: loaded, path: model, rows: table, protection: protection, precision: precision(kind))
    let progress = Progress(console: console, stage: "check", rows: table.rows.count, bytes: 0, json: json)
    progress.update(rows: 0)
    defer { progress.end() }
    let run = try LocalRun(
      preparation.prepared, rows: table.rows, name: table.name, model: model, parallelism: threads.parallelism,
      progress: progress)
    progress.end()
    let post = loaded.postProcessing
    let verdict =
      switch kind {
      case .scores: compare(run.scores, numbers, noun: "score")
      case .outputs: compare(run.scores.map { post.outputs(scores: $0) }, numbers, noun: "output")
      case .labels: compare(run.scores, labels, post: post, errorBound: preparation.plan.fixedPoint.errorBound)
      }
    let report = Report(
      rows: table.rows.count, kind: kind.rawValue, holds: verdict.problem == nil,
      tolerance: kind == .labels ? nil : tolerance, largestRelativeError: verdict.relativeError,
      equalLabels: verdict.equalLabels, undecidedLabels: verdict.undecidedLabels, uploadBytes: run.uploadBytes,
      replyBytes: run.replyBytes, publicKeyBytes: run.publicKeyBytes, serverMilliseconds: run.serverMilliseconds,
      setupMilliseconds: run.setupMilliseconds)
    try console.output(json ? Formatting.json(report) + "\n" : text(report))
    if let problem = verdict.problem { throw .checkFailed("\(model) on \(table.name): \(problem)") }
  }

  private var protection: Protection {
    if shareWeights { return .sharedWeights }
    return floodBits.map { .protected(bits: $0) } ?? .standard
  }

  /// Leaves room under the tolerance; outputs can be steeper than the scores that they are made of.
  private func precision(_ kind: ResultKind) -> Double {
    min(InferencePlan.defaultPrecision, 0.4 * tolerance) / (kind == .outputs ? 8 : 1)
  }

  private func width(_ kind: ResultKind, _ model: LinearModel) -> Int {
    kind == .scores ? model.scoreCount : model.postProcessing.outputNames.count
  }

  private func compare(_ found: [[Double]], _ expected: [[Double]], noun: String) -> Verdict {
    let comparison = Comparison(found: found, expected: expected)
    var verdict = Verdict(relativeError: comparison.relativeError)
    if !(comparison.relativeError <= tolerance), let (row, column) = comparison.place {
      verdict.problem =
        "row \(row + 1), \(noun) \(column): \(Formatting.exact(found[row][column])) instead of "
        + "\(Formatting.exact(expected[row][column])), "
        + "\(Formatting.short(comparison.relativeError)) of the largest \(noun) "
        + "where \(Formatting.short(tolerance)) is allowed"
    }
    return verdict
  }

  private func compare(
    _ scores: [[Double]], _ expected: [String], post: PostProcessing, errorBound: Double
  ) -> Verdict {
    var verdict = Verdict(equalLabels: 0, undecidedLabels: 0)
    let margin = LabelMargin(post)
    for (row, (values, wanted)) in zip(scores, expected).enumerated() {
      let found = post.label(scores: values)?.description ?? ""
      if sameLabel(found, wanted) {
        verdict.equalLabels? += 1
      } else if margin.reachable(from: values, within: errorBound).contains(where: { sameLabel($0.description, wanted) }
      ) {
        verdict.undecidedLabels? += 1
      } else if verdict.problem == nil {
        verdict.problem = "row \(row + 1): label \"\(shown(found))\" instead of \"\(shown(wanted))\""
      }
    }
    return verdict
  }

  private func text(_ report: Report) -> String {
    var lines: [(String, String)] = [("\(model), \(report.kind)", report.holds ? "holds" : "does NOT hold")]
    lines.append(("rows", "\(report.rows)"))
    if let error = report.largestRelativeError, let tolerance = report.tolerance {
      lines.append(
        (
          "largest relative error",
          "\(Formatting.short(error)) of the largest \(report.kind.dropLast()) (\(Formatting.short(tolerance)) allowed)"
        ))
    }
    if let equal = report.equalLabels {
      lines.append(("labels equal", "\(equal) of \(report.rows)"))
      if let undecided = report.undecidedLabels, undecided > 0 {
        lines.append(("labels undecided", "\(undecided) within the rounding error of the border between two labels"))
      }
    }
    lines.append(("up", Formatting.bytes(report.uploadBytes) + publicKeyPart(report)))
    lines.append(("down", Formatting.bytes(report.replyBytes)))
    lines.append(
      (
        "server CPU",
        "\(Formatting.milliseconds(report.serverMilliseconds)), and "
          + "\(Formatting.milliseconds(report.setupMilliseconds)) once to set up the weights"
      ))
    return Inspect.aligned(lines)
  }

  private func publicKeyPart(_ report: Report) -> String {
    report.publicKeyBytes > 0 ? " (of which the public key: \(Formatting.bytes(report.publicKeyBytes)))" : ""
  }
}
