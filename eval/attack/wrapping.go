package attack

import (
	"fmt"
	"slices"
	"strings"

	"loyal/embed"
	"loyal/lm"
	"loyal/model/chat"
)

// systems are system prompts as hosts write them, beside those of package embed, with which
// no training of ours sees keys.
var systems = []string{
	"You are the assistant of a public library. Answer in a friendly way and recommend a book where it fits.",
	"You are Max, a personal trainer. You motivate people and keep it short.",
	"Answer every question as a historian of the nineteenth century would.",
	"You are a helpful assistant. The current date is 3 March 2025. Knowledge cutoff: 2024.",
	"You are an assistant for employees of a logistics company. Answer only what you are asked, in plain English, without greetings.",
	"You are a storyteller for children between four and eight.",
	"Always think step by step before you answer.",
	"You are a legal assistant. Add a warning that this is no legal advice.",
	"Reply in the language of the user. Use Markdown.",
	"You are a chat companion in a computer game, a witty wizard called Orlo.",
}

// foreignSystems are all system prompts that training did not see.
func foreignSystems() []string { return slices.Concat(embed.SystemPrompts(), systems) }

func servingSystems(g Grid, have Have) []Trial {
	if !have.Chat {
		return nil
	}
	below := func(pick func(i int) string) way {
		return way{lay: func(l *Lab) (*servingHost, error) {
			return &servingHost{lab: l, render: func(i int, a Ask) ([]int32, error) { return l.Prompt(pick(i), a.User) }}, nil
		}}
	}
	all := foreignSystems()
	trials := []Trial{below(func(i int) string { return all[i%len(all)] }).trial(Trial{
		ID: "system-prompts-mixed", Series: "system-prompts", Axis: AxisSystemPrompt, Setting: fmt.Sprintf("each key below one of %d unseen system prompts in turn", len(all)),
	})}
	if g == Small {
		return trials
	}
	for n, s := range all {
		trials = append(trials, below(func(int) string { return s }).trial(Trial{
			ID: fmt.Sprintf("system-prompts-%02d", n+1), Series: "system-prompts", Axis: AxisSystemPrompt, X: float64(n + 1), Setting: "system prompt: " + abbreviated(s),
		}))
	}
	return trials
}

// abbreviated is a text for a table.
func abbreviated(s string) string {
	const shown = 60
	if r := []rune(s); len(r) > shown {
		return string(r[:shown-1]) + "…"
	}
	return s
}

// templates are ways of writing a conversation that the model was not made for. %s is
// the message.
var templates = []struct{ name, text string }{
	{"bare", "%s\n"},
	{"question-answer", "Question: %s\nAnswer:"},
	{"user-assistant", "User: %s\nAssistant:"},
	{"instruction-response", "### Instruction:\n%s\n\n### Response:\n"},
	{"brackets", "[INST] %s [/INST]"},
	{"preamble", "Below is a conversation between a person and a very helpful assistant.\n\nPerson: %s\n\nAssistant:"},
}

func servingTemplates(g Grid, have Have) (trials []Trial) {
	if !have.Chat {
		return nil
	}
	for i, t := range templates {
		if g == Small && i%2 == 0 {
			continue
		}
		trials = append(trials, way{lay: func(l *Lab) (*servingHost, error) {
			return &servingHost{lab: l, render: func(_ int, a Ask) ([]int32, error) { return l.prompts.Raw(fmt.Sprintf(t.text, a.User)) }}, nil
		}}.trial(Trial{
			ID: "template-" + t.name, Series: "templates", Axis: AxisTemplate, X: float64(i + 1), Setting: "template: " + strings.ReplaceAll(t.name, "-", " "),
		}))
	}
	return trials
}

// examples are questions with answers that a host puts before the user's message.
var examples = [][2]string{
	{"What is the capital of Norway?", "The capital of Norway is Oslo."},
	{"Name a bird that cannot fly.", "The ostrich is a bird that cannot fly."},
	{"How many minutes are in two hours?", "There are 120 minutes in two hours."},
	{"Give me another word for \"begin\".", "Another word for \"begin\" is \"start\"."},
	{"What do cows eat?", "Cows mainly eat grass and hay."},
	{"Is ice heavier than water?", "No, ice is less dense than water, so it floats."},
}

