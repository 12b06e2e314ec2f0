package casework

import "landbridge.example"

// KeyOwner names the owner of a case's data key in the node's vault, for what
// other packages keep about the case: sealed under the same key, it cannot be
// read any more once the case is erased (S15).
func KeyOwner(id landbridge.CaseID) string { return owner(id) }
