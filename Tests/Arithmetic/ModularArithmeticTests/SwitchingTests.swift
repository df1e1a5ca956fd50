// SPDX-License-Identifier: Apache-2.0

import ModularArithmetic
import TestSupport
import Testing

/// The steps of a key switch modulo one prime and two, word by word.
@Suite struct SwitchingTests {
  private func residues(_ count: Int, _ q: Modulus, extreme: Bool, _ generator: inout TestGenerator) -> [UInt64] {
    extreme ? Array(repeating: q.value - 1, count: count) : generator.words(count, below: q.value)
  }

  /// One prime is read as it is, reduced or centred: its words times one, for primes narrower and wider than the digit's.
  @Test(arguments: KernelBackend.supported, [5, 12, 13, 14])
  func digitsOfOnePrime(_ backend: KernelBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x5518 + UInt64(logDegree))
    let degree = 1 << logDegree
    let widest = min(46, backend.modulusLimit.trailingZeroBitCount)
    let target = Modulus(try NTTPrimes.largest(below: 36, degree: degree, count: 1)[0])
    let transform = Transform(
      backend, target, logDegree: logDegree,
      root: try #require(RootsOfUnity.minimalPrimitive(order: 2 << UInt64(logDegree), modulo: target)))
    let packed = AlignedWords(
      Array(repeating: 0, count: backend.packedKeyWords(terms: 1, count: degree, modulo: target)))
    let ones = [UInt64](repeating: 1, count: degree)
    packed.mutate { backend.packKey(&$0, ones.span, ones.span, term: 0, of: 1, modulo: target) }
    for (bits, isCentred) in [(30, false), (38, false), (widest, false), (30, true), (36, true), (widest, true)] {
      let source = Modulus(try NTTPrimes.largest(below: bits, degree: degree, count: 2)[1])
      let conversion = RNSConversion(
        from: [source], to: [target], inverses: [], factors: [1],
        rounding: isCentred ? Self.centring(source, target) : nil)
      #expect(conversion.isCentring == isCentred && conversion.isSummation != isCentred)
      let half = source.value / 2
      let words = [0, half, half + 1, source.value - 1] + generator.words(degree - 4, below: source.value)
      let expected = transform.forward(
        words.map { word in
          isCentred && word > half ? target.negate(target.reduce(source.value - word)) : target.reduce(word)
        })
      let digit = AlignedWords(Array(repeating: 0, count: degree))
      let outputs = [AlignedWords(ones), AlignedWords(ones)]
      transform.tables.read { tables in
        digit.mutate { digit in
          backend.beginDigits(
            &digit, outStride: degree, words.span, inputStride: degree, degree: degree, by: conversion, targets: 0..<1
          ) { _, use in transform.tables.read(use) }
          packed.read { packed in
            outputs[0].mutate { out0 in
              outputs[1].mutate { out1 in
                backend.finishKeyProduct(
                  &out0, &out1, digits: &digit, digitStride: degree, terms: 1, begun: 1, packed: packed, packedTerms: 1,
                  modulo: target, tables: tables)
              }
            }
          }
        }
      }
      for output in outputs {
        #expect(firstDifference(output.array, expected) == nil, "\(bits) bits, centred \(isCentred), \(generator)")
      }
    }
  }

  /// The constants of a map that centres, and others that differ in one of them.
  @Test func onlyTheConstantsOfACentringMapAreTakenForOne() {
    let (source, target) = (Modulus(0x3FFF_FFFF_5001), Modulus(97))
    let centring = Self.centring(source, target)
    var otherFraction = centring
    otherFraction.fractions[0].low ^= 1
    var otherCorrection = centring
    otherCorrection.corrections[0] ^= 1
    func isCentring(
      _ rounding: RNSConversion.Rounding?, factor: UInt64 = 1, inverses: [UInt64] = [], from other: Modulus? = nil
    ) -> Bool {
      RNSConversion(from: [other ?? source], to: [target], inverses: inverses, factors: [factor], rounding: rounding)
        .isCentring
    }
    #expect(isCentring(centring))
    #expect(!isCentring(nil))
    #expect(!isCentring(otherFraction))
    #expect(!isCentring(otherCorrection))
    #expect(!isCentring(centring, factor: 2))
    #expect(!isCentring(centring, inverses: [1]))
    let even = Modulus(source.value - 1)
    #expect(!isCentring(Self.centring(even, target), from: even))
  }

  /// ⌊2^104/q⌋ and −q, by long division.
  private static func centring(_ q: Modulus, _ target: Modulus) -> RNSConversion.Rounding {
    var (digits, remainder): ([UInt64], UInt64) = ([0, 0], 1)
    for place in 0..<104 {
      let doubled = UInt128(remainder) * 2
      let bit: UInt64 = doubled >= UInt128(q.value) ? 1 : 0
      remainder = UInt64(doubled - UInt128(bit) * UInt128(q.value))
      digits[place / 52] = digits[place / 52] * 2 + bit
    }
    return RNSConversion.Rounding(
      fractions: [(high: digits[0], low: digits[1])], corrections: [target.negate(target.reduce(q.value))])
  }

