package decision

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

// States of a proposal.
const (
	Waiting   = "waiting"
	Performed = "performed"
	Returned  = "returned"
)

// A Proposal is an act that waits for a second person. It gets its time when it
// is approved: nobody commits a party for an hour that has passed.
type Proposal struct {
	ID     landbridge.ID
	Digest landbridge.Digest // what the second person's passkey signs
	Act    *kernel.Act       // nil: its content is not kept any more
	Kind   string
	About  landbridge.Digest // the matter; zero: none
	Author string            // pseudonym
	At     time.Time
	State  string
	Reason string // why it was returned
	person string
}

func order(all []landbridge.Digest) []landbridge.Digest {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b landbridge.Digest) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(all)
}

// approvers may confirm what another proposed, in the order in which a
// person's role is chosen.
func approvers() []landbridge.Role {
	return []landbridge.Role{landbridge.CentralAuthority, landbridge.Minister, landbridge.Secretariat}
}

func (h *Chamber) propose(tx *db.Tx, p staff.Person, a kernel.Act) (landbridge.ID, error) {
	if err := h.name(&a); err != nil {
		return "", err
	}
	if err := h.possible(tx, a); err != nil {
		return "", err
	}
	var waiting int64
	if err := tx.QueryRow(`SELECT count(*) FROM decision_proposal WHERE state = $1`, Waiting).Scan(&waiting); err != nil {
		return "", fmt.Errorf("counting proposals: %w", err)
	}
	if waiting >= maxWaiting {
		return "", fail.New(fail.TooLarge, "%d acts wait for a second person; decide them first", maxWaiting)
	}
	body, digest, err := h.frozen(tx, &a)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(`INSERT INTO decision_proposal (id, digest, kind, about, body, person, author, state, reason, approver, approval, act, at_us, ended_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', NULL, '', $9, 0)`,
		string(a.ID), digest.String(), a.Kind, a.Matter.String(), body, string(p.ID), p.Pseudonym, Waiting, h.now().UnixMicro())
	if err != nil {
		return "", fmt.Errorf("writing a proposal: %w", err)
	}
	_, err = h.c.Log.Append(tx, record.Fact{Kind: factProposed, Actor: p.Pseudonym, Digest: digest, Note: a.Kind})
	return a.ID, err
}

// frozen returns a proposed act as it is kept, and the digest that the second
// person signs. The choice of a secret vote rests sealed under a key of its own,
// which is destroyed when the proposal ends; the digest holds a nonce that rests
// with it, so that nobody finds the choice by trying three of them.
func (h *Chamber) frozen(tx *db.Tx, a *kernel.Act) ([]byte, landbridge.Digest, error) {
	body := a.Encode()
	digest := landbridge.Sum(append([]byte(domainProposal), body...))
	if a.Kind != kernel.Voted {
		return body, digest, nil
	}
	m, _, _, err := matter(tx, a.Matter)
	if err != nil || !m.Secret() {
		return body, digest, err
	}
	nonce := make([]byte, nonceSize, nonceSize+len(body))
	if _, err := io.ReadFull(h.c.Random, nonce); err != nil {
		return nil, digest, fmt.Errorf("reading randomness: %w", err)
	}
	key, err := h.c.Vault.Create(tx, vaultOwner(a.ID))
	if err != nil {
		return nil, digest, err
	}
	plain := append(nonce, body...)
	return key.Seal(plain, sealedProposal), landbridge.Sum(append([]byte(domainProposal), plain...)), nil
}

const (
	nonceSize      = 32
	sealedProposal = "decision-proposal"
)

func vaultOwner(id landbridge.ID) string { return "decision/" + string(id) }

// open returns the act of a proposal; nil where its content is not kept any more.
func (h *Chamber) open(r reader, p *Proposal, body []byte) (*kernel.Act, error) {
	if len(body) == 0 {
		return nil, nil
	}
	if p.Kind != kernel.Voted || bytes.HasPrefix(body, []byte("landbridge-act/")) {
		return kernel.ParseAct(body)
	}
	var key blob.Key
	var err error
	switch x := r.(type) {
	case outside:
		key, err = h.c.Vault.Key(x.ctx, x.db, vaultOwner(p.ID))
	case *db.Tx:
		key, err = h.c.Vault.KeyTx(x, vaultOwner(p.ID))
	}
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(body, sealedProposal)
	if err != nil || len(plain) < nonceSize {
		return nil, fmt.Errorf("opening a proposal: %w", err)
	}
	return kernel.ParseAct(plain[nonceSize:])
}

// possible refuses a proposal that could have no effect if it were approved now.
func (h *Chamber) possible(r reader, a kernel.Act) error {
	if a.Kind == kernel.Voted {
		m, _, _, err := matter(r, a.Matter)
		if err != nil {
			return err
		}
		if m.Secret() {
			if !slices.Contains(kernel.Choices(), a.Choice) || a.Note != "" {
				return fail.New(fail.Invalid, "a ballot says yes, no or abstain, and nothing else")
			}
			if _, err := h.ballot(m, &a); err != nil { // its effect is that of any ballot
				return err
			}
		}
	}
	return h.effect(r, &a)
}

