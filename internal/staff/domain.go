package staff

// Domain separation: what this package hashes or keys begins with one of these.
const (
	domainApproval  = "landbridge/approval/v1\x00"        // what a passkey signs over an act's digest
	domainPseudonym = "landbridge/staff-pseudonym/v1\x00" // a person's name in the log
	domainSession   = "landbridge/staff-session/v1\x00"   // the stored form of a session cookie
	domainToken     = "landbridge/staff-token/v1\x00"     // the stored form of an API token
	domainSetup     = "landbridge/staff-setup/v1\x00"     // the stored form of a setup link
	domainCeremony  = "landbridge/staff-ceremony/v1\x00"  // authenticates the name of a ceremony
	domainChallenge = "landbridge/staff-challenge/v1\x00" // what a passkey signs to sign in or to register
	domainBucket    = "landbridge/staff-bucket/v1\x00"    // where failed sign-ins are counted
)

// The marks of a software key, as internal/staff/softkey writes them. A test
// holds the two packages together.
const (
	SoftwareOrigin = "landbridge:software-key"
	softwareModel  = "landbridge-soft!"
)
