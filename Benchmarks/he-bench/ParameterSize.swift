// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import Tacit

/// A parameter set in bits: how wide each prime of Q and each special prime is, and how many primes make a digit.
struct ParameterSize {
  /// Ring degree N.
  let degree: Int

  /// The widths of the primes of Q, first to last.
  let modulusBits: [Int]

  /// The widths of the special primes.
  let specialBits: [Int]

  /// Primes in a digit.
  let digitLimbs: Int

  /// How many primes Q has.
  var limbs: Int { modulusBits.count }

  /// How many special primes there are.
  var specialLimbs: Int { specialBits.count }

  /// The largest primes of these widths, each once.
  func primes() throws -> (moduli: [UInt64], special: [UInt64]) {
    let widths = modulusBits + specialBits
    var primes: [Int: ArraySlice<UInt64>] = [:]
    for bits in Set(widths) {
      let count = widths.count { $0 == bits }
      primes[bits] = try NTTPrimes.largest(below: bits, degree: degree, count: count)[...]
    }
    let all = widths.compactMap { primes[$0]?.popFirst() }
    return (Array(all.prefix(limbs)), Array(all.dropFirst(limbs)))
  }

  /// The same for a scheme whose primes after the first each divide a scale of about their width.
  ///
  /// Chosen from the last to the second, so that S(l-1) = S(l)²/q(l) comes next to the first scale each time [KPP20, section
  /// 4].
  func primes(dividingScale scale: Double) throws -> (moduli: [UInt64], special: [UInt64]) {
    let others = ParameterSize(
      degree: degree, modulusBits: [modulusBits[0]], specialBits: specialBits, digitLimbs: digitLimbs)
    let (base, special) = try others.primes()
    var used = Set(base + special)
    var levels: [UInt64] = []
    var current = scale
    for _ in 1..<limbs {
      let target = UInt64(current / scale * current)
      guard let prime = NTTPrimes.nearest(to: target, below: 1 << 46, degree: degree, excluding: used) else {
        throw BenchmarkError.badParameter(parameters.description)
      }
      used.insert(prime)
      levels.append(prime)
      current = current / Double(prime) * current
    }
    return (base + levels.reversed(), special)
  }

  /// What the primes make of Q, of Q·P, and of the largest Q·P that 128 bits of security leave.
  func details(_ parameters: RLWEParameters) -> Parameters {
    let limit = SecurityTable.maximumModulusBits(degree: degree, level: parameters.literal.security) ?? 0
    return [
      "limbs": .integer(limbs), "special_limbs": .integer(specialLimbs),
      "log_q": .integer(parameters.basis.productBits), "log_qp": .integer(parameters.keyBasis.productBits),
      "log_qp_limit": .integer(limit), "security": .text(parameters.literal.security.rawValue),
    ]
  }

  // MARK: As text

  /// What tells one set from another, such as `n=8192 bits=4x42 special_bits=46 digit_limbs=1`.
  var parameters: Parameters {
    [
      "n": .integer(degree), "bits": .text(Self.text(modulusBits)), "special_bits": .text(Self.text(specialBits)),
      "digit_limbs": .integer(digitLimbs),
    ]
  }

  /// Collects them.
  init(degree: Int, modulusBits: [Int], specialBits: [Int], digitLimbs: Int) {
    self.degree = degree
    self.modulusBits = modulusBits
    self.specialBits = specialBits
    self.digitLimbs = digitLimbs
  }

  /// Reads what `parameters` describes, word by word.
  init(_ words: some Sequence<some StringProtocol>) throws {
    var fields: [String: String] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { throw BenchmarkError.badParameter(String(word)) }
      fields[String(parts[0])] = String(parts[1])
    }
    func field<Value>(_ name: String, _ read: (String) -> Value?) throws -> Value {
      guard let value = fields[name].flatMap(read) else {
        throw BenchmarkError.badParameter("\(name)=\(fields[name] ?? "")")
      }
      return value
    }
    self.init(
      degree: try field("n") { Int($0) }, modulusBits: try field("bits", Self.widths),
      specialBits: try field("special_bits", Self.widths), digitLimbs: try field("digit_limbs") { Int($0) })
  }

  /// Runs of equal widths, such as `46+7x40`.
  private static func text(_ widths: [Int]) -> String {
    var runs: [(bits: Int, count: Int)] = []
    for bits in widths {
      if let last = runs.last, last.bits == bits {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((bits, 1))
      }
    }
    return runs.map { $0.count == 1 ? "\($0.bits)" : "\($0.count)x\($0.bits)" }.joined(separator: "+")
  }

  /// Reads such runs.
  private static func widths(_ text: String) -> [Int]? {
    var widths: [Int] = []
    for run in text.split(separator: "+") {
      let numbers = run.split(separator: "x").map { Int($0) }
      switch (numbers.first, numbers.count) {
      case (let bits??, 1): widths.append(bits)
      case (let count??, 2):
        guard let bits = numbers[1], (1...64).contains(count) else { return nil }
        widths += Array(repeating: bits, count: count)
      default: return nil
      }
    }
    return widths.isEmpty ? nil : widths
  }
}