func (h *Chamber) proposals(r reader, where string, args ...any) ([]*Proposal, error) {
	var all []*Proposal
	var bodies [][]byte
	err := r.Each(func(rows *sql.Rows) error {
		var id, digest, about string
		var body []byte
		var at int64
		p := new(Proposal)
		if err := rows.Scan(&id, &digest, &p.Kind, &about, &body, &p.person, &p.Author, &p.State, &p.Reason, &at); err != nil {
			return err
		}
		d, err := landbridge.ParseDigest(digest)
		if err != nil {
			return err
		}
		if p.About, err = landbridge.ParseDigest(about); err != nil {
			return err
		}
		p.ID, p.Digest, p.At = landbridge.ID(id), d, time.UnixMicro(at).UTC()
		all, bodies = append(all, p), append(bodies, body)
		return nil
	}, `SELECT id, digest, kind, about, body, person, author, state, reason, at_us FROM decision_proposal WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading proposals: %w", err)
	}
	for i, p := range all {
		if p.Act, err = h.open(r, p, bodies[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (h *Chamber) proposal(r reader, id landbridge.ID) (*Proposal, error) {
	all, err := h.proposals(r, `id = $1`, string(id))
	if err == nil && len(all) == 0 {
		err = fail.New(fail.Missing, "there is no such proposal; the list shows those that wait")
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Proposals lists what waits for a second person, the oldest first. Only those
// who may speak or approve see it: it may hold the choice of a secret vote.
func (h *Chamber) Proposals(ctx context.Context, p staff.Person) ([]*Proposal, error) {
	if err := h.seesProposals(ctx, p); err != nil {
		return nil, err
	}
	return h.proposals(h.reading(ctx), fmt.Sprintf(`state = $1 ORDER BY at_us, id LIMIT %d`, maxWaiting), Waiting)
}

// seesProposals refuses those who neither speak nor approve here.
func (h *Chamber) seesProposals(ctx context.Context, p staff.Person) error {
	view, err := h.c.Directory.View(ctx)
	if err != nil || h.speaks(p, view, access.SpeakInDecisions) == nil {
		return err
	}
	return h.speaks(p, view, access.ApproveDecisions)
}

// Proposal returns one proposal, decided ones too. Those who may see the list may see it.
func (h *Chamber) Proposal(ctx context.Context, p staff.Person, id landbridge.ID) (*Proposal, error) {
	if err := h.seesProposals(ctx, p); err != nil {
		return nil, err
	}
	return h.proposal(h.reading(ctx), id)
}

// MayApprove says in which role the person may approve a proposal, or why not.
func (h *Chamber) MayApprove(ctx context.Context, p staff.Person, x *Proposal) (landbridge.Role, error) {
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return "", err
	}
	return h.maySign(p, view, x)
}

// maySign says in which role the person may approve, or why not.
func (h *Chamber) maySign(p staff.Person, view *party.View, x *Proposal) (landbridge.Role, error) {
	if x.State != Waiting {
		return "", fail.New(fail.Conflict, "it was decided already")
	}
	if err := h.speaks(p, view, access.ApproveDecisions); err != nil {
		return "", err
	}
	if x.person == string(p.ID) { // S21: persons, not accounts
		return "", fail.New(fail.Denied, "its author proposed it; another person approves it (S21)")
	}
	for _, role := range approvers() {
		if slices.Contains(p.Roles, role) {
			return role, nil
		}
	}
	return "", fail.New(fail.Denied, "no role of yours commits your party")
}

// Approve performs a proposal: another person than its author signs its digest
// with a passkey (S21). If we die before the commit, it waits as before; after
// it, the act is signed, in the log and on its way.
func (h *Chamber) Approve(ctx context.Context, p staff.Person, id landbridge.ID, assertion []byte) (Done, error) {
	x, err := h.proposal(h.reading(ctx), id)
	if err != nil {
		return Done{}, err
	}
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return Done{}, err
	}
	role, err := h.maySign(p, view, x)
	if err != nil {
		return Done{}, err
	}
	approval, err := h.c.Verify(ctx, p, role, x.Digest, assertion)
	if err != nil {
		return Done{}, err
	}
	signed, err := json.Marshal(approval)
	if err != nil {
		return Done{}, fmt.Errorf("writing an approval: %w", err)
	}
	var done Done
	err = h.c.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := h.proposal(tx, id)
		if err != nil {
			return err
		}
		if x.State != Waiting {
			return fail.New(fail.Conflict, "someone decided this in the meantime; look at it again")
		}
		a := *x.Act
		if done.Act, err = h.perform(tx, view, p.Pseudonym, &a); err != nil {
			return err
		}
		body := x.Act.Encode()
		if a.Kind == kernel.Cast {
			body = []byte{} // what was chosen is nowhere any more
		}
		if err := h.c.Vault.Destroy(tx, vaultOwner(id)); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE decision_proposal SET state = $1, approver = $2, approval = $3, act = $4, body = $5, ended_us = $6 WHERE id = $7`,
			Performed, p.Pseudonym, signed, done.Act.String(), body, h.now().UnixMicro(), string(id))
		return err
	})
	return done, err
}

// Return gives a proposal back, with the reason. Its author may take it back too.
func (h *Chamber) Return(ctx context.Context, p staff.Person, id landbridge.ID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > maxNote {
		return fail.New(fail.Invalid, "say in 1 to %d bytes why it is returned", maxNote)
	}
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return err
	}
	return h.c.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := h.proposal(tx, id)
		if err != nil {
			return err
		}
		if _, err := h.maySign(p, view, x); err != nil && !(x.State == Waiting && x.person == string(p.ID)) {
			return err
		}
		_, err = tx.Exec(`UPDATE decision_proposal SET state = $1, reason = $2, approver = $3, body = $4, ended_us = $5 WHERE id = $6`,
			Returned, reason, p.Pseudonym, []byte{}, h.now().UnixMicro(), string(id))
		if err != nil {
			return fmt.Errorf("returning a proposal: %w", err)
		}
		if err := h.c.Vault.Destroy(tx, vaultOwner(id)); err != nil {
			return err
		}
		_, err = h.c.Log.Append(tx, record.Fact{Kind: factReturned, Actor: p.Pseudonym, Digest: x.Digest})
		return err
	})
}
