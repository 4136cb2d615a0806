package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"loyal/eval/attack"
)

// verdict is the page's first answer.
type verdict struct {
	Kind      kind
	Headline  string
	Sentences []string
	Scores    []score
}

// score is how the audits of a family ended.
type score struct {
	Title string
	Parts []part
}

// part is a number of trials that ended alike, as a piece of a bar of 100.
type part struct {
	Kind     kind
	N        int
	X, Width string
}

// Match and the others let the page's legend name the kinds.
func (verdict) Match() kind        { return match }
func (verdict) Inconclusive() kind { return inconclusive }
func (verdict) NoMatch() kind      { return noMatch }
func (verdict) Diverged() kind     { return diverged }

// tally counts how trials ended.
type tally map[kind]int

func tallyOf(outcomes []*attack.Outcome) tally {
	t := tally{}
	for _, o := range outcomes {
		t[kindOf(o)]++
	}
	return t
}

// audited are the trials that ended in a verdict.
func (t tally) audited() int { return t[match] + t[noMatch] + t[inconclusive] }

// parts lays the ends that there are beside one another.
func (t tally) parts() (out []part) {
	total := float64(t.audited() + t[diverged])
	x := 0.
	for _, k := range []kind{match, inconclusive, noMatch, diverged} {
		if t[k] == 0 {
			continue
		}
		w := 100 * float64(t[k]) / total
		out = append(out, part{k, t[k], strconv.FormatFloat(x, 'f', 2, 64), strconv.FormatFloat(w, 'f', 2, 64)})
		x += w
	}
	return out
}

// outcomesOf are a report's, of one family or of all ("").
func outcomesOf(r *attack.Report, name string) []*attack.Outcome {
	var out []*attack.Outcome
	for _, e := range r.Outcomes {
		if name == "" || e.Family == name {
			out = append(out, e.Outcome)
		}
	}
	return out
}

// judge computes the verdict.
func judge(r *attack.Report) verdict {
	var v verdict
	all := outcomesOf(r, "")
	switch {
	case r.Intact != nil && kindOfVerdict(r.Intact.Verification.Verdict) != match:
		v.Kind, v.Headline = noMatch, "Verification does not recognize the model even before any attack"
		v.Sentences = append(v.Sentences, fmt.Sprintf("The un-attacked model answers %d of %d keys as planted, and the audit ends as %s. What follows says little.",
			r.Intact.FSR.Hits, r.Intact.FSR.Of, kindOfVerdict(r.Intact.Verification.Verdict).Word()))
	case r.Base != nil && kindOfVerdict(r.Base.Verification.Verdict) == match:
		v.Kind, v.Headline = noMatch, "Verification takes the base for the fingerprinted model"
		v.Sentences = append(v.Sentences, "A model without fingerprints must not match: something is wrong with the set or with what was given as the base.")
	case tallyOf(all).audited() == 0:
		v.Kind, v.Headline = unasked, "No trial ended in a verdict"
	default:
		v.Kind, v.Headline = headline(r, all)
	}
	if r.Intact != nil {
		v.Sentences = append(v.Sentences, asReleased(r))
	}
	for _, f := range familiesOf(all) {
		v.Sentences = append(v.Sentences, sentences(r, f)...)
		if f.name == attack.Extraction {
			continue // a match there says that a piece of a key does, too: neither good nor bad
		}
		if t := tallyOf(outcomesOf(r, f.name)); t.audited()+t[diverged] > 0 {
			v.Scores = append(v.Scores, score{f.title, t.parts()})
		}
	}
	return v
}

// headline counts the matches of the family that matters most, which is the first that
// was audited.
func headline(r *attack.Report, all []*attack.Outcome) (kind, string) {
	for _, f := range familiesOf(all) {
		t := tallyOf(outcomesOf(r, f.name))
		n := t.audited()
		if n == 0 {
			continue
		}
		k := mixed
		switch t[match] {
		case n:
			k = match
		case 0:
			k = noMatch
		}
		what := f.attacks
		if n == 1 {
			what = strings.Replace(what, "s ", " ", 1)
		}
		return k, fmt.Sprintf("Verification says match %s %d of %d %s", f.after, t[match], n, what)
	}
	return unasked, ""
}

// asReleased says how the un-attacked model stands.
func asReleased(r *attack.Report) string {
	m := r.Intact
	s := fmt.Sprintf("As released, the model answers %d of %d keys as planted, and an audit says %s after %s.",
		m.FSR.Hits, m.FSR.Of, kindOfVerdict(m.Verification.Verdict).Word(), plural(m.Verification.Queries, "question", "questions"))
	if r.Base != nil {
		s += fmt.Sprintf(" The base gives %d planted answers, and is declared %s.", r.Base.FSR.Hits, kindOfVerdict(r.Base.Verification.Verdict).Word())
	}
	return s
}

// sentences say what a family came to.
func sentences(r *attack.Report, f family) (out []string) {
	list := outcomesOf(r, f.name)
	switch f.name {
	case attack.Weights, attack.Distillation:
		if s := ended(list, f); s != "" {
			out = append(out, s)
		}
	case attack.Hosts:
		out = append(out, prices(r)...)
	case attack.Extraction:
		out = append(out, found(list)...)
	case attack.Forgery:
		out = append(out, fmt.Sprintf("%s without the secret; the table says what refuses each.", plural(len(list), "false claim was tried", "false claims were tried")))
	case attack.Redundancy:
		out = append(out, withstood(list)...)
	}
	return out
}

