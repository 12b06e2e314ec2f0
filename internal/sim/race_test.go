//go:build race

package sim_test

// underRace: the race detector makes everything many times slower, and one
// ending of each process meets the same code as four.
const underRace = true
