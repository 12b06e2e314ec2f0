package mechanism

import (
	"flag"
	"testing"

	"landbridge.example/internal/db/dbtest"
)

var update = flag.Bool("update", false, "write testdata/schema.golden")

func TestSchemaGolden(t *testing.T) { dbtest.Golden(t, Schema(), *update) }
