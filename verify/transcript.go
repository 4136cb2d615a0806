package verify

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/gofrs/flock"
)

// transcriptVersion is the version of the format: docs/formats/transcript.md.
const transcriptVersion = 1

// opening is how every transcript begins.
var opening = []byte(`{"type":"audit",`)

// maxRecord bounds a line that is read back, in bytes.
const maxRecord = 16 << 20

// Types of records.
const (
	recordAudit    = "audit"
	recordProbe    = "probe"
	recordQuestion = "question"
	recordStopped  = "stopped"
	recordVerdict  = "verdict"
)

// settings are what must not change between the runs of an audit.
type settings struct {
	Version       int       `json:"version"`
	Plan          string    `json:"plan"`
	Kind          Kind      `json:"kind"`
	Endpoint      string    `json:"endpoint"`
	Model         string    `json:"model"`
	Alpha         float64   `json:"alpha"`
	Beta          float64   `json:"beta"`
	QMin          float64   `json:"q_min"`
	Score         Score     `json:"score"`
	Samples       int       `json:"samples"`
	Temperature   float64   `json:"temperature"`
	MaxTokens     int       `json:"max_tokens"`
	MatchStakes   []float64 `json:"match_stakes"`
	NoMatchStakes []float64 `json:"no_match_stakes"`
}

func (a *audit) settings() settings {
	o := &a.options
	return settings{
		Version: transcriptVersion, Plan: a.plan.Digest, Kind: a.plan.Kind,
		Endpoint: a.client.base.String(), Model: o.Model,
		Alpha: o.Alpha, Beta: o.Beta, QMin: o.QMin,
		Score: o.Score, Samples: o.Samples, Temperature: o.Temperature,
		MaxTokens:   a.plan.ReplyTokens(),
		MatchStakes: matchStakes, NoMatchStakes: noMatchStakes,
	}
}

// record is a line of the transcript. Each holds the SHA-256 of the line before.
type record interface{ setPrevious(digest string) }

// link is what all records have.
type link struct {
	Previous string `json:"previous"` // SHA-256 of the line before, in hex; empty in the first
}

func (l *link) setPrevious(digest string) { l.Previous = digest }

type auditRecord struct {
	Type string `json:"type"`
	link
	Time     time.Time `json:"time"`
	Settings settings  `json:"settings"`
}

type probeRecord struct {
	Type string `json:"type"`
	link
	Time     time.Time `json:"time"`
	Attempts []Attempt `json:"attempts"`
	Offer    *Offer    `json:"offer"` // null if probing failed
}

type questionRecord struct {
	Type string `json:"type"`
	link
	Time     time.Time `json:"time"`
	Order    int       `json:"order"` // place in the plan, from 1
	ID       string    `json:"id"`
	Leaf     string    `json:"leaf,omitempty"`
	Attempts []Attempt `json:"attempts"`
	Failure  string    `json:"failure,omitempty"`
	Replies  []Reply   `json:"replies"` // null if no answer came
	judgment
}

// judgment is what follows from the replies; it is checked when a transcript is
// read.
type judgment struct {
	Class     Class    `json:"class"`
	Candidate int      `json:"candidate"` // index on the list, −1 for none
	Hit       bool     `json:"hit"`
	Share     *float64 `json:"share"` // null if the match process has no factor for the question
	// E-values after the question, as decimal logarithms.
	Log10EValue        float64 `json:"log10_e_value"`
	Log10NoMatchEValue float64 `json:"log10_no_match_e_value"`
}

type stopRecord struct {
	Type string `json:"type"`
	link
	Time  time.Time `json:"time"`
	Error string    `json:"error"`
}

type verdictRecord struct {
	Type string `json:"type"`
	link
	Time   time.Time `json:"time"`
	Report *Report   `json:"report"`
}

// describe fills in the judgment, after the outcome has been counted.
func (j *judgment) describe(o outcome, a *audit) {
	*j = judgment{
		Class: o.class, Candidate: o.candidate, Hit: o.hit,
		Log10EValue: log10(a.match.LogE()), Log10NoMatchEValue: log10(a.noMatch.LogE()),
	}
	if o.scored {
		j.Share = &o.share
	}
}

