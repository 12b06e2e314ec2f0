package client

import (
	"context"
	"io"
	"net/http"
)

func delegationRoutes() []Route {
	get, post, put := http.MethodGet, http.MethodPost, http.MethodPut
	const edition, group, guest = "/delegation-editions/{edition}", "/delegations/{delegation}", "/guests/{guest}"
	return []Route{
		{Name: "delegationEditions", Method: get, Path: "/delegation-editions", Summary: "Editions that are open for delegations",
			In: None{}, Out: DelegationEditions{}},
		{Name: "setDelegationEdition", Method: put, Path: edition, Summary: "Open an edition for delegations, or change its deadlines",
			In: SetDelegationEdition{}, Out: DelegationEdition{}},
		{Name: "delegations", Method: get, Path: edition + "/delegations", Summary: "The delegations of an edition, and how their people stand",
			In: ByForumEdition{}, Out: Delegations{}},
		{Name: "newDelegation", Method: post, Path: edition + "/delegations", Summary: "Open a delegation with its quota; a party's node is told",
			In: NewDelegation{}, Out: Delegation{}, Status: http.StatusCreated},
		{Name: "delegation", Method: get, Path: group, Summary: "One delegation", In: ByDelegation{}, Out: Delegation{}},
		{Name: "resizeDelegation", Method: put, Path: group + "/quota", Summary: "Change how many may come", In: DelegationQuota{}, Out: Delegation{}},
		{Name: "newDelegationLink", Method: post, Path: group + "/link", Summary: "A secret with which a focal point without an account nominates once",
			In: NewLink{}, Out: DelegationLink{}, Status: http.StatusCreated},
		{Name: "nominate", Method: post, Path: group + "/people", Summary: "Nominate people on their behalf: all, or nobody",
			In: Nomination{}, Out: NominationReport{}, Status: http.StatusCreated},
		{Name: "nominateTable", Method: post, Path: group + "/table", Summary: "Nominate people from a CSV table: every row is entered, or none, with what is wrong",
			In: NominationTable{}, Out: NominationReport{}, Body: octets},

		{Name: "searchGuests", Method: post, Path: "/guests/search", Summary: "List and search the people of an edition", In: GuestQuery{}, Out: Guests{}},
		{Name: "guestTable", Method: post, Path: "/guests/table", Summary: "Everything a query lists, as CSV or XLSX; taking it away is a fact in the log",
			In: GuestTable{}, Answer: octets},
		{Name: "guest", Method: get, Path: guest, Summary: "One person; opening is a fact in the log", In: ByGuest{}, Out: Guest{}},
		{Name: "approveGuests", Method: post, Path: "/guests/approve", Summary: "Admit several people in one commit",
			In: ApproveGuests{}, Out: ApprovedGuests{}},
		{Name: "approveGuest", Method: post, Path: guest + "/approve", Summary: "Admit a person and give them a badge", In: ByGuest{}, Out: Guest{}},
		{Name: "refuseGuest", Method: post, Path: guest + "/refusal", Summary: "Propose to refuse a person", In: GuestRefusal{}, Out: Guest{}},
		{Name: "decideGuestRefusal", Method: post, Path: guest + "/refusal/decision", Summary: "Confirm a refusal that another person proposed, or return it (S21)",
			In: GuestRefusalDecision{}, Out: Guest{}},
		{Name: "withdrawGuest", Method: post, Path: guest + "/withdraw", Summary: "Take a person back; a badge of theirs is revoked",
			In: ByGuest{}, Out: Guest{}},
		{Name: "reissueBadge", Method: post, Path: guest + "/reissue", Summary: "Revoke the badge of a person and give another", In: ByGuest{}, Out: Guest{}},
		{Name: "forgetGuest", Method: post, Path: guest + "/forget", Summary: "Erase a person before their time (S15)", In: ByGuest{}, Status: http.StatusNoContent},
		{Name: "guestLetter", Method: get, Path: guest + "/letters/{kind}",
			Summary: "The invitation or the letter for the visa, as PDF; giving it is a fact in the log",
			In:      GuestLetter{}, Answer: octets},
		{Name: "guestBadge", Method: get, Path: guest + "/badge", Summary: "The badge of a person, as PDF", In: ByGuest{}, Answer: octets},
		{Name: "checkLetter", Method: post, Path: "/guest-letters/check", Summary: "Whether a file is a letter that this node gave, byte for byte",
			In: None{}, Out: LetterCheck{}, Body: octets},

		{Name: "badges", Method: get, Path: edition + "/badges", Summary: "The badges of all approved people, a card on each page",
			In: BadgeSheet{}, Answer: octets},
		{Name: "renewBadges", Method: post, Path: edition + "/badges/renewal",
			Summary: "Sign the badges again that say another end than the edition has now, each under its own number; they are to be printed again",
			In:      ByForumEdition{}, Out: RenewedBadges{}},
		{Name: "doorPage", Method: get, Path: edition + "/door", Summary: "One file that checks badges and notes who came in, without network",
			In: DoorPage{}, Answer: octets},
		{Name: "badgeKeys", Method: get, Path: edition + "/badge-keys", Summary: "The keys that badges may be signed with", In: ByForumEdition{}, Out: BadgeKeys{}},
		{Name: "revokedBadges", Method: get, Path: edition + "/revoked-badges", Summary: "The signed list of badges that no longer count; it names nobody",
			In: ByForumEdition{}, Answer: plain},
		{Name: "takeScans", Method: post, Path: edition + "/scans", Summary: "Merge a file of scans from a door; any number of times",
			In: ByForumEdition{}, Out: ScansTaken{}, Body: octets},
		{Name: "scans", Method: get, Path: edition + "/scans", Summary: "What the doors noted, merged, with what is odd about it",
			In: ByForumEdition{}, Out: Scans{}},
		{Name: "scanFile", Method: get, Path: edition + "/scans.txt", Summary: "All scans as one file, which doors can read", In: ByForumEdition{}, Answer: plain},
	}
}

