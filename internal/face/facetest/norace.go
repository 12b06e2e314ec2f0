//go:build !race

package facetest

// UnderRace reports whether the race detector looks on; see race.go.
const UnderRace = false
