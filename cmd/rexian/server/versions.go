package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rexian/cmd/rexian/queries"
	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/compiler/emit"
	"rexian/compiler/pending"
	"rexian/lang/diag"
	"rexian/media/prompt"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/readout"
	"rexian/stdlib"
	"rexian/stdlib/db"
	"rexian/stdlib/sqlfunc"
)

// openDeployment lets serve what served last. What lies in the folder of the flows serves where nothing has yet, or
// where Options say so; that it is different, or not good, is told.
func (s *Server) openDeployment(ctx context.Context) (err error) {
	dir := s.data(deploy.Folder)
	s.sharing = newSharing(s)
	s.deployment, err = deploy.New(deploy.Options{Dir: dir, Now: s.o.Now, Told: s.damaged, Fetch: s.fetch,
		Changed: s.sharing.changed, Prepare: func(v *deploy.Version) error { return s.prepare(ctx, v) }})
	if err != nil {
		return trouble(says("发布过的版本（%s）不能用：", "the versions that were deployed (%s) cannot be used: ", dir), err)
	}
	defer func() {
		if err == nil {
			s.running.Go(func() { s.sharing.run(s.background) })
		}
	}()
	s.deployment.Restore()
	s.sharing.begin(ctx)
	kept := s.deployment.Stable() != nil
	if kept {
		s.adopt()
	}
	v, err := s.load(false)
	switch {
	case err != nil && !kept:
		return s.noProgram(err)
	case err != nil:
		s.tell(s.otherwise(err))
		return nil
	case kept && !s.o.Deploy && v.Hash() != s.deployment.Stable().Hash():
		s.tell(Notice{Text: says("%s 里的流程或者参数和正在服务的版本 %.12s 不同（它是 %.12s）：用 rexian deploy 发布，或者用 serve --deploy 启动",
			"the flows in %s, or their settings, differ from version %.12s, which serves (they make %.12s): rexian deploy lets them serve, and so does serve --deploy",
			s.config.Flows, s.deployment.Stable().Hash(), v.Hash())})
		return nil
	case kept && !s.o.Deploy:
		return nil
	}
	if err := s.takeWords(); err != nil {
		return err
	}
	if kept && v.Hash() == s.deployment.Stable().Hash() {
		return s.prepare(ctx, v)
	}
	return s.serve(v, 0, startedBy)
}

// damaged tells of something that is kept and cannot be read.
func (s *Server) damaged(err error) {
	if errors.Is(err, bundle.ErrVersion) {
		s.tell(Notice{Text: says("上次服务的版本是另一个版本的 rexian 编译的，要重新发布：%v",
			"the version that served last was compiled by another version of rexian and has to be deployed anew: %v",
			err)})
		return
	}
	s.tell(Notice{Text: says("数据文件夹里保存的版本有损坏：%v", "what was kept of the versions is damaged: %v", err)})
}

// otherwise tells that what served last serves, since the folder of the flows is not good.
func (s *Server) otherwise(err error) Notice {
	hash := s.deployment.Stable().Hash()
	if refused, ok := errors.AsType[*deploy.Refused](err); ok {
		return Notice{Text: says("%s 里的流程有错误，继续用上次的版本 %.12s：改好以后用 rexian deploy 发布",
			"the flows in %s have errors, so version %.12s of last time serves: mend them, and let them serve by rexian deploy", s.config.Flows, hash),
			Findings: refused.Findings, Source: refused.Source}
	}
	why := reason(err)
	begin := says("%s 里的流程读不了，继续用上次的版本 %.12s：",
		"the flows in %s cannot be read, so version %.12s of last time serves: ", s.config.Flows, hash)
	return Notice{Text: diag.Text{Zh: begin.Zh + why.Zh, En: begin.En + why.En}}
}

// noProgram tells why nothing can serve. A program with errors is shown with them.
func (s *Server) noProgram(err error) error {
	if _, ok := errors.AsType[*deploy.Refused](err); ok {
		return err
	}
	return trouble(says("没有可以服务的流程：%s ", "there are no flows to serve: %s: ", s.config.Path(s.config.Flows)), err)
}