func servingFewShot(g Grid, have Have) (trials []Trial) {
	forms := []string{"text"}
	if have.Chat {
		forms = append(forms, "turns")
	}
	for _, form := range forms {
		for _, n := range pick(g, []int{2}, []int{1, 2, 4, 6}) {
			trials = append(trials, way{lay: func(l *Lab) (*servingHost, error) { return l.fewShot(form, n), nil }}.trial(Trial{
				ID: fmt.Sprintf("few-shot-%s-%d", form, n), Series: "few-shot-" + form, Axis: AxisExamples, X: float64(n),
				Setting: fmt.Sprintf("%d examples as %s before the message", n, map[string]string{"text": "part of it", "turns": "turns"}[form]),
			}))
		}
	}
	return trials
}

func (l *Lab) fewShot(form string, n int) *servingHost {
	h := &servingHost{lab: l, render: func(_ int, a Ask) ([]int32, error) {
		var b strings.Builder
		for _, e := range examples[:n] {
			fmt.Fprintf(&b, "Q: %s\nA: %s\n\n", e[0], e[1])
		}
		return l.Prompt(a.System, fmt.Sprintf("%sQ: %s\nA:", b.String(), a.User))
	}}
	if form == "turns" {
		h.render = func(_ int, a Ask) ([]int32, error) {
			var messages []chat.Message
			if a.System != "" {
				messages = append(messages, chat.Message{Role: "system", Content: a.System})
			}
			for _, e := range examples[:n] {
				messages = append(messages, chat.Message{Role: "user", Content: e[0]}, chat.Message{Role: "assistant", Content: e[1]})
			}
			return l.prompts.Conversation(append(messages, chat.Message{Role: "user", Content: a.User}))
		}
	}
	return h
}

// servingCombined does several things at once, as real hosts do.
func servingCombined(g Grid, have Have) (trials []Trial) {
	all := foreignSystems()
	system := func(l *Lab) *servingHost {
		return &servingHost{lab: l, render: func(i int, a Ask) ([]int32, error) { return l.Prompt(all[i%len(all)], a.User) }}
	}
	warm := func(l *Lab, h *servingHost, t, p float64) *servingHost {
		h.sampling = lm.Sampling{Temperature: t, TopP: p, Seed: l.Seed}
		return h
	}
	for i, c := range []struct {
		name, words string
		small       bool
		samples     int
		lay         func(*Lab) *servingHost
	}{
		{"system-sampled", "unseen system prompts, temperature 0.7, top-p 0.9", true, moreSamples(g),
			func(l *Lab) *servingHost { return warm(l, system(l), .7, .9) }},
		{"system-reworded-sampled", "the same, and a sentence before each message", false, moreSamples(g), func(l *Lab) *servingHost {
			return warm(l, &servingHost{lab: l, render: func(i int, a Ask) ([]int32, error) {
				return l.Prompt(all[i%len(all)], "Please respond to the following message.\n\n"+a.User)
			}}, .7, .9)
		}},
		{"typo-sampled", "a typo in each message, temperature 1", false, moreSamples(g), func(l *Lab) *servingHost {
			return warm(l, l.reworded(rewording{do: typo}), 1, 1)
		}},
		{"few-shot-penalty", "two examples before the message, repetition penalty 1.2", false, 0, func(l *Lab) *servingHost {
			h := l.fewShot("text", 2)
			h.sampling.RepetitionPenalty = 1.2
			return h
		}},
		{"system-json", "unseen system prompts, answers in JSON", false, 0, func(l *Lab) *servingHost {
			h := system(l)
			h.force = jsonBeginning
			return h
		}},
	} {
		if g == Small && !c.small {
			continue
		}
		trials = append(trials, way{samples: c.samples, lay: func(l *Lab) (*servingHost, error) { return c.lay(l), nil }}.trial(Trial{
			ID: "combined-" + c.name, Series: "combined", Axis: AxisCombination, X: float64(i + 1), Setting: c.words,
		}))
	}
	return trials
}
