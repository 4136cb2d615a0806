package cli

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// What an endpoint, a model's files or a set say is foreign: printed as it stands
// it could clear a terminal, hide text or forge a line of ours. Generated and decoded
// text on stdout is data and stays as it is.

// printableLine is text as one line without anything that a terminal obeys.
func printableLine(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strconv.IsGraphic(r):
			b.WriteRune(r)
		default:
			b.WriteString(escaped(r))
		}
		i += size
	}
	return b.String()
}

func escaped(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// printableText is printableLine for a message that may have several lines. Those
// after the first are indented, so that none begins as ours do.
func printableText(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
	for i, line := range lines {
		lines[i] = printableLine(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n  ")
}

// printableAttr is printableLine for the values of a log, for a handler that lets
// escape sequences through (tint, which also unquotes \x1b where it uses colors).
func printableAttr(_ []string, a slog.Attr) slog.Attr {
	text := ""
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString:
		text = v.String()
	case slog.KindAny:
		err, ok := v.Any().(error)
		if !ok {
			return a
		}
		text = err.Error()
	default:
		return a
	}
	return slog.String(a.Key, strings.ReplaceAll(printableLine(text), `\x1b`, `\u001b`))
}

// table writes rows of a name and what there is to say about it, in two columns.
type table struct{ *tabwriter.Writer }

func newTable(w io.Writer) table { return table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

func (t table) row(name, format string, args ...any) {
	fmt.Fprintf(t, "%s\t%s\n", printableLine(name), printableLine(fmt.Sprintf(format, args...)))
}
