package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"loyal/eval/attack"
)

// pageData is what the page's template shows.
type pageData struct {
	frame
	Name     string // of the model
	Verdict  verdict
	Summary  []pair
	Columns  []term
	Families []section
	Plots    []drawn // of all families
	Failures []failure
	Without  []attack.Missing
	Untried  []attack.Attack // known, but with no trial here
	Missing  []string
	Alpha    string
	Command  string
	Made     []pair
	Recipe   string // of the embedding, as YAML
	Embed    string // the command that takes it
	Identity []pair
	Glossary []term
}

// pair is a line of a list of facts.
type pair struct{ Name, Value string }

// section is a family on the page.
type section struct {
	Title, Intro string
	Rows         []row
	Prices       []price // of hosts
	Plots        []drawn
	// Asked, Costs, Moves and Texts tell which columns have anything to show.
	Asked, Costs, Moves, Texts bool
}

// Columns is how many columns the table has.
func (s section) Columns() int {
	n := 3
	for _, more := range []bool{s.Asked, s.Asked, s.Costs, s.Moves, s.Texts} {
		if more {
			n++
		}
	}
	return n
}

// row is a trial in a table.
type row struct {
	ID, Setting string
	Kind        kind
	FSR         *bar
	Questions   string
	Kept        *bar
	KL          string
	Perplexity  string
	Seconds     string
	// Figures and Notes stand on a line of their own below the trial's.
	Figures []pair
	Notes   []string
}

// More tells that a trial has such a line.
func (r row) More() bool { return len(r.Figures)+len(r.Notes) > 0 }

// bar is a share with its interval, also as lengths of a bar of 100.
type bar struct {
	Value, Interval       string
	Width, Low, IntervalW string
}

func barOf(r attack.Rate) *bar {
	if r.Of == 0 {
		return nil
	}
	length := func(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) }
	return &bar{percent(r.Value), between(r.Low, r.High), length(r.Value), length(r.Low), length(r.High - r.Low)}
}

// price is a line of the table of hosts' prices.
type price struct {
	Series, Setting string
	FSR, Cost       *bar
}

// failure is a trial that ruined its own model.
type failure struct{ ID, Setting, Reason string }

func page(r *attack.Report, missing []string, plots []drawn) ([]byte, error) {
	d := pageData{
		Verdict: judge(r), Columns: columns, Without: r.Without, Missing: missing, Glossary: glossary,
		Identity: identityPairs(r), Alpha: chance(alphaOf(r)),
	}
	if len(missing) == 0 { // what is still to be done is no choice
		d.Untried = neverTried(r)
	}
	d.Name = "a fingerprinted model"
	if r.Made != nil {
		d.made(r.Made)
	}
	d.frame = newFrame("Attacks on " + d.Name)
	d.Summary = summary(r)
	for _, f := range familiesOf(outcomesOf(r, "")) {
		d.Families = append(d.Families, sectionOf(r, f, plots))
	}
	for _, p := range plots {
		if p.Family == "" {
			d.Plots = append(d.Plots, p)
		}
	}
	for _, e := range r.Outcomes {
		if e.Status == attack.Diverged {
			d.Failures = append(d.Failures, failure{e.ID, e.Setting, e.Reason})
		}
	}
	return render("page.html", d)
}

// made fills in what made the report.
func (d *pageData) made(m *attack.Made) {
	if m.Model != "" {
		d.Name = strings.TrimPrefix(m.Model, "./")
	}
	if len(m.Command) > 0 {
		d.Command = quoted(m.Command)
	}
	for _, p := range []pair{
		{"made", m.Time.UTC().Format("2 January 2006, 15:04 UTC")}, {"loyal", strings.TrimSpace(m.Loyal + " " + m.Revision)}, {"platform", m.Platform},
		{"model", m.Model}, {"base", m.Base}, {"set", m.Set},
	} {
		if p.Value != "" && !(p.Name == "made" && m.Time.Equal(time.Time{})) {
			d.Made = append(d.Made, p)
		}
	}
	if d.Recipe = recipe(m.Embedding); d.Recipe != "" && m.Base != "" && m.Set != "" && m.Model != "" {
		d.Embed = quoted([]string{"embed", m.Base, "--set", m.Set, "--recipe", "recipe.yaml", "--out", m.Model})
	}
}

// neverTried lists the attacks of which there is no trial and no word why.
func neverTried(r *attack.Report) []attack.Attack {
	return slices.DeleteFunc(attack.Attacks(), func(a attack.Attack) bool {
		return slices.ContainsFunc(r.Outcomes, func(e attack.Entry) bool { return e.Attack == a.Name }) ||
			slices.ContainsFunc(r.Without, func(m attack.Missing) bool { return m.Attack == a.Name })
	})
}

// maxRecipe bounds the settings that a page lists.
const maxRecipe = 200

