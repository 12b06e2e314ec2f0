package index

// cellNoise moves cells of the data in a replication.
type cellNoise struct{}
