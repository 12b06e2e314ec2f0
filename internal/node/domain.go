package node

// Domain separation: what is derived for one purpose can never be taken for
// another. Each string is declared once, here.
const domainDerive = "landbridge/node-secret/v1\x00" // secrets derived from the storage key, then their use
