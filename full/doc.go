// Package full holds the tests that need other people's tools: a verifier of
// logs that is not ours, the stock age tool, a browser. It is a module of its own,
// so that whoever builds or tests the product needs none of them. Nothing
// imports it, and it is trusted with nothing.
package full
