package decision

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/ledger"
)

// BundleFormat names the file in which an outcome or a commitment is given out.
const BundleFormat = "landbridge-decision-file/1"

// MaxBundle is the largest such file, in bytes.
const MaxBundle = 48 << 20

// A Bundle is everything that proves an outcome, or a commitment with its
// reports: the signed acts themselves, so that whoever holds it computes the
// result again, the text, and proofs that a node's log has the acts that count.
type Bundle struct {
	Format       string        `json:"format"`
	Outcome      string        `json:"outcome,omitempty"` // its form
	Text         string        `json:"text,omitempty"`
	Translations []string      `json:"translations,omitempty"`
	Acts         []string      `json:"acts"` // signed
	Log          []LoggedProof `json:"log"`
}

// A LoggedProof shows that the log of a party has an act.
type LoggedProof struct {
	Party landbridge.PartyID `json:"party"`
	Act   landbridge.Digest  `json:"act"`
	Kind  string             `json:"kind"` // of the entry
	Salt  string             `json:"salt"`
	Entry string             `json:"entry"`
	Proof string             `json:"proof"` // C2SP tlog-proof
}

// provable says of which acts the log proofs go into a bundle: those that make
// a result, and those that commit.
func provable(kind string) bool {
	return slices.Contains([]string{kernel.Opened, kernel.Closed, kernel.Subscribed, kernel.Committed, kernel.Reported}, kind)
}

// Bundle returns the file of an adopted matter, or of a commitment. Both are public.
func (h *Chamber) Bundle(ctx context.Context, d landbridge.Digest) ([]byte, error) {
	b := Bundle{Format: BundleFormat, Log: []LoggedProof{}}
	var f *File
	if _, err := h.Commitment(ctx, d); err != nil {
		if !fail.Is(err, fail.Missing) {
			return nil, err
		}
		if f, err = h.Outcome(ctx, d); err != nil {
			return nil, err
		}
	}
	type row struct {
		body  []byte
		index int64
	}
	var all []row
	err := h.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var r row
		err := rows.Scan(&r.body, &r.index)
		all = append(all, r)
		return err
	}, fmt.Sprintf(`SELECT body, log_index FROM decision_act WHERE about = $1 ORDER BY made_us, digest LIMIT %d`, kernel.MaxActs), d.String())
	if err != nil {
		return nil, fmt.Errorf("reading acts: %w", err)
	}
	for _, r := range all {
		s, err := kernel.ParseSigned(r.body)
		if err != nil {
			return nil, err
		}
		b.Acts = append(b.Acts, string(r.body))
		if !provable(s.Act.Kind) {
			continue
		}
		p, err := h.logged(ctx, s.Act.Digest(), r.index)
		if err != nil {
			return nil, err
		}
		b.Log = append(b.Log, p)
	}
	if f != nil {
		if err := h.words(ctx, f, &b); err != nil {
			return nil, err
		}
	}
	out, err := canon.Encode(&b)
	return append(out, '\n'), err
}

// words puts the outcome, its text and the translations into a bundle.
func (h *Chamber) words(ctx context.Context, f *File, b *Bundle) error {
	b.Outcome = string(f.Outcome.Encode())
	if f.Text == nil {
		return nil
	}
	b.Text = string(f.Text.Encode())
	all, err := h.Translations(ctx, f)
	for _, l := range slices.Sorted(maps.Keys(all)) {
		b.Translations = append(b.Translations, string(all[l].Text.Encode()))
	}
	return err
}

// Translations returns the translations of a matter's text, by language.
func (h *Chamber) Translations(ctx context.Context, f *File) (map[string]kernel.Translation, error) {
	var s string
	err := h.c.DB.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&s) }, `SELECT draft FROM decision_text WHERE digest = $1`, f.Matter.Text.String())
	if err != nil || s == "" {
		return nil, err
	}
	about, err := landbridge.ParseDigest(s)
	if err != nil {
		return nil, err
	}
	n, err := h.count(ctx, about)
	if err != nil {
		return nil, err
	}
	d, err := h.drafted(ctx, found{about, n})
	if err != nil {
		return nil, err
	}
	return d.Translations[f.Matter.Text], nil
}

func (h *Chamber) logged(ctx context.Context, act landbridge.Digest, index int64) (LoggedProof, error) {
	proof, entry, err := h.c.Log.Prove(ctx, index)
	if err != nil {
		return LoggedProof{}, err
	}
	d, err := h.c.Log.Disclose(ctx, index)
	if err != nil {
		return LoggedProof{}, err
	}
	return LoggedProof{Party: h.me, Act: act, Kind: d.Kind, Salt: hex.EncodeToString(d.Salt[:]), Entry: string(entry), Proof: string(proof)}, nil
}

// ParseBundle reads a bundle. Nothing in it is checked yet; see [Bundle.Verify].
func ParseBundle(b []byte) (*Bundle, error) {
	if len(b) > MaxBundle {
		return nil, fail.New(fail.TooLarge, "a decision file has at most %d bytes", MaxBundle)
	}
	out := new(Bundle)
	err := canon.Decode(b, out)
	more := errors.Is(err, canon.ErrMore)
	if err != nil && !more || out.Format != BundleFormat {
		return nil, fail.New(fail.Invalid, "this is not a decision file (%s)", BundleFormat)
	}
	if more {
		return nil, fail.New(fail.Invalid, "there is something after the decision file")
	}
	if len(out.Acts) == 0 || len(out.Acts) > kernel.MaxActs || len(out.Log) > kernel.MaxActs {
		return nil, fail.New(fail.Invalid, "a decision file holds 1 to %d acts", kernel.MaxActs)
	}
	return out, nil
}

