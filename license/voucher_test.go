package license_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"loyal/license"
)

// document reads a description of a format.
func document(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", "formats", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// block is the first block of code of a kind in a document.
func block(t *testing.T, text, kind string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n```"+kind+"\n")
	code, _, closed := strings.Cut(rest, "\n```")
	if !ok || !closed {
		t.Fatalf("no block of %s", kind)
	}
	return code + "\n"
}

// words are left-padded to 32 bytes and joined, as Solidity's abi.encode does with numbers and
// addresses.
func words(values ...any) (out []byte) {
	for _, v := range values {
		switch v := v.(type) {
		case common.Hash:
			out = append(out, v[:]...)
		case common.Address:
			out = append(out, common.LeftPadBytes(v[:], 32)...)
		case *big.Int:
			out = append(out, common.LeftPadBytes(v.Bytes(), 32)...)
		case uint64:
			out = append(out, common.LeftPadBytes(new(big.Int).SetUint64(v).Bytes(), 32)...)
		default:
			panic(fmt.Sprintf("%T", v))
		}
	}
	return out
}

// The example of docs/formats/license-voucher.md, computed from EIP-712's definitions and by the
// library: each step is in the document, and the signature is the maker's.
func TestVoucherExample(t *testing.T) {
	text := document(t, "license-voucher.md")
	v, err := license.ParseVoucher([]byte(block(t, text, "json")))
	if err != nil {
		t.Fatal(err)
	}
	secret := sha256.Sum256([]byte("loyal: the maker of an example"))
	key, err := crypto.ToECDSA(secret[:])
	if err != nil {
		t.Fatal(err)
	}
	maker := crypto.PubkeyToAddress(key.PublicKey)

	typeHash := crypto.Keccak256Hash([]byte("Voucher(uint32 offer,address subject,uint32 scope,uint40 duration,uint256 nonce,uint40 deadline)"))
	domain := crypto.Keccak256Hash(words(
		crypto.Keccak256Hash([]byte("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")),
		crypto.Keccak256Hash([]byte("loyal licenses")), crypto.Keccak256Hash([]byte("1")), v.ChainID, v.Contract,
	))
	structHash := crypto.Keccak256Hash(words(typeHash, uint64(v.Offer), v.Subject, uint64(v.Scope), v.Duration, v.Nonce, v.Deadline))
	digest := crypto.Keccak256Hash([]byte("\x19\x01"), domain[:], structHash[:])
	signature, err := crypto.Sign(digest[:], key)
	if err != nil {
		t.Fatal(err)
	}
	signature[64] += 27
	for name, value := range map[string]string{
		"type hash": typeHash.Hex(), "domain separator": domain.Hex(), "struct hash": structHash.Hex(), "digest": digest.Hex(), "maker": maker.Hex(),
	} {
		row := regexp.MustCompile(`(?m)^\| ` + name + ` \| .*` + "`" + value + "`")
		if !row.MatchString(text) {
			t.Errorf("the %s is %s, the document does not say so", name, value)
		}
	}
	if hex.EncodeToString(signature) != hex.EncodeToString(v.Signature) {
		t.Errorf("the signature is 0x%x, the document has 0x%x", signature, v.Signature)
	}
	byLibrary, _, err := apitypes.TypedDataAndHash(v.TypedData(v.ChainID, v.Contract))
	if err != nil || common.BytesToHash(byLibrary) != digest {
		t.Errorf("the digest by the library is %x, %v", byLibrary, err)
	}
	again, err := v.MarshalJSON()
	if parsed, parseErr := license.ParseVoucher(again); err != nil || parseErr != nil || parsed.Nonce.Cmp(v.Nonce) != 0 || parsed.Subject != v.Subject {
		t.Errorf("written and read again: %+v, %v, %v", parsed, err, parseErr)
	}
}

func TestBadVouchers(t *testing.T) {
	good := block(t, document(t, "license-voucher.md"), "json")
	for what, bad := range map[string]string{
		"nothing":            "",
		"a list":             "[]",
		"another version":    strings.Replace(good, `"version": 1`, `"version": 2`, 1),
		"a nonce as number":  regexp.MustCompile(`"nonce": "(\d+)"`).ReplaceAllString(good, `"nonce": 5`),
		"a negative nonce":   regexp.MustCompile(`"nonce": "\d+"`).ReplaceAllString(good, `"nonce": "-5"`),
		"a nonce too large":  regexp.MustCompile(`"nonce": "\d+"`).ReplaceAllString(good, `"nonce": "1`+strings.Repeat("0", 80)+`"`),
		"a time too large":   regexp.MustCompile(`"deadline": \d+`).ReplaceAllString(good, `"deadline": 9999999999999`),
		"a mistyped address": regexp.MustCompile(`("subject": "0x)(.)`).ReplaceAllString(good, "${1}f"),
		"an unknown field":   strings.Replace(good, `"version": 1`, `"version": 1, "free": true`, 1),
		"two of them":        good + good,
		"cut off":            good[:len(good)/2],
	} {
		if bad == good {
			t.Errorf("%s: nothing was changed", what)
		}
		if v, err := license.ParseVoucher([]byte(bad)); !errors.Is(err, license.ErrVoucher) {
			t.Errorf("%s: %+v, %v", what, v, err)
		}
	}
}

// The examples of docs/formats/license-terms.md.
func TestTermsExample(t *testing.T) {
	text := document(t, "license-terms.md")
	hash, err := license.TermsHash([]byte(block(t, text, "json")))
	canonical := strings.TrimSuffix(block(t, text, "text"), "\n")
	if want := common.Hash(sha256.Sum256([]byte(canonical))); err != nil || hash != want || !strings.Contains(text, fmt.Sprintf("sha256:%x", hash)) {
		t.Errorf("hash sha256:%x, of the canonical form sha256:%x, %v", hash, want, err)
	}
}

// What is read of a stranger's file can be written and read again, and is the same.
func FuzzVoucher(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("..", "docs", "formats", "license-voucher.md"))
	if err != nil {
		f.Fatal(err)
	}
	_, example, _ := strings.Cut(string(data), "\n```json\n")
	example, _, _ = strings.Cut(example, "\n```")
	f.Add([]byte(example))
	f.Add([]byte(`{"version":1,"nonce":"0"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := license.ParseVoucher(data)
		if err != nil {
			if !errors.Is(err, license.ErrVoucher) {
				t.Fatal(err)
			}
			return
		}
		written, err := v.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := license.ParseVoucher(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if twice, err := again.MarshalJSON(); err != nil || string(twice) != string(written) {
			t.Errorf("%s, then %s, %v", written, twice, err)
		}
	})
}
