// Package sheet reads the tables that people send, as CSV or XLSX, and says
// what must be put right before they are numbers.
//
// Trust: files come from strangers. Nothing is guessed: a cell that could mean
// two things is a finding with what is proposed, and a person chooses.
//
// Limits: see the constants.
package sheet
