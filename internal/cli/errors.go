package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"loyal/embed"
	"loyal/eval"
	"loyal/eval/attack"
	"loyal/eval/golden"
	"loyal/eval/report"
	"loyal/eval/tasks"
	"loyal/fingerprint"
	"loyal/inference"
	"loyal/internal/keyring"
	"loyal/internal/oracle"
	"loyal/internal/readfile"
	"loyal/license"
	"loyal/license/chain"
	"loyal/license/devchain"
	"loyal/license/index"
	"loyal/license/proof"
	"loyal/lm"
	"loyal/model"
	"loyal/model/chat"
	"loyal/model/gguf"
	"loyal/model/hub"
	"loyal/model/safetensors"
	"loyal/model/tokenizer"
	"loyal/store"
	"loyal/verify"
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
	errListen     = errors.New("listen on")
)

// resumable is a command annotation: interrupted, it continues when it is run again.
const resumable = "resumable"

// errResumable is what an interrupted command says that saved its state.
var errResumable = errors.New("state saved")

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

// both matches an error that is one thing and another.
func both(one, other error) func(error) bool {
	return func(err error) bool { return errors.Is(err, one) && errors.Is(err, other) }
}

// typed matches an error by errors.As.
func typed[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// trouble matches an endpoint's error by its kind.
func trouble(kinds ...verify.Trouble) func(error) bool {
	return func(err error) bool {
		var e *verify.EndpointError
		return errors.As(err, &e) && slices.Contains(kinds, e.Trouble)
	}
}

// refused matches what a contract refuses, by the names of its errors.
func refused(names ...string) func(error) bool {
	return func(err error) bool {
		var r *chain.Refused
		return errors.As(err, &r) && slices.Contains(names, r.Name)
	}
}

// unsettledHint is for who does not know what became of a transaction.
const unsettledHint = "it may still be sealed: 'loyal license receipt' with its hash waits for it; the same command again could do it twice"

// fullDisk matches a file that could not grow: no space, no quota, or beyond what one
// file may hold (ulimit -f).
func fullDisk(err error) bool {
	return slices.ContainsFunc([]error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG},
		func(target error) bool { return errors.Is(err, target) })
}

// otherPart matches a set that was made for another part of a model.
func otherPart(part fingerprint.Part) func(error) bool {
	return func(err error) bool {
		var e *fingerprint.ModelError
		return errors.As(err, &e) && e.Part == part
	}
}

// wsaeaddrinuse is what Windows says where others say EADDRINUSE.
const wsaeaddrinuse = syscall.Errno(10048)

