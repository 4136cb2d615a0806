package tokenizer

import (
	"encoding/json"
	"fmt"
)

// affix is what a post-processor adds before and after the ids of one text.
type affix struct{ before, after []int32 }

// templateItem is one item of TemplateProcessing: a special token or a text.
type templateItem struct {
	SpecialToken *struct {
		ID string `json:"id"`
	} `json:"SpecialToken"`
	Sequence *struct {
		ID string `json:"id"`
	} `json:"Sequence"`
}

type templateSpecial struct {
	IDs []int32 `json:"ids"`
}

// tokenAndID is a token as BertProcessing and RobertaProcessing write it: a
// two-element array of text and id.
type tokenAndID struct{ ID int32 }

func (t *tokenAndID) UnmarshalJSON(b []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("%d elements where a token and its id belong", len(parts))
	}
	return json.Unmarshal(parts[1], &t.ID)
}

func parsePostProcessor(raw json.RawMessage, depth int) (affix, error) {
	if isNull(raw) {
		return affix{}, nil
	}
	c, err := parseComponent(raw, "post-processor", depth)
	if err != nil {
		return affix{}, err
	}
	switch c.Type {
	case "Sequence":
		var all affix
		for _, part := range c.Processors {
			a, err := parsePostProcessor(part, depth+1)
			if err != nil {
				return affix{}, err
			}
			all.before = append(a.before, all.before...)
			all.after = append(all.after, a.after...)
		}
		return all, nil
	case "ByteLevel": // changes offsets, never ids
		return affix{}, nil
	case "TemplateProcessing":
		return templateAffix(c)
	case "BertProcessing", "RobertaProcessing":
		if c.Cls == nil || c.Sep == nil {
			return affix{}, fmt.Errorf("post-processor %s: no cls or sep", c.Type)
		}
		return affix{[]int32{c.Cls.ID}, []int32{c.Sep.ID}}, nil
	}
	return affix{}, unsupported("post-processor", c.Type)
}

// templateAffix reads the template for a single text.
func templateAffix(c component) (affix, error) {
	var a affix
	texts := 0
	for _, item := range c.Single {
		switch {
		case item.Sequence != nil:
			if item.Sequence.ID != "A" {
				return a, unsupported("post-processor TemplateProcessing with the sequence", item.Sequence.ID)
			}
			texts++
		case item.SpecialToken != nil:
			special, ok := c.SpecialTokens[item.SpecialToken.ID]
			if !ok {
				return a, fmt.Errorf("post-processor TemplateProcessing: special token %q is not defined", item.SpecialToken.ID)
			}
			if texts == 0 {
				a.before = append(a.before, special.IDs...)
			} else {
				a.after = append(a.after, special.IDs...)
			}
		}
	}
	if texts != 1 {
		return a, fmt.Errorf("post-processor TemplateProcessing: the text occurs %d times", texts)
	}
	return a, nil
}
