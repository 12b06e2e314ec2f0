//go:build race

package facetest

// UnderRace reports whether the race detector looks on. It makes everything many
// times slower, and finds nothing in loops that start no goroutine: what they
// go through is tested whole without it.
const UnderRace = true
