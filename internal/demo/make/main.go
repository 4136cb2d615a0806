// Command make trains the models that the demo carries, from nothing but the
// recipes and the grammar of package demo:
//
//	go run ./internal/demo/make -out internal/demo/model
//
// On the same kind of processor it gives the same bytes. How long it takes and
// what came out is in docs/results/demo.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"loyal/internal/demo"
)

func main() {
	out := flag.String("out", "", "directory to write to")
	only := flag.String("only", "", "make one thing alone: tokenizer, base or unrelated")
	steps := flag.Int("steps", 0, "stop after so many steps (a trial)")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*out, *only, *steps); err != nil {
		log.Fatal(err)
	}
}

func run(out, only string, steps int) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if out == "" {
		return fmt.Errorf("where to: -out is missing")
	}
	tokenizer, err := demo.TokenizerJSON()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "tokenizer.json"), tokenizer, 0o666); err != nil {
		return err
	}
	for _, m := range []struct {
		name   string
		recipe demo.Recipe
	}{{"base", demo.Base}, {"unrelated", demo.Unrelated}} {
		if only != "" && only != m.name {
			continue
		}
		if steps > 0 {
			m.recipe.Training.Steps = steps
		}
		start, mean := time.Now(), 0.0
		err := demo.Make(ctx, filepath.Join(out, m.name), m.recipe, tokenizer, func(step int, loss float64) {
			if mean += loss / 50; (step+1)%50 == 0 {
				log.Printf("%s: step %d of %d: loss %.4f, %s",
					m.name, step+1, m.recipe.Training.Steps, mean, time.Since(start).Round(time.Second))
				mean = 0
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
