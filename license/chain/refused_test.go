package chain

import (
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"loyal/license/contracts"
)

// revert is a node's answer when a contract refuses.
type revert struct{ data string }

func (revert) Error() string    { return "execution reverted" }
func (revert) ErrorCode() int   { return 3 }
func (r revert) ErrorData() any { return r.data }

// Every error that the contracts have is said in a sentence, with what it names.
func TestEveryErrorHasASentence(t *testing.T) {
	c := &Client{licenses: contracts.NewLicenses(), registry: contracts.NewModelRegistry()}
	seen := map[string]string{}
	for _, all := range []abi.ABI{c.licenses.GetABI(), c.registry.GetABI()} {
		for name, e := range all.Errors {
			arguments, err := e.Inputs.Pack(examples(t, e.Inputs)...)
			if err != nil {
				t.Fatal(err)
			}
			got := c.refusal(revert{hexutil.Encode(append(e.ID[:4:4], arguments...))})
			refused, ok := got.(*Refused)
			if !ok || refused.Name != name {
				t.Errorf("%s: %v", name, got)
				continue
			}
			s := refused.Sentence
			if strings.Contains(s, "{") || strings.Contains(s, "%!") || strings.HasPrefix(s, "the contract refuses") || strings.Contains(s, name) {
				t.Errorf("%s has no sentence: %s", name, s)
			}
			if other, twice := seen[s]; twice && other != name {
				t.Errorf("%s and %s are the same sentence: %s", name, other, s)
			}
			seen[s] = name
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d errors, the contracts have more", len(seen))
	}
}

// examples are values for arguments.
func examples(t *testing.T, inputs abi.Arguments) (values []any) {
	t.Helper()
	for _, in := range inputs {
		switch in.Type.String() {
		case "uint256", "uint40":
			values = append(values, big.NewInt(1<<32+5))
		case "uint32":
			values = append(values, uint32(3))
		case "address":
			values = append(values, common.Address{7})
		case "bytes32":
			values = append(values, [32]byte{8})
		case "string":
			values = append(values, "text")
		default:
			t.Fatalf("an argument of type %s", in.Type)
		}
	}
	return values
}

// What tokens say, and what is not known, is told too.
func TestErrorsOfOthers(t *testing.T) {
	c := &Client{licenses: contracts.NewLicenses(), registry: contracts.NewModelRegistry()}
	word := func(n int64) string { return common.BigToHash(big.NewInt(n)).Hex()[2:] }
	for data, want := range map[string]string{
		"0x08c379a0" + word(32) + word(3) + "6e6f21" + strings.Repeat("0", 58): `the contract refuses: "no!"`,
		"0xe450d38c" + word(9) + word(5) + word(7):                             "0x0000000000000000000000000000000000000009 has 5 units of the token, and 7 are needed",
		"0xfb8f41b2" + word(9) + word(5) + word(7):                             "0x0000000000000000000000000000000000000009 may take 5 units of the token, and 7 are needed",
		"0x01020304": "a contract refuses with an error that is not known here: 0x01020304",
	} {
		if got := c.refusal(revert{data}); got.Error() != want {
			t.Errorf("%s: %s, want %s", data, got, want)
		}
	}
	for _, data := range []string{"", "0x", "0x0102", "revert"} {
		if got := c.refusal(revert{data}); got.Error() != "the contract refuses, and does not say why" {
			t.Errorf("%q: %s", data, got)
		}
	}
}
