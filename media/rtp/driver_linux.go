//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

func newDriver(e *Engine) (driver, error) {
	if e.config.Portable {
		return newPortable(e), nil
	}
	return newPortable(e), nil
}
