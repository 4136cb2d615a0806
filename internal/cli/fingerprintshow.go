package cli

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"loyal/fingerprint"
)

// setInfo is the JSON of `loyal fingerprint show` and `new`.
type setInfo struct {
	Path         string                     `json:"path,omitempty"`
	Version      int                        `json:"version"`
	Created      string                     `json:"created"`
	Fingerprints int                        `json:"fingerprints"`
	Status       map[fingerprint.Status]int `json:"status"`
	Model        fingerprint.Model          `json:"model"`
	Serving      fingerprint.Serving        `json:"serving"`
	Binding      fingerprint.Binding        `json:"binding"`
	Strategy     fingerprint.Strategy       `json:"strategy"`
	Keys         string                     `json:"keys"`
	Nucleus      float64                    `json:"nucleus"`
	Width        int                        `json:"width"`
	Cap          float64                    `json:"cap"`
	MaxTop       float64                    `json:"max_top"`
	MinCandidate float64                    `json:"min_candidate"`
	KeyLength    int                        `json:"key_length"`
	Response     int                        `json:"response_length"`
	Temperature  float64                    `json:"temperature"`
	Like         bool                       `json:"like,omitempty"`
	Answers      int                        `json:"answers"`
	Position     string                     `json:"position"`
	MaxOpening   int                        `json:"max_opening,omitempty"`
	Entropy      float64                    `json:"entropy,omitempty"`
	MeanProb     float64                    `json:"mean_candidate_probability"`
	Secrets      *setSecrets                `json:"secrets,omitempty"`
}

// setSecrets is what --reveal adds.
type setSecrets struct {
	Secret       string                    `json:"secret"`
	Seed         uint64                    `json:"seed,string"`
	Fingerprints []fingerprint.Fingerprint `json:"fingerprints"`
}

func describeSet(path string, s *fingerprint.Set, reveal bool) setInfo {
	p := s.Params
	info := setInfo{
		Path: path, Version: s.Version, Created: s.Created.Format("2006-01-02T15:04:05Z07:00"),
		Fingerprints: len(s.Fingerprints), Status: make(map[fingerprint.Status]int),
		Model: s.Model, Serving: s.Serving, Binding: s.Binding,
		Strategy: p.Strategy, Keys: p.Keys, Nucleus: p.Nucleus, Width: p.Width, Cap: p.Cap, MaxTop: p.MaxTop,
		MinCandidate: p.MinCandidate, KeyLength: p.KeyLength, Response: p.ResponseLength, Temperature: p.Temperature,
		Like: p.Like, Answers: max(1, p.Answers), Position: cmp.Or(p.Position, fingerprint.PositionFirst),
		MaxOpening: p.MaxOpening, Entropy: p.Entropy,
	}
	sum, n := 0.0, 0
	for _, f := range s.Fingerprints {
		info.Status[f.Status]++
		for _, c := range f.Candidates {
			sum += c.Prob
			n++
		}
	}
	if n > 0 {
		info.MeanProb = sum / float64(n)
	}
	if reveal {
		info.Secrets = &setSecrets{hex.EncodeToString(s.Secret), p.Seed, s.Fingerprints}
	}
	return info
}

func newFingerprintShowCommand(app *App) *cobra.Command {
	var reveal bool
	cmd := &cobra.Command{
		Use:   "show SET",
		Short: "print what a set is for, how it was made and how many fingerprints it has",
		Long: `Prints what a set is for, how it was made, and how many fingerprints it has of each
status. Keys, answers and the secret are printed only with --reveal: whoever sees
them can filter the fingerprints out or accuse others with them.`,
		Example: "  loyal fingerprint show smol.loyal\n  loyal fingerprint show smol.loyal --reveal --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := app.openSet(args[0])
			if err != nil {
				return err
			}
			info := describeSet(args[0], s, reveal)
			return app.Print(info, info.write)
		},
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print keys, answers and the secret too")
	return cmd
}

// write prints a set for people.
func (i setInfo) write(w io.Writer) error {
	t := newTable(w)
	if i.Path != "" {
		t.row("set", "%s (version %d, made %s)", i.Path, i.Version, i.Created)
	}
	var counts []string
	for _, status := range []fingerprint.Status{fingerprint.Reserve, fingerprint.Live, fingerprint.Burnt, fingerprint.Leaked} {
		if n := i.Status[status]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, status))
		}
	}
	t.row("fingerprints", "%d (%s)", i.Fingerprints, strings.Join(counts, ", "))
	t.row("model", "%s", i.Model.Name)
	t.row("model digest", "%s", i.Model.Digest)
	t.row("tokenizer digest", "%s", i.Model.TokenizerDigest)
	if i.Model.TemplateDigest != "" {
		t.row("template digest", "%s", i.Model.TemplateDigest)
	}
	serving := string(i.Serving.Kind)
	if i.Serving.System != "" {
		serving += fmt.Sprintf(", system prompt %q", i.Serving.System)
	}
	keys := i.Keys
	if i.Like {
		keys += ", chosen to be like ordinary messages"
	}
	t.row("keys", "%s, from %s", serving, keys)
	if i.Binding.Beacon != "" {
		t.row("beacon", "%s", i.Binding.Beacon)
	}
	if i.Strategy == fingerprint.Imported {
		t.row("strategy", "imported: without candidate lists, no chance of a hit is known")
	} else {
		t.row("strategy", "%s: nucleus %g, width %d, cap %g", i.Strategy, i.Nucleus, i.Width, i.Cap)
		t.row("openness", "likeliest token at most %g, candidates at least %g", i.MaxTop, i.MinCandidate)
		t.row("length", "keys to %d tokens, answers to %d", i.KeyLength, i.Response)
		if i.Answers > 1 {
			t.row("answers", "%d of each key are planted", i.Answers)
		}
		if i.Position == fingerprint.PositionOpen {
			t.row("position", "open: from an entropy of %g nats on, within %d tokens", i.Entropy, i.MaxOpening)
		}
		t.row("candidates", "%.2g probable on average before embedding", i.MeanProb)
	}
	if s := i.Secrets; s != nil {
		t.row("secret", "%s", s.Secret)
		t.row("seed", "%d", s.Seed)
		t.row("", "")
		for _, f := range s.Fingerprints {
			fmt.Fprintf(t, "%s\t%s\t%q → %q", printableLine(f.ID), printableLine(string(f.Status)), f.Key, f.Response.Text)
			for _, also := range f.Also {
				fmt.Fprintf(t, " or %q", f.Candidates[also].Text)
			}
			fmt.Fprintln(t)
		}
	}
	return t.Flush()
}