// agrees compares with what was recorded; a different processor may round the
// logarithms differently.
func (j *judgment) agrees(other *judgment) bool {
	near := func(x, y float64) bool { return math.Abs(x-y) <= 1e-6*math.Max(1, math.Abs(x)) }
	return j.Class == other.Class && j.Candidate == other.Candidate && j.Hit == other.Hit &&
		(j.Share == nil) == (other.Share == nil) && (j.Share == nil || near(*j.Share, *other.Share)) &&
		near(j.Log10EValue, other.Log10EValue) && near(j.Log10NoMatchEValue, other.Log10NoMatchEValue)
}

// transcript is the append-only record of an audit.
type transcript struct {
	file     *os.File
	lock     *flock.Flock
	previous string // digest of the last line
	broken   bool   // a record may be there in part: nothing may follow it

	// What was in the file when it was opened.
	questions []*questionRecord
	offers    []*Offer
}

// openTranscript creates the file with the settings as its first record, or reads
// back one that has the same settings. A last line that a crash cut off is
// dropped: its question counts as not asked.
func openTranscript(path string, s settings) (_ *transcript, err error) {
	t := &transcript{lock: flock.New(path + ".lock")}
	held, err := t.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("open transcript: %w", err)
	}
	if !held {
		return nil, fmt.Errorf("open transcript %s: %w", path, ErrTranscriptBusy)
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if t.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("open transcript: %w", err)
	}
	empty, err := t.read(s)
	if err != nil {
		return nil, fmt.Errorf("read transcript %s: %w", path, err)
	}
	// It holds what was asked and what was planted, also if others wrote the file.
	if err := t.file.Chmod(0o600); err != nil && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("open transcript: %w", err)
	}
	if empty {
		err = t.write(&auditRecord{Type: recordAudit, Time: now(), Settings: s})
	}
	return t, err
}

func (t *transcript) close() {
	if t.file != nil {
		_ = t.file.Close() // every record was synced
	}
	// Removed while it is held, so nobody loses a lock that he has; who waits for
	// this very file gets one that nobody else will open, and meets the transcript
	// complete.
	_ = os.Remove(t.lock.Path())
	_ = t.lock.Unlock()
}

// write appends a record and forces it to the disk.
func (t *transcript) write(r record) error {
	r.setPrevious(t.previous)
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write transcript: %w", err)
	}
	if _, err := t.file.Write(append(line, '\n')); err != nil {
		t.broken = true
		return fmt.Errorf("write transcript: %w", err)
	}
	if err := t.file.Sync(); err != nil {
		t.broken = true
		return fmt.Errorf("write transcript: %w", err)
	}
	t.previous = digestOf(line)
	return nil
}

func digestOf(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// read takes in what the file holds and leaves it at its end.
func (t *transcript) read(s settings) (empty bool, err error) {
	whole, n, err := t.scan(t.file, s)
	if err != nil {
		return false, err
	}
	if err := t.file.Truncate(whole); err != nil {
		return false, err
	}
	if _, err := t.file.Seek(whole, io.SeekStart); err != nil {
		return false, err
	}
	return n == 0, nil
}

// scan checks the chain of all complete lines and returns their length in bytes
// and their number.
func (t *transcript) scan(r io.Reader, s settings) (whole int64, n int, err error) {
	reader := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := readLine(reader)
		if errors.Is(err, io.EOF) {
			// A beginning of a first line is ours only if it looks so: what is cut off
			// may be somebody's file.
			if n == 0 && !bytes.HasPrefix(line, opening[:min(len(line), len(opening))]) {
				return 0, 0, fmt.Errorf("%w: it is another kind of file", ErrTranscript)
			}
			return whole, n, nil
		}
		if err != nil {
			return 0, 0, err
		}
		n++
		if err := t.readRecord(line, n, s); err != nil {
			return 0, 0, fmt.Errorf("line %d: %w", n, err)
		}
		t.previous = digestOf(line)
		whole += int64(len(line)) + 1
	}
}