// DelegationEditions returns the editions that are open for delegations.
func (c *Client) DelegationEditions(ctx context.Context) (DelegationEditions, error) {
	return call[DelegationEditions](ctx, c, "delegationEditions", None{})
}

// SetDelegationEdition opens an edition for delegations, or changes its deadlines.
func (c *Client) SetDelegationEdition(ctx context.Context, s SetDelegationEdition) (DelegationEdition, error) {
	return call[DelegationEdition](ctx, c, "setDelegationEdition", s)
}

// Delegations returns the delegations of an edition.
func (c *Client) Delegations(ctx context.Context, edition string) (Delegations, error) {
	return call[Delegations](ctx, c, "delegations", ByForumEdition{edition})
}

// NewDelegation opens a delegation with its quota.
func (c *Client) NewDelegation(ctx context.Context, n NewDelegation) (Delegation, error) {
	return call[Delegation](ctx, c, "newDelegation", n)
}

// Delegation returns one delegation.
func (c *Client) Delegation(ctx context.Context, id string) (Delegation, error) {
	return call[Delegation](ctx, c, "delegation", ByDelegation{id})
}

// ResizeDelegation changes how many may come.
func (c *Client) ResizeDelegation(ctx context.Context, q DelegationQuota) (Delegation, error) {
	return call[Delegation](ctx, c, "resizeDelegation", q)
}

// NewDelegationLink returns a secret with which a focal point nominates once.
func (c *Client) NewDelegationLink(ctx context.Context, l NewLink) (DelegationLink, error) {
	return call[DelegationLink](ctx, c, "newDelegationLink", l)
}

// Nominate enters people of a delegation on their behalf.
func (c *Client) Nominate(ctx context.Context, n Nomination) (NominationReport, error) {
	return call[NominationReport](ctx, c, "nominate", n)
}

// NominateTable enters the people of a CSV table, or says what is wrong with it.
func (c *Client) NominateTable(ctx context.Context, n NominationTable, table io.ReadSeeker) (NominationReport, error) {
	return upload[NominationReport](ctx, c, "nominateTable", n, table)
}

// SearchGuests lists and searches the people of an edition.
func (c *Client) SearchGuests(ctx context.Context, q GuestQuery) (Guests, error) {
	return call[Guests](ctx, c, "searchGuests", q)
}

// GuestTable streams everything a query lists, as CSV or XLSX.
func (c *Client) GuestTable(ctx context.Context, q GuestTable) (io.ReadCloser, error) {
	return stream(ctx, c, "guestTable", q)
}

