//go:build !unix

package tokenizer_test

import "time"

var started = time.Now()

func busy() time.Duration { return time.Since(started) }
