package attack

// Axes along which the trials of a series lie. Reports look for these, to draw each as it
// is meant: in percent, logarithmically, with the un-attacked model at its place.
const (
	AxisSystemPrompt    = "system prompt"
	AxisTemplate        = "template"
	AxisRule            = "rule"
	AxisCombination     = "combination"
	AxisAttempt         = "attempt"
	AxisLearningRate    = "learning rate"
	AxisRank            = "rank"
	AxisRequests        = "requests"
	AxisSamples         = "samples"
	AxisKeysTried       = "keys that the thief tries"
	AxisOwnFingerprints = "fingerprints of the thief's own"
	AxisTokenSet        = "tokens of the other model's set"
	AxisNeighbors       = "neighbors of the likeliest token forbidden"
	AxisPruned          = "share of weights set to 0"
	AxisDropped         = "share dropped"
	AxisLeaked          = "share of keys leaked"
	AxisKeyWords        = "share of a key's words"
	AxisEpochs          = "epochs"
	AxisWeight          = "weight of ours"
	AxisBlocks          = "blocks dropped"
	AxisNoise           = "noise, relative to each matrix's deviation"
	AxisTemperature     = "temperature"
	AxisExamples        = "examples before the message"
)

// Figures that reports look for. The last two are beginnings of names, which say how the
// audits are done.
const (
	FigureSamples   = "samples"
	FigurePairs     = "pairs found, contained in a text"
	FigureMatches   = "audits that match, "
	FigureQuestions = "questions to a match, "
)
