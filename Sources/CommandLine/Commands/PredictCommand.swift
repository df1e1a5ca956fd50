// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EncryptedInference
internal import LinearModels

/// `he predict`.
struct Predict: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Prepares, encrypts, scores and decrypts in one step on this machine.",
    discussion: """
      To try a model: everything runs here, encrypted as it would be between two machines, with a key that is \
      thrown away. The values of the rows themselves set the accepted ranges unless --input-range or --max-abs do. \
      Without --scores, --outputs or --labels: what the model returns, for a classifier the label and its \
      probabilities.
      """)

  @Argument(help: ArgumentHelp("The trained model: ONNX, or JSON with coef and intercept.", valueName: "model.onnx"))
  var model: String

  @Argument(help: ArgumentHelp("The rows; - reads standard input.", valueName: "rows.csv"))
  var rows: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the results go (default: standard output).", valueName: "out.csv"))
  var output: String = "-"

  @OptionGroup var results: ResultOptions
  @OptionGroup var options: PlanOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var force: ForceOption

  func run(on console: Console) throws(CommandFailure) {
    let file = try OutputFile(output, replacing: force.force)
    let loaded = try Preparation.load(model)
    let text = try ResultText(loaded.postProcessing, kind: results.kind, model: model)
    let table = try FeatureTable.read(rows, columns: .init(count: loaded.featureCount, names: loaded.featureNames))
    if let warning = table.warning { console.note(warning) }
    let preparation = try Preparation(model: loaded, path: model, options: options, rows: table, console: console)
    if let note = preparation.precisionNote { console.note(note) }
    let size = preparation.plan.packing(rows: table.rows.count)
      .cost(rows: table.rows.count, parameters: preparation.plan.parameters)
    let progress = Progress(
      console: console, stage: "score", rows: table.rows.count, bytes: size.uploadBytes, json: results.json)
    progress.update(rows: 0)
    defer { progress.end() }
    let run = try LocalRun(
      preparation.prepared, rows: table.rows, name: table.name, model: model, parallelism: threads.parallelism,
      progress: progress)
    progress.end()
    try file.write(results.json ? text.jsonLines(run.scores) : text.csv(run.scores), console: console)
  }
}
