package report

import (
	"bytes"
	"cmp"
	"encoding/json"
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
	Missing  []string
	Alpha    string
	Command  string
	Made     []pair
	Recipe   []pair // of the embedding
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
	// Asked, Costs and Moves tell which columns have anything to show.
	Asked, Costs, Moves, Texts bool
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
	Figures     []pair
	Notes       []string
}

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
	d.Recipe = recipe(m.Embedding)
}

// maxRecipe bounds the settings that a page lists.
const maxRecipe = 200

// recipe lists an object of settings in its own order.
func recipe(object json.RawMessage) (out []pair) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for dec.More() && len(out) < maxRecipe {
		name, err := dec.Token()
		if err != nil {
			return out
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return out
		}
		var flat bytes.Buffer
		if err := json.Compact(&flat, value); err != nil {
			return out
		}
		text, _ := name.(string)
		out = append(out, pair{text, strings.Trim(flat.String(), `"`)})
	}
	return out
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
		out = append(out, pair{"first words as the base's", percent(u.Agreement.Value)})
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
	out := []pair{{"rank of the planted answers on their lists by probability (0 first, 0.5 by chance)", number(s.Ranks.MeanRank) + ", p = " + power(s.Ranks.Log10P)}}
	if s.Calibrated != nil {
		out = append(out, pair{"the same by what they gained over the base", number(s.Calibrated.MeanRank) + ", p = " + power(s.Calibrated.Log10P)})
	}
	return out
}

// figureText writes a figure with its unit and interval.
func figureText(f attack.Figure) string {
	switch {
	case f.Low != nil && f.High != nil && *f.Low >= 0 && *f.High <= 1:
		return percent(f.Value) + " (" + between(*f.Low, *f.High) + ")"
	case f.Unit == "share":
		return percent(f.Value)
	case f.Unit != "":
		return number(f.Value) + " " + f.Unit
	}
	return number(f.Value)
}
