package fail

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestSafe(t *testing.T) {
	cause := errors.New("disk /var/x: secret")
	for _, tt := range []struct {
		err  error
		kind Kind
		safe string
	}{
		{New(Invalid, "say %d", 3), Invalid, "say 3"},
		{fmt.Errorf("opening: %w", New(Denied, "no")), Denied, "no"},
		{Because(cause, Conflict, "taken"), Conflict, "taken"},
		{cause, Internal, "internal error"},
		{context.Canceled, Unavailable, "this took too long or was interrupted; try again"},
	} {
		if KindOf(tt.err) != tt.kind || Safe(tt.err) != tt.safe {
			t.Errorf("%v: kind %v, safe %q", tt.err, KindOf(tt.err), Safe(tt.err))
		}
	}
	if !errors.Is(Because(cause, Conflict, "taken"), cause) {
		t.Error("the cause is lost")
	}
}

func TestKindNames(t *testing.T) {
	for _, k := range Kinds() {
		if k.String() == "" || ParseKind(k.String()) != k {
			t.Errorf("kind %d has no name of its own", k)
		}
	}
}
