// Package tidy holds the house rules as tests, so that style is checked by the
// same command as behaviour. It has no code of its own, and nothing trusts it
// at run time; who weakens it weakens the review, so its lists only shrink.
package tidy