// recipe writes an object of settings as YAML, a line each, in its own order; values
// that are lists or texts stay JSON, which is YAML too.
func recipe(object json.RawMessage) string {
	dec := json.NewDecoder(bytes.NewReader(object))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	var out strings.Builder
	for n := 0; dec.More() && n < maxRecipe; n++ {
		name, err := dec.Token()
		if err != nil {
			break
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			break
		}
		var flat bytes.Buffer
		if err := json.Compact(&flat, value); err != nil {
			break
		}
		fmt.Fprintf(&out, "%v: %s\n", name, &flat)
	}
	return out.String()
}

// alphaOf is the error rate of the audits, 0 where it is not known.
func alphaOf(r *attack.Report) float64 {
	if r.Intact != nil {
		return r.Intact.Verification.Alpha
	}
	alpha, err := strconv.ParseFloat(r.Identity["alpha"], 64)
	if err != nil {
		return 0
	}
	return alpha
}

func summary(r *attack.Report) []pair {
	out := []pair{{"trials", strconv.Itoa(len(r.Outcomes))}}
	if r.Keys > 0 {
		out = append(out, pair{"keys", strconv.Itoa(r.Keys)})
	}
	if r.Requests > 0 {
		out = append(out, pair{"ordinary requests", strconv.Itoa(r.Requests)})
	}
	if r.Grid != "" {
		out = append(out, pair{"grid", string(r.Grid)})
	}
	out = append(out, pair{"time", duration(r.Seconds)})
	if r.Intact != nil && r.Intact.BaseUtility != nil {
		u := r.Intact.BaseUtility
		out = append(out, pair{"first words as the base’s", percent(u.Agreement.Value) + " (" + between(u.Agreement.Low, u.Agreement.High) + ")"})
	}
	return out
}

func identityPairs(r *attack.Report) (out []pair) {
	for _, k := range slices.Sorted(maps.Keys(r.Identity)) {
		out = append(out, pair{k, r.Identity[k]})
	}
	return out
}

func sectionOf(r *attack.Report, f family, plots []drawn) section {
	s := section{Title: f.title, Intro: f.intro}
	for _, e := range r.Outcomes {
		if e.Family != f.name {
			continue
		}
		row := rowOf(e)
		s.Rows = append(s.Rows, row)
		s.Asked = s.Asked || row.FSR != nil
		s.Costs = s.Costs || row.Kept != nil
		s.Moves = s.Moves || row.KL != ""
		s.Texts = s.Texts || row.Perplexity != ""
	}
	if f.name == attack.Hosts {
		for _, p := range r.Suppressions {
			s.Prices = append(s.Prices, price{hostName(p.Series), p.Setting, barOf(p.FSR), barOf(p.Cost)})
		}
	}
	for _, p := range plots {
		if p.Family == f.name {
			s.Plots = append(s.Plots, p)
		}
	}
	return s
}

func rowOf(e attack.Entry) row {
	out := row{ID: e.ID, Setting: cmp.Or(strings.TrimSpace(e.Setting), e.ID), Kind: kindOf(e.Outcome), Notes: e.Notes, Seconds: duration(e.Seconds)}
	for _, f := range e.Figures {
		out.Figures = append(out.Figures, pair{f.Name, figureText(f)})
	}
	m := e.Measures
	if m == nil {
		return out
	}
	out.FSR, out.Kept = barOf(m.FSR), barOf(m.Utility.Agreement)
	out.Questions = strconv.Itoa(m.Verification.Queries)
	if m.Signal != nil && out.Kind != match {
		out.Figures = append(out.Figures, signal(m.Signal)...)
	}
	if m.Utility.KL != nil {
		out.KL = divergence(*m.Utility.KL)
	}
	if m.Utility.RelativePerplexity != nil {
		out.Perplexity = "×" + strconv.FormatFloat(*m.Utility.RelativePerplexity, 'f', 2, 64)
	}
	return out
}

// signal says what log-probabilities still show of a victim whose verdict is not a match.
func signal(s *attack.Signal) []pair {
	text := func(t attack.RankTest) string {
		return strconv.FormatFloat(t.MeanRank, 'f', 3, 64) + ", p = " + power(t.Log10P)
	}
	out := []pair{{"rank of the planted answers on their lists by probability (0 first, 0.5 by chance)", text(s.Ranks)}}
	if s.Calibrated != nil {
		out = append(out, pair{"the same by what they gained over the base", text(*s.Calibrated)})
	}
	return out
}

// figureText writes a figure with its unit and interval.
func figureText(f attack.Figure) string {
	interval := f.Low != nil && f.High != nil
	switch {
	case f.Unit == "AUC" && interval:
		return "AUC " + area(f.Value) + " (" + area(*f.Low) + "–" + area(*f.High) + ")"
	case f.Unit == "AUC":
		return "AUC " + area(f.Value)
	case interval && *f.Low >= 0 && *f.High <= 1:
		return percent(f.Value) + " (" + between(*f.Low, *f.High) + ")"
	case f.Unit == "share":
		return percent(f.Value)
	case strings.HasPrefix(f.Unit, "nats"):
		return divergence(f.Value) + " " + f.Unit
	case f.Unit != "":
		return number(f.Value) + " " + f.Unit
	}
	return number(f.Value)
}
