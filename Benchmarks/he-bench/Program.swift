// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Starts the benchmarks, or what they start as a process of its own.
@main
enum Program {
  static func main() {
    let words = CommandLine.arguments.dropFirst()
    do {
      switch words.first {
      case MemoryCommand.name: try MemoryCommand.run(words.dropFirst())
      case PeerCommand.name: PeerCommand.run()
      default: HEBench.main()
      }
    } catch {
      HEBench.exit(withError: error)
    }
  }
}
