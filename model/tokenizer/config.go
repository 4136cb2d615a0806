package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Config is what loyal needs of a tokenizer_config.json. Tokens are "" where the
// file names none.
type Config struct {
	BOS, EOS, Pad, Unk string
	ChatTemplate       string            // the one called "default" where there are several
	Templates          map[string]string // all of them by name, where there are several
	Class              string            // tokenizer_class
	MaxLength          float64           // model_max_length; transformers writes 1e30 for none
}

// ParseConfig reads a tokenizer_config.json.
func ParseConfig(data []byte) (Config, error) {
	var file struct {
		BOS          configToken     `json:"bos_token"`
		EOS          configToken     `json:"eos_token"`
		Pad          configToken     `json:"pad_token"`
		Unk          configToken     `json:"unk_token"`
		ChatTemplate json.RawMessage `json:"chat_template"`
		Class        string          `json:"tokenizer_class"`
		MaxLength    float64         `json:"model_max_length"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return Config{}, reading("tokenizer_config.json", err)
	}
	c := Config{
		BOS: string(file.BOS), EOS: string(file.EOS), Pad: string(file.Pad), Unk: string(file.Unk),
		Class: file.Class, MaxLength: file.MaxLength,
	}
	if isNull(file.ChatTemplate) {
		return c, nil
	}
	if err := json.Unmarshal(file.ChatTemplate, &c.ChatTemplate); err == nil {
		return c, nil
	}
	var named []struct {
		Name     string `json:"name"`
		Template string `json:"template"`
	}
	if err := json.Unmarshal(file.ChatTemplate, &named); err != nil {
		return Config{}, reading("tokenizer_config.json", errors.New("chat_template is neither a text nor a list of named texts"))
	}
	c.Templates = make(map[string]string, len(named))
	for _, t := range named {
		c.Templates[t.Name] = t.Template
	}
	c.ChatTemplate = c.Templates["default"]
	return c, nil
}

// Apply makes BOS and EOS of a tokenizer those that the configuration names.
func (c Config) Apply(t *Tokenizer) error {
	if c.BOS != "" {
		if err := t.SetBOS(c.BOS); err != nil {
			return fmt.Errorf("bos_token: %w: %w", ErrFormat, err)
		}
	}
	if c.EOS != "" {
		if err := t.SetEOS(c.EOS); err != nil {
			return fmt.Errorf("eos_token: %w: %w", ErrFormat, err)
		}
	}
	return nil
}

// configToken is a token as tokenizer_config.json writes it: a text, an object
// with its content, or null.
type configToken string

func (c *configToken) UnmarshalJSON(b []byte) error {
	var text *string
	if err := json.Unmarshal(b, &text); err == nil {
		if text != nil {
			*c = configToken(*text)
		}
		return nil
	}
	var object struct {
		Content string `json:"content"`
	}
	if err := json.Unmarshal(b, &object); err != nil {
		return fmt.Errorf("a token is a text or an object with content")
	}
	*c = configToken(object.Content)
	return nil
}
