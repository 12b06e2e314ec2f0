//go:build race

package exchange_test

// underRace: the race detector makes everything many times slower, and finds
// nothing in loops that start no goroutine.
const underRace = true
