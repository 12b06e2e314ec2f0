package mechanism

// The string under which this package hashes. Declared once, never reused.
const domainStatement = "landbridge/mechanism-statement/v1\x00"
