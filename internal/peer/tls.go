package peer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

// Deadlines says how long a connection between nodes may be silent. The zero
// value of a field is its default. Together they find a dead connection within
// ten seconds.
type Deadlines struct {
	Dial   time.Duration // until a connection stands
	Shake  time.Duration // of the TLS handshake
	Answer time.Duration // from the last byte asked to the first answered
	Move   time.Duration // without one byte moving, in either direction
	Idle   time.Duration // until an unused connection is closed
}

func (d Deadlines) orDefault() Deadlines {
	for _, f := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&d.Dial, 3 * time.Second}, {&d.Shake, 4 * time.Second}, {&d.Answer, 6 * time.Second},
		{&d.Move, 5 * time.Second}, {&d.Idle, 60 * time.Second},
	} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return d
}

const (
	maxHeaderBytes = 8 << 10
	maxConns       = 12 // to one peer: each lane and question may have its own
)

// Server returns a server with every deadline set, to be given a listener
// made with [TLSConfig].
func Server(h http.Handler) *http.Server {
	d := Deadlines{}.orDefault()
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: d.Answer,
		IdleTimeout:       2 * d.Idle, // longer than the client's, so that it is the client who closes
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(io.Discard, "", 0), // strangers knocking are no news
		Protocols:         oneOne(),
	}
}

func oneOne() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return p
}

// TLSConfig returns the server's side of mutual TLS: TLS 1.3, any client
// certificate or none, checked against the directory by the handler, so that a
// stranger is told in a sentence why it is refused.
func TLSConfig(keys *party.Keys) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{keys.TLS},
		ClientAuth:   tls.RequestClientCert,
		NextProtos:   []string{"http/1.1"},
	}
}

// A movingConn closes itself when a write stands still: the other side is gone
// without a word, or takes nothing. It takes long bodies, as long as they move.
type movingConn struct {
	net.Conn
	still time.Duration
}

// Write implements net.Conn.
func (c *movingConn) Write(p []byte) (int, error) {
	stop := time.AfterFunc(c.still, func() { c.Conn.Close() })
	defer stop.Stop()
	return c.Conn.Write(p)
}

// Clients returns a function that makes the client for each peer, for
// exchange.Config.Client: one client a peer, pinned by the directory.
func Clients(keys *party.Keys, directory *party.Directory) func(landbridge.PartyID) *http.Client {
	return ClientsWith(keys, directory, Deadlines{})
}

// ClientsWith is Clients with other deadlines, for slow links and fast tests.
func ClientsWith(keys *party.Keys, directory *party.Directory, d Deadlines) func(landbridge.PartyID) *http.Client {
	d = d.orDefault()
	var mu sync.Mutex
	clients := map[landbridge.PartyID]*http.Client{}
	return func(p landbridge.PartyID) *http.Client {
		mu.Lock()
		defer mu.Unlock()
		if clients[p] == nil {
			clients[p] = &http.Client{Transport: transport(keys, directory, p, d), CheckRedirect: noRedirect}
		}
		return clients[p]
	}
}

// noRedirect: a node answers itself or not at all.
func noRedirect(*http.Request, []*http.Request) error {
	return fail.New(fail.Denied, "the peer sends us elsewhere; correct the address in its record")
}

func transport(keys *party.Keys, directory *party.Directory, p landbridge.PartyID, d Deadlines) *http.Transport {
	dialer := &net.Dialer{Timeout: d.Dial, KeepAlive: d.Move}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &movingConn{c, d.Move}, nil
		},
		TLSClientConfig:        clientTLS(keys, directory, p),
		TLSHandshakeTimeout:    d.Shake,
		ResponseHeaderTimeout:  d.Answer,
		IdleConnTimeout:        d.Idle,
		MaxConnsPerHost:        maxConns,
		MaxIdleConnsPerHost:    maxConns,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      false,
		Protocols:              oneOne(),
		DisableCompression:     true,
		WriteBufferSize:        64 << 10,
		ReadBufferSize:         64 << 10,
	}
}

// clientTLS accepts the certificate the directory names, and no other: names,
// authorities and dates in it mean nothing here.
func clientTLS(keys *party.Keys, directory *party.Directory, p landbridge.PartyID) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		Certificates:       []tls.Certificate{keys.TLS},
		NextProtos:         []string{"http/1.1"},
		InsecureSkipVerify: true, // replaced by the pin below, which is stricter
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return fail.New(fail.Unsigned, "%s shows no certificate", p)
			}
			return check(directory, p, s.PeerCertificates[0])
		},
	}
}

func check(directory *party.Directory, p landbridge.PartyID, c *x509.Certificate) error {
	v, err := directory.View(context.Background())
	if err != nil {
		return err
	}
	return v.CheckPin(p, c)
}
