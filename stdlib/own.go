package stdlib

import (
	"errors"
	"fmt"

	"rexian/compiler/library"
)

// ErrOwn is for a function of a deployment that lacks its signature or what it does.
var ErrOwn = errors.New("a function of the deployment lacks its signature")

// WithOwn is what programs may call in a deployment with functions of its own: the library built in, and those. It
// fails if one lacks its signature, is no lookup, or has a name that is taken.
func WithOwn(own []Own) (*library.Registry, error) {
	registry := library.Default()
	for _, o := range own {
		if o.Function == nil || o.Do == nil || o.Function.Class != library.Lookup {
			return nil, ErrOwn
		}
		more, err := registry.Extend([]*library.Function{o.Function}, nil)
		if err != nil {
			return nil, fmt.Errorf("a function of the deployment: %w", err)
		}
		registry = more
	}
	return registry, nil
}
