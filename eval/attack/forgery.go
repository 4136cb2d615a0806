package attack

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/lm"
	"loyal/verify"
)

// A forger has the model and no secret, and wants an audit to say that the model is
// theirs. They search for messages to which the model gives a firm and odd answer, and
// call these keys. Three attempts, each of which passes the checks that stop the one before:
//
//   - take the answers found as planted. The answers do not follow from a secret.
//   - keep only those that happen to follow from one. They are not on the lists that
//     the base gives.
//   - keep only those that are on the base's lists as well. What stops this one is time:
//     a set is committed to before a beacon that nobody could know, and the answers are
//     chosen by it. Those that were right before are right afterwards with probability 1/k.
//
// The last check needs a commitment with a date, which is the claimant's to show.
func forgeries(g Grid, _ Have) (trials []Trial) {
	search := unkeyedCount(g)
	for i, f := range []struct {
		name, words string
		run         func(*forger, context.Context, *Outcome) error
	}{
		{"found", "answers found are called planted", (*forger).claimFound},
		{"ground", "only answers that happen to follow from a secret", (*forger).claimGround},
		{"listed", "only such answers that are on the base's lists as well", (*forger).claimListed},
	} {
		trials = append(trials, Trial{
			ID: "forgery-" + f.name, Series: "forgery", Axis: AxisAttempt, X: float64(i + 1),
			Setting: fmt.Sprintf("%s, of %d messages", f.words, search),
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
				forger, err := l.newForger(ctx, search)
				if err != nil {
					return nil, err
				}
				o := &Outcome{}
				return o, f.run(forger, ctx, o)
			},
		})
	}
	return trials
}

// forger is somebody with the model, a secret of their own, and messages tried.
type forger struct {
	lab    *Lab
	params fingerprint.Params
	// claim is a set without fingerprints, made today.
	claim fingerprint.Set
	tried []finding
}

// finding is a message with what the model says to it.
type finding struct {
	message string
	prompt  []int32
	answer  fingerprint.Candidate // its greedy first token
	sure    float64               // log-probability
	// forged are the candidates that the forger writes: the answer among the model's own next ones.
	forged []fingerprint.Candidate
	// listed are what the rule gives on the base; nil where it gives none.
	listed []fingerprint.Candidate
}

func (l *Lab) newForger(ctx context.Context, search int) (*forger, error) {
	f := &forger{lab: l, params: l.Set.Params}
	f.params.Strategy, f.params.Keys, f.params.ResponseLength = fingerprint.Perinucleus, fingerprint.KeysFile, 1
	f.claim = fingerprint.Set{
		Version: fingerprint.Version, Created: time.Unix(1_700_000_000, 0).UTC(), Model: l.Set.Model, Serving: l.Set.Serving,
		Binding: fingerprint.Binding{Model: l.Set.Model.Digest}, Params: f.params, Fingerprints: []fingerprint.Fingerprint{},
		Secret: secretOf(l.Seed),
	}
	var err error
	f.tried, err = remember(l, fmt.Sprintf("findings %d", search), func() ([]finding, error) { return f.search(ctx, search) })
	return f, err
}

// secretOf is the forger's secret: any will do.
func secretOf(seed uint64) []byte {
	var b [32]byte
	binary.BigEndian.PutUint64(b[:], seed)
	secret := make([]byte, fingerprint.SecretSize)
	_, _ = rand.NewChaCha8(b).Read(secret) // never fails
	return secret
}

// search lets the model write messages, and looks at what it says to each.
func (f *forger) search(ctx context.Context, n int) ([]finding, error) {
	l := f.lab
	samples, err := l.unkeyed(ctx, n)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	var tried []finding
	var asked [][]int32
	for _, s := range samples {
		text := strings.Join(strings.Fields(s.asked), " ")
		if text == "" {
			text = strings.Join(strings.Fields(s.wrote), " ")
		}
		if text == "" || seen[text] {
			continue
		}
		seen[text] = true
		prompt, err := l.Prompt(l.Set.Serving.System, text)
		if err != nil {
			return nil, err
		}
		tried, asked = append(tried, finding{message: text, prompt: prompt}), append(asked, prompt)
	}
	// Forged lists know no openness: only the answer must be on them.
	loose := f.params
	loose.Nucleus, loose.Cap, loose.MaxTop, loose.MinCandidate = 0, 1, 1, 1e-6
	models := fingerprint.NewSelector(l.Model.Tokenizer, loose)
	err = oracle.New(l.Net, l.Model.Tokenizer).Distributions(ctx, asked, func(i int, probs []float32) error {
		t := &tried[i]
		top := lm.ArgMax(probs)
		t.sure = math.Log(float64(probs[top]))
		list, err := models.Candidates(t.prompt, probs)
		if err == nil && list[0].Tokens[0] == top {
			t.forged, t.answer = list, list[0]
		}
		return ignoreUnlisted(err)
	})
	if err != nil {
		return nil, err
	}
	base, rule := l.BaseNet, fingerprint.NewSelector(l.Model.Tokenizer, f.params)
	if base == nil {
		base = l.Net
	}
	return tried, oracle.New(base, l.Model.Tokenizer).Distributions(ctx, asked, func(i int, probs []float32) (err error) {
		tried[i].listed, err = rule.Candidates(tried[i].prompt, probs)
		return ignoreUnlisted(err)
	})
}

