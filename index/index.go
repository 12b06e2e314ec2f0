// Package index computes composite indicators: from a table of countries and
// indicators and one specification to scores, ranks, their uncertainty and
// what drives it. The rules are in spec/index.md; whoever follows them with
// the same files gets the same numbers.
//
// Trust: nothing here is secret and nothing here gates anything. A fault, or
// a person who controls the specification, can at most publish wrong scores;
// therefore every score can be recomputed by anyone from the specification and
// the data alone, and every cell says where it came from and what was done to it.
//
// Limits: no files, no clock, no randomness of its own. Randomness is counted
// from a seed, so a run is repeated exactly. Tables are bounded (see package table).
package index
