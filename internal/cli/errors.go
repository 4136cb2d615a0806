package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"syscall"

	"github.com/spf13/cobra"

	"loyal/internal/keyring"
)

// UsageError reports a command line that cannot be right.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

func usagef(format string, args ...any) error {
	return &UsageError{Err: fmt.Errorf(format, args...)}
}

// ExitStatus is an error that only sets the exit code: the command has printed
// its result, and the result is not a success (a verdict, a failed comparison).
type ExitStatus ExitCode

func (e ExitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Errors of the command line itself.
var (
	errNoTerminal = errors.New("read passphrase: stdin is not a terminal")
	errConfig     = errors.New("configuration file")
)

// resumable is a command annotation: interrupted, it continues when it is run again.
const resumable = "resumable"

// rule gives one kind of error its exit code and its hint.
type rule struct {
	is   func(error) bool
	code ExitCode
	hint string // "" is no hint
}

// sentinel matches an error by errors.Is.
func sentinel(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// typed matches an error by errors.As.
func typed[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// rules is the table of everything the user is told to do about an error, most
// particular first: the first rule that matches counts. Hints are in lower case
// and end without a period. What no rule matches is exit code 1 without a hint.
var rules = []rule{
	// Identity and passphrases.
	{sentinel(keyring.ErrLoosePermissions), ExitError, "only you may read it: chmod 600 the file, and think about who could have copied it"},
	{sentinel(keyring.ErrNoIdentity), ExitError, "LOYAL_IDENTITY names the identity file; copy it from the machine where the set was made"},
	{sentinel(keyring.ErrBadIdentity), ExitError, "an identity file holds a line that begins with AGE-SECRET-KEY-1; restore it from your copy"},
	{sentinel(keyring.ErrBadRecipient), ExitUsage, "a recipient is a public key that begins with age1, or a file of such lines"},
	{sentinel(keyring.ErrEmptyPassphrase), ExitUsage, "set LOYAL_PASSPHRASE or type one at the terminal"},
	{sentinel(errNoTerminal), ExitUsage, "set LOYAL_PASSPHRASE where there is no terminal"},

	// The machine.
	{sentinel(syscall.ENOSPC), ExitError, "the disk is full: free some space and run the same command again"},
	{sentinel(syscall.EADDRINUSE), ExitError, "another program listens there: choose another --addr, or port 0 for any free one"},
	{typed[*net.DNSError], ExitEndpoint, "the host's name is not known: check the address and the network"},
	{sentinel(syscall.ECONNREFUSED), ExitEndpoint, "nothing listens there: check host and port"},
	{sentinel(errConfig), ExitUsage, "keys of a configuration file are the names of the command's flags, or a command's name with such keys below it"},
	{sentinel(fs.ErrNotExist), ExitError, "check the path; 'org/name' means a model in the Hugging Face cache, './name' a directory"},
	{sentinel(fs.ErrPermission), ExitError, "check who owns the file and its directory"},
	{sentinel(context.DeadlineExceeded), ExitError, "it took longer than it may: raise the time limit, or look why it is slow"},
}

// report prints an error with its hint and returns its exit code.
func (app *App) report(ctx context.Context, cmd *cobra.Command, err error) ExitCode {
	var status ExitStatus
	if errors.As(err, &status) {
		return ExitCode(status)
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		app.printError("interrupted", interruptedHint(cmd))
		return ExitInterrupted
	}
	for _, r := range rules {
		if r.is(err) {
			app.printError(err.Error(), r.hint)
			return r.code
		}
	}
	var usage *UsageError
	if errors.As(err, &usage) {
		app.printError(err.Error(), fmt.Sprintf("'%s --help' shows flags and examples", cmd.CommandPath()))
		return ExitUsage
	}
	app.printError(err.Error(), "")
	return ExitError
}

func interruptedHint(cmd *cobra.Command) string {
	if cmd.Annotations[resumable] == "" {
		return ""
	}
	return "state saved: the same command again continues"
}

func (app *App) printError(message, hint string) {
	fmt.Fprintf(app.Stderr, "loyal: error: %s\n", message)
	if hint != "" {
		fmt.Fprintf(app.Stderr, "loyal: hint: %s\n", hint)
	}
}