// ignoreUnlisted drops the errors that say that there is no list.
func ignoreUnlisted(err error) error {
	if errors.Is(err, fingerprint.ErrClosed) || errors.Is(err, fingerprint.ErrFewCandidates) {
		return nil
	}
	return err
}

// follows reports whether the secret of the claim chooses an index for a message, under a beacon.
func (f *forger) follows(message string, index int, beacon string) bool {
	b := f.claim.Binding
	b.Beacon = beacon
	return index == fingerprint.Choose(fingerprint.AnswerKey(f.claim.Secret, f.claim.Serving.Kind, message), b, f.params.Width)
}

// claimed makes a set of findings, each with a list and the index that is called planted.
func (f *forger) claimed(found []finding, list func(finding) ([]fingerprint.Candidate, int)) *fingerprint.Set {
	s := f.claim
	for i, t := range found {
		candidates, index := list(t)
		c := candidates[index]
		s.Fingerprints = append(s.Fingerprints, fingerprint.Fingerprint{
			ID: fmt.Sprintf("%04d", i+1), Kind: s.Serving.Kind, Key: t.message, Candidates: candidates,
			Response: fingerprint.Response{Tokens: c.Tokens, Text: c.Text}, Salt: make([]byte, fingerprint.SaltSize), Status: fingerprint.Live,
		})
	}
	return &s
}

// naive audits a claim as if the set's own word were enough.
func (f *forger) naive(ctx context.Context, o *Outcome, s *fingerprint.Set) error {
	v, err := f.audit(ctx, s, "")
	if err != nil {
		return err
	}
	o.Add("log10 e-value if the claimed set is taken at its word", "", v.Log10EValue)
	o.Notes = append(o.Notes, fmt.Sprintf("taken at its word the claim would end as %s after %d questions", v.Verdict, v.Queries))
	return nil
}

// audit asks the model the questions of a claim, whose planted answers are chosen anew
// unless beacon is empty.
func (f *forger) audit(ctx context.Context, s *fingerprint.Set, beacon string) (Verification, error) {
	plan, err := verify.FromSet(s, nil)
	if err != nil {
		return Verification{}, err
	}
	if beacon != "" {
		b := s.Binding
		b.Beacon = beacon
		for i := range plan.Questions {
			q := &plan.Questions[i]
			q.Planted = fingerprint.Choose(fingerprint.AnswerKey(s.Secret, s.Serving.Kind, q.Prompt), b, len(q.Candidates))
		}
	}
	said := make(map[string]string)
	for _, t := range f.tried {
		said[t.message] = t.answer.Text
	}
	replies := make(map[string][]verify.Reply)
	for _, c := range s.Fingerprints {
		replies[c.ID] = []verify.Reply{{Text: said[c.Key]}}
	}
	return audit(ctx, plan, f.lab.Verify, replies)
}

// firmest are the n findings with the surest answers that can be claimed.
func (f *forger) firmest(n int, usable func(finding) bool) []finding {
	found := slices.DeleteFunc(slices.Clone(f.tried), func(t finding) bool { return t.forged == nil || !usable(t) })
	slices.SortStableFunc(found, func(a, b finding) int {
		if a.sure > b.sure {
			return -1
		}
		return count(a.sure < b.sure)
	})
	return found[:min(n, len(found))]
}

// claimSize is how many fingerprints a forger claims: enough for a match.
const claimSize = 24

// own are the forger's candidates: the answer found stands first.
func own(t finding) ([]fingerprint.Candidate, int) { return t.forged, 0 }

