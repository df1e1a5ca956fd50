// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Commands

/// CSV files as people have them.
@Suite struct CSVTests {
  private func records(_ text: String) throws -> [[String]] {
    var lines: [[String]] = []
    try CSVRecords(Array(text.utf8), name: "x.csv").forEach { _, cells in lines.append(cells) }
    return lines
  }

  @Test(arguments: [
    ("1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
    ("1,2\n3,4", [["1", "2"], ["3", "4"]]),
    ("1,2\r\n3,4\r\n", [["1", "2"], ["3", "4"]]),
    ("1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
    ("\u{FEFF}a,b\n3,4\n\n\n", [["a", "b"], ["3", "4"]]),
    (" 1 ,\t2\n3,4 \n", [["1", "2"], ["3", "4"]]),
    ("1,\t2\n3,\t4\n", [["1", "2"], ["3", "4"]]),
    ("1,5;2,5\n", [["1,5", "2,5"]]),
    ("1,5\t2\n", [["1,5", "2"]]),
    ("1;2\n3;4\n", [["1", "2"], ["3", "4"]]),
    ("1\t2\n3\t4\n", [["1", "2"], ["3", "4"]]),
    ("1,\n,4\n", [["1", ""], ["", "4"]]),
    ("1,2\n3,", [["1", "2"], ["3", ""]]),
    ("1\n\n3\n", [["1"], [""], ["3"]]),
    ("7", [["7"]]),
    ("", []),
    ("\n\n", []),
  ])
  func plain(text: String, expected: [[String]]) throws {
    #expect(try records(text) == expected)
  }

  @Test(arguments: [
    ("\"1\",\"2\"\n3,4\n", [["1", "2"], ["3", "4"]]),
    ("\"a,b\",c\r\n1,2\r\n", [["a,b", "c"], ["1", "2"]]),
    ("\"say \"\"x\"\"\",c\n1,2", [["say \"x\"", "c"], ["1", "2"]]),
    ("\"two\nlines\",c\n1,2\n\n", [["two\nlines", "c"], ["1", "2"]]),
    ("\u{FEFF}\"a\",\"b\"\n1,\n", [["a", "b"], ["1", ""]]),
    ("\"a\";\"b\"\n1;2\n", [["a", "b"], ["1", "2"]]),
    ("\"a\",\"b\"\n1\n", [["a", "b"], ["1"]]),
  ])
  func quoted(text: String, expected: [[String]]) throws {
    #expect(try records(text) == expected)
  }

  @Test func refused() {
    for text in ["\"1,2\n", "\"a\"b,c\n"] {
      #expect(throws: CommandFailure.self) { try records(text) }
    }
    #expect(throws: CommandFailure.self) { try CSVRecords([0xFF, 0xFE, 0x31, 0x00], name: "x.csv") }
    #expect(throws: CommandFailure.self) { try CSVRecords([0x31, 0x00], name: "x.csv") }
  }

  @Test func headersAreTold() {
    #expect(FeatureTable.isHeader(["a", "b"]))
    #expect(FeatureTable.isHeader(["a", "1"]))
    #expect(!FeatureTable.isHeader(["1", "2"]))
    #expect(!FeatureTable.isHeader(["1", "", "3"]))
    #expect(!FeatureTable.isHeader(["1", "n/a", "3"]))
    #expect(!FeatureTable.isHeader(["nan", "1"]))
    #expect(!FeatureTable.isHeader(["", ""]))
  }

  @Test func aNumberedHeaderIsAWarning() throws {
    let table = try FeatureTable(
      bytes: Array("0,1,2\n5,6,7\n".utf8), name: "x.csv", columns: .init(count: 3, names: nil))
    #expect(table.rows == [[0, 1, 2], [5, 6, 7]])
    #expect(table.warning != nil)
  }

  @Test func messagesAreCleaned() {
    #expect(shown("a\u{1B}[31mb\n") == "a?[31mb?")
    #expect(shown(String(repeating: "x", count: 200)).count == 81)
  }
}
