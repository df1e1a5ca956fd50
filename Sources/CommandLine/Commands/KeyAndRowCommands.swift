// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EncryptedInference
internal import Tacit

/// `he keygen`.
struct Keygen: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen", abstract: "Makes the secret key of a client.",
    discussion: """
      Whoever has the key can read all rows encrypted with it: it stays with the client. Its file can be read by \
      its owner only, and an existing file is never replaced. A lost key cannot be made again; rows and scores \
      under it are lost with it.
      """)

  @Argument(help: ArgumentHelp("The client file that the model's owner gave out.", valueName: "client.json"))
  var profile: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The new key file.", valueName: "me.secret"))
  var output: String

  func run(on console: Console) throws(CommandFailure) {
    guard output != "-" else { throw .usage("a secret key is not written to standard output; name a file") }
    let file = try OutputFile(
      output, access: .secret,
      advice: "keys are never replaced, since what they encrypted would be lost; choose another name")
    let parameters = try ClientFiles.parameters(try ClientFiles.profile(profile), path: profile)
    let secret = SecretKey(parameters: parameters.rlwe)
    var bytes = secret.serialized()
    defer { zeroise(&bytes) }
    try file.write(bytes, console: console)
  }
}

/// `he encrypt`.
struct Encrypt: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "encrypt", abstract: "Encrypts rows for a server (client).",
    discussion: """
      The rows are a CSV file, one number a feature, in the model's order, with or without a header line; where \
      the model knows its features' names, the header must agree. A row that does not fit is named, and nothing is \
      written.
      """)

  @Option(help: ArgumentHelp("The client's secret key.", valueName: "me.secret"))
  var key: String

  @Option(help: ArgumentHelp("The client file of the model.", valueName: "client.json"))
  var model: String

  @Argument(help: ArgumentHelp("The rows; - reads standard input.", valueName: "rows.csv"))
  var rows: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The encrypted rows; - writes to standard output.", valueName: "rows.enc"))
  var output: String

  @Flag(help: "Progress events as JSON on standard error.")
  var json = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var force: ForceOption

  func run(on console: Console) throws(CommandFailure) {
    let file = try OutputFile(output, replacing: force.force)
    let profile = try ClientFiles.profile(model)
    let client = try ClientFiles.client(key: key, profile: profile, path: model, console: console)
    let table = try ClientFiles.rows(rows, profile: profile, console: console)
    let packing = Packing.best(
      rows: table.rows.count, featureCount: profile.columns.count, outputCount: profile.outputCount,
      parameters: client.parameters)
    let progress = Progress(
      console: console, stage: "encrypt", rows: table.rows.count,
      bytes: packing.cost(rows: table.rows.count, parameters: client.parameters).uploadBytes, json: json)
    progress.update(rows: 0)
    defer { progress.end() }
    let bytes: [UInt8]
    do throws(InferenceError) {
      bytes = try client.encrypt(table.rows, packing: packing, parallelism: threads.parallelism)
        .serialized(parameters: client.parameters)
    } catch {
      throw CommandFailure(error, file: table.name, partner: model)
    }
    try file.write(bytes, console: console)
    progress.update(rows: table.rows.count)
  }
}

/// `he score`.
struct Score: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Scores encrypted rows (server).",
    discussion: "Needs no secret and learns nothing of the rows. The result can be read with the client's key only.")

  @Argument(help: ArgumentHelp("The server's model file, from he prepare.", valueName: "credit.model"))
  var model: String

  @Argument(help: ArgumentHelp("The encrypted rows; - reads standard input.", valueName: "rows.enc"))
  var rows: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The encrypted scores; - writes to standard output.", valueName: "scores.enc"))
  var output: String

  @Flag(help: "Progress events as JSON on standard error.")
  var json = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var force: ForceOption

  func run(on console: Console) throws(CommandFailure) {
    let file = try OutputFile(output, replacing: force.force)
    let modelBytes = try InputFile.bytes(model, what: "the server's model file")
    let server: ScoringServer
    do throws(InferenceError) {
      server = try ScoringServer(
        model: ServerModel(serialized: modelBytes))
    } catch {
      throw .badInput("\(InputFile.name(model)): \(error.description)")
    }
    let bytes = try InputFile.bytes(rows, what: "the encrypted rows")
    let name = InputFile.name(rows)
    let upload: EncryptedRows
    do throws(WireError) {
      upload = try EncryptedRows(serialized: bytes, parameters: server.parameters)
    } catch {
      throw CommandFailure(error, file: name, partner: model)
    }
    let perBlock = upload.header.packing.rowsPerBlock
    let progress = Progress(
      console: console, stage: "score", rows: upload.header.rowCount, bytes: bytes.count, json: json)
    progress.update(rows: 0)
    defer { progress.end() }
    let scores: EncryptedScores
    do throws(InferenceError) {
      scores = try server.score(upload, parallelism: threads.parallelism) { done, _ in
        progress.update(rows: done * perBlock)
      }
    } catch {
      throw CommandFailure(error, file: name, partner: model)
    }
    try file.write(scores.serialized(parameters: server.parameters), console: console)
  }
}

/// `he decrypt`.
struct Decrypt: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "decrypt", abstract: "Decrypts scores and finishes the model's work (client).",
    discussion: """
      Without --scores, --outputs or --labels: what the model returns, one column an output (for a classifier the \
      label, then its probabilities). A CSV file with a header line, or with --json one object a row.
      """)

  @Option(help: ArgumentHelp("The client's secret key.", valueName: "me.secret"))
  var key: String

  @Option(help: ArgumentHelp("The client file of the model.", valueName: "client.json"))
  var model: String

  @Argument(help: ArgumentHelp("The encrypted scores; - reads standard input.", valueName: "scores.enc"))
  var scores: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the results go (default: standard output).", valueName: "out.csv"))
  var output: String = "-"

  @OptionGroup var results: ResultOptions
  @OptionGroup var force: ForceOption

  func run(on console: Console) throws(CommandFailure) {
    let file = try OutputFile(output, replacing: force.force)
    let profile = try ClientFiles.profile(model)
    let text = try ResultText(profile.postProcessing, kind: results.kind, model: model)
    let client = try ClientFiles.client(key: key, profile: profile, path: model, console: console)
    let bytes = try InputFile.bytes(scores, what: "the encrypted scores")
    let name = InputFile.name(scores)
    let reply: EncryptedScores
    do throws(WireError) {
      reply = try EncryptedScores(serialized: bytes, parameters: client.parameters)
    } catch {
      throw CommandFailure(error, file: name, partner: model)
    }
    let progress = Progress(
      console: console, stage: "decrypt", rows: reply.header.rowCount, bytes: bytes.count, json: results.json)
    progress.update(rows: 0)
    defer { progress.end() }
    let values: [[Double]]
    do throws(InferenceError) {
      values = try client.decrypt(reply)
    } catch {
      if case .encryption(.wrongKey) = error { throw CommandFailure(error, file: name, partner: key) }
      throw CommandFailure(error, file: name, partner: model)
    }
    progress.update(rows: values.count)
    progress.end()
    try file.write(results.json ? text.jsonLines(values) : text.csv(values), console: console)
  }
}
