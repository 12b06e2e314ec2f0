//go:build race

package sim_test

// underRace: the race detector makes everything many times slower, and a few
// stories meet the same code as all.
const underRace = true
