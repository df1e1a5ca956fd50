// SPDX-License-Identifier: Apache-2.0

import BFV
import BigIntegers
import ModularArithmetic
import PolynomialRing
import RLWE
import TestSupport
import Testing

/// A parameter set with key switching.
struct SwitchingSet: Sendable, CustomTestStringConvertible {
  let name: String
  let degree: Int
  let bits: [Int]
  var specialBits: [Int] = []
  var digitLimbs = 1
  var gadgetBits: Int?
  let plaintextModulus: UInt64
  var security = SecurityLevel.uncheckedInsecure

  var testDescription: String { name }

  func literal() throws -> BFVParameterLiteral {
    var used: Set<UInt64> = [plaintextModulus]
    func primes(_ widths: [Int]) throws -> [UInt64] {
      try widths.map { width in
        let prime = try NTTPrimes.largest(below: width, degree: degree, count: 1, excluding: used)[0]
        used.insert(prime)
        return prime
      }
    }
    let moduli = try primes(bits)
    let special = try primes(specialBits)
    return BFVParameterLiteral(
      degree: degree, moduli: moduli, plaintextModulus: plaintextModulus,
      keySwitching: gadgetBits.map { .gadget(digitBits: $0) }
        ?? .hybrid(specialModuli: special, digitLimbs: digitLimbs),
      security: security)
  }

  static let tiny: [SwitchingSet] = [
    SwitchingSet(
      name: "N=8, 3×40 bits, one special prime", degree: 8, bits: [40, 40, 40], specialBits: [42], plaintextModulus: 17),
    SwitchingSet(
      name: "N=16, 5×40 bits, digits of two", degree: 16, bits: [40, 40, 40, 40, 40], specialBits: [42, 42],
      digitLimbs: 2, plaintextModulus: 97),
    SwitchingSet(
      name: "N=64, 4×46 bits, digits of three", degree: 64, bits: [46, 46, 46, 46], specialBits: [46, 46, 46],
      digitLimbs: 3, plaintextModulus: 257),
    SwitchingSet(
      name: "N=32, 2×45 bits, gadget of 9 bits", degree: 32, bits: [45, 45], gadgetBits: 9, plaintextModulus: 193),
    SwitchingSet(
      name: "N=64, 3×58 bits, wide primes", degree: 64, bits: [58, 58, 58], specialBits: [60], plaintextModulus: 257),
    SwitchingSet(
      name: "N=16, 6×46 bits, t=2^60", degree: 16, bits: [46, 46, 46, 46, 46, 46], specialBits: [46, 46], digitLimbs: 2,
      plaintextModulus: 1 << 60),
    SwitchingSet(
      name: "N=64, 3×42 bits, wide special prime", degree: 64, bits: [42, 42, 42], specialBits: [60],
      plaintextModulus: 257),
  ]

  static let real: [SwitchingSet] = [
    SwitchingSet(
      name: "N=4096, 2×36 bits, one special prime", degree: 4096, bits: [34, 34], specialBits: [38],
      plaintextModulus: 40_961, security: .classical128),
    SwitchingSet(
      name: "N=8192, 4×42 bits, one special prime", degree: 8192, bits: [42, 42, 42, 42], specialBits: [46],
      plaintextModulus: 65_537, security: .classical128),
    SwitchingSet(
      name: "N=2048, 1×53 bits, gadget of 11 bits", degree: 2048, bits: [53], gadgetBits: 11, plaintextModulus: 12_289,
      security: .classical128),
    SwitchingSet(
      name: "N=16384, 8×43 bits, digits of two", degree: 16_384, bits: Array(repeating: 42, count: 8),
      specialBits: [46, 46], digitLimbs: 2, plaintextModulus: 65_537, security: .classical128),
  ]
}

/// Parameters with all keys.
final class SwitchingFixture: Sendable {
  let set: SwitchingSet
  let parameters: BFVParameters
  let secret: SecretKey
  let keys: EvaluationKeys
  let evaluator: BFVEvaluator