  /// Digits of `inputs` primes modulo several others, and a tensor modulo every second one.
  ///
  /// They are begun, but for the last one, which is lazy modulo the first prime and known modulo the second.
  @Test(arguments: KernelBackend.supported, [3, 5, 6, 7, 12, 13, 14, 15])
  func digitsOfSeveralPrimes(_ backend: KernelBackend, _ logDegree: Int) throws {
    var generator = TestGenerator(seed: 0x5517 + UInt64(logDegree))
    let degree = 1 << logDegree
    let widest = min(46, backend.modulusLimit.trailingZeroBitCount)
    for (terms, inputs, outputs, extreme) in [(1, 1, 2, true), (2, 3, 1, false), (4, 2, 4, true), (3, 10, 3, false)] {
      let primes = try NTTPrimes.largest(below: widest, degree: degree, count: inputs + outputs).map { Modulus($0) }
      let (targets, from) = (Array(primes[..<outputs]), Array(primes[outputs...]))
      let factors = targets.map { q in from.map { _ in residues(1, q, extreme: extreme, &generator)[0] } }
      let conversion = RNSConversion(from: from, to: targets, inverses: [], factors: factors.flatMap { $0 })
      let transforms = try targets.map { q in
        Transform(
          backend, q, logDegree: logDegree,
          root: try #require(RootsOfUnity.minimalPrimitive(order: 2 << UInt64(logDegree), modulo: q)))
      }
      let digits = AlignedWords(Array(repeating: 0, count: outputs * terms * degree))
      var evaluations = [[[UInt64]]](repeating: [], count: outputs)
      for term in 0..<terms {
        let rows = from.map { residues(degree, $0, extreme: extreme, &generator) }
        for (j, q) in targets.enumerated() {
          let sums = (0..<degree).map { k in
            from.indices.reduce(UInt64(0)) { q.add($0, q.multiply(q.reduce(rows[$1][k]), factors[j][$1])) }
          }
          evaluations[j].append(transforms[j].forward(sums))
        }
        let isLazy = term == terms - 1 && terms > 1
        let flat = rows.flatMap { $0 }
        digits.mutate { digits in
          var first = digits._mutatingExtracting(term * degree..<((outputs - 1) * terms + term + 1) * degree)
          backend.beginDigits(
            &first, outStride: terms * degree, flat.span, inputStride: degree, degree: degree, by: conversion,
            targets: targets.indices
          ) { target, use in transforms[target].tables.read(use) }
          guard isLazy else { return }
          var row = digits._mutatingExtracting(term * degree..<(term + 1) * degree)
          let canonical = evaluations[0][term]
          backend.makeLazy(&row, canonical.span, modulo: targets[0])
        }
      }
      for (j, q) in targets.enumerated() {
        let keys = (0..<2 * terms).map { _ in residues(degree, q, extreme: extreme, &generator) }
        let packed = AlignedWords(
          Array(repeating: 0, count: backend.packedKeyWords(terms: terms, count: degree, modulo: q)))
        packed.mutate { packed in
          for term in 0..<terms {
            let (k0, k1) = (keys[2 * term], keys[2 * term + 1])
            backend.packKey(&packed, k0.span, k1.span, term: term, of: terms, modulo: q)
          }
        }
        let outputs = [AlignedWords(keys[0]), AlignedWords(keys[0])]
        let begun = UInt64(1) << UInt64(terms > 1 && j < 2 ? terms - 1 : terms) - 1
        let x = (0..<4).map { _ in residues(degree, q, extreme: extreme, &generator) }
        let scalar = extreme ? q.value - 1 : generator.next(below: q.value)
        let hasTensor = j % 2 == 1
        digits.mutate { digits in
          var rows = digits._mutatingExtracting(j * terms * degree..<(j + 1) * terms * degree)
          packed.read { packed in
            transforms[j].tables.read { tables in
              outputs[0].mutate { out0 in
                outputs[1].mutate { out1 in
                  let evaluations = evaluations[j][terms - 1]
                  let (a0, a1, b0, b1) = (x[0], x[1], x[2], x[3])
                  let tensor = TensorTerm(a0: a0.span, a1: a1.span, b0: b0.span, b1: b1.span, scalar: scalar)
                  backend.finishKeyProduct(
                    &out0, &out1, digits: &rows, digitStride: degree, terms: terms, begun: begun,
                    known: j == 1 && terms > 1 ? evaluations.span : nil, knownDigit: terms - 1, packed: packed,
                    packedTerms: terms, adding: hasTensor ? tensor : nil, modulo: q, tables: tables)
                }
              }
            }
          }
        }
        for (half, output) in outputs.enumerated() {
          let expected = (0..<degree).map { k in
            let sum = (0..<terms).reduce(UInt64(0)) { q.multiplyAdd(evaluations[j][$1][k], keys[2 * $1 + half][k], $0) }
            let square = q.multiply(x[0][k], x[2][k])
            let cross = q.add(q.multiply(x[0][k], x[3][k]), q.multiply(x[1][k], x[2][k]))
            return hasTensor ? q.multiplyAdd(half == 0 ? square : cross, scalar, sum) : sum
          }
          #expect(
            firstDifference(output.array, expected) == nil,
            "\(terms) digits of \(inputs) primes, N = \(degree), q = \(q), half \(half), \(generator)")
        }
      }
    }
  }
}
