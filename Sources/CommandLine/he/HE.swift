// SPDX-License-Identifier: Apache-2.0

internal import Commands

/// The program: everything is in Commands, so that tests can reach it.
@main
enum HE {
  static func main() {
    HECommand.runProgram()
  }
}