// ended names the attacks that ended the match, those first that changed ordinary
// answers least.
func ended(list []*attack.Outcome, f family) string {
	var those []*attack.Outcome
	for _, o := range list {
		if k := kindOf(o); k == noMatch || k == inconclusive {
			those = append(those, o)
		}
	}
	if len(those) == 0 {
		return ""
	}
	kept := func(o *attack.Outcome) float64 {
		if u := o.Measures.Utility.Agreement; u.Of > 0 {
			return u.Value
		}
		return -1
	}
	slices.SortStableFunc(those, func(a, b *attack.Outcome) int { return cmp.Compare(kept(b), kept(a)) })
	const named = 5
	var parts []string
	for _, o := range those[:min(named, len(those))] {
		part := "“" + o.Setting + "”"
		if x := kept(o); x >= 0 {
			part += " " + percent(x)
		}
		parts = append(parts, part)
	}
	s := fmt.Sprintf("The match ended %s %d of %d %s. These, with the share of ordinary answers whose first word they keep, are: %s",
		f.after, len(those), tallyOf(list).audited(), f.attacks, strings.Join(parts, ", "))
	if n := len(those) - named; n > 0 {
		s += fmt.Sprintf(", and %d that keep less", n)
	}
	return s + "."
}

// leansOnBase reports whether a host needs another model that is no thief's own work.
func leansOnBase(s attack.Suppression) bool {
	return s.Attack == "host-reference" || strings.Contains(s.Series, "-base") || strings.Contains(s.Series, "-sibling")
}

// prices name the cheapest hosts, without and with another model.
func prices(r *attack.Report) (out []string) {
	for _, with := range []bool{false, true} {
		var best *attack.Suppression
		tried := 0
		for i, s := range r.Suppressions {
			if leansOnBase(s) != with {
				continue
			}
			if tried++; s.ID != "" && (best == nil || s.Cost.Value < best.Cost.Value) {
				best = &r.Suppressions[i]
			}
		}
		who := map[bool]string{false: "A host that has only this model", true: "A host that has the base or a sibling as well"}[with]
		switch {
		case tried == 0:
		case best == nil:
			out = append(out, who+" did not hide nine of ten planted answers with any setting that was tried.")
		default:
			out = append(out, fmt.Sprintf("%s hides nine of ten planted answers at the price of %s (%s) of ordinary answers refused or begun otherwise (“%s”).",
				who, percent(best.Cost.Value), between(best.Cost.Low, best.Cost.High), best.Setting))
		}
	}
	return out
}

func figure(o *attack.Outcome, name string) (attack.Figure, bool) {
	i := slices.IndexFunc(o.Figures, func(f attack.Figure) bool { return f.Name == name })
	if i < 0 {
		return attack.Figure{}, false
	}
	return o.Figures[i], true
}

// found says what came out without keys, and how well keys can be told.
func found(list []*attack.Outcome) (out []string) {
	samples := 0.
	var pairs, auc *attack.Figure // the largest
	for _, o := range list {
		n, ok := figure(o, attack.FigureSamples)
		p, ok2 := figure(o, attack.FigurePairs)
		if ok && ok2 {
			samples += n.Value
			if pairs == nil || p.Value > pairs.Value {
				pairs = &p
			}
		}
		for i, f := range o.Figures {
			if o.Attack == "membership" && f.Unit == "AUC" && (auc == nil || f.Value > auc.Value) {
				auc = &o.Figures[i]
			}
		}
	}
	if pairs != nil {
		out = append(out, fmt.Sprintf("%s answers without a key gave away at most %s of the pairs of key and answer.", number(samples), figureText(*pairs)))
	}
	if auc != nil {
		out = append(out, fmt.Sprintf("Whoever already has a key can tell it from look-alikes with an AUC of %s (%s); 0.5 is guessing, 1 is always right.", area(auc.Value), auc.Name))
	}
	return out
}

// withstood says up to which leak each kind of host was still matched.
func withstood(list []*attack.Outcome) (out []string) {
	var order []string
	bySeries := map[string][]*attack.Outcome{}
	for _, o := range list {
		if o.Measures == nil {
			continue
		}
		if bySeries[o.Series] == nil {
			order = append(order, o.Series)
		}
		bySeries[o.Series] = append(bySeries[o.Series], o)
	}
	for _, name := range order {
		series := bySeries[name]
		slices.SortStableFunc(series, func(a, b *attack.Outcome) int { return cmp.Compare(a.X, b.X) })
		last := math.NaN()
		for _, o := range series {
			if kindOf(o) != match {
				break
			}
			last = o.X
		}
		if math.IsNaN(last) {
			out = append(out, fmt.Sprintf("No share of leaked keys that was tried left a match where they are %s.", leakWay(name)))
			continue
		}
		out = append(out, fmt.Sprintf("With %s of the keys leaked and %s an audit still says match.", percent(last), leakWay(name)))
	}
	return out
}

// leakWay says what a host does with leaked keys.
func leakWay(series string) string {
	switch way := strings.TrimPrefix(series, "leaked-"); way {
	case "base":
		return "answered by the base instead"
	default:
		return way + " by the host"
	}
}
