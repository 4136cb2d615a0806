package cli

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license"
)

// parsed is a flag whose text a function reads.
type parsed[T any] struct {
	value *T
	read  func(string) (T, error)
	kind  string
	text  string // as it was given
}

func (p *parsed[T]) Set(s string) error {
	v, err := p.read(s)
	if err == nil {
		*p.value, p.text = v, s
	}
	return err
}

func (p *parsed[T]) String() string { return p.text }

func (p *parsed[T]) Type() string { return p.kind }

func modelValue(v *common.Hash) *parsed[common.Hash] {
	return &parsed[common.Hash]{value: v, read: license.ParseModel, kind: "model"}
}

func addressValue(v *common.Address) *parsed[common.Address] {
	return &parsed[common.Address]{value: v, read: license.ParseAddress, kind: "address"}
}

func scopeValue(v *license.Scope) *parsed[license.Scope] {
	return &parsed[license.Scope]{value: v, read: license.ParseScope, kind: "uses"}
}

func hashValue(v *common.Hash) *parsed[common.Hash] {
	return &parsed[common.Hash]{value: v, read: parseDigest, kind: "digest"}
}

// parseDigest reads 32 bytes: 0x and 64 digits, or sha256: and 64 digits.
func parseDigest(s string) (h common.Hash, err error) {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "sha256:"), "0x")
	if err := h.UnmarshalText([]byte("0x" + digits)); err != nil {
		return h, fmt.Errorf("%q is not a digest: sha256: or 0x and 64 digits", s)
	}
	return h, nil
}

func secondsValue(v *uint32) *parsed[uint32] {
	return &parsed[uint32]{value: v, read: parseSeconds, kind: "time"}
}

// parseSeconds reads a number with one of the units s, m, h, d and w.
func parseSeconds(s string) (uint32, error) {
	if s == "0" {
		return 0, nil
	}
	units := map[byte]uint64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400}
	if s != "" && units[s[len(s)-1]] != 0 {
		n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
		if total := n * units[s[len(s)-1]]; err == nil && total < math.MaxUint32 {
			return uint32(total), nil
		}
	}
	return 0, fmt.Errorf("%q is not a time, as 90s, 15m, 12h, 30d or 4w", s)
}

// writeSeconds writes a time in the largest unit that divides it.
func writeSeconds(n uint64) string {
	for _, u := range []struct {
		size uint64
		name string
	}{{86400, "d"}, {3600, "h"}, {60, "m"}} {
		if n != 0 && n%u.size == 0 {
			return fmt.Sprint(n/u.size, u.name)
		}
	}
	return fmt.Sprint(n, "s")
}

func shareValue(v *uint16) *parsed[uint16] {
	return &parsed[uint16]{value: v, read: parseShare, kind: "percent"}
}

// parseShare reads a percentage into hundredths of a percent.
func parseShare(s string) (uint16, error) {
	r, ok := new(big.Rat).SetString(strings.TrimSuffix(s, "%"))
	if ok {
		r.Mul(r, big.NewRat(100, 1))
	}
	if !ok || !r.IsInt() || r.Sign() < 0 || r.Num().Cmp(big.NewInt(10_000)) > 0 {
		return 0, fmt.Errorf("%q is not a percentage with at most two decimals", s)
	}
	return uint16(r.Num().Uint64()), nil
}

// writeShare writes hundredths of a percent.
func writeShare(n uint16) string {
	if n%100 == 0 {
		return fmt.Sprintf("%d %%", n/100)
	}
	return fmt.Sprintf("%.4g %%", float64(n)/100)
}

// parseAmount reads an amount of the chain's coin, as 0.01eth, 5gwei or 1000wei, or of a
// token's smallest unit, which has no name; at most 96 bits, 79 thousand million ETH.
func parseAmount(s string, token bool) (*big.Int, error) {
	units := map[string]int64{"wei": 1, "gwei": 1e9, "eth": 1e18}
	digits := strings.TrimRight(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz")
	unit := units[strings.ToLower(s[len(digits):])]
	switch {
	case s == "0" || token && s == digits:
		unit = 1
	case token:
		return nil, fmt.Errorf("%q: an amount of a token is a number of its smallest unit", s)
	}
	r, ok := new(big.Rat).SetString(digits)
	if ok && unit != 0 {
		r.Mul(r, big.NewRat(unit, 1))
		if r.IsInt() && r.Sign() >= 0 && r.Num().BitLen() <= 96 {
			return r.Num(), nil
		}
	}
	return nil, fmt.Errorf("%q is not an amount, as 0.01eth, 5gwei or 1000wei", s)
}

// moment is a time or a block.
type moment struct {
	time  uint64
	block *big.Int
}

func (m moment) given() bool { return m.time != 0 || m.block != nil }

// firstTime is the least number that is a time and no block: September 2001.
const firstTime = 1_000_000_000

// parseMoment reads a time (RFC 3339, a day, or seconds since 1970) or a block's number.
func parseMoment(s string) (moment, error) {
	if n, err := strconv.ParseUint(s, 10, 40); err == nil {
		if n >= firstTime {
			return moment{time: n}, nil
		}
		return moment{block: new(big.Int).SetUint64(n)}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Unix() >= firstTime && t.Unix() < license.ForEver {
			return moment{time: uint64(t.Unix())}, nil
		}
	}
	return moment{}, fmt.Errorf("%q is neither a time, as 2027-01-31T12:00:00Z, 2027-01-31 or 1801396800, nor a block's number", s)
}

func momentValue(v *moment) *parsed[moment] {
	return &parsed[moment]{value: v, read: parseMoment, kind: "time|block"}
}

func writeTime(t uint64) string {
	if t >= license.ForEver {
		return "for ever"
	}
	return time.Unix(int64(t), 0).UTC().Format(time.RFC3339)
}