  init(_ set: SwitchingSet, rotations: [Int] = [1, -1, 3], kernels: KernelChoice = .automatic, parallelism: Int = 1)
    throws
  {
    self.set = set
    parameters = try BFVParameters(set.literal(), kernels: kernels)
    secret = SecretKey(parameters: parameters.rlwe)
    keys = try secret.evaluationKeys(
      EvaluationKeyRequest(
        relinearization: true, rotations: rotations, conjugation: true, degree: set.degree), parallelism: parallelism
    ).expanded(parallelism: parallelism)
    evaluator = BFVEvaluator(parameters: parameters, parallelism: parallelism)
  }

  func encrypt(_ message: [UInt64]) throws -> Ciphertext<Coefficient> {
    try secret.encrypt(try BFVPlaintext(coefficients: message, parameters: parameters)).expanded().coefficientForm()
  }

  func decrypt(_ ciphertext: Ciphertext<Coefficient>) throws -> [UInt64] {
    try secret.decrypt(ciphertext, parameters: parameters).coefficients
  }

  /// The product modulo X^N + 1 and t.
  func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    let t = parameters.plaintextModulus
    let n = a.count
    var result = [UInt64](repeating: 0, count: n)
    for i in 0..<n where a[i] != 0 {
      for j in 0..<n {
        let term = t.multiply(a[i], b[j])
        let place = (i + j) % n
        result[place] = i + j < n ? t.add(result[place], term) : t.subtract(result[place], term)
      }
    }
    return result
  }

  /// A message with few terms where the ring is large: products stay cheap to check.
  func message(_ generator: inout TestGenerator, sparse: Bool) -> [UInt64] {
    let t = parameters.plaintextModulus.value
    guard sparse else { return generator.words(set.degree, below: t) }
    var result = [UInt64](repeating: 0, count: set.degree)
    for _ in 0..<64 { result[Int(generator.next(below: UInt64(set.degree)))] = generator.next(below: t) }
    return result
  }

  func log2Noise(_ ciphertext: Ciphertext<Coefficient>, message: [UInt64]) -> Double {
    let phase = secret.phase(of: ciphertext)
    return log2Noise(phase.polynomial, message: message)
  }

  func log2Noise(_ ciphertext: QuadraticCiphertext<Coefficient>, message: [UInt64]) -> Double {
    let phase = secret.phase(of: ciphertext)
    return log2Noise(phase.polynomial, message: message)
  }

  /// log2 of the largest coefficient of the phase minus Q·m/t.
  private func log2Noise(_ phase: RNSPolynomial<Coefficient>, message: [UInt64]) -> Double {
    let t = BigInteger(parameters.plaintextModulus.value)
    let q = phase.basis.product
    let tq = q * t
    let largest = zip(integers(phase), message).map { value, m in
      (value * t - q * BigInteger(m)).centeredResidue(modulo: tq).magnitude
    }.max()
    return largest.map { $0.isZero ? -.infinity : $0.log2 - t.log2 } ?? -.infinity
  }
}

