package party

import (
	"time"

	"golang.org/x/mod/sumdb/note"
)

// OrderForTest makes an entry without the checks of Directory.Order.
func OrderForTest(v *View, at time.Time, s *Statement, key note.Signer) ([]byte, error) {
	e, err := order(v.Position()+1, v.Head(), at, s, key)
	if err != nil {
		return nil, err
	}
	return e.Bytes(), nil
}

// SignTextForTest signs any text as if it were a statement.
func SignTextForTest(text string, key note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: text}, key)
}