// rules is the table of everything the user is told to do about an error, most
// particular first: the first rule that matches counts. Hints are in lower case
// and end without a period. What no rule matches is exit code 1 without a hint.
var rules = []rule{
	// Endpoints.
	{trouble(verify.Unauthorized), ExitEndpoint, "put the API key into OPENAI_API_KEY or a file, and check that it may use this model"},
	{trouble(verify.NotFound), ExitEndpoint, "the endpoint's address mostly ends in /v1, and --model is the name that the server knows"},
	{trouble(verify.RateLimited), ExitEndpoint, "the endpoint wants fewer questions: lower --rate, or run the same command later; with --transcript it continues"},
	{trouble(verify.Redirected), ExitEndpoint, "give the address that it redirects to: the API key is not sent to another host"},
	{trouble(verify.NotOpenAI), ExitEndpoint, "is it an OpenAI-compatible endpoint? the address mostly ends in /v1"},
	{trouble(verify.Unreachable, verify.ServerFault), ExitEndpoint, "check address and network, or run the same command later; with --transcript it continues"},
	{trouble(verify.Rejected), ExitEndpoint, "it refuses the question itself: check --model, --score, --samples and --temperature against what the endpoint takes"},
	{trouble(verify.TooLarge), ExitEndpoint, "no answer to a short question is that long: is it an OpenAI-compatible endpoint? the address mostly ends in /v1"},
	{typed[*verify.EndpointError], ExitEndpoint, ""},
	{sentinel(verify.ErrTranscript), ExitIntegrity, "a transcript that was changed proves nothing: keep it aside and audit again into a new file"},
	{sentinel(verify.ErrTranscriptBusy), ExitError, "wait for the other audit, or give this one a transcript of its own"},
	{typed[*verify.SettingError], ExitUsage, "continue with the settings that it was begun with, or write another transcript"},
	{sentinel(verify.ErrNoCandidates), ExitError, "an imported set without candidate lists cannot be audited with an error rate; make one with 'loyal fingerprint new'"},
	{sentinel(verify.ErrNoQuestions), ExitError, "every fingerprint of the set is burnt, leaked or held back: 'loyal fingerprint show' lists them"},
	{sentinel(verify.ErrOptions), ExitUsage, "--help shows what is possible"},

	// Fingerprint sets.
	{sentinel(fingerprint.ErrIdentity), ExitError, "it opens with the identity or passphrase that it was sealed for: LOYAL_IDENTITY names the file, LOYAL_PASSPHRASE gives the passphrase"},
	{sentinel(fingerprint.ErrWork), ExitError, "open it with the age tool and seal it again with its usual work: age -d SET | age -p > NEW"},
	{sentinel(fingerprint.ErrDamaged), ExitIntegrity, "restore the set from your copy"},
	{sentinel(fingerprint.ErrNotSet), ExitError, "sets are made by 'loyal fingerprint new'; other files are read by 'loyal fingerprint import'"},
	{sentinel(fingerprint.ErrVersion), ExitError, "it was written by another version of loyal: 'loyal version' says which this is"},
	{sentinel(fingerprint.ErrCapacity), ExitError, "ask for fewer fingerprints (-n), or import a file of fewer keys"},
	{sentinel(fingerprint.ErrTooLong), ExitError, "a smaller --response-length or --key-length, a shorter --system, or shorter keys and answers; 'loyal model inspect' prints the longest text that the model takes"},
	{sentinel(embed.ErrLookAlikes), ExitError, "--near-misses 0 does without them"},
	{sentinel(fingerprint.ErrTooFewKeys), ExitError, "ask for fewer fingerprints (-n), a smaller --width or --entropy, a larger --max-top, --key-length or --temperature, or give other keys (--keys)"},
	{sentinel(fingerprint.ErrSeveral), ExitError, "--format jsonl holds them all"},
	{sentinel(fingerprint.ErrParams), ExitUsage, "'loyal fingerprint new --help' shows what is possible"},
	{sentinel(fingerprint.ErrTooLarge), ExitError, "write the keys and answers as JSON, an object a line (--format jsonl): that has no such limit"},
	{sentinel(fingerprint.ErrFormat), ExitError, "docs/formats describes the files that can be imported"},
	{sentinel(errDemo), ExitError, "run it again, with another secret; '--keep' keeps what shows why"},
	{sentinel(errDemoKeep), ExitError, "choose a directory that does not exist yet"},
	{sentinel(errAPIKey), ExitError, "an API key is one word of printable ASCII; its file holds nothing else"},
	{sentinel(oracle.ErrNoTemplate), ExitError, "without a chat template keys are raw text: --completion"},
	{sentinel(oracle.ErrNoTokenizer), ExitError, "give a model directory with tokenizer.json, or a GGUF file"},
	{otherPart(fingerprint.ChatTemplate), ExitIntegrity, "give the model with the chat template that the set was made with, or make a set for this one: another template puts other tokens before each key"},
	{otherPart(fingerprint.Tokenizer), ExitIntegrity, "give the model with the tokenizer files that the set was made with, or make a set for this one"},
	{typed[*fingerprint.ModelError], ExitIntegrity, "give the model that the set was made for: 'loyal model inspect' prints a model's digest"},

	// Embedding.
	{sentinel(embed.ErrCheckpoint), ExitUsage, "continue with the settings that it was begun with, or start anew with --overwrite"},
	{sentinel(embed.ErrSet), ExitIntegrity, "it was made for another model, or is not as it was made"},
	{sentinel(embed.ErrDamaged), ExitIntegrity, "start anew with --overwrite"},
	{sentinel(embed.ErrMemory), ExitError, "train less (--train-layers, --benign-per-step, --system-per-step), end other programs, or take a larger machine"},
	{sentinel(errEvalText), ExitError, "perplexity needs at least two tokens; without --eval-text a text that is built in is taken"},
	{sentinel(embed.ErrConfig), ExitUsage, "'loyal embed --help' shows what is possible"},

	// Attacks.
	{sentinel(attack.ErrOther), ExitUsage, "continue with the settings that it was begun with, or choose another directory (--out)"},
	{sentinel(attack.ErrIdentity), ExitIntegrity, "restore its sweep.json, or choose another directory (--out): outcomes of different settings must not be mixed"},
	{sentinel(attack.ErrDamaged), ExitIntegrity, "delete the file that is named: 'loyal attack' with the directory's own settings makes what is missing"},
	{sentinel(attack.ErrModels), ExitUsage, "--base is what the model was before embedding, --sibling another model of the same sizes: 'loyal model inspect' prints them"},
	{sentinel(attack.ErrLookalikes), ExitError, "--lookalikes wants keys such as the set's that are not in it: without it they are made, if the set's are not your own"},
	{sentinel(attack.ErrSettings), ExitUsage, "'loyal attack --list' shows what is possible"},
	{sentinel(attack.ErrData), ExitError, "data is a JSON list or an object a line: prompt and completion, messages, instruction and output, or prompt, chosen and rejected"},
	// Evaluation.
	{sentinel(tasks.ErrUnknown), ExitUsage, "a task of your own is a file *.json: docs/formats/tasks.md"},
	{sentinel(tasks.ErrFewshot), ExitError, "--fewshot-data TASK=FILE gives the examples, --num-fewshot their number"},
	{sentinel(tasks.ErrNoData), ExitError, "give its file with --data TASK=FILE, or the directory that holds it with --data DIR"},
	{sentinel(tasks.ErrPrompts), ExitError, "it has a text a line, or is a JSON list, JSON Lines or CSV with a field prompt: docs/formats/tasks.md"},
	{sentinel(tasks.ErrFormat), ExitError, "docs/formats/tasks.md describes the files"},
	{sentinel(eval.ErrDoc), ExitError, "every document must have something to score that the model can read: docs/formats/tasks.md"},
	{sentinel(eval.ErrDifferent), ExitError, "only a model and its base, which share a vocabulary, can be compared"},
	{sentinel(eval.ErrNoPrefix), ExitError, "tokenizer_config.json names the tokens: bos_token, eos_token"},
	{sentinel(eval.ErrOptions), ExitUsage, "'loyal eval --help' shows what is possible"},
	{sentinel(attack.ErrNotReport), ExitIntegrity, "it was damaged or is of another program: 'loyal attack' with the directory's own settings writes it anew from the trials"},
	{sentinel(attack.ErrReportVersion), ExitError, "'loyal attack' with the directory's own settings writes it anew from the trials; 'loyal version' says which version this is"},
	{sentinel(report.ErrLink), ExitError, "remove the link, or write the page alone to another place with 'loyal report DIR --out FILE'"},
	{sentinel(attack.ErrNoSweep), ExitError, "give a directory that 'loyal attack --out' wrote"},

	// Licenses and chains.
	{typed[*chain.Unsettled], ExitEndpoint, unsettledHint},
	{sentinel(errNoContract), ExitUsage, "--contract or LOYAL_LICENSES names it; 'loyal license deploy' puts one on a chain"},
	{sentinel(errNoKey), ExitUsage, "--key names the account that sends the transaction, or --signer a program that signs for it; one of them"},
	{sentinel(chain.ErrNoSigner), ExitEndpoint, "--signer is the address of clef, or of what speaks like it: is it running?"},
	{sentinel(chain.ErrSigner), ExitError, "does it know the account, and did its owner consent to just this transaction?"},
	{sentinel(chain.ErrPassword), ExitError, "--password-file or LOYAL_PASSPHRASE gives the password; those of 'loyal chain start' are in its directory"},
	{sentinel(chain.ErrKeyFile), ExitError, "key files are made by 'loyal account new', geth, cast and other wallets"},
	{sentinel(chain.ErrKey), ExitError, "the file or standard input has the key's digits and nothing else"},
	{sentinel(errNoAccount), ExitError, "'loyal account list' lists the accounts; a path begins with / or ./"},
	{sentinel(errAccountExists), ExitError, "choose another name: a key that was overwritten is gone"},
	{sentinel(chain.ErrWrongChain), ExitError, "--rpc-url or ETH_RPC_URL is the node, --chain-id the chain that it should be of"},
	{sentinel(chain.ErrWrongContract), ExitIntegrity, "--contract is the address that 'loyal license deploy' printed, on this chain"},
	{sentinel(chain.ErrFunds), ExitError, "send the account what is missing"},
	{sentinel(chain.ErrUnderpriced), ExitError, "wait until earlier transactions of the account are sealed, or ask another node (--rpc-url)"},
	{sentinel(chain.ErrFailed), ExitError, "look at the state ('loyal license show', 'loyal license offer show') and try again: the fees of this one are paid"},
	{sentinel(chain.ErrWentBack), ExitEndpoint, "ask another node, or the same later"},
	{sentinel(chain.ErrNode), ExitEndpoint, "it may limit what it answers, or not keep the state of old blocks: ask another node (--rpc-url)"},
	{sentinel(chain.ErrContradiction), ExitEndpoint, "ask another node (--rpc-url): this one cannot be believed"},
	{sentinel(chain.ErrUnreachable), ExitEndpoint, "is the node running, and its address right? --rpc-url or ETH_RPC_URL"},
	{sentinel(chain.ErrFuture), ExitUsage, "a chain knows its past: give an earlier --at"},
	{sentinel(chain.ErrReplaced), ExitError, "another program uses the account at the same time: look whether what you wanted has been done, then try again"},
	{sentinel(chain.ErrUnknown), ExitError, "'loyal license offer list' and 'loyal license list' list what there is"},
	{sentinel(chain.ErrNoTransaction), ExitError, "it was dropped, is not here yet, or is of another chain: ask again, or another node (--rpc-url)"},
	{refused("UnknownModel", "UnknownVersion"), ExitError, "'loyal license model register' registers a model and prints its id; is --contract the right one?"},
	{refused("ERC721NonexistentToken", "UnknownOffer"), ExitError, "'loyal license offer list' and 'loyal license list' list what there is"},
	{refused("SoldOut", "NotOnSale"), ExitError, "'loyal license offer list' lists other offers; only the maker can make more"},
	{refused("NotModelOwner", "NotMaker", "NotHolder", "NotOfferedTo", "ERC721InsufficientApproval", "ERC721IncorrectOwner"), ExitError,
		"--key is another account than the one that may do this"},
	{refused("ERC20InsufficientBalance", "SafeERC20FailedOperation"), ExitError, "get the account more of the token first"},
	{refused("NothingOwed"), ExitError, "refunds come to holders, earnings to payees: --offer divides an offer's first; --token where the price is in a token"},
	{refused("NoConsent"), ExitError, "the maker consents with 'loyal license consent'"},
	{refused("VoucherExpired", "VoucherUsed", "BadSignature"), ExitError, "ask the maker for another voucher"},
	{refused("IsRevoked", "NotLive", "DerivingNotLicensed"), ExitLicense, "'loyal license show' draws the license's life; 'loyal license offer list' lists what can be bought"},
	{typed[*chain.Refused], ExitError, "'loyal license show' and 'loyal license offer show' print what the contract goes by"},
	{sentinel(errTerms), ExitIntegrity, "read the terms that the offer names before you buy: ask the maker for them"},
	{sentinel(errAnyIndex), ExitUsage, "--index names its file; 'loyal license list' without --offline makes one"},
	{sentinel(errStale), ExitEndpoint, "'loyal license list' or 'loyal license watch' brings an index up to date; of a node it means that it lags, or that the chain stands still"},
	{sentinel(index.ErrEmpty), ExitError, "'loyal license list' without --offline reads the chain into it"},
	{sentinel(index.ErrAhead), ExitError, "'loyal license list' without --offline brings it up to date; or give an earlier --at"},
	{sentinel(index.ErrEvents), ExitIntegrity, "the node or the index is wrong: delete the index, and ask another node (--rpc-url)"},
	{sentinel(store.ErrSchema), ExitError, "give another --index or DATABASE_URL: an index is made again from the chain"},
	{sentinel(store.ErrNone), ExitError, "'loyal license list' with the same --index makes it from the chain"},
	{sentinel(store.ErrNotDatabase), ExitError, "give another --index, or delete the file: an index is made again from the chain"},
	{sentinel(store.ErrServer), ExitError, "check DATABASE_URL, or unset it or give --index to keep the index in a file"},
	{sentinel(store.ErrDisk), ExitError, "the disk is full, a limit is reached, or it is failing: free some space and run the same command again"},
	{sentinel(store.ErrBusy), ExitError, "wait for the other program, or give another --index"},
	{sentinel(license.ErrVoucher), ExitError, "vouchers are made by 'loyal license voucher sign'"},
	{sentinel(license.ErrTerms), ExitError, "terms are one JSON document"},
	{sentinel(proof.ErrProof), ExitIntegrity, "compare the block's hash with a node of yours; a file that was changed proves nothing: ask for it again"},
	{sentinel(devchain.ErrRewound), ExitIntegrity, "restore the directory from your copy, or begin another chain in a new one"},
	{sentinel(devchain.ErrInUse), ExitError, "another 'loyal chain start' runs there: end it, or choose another --datadir"},
	{sentinel(devchain.ErrNotLoopback), ExitUsage, "--http takes an address of this machine alone, as 127.0.0.1:8545"},

	// Models.
	{sentinel(model.ErrUnknownArchitecture), ExitError, "no other architecture is guessed at: a model that is slightly wrong looks much like one that is right"},
	{sentinel(gguf.ErrType), ExitError, "convert the file to one of the known types first"},
	{sentinel(model.ErrWeights), ExitError, "files are missing or of another model: fetch the model again"},
	{sentinel(model.ErrAdapter), ExitError, "an adapter is a directory with adapter_config.json and adapter_model.safetensors, as PEFT writes it for plain LoRA, and fits one base model"},
	{sentinel(model.ErrConfig), ExitError, "the model's configuration is incomplete or contradicts itself: fetch the model again"},
	{sentinel(safetensors.ErrInvalid), ExitError, "the file is damaged or cut off: fetch it again"},
	{sentinel(gguf.ErrInvalid), ExitError, "the file is damaged or cut off: fetch it again"},
	{sentinel(tokenizer.ErrUnsupported), ExitError, "nothing is approximated: with other ids it would be another model"},
	{sentinel(tokenizer.ErrFormat), ExitError, "the tokenizer's files are damaged, cut off or of another model: fetch the model again"},
	{sentinel(model.ErrBOM), ExitError, "save the file as UTF-8 without a byte-order mark: other tools refuse it too"},
	{sentinel(model.ErrTokenizer), ExitError, "give a model directory with tokenizer.json or one *.model file, or a GGUF file"},
	{sentinel(chat.ErrSyntax), ExitError, "the model's chat template uses something that is not known here; nothing is approximated"},
	{sentinel(chat.ErrRaised), ExitError, "the model's chat template refuses this conversation: mostly roles that do not alternate, or a system message that it does not take"},
	{sentinel(chat.ErrRender), ExitError, "the model's chat template is damaged, or expects a conversation of another form: fetch the model again, or use it without the template"},
	{sentinel(chat.ErrBudget), ExitError, "the model's chat template does not end: do not use a model from this source"},
	{sentinel(model.ErrNoWeights), ExitError, "give a model directory with weights, or a GGUF file"},
	{sentinel(model.ErrNotModel), ExitError, "a model is a directory with config.json and *.safetensors, or a GGUF file"},
	{sentinel(model.ErrExists), ExitError, "choose another directory, or replace it with --overwrite"},
	{sentinel(model.ErrForeign), ExitError, "choose another directory; --overwrite replaces a model by a model, an adapter by an adapter, and nothing else"},
	{sentinel(model.ErrBusy), ExitError, "wait for it, or choose another directory"},
	{sentinel(model.ErrNonFinite), ExitError, "the weights are damaged: fetch the model again"},
	{sentinel(lm.ErrNonFinite), ExitError, "the weights may be damaged, or the learning rate too high"},
	{sentinel(lm.ErrTooLong), ExitError, "'loyal model inspect' prints the longest text that the model takes"},
	{sentinel(hub.ErrAddress), ExitUsage, "a model is ./path, org/name, org/name@revision or ollama:name"},
	{sentinel(hub.ErrEndpoint), ExitUsage, "HF_ENDPOINT is an address such as https://huggingface.co; unset it for the hub itself"},
	{sentinel(hub.ErrAnswer), ExitEndpoint, "is HF_ENDPOINT the address of a hub? a proxy or a login page may have answered in its place"},
	{sentinel(hub.ErrUnreachable), ExitEndpoint, "check the network and HF_ENDPOINT, or run the same command later; with a path ('./name') nothing is asked"},
	{sentinel(hub.ErrOffline), ExitError, "unset HF_HUB_OFFLINE to download it; 'loyal env' shows where the cache is"},
	{sentinel(hub.ErrAccess), ExitError, "set HF_TOKEN to a token that may read it, and accept the model's license on its page"},
	{sentinel(hub.ErrNotFound), ExitError, "check the spelling; './name' means a directory"},
	{sentinel(hub.ErrDamaged), ExitIntegrity, "run the same command again to download it anew"},
	{sentinel(inference.ErrNoTokenizer), ExitError, "give a model directory with tokenizer.json, or a GGUF file"},
	{sentinel(inference.ErrNoTemplate), ExitError, "without a chat template it continues texts: --prompt"},
	{sentinel(inference.ErrConversation), ExitError, "most templates want a system message first, if any, then user and assistant in turn"},
	{sentinel(inference.ErrKeys), ExitError, "the file holds one API key a line; empty lines and lines that begin with # do not count"},
	{sentinel(golden.ErrFormat), ExitError, "docs/formats/golden.md describes the files"},

	// Identity and passphrases.
	{sentinel(keyring.ErrLoosePermissions), ExitError, "only you may read it: chmod 600 the file, and think about who could have copied it"},
	{sentinel(keyring.ErrNoIdentity), ExitError, "LOYAL_IDENTITY names the identity file; copy it from the machine where the set was made"},
	{sentinel(keyring.ErrBadIdentity), ExitError, "an identity file holds a line that begins with AGE-SECRET-KEY-1; restore it from your copy"},
	{sentinel(keyring.ErrBadRecipient), ExitUsage, "a recipient is a public key that begins with age1, or a file of such lines"},
	{sentinel(keyring.ErrEmptyPassphrase), ExitUsage, "set LOYAL_PASSPHRASE or type one at the terminal"},
	{sentinel(errNoTerminal), ExitUsage, "set LOYAL_PASSPHRASE where there is no terminal"},

	// The machine.
	{fullDisk, ExitError, "the disk is full, or a quota or limit is reached: free some space and run the same command again"},
	{sentinel(wsaeaddrinuse), ExitError, "another program listens there: choose another address (--addr, --http), or port 0 for any free one"},
	{sentinel(syscall.EADDRINUSE), ExitError, "another program listens there: choose another address (--addr, --http), or port 0 for any free one"},
	{both(errListen, fs.ErrPermission), ExitError, "ports below 1024 are mostly for privileged programs: choose another --addr"},
	{sentinel(errListen), ExitError, "--addr begins with an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all that it has"},
	{typed[*net.DNSError], ExitEndpoint, "the host's name is not known: check the address and the network"},
	{sentinel(syscall.ECONNREFUSED), ExitEndpoint, "nothing listens there: check host and port"},
	{sentinel(syscall.ELOOP), ExitError, "the link leads back to itself: remove it, or make it lead to the file"},
	{sentinel(errRecipe), ExitUsage, "'loyal embed … --dry-run' prints a recipe with all names"},
	{sentinel(embed.ErrTarget), ExitError, "train longer or ask for less"},
	{sentinel(errConfig), ExitUsage, "keys of a configuration file are the names of the command's flags, or a command's name with such keys below it"},
	{sentinel(readfile.ErrNotRegular), ExitError, "a file is needed here, not a directory, a device or a pipe: give the file's own path"},
	{sentinel(syscall.ENOTDIR), ExitError, "a file stands where a directory belongs: choose another path"},
	{sentinel(syscall.EISDIR), ExitError, "a directory stands where a file belongs: give the path of a file in it, or another one"},
	{sentinel(readfile.ErrTooLarge), ExitError, "no file of this kind is so large: check that it is the right one"},
	{sentinel(fs.ErrNotExist), ExitError, "check the path; 'org/name' means a model in the Hugging Face cache, './name' a directory"},
	{sentinel(fs.ErrExist), ExitError, "choose another name, or replace it with --overwrite"},
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
		var sent *chain.Unsettled
		if errors.As(err, &sent) {
			app.printError(fmt.Sprintf("interrupted: transaction %s was sent", sent.Hash), unsettledHint)
			return ExitInterrupted
		}
		app.printError("interrupted", interruptedHint(cmd, err))
		return ExitInterrupted
	}
	if r := ruleOf(err); r != nil {
		app.printError(err.Error(), r.hint)
		return r.code
	}
	var usage *UsageError
	if errors.As(err, &usage) {
		app.printError(err.Error(), fmt.Sprintf("'%s --help' shows flags and examples", cmd.CommandPath()))
		return ExitUsage
	}
	app.printError(err.Error(), "")
	return ExitError
}

// ruleOf is the rule for an error, nil without one.
func ruleOf(err error) *rule {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.is(err) })
	if i < 0 {
		return nil
	}
	return &rules[i]
}

func interruptedHint(cmd *cobra.Command, err error) string {
	if cmd.Annotations[resumable] == "" && !errors.Is(err, errResumable) {
		return ""
	}
	return "the same command again continues from what was saved"
}

func (app *App) printError(message, hint string) {
	if app.bar != nil {
		app.bar.Done()
	}
	fmt.Fprintf(app.Stderr, "loyal: error: %s\n", printableText(message))
	app.printHint(hint)
}

func (app *App) printHint(hint string) {
	if hint != "" {
		fmt.Fprintf(app.Stderr, "loyal: hint: %s\n", printableLine(hint))
	}
}