@Suite struct KeySwitchingTests {
  @Test(arguments: SwitchingSet.tiny + SwitchingSet.real)
  func productsDecryptWithinTheirBound(_ set: SwitchingSet) throws {
    var generator = TestGenerator(seed: 0xB5_0001)
    let fixture = try SwitchingFixture(set)
    let sparse = set.degree > 256
    let (a, b) = (fixture.message(&generator, sparse: sparse), fixture.message(&generator, sparse: false))
    let (x, y) = (try fixture.encrypt(a), try fixture.encrypt(b))
    let expected = fixture.product(a, b)
    let product = try fixture.evaluator.multiply(x, y)
    let quadratic = fixture.log2Noise(product, message: expected)
    let quadraticBound = product.noise.log2Magnitude(degree: set.degree, failure: .ownUse)
    #expect(quadratic <= quadraticBound, "\(generator)")
    let relinearized = try fixture.evaluator.relinearize(product, with: fixture.keys)
    #expect(try fixture.decrypt(relinearized) == expected, "\(generator)")
    let noise = fixture.log2Noise(relinearized, message: expected)
    let bound = relinearized.noise.log2Magnitude(degree: set.degree, failure: .ownUse)
    #expect(noise <= bound, "\(generator)")
    if set.degree >= 2048 { #expect(bound - noise < 8, "bound \(bound), measured \(noise)") }
    print("\(set.name): product \(quadratic) of \(quadraticBound), relinearised \(noise) of \(bound)")
  }

  /// In both forms, on one thread and several, in one round and in rounds of one and two keys.
  @Test(arguments: SwitchingSet.tiny + SwitchingSet.real)
  func severalAutomorphismsAreTheSameAsEach(_ set: SwitchingSet) throws {
    var generator = TestGenerator(seed: 0xB5_0012)
    let fixture = try SwitchingFixture(set)
    var ciphertext = try fixture.encrypt(fixture.message(&generator, sparse: false))
    // Fewer primes than the keys have.
    if set.bits.count > 2 { ciphertext = try ciphertext.droppingPrimes(toLimbCount: set.bits.count - 1) }
    let evaluation = ciphertext.evaluationForm()
    // The identity and a repetition among them.
    let elements = [1, 0, -1, 3, 1].map { GaloisElement.rotation(by: $0, degree: set.degree) }
    let expected = try elements.map { element in
      (
        try ciphertext.applying(element, with: fixture.keys, parallelism: .none),
        try evaluation.applying(element, with: fixture.keys, parallelism: .none)
      )
    }
    // More than two keys wait for, and less than three.
    let special = set.specialBits.count
    let wait = 5 * (special == 1 ? 1 : special + 1) * set.degree * MemoryLayout<UInt64>.stride
    for threads in [1, 2, 3] {
      for waitingBytes in [wait, 0, KeySwitch.usualWaitingBytes] {
        let images = try ciphertext.applying(
          elements, with: fixture.keys, parallelism: Parallelism(threads), waitingBytes: waitingBytes)
        let evaluations = try evaluation.applying(
          elements, with: fixture.keys, parallelism: Parallelism(threads), waitingBytes: waitingBytes)
        #expect(images.count == elements.count && evaluations.count == elements.count)
        for (index, expected) in expected.enumerated() {
          let comment: Comment = "\(elements[index]), \(threads) threads, \(waitingBytes) bytes, \(generator)"
          #expect(images[index].c0 == expected.0.c0 && images[index].c1 == expected.0.c1, comment)
          #expect(evaluations[index].c0 == expected.1.c0 && evaluations[index].c1 == expected.1.c1, comment)
          #expect(images[index].noise == expected.0.noise && evaluations[index].noise == expected.1.noise, comment)
        }
      }
    }
    #expect(try ciphertext.applying([], with: fixture.keys, parallelism: .none).isEmpty)
  }

  @Test(arguments: SwitchingSet.tiny + SwitchingSet.real)
  func automorphismsPermuteTheMessage(_ set: SwitchingSet) throws {
    var generator = TestGenerator(seed: 0xB5_0002)
    let fixture = try SwitchingFixture(set)
    let t = fixture.parameters.plaintextModulus
    let message = fixture.message(&generator, sparse: false)
    let ciphertext = try fixture.encrypt(message)
    let elements =
      [1, -1, 3].map { GaloisElement.rotation(by: $0, degree: set.degree) } + [.conjugation(degree: set.degree)]
    let hoisted = try fixture.evaluator.apply(elements, toOne: ciphertext, with: fixture.keys)
    for (element, other) in zip(elements, hoisted) {
      var expected = [UInt64](repeating: 0, count: set.degree)
      for (k, word) in message.enumerated() {
        let power = k * element.value % (2 * set.degree)
        expected[power % set.degree] = power < set.degree ? word : t.negate(word)
      }
      let image = try fixture.evaluator.apply(element, to: ciphertext, with: fixture.keys)
      #expect(try fixture.decrypt(image) == expected, "\(element), \(generator)")
      #expect(image.c0 == other.c0 && image.c1 == other.c1, "hoisted \(element), \(generator)")
      let evaluation = try fixture.evaluator.apply(element, to: ciphertext.evaluationForm(), with: fixture.keys)
      #expect(try fixture.decrypt(evaluation.coefficientForm()) == expected, "\(element), \(generator)")
      let noise = fixture.log2Noise(image, message: expected)
      let bound = image.noise.log2Magnitude(degree: set.degree, failure: .ownUse)
      #expect(noise <= bound, "\(generator)")
      if set.degree >= 2048 { #expect(bound - noise < 6, "bound \(bound), measured \(noise)") }
    }
  }

  @Test(arguments: SwitchingSet.tiny + SwitchingSet.real)
  func lowerLevelsUseAPrefixOfTheKeys(_ set: SwitchingSet) throws {
    guard set.bits.count > 1 else { return }
    var generator = TestGenerator(seed: 0xB5_0003)
    let fixture = try SwitchingFixture(set)
    let message = fixture.message(&generator, sparse: false)
    let element = GaloisElement.rotation(by: 1, degree: set.degree)
    var ciphertext = try fixture.encrypt(message)
    let full = try fixture.decrypt(try fixture.evaluator.apply(element, to: ciphertext, with: fixture.keys))
    let seeded = try fixture.secret.evaluationKeys(
      EvaluationKeyRequest(galoisElements: [element]))
    // Enough primes stay for the noise of a switch under every set here.
    for limbs in (set.bits.count / 2 + 1..<set.bits.count).reversed() {
      ciphertext = try fixture.evaluator.switchModulus(ciphertext)
      let trimmed = seeded.trimmed(limbCount: limbs).expanded()
      let whole = try fixture.evaluator.apply(element, to: ciphertext, with: fixture.keys)
      #expect(try fixture.decrypt(whole) == full, "\(limbs) primes, \(generator)")
      let part = try fixture.evaluator.apply(element, to: ciphertext, with: trimmed)
      #expect(try fixture.decrypt(part) == full, "\(limbs) primes, \(generator)")
      let fresh = try fixture.encrypt(message)
      #expect(throws: RLWEError.keysTooShort(keys: limbs, ciphertext: set.bits.count)) {
        try fixture.evaluator.apply(element, to: fresh, with: trimmed)
      }
    }
  }

  /// Squares, and products with other ciphertexts and rotations, until one is refused: none decrypts wrongly before, and no
  /// noise passes its bound.
  @Test(arguments: [SwitchingSet.real[1], SwitchingSet.real[3]], [1, 2] as [UInt64])
  func deepCircuitsDecryptOrAreRefused(_ set: SwitchingSet, _ seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let fixture = try SwitchingFixture(set)
    let encoder = try BatchEncoder(parameters: fixture.parameters)
    let t = fixture.parameters.plaintextModulus
    let half = set.degree / 2
    func encode(_ slots: [UInt64]) throws -> BFVPlaintext {
      try encoder.encode(slots.map { $0 > t.value / 2 ? Int64($0) - Int64(t.value) : Int64($0) })
    }
    func fresh() throws -> (Ciphertext<Coefficient>, [UInt64]) {
      let slots = generator.words(set.degree, below: t.value)
      return (try fixture.secret.encrypt(try encode(slots)).expanded().coefficientForm(), slots)
    }
    var (ciphertext, slots) = try fresh()
    var depth = 0
    var largestGap = 0.0
    while true {
      do {
        if generator.next() % 2 == 0 {
          ciphertext = try fixture.evaluator.square(ciphertext, with: fixture.keys)
          slots = slots.map { t.multiply($0, $0) }
        } else {
          let (other, otherSlots) = try fresh()
          ciphertext = try fixture.evaluator.multiply(ciphertext, other, with: fixture.keys)
          slots = zip(slots, otherSlots).map { t.multiply($0, $1) }
        }
        ciphertext = try fixture.evaluator.rotateRows(ciphertext, by: 3, with: fixture.keys)
        slots = slots.indices.map { slots[$0 / half * half + ($0 % half + 3) % half] }
      } catch RLWEError.noiseExhausted {
        break
      }
      depth += 1
      let message = try encode(slots).coefficients
      #expect(try fixture.decrypt(ciphertext) == message, "depth \(depth), \(generator)")
      let noise = fixture.log2Noise(ciphertext, message: message)
      let bound = ciphertext.noise.log2Magnitude(degree: set.degree, failure: .ownUse)
      #expect(noise <= bound, "depth \(depth), \(generator)")
      largestGap = max(largestGap, bound - noise)
    }
    print("\(set.name), seed \(seed): depth \(depth), bound at most \(largestGap) bits over the noise")
    #expect(depth >= 3)
  }
}
