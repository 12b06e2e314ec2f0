package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/peer"
)

// Deadlines of the face for people, and of stopping.
const (
	readHeader   = 10 * time.Second
	readBody     = 30 * time.Minute // a large file over a slow line
	writeAnswer  = 30 * time.Minute
	idleConn     = 2 * time.Minute
	maxHeader    = 64 << 10
	stopPatience = 5 * time.Second // for requests under way when the node stops
	housekeeping = time.Hour
)

// Run serves until ctx ends, then stops in order: no new requests, those under
// way are answered, workers end, and what they did not finish is rows that the
// next start finds.
func (n *Node) Run(ctx context.Context) error {
	staffL, err := listen(n.Config.Listen, "listen")
	if err != nil {
		return err
	}
	peerL, err := listen(n.Config.PeerListen, "peer_listen")
	if err != nil {
		staffL.Close()
		return err
	}
	return n.Serve(ctx, staffL, peerL)
}

func listen(addr, setting string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fail.Because(err, fail.Unavailable, "the address %s is not free (%s); stop what uses it, or choose another", addr, setting)
	}
	return l, nil
}

// Serve is Run on listeners that are there already. It closes them.
func (n *Node) Serve(ctx context.Context, staffL, peerL net.Listener) error {
	passed, err := parseFronts(n.Config.Fronts)
	if err != nil {
		return err
	}
	people := &http.Server{
		Handler: passed.behind(n.staff), ReadHeaderTimeout: readHeader, ReadTimeout: readBody, WriteTimeout: writeAnswer, IdleTimeout: idleConn,
		MaxHeaderBytes: maxHeader, ErrorLog: serverLog(n.deps.Logger),
	}
	staffL, err = n.overTLS(staffL)
	if err != nil {
		return err
	}
	everyone, publicL, err := n.listenPublic(passed)
	if err != nil {
		return err
	}
	nodes := peer.Server(n.peer)
	nodes.ErrorLog = serverLog(n.deps.Logger)
	here := Running{URL: n.Config.StaffURL(), Peer: n.Config.PeerURL(), PID: os.Getpid(), Started: n.deps.Clock().UTC()}
	if err := writeRunning(n.Config.Dir, here); err != nil {
		return err
	}
	defer os.Remove(n.Config.path(runName))
	g, run := errgroup.WithContext(ctx)
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	g.Go(func() error { return serve(people, staffL) })
	g.Go(func() error { return serve(nodes, tls.NewListener(peerL, peer.TLSConfig(n.Keys))) })
	if publicL != nil {
		g.Go(func() error { return serve(everyone, publicL) })
	}
	g.Go(func() error { return n.Work(work) })
	g.Go(func() error {
		<-run.Done()
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		err := errors.Join(shut(patience, people), shut(patience, nodes), shut(patience, everyone))
		stopWork()
		return err
	})
	n.deps.Logger.Info("ready", "party", n.Party, "pages", n.Config.StaffURL(), "peers", n.Config.PeerURL())
	return g.Wait()
}

// overTLS lets a listener for people speak TLS, if there is a certificate.
func (n *Node) overTLS(l net.Listener) (net.Listener, error) {
	if n.Config.TLSCert == "" {
		return l, nil
	}
	cert, err := tls.LoadX509KeyPair(n.Config.path(n.Config.TLSCert), n.Config.path(n.Config.TLSKey))
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "tls_cert and tls_key cannot be read as a certificate and its key: %v", err)
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}), nil
}

// Work does what a node does of its own accord, without listening, until ctx
// ends: it carries mail, runs clocks and keeps house.
func (n *Node) Work(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return stopped(n.Exchange.Run(ctx)) })
	g.Go(func() error { return stopped(n.jobs.Run(ctx)) })
	g.Go(func() error { return n.keepHouse(ctx) })
	g.Go(func() error {
		if err := n.Screening.Warm(ctx); err != nil && ctx.Err() == nil {
			n.report(err) // the first question reads them again
		}
		return nil
	})
	return g.Wait()
}

func serve(s *http.Server, l net.Listener) error {
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving %s: %w", l.Addr(), err)
	}
	return nil
}

// shut lets requests under way end; live feeds never do, so they are cut.
func shut(ctx context.Context, s *http.Server) error {
	if err := s.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		return s.Close()
	} else if err != nil {
		return err
	}
	return nil
}

// stopped takes the end of a worker that was told to stop for what it is.
func stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// keepHouse forgets what is kept for a while only.
func (n *Node) keepHouse(ctx context.Context) error {
	tick := time.NewTicker(housekeeping)
	defer tick.Stop()
	for {
		err := errors.Join(n.answers.sweep(ctx), n.Screening.Sweep(ctx), n.Rights.Sweep(ctx), n.Guests.Sweep(ctx), n.Calls.Sweep(ctx), n.Visit.Sweep(ctx),
			n.Blobs.Sweep(n.deps.Clock().Add(-24*time.Hour)))
		if err != nil && ctx.Err() == nil {
			n.report(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// serverLog sends what net/http has to say to the node's own log, at a level
// at which strangers' broken connections do not fill it.
func serverLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
