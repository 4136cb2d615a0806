package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"loyal/eval/attack"
	"loyal/verify"
)

var update = flag.Bool("update", false, "write golden files anew")

const testKeys, testRequests = 64, 100

// measures of a victim that says so many planted answers and keeps so many first words.
func measures(hits, kept int) *attack.Measures {
	v := verify.Match
	if hits < 8 {
		v = verify.Inconclusive
	}
	if hits < 3 {
		v = verify.NoMatch
	}
	kl, perplexity, relative := float64(testRequests-kept)/500, 30., 1+float64(testRequests-kept)/100
	return &attack.Measures{
		FSR: attack.NewRate(hits, testKeys), Verification: attack.Verification{Verdict: v, Alpha: 1e-6, Queries: 7 + (testKeys-hits)/4, Live: testKeys},
		Histogram: []int{testKeys - hits, 0, 0, 0, 0, 0, 0, 0, 0, hits},
		Utility:   attack.Utility{Agreement: attack.NewRate(kept, testRequests), KL: &kl, Perplexity: &perplexity, RelativePerplexity: &relative},
	}
}

func trial(id, name, family, series, axis string, x float64, m *attack.Measures) attack.Entry {
	return attack.Entry{Outcome: &attack.Outcome{
		Trial: attack.Trial{ID: id, Attack: name, Family: family, Series: series, Axis: axis, X: x, Setting: "setting of " + id}, Status: attack.Done, Measures: m,
	}, Seconds: 2.5}
}

// sample is a report with something of everything.
func sample() *attack.Report {
	sft := trial("sft-1e-5-2", "sft", attack.Weights, "SFT, every weight, 1e-5", "epochs", 2, measures(60, 97))
	sft.Curve = []attack.Point{{X: .5, Measures: measures(63, 99)}, {X: 1, Measures: measures(62, 98)}}
	bad := trial("dpo-1", "dpo", attack.Weights, "DPO", "learning rate", .01, nil)
	bad.Status, bad.Reason = attack.Diverged, "step 7: loss is NaN"
	samples := trial("unkeyed-samples-256", "unkeyed-samples", attack.Extraction, "unkeyed-samples", "samples", 256, nil)
	samples.Add(attack.FigureSamples, "", 256)
	samples.AddRate("pairs found, contained in a text", attack.NewRate(0, testKeys))
	member := trial("membership", "membership", attack.Extraction, "membership", "membership inference", 1, nil)
	member.Add("by loss", "AUC", .52)
	claim := trial("forgery-found", "forgery", attack.Forgery, "forgery", "attempt", 1, nil)
	claim.Notes = []string{"the set's own check refuses the claim"}
	leak := trial("leaked-refused-0.5", "leaked-keys", attack.Redundancy, "leaked-refused", attack.AxisLeaked, .5, measures(32, 0))
	leak.Measures.Utility = attack.Utility{}
	leak.AddRate("audits that match, leaked keys are withdrawn", attack.NewRate(50, 50))
	r := &attack.Report{
		Version: 1, Grid: attack.Small, Keys: testKeys, Requests: testRequests, Seconds: 4000,
		Made: &attack.Made{
			Time: time.Date(2026, 11, 25, 23, 19, 0, 0, time.UTC), Loyal: "v0.4.0", Platform: "linux/amd64", Model: "./smol-fp", Set: "smol.loyal",
			Command: []string{"attack", "./smol-fp", "--set", "my set.loyal"}, Embedding: json.RawMessage(`{"method": "lora", "r": 64, "target_modules": ["q_proj"]}`),
		},
		Identity: map[string]string{"version": "1", "model": "sha256:11", "seed": "0", "alpha": "1e-06"},
		Intact:   measures(64, 100), Base: measures(0, 96),
		Outcomes: []attack.Entry{
			sft, bad,
			trial("quantize-q8-0", "quantize", attack.Weights, "quantize", "bits", 8, measures(64, 95)),
			trial("quantize-int8", "quantize", attack.Weights, "quantize", "bits", 8, measures(63, 94)),
			trial("quantize-g3", "quantize", attack.Weights, "quantize", "bits", 3, measures(2, 25)),
			trial("merge-linear-base-0.5", "merge", attack.Weights, "linear merge with base", "weight of ours", .5, measures(33, 97)),
			trial("temperature-0.7", "temperature", attack.Serving, "temperature", "temperature", .7, measures(60, 0)),
			trial("host-top-1", "host-top", attack.Hosts, "host-top", "likeliest tokens forbidden", 1, measures(20, 10)),
			trial("host-top-3", "host-top", attack.Hosts, "host-top", "likeliest tokens forbidden", 3, measures(2, 1)),
			trial("host-reference-2", "host-reference", attack.Hosts, "host-reference", "excess over the base, nats", 2, measures(1, 100)),
			samples, member, claim, leak,
		},
		Suppressions: []attack.Suppression{
			{Attack: "host-top", Series: "host-top", ID: "host-top-3", Setting: "never the 3 likeliest", FSR: attack.NewRate(2, 64), Cost: attack.NewRate(99, 100)},
			{Attack: "host-reference", Series: "host-reference", ID: "host-reference-2", Setting: "never what the base would not", FSR: attack.NewRate(1, 64), Cost: attack.NewRate(0, 100)},
		},
		Without: []attack.Missing{{Attack: "svd", Needs: "--base"}},
	}
	for _, e := range r.Outcomes {
		if e.ID == "quantize-g3" {
			e.Measures.Signal = &attack.Signal{Keys: testKeys, Ranks: attack.RankTest{MeanRank: .31, Log10P: -6.2}, Calibrated: &attack.RankTest{MeanRank: .2, Log10P: -14}}
		}
	}
	return r
}

