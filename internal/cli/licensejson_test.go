package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license"
	"loyal/store"
)

// Results are as docs/formats/license-json.md says: every key is in it, addresses have their
// checksum, times are RFC 3339, and no number is one that JSON would round.
func TestLicenseJSON(t *testing.T) {
	documented, err := os.ReadFile(filepath.Join("..", "..", "docs", "formats", "license-json.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := newMarket(t)
	bob := m.dev.Accounts()[2].Address.Hex()
	write(t, "key", strings.Repeat("42", 32))
	kept := map[string]any{}
	for _, line := range []string{
		"license deploy @maker",
		"license model register other --uri ipfs://x @maker",
		"license version commit --model MODEL --weights 0x" + strings.Repeat("1", 64) + " --set-root 0x" + strings.Repeat("2", 64) + " @maker",
		"license version commit --model MODEL --weights 0x" + strings.Repeat("3", 64) + " --parent MODEL @maker",
		"license model transfer MODEL --to ALICE @maker",
		"license model show MODEL",
		"license offer new --model MODEL --scope serve,0x100 --price 7eth --period 30d --supply 9 --requests 18446744073709551615 --tokens 5 --sale-from 2020-01-01 --sale-until 2100-01-01 --revoke-refund 100% --notice 1d --max-suspension 1h --transfer free --terms terms.json @maker",
		"license offer new --model MODEL --scope inference --price 0 --terms terms.json @maker",
		"license offer show 5 --terms terms.json",
		"license offer list",
		"license buy 5 --periods 2 @alice",
		"license renew 5-1 @alice",
		"license grant 6 --to ALICE @maker",
		"license delegate 5-1 --to " + bob + " @alice",
		"license suspend 5-1 --for 1s @maker",
		"license transfer 5-1 --to " + bob + " @alice",
		"license revoke 5-1 @maker",
		"license show 5-1",
		"license show 6-1",
		"license withdraw @bob",
		"license list --index index.db",
		"license check --model MODEL --subject ALICE",
		"license check --model MODEL --subject ALICE --scope serve --index index.db",
		"license check --model MODEL --subject ALICE --rpc-url http://127.0.0.1:1",
		"license prove --model MODEL --subject ALICE --out proof.json",
		"license verify-proof proof.json --block-hash BLOCK",
		"license receipt TRANSACTION",
		"account new one --password-file word",
		"account import two --from key --password-file word",
		"account list",
	} {
		for name, path := range map[string][]string{"BLOCK": {"block", "hash"}, "TRANSACTION": {"transaction"}} {
			if before, after, there := strings.Cut(line, name); there {
				line = before + field(t, kept[name], path) + after
			}
		}
		code, stdout, stderr := run(t, append(m.args(line), "--json", "--quiet")...)
		if code != ExitOK && code != ExitLicense && code != ExitEndpoint {
			t.Fatalf("%s: %s", line, stderr)
		}
		var value any
		d := json.NewDecoder(strings.NewReader(stdout))
		d.UseNumber()
		if err := d.Decode(&value); err != nil {
			t.Fatalf("%s: %v: %s", line, err, stdout)
		}
		checkJSON(t, line, "", value, string(documented))
		if object, ok := value.(map[string]any); ok {
			if object["transaction"] != nil {
				kept["TRANSACTION"] = value
			}
			kept["BLOCK"] = value
		}
	}
}

// Lines of `loyal license watch` are of the same kind.
func TestWatchedJSON(t *testing.T) {
	documented, err := os.ReadFile(filepath.Join("..", "..", "docs", "formats", "license-json.md"))
	if err != nil {
		t.Fatal(err)
	}
	for kind := store.Licensed; kind <= store.Offered; kind++ {
		e := store.Event{Block: 3, Kind: kind, License: 1<<32 + 1, Who: common.Address{1}, Numbers: [3]uint64{1_800_000_000, license.ForEver, 3}}
		data, err := json.Marshal(newWatched(e))
		if err != nil {
			t.Fatal(err)
		}
		var value map[string]any
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		checkJSON(t, string(data), "", value, string(documented))
		if name, _ := value["event"].(string); !strings.Contains(string(documented), "`"+name+"`") {
			t.Errorf("the event %s is not documented", name)
		}
		if end, there := value["end"]; !there || end != nil {
			t.Errorf("%s: an end that never comes is not null", data)
		}
	}
}

func field(t *testing.T, value any, path []string) string {
	t.Helper()
	for _, key := range path {
		object, ok := value.(map[string]any)
		if !ok {
			t.Fatalf("there is no %s", key)
		}
		value = object[key]
	}
	text, _ := value.(string)
	return text
}

var (
	snakeCase  = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	anyAddress = regexp.MustCompile(`^0x[0-9a-fA-F]{40}`)
	timeKey    = regexp.MustCompile(`^(at|time|start|end|until|sale_from|sale_until|.*_at)$`)
)

// checkJSON looks at a value and all in it.
func checkJSON(t *testing.T, where, key string, value any, documented string) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for k, inner := range v {
			if !snakeCase.MatchString(k) || !strings.Contains(documented, "`"+k+"`") {
				t.Errorf("%s: the key %q is not in snake_case, or not documented", where, k)
			}
			checkJSON(t, where, k, inner, documented)
		}
	case []any:
		for _, inner := range v {
			checkJSON(t, where, key, inner, documented)
		}
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		if err != nil || n >= 1<<53 || timeKey.MatchString(key) || key != "gas" && n >= firstTime && !strings.HasSuffix(key, "_seconds") {
			t.Errorf("%s: %s is the number %s", where, key, v)
		}
	case string:
		if a := anyAddress.FindString(v); a != "" && len(v) < 66 && a != common.HexToAddress(a).Hex() {
			t.Errorf("%s: %s is %s, without a checksum", where, key, v)
		}
		if _, err := time.Parse(time.RFC3339, v); timeKey.MatchString(key) && err != nil {
			t.Errorf("%s: %s is %s, no time", where, key, v)
		}
	}
}
