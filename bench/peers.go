package main

import (
	"embed"
	"fmt"

	"github.com/dop251/goja"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	lua "github.com/yuin/gopher-lua"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

//go:embed programs
var programs embed.FS

// runner is a program made ready: each call of it does the whole work once and returns its result, which is the same
// whole number on every machine.
type runner func() (int64, error)

// peer is another embeddable machine. prepare compiles programs/NAME+ext for it; compiling is not timed.
type peer struct {
	name    string
	ext     string
	prepare func(src string) (runner, error)
}

var peers = []peer{
	{"starlark-go", ".star", prepareStarlark},
	{"goja", ".js", prepareGoja},
	{"gopher-lua", ".lua", prepareLua},
	{"expr", ".expr", prepareExpr},
}

func program(name string) (string, error) {
	b, err := programs.ReadFile("programs/" + name)
	if err != nil {
		return "", fmt.Errorf("reading a benchmark program: %w", err)
	}
	return string(b), nil
}

func prepareStarlark(src string) (runner, error) {
	thread := &starlark.Thread{Name: "bench"}
	globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, thread, "work.star", src, nil)
	if err != nil {
		return nil, err
	}
	work := globals["work"]
	return func() (int64, error) {
		v, err := starlark.Call(thread, work, nil, nil)
		if err != nil {
			return 0, err
		}
		n, ok := v.(starlark.Int)
		if !ok {
			return 0, fmt.Errorf("starlark returned a %s", v.Type())
		}
		i, _ := n.Int64()
		return i, nil
	}, nil
}

func prepareGoja(src string) (runner, error) {
	rt := goja.New()
	if _, err := rt.RunString(src); err != nil {
		return nil, err
	}
	work, ok := goja.AssertFunction(rt.Get("work"))
	if !ok {
		return nil, fmt.Errorf("goja: work is no function")
	}
	return func() (int64, error) {
		v, err := work(goja.Undefined())
		if err != nil {
			return 0, err
		}
		return v.ToInteger(), nil
	}, nil
}

func prepareLua(src string) (runner, error) {
	state := lua.NewState()
	if err := state.DoString(src); err != nil {
		return nil, err
	}
	work := state.GetGlobal("work")
	return func() (int64, error) {
		if err := state.CallByParam(lua.P{Fn: work, NRet: 1, Protect: true}); err != nil {
			return 0, err
		}
		v, ok := state.Get(-1).(lua.LNumber)
		state.Pop(1)
		if !ok {
			return 0, fmt.Errorf("gopher-lua did not return a number")
		}
		return int64(v), nil
	}, nil
}

// exprEnv is what expr's programs see: expr has no functions of its own, so the called one is Go's.
var exprEnv = map[string]any{"step": func(n int) int { return n + 1 }}

func prepareExpr(src string) (runner, error) {
	p, err := expr.Compile(src, expr.Env(exprEnv))
	if err != nil {
		return nil, err
	}
	machine := vm.VM{MemoryBudget: 100_000_000}
	return func() (int64, error) {
		v, err := machine.Run(p, exprEnv)
		if err != nil {
			return 0, err
		}
		n, ok := v.(int)
		if !ok {
			return 0, fmt.Errorf("expr returned a %T", v)
		}
		return int64(n), nil
	}, nil
}
