package attack

// outside are the attacks that leave the weights alone.
var outside = []Attack{
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
