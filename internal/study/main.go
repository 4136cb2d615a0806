// Command study compares ways of embedding fingerprints in one model, each as a user
// would run it: it makes the sets, embeds each row of its plan (plan.go), tries a few
// attacks on it, and writes the tables and figures of docs/results/omlization.md.
//
//	go build -o bin/loyal ./cmd/loyal
//	go run ./internal/study -model smol -out study -eval-text wikitext2-valid.txt -eval-prompts prompts.json
//
// What is done is kept: run again, it goes on, and makes tables and figures anew. The
// models themselves are removed once they are measured, unless -keep says otherwise.
// Secrets are random, so figures differ a little from run to run; keys are not.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"loyal/embed"
	"loyal/eval/attack"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("study: ")
	var s study
	flag.StringVar(&s.loyal, "loyal", "bin/loyal", "the binary to run")
	flag.StringVar(&s.model, "model", "", "the base model's directory")
	flag.StringVar(&s.dir, "out", "study", "directory of sets, reports and tables")
	flag.StringVar(&s.text, "eval-text", "", "held-out text for perplexity")
	flag.StringVar(&s.prompts, "eval-prompts", "", "held-out requests for first answer tokens")
	flag.BoolVar(&s.keep, "keep", false, "keep the models")
	only := flag.String("only", "", "embed only rows whose name matches this regular expression")
	flag.Parse()
	var err error
	if s.only, err = regexp.Compile(*only); err != nil {
		log.Fatal(err)
	}
	if s.model == "" || flag.NArg() > 0 {
		log.Fatal("it takes -model and no arguments; -help lists the flags")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		log.Fatal(err)
	}
}

// study is what the flags say.
type study struct {
	loyal, model, dir, text, prompts string
	keep                             bool
	only                             *regexp.Regexp
}

// result is a row with what its reports say.
type result struct {
	row
	embed.Report
	attacks *attack.Report
}

// left is what an attack of the row left of the fingerprints.
func (r *result) left(trial string) (attack.Rate, bool) {
	for _, e := range r.attacks.Outcomes {
		if e.ID == trial && e.Measures != nil {
			return e.Measures.FSR, true
		}
	}
	return attack.Rate{}, false
}

func (s *study) run(ctx context.Context) error {
	for _, d := range []string{"sets", "rows", "figures"} {
		if err := os.MkdirAll(filepath.Join(s.dir, d), 0o755); err != nil {
			return err
		}
	}
	var results []result
	for _, r := range plan {
		result, err := s.result(ctx, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		if result != nil {
			results = append(results, *result)
		}
	}
	if err := s.draw(results); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, "tables.md"), []byte(tables(results)), 0o644)
}

// result returns that of a row, for which it embeds and attacks if that was not done yet;
// nil if it was not and is not wanted.
func (s *study) result(ctx context.Context, r row) (*result, error) {
	out := filepath.Join(s.dir, "rows", r.name)
	embedded, attacks := out+".embed.json", out+".attacks"
	if !exists(filepath.Join(attacks, attack.ReportFile)) {
		if !s.only.MatchString(r.name) {
			return nil, nil
		}
		if err := s.row(ctx, r, out, attacks); err != nil {
			return nil, err
		}
	}
	data, err := os.ReadFile(embedded)
	if err != nil {
		return nil, err
	}
	result := &result{row: r}
	if err := json.Unmarshal(data, &result.Report); err != nil {
		return nil, err
	}
	result.attacks, _, err = attack.Open(attacks)
	return result, err
}

// row embeds one, and attacks the model.
func (s *study) row(ctx context.Context, r row, out, attacks string) error {
	set, err := s.set(ctx, r.set)
	if err != nil {
		return err
	}
	if !exists(out) {
		log.Printf("%s: loyal embed %s", r.name, strings.Join(r.flags, " "))
		args := []string{"embed", s.model, "--quiet", "--set", set, "--out", out}
		if s.text != "" {
			args = append(args, "--eval-text", s.text)
		}
		if s.prompts != "" {
			args = append(args, "--eval-prompts", s.prompts)
		}
		if err := s.do(ctx, slices.Concat(args, r.flags)); err != nil {
			return err
		}
	}
	log.Printf("%s: loyal attack", r.name)
	if err := s.do(ctx, []string{
		"attack", out, "--quiet", "--set", set, "--base", s.model, "--grid", "full", "--requests", "20",
		"--attacks", strings.Join(trials(), ","), "--out", attacks,
	}); err != nil || s.keep {
		return err
	}
	return os.RemoveAll(out)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// set makes a set unless it is there.
func (s *study) set(ctx context.Context, name string) (string, error) {
	path := filepath.Join(s.dir, "sets", name+".loyal")
	if exists(path) {
		return path, nil
	}
	flags, ok := sets[name]
	if !ok {
		return "", fmt.Errorf("no set is called %q", name)
	}
	log.Printf("loyal fingerprint new %s", strings.Join(flags, " "))
	return path, s.do(ctx, slices.Concat([]string{"fingerprint", "new", s.model, "--quiet", "--seed", "1", "--out", path}, flags))
}

func (s *study) do(ctx context.Context, args []string) error {
	c := exec.CommandContext(ctx, s.loyal, args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("loyal %s: %w", args[0], err)
	}
	return nil
}