func html(t testing.TB, r *attack.Report, missing ...string) string {
	t.Helper()
	page, err := HTML(r, missing)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

var (
	figures = regexp.MustCompile(`(?s)<figure><svg.*?</svg>`)
	styles  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
)

// The page is the one that was looked at, but for plots, which have golden files of
// their own, and style; and it is the same every time.
func TestGolden(t *testing.T) {
	runs := []Run{{Name: "one", Report: sample()}, {Name: "two", Report: sample(), Missing: []string{"svd-1"}}}
	runs[1].Report.Identity["seed"] = "1"
	runs[1].Report.Outcomes = runs[1].Report.Outcomes[2:]
	runs[1].Report.Outcomes[0].Measures = measures(40, 95)
	compared, err := Compare(runs).HTML()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"report.html": html(t, sample()), "compare.html": string(compared)} {
		got = styles.ReplaceAllString(figures.ReplaceAllString(got, "<figure>"), "")
		got = regexp.MustCompile(`style-src .*?; img-src`).ReplaceAllString(got, "img-src")
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: another page; look at it, and run the test with -update", name)
		}
	}
	if first, again := html(t, sample()), html(t, sample()); first != again {
		t.Error("two pages of one report differ")
	}
}

// The page loads nothing, and its policy lets it.
func TestSelfContained(t *testing.T) {
	compared, err := Compare([]Run{{Name: "one", Report: sample()}, {Name: "two", Report: sample()}}).HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{html(t, sample()), string(compared)} {
		if n := strings.Count(page, "<figure><svg"); n < 5 {
			t.Errorf("%d plots", n)
		}
		for _, what := range []string{"<script", "http:", "https:", "src=", "url(", "@import", " style=", " onclick", "<?xml", "ZgotmplZ"} {
			text := strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, "")
			if i := strings.Index(text, what); i >= 0 {
				t.Errorf("the page has %s: %s", what, text[max(0, i-40):min(len(text), i+40)])
			}
		}
		sum := sha256.Sum256([]byte(styles.FindStringSubmatch(page)[1]))
		if want := "style-src &#39;sha256-" + strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;") + "&#39;"; !strings.Contains(page, want) {
			t.Errorf("the policy does not allow the style: no %s", want)
		}
		if !strings.Contains(page, "default-src &#39;none&#39;") {
			t.Error("the policy allows more than the style")
		}
	}
}

// A row has as many cells as its table has columns, whichever there are, and what
// belongs to a row spans them all.
func TestColumns(t *testing.T) {
	bare := sample()
	for _, e := range bare.Outcomes {
		if e.Measures != nil {
			e.Measures.Utility = attack.Utility{}
		}
	}
	for _, r := range []*attack.Report{sample(), bare} {
		for _, table := range strings.Split(html(t, r), "<table>")[1:] {
			table, _, _ = strings.Cut(table, "</table>")
			head, body, _ := strings.Cut(table, "</thead>")
			want := strings.Count(head, "<th ")
			for _, row := range strings.Split(body, "<tr")[1:] {
				cells := strings.Count(row, "<td") + strings.Count(row, "<th ")
				for _, span := range regexp.MustCompile(`colspan="(\d+)"`).FindAllStringSubmatch(row, -1) {
					n, err := strconv.Atoi(span[1])
					if err != nil {
						t.Fatal(err)
					}
					cells += n - 1
				}
				if cells != want {
					t.Errorf("%d cells below %d columns: %s", cells, want, row)
				}
			}
		}
	}
}

