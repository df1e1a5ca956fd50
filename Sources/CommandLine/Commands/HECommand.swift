// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation

/// The `he` program.
public enum HECommand {
  /// Runs the command line of this process and ends it with the exit status.
  public static func runProgram() -> Never {
    Interruption.shared.listen()
    exit(run(arguments: Array(CommandLine.arguments.dropFirst()), console: Console()))
  }

  /// The command that a command line asks for.
  static func parse(_ arguments: [String]) throws -> any ParsableCommand { try Root.parseAsRoot(arguments) }

  /// Runs one command line and returns the exit status.
  static func run(arguments: [String], console: Console) -> Int32 {
    do {
      let parsed = try parse(arguments)
      guard let command = parsed as? any Subcommand else {
        // `he` alone, and `he help`.
        var other = parsed
        try other.run()
        return ExitStatus.success.rawValue
      }
      try command.run(on: console)
      return ExitStatus.success.rawValue
    } catch let failure as CommandFailure {
      console.message("he: \(failure.message)\n")
      return failure.status.rawValue
    } catch {
      if Root.exitCode(for: error).isSuccess || error is CleanExit {
        do {
          try console.output(Root.fullMessage(for: error) + "\n")
          return ExitStatus.success.rawValue
        } catch {
          return ExitStatus.usage.rawValue
        }
      }
      let command = arguments.first.flatMap { name in Root.names.contains(name) ? " \(name)" : nil } ?? ""
      let lines = Root.message(for: error).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      console.message("he: \(lines.joined(separator: " ")); see `he\(command) --help`\n")
      return ExitStatus.usage.rawValue
    }
  }
}

/// A command that writes to a console which tests can put in place.
protocol Subcommand: ParsableCommand {
  /// Does the work.
  func run(on console: Console) throws(CommandFailure)
}

/// `he` itself.
struct Root: ParsableCommand {
  static let names = Set(configuration.subcommands.compactMap { $0.configuration.commandName })

  static let configuration = CommandConfiguration(
    commandName: "he",
    abstract: "Scores rows with a linear model without seeing the rows.",
    discussion: """
      A server that holds a trained model computes its scores on rows that it cannot read. The client that holds \
      the rows encrypts them, sends them, and decrypts the scores that come back; the server learns nothing of \
      them, and the client learns nothing of the model but the scores.

      The model's owner, once (give credit.client.json to the clients):
        he prepare model.onnx -o credit.model --input-range train.csv
      A client, once:
        he keygen credit.client.json -o me.secret
      A client, for its rows:
        he encrypt --key me.secret --model credit.client.json \\
          rows.csv -o rows.enc
      The server:
        he score credit.model rows.enc -o scores.enc
      The client:
        he decrypt --key me.secret --model credit.client.json \\
          scores.enc -o out.csv

      Models are ONNX files as scikit-learn (skl2onnx) and PyTorch export them, or JSON with coef and intercept.

      Exit status: 0 done; 1 a check does not hold; 2 the command line is wrong, or the output exists or cannot be \
      written; 3 an input file is missing, damaged or unsupported; 4 files of different models, or the wrong key.
      """,
    subcommands: [
      Inspect.self, Prepare.self, Keygen.self, Encrypt.self, Score.self, Decrypt.self, Predict.self, Simulate.self,
      Check.self,
    ])
}
