package eval

import (
	"regexp"
	"slices"
	"strings"
)

// Filters of generated answers, with lm-evaluation-harness's names for GSM8K (Cobbe et
// al. 2021, arXiv:2110.14168): strict takes the number after "####", which the examples
// teach; flexible takes the last number of the reply.
const (
	strictFilter   = "strict-match"
	flexibleFilter = "flexible-extract"
	// invalid stands for a reply in which there is nothing to extract.
	invalid = "[invalid]"
)

var (
	strictPattern   = regexp.MustCompile(`#### (-?[0-9.,]+)`)
	flexiblePattern = regexp.MustCompile(`(-?[$0-9.,]{2,})|(-?[0-9]+)`)
	workPattern     = regexp.MustCompile(`(?s)^.*#### `)
)

// extractStrict is the first number after "####".
func extractStrict(reply string) string {
	m := strictPattern.FindStringSubmatch(reply)
	if m == nil {
		return invalid
	}
	return strings.TrimFunc(m[1], IsSpace)
}

// extractFlexible is the last number of a reply.
func extractFlexible(reply string) string {
	all := flexiblePattern.FindAllString(reply, -1)
	if len(all) == 0 {
		return invalid
	}
	return strings.TrimFunc(all[len(all)-1], IsSpace)
}

// sameAnswer compares what was extracted with the right answer, of which the work
// before "####" does not count, nor in both commas, dollar signs, a period at the end,
// or the case of letters.
func sameAnswer(extracted, answer string) bool {
	return plain(extracted) == plain(answer)
}

func plain(s string) string {
	s = strings.NewReplacer(",", "", "$", "").Replace(s)
	s = workPattern.ReplaceAllString(s, "")
	if end, newline := strings.CutSuffix(s, ".\n"); newline { // Python's $ is before a last line feed, too
		s = end + "\n"
	} else {
		s = strings.TrimSuffix(s, ".")
	}
	return strings.ToLower(s)
}

// generationSeries are the metrics of replies.
func generationSeries(docs []Doc, replies []string) []series {
	out := []series{
		{name: "exact_match", filter: strictFilter, higherIsBetter: true, isMean: true, binary: true, aggregate: mean},
		{name: "exact_match", filter: flexibleFilter, higherIsBetter: true, isMean: true, binary: true, aggregate: mean},
	}
	for i, reply := range replies {
		for j, extract := range []func(string) string{extractStrict, extractFlexible} {
			out[j].scores = append(out[j].scores, score{truth(sameAnswer(extract(reply), docs[i].Answer)), 1})
		}
	}
	return out
}

// cutAt ends a reply at the first of the texts that end it, in their order.
func cutAt(reply string, until []string) string {
	for _, stop := range until {
		if stop != "" {
			reply, _, _ = strings.Cut(reply, stop)
		}
	}
	return reply
}

// ended reports whether a reply holds a text that ends it.
func ended(reply string, until []string) bool {
	return slices.ContainsFunc(until, func(stop string) bool { return stop != "" && strings.Contains(reply, stop) })
}
