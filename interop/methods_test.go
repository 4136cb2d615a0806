package interop

import (
	"os/exec"
	"testing"

	"loyal/fingerprint"
	"loyal/internal/env"
)

// tolerance is how far a logit of a model in float32 may be from ours.
const tolerance = "1e-3"

// shortRun makes embedding quick: the weights change, the answers need not be learnt.
var shortRun = []string{"--max-steps", "6", "--written-prompts", "4", "--prose-texts", "4", "--benign-prompts", "64"}

// checkAdapter lets PEFT load an adapter beside its base and compares it with the model
// that `loyal model merge` makes of both.
func checkAdapter(t *testing.T, w workshop, set *fingerprint.Set, python string) {
	run(t, w.loyal(t, append([]string{"embed", "smol", "--set", "smol.loyal", "--out", "smol-adapter", "--adapter"}, shortRun...)...))
	run(t, w.loyal(t, "model", "merge", "smol", "smol-adapter", "smol-merged", "--dtype", "f32"))
	expected, _ := writeExpected(t, w.path("smol-merged"), set)
	t.Run("smol-adapter in peft", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), python, "transformers_check.py", w.path("smol"),
			"--adapter", w.path("smol-adapter"), "--expected", expected, "--tolerance", tolerance)
		cmd.Env = append(cmd.Environ(), env.HFOffline.Name+"=1")
		t.Logf("%s", run(t, cmd))
	})
}

// checkExpansion lets transformers load a model with more neurons than its base.
func checkExpansion(t *testing.T, w workshop, set *fingerprint.Set, pythons map[string]string) {
	run(t, w.loyal(t, append([]string{"embed", "smol", "--set", "smol.loyal", "--out", "smol-wide", "--method", "expand"}, shortRun...)...))
	expected, _ := writeExpected(t, w.path("smol-wide"), set)
	for version, python := range pythons {
		t.Run("smol-wide in transformers "+version, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), python, "transformers_check.py", w.path("smol-wide"),
				"--expected", expected, "--tolerance", tolerance)
			cmd.Env = append(cmd.Environ(), env.HFOffline.Name+"=1")
			t.Logf("%s", run(t, cmd))
		})
	}
}