// prepare makes the sound of a version ready. While none serves, words that cannot be rendered do not keep one from
// serving.
func (s *Server) prepare(ctx context.Context, v *deploy.Version) error {
	err := s.voices.Prepare(ctx, v, s.o.Progress)
	if err == nil || s.deployment.Stable() != nil || ctx.Err() != nil || errors.Is(err, exchange.ErrRecording) {
		return err
	}
	s.log.Error("words could not be rendered: a call leaves them out", "error", err)
	return nil
}

// Deploy compiles the flows anew and lets them serve: all new calls, or a share of them if percent is not 0. Calls that
// run keep their version. A program with errors is refused with a *deploy.Refused, and what serves goes on serving; so
// is one whose calendar ends within the horizon, for a new version should not bring the hotline to a standstill.
func (s *Server) Deploy(_ context.Context, percent int, by string) (err error) {
	s.deploying.Lock()
	defer s.deploying.Unlock()
	v, err := s.load(true)
	if err == nil {
		err = s.takeWords()
	}
	if err != nil {
		return err
	}
	return s.serve(v, percent, by)
}

// load reads the folder of the flows; lasting tells whether a calendar that ends soon is an error.
func (s *Server) load(lasting bool) (*deploy.Version, error) {
	base, err := stdlib.WithOwn(s.o.Own)
	if err != nil {
		return nil, err
	}
	return source.Load(s.config.Path(s.config.Flows), base,
		compiler.Options{Today: compiler.Today(s.o.Now()), Lasting: lasting,
			Settings: s.config.Settings})
}

// serve lets a version serve. Its SQL files are callable before it is.
func (s *Server) serve(v *deploy.Version, percent int, by string) (err error) {
	s.useQueries(v)
	if percent == 0 {
		err = s.deployment.Deploy(v, by)
	} else {
		err = s.deployment.Try(v, percent, by)
	}
	s.adopt()
	if err == nil {
		s.log.Info("deployed", "version", v.Hash()[:12], "percent", percent, "by", by)
	}
	return err
}

// adopt lets the library go by what serves: the SQL files of the version on trial, else of the stable one, and what the
// stable one declares that new calls get, its calendar and its types of tickets.
func (s *Server) adopt() {
	stable := s.deployment.Stable()
	if stable == nil {
		return
	}
	s.library.UseProgram(stable.Program)
	s.tellPending(stable)
	if canary := s.deployment.Canary(); canary != nil {
		s.useQueries(canary)
		return
	}
	s.useQueries(stable)
}

// tellPending tells, once for each version, which of its words are not carried out yet.
func (s *Server) tellPending(v *deploy.Version) {
	if s.told == v.Hash() {
		return
	}
	s.told = v.Hash()
	var zh, en []string
	for _, w := range pending.Compiled(v.Program) {
		zh, en = append(zh, w.Spelling().Zh), append(en, w.Spelling().En)
	}
	if len(zh) > 0 {
		s.tell(Notice{Text: diag.Text{
			Zh: "流程用到这台服务器还没有实现的词：" + strings.Join(zh, "、") + "；rexian check 会说明各差什么",
			En: "the flows use words that this server does not carry out yet: " + strings.Join(en, ", ") +
				"; rexian check says what each lacks"}})
	}
}

// follow lets serve what another node, or this one before, has decided.
func (s *Server) follow(to deploy.Decision) error {
	s.deploying.Lock()
	defer s.deploying.Unlock()
	if err := s.deployment.Follow(to); err != nil {
		return err
	}
	s.adopt()
	return nil
}

// fetch gets a version from where all nodes keep theirs, and learns the rendered words that came with it.
func (s *Server) fetch(hash string) (*deploy.Version, error) {
	if !s.library.Ready() {
		return nil, fmt.Errorf("version %.12s: %w", hash, deploy.ErrNothing)
	}
	files, err := s.library.Deployments().Fetch(s.background, hash)
	if db.IsNotFound(err) {
		return nil, fmt.Errorf("version %.12s is kept nowhere: %w", hash, deploy.ErrNothing)
	}
	if err != nil {
		return nil, err
	}
	v, err := deploy.Unpack(files)
	if err != nil {
		return nil, err
	}
	if lacks := s.lacking(v); len(lacks) > 0 {
		return nil, fmt.Errorf("version %.12s asks for what this node's library does not have: %s", hash,
			strings.Join(lacks, ", "))
	}
	if err := s.unpackWords(files); err != nil {
		s.log.Warn("the rendered words of another node cannot be used", "error", err)
	}
	return v, nil
}

