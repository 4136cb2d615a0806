package devchain

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/log"
)

// warning is the last one of go-ethereum. Some of its parts tell what goes wrong to the log
// alone.
var warning atomic.Pointer[string]

func lastWarning() string {
	if w := warning.Load(); w != nil {
		return *w
	}
	return "it does not say why"
}

// quietLog keeps go-ethereum from writing to standard error.
func quietLog() { log.SetDefault(log.NewLogger(keeper{})) }

// keeper is a handler that keeps the last warning.
type keeper struct{}

func (keeper) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }
func (k keeper) WithAttrs([]slog.Attr) slog.Handler             { return k }
func (k keeper) WithGroup(string) slog.Handler                  { return k }

func (keeper) Handle(_ context.Context, r slog.Record) error {
	words := []string{r.Message}
	r.Attrs(func(a slog.Attr) bool {
		words = append(words, fmt.Sprintf("%s=%v", a.Key, a.Value))
		return true
	})
	text := strings.Join(words, " ")
	warning.Store(&text)
	return nil
}
