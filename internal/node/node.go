// Package node builds one party's whole node from its parts and runs it:
// database, keys, log, modules, the edges that face people and the edge that
// faces other nodes.
//
// Trust: this package hands every part what it needs and nothing more. It is
// where a part could be given too much, so wiring is kept in one file and free
// of decisions. Whoever controls the data folder controls the node, and
// nothing at any other node.
//
// Limits: one process serves one data folder; a lock in the folder holds off a second.
package node