// A Finding is what a bundle proves.
type Finding struct {
	Outcome     *kernel.Outcome // nil: it is about a commitment
	Signed      []landbridge.PartyID
	Commitments []*kernel.Commitment
	Acts        int
	Logged      int                  // of them proven to stand in a log
	Logs        []landbridge.PartyID // whose logs
	Cosigned    []landbridge.PartyID // who cosigned all of those log heads
}

// Verify checks every signature with the keys of the directory, computes the
// result again from the acts, and checks that text, outcome and log proofs are
// the ones that belong to it. quorum is how many others must have cosigned a
// log head; -1 is the network's rule.
func (b *Bundle) Verify(view *party.View, quorum int) (*Finding, error) {
	out := &Finding{Acts: len(b.Acts)}
	known := map[landbridge.Digest]*kernel.Act{}
	var acts []*kernel.Act
	for i, text := range b.Acts {
		s, err := kernel.ParseSigned([]byte(text))
		if err != nil {
			return nil, fail.Because(err, fail.Unsigned, "act %d is none: %v", i+1, err)
		}
		if err := verify(view, s); err != nil {
			return nil, err
		}
		known[s.Act.Digest()], acts = s.Act, append(acts, s.Act)
	}
	if err := b.result(acts, out); err != nil {
		return nil, err
	}
	return out, b.logs(view, quorum, known, out)
}

// result computes what the acts come to.
func (b *Bundle) result(acts []*kernel.Act, out *Finding) error {
	i := slices.IndexFunc(acts, func(a *kernel.Act) bool { return a.Kind == kernel.Opened })
	if i < 0 {
		if out.Commitments = kernel.FoldCommitments(acts); len(out.Commitments) == 0 {
			return fail.New(fail.Invalid, "the file holds neither a matter nor a commitment")
		}
		return nil
	}
	m, err := kernel.ParseMatter([]byte(acts[i].Body))
	if err != nil {
		return fail.Because(err, fail.Unsigned, "the matter does not hold: %v", err)
	}
	r := kernel.Fold(m, acts)
	if out.Outcome, err = kernel.OutcomeOf(r); err != nil {
		return fail.Because(err, fail.Unsigned, "from these acts nothing was adopted: the matter is %s", r.State)
	}
	out.Signed = slices.Sorted(maps.Keys(kernel.Signers(r, acts)))
	if string(out.Outcome.Encode()) != b.Outcome {
		return fail.New(fail.Unsigned, "the outcome in the file is not the one that the acts come to")
	}
	var text *kernel.Text
	if b.Text != "" {
		if text, err = kernel.ParseText([]byte(b.Text)); err != nil || text.Digest() != m.Text {
			return fail.New(fail.Unsigned, "the text in the file is not the one that was decided on")
		}
	}
	for _, s := range b.Translations {
		t, err := kernel.ParseText([]byte(s))
		if err != nil || text == nil || t.Translates(text) != nil {
			return fail.New(fail.Unsigned, "a translation in the file is not one of the text that was decided on")
		}
	}
	return nil
}

// logs checks the proofs of inclusion.
func (b *Bundle) logs(view *party.View, quorum int, known map[landbridge.Digest]*kernel.Act, out *Finding) error {
	for _, p := range b.Log {
		a := known[p.Act]
		if a == nil {
			return fail.New(fail.Unsigned, "a log proof is about an act that is not in the file")
		}
		names, err := p.check(view, quorum)
		if err != nil {
			return err
		}
		if out.Logged++; !slices.Contains(out.Logs, p.Party) {
			out.Logs = append(out.Logs, p.Party)
		}
		if out.Logged == 1 {
			out.Cosigned = names
		}
		out.Cosigned = slices.DeleteFunc(out.Cosigned, func(x landbridge.PartyID) bool { return !slices.Contains(names, x) })
	}
	return nil
}

// check checks one proof and returns who cosigned the log head.
func (p LoggedProof) check(view *party.View, quorum int) ([]landbridge.PartyID, error) {
	bad := func(format string, args ...any) error {
		return fail.New(fail.Unsigned, "the proof from the log of %s does not hold: "+format, append([]any{p.Party}, args...)...)
	}
	var salt [32]byte
	raw, err := hex.DecodeString(p.Salt)
	if err != nil || copy(salt[:], raw) != len(salt) || len(raw) != len(salt) {
		return nil, bad("its salt is not whole")
	}
	e, err := ledger.ParseEntry([]byte(p.Entry))
	if err != nil || e.Kind != p.Kind || ledger.Commit(p.Kind, salt, p.Act) != e.Commitment {
		return nil, bad("the entry is about something else")
	}
	proof, err := ledger.ParseProof([]byte(p.Proof))
	if err != nil {
		return nil, bad("%v", err)
	}
	policies, err := view.Policies(p.Party, quorum)
	if err != nil {
		return nil, err
	}
	for _, pol := range policies { // the newest key first
		_, names, e := proof.Verify([]byte(p.Entry), pol)
		if e != nil {
			err = e
			continue
		}
		var out []landbridge.PartyID
		for _, n := range names {
			who, err := party.PartyOf(n)
			if err != nil {
				return nil, bad("%v", err)
			}
			out = append(out, who)
		}
		return out, nil
	}
	return nil, bad("%v", err)
}
