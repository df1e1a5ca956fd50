// SPDX-License-Identifier: Apache-2.0

// The umbrella: `import Tacit` gives the whole engine.
@_exported public import BFV
@_exported public import CKKS
@_exported public import struct ComplexModule.Complex
@_exported public import enum PolynomialRing.Coefficient
@_exported public import enum PolynomialRing.Evaluation
@_exported public import RLWE
@_exported public import protocol RealModule.Real
