package license_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"encoding/json"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license"
)

func TestScope(t *testing.T) {
	for text, want := range map[string]license.Scope{
		"inference": 1, "serve, Derive": 1<<1 | 1<<4, "0x300": 0x300, "3": 3, "evaluate": 1 << 7, "serve,0x100": 1<<1 | 0x100,
	} {
		got, err := license.ParseScope(text)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
		if again, err := license.ParseScope(got.String()); err != nil || again != got {
			t.Errorf("%q: written as %q, read as %v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "use", "serve,", "4294967296", "-1"} {
		if _, err := license.ParseScope(text); !errors.Is(err, license.ErrScope) {
			t.Errorf("%q: %v, want ErrScope", text, err)
		}
	}
	if s := license.Scope(1 | 1<<20).String(); s != "inference,0x100000" {
		t.Errorf("%q", s)
	}
}

// The same document in other words is the same terms.
func TestTermsHash(t *testing.T) {
	a, err := license.TermsHash([]byte(`{"b": "x", "a": 1.0}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := license.TermsHash([]byte("{\"a\":1,\n\"b\":\"\\u0078\"}"))
	// printf '{"a":1,"b":"x"}' | sha256sum
	if want := common.HexToHash("0xecf9e98ec0641e23113ff3ce8bdc78d0ddd249886517fd4a7f68cc83d4e65667"); err != nil || a != b || a != want {
		t.Errorf("%s and %s, want %s, %v", a, b, want, err)
	}
	for _, text := range []string{"", "{", `{"a":1}{"b":2}`, "\xff"} {
		if _, err := license.TermsHash([]byte(text)); !errors.Is(err, license.ErrTerms) {
			t.Errorf("%q: %v, want ErrTerms", text, err)
		}
	}
}

func TestAddressesAndModels(t *testing.T) {
	const checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" // an example of EIP-55
	for text, ok := range map[string]bool{
		checksummed: true, strings.ToLower(checksummed): true, "0x" + strings.ToUpper(checksummed[2:]): true,
		strings.Replace(checksummed, "aA", "Aa", 1): false, checksummed[2:]: false, checksummed[:41]: false, "": false, "0xzz": false,
	} {
		if _, err := license.ParseAddress(text); (err == nil) != ok || err != nil && !errors.Is(err, license.ErrAddress) {
			t.Errorf("%q: %v", text, err)
		}
	}
	named, err := license.ParseModel(checksummed + "/smol")
	if err != nil {
		t.Fatal(err)
	}
	if id, err := license.ParseModel(named.Hex()); err != nil || id != named {
		t.Errorf("%s: %v, %v", named, id, err)
	}
	for _, text := range []string{"smol", checksummed, checksummed + "/", "0x12/smol", named.Hex()[:60]} {
		if _, err := license.ParseModel(text); err == nil {
			t.Errorf("%q is a model", text)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]uint64{"3-14": 3<<32 | 14, "4294967297": 1<<32 | 1, "0x100000001": 1<<32 | 1} {
		if got, err := license.ParseNumber(text); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "3", "3-", "-3-4", "3-14x", "3-14-5", "99999999999999999999"} {
		if got, err := license.ParseNumber(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}

// The numbers of slots are those of the compiler.
func TestLayout(t *testing.T) {
	data, err := os.ReadFile("contracts/out/layout.json")
	if err != nil {
		t.Fatal(err)
	}
	var layout map[string]struct {
		Storage []struct{ Label, Slot string }
	}
	if err := json.Unmarshal(data, &layout); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, v := range layout["Licenses"].Storage {
		got[v.Label] = v.Slot
	}
	for label, want := range map[string]string{"records": "0", "licenses": "1", "periods": "2", "suspensions": "3", "holdings": "4", "offers": "6"} {
		if got[label] != want {
			t.Errorf("%s is in slot %s, read from %s", label, got[label], want)
		}
	}
}
