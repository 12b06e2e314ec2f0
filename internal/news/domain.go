package news

// The string under which this package hashes. Declared once, never reused.
const domainVersion = "landbridge/news-version/v1\x00"
