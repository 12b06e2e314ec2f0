//go:build race

package main

// underRace: times and memory are then the detector's, not the program's.
const underRace = true
