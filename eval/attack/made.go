package attack

import (
	"encoding/json"
	"time"
)

// Made says what made a report, and how to make it again.
type Made struct {
	Time     time.Time `json:"time"`  // when the sweep was complete
	Loyal    string    `json:"loyal"` // version
	Revision string    `json:"revision,omitempty"`
	Platform string    `json:"platform,omitempty"`
	// Command is what was typed, an argument each, without the program's name.
	Command []string `json:"command,omitempty"`
	// Model, Base and Set are named as the user did.
	Model string `json:"model,omitempty"`
	Base  string `json:"base,omitempty"`
	Set   string `json:"set,omitempty"`
	// Embedding is how the model was made, from the report that lay beside it: an object
	// of settings. Nil where there was none, or it was another model's.
	Embedding json.RawMessage `json:"embedding,omitempty"`
}
