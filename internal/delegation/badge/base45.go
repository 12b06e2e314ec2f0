package badge

import "strings"

// Base 45 of RFC 9285: its letters are those which a QR code packs two to
// eleven bits, so that bytes cost no more in it than in binary, and any scanner
// that types what it reads types it right.
const letters45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

func encode45(b []byte) string {
	var out strings.Builder
	for ; len(b) > 1; b = b[2:] {
		n := int(b[0])<<8 | int(b[1])
		out.WriteByte(letters45[n%45])
		out.WriteByte(letters45[n/45%45])
		out.WriteByte(letters45[n/2025])
	}
	if len(b) == 1 {
		out.WriteByte(letters45[b[0]%45])
		out.WriteByte(letters45[b[0]/45])
	}
	return out.String()
}

// decode45 is the inverse of encode45 and refuses every other text.
func decode45(s string) ([]byte, bool) {
	if len(s)%3 == 1 || len(s) > MaxText {
		return nil, false
	}
	var out []byte
	for ; len(s) > 0; s = s[min(3, len(s)):] {
		n, weight, part := 0, 1, s[:min(3, len(s))]
		for i := range len(part) {
			at := strings.IndexByte(letters45, part[i])
			if at < 0 {
				return nil, false
			}
			n, weight = n+at*weight, weight*45
		}
		switch {
		case len(part) == 3 && n <= 0xffff:
			out = append(out, byte(n>>8), byte(n))
		case len(part) == 2 && n <= 0xff:
			out = append(out, byte(n))
		default:
			return nil, false
		}
	}
	return out, true
}