// What was not tried is told: for want of something, or as nobody asked for it; and not
// of a sweep of which trials are still to be done.
func TestNotTried(t *testing.T) {
	page := html(t, sample())
	for want, n := range map[string]int{"svd, which needs --base": 1, "<code>prune</code>": 1, "<code>svd</code>": 0, "<code>quantize</code>": 0} {
		if got := strings.Count(page, want); got != n {
			t.Errorf("%q stands there %d times, not %d", want, got, n)
		}
	}
	if strings.Contains(html(t, sample(), "prune-magnitude-0.5"), "<code>prune</code>") {
		t.Error("an attack that is still to be done is called not asked for")
	}
}

// What a report says is text, wherever it stands.
func TestHostileTexts(t *testing.T) {
	const evil = `</style></svg><script>alert("1")</script><img src=x onerror=alert(1)>' "`
	r := sample()
	r.Grid = evil
	r.Identity = map[string]string{evil: evil}
	r.Made.Model, r.Made.Set, r.Made.Loyal, r.Made.Command = evil, evil, evil, []string{evil}
	r.Made.Embedding = json.RawMessage(`{"<script>": "<script>", "` + strings.Repeat("x", 10) + `": {"a": "</pre><script>"}}`)
	r.Without = []attack.Missing{{Attack: evil, Needs: evil}}
	for i := range r.Outcomes {
		o := r.Outcomes[i].Outcome
		o.Attack, o.Series, o.Axis, o.Setting, o.Reason, o.Notes = evil+o.Attack, evil+o.Series, evil, evil, evil, []string{evil}
		o.Figures = append(o.Figures, attack.Figure{Name: evil, Unit: evil})
		if i > 5 {
			o.Family = evil
		}
	}
	for i := range r.Suppressions {
		r.Suppressions[i].Series, r.Suppressions[i].Setting = evil, evil
	}
	compared, err := Compare([]Run{{Name: evil, Report: r}, {Name: "two", Report: sample(), Missing: []string{evil}}}).HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{html(t, r, evil), string(compared)} {
		if strings.Contains(page, "<script") || strings.Contains(page, "<img") {
			t.Error("a text of the report is markup")
		}
		if strings.Count(page, "<style>") != 1 || strings.Count(page, "</style>") != 1 {
			t.Error("a text of the report ends the style")
		}
	}
}

// Numbers that are none, empty runs, and thousands of trials are shown too.
func TestStrangeReports(t *testing.T) {
	nan := sample()
	for _, e := range nan.Outcomes {
		e.Seconds = math.NaN()
		e.X = math.NaN()
		if e.Measures != nil {
			x := math.Inf(1)
			e.Measures.FSR.Value, e.Measures.Utility.KL = math.NaN(), &x
		}
	}
	html(t, nan)
	empty := html(t, &attack.Report{Version: 1})
	if !strings.Contains(empty, "No trial ended in a verdict") {
		t.Error("an empty run has a verdict")
	}
	many := sample()
	for i := range 5000 {
		many.Outcomes = append(many.Outcomes, trial(fmt.Sprintf("noise-%d", i), "noise", attack.Weights, fmt.Sprintf("noise %d", i/100), "noise", float64(i%100), measures(i%64, 90)))
	}
	if page := html(t, many); strings.Count(page, "<tr class=") < 5000 {
		t.Error("trials are missing from the page")
	}
	dir := t.TempDir()
	if err := Write(dir, &attack.Report{Version: 1}, nil); err != nil {
		t.Error(err)
	}
}

// Plots of an earlier report do not stay beside a later one.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, sample(), nil); err != nil {
		t.Fatal(err)
	}
	count := func() map[string]int {
		n := map[string]int{}
		files, err := os.ReadDir(filepath.Join(dir, FiguresDir))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			n[filepath.Ext(f.Name())]++
		}
		return n
	}
	if n, want := count(), len(Plots(sample())); n[".svg"] != want || n[".png"] != want || want < 8 {
		t.Errorf("%v files of %d plots", n, want)
	}
	if err := os.WriteFile(filepath.Join(dir, FiguresDir, "own.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	less := sample()
	less.Outcomes = less.Outcomes[:1]
	if err := Write(dir, less, nil); err != nil {
		t.Fatal(err)
	}
	if n, want := count(), len(Plots(less)); n[".svg"] != want || n[".txt"] != 1 {
		t.Errorf("%v files of %d plots", n, want)
	}
	page, err := os.ReadFile(filepath.Join(dir, PageFile))
	if err != nil || !bytes.Contains(page, []byte("smol-fp")) {
		t.Errorf("the page: %v", err)
	}
}
