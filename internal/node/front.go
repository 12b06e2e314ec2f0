package node

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"landbridge.example/internal/fail"
)

// maxFronts bounds the fronts one request may have passed.
const maxFronts = 8

// fronts are the networks of the operator's own TLS fronts: what they say of who
// asks is believed, what anybody else says is not.
type fronts []netip.Prefix

// parseFronts reads addresses and networks, parted by commas.
func parseFronts(text string) (all fronts, err error) {
	for f := range strings.SplitSeq(text, ",") {
		if f = strings.TrimSpace(f); f == "" {
			continue
		}
		p, err := netip.ParsePrefix(f)
		if a, errA := netip.ParseAddr(f); errA == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil || p.Addr().Is4In6() || p.Bits() == 0 {
			return nil, fail.New(fail.Invalid, "fronts are addresses or networks parted by commas, such as 127.0.0.1, 10.1.0.0/16, not %q", f)
		}
		all = append(all, p)
	}
	return all, nil
}

func (f fronts) has(a netip.Addr) bool {
	for _, p := range f {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// asker returns who asks: the nearest address that is not a front's. Each front
// writes behind the last comma of X-Forwarded-For from whom it took the request,
// so the list is read from its end, and no further than the first address that
// could have written what stands before it.
func (f fronts) asker(remote string, forwarded []string) string {
	at, ok := hop(remote)
	if !ok || !f.has(at) {
		return remote
	}
	rest := strings.Join(forwarded, ",")
	for range maxFronts {
		cut := strings.LastIndexByte(rest, ',')
		next, ok := hop(strings.TrimSpace(rest[cut+1:]))
		if !ok {
			break
		}
		if at = next; !f.has(at) || cut < 0 {
			break
		}
		rest = rest[:cut]
	}
	return net.JoinHostPort(at.String(), "0")
}

// hop reads an address, with or without a port.
func hop(s string) (netip.Addr, bool) {
	if p, err := netip.ParseAddrPort(s); err == nil {
		return p.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

// behind returns h as it sees requests that fronts pass on: from those who ask,
// so that strangers do not share one allowance, and failed sign-ins count against
// who made them.
func (f fronts) behind(h http.Handler) http.Handler {
	if len(f) == 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := *r // a handler does not change its caller's request
		seen.RemoteAddr = f.asker(r.RemoteAddr, r.Header.Values("X-Forwarded-For"))
		h.ServeHTTP(w, &seen)
	})
}
