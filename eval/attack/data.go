package attack

// Example is a request with an answer, to fine-tune on.
type Example struct {
	System, Prompt, Completion string
}

// Preference is a request with a better and a worse answer.
type Preference struct {
	System, Prompt, Chosen, Rejected string
}
