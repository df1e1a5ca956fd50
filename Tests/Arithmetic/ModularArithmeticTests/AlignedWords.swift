// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic

/// Words at a 64-byte boundary, as the transforms want them.
@safe final class AlignedWords {
  private let base: UnsafeMutablePointer<UInt64>
  let count: Int

  init(_ words: [UInt64]) {
    count = words.count
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(8 * count, 64), alignment: 64)
    unsafe base = raw.bindMemory(to: UInt64.self, capacity: count)
    for (index, word) in words.enumerated() { unsafe base[index] = word }
  }

  deinit {
    unsafe UnsafeMutableRawPointer(base).deallocate()
  }

  var array: [UInt64] {
    unsafe Array(UnsafeBufferPointer(start: base, count: count))
  }

  func mutate(_ body: (inout MutableSpan<UInt64>) -> Void) {
    var span = unsafe MutableSpan(_unsafeStart: base, count: count)
    body(&span)
  }

  func read(_ body: (Span<UInt64>) -> Void) {
    body(unsafe Span(_unsafeStart: UnsafePointer(base), count: count))
  }
}

/// One modulus, degree and backend, with tables; transforms arrays.
struct Transform {
  let backend: KernelBackend
  let modulus: Modulus
  let logDegree: Int
  let root: UInt64
  let tables: AlignedWords

  init(_ backend: KernelBackend, _ modulus: Modulus, logDegree: Int, root: UInt64) {
    self.backend = backend
    self.modulus = modulus
    self.logDegree = logDegree
    self.root = root
    let tables = AlignedWords(Array(repeating: 0, count: backend.nttTableWords(logDegree: logDegree)))
    tables.mutate { backend.fillNTTTables(&$0, logDegree: logDegree, modulo: modulus, root: root) }
    self.tables = tables
  }

  func forward(_ input: [UInt64]) -> [UInt64] {
    let data = AlignedWords(input)
    tables.read { tables in data.mutate { backend.nttForward(&$0, modulo: modulus, tables: tables) } }
    return data.array
  }

  func inverse(_ input: [UInt64]) -> [UInt64] {
    let data = AlignedWords(input)
    tables.read { tables in data.mutate { backend.nttInverse(&$0, modulo: modulus, tables: tables) } }
    return data.array
  }
}

/// Moduli of every width that a backend takes: primes, composites, powers of two.
func moduli(for backend: KernelBackend) -> [Modulus] {
  let edges = [2, 8, 20, 31, 32, 33, 36, 48, 49, 50, 51, 52, 60, 61, 62].flatMap { bits -> [UInt64] in
    let power = UInt64(1) << UInt64(bits)
    return [power - 1, power - 3, power / 2, power / 2 + 1]
  }
  let values = [2, 3, 4, 17, 97, 193, 12_289, 65_537] + edges + [backend.modulusLimit - 1, backend.modulusLimit - 5]
  return Set(values.filter { $0 >= 2 && $0 < backend.modulusLimit }).sorted().map { Modulus($0) }
}

/// The first place where two arrays differ, or nil where they are equal: what a failure prints instead of the arrays.
func firstDifference<Word: Equatable>(_ lhs: [Word], _ rhs: [Word]) -> Int? {
  if lhs == rhs { return nil }
  return zip(lhs, rhs).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lhs.count, rhs.count)
}
