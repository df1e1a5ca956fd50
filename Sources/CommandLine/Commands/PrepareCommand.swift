// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EncryptedInference
internal import LinearModels

/// `he prepare`.
struct Prepare: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Makes the server's file and the clients' file from a trained model (model's owner).",
    discussion: """
      The server's file holds the weights: keep it on the server. The client file holds no weights and is given to \
      the clients; it shows the names and ranges of the features and the classes.

      Encrypted numbers have fixed ranges: a row outside them is refused by the client, not scored wrongly. Tell \
      them with --input-range or --max-abs; narrower ranges make smaller messages. Without either, wide ranges are \
      assumed.
      """)

  @Argument(help: ArgumentHelp("The trained model: ONNX, or JSON with coef and intercept.", valueName: "model.onnx"))
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The server's file.", valueName: "credit.model"))
  var output: String

  @Option(
    help: ArgumentHelp("The clients' file (default: credit.client.json beside credit.model).", valueName: "client.json")
  )
  var client: String?

  @OptionGroup var options: PlanOptions
  @OptionGroup var force: ForceOption

  /// The clients' file where none is named.
  static func defaultClient(for output: String) -> String {
    (output.hasSuffix(".model") ? String(output.dropLast(6)) : output) + ".client.json"
  }

  func run(on console: Console) throws(CommandFailure) {
    guard output != "-" else {
      throw .usage("the server's file holds the weights and is not written to standard output; name a file")
    }
    let clientPath = client ?? Self.defaultClient(for: output)
    guard clientPath != output else { throw .usage("the server's file and the clients' file are both \(output)") }
    let serverFile = try OutputFile(output, access: .secret, replacing: force.force)
    let clientFile = try OutputFile(clientPath, replacing: force.force)
    let loaded = try Preparation.load(model)
    let preparation = try Preparation(model: loaded, path: model, options: options, console: console)
    let prepared = preparation.prepared
    for warning in loaded.report.warnings { console.note(warning) }
    let serverBytes: [UInt8]
    let clientBytes: [UInt8]
    do throws(InferenceError) {
      serverBytes = try prepared.server.serialized()
      clientBytes = try prepared.client.serialized()
    } catch {
      throw CommandFailure(error, file: model, partner: model)
    }
    let clientExisted = SystemCalls.kind(of: clientPath) != .nothing
    try clientFile.write(clientBytes, console: console)
    do throws(CommandFailure) {
      try serverFile.write(serverBytes, console: console)
    } catch {
      // One file without the other is of no use.
      if !clientExisted, clientPath != "-" { SystemCalls.remove(clientPath) }
      throw error
    }
    if case .assumed = preparation.rangeSource {
      console.note(
        "accepted values \(preparation.rangeSource.description); --input-range or --max-abs make the messages smaller "
          + "and the scores more exact")
    }
    if let note = preparation.precisionNote { console.note(note) }
    try show(preparation, clientPath: clientPath, on: console)
  }

  private func show(_ preparation: Preparation, clientPath: String, on console: Console) throws(CommandFailure) {
    guard clientPath != "-" else { return }
    var lines = [
      "\(output): the server's file; it holds the weights",
      "\(clientPath): the clients' file; next: he keygen \(clientPath) -o me.secret",
    ]
    lines += PlanSummary(preparation).lines.map { $0.name + ": " + $0.text }
    try console.output(lines.joined(separator: "\n") + "\n")
  }
}
