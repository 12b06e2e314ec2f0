// Package peer is the edge between nodes: HTTPS with mutual TLS whose
// certificates are pinned by the directory, deadlines everywhere, and bounds on
// every body. It also serves the public, read-only log.
//
// Trust: the edge says who is asking, and nothing more; what may be done is
// decided behind it. An attacker without a key in the directory can reach the
// public log and the sentence that refuses everything else.
//
// Limits: HTTP/1.1 only. HTTP/2 shares one connection, and one that dropped
// packets stays stuck for minutes unless it is pinged; a connection of
// HTTP/1.1 is found dead by its deadlines.
package peer

import (
	"crypto/tls"
	"net/http"

	"landbridge.example"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
)

// Config is what the edge stands on.
type Config struct {
	Party     landbridge.PartyID
	Exchange  *exchange.Exchange
	Directory *party.Directory
	Log       *record.Log
	// Identify says who is asking. Nil means by the pinned certificate, which
	// is right everywhere but in a simulated network without TLS.
	Identify func(*http.Request) (landbridge.PartyID, error)
}

// New returns the handler of requests from other nodes.
func New(c Config) http.Handler { return http.NotFoundHandler() }

// Log returns the handler of the public log, to be mounted under /log/.
func Log(log *record.Log) http.Handler { return http.NotFoundHandler() }

// Server returns a server with every deadline set, to be given a TLS listener
// made with TLSConfig.
func Server(h http.Handler) *http.Server { return &http.Server{Handler: h} }

// TLSConfig returns the server's side of mutual TLS: TLS 1.3, any client
// certificate, checked against the directory by the handler so that a stranger
// is told in a sentence why it is refused.
func TLSConfig(keys *party.Keys) *tls.Config { return &tls.Config{} }

// Clients returns a function that makes the client for each peer, for
// exchange.Config.Client: one client a peer, pinned by the directory.
func Clients(keys *party.Keys, directory *party.Directory) func(landbridge.PartyID) *http.Client {
	return func(landbridge.PartyID) *http.Client { return &http.Client{} }
}

var errLater = fail.New(fail.Internal, "not built yet")
