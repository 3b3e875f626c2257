//go:build slow

package meaning

// everything tells whether all refactorings and mutants are tried, which takes minutes.
const everything = true