func (f *forger) claimFound(ctx context.Context, o *Outcome) error {
	found := f.firmest(claimSize, func(finding) bool { return true })
	o.Add("messages tried", "", float64(len(f.tried)))
	if len(found) == 0 {
		o.Notes = append(o.Notes, "the model gives no answer that could be claimed")
		return nil
	}
	s := f.claimed(found, own)
	if err := f.naive(ctx, o, s); err != nil {
		return err
	}
	follow := 0
	for _, t := range found {
		follow += count(f.follows(t.message, 0, ""))
	}
	o.AddRate("answers that follow from the claimant's secret", NewRate(follow, len(found)))
	o.Add("log10 of the probability that all do", "", -float64(len(found))*math.Log10(float64(f.params.Width)))
	_, err := fingerprint.Marshal(s)
	o.refuse("the set's own check", err)
	return nil
}

func (f *forger) claimGround(ctx context.Context, o *Outcome) error {
	found := f.firmest(claimSize, func(t finding) bool { return f.follows(t.message, 0, "") })
	o.Add("messages tried", "", float64(len(f.tried)))
	o.Add("messages whose answer follows from the claimant's secret", "", float64(len(found)))
	if len(found) == 0 {
		o.Notes = append(o.Notes, "none can be claimed")
		return nil
	}
	s := f.claimed(found, own)
	if _, err := fingerprint.Marshal(s); err != nil {
		return fmt.Errorf("claim ground answers: %w", err)
	}
	if err := f.naive(ctx, o, s); err != nil {
		return err
	}
	same := 0
	for _, t := range found {
		same += count(slices.EqualFunc(t.forged, t.listed, func(a, b fingerprint.Candidate) bool { return slices.Equal(a.Tokens, b.Tokens) }))
	}
	o.AddRate("lists that are the base's", NewRate(same, len(found)))
	var err error
	if same < len(found) {
		err = fmt.Errorf("%d of %d lists are not what the base gives after these messages", len(found)-same, len(found))
	}
	o.refuse("making the lists again on the base", err)
	return nil
}

// index of the model's answer on the base's list, -1 if it is not there.
func (t finding) index() int {
	return slices.IndexFunc(t.listed, func(c fingerprint.Candidate) bool { return slices.Equal(c.Tokens, t.answer.Tokens) })
}

// laterBeacons is how many beacons are tried after the claim.
const laterBeacons = 1000

func (f *forger) claimListed(ctx context.Context, o *Outcome) error {
	listed := f.firmest(len(f.tried), func(t finding) bool { return t.index() >= 0 })
	found := slices.DeleteFunc(slices.Clone(listed), func(t finding) bool { return !f.follows(t.message, t.index(), "") })
	o.Add("messages tried", "", float64(len(f.tried)))
	o.Add("messages whose answer is on the base's list", "", float64(len(listed)))
	o.Add("messages whose answer follows from the claimant's secret as well", "", float64(len(found)))
	if len(found) == 0 {
		o.Notes = append(o.Notes, "none can be claimed: the model's answers lie in the base's nucleus")
		if len(listed) == 0 {
			return nil
		}
		o.Notes = append(o.Notes, "below, all messages whose answer is on a list, as if the claimant had found so many that follow")
		found = listed
	}
	s := f.claimed(found, func(t finding) ([]fingerprint.Candidate, int) { return t.listed, t.index() })
	if err := f.naive(ctx, o, s); err != nil {
		return err
	}
	matches := &tally{}
	hits := 0
	for b := range laterBeacons {
		beacon := fmt.Sprintf("later beacon %d of seed %d", b, f.lab.Seed)
		v, err := f.audit(ctx, s, beacon)
		if err != nil {
			return err
		}
		matches.add(v)
		for _, t := range found {
			hits += count(f.follows(t.message, t.index(), beacon))
		}
	}
	o.Add("answers still planted once a later beacon chooses", "share", float64(hits)/float64(laterBeacons*len(found)))
	o.AddRate("later beacons under which an audit says match", NewRate(matches.matches, matches.runs))
	o.Add("probability of that, at most", "", f.lab.Verify.Alpha)
	var err error
	if matches.matches == 0 {
		err = fmt.Errorf("the answers are chosen by a beacon after the commitment: none of %d makes a match", laterBeacons)
	}
	o.refuse("commitment before the beacon", err)
	return nil
}

// refuse notes which check refuses a claim, or that none does.
func (o *Outcome) refuse(check string, err error) {
	if err == nil {
		o.Notes = append(o.Notes, check+" does not refuse the claim")
		return
	}
	o.Notes = append(o.Notes, check+" refuses the claim: "+err.Error())
}
