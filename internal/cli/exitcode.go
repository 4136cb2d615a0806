package cli

// ExitCode is what the process ends with.
type ExitCode int

// The exit codes. They are a contract: scripts branch on them.
const (
	ExitOK           ExitCode = 0
	ExitError        ExitCode = 1
	ExitUsage        ExitCode = 2
	ExitNoMatch      ExitCode = 10
	ExitInconclusive ExitCode = 11
	ExitEndpoint     ExitCode = 12
	ExitIntegrity    ExitCode = 13
	ExitLicense      ExitCode = 14
	ExitInterrupted  ExitCode = 130
)

// ExitCodeDoc is a row of the table of exit codes.
type ExitCodeDoc struct {
	Code    ExitCode
	Meaning string
}

// ExitCodes returns the table that docs/exit-codes.md is generated from.
func ExitCodes() []ExitCodeDoc {
	return []ExitCodeDoc{
		{ExitOK, "success; for `verify`: the verdict is `match`"},
		{ExitError, "an error: something could not be done, or deviations beyond the tolerance were found"},
		{ExitUsage, "wrong usage: unknown flags, missing arguments, impossible values"},
		{ExitNoMatch, "the verdict is `no_match`"},
		{ExitInconclusive, "the verdict is `inconclusive`"},
		{ExitEndpoint, "the endpoint is unreachable or refuses"},
		{ExitIntegrity, "integrity failure: a digest, signature or piece of evidence does not hold"},
		{ExitLicense, "the license is invalid, expired, revoked or absent"},
		{ExitInterrupted, "interrupted by a signal; a command that can continue says so"},
	}
}
