package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/ledger"
)

func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }

// A stating is a statement of this node that stands in its log.
type stating struct {
	index int64
	text  []byte
}

// state enters a statement about another's message into the log and remembers
// where it stands. key is the digest under which a repetition is recognised.
func (x *Exchange) state(tx *db.Tx, s *statement, key landbridge.Digest, who landbridge.PartyID, about landbridge.CaseID) (stating, error) {
	index, err := x.c.Log.Append(tx, s.fact(about))
	if err != nil {
		return stating{}, err
	}
	text := s.text()
	_, err = tx.Exec(`INSERT INTO exchange_stated (digest, party, rung, log_index, statement) VALUES ($1, $2, $3, $4, $5)`,
		key.String(), string(who), string(s.Rung), index, text)
	if err != nil {
		return stating{}, fmt.Errorf("keeping a statement: %w", err)
	}
	tx.OnCommit(x.log.fire)
	return stating{index, text}, nil
}

// stated returns the statement made before about the same thing, or nil.
func (x *Exchange) stated(tx *db.Tx, key landbridge.Digest, who landbridge.PartyID, rung Rung) (*stating, error) {
	var s stating
	err := tx.QueryRow(`SELECT log_index, statement FROM exchange_stated WHERE digest = $1 AND party = $2 AND rung = $3`,
		key.String(), string(who), string(rung)).Scan(&s.index, &s.text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a statement: %w", err)
	}
	return &s, nil
}

// A prover makes many proofs towards one checkpoint of this node's log, and
// reads each tile once.
type prover struct {
	x     *Exchange
	note  []byte
	head  ledger.Checkpoint
	tiles map[tlog.Tile][]byte
	known map[int64]tlog.Hash // neighbours share most of their proofs
	ctx   context.Context     // of the one request the prover serves
}

// newestProver proves towards the newest checkpoint.
func (x *Exchange) newestProver(ctx context.Context) (*prover, error) {
	note, err := x.c.Log.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	return x.proverFor(ctx, note)
}

// cosignedProver proves towards the checkpoint that covers index and that most
// witnesses have cosigned.
func (x *Exchange) cosignedProver(ctx context.Context, index int64) (*prover, error) {
	text, _, err := x.c.Log.Prove(ctx, index)
	if err != nil {
		return nil, err
	}
	p, err := ledger.ParseProof(text)
	if err != nil {
		return nil, err
	}
	return x.proverFor(ctx, p.Checkpoint)
}

func (x *Exchange) proverFor(ctx context.Context, note []byte) (*prover, error) {
	head, err := ledger.PeekCheckpoint(note)
	if err != nil {
		return nil, fmt.Errorf("reading our own checkpoint: %w", err)
	}
	return &prover{x, note, head, map[tlog.Tile][]byte{}, map[int64]tlog.Hash{}, ctx}, nil
}

// attest proves that the statement with the given text stands at index.
func (p *prover) attest(ctx context.Context, index int64, text []byte) (*attestation, error) {
	d, err := p.x.c.Log.Disclose(ctx, index)
	if err != nil {
		return nil, err
	}
	hashes, err := tlog.ProveRecord(p.head.Size, index, tlog.HashReaderFunc(p.read))
	if err != nil {
		return nil, fmt.Errorf("proving entry %d: %w", index, err)
	}
	return &attestation{Statement: text, Salt: d.Salt, Entry: d.Entry, Index: index, Hashes: hashes}, nil
}

const tileHeight = 8

// read returns stored hashes out of the tiles of this node's own log. They are
// not checked against the checkpoint: a wrong one makes a proof that the other
// side refuses, and nothing else.
func (p *prover) read(indexes []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if h, ok := p.known[at]; ok {
			all[i] = h
			continue
		}
		t := tlog.TileForIndex(tileHeight, at)
		full := min(int64(1)<<tileHeight, p.head.Size>>(tileHeight*t.L)-t.N<<tileHeight)
		if full >= int64(t.W) {
			t.W = int(full) // one read for every hash of the tile
		}
		data, ok := p.tiles[t]
		if !ok {
			var err error
			if data, err = p.x.c.Log.ReadTile(p.ctx, t.L, t.N, t.W); err != nil {
				return nil, err
			}
			p.tiles[t] = data
		}
		h, err := tlog.HashFromTile(t, data, at)
		if err != nil {
			return nil, err
		}
		all[i], p.known[at] = h, h
	}
	return all, nil
}
