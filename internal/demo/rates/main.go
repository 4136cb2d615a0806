// Command rates runs the demo many times, each time with other keys and another
// secret, and counts its verdicts:
//
//	go run ./internal/demo/rates -runs 30
//
// With -tuning-steps and -tuning-rate the licensee tunes longer or harder.
// The counts are in docs/results/demo.md. No run is left out.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"loyal/internal/demo"
)

func main() {
	runs := flag.Int("runs", 30, "how many")
	first := flag.Uint64("first", 1, "seed of the first run; each run takes the next")
	tuning := demo.FineTuning
	flag.IntVar(&tuning.Steps, "tuning-steps", tuning.Steps, "steps of fine-tuning")
	flag.Float64Var(&tuning.LearningRate, "tuning-rate", tuning.LearningRate, "learning rate of fine-tuning")
	flag.Parse()
	log.SetFlags(0)
	if err := run(os.Stdout, *runs, *first, tuning); err != nil {
		log.Fatal(err)
	}
}

// sums are what is averaged over runs.
type sums struct{ fsr, kl, agreement, before, after, tuned, seconds float64 }

func run(w io.Writer, runs int, first uint64, tuning demo.Training) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	verdicts := map[string]map[string]int{}
	queries := map[string]int{}
	var order []string
	var s sums
	for i := range runs {
		r, err := once(ctx, first+uint64(i), tuning)
		if err != nil {
			return err
		}
		line := fmt.Sprintf("seed %d:", first+uint64(i))
		for _, o := range r.Outcomes {
			if verdicts[o.Target] == nil {
				verdicts[o.Target] = map[string]int{}
				order = append(order, o.Target)
			}
			verdicts[o.Target][string(o.Report.Verdict)]++
			queries[o.Target] += o.Report.Queries
			line += fmt.Sprintf(" %s %s (%d queries, %d of %d);", o.Target, o.Report.Verdict, o.Report.Queries, o.Report.Hits, o.Report.InList)
		}
		fmt.Fprintf(w, "%s FSR %.2f, KL %.3f, same first token %.2f, %.1f s\n", line, r.After.FSR, r.After.KL, r.After.Agreement, r.Seconds)
		s.fsr += r.After.FSR
		s.tuned += r.TuningLoss[1]
		s.kl += r.After.KL
		s.agreement += r.After.Agreement
		s.before += r.Before.Perplexity
		s.after += r.After.Perplexity
		s.seconds += r.Seconds
	}
	n := float64(runs)
	for _, target := range order {
		fmt.Fprintf(w, "%s: %v, %.1f queries on average\n", target, verdicts[target], float64(queries[target])/n)
	}
	fmt.Fprintf(w, "means of %d runs: FSR %.3f, KL %.3f nat, same first token %.3f, perplexity %.3f (base %.3f), loss of the fine-tuned copy %.2f, %.1f s\n",
		runs, s.fsr/n, s.kl/n, s.agreement/n, s.after/n, s.before/n, s.tuned/n, s.seconds/n)
	return nil
}

// once runs the demo in a directory of its own.
func once(ctx context.Context, seed uint64, tuning demo.Training) (r *demo.Result, err error) {
	dir, err := os.MkdirTemp("", "loyal-demo-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := os.RemoveAll(dir); err == nil {
			err = e
		}
	}()
	return demo.Run(ctx, demo.Options{Dir: dir, Seed: seed, Tuning: tuning})
}