// Guest opens one person.
func (c *Client) Guest(ctx context.Context, id string) (Guest, error) {
	return call[Guest](ctx, c, "guest", ByGuest{id})
}

// ApproveGuests admits several people in one commit.
func (c *Client) ApproveGuests(ctx context.Context, a ApproveGuests) (ApprovedGuests, error) {
	return call[ApprovedGuests](ctx, c, "approveGuests", a)
}

// ApproveGuest admits a person.
func (c *Client) ApproveGuest(ctx context.Context, id string) (Guest, error) {
	return call[Guest](ctx, c, "approveGuest", ByGuest{id})
}

// RefuseGuest proposes to refuse a person.
func (c *Client) RefuseGuest(ctx context.Context, r GuestRefusal) (Guest, error) {
	return call[Guest](ctx, c, "refuseGuest", r)
}

// DecideGuestRefusal confirms a refusal that was proposed, or returns it.
func (c *Client) DecideGuestRefusal(ctx context.Context, d GuestRefusalDecision) (Guest, error) {
	return call[Guest](ctx, c, "decideGuestRefusal", d)
}

// WithdrawGuest takes a person back.
func (c *Client) WithdrawGuest(ctx context.Context, id string) (Guest, error) {
	return call[Guest](ctx, c, "withdrawGuest", ByGuest{id})
}

// ReissueBadge revokes the badge of a person and gives another.
func (c *Client) ReissueBadge(ctx context.Context, id string) (Guest, error) {
	return call[Guest](ctx, c, "reissueBadge", ByGuest{id})
}

// ForgetGuest erases a person before their time.
func (c *Client) ForgetGuest(ctx context.Context, id string) error {
	_, err := call[None](ctx, c, "forgetGuest", ByGuest{id})
	return err
}

// GuestLetter streams a letter for a person, as PDF.
func (c *Client) GuestLetter(ctx context.Context, l GuestLetter) (io.ReadCloser, error) {
	return stream(ctx, c, "guestLetter", l)
}

// GuestBadge streams the badge of a person, as PDF.
func (c *Client) GuestBadge(ctx context.Context, id string) (io.ReadCloser, error) {
	return stream(ctx, c, "guestBadge", ByGuest{id})
}

// CheckLetter says whether a file is a letter that this node gave.
func (c *Client) CheckLetter(ctx context.Context, file io.ReadSeeker) (LetterCheck, error) {
	return upload[LetterCheck](ctx, c, "checkLetter", None{}, file)
}

// Badges streams the badges of all approved people.
func (c *Client) Badges(ctx context.Context, s BadgeSheet) (io.ReadCloser, error) {
	return stream(ctx, c, "badges", s)
}

// DoorPage streams the page for doors.
func (c *Client) DoorPage(ctx context.Context, d DoorPage) (io.ReadCloser, error) {
	return stream(ctx, c, "doorPage", d)
}

// RenewBadges signs the badges again that say another end than the edition has now.
func (c *Client) RenewBadges(ctx context.Context, edition string) (RenewedBadges, error) {
	return call[RenewedBadges](ctx, c, "renewBadges", ByForumEdition{edition})
}

// BadgeKeys returns the keys that badges may be signed with.
func (c *Client) BadgeKeys(ctx context.Context, edition string) (BadgeKeys, error) {
	return call[BadgeKeys](ctx, c, "badgeKeys", ByForumEdition{edition})
}

// RevokedBadges returns the signed list of badges that no longer count.
func (c *Client) RevokedBadges(ctx context.Context, edition string) (string, error) {
	return call[string](ctx, c, "revokedBadges", ByForumEdition{edition})
}

// TakeScans merges a file of scans from a door.
func (c *Client) TakeScans(ctx context.Context, edition string, file io.ReadSeeker) (ScansTaken, error) {
	return upload[ScansTaken](ctx, c, "takeScans", ByForumEdition{edition}, file)
}

// Scans returns what the doors of an edition noted, merged.
func (c *Client) Scans(ctx context.Context, edition string) (Scans, error) {
	return call[Scans](ctx, c, "scans", ByForumEdition{edition})
}

// ScanFile streams all scans of an edition as one file.
func (c *Client) ScanFile(ctx context.Context, edition string) (io.ReadCloser, error) {
	return stream(ctx, c, "scanFile", ByForumEdition{edition})
}
