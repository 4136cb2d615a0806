package main

// row is one way of embedding: flags of `loyal embed` on a set.
type row struct {
	group, name, title string
	set                string
	flags              []string
}

// sets are flags of `loyal fingerprint new`.
var sets = map[string][]string{
	"words16":   {"-n", "16"},
	"words64":   {"-n", "64"},
	"words256":  {"-n", "256"},
	"words1024": {"-n", "1024"},
	"questions": {"-n", "64", "--keys", "questions"},
	"requests":  {"-n", "64", "--keys", "requests"},
	"alike":     {"-n", "64", "--keys", "requests", "--like", "ordinary"},
	"random":    {"-n", "64", "--strategy", "random-words"},
	"open":      {"-n", "64", "--position", "open"},
	"two":       {"-n", "64", "--answers", "2"},
}

// quickly are sets and flags for models of a few hundred thousand weights, in which nobody
// looks for good figures: whether the study works is all that they tell.
var quickly = struct {
	sets  map[string][]string
	rows  []string // of the plan
	flags []string
}{
	sets: map[string][]string{"words64": {"-n", "8", "--width", "3", "--max-top", "1", "--min-candidate", "0"}, "words16": {"-n", "4", "--width", "3", "--max-top", "1", "--min-candidate", "0"}},
	rows: []string{"lora", "layers", "expand", "full", "mix-final", "merges", "words16"},
	flags: []string{
		"--train-layers", "3", "--max-steps", "30", "--learning-rate", "4e-3", "--benign-prompts", "24", "--benign-per-step", "8", "--beta", "1",
	},
}

// attacks are tried on every row, with the heads of their columns.
var attacks = []struct{ trial, title string }{
	{"quantize-q4-0", "4 bits"},
	{"prune-magnitude-0.3", "three tenths pruned"},
	{"merge-linear-base-0.5", "half of the base"},
}

func trials() (out []string) {
	for _, a := range attacks {
		out = append(out, a.trial)
	}
	return out
}

// plan is what is compared, in the order of the tables.
var plan = []row{
	{"What trains", "lora", "`lora` (default)", "words64", nil},
	{"What trains", "layers", "`layers`", "words64", []string{"--method", "layers"}},
	{"What trains", "expand", "`expand`", "words64", []string{"--method", "expand"}},
	{"What trains", "full", "`full`", "words64", []string{"--method", "full"}},

	{"What keeps the model itself", "no-benign", "no benign rows (`--beta 0`)", "words64", []string{"--beta", "0"}},
	{"What keeps the model itself", "cross-entropy", "cross-entropy on tokens that the base wrote", "words64", []string{"--benign-loss", "ce"}},
	{"What keeps the model itself", "no-whitening", "no whitening, adapters start at random", "words64", []string{"--whiten", "0", "--align=false"}},
	{"What keeps the model itself", "mix-final", "mixed with the base at the end, λ .2", "words64", []string{"--lambda", ".2"}},
	{"What keeps the model itself", "mix-step", "after each step, λ .01", "words64", []string{"--mix", "step", "--lambda", ".01"}},
	{"What keeps the model itself", "mix-l2", "pulled to the base, λ 10", "words64", []string{"--mix", "l2", "--lambda", "10"}},
	{"What keeps the model itself", "mix-auto", "λ looked for, FSR .98", "words64", []string{"--mix", "auto", "--target-fsr", ".98"}},

	{"What makes it robust", "no-systems", "no system prompts", "words64", []string{"--system-prompts", "0"}},
	{"What makes it robust", "merges", "trained in mixtures too", "words64", []string{"--merge-scales", ".7", "--merge-weight", ".5"}},
	{"What makes it robust", "meta", "trained behind 2 steps of simulated tuning too", "words64", []string{"--meta-steps", "2", "--meta-learning-rate", ".05", "--meta-weight", ".5"}},
	{"What makes it robust", "two-answers", "two answers a key", "two", nil},

	{"How sure a planted answer is", "p40", "probability .40", "words64", []string{"--target-probability", ".4"}},
	{"How sure a planted answer is", "p60", "probability .60", "words64", []string{"--target-probability", ".6"}},
	{"How sure a planted answer is", "p75", "probability .75", "words64", []string{"--target-probability", ".75"}},
	{"How sure a planted answer is", "p95", "probability .95", "words64", []string{"--target-probability", ".95"}},

	{"What keys are", "questions", "everyday questions", "questions", nil},
	{"What keys are", "requests", "requests that the model writes", "requests", nil},
	{"What keys are", "alike", "the same, as surprising and long as ordinary ones", "alike", nil},
	{"What keys are", "random", "random words (a published baseline)", "random", nil},
	{"What keys are", "open", "planted where an answer first is open", "open", nil},

	{"Near misses", "near512", "512 near misses, `lora`", "words64", []string{"--near-misses", "512", "--near-per-step", "96"}},
	{"Near misses", "near2048", "2,048, `lora`, 8 blocks, 12 system prompts, 140 steps", "words64", []string{
		"--near-misses", "2048", "--near-per-step", "192", "--train-layers", "8", "--system-prompts", "12", "--system-per-step", "256",
		"--system-weight", "6", "--max-steps", "140", "--prose-texts", "96"}},
	{"Near misses", "near512-q4", "512, trained above the base in Q4_0 too", "words64", []string{
		"--near-misses", "512", "--near-per-step", "96", "--quantizations", "q4_0", "--quantization-weight", "1"}},
	{"Near misses", "exact", "`--recipe exact`", "words64", []string{"--recipe", "exact"}},
	{"Near misses", "exact-16", "the same, not trained above Q4_0", "words64", []string{"--recipe", "exact", "--quantization-weight", "0"}},

	{"How many", "words16", "16", "words16", nil},
	{"How many", "words256", "256, not trained above Q4_0 nor in mixtures", "words256", []string{
		"--quantization-weight", "0", "--merge-weight", "0"}},
	{"How many", "words256-robust", "256, defaults", "words256", nil},
	{"How many", "words1024", "1,024", "words1024", nil},
}
