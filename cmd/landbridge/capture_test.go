package main

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// A capture is a set of proxies between nodes that keep every byte.
type capture struct {
	t     *testing.T
	mu    sync.Mutex
	bytes map[string]*bytes.Buffer // by the party that was called
	open  []net.Listener
}

func newCapture(t *testing.T) *capture {
	c := &capture{t: t, bytes: map[string]*bytes.Buffer{}}
	t.Cleanup(func() {
		for _, l := range c.open {
			l.Close()
		}
	})
	return c
}

// address puts a proxy in front of a node and returns how others reach it.
func (c *capture) address(party, listen string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	c.open, c.bytes[party] = append(c.open, l), &bytes.Buffer{}
	c.mu.Unlock()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed at the end of the test
			}
			go c.carry(party, listen, conn)
		}
	}()
	return "https://" + l.Addr().String()
}

func (c *capture) carry(party, listen string, from net.Conn) {
	defer from.Close()
	to, err := net.Dial("tcp", listen)
	if err != nil {
		return // the node is down: its caller sees a closed connection
	}
	defer to.Close()
	var both sync.WaitGroup
	pump := func(dst, src net.Conn) {
		_, _ = io.Copy(io.MultiWriter(c.writer(party), dst), src) // a killed node breaks it off
		dst.(*net.TCPConn).CloseWrite()
	}
	both.Go(func() { pump(to, from) })
	both.Go(func() { pump(from, to) })
	both.Wait()
}

type captureWriter struct {
	c     *capture
	party string
}

func (c *capture) writer(party string) io.Writer { return captureWriter{c, party} }

func (w captureWriter) Write(b []byte) (int, error) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	return w.c.bytes[w.party].Write(b)
}

// holds returns a word that stands in the captured bytes, if one does.
func (c *capture) holds(words []string) (word, party string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for party, b := range c.bytes {
		low := bytes.ToLower(b.Bytes())
		for _, w := range words {
			if bytes.Contains(low, []byte(strings.ToLower(w))) || bytes.Contains(low, wide(strings.ToLower(w))) {
				return w, party
			}
		}
	}
	return "", ""
}

func (c *capture) size() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.bytes {
		n += b.Len()
	}
	return n
}
