package ledger

// Domain separation of what this package hashes itself. Everything it signs has
// the domains of C2SP: the note text of a checkpoint, "cosignature/v1", and
// "subtree/v1".
const domainCommit = "landbridge/commit/v1\x00" // salted commitment of an entry