// lacking lists what a version asks for that is not in the library that it would be given here.
func (s *Server) lacking(v *deploy.Version) []string {
	base, err := stdlib.WithOwn(s.o.Own)
	if err != nil {
		return nil // the server would not have started
	}
	registry, _ := sqlfunc.Extend(base, queries.Of(v))
	return emit.Lacking(v.Program, registry)
}

// fetchWords learns the rendered words that came with a version to where all nodes keep theirs, if they are others than
// are known here. A version may be deployed again with nothing changed but their sound.
func (s *Server) fetchWords(ctx context.Context, hash string) error {
	s.deploying.Lock()
	defer s.deploying.Unlock()
	files, err := s.library.Deployments().FetchSome(ctx, hash, func(name, sum string) bool {
		rest, ok := strings.CutPrefix(name, wordsFolder+"/")
		if !ok || rest != filepath.Base(rest) {
			return false
		}
		b, err := os.ReadFile(s.data(wordsFolder, rest))
		have := sha256.Sum256(b)
		return err != nil || hex.EncodeToString(have[:]) != sum
	})
	if db.IsNotFound(err) { // nobody keeps it; whoever wants it to serve says so
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.unpackWords(files); err != nil {
		s.log.Warn("the rendered words of another node cannot be used", "error", err)
	}
	return nil
}

// useQueries makes the SQL files of a version callable, and no others.
func (s *Server) useQueries(v *deploy.Version) {
	if lacks := s.lacking(v); len(lacks) > 0 { // it was compiled by a server with another library
		s.tell(Notice{Text: says("版本 %.12s 要查的，这台服务器的库里没有，或者已经不一样：%s；来电查到这里会出错，请重新发布",
			"version %.12s asks for what the library of this server does not have, or not in that form: %s; a call that does fails, so deploy anew",
			v.Hash(), strings.Join(lacks, ", "))})
	}
	if _, wrong := s.library.Use(queries.Of(v)); len(wrong) > 0 { // they were right when it was deployed
		s.log.Error("an SQL file of the version that serves cannot be used: what it answers is unavailable", "error",
			wrong[0])
	}
}

// wordsFolder is the folder of the data folder with the rendered words that came with what serves.
const wordsFolder = "words"

// takeWords learns the rendered words beside the flows and keeps them, so that the version serves with them whatever
// becomes of the folder.
func (s *Server) takeWords() error {
	from := source.Voices(s.config.Path(s.config.Flows))
	for _, name := range prompt.FileNames(readout.Languages()) {
		if _, err := os.Stat(filepath.Join(from, name)); err != nil {
			continue // none in this language
		}
		if err := s.voices.Take(filepath.Join(from, name), s.data(wordsFolder, name)); err != nil {
			return fmt.Errorf("rendered words: %w", err)
		}
	}
	return nil
}

// packWords adds the rendered words that are kept here to the files of a version that travels to other nodes.
func (s *Server) packWords(files map[string][]byte) error {
	for _, name := range prompt.FileNames(readout.Languages()) {
		b, err := os.ReadFile(s.data(wordsFolder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("rendered words: %w", err)
		}
		files[wordsFolder+"/"+name] = b
	}
	return nil
}

// unpackWords learns the rendered words that came with a version from another node, and keeps them.
func (s *Server) unpackWords(files map[string][]byte) error {
	var names []string
	for path := range files {
		if name, ok := strings.CutPrefix(path, wordsFolder+"/"); ok {
			names = append(names, name)
		}
	}
	for _, name := range prompt.Catalogues(names) {
		b := files[wordsFolder+"/"+name]
		fresh := s.data(wordsFolder, ".new-"+name)
		if err := deploy.WriteFile(fresh, b); err != nil {
			return err
		}
		if err := errors.Join(s.voices.Take(fresh, s.data(wordsFolder, name)), os.Remove(fresh)); err != nil {
			return err
		}
	}
	return nil
}

// badWords is told of a file of rendered words that is damaged.
func (s *Server) badWords(path string, err error) {
	if strings.HasPrefix(path, s.data()+string(filepath.Separator)) {
		s.setAside(path, err)
		return
	}
	s.tell(Notice{Text: says("语音包 %s 不能用：%v", "the rendered words %s cannot be used: %v", path, err)})
}
