//go:build !linux || !(amd64 || arm64 || loong64 || riscv64)

package rtp

func newDriver(e *Engine) (driver, error) { return newPortable(e), nil }