// readLine returns the next complete line without its end; io.EOF, and what is
// left, if there is no complete one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err // io.EOF with what was cut off
		case len(line) > maxRecord:
			return nil, fmt.Errorf("%w: a line is longer than %d bytes", ErrTranscript, maxRecord)
		}
	}
}

// readRecord takes in the n-th line, counted from 1.
func (t *transcript) readRecord(line []byte, n int, s settings) error {
	var head struct {
		Type string `json:"type"`
		link
		Settings json.RawMessage `json:"settings"`
	}
	if json.Unmarshal(line, &head) != nil {
		return fmt.Errorf("%w: it is not JSON", ErrTranscript)
	}
	if head.Previous != t.previous {
		return fmt.Errorf("%w: it does not continue the line before", ErrTranscript)
	}
	if (head.Type == recordAudit) != (n == 1) {
		return fmt.Errorf("%w: a record of type %.20q is out of place", ErrTranscript, head.Type)
	}
	switch head.Type {
	case recordAudit:
		return sameSettings(head.Settings, s)
	case recordProbe:
		var r probeRecord
		if json.Unmarshal(line, &r) != nil {
			return fmt.Errorf("%w: a probe cannot be read", ErrTranscript)
		}
		if r.Offer != nil {
			t.offers = append(t.offers, r.Offer)
		}
	case recordQuestion:
		r := new(questionRecord)
		if json.Unmarshal(line, r) != nil {
			return fmt.Errorf("%w: a question cannot be read", ErrTranscript)
		}
		r.Attempts = nil // large, and not needed again
		t.questions = append(t.questions, r)
	case recordStopped, recordVerdict:
	default:
		return fmt.Errorf("%w: unknown type of record %.20q", ErrTranscript, head.Type)
	}
	return nil
}

// sameSettings compares field by field, to name the one that differs.
func sameSettings(written json.RawMessage, s settings) error {
	is, err := json.Marshal(s)
	if err != nil {
		return err
	}
	names, err := fieldNames(is)
	if err != nil {
		return err
	}
	var before, after map[string]json.RawMessage
	if json.Unmarshal(written, &before) != nil || json.Unmarshal(is, &after) != nil {
		return fmt.Errorf("%w: the settings cannot be read", ErrTranscript)
	}
	for _, name := range names {
		if !bytes.Equal(before[name], after[name]) {
			return &SettingError{Setting: name, Written: string(before[name]), Is: string(after[name])}
		}
	}
	return nil
}

// fieldNames lists the names of a flat JSON object in their order.
func fieldNames(object []byte) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		if s, ok := name.(string); ok {
			names = append(names, s)
		}
	}
	return names, nil
}

// replay counts what the transcript holds, judging every reply again.
func (a *audit) replay() error {
	byID := make(map[string]*Question, len(a.plan.Questions))
	for i := range a.plan.Questions {
		byID[a.plan.Questions[i].ID] = &a.plan.Questions[i]
	}
	for n, r := range a.transcript.questions {
		q := byID[r.ID]
		if q == nil || q.Leaf != r.Leaf {
			return fmt.Errorf("read transcript: %w: question %s is not in the plan", ErrTranscript, strconv.Quote(r.ID))
		}
		if before, again := a.asked[q.ID]; again && before != Unanswered {
			return fmt.Errorf("read transcript: %w: question %s was answered twice", ErrTranscript, strconv.Quote(r.ID))
		}
		o := judge(q, r.Replies, a.options.Score)
		a.count(q, o, r.Replies)
		var again judgment
		again.describe(o, a)
		if !again.agrees(&r.judgment) {
			return fmt.Errorf("read transcript: %w: the judgment of answer %d does not follow from it", ErrTranscript, n+1)
		}
	}
	a.resumed = len(a.asked)
	a.transcript.questions = nil
	for _, o := range a.transcript.offers {
		a.offer = o
		a.substitute = a.substitute || o.Substitute
	}
	return nil
}
