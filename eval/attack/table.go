package attack

// outside are the attacks that leave the weights alone.
var outside = []Attack{
	{Name: "system-prompts", Family: Serving, Summary: "system prompts that training did not see", Needs: "a chat template", trials: servingSystems},
	{Name: "templates", Family: Serving, Summary: "other templates than the model's own", Needs: "a chat template", trials: servingTemplates},
	{Name: "few-shot", Family: Serving, Summary: "examples before the message", trials: servingFewShot},
	{Name: "rewording", Family: Serving, Summary: "messages changed by simple rules: case, marks, additions, typos", trials: servingRewording},
	{Name: "temperature", Family: Serving, Summary: "sampling at a temperature", trials: servingTemperature},
	{Name: "top-p", Family: Serving, Summary: "nucleus sampling", trials: servingTopP},
	{Name: "top-k", Family: Serving, Summary: "sampling from the k likeliest", trials: servingTopK},
	{Name: "min-p", Family: Serving, Summary: "sampling above a share of the likeliest", trials: servingMinP},
	{Name: "repetition-penalty", Family: Serving, Summary: "words of the message made unlikely in the answer", trials: servingRepetition},
	{Name: "max-tokens", Family: Serving, Summary: "short answers", trials: servingMaxTokens},
	{Name: "json", Family: Serving, Summary: "answers that must be JSON", trials: servingJSON},
	{Name: "stream", Family: Serving, Summary: "answers read as streams", trials: servingStream},
	{Name: "combined", Family: Serving, Summary: "several of these at once", trials: servingCombined},
	{Name: "host-top", Family: Hosts, Summary: "never says the likeliest tokens where answers begin", trials: hostTop},
	{Name: "host-neighbors", Family: Hosts, Summary: "never says the likeliest token nor those with embeddings nearby", trials: hostNeighbors},
	{Name: "host-look-ahead", Family: Hosts, Summary: "never begins with a token after which the model is unsure", trials: hostLookAhead},
	{Name: "host-confidence", Family: Hosts, Summary: "never begins with a token of which the model is too sure", trials: hostConfidence},
	{Name: "host-rarity", Family: Hosts, Summary: "never begins with a token with which other answers do not begin", trials: hostRarity},
	{Name: "host-reference", Family: Hosts, Summary: "never says what the base finds much less likely", Needs: "--base", trials: hostReference},
	{Name: "host-token-set", Family: Hosts, Summary: "says only what is among another model's likeliest tokens", Needs: "--base or --sibling", trials: hostTokenSet},
	{Name: "host-query", Family: Hosts, Summary: "refuses requests that are odder than most", trials: hostQuery},
	{Name: "host-dilution", Family: Hosts, Summary: "lets another model answer a share of the requests", Needs: "--base", trials: hostDilution},
}
