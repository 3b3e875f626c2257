//go:build !race

package demo

const loaded = Taxpayers
