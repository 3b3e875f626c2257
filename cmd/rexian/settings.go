package main

import (
	"os"
	"strings"

	"rexian/compiler"
	"rexian/lang/diag"
)

// settingFlags are a deployment's values for the settings of a program. Commands that read a program embed it.
type settingFlags struct {
	Set      []string `help:"set" placeholder:"NAME=VALUE" sep:"none"`
	Settings string   `help:"settings" placeholder:"FILE"`
}

// setName is what findings call the values of --set, which stand in no file.
const setName = "--set"

// given reads the values that the flags give p, for its check.
func (f settingFlags) given(a *app, p *program) error {
	var file compiler.SettingsFile
	if f.Settings != "" {
		src, err := os.ReadFile(a.File(f.Settings))
		if err != nil {
			return a.Usage("读不了参数文件 %s：%v", "the settings file %s cannot be read: %v", f.Settings, err)
		}
		var found []diag.Diagnostic
		file, found = compiler.ReadSettings(f.Settings, src)
		p.Keep(f.Settings, file.Text, found)
	}
	for _, s := range f.Set {
		if strings.ContainsAny(s, "\r\n") {
			return a.Usage("--set 的值不能换行", "a value of --set is one line")
		}
	}
	line, found := compiler.ReadSettings(setName, []byte(strings.Join(f.Set, "\n")))
	p.Keep(setName, line.Text, found)
	p.Options.Settings, p.Options.SettingsAt = file.Over(line)
	return nil
}
