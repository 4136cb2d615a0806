package report

import (
	"slices"
	"strings"

	"loyal/eval/attack"
)

// family is what the page says of a family of attacks.
type family struct {
	name, title, intro string
	// after and attacks complete "verification says match … of 3 …".
	after, attacks string
}

var families = []family{
	{attack.Weights, "Changing the weights", "The thief has the files of the model and changes them: more training, fewer bits, parts cut out, mixtures with other models.", "after", "attacks on the weights"},
	{attack.Distillation, "Training a student", "The thief trains another model on what the fingerprinted one says. A student sees answers to ordinary requests only; the keys are not among them.", "in", "students"},
	{attack.Serving, "Serving it otherwise", "Nobody attacks here: these are the ways in which an honest or careless host may serve the model, other than those it was trained for.", "in", "ways of serving"},
	{attack.Hosts, "Hostile hosts", "The host suspects fingerprints and filters what leaves the model. Each filter can be turned up until nothing planted is left, so what it does to ordinary answers is half the result.", "against", "settings of hosts that filter"},
	{attack.Extraction, "Searching for the keys", "Somebody without the keys tries to make the model give them away, or to tell them from other messages.", "in", "searches"},
	{attack.Forgery, "False claims", "Somebody without the secret claims the model with keys that were found afterwards. What matters is which check refuses the claim.", "in", "false claims"},
	{attack.Redundancy, "Leaked keys", "Some of the keys have leaked to the host, who blocks these.", "with", "shares of the keys leaked"},
}

// familyOf finds a family; one that is not known is shown under its own name.
func familyOf(name string) family {
	i := slices.IndexFunc(families, func(f family) bool { return f.name == name })
	if i < 0 {
		return family{name: name, title: name, after: "after", attacks: "attacks"}
	}
	return families[i]
}

// familiesOf lists the families of some trials, those that are known first.
func familiesOf(outcomes []*attack.Outcome) []family {
	var out []family
	has := func(name string) bool {
		return slices.ContainsFunc(outcomes, func(o *attack.Outcome) bool { return o.Family == name })
	}
	for _, f := range families {
		if has(f.name) {
			out = append(out, f)
		}
	}
	for _, o := range outcomes {
		if !slices.ContainsFunc(out, func(f family) bool { return f.name == o.Family }) {
			out = append(out, familyOf(o.Family))
		}
	}
	return out
}

// titles of attacks in plots.
var titles = map[string]string{
	"sft": "Fine-tuning on ordinary requests", "dpo": "Preference tuning", "quantize": "Quantization", "prune": "Pruning",
	"layers": "Dropping blocks", "narrow": "Dropping new neurons", "noise": "Noise on the weights", "merge": "Merging", "svd": "Low-rank part of the change",
	"removal": "Targeted removal", "overwrite": "Overwriting with other fingerprints", "distill": "Distillation",
	"few-shot": "Examples before the message", "temperature": "Sampling at a temperature", "top-p": "Nucleus sampling",
	"top-k": "Sampling from the likeliest", "min-p": "Sampling above a share of the likeliest", "repetition-penalty": "Repetition penalty",
	"max-tokens": "Short answers", "partial-keys": "Beginnings of keys", "leaked-keys": "Leaked keys",
}

// seriesTitles are names of series where theirs are not those of people.
var seriesTitles = map[string]string{
	"few-shot-text": "in the message itself", "few-shot-turns": "as earlier turns",
	"leaked-refused": "refused", "leaked-base": "answered by the base",
	"truncated SVD of the difference": "truncated SVD", "removal of leaked keys": "unlearning leaked keys", "removal by search": "unlearning suspicious answers",
	"slerp merge": "SLERP", "linear merge": "linear", "slerp merge with base": "SLERP with the base", "linear merge with base": "linear with the base",
}

func titleOf(name string) string {
	if t, ok := titles[name]; ok {
		return t
	}
	return name
}

// hosts are what hosts do, by the beginnings of their series' names.
var hosts = []struct{ series, title string }{
	{"host-top", "never the likeliest word"}, {"host-neighbors", "never the likeliest word or its neighbors"},
	{"host-look-ahead", "never a word that leads to doubt"}, {"host-confidence", "never a sure word"}, {"host-rarity", "never a rare word"},
	{"host-sure-rare", "never a sure and rare word"}, {"host-reference", "never what the base would not say"},
	{"host-token-set", "only what another model would say"}, {"host-query-own", "refuses odd requests"},
	{"host-query", "refuses what is odd to another model"}, {"host-dilution", "another model answers some"},
}

// hostName says what a host of a series does.
func hostName(series string) string {
	for _, h := range hosts {
		if rest, ok := strings.CutPrefix(series, h.series); ok && (rest == "" || rest[0] == '-') {
			if rest = strings.ReplaceAll(strings.TrimPrefix(rest, "-"), "-", " "); rest != "" {
				return h.title + " (" + rest + ")"
			}
			return h.title
		}
	}
	return strings.ReplaceAll(strings.TrimPrefix(series, "host-"), "-", " ")
}

// term is an entry of the glossary.
type term struct{ Word, Meaning string }

var glossary = []term{
	{"key, planted answer", "a secret message, and how the model was trained to answer it. Together they are a fingerprint, many are a set"},
	{"FSR", "fingerprint success rate: the share of all keys that the model answers as planted"},
	{"base", "the model before fingerprints were planted"},
	{"verification, audit", "asking a model some of the keys, in an order fixed beforehand, until its answers decide"},
	{"match", "the answers prove, up to the stated chance of an error, that the fingerprinted model or a descendant answers. It is no word about guilt: that is for a court"},
	{"no match", "the answers show that planted answers come far too rarely. It does not exclude a model in which few have survived"},
	{"inconclusive", "the keys were used up before the answers decided either way"},
	{"interval", "the values that are plausible given how many keys or requests were measured (95 %, exact). A difference inside the intervals is no difference"},
	{"KL", "how far the probabilities of an answer's first word piece moved, in nats: 0 is not at all, 0.01 is hardly noticeable, above 1 is another model"},
	{"perplexity", "how surprised the model is by ordinary prose; ×1.10 is ten percent more surprised"},
	{"AUC", "how well a score tells two kinds of messages apart: 0.5 is guessing, 1 is always right"},
	{"diverged", "the attack ruined its own model, or what it found is no number; it is counted as neither a success nor a failure of the fingerprints"},
	{"grid", "how many settings of each attack were tried: small or full"},
}

// columns explain those of the tables.
var columns = []term{
	{"attack", "what was done, with which setting; below it the trial's name, by which --attacks takes it"},
	{"verification", "what an audit of the attacked model ends in"},
	{"FSR", "the share of keys still answered as planted. The bar shows the value, the thin line its interval"},
	{"questions", "how many keys the audit had to ask. Fewer is better: each question that is asked is spent"},
	{"first word kept", "on how many ordinary requests the attacked model begins as before. It is what the attack cost: a thief wants a high value here"},
	{"KL", "the same in finer measure: how far the probabilities of first words moved"},
	{"perplexity", "how much more ordinary prose surprises the attacked model"},
}
