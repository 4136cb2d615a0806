package chain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"loyal/license"
	"loyal/license/contracts"
)

// Refused is that a contract does not do what it was asked.
type Refused struct {
	// Name of the contract's error, such as "SoldOut".
	Name string
	// Sentence says it in words.
	Sentence string
}

func (r *Refused) Error() string { return r.Sentence }

// refusal makes a node's error one of the contract's, if it is that.
func (c *Client) refusal(err error) error {
	raw := revertData(err)
	switch {
	case raw == nil && err != nil && isAnswer(err) && isRevert(err):
		return &Refused{Sentence: "the contract refuses, and does not say why"}
	case raw == nil:
		return err
	}
	if why, unpackErr := abi.UnpackRevert(raw); unpackErr == nil {
		return &Refused{Name: "Error", Sentence: fmt.Sprintf("the contract refuses: %q", why)}
	}
	value, unpackErr := c.licenses.UnpackError(raw)
	if unpackErr != nil {
		value, unpackErr = c.registry.UnpackError(raw)
	}
	if unpackErr != nil {
		if r := tokenRefusal(raw); r != nil {
			return r
		}
		return &Refused{Name: hexutil.Encode(raw[:4]), Sentence: fmt.Sprintf("a contract refuses with an error that is not known here: %s", hexutil.Encode(raw[:min(len(raw), 100)]))}
	}
	name := reflect.TypeOf(value).Elem().Name()
	name = strings.TrimPrefix(strings.TrimPrefix(name, "ModelRegistry"), "Licenses")
	return &Refused{Name: name, Sentence: sentence(name, value)}
}

// isRevert says whether a node's answer is a contract's refusal. Code 3 is that of go-ethereum
// and others (EIP-1474 has none).
func isRevert(err error) bool {
	var answer rpc.Error
	return revertData(err) != nil || errors.As(err, &answer) && (answer.ErrorCode() == 3 || strings.Contains(answer.Error(), "execution reverted"))
}

// revertData is what a contract said when it refused, nil if it did not.
func revertData(err error) []byte {
	var answer rpc.DataError
	if err == nil || !errors.As(err, &answer) {
		return nil
	}
	data, ok := answer.ErrorData().(string)
	if !ok { // some nodes wrap it
		if raw, mErr := json.Marshal(answer.ErrorData()); mErr == nil {
			data = strings.Trim(string(raw), `"`)
		}
	}
	raw, decodeErr := hexutil.Decode(data)
	if decodeErr != nil || len(raw) < 4 {
		return nil
	}
	return raw
}

// tokenErrors are those of ERC-20 tokens (ERC-6093), which a purchase passes on.
var tokenErrors = map[string]string{
	"ERC20InsufficientBalance(address,uint256,uint256)":   "%[1]s has %[2]s units of the token, and %[3]s are needed",
	"ERC20InsufficientAllowance(address,uint256,uint256)": "%[1]s may take %[2]s units of the token, and %[3]s are needed",
}

func tokenRefusal(raw []byte) error {
	arguments := abi.Arguments{{Type: addressType}, {Type: uint256Type}, {Type: uint256Type}}
	for signature, format := range tokenErrors {
		if !bytes.Equal(crypto.Keccak256([]byte(signature))[:4], raw[:4]) {
			continue
		}
		if values, err := arguments.Unpack(raw[4:]); err == nil {
			name, _, _ := strings.Cut(signature, "(")
			return &Refused{Name: name, Sentence: fmt.Sprintf(format, values...)}
		}
	}
	return nil
}

// sentence says in words why a contract refuses.
func sentence(name string, value any) string {
	switch e := value.(type) {
	case *contracts.LicensesSoldOut:
		return fmt.Sprintf("offer %d is sold out", e.Offer)
	case *contracts.LicensesNotOnSale:
		return fmt.Sprintf("offer %d is not on sale now", e.Offer)
	case *contracts.LicensesUnknownOffer:
		return fmt.Sprintf("there is no offer %d", e.Offer)
	case *contracts.LicensesWrongPayment:
		return fmt.Sprintf("%s were sent, the price is %s", Ether(e.Sent), Ether(e.Price))
	case *contracts.LicensesShortPayment:
		return fmt.Sprintf("%s units of the token arrived, the price is %s", e.Received, e.Price)
	case *contracts.LicensesSafeERC20FailedOperation:
		return fmt.Sprintf("the token %s refused the payment: is there enough of it, and an allowance?", e.Token)
	case *contracts.LicensesNotMaker:
		return fmt.Sprintf("%s is not the owner of the model of offer %d", e.Account, e.Offer)
	case *contracts.LicensesNotModelOwner:
		return fmt.Sprintf("%s is not the owner of model %s", e.Account, short(e.Model))
	case *contracts.ModelRegistryNotModelOwner:
		return fmt.Sprintf("%s is not the owner of model %s", e.Account, short(e.Model))
	case *contracts.ModelRegistryUnknownModel:
		return fmt.Sprintf("there is no model %s", short(e.Model))
	case *contracts.ModelRegistryUnknownVersion:
		return fmt.Sprintf("model %s has no version %d", short(e.Model), e.Version)
	case *contracts.ModelRegistryModelExists:
		return fmt.Sprintf("model %s is registered already", short(e.Model))
	case *contracts.ModelRegistryNotOfferedTo:
		return fmt.Sprintf("model %s is not offered to %s", short(e.Model), e.Account)
	case *contracts.ModelRegistryDerivingNotLicensed:
		return fmt.Sprintf("%s has no license to derive from model %s", e.Account, short(e.ParentModel))
	case *contracts.LicensesNotHolder:
		return fmt.Sprintf("%s does not hold license %s", e.Account, Number(e.License.Uint64()))
	case *contracts.LicensesIsRevoked:
		return fmt.Sprintf("license %s is revoked", Number(e.License.Uint64()))
	case *contracts.LicensesIrrevocable:
		return fmt.Sprintf("license %s cannot be revoked: its offer says so", Number(e.License.Uint64()))
	case *contracts.LicensesNotLive:
		return fmt.Sprintf("license %s has ended", Number(e.License.Uint64()))
	case *contracts.LicensesNotRenewable:
		return fmt.Sprintf("license %s is for ever and cannot be renewed", Number(e.License.Uint64()))
	case *contracts.LicensesAlreadySuspended:
		return fmt.Sprintf("license %s is suspended already", Number(e.License.Uint64()))
	case *contracts.LicensesNotSuspended:
		return fmt.Sprintf("license %s is not suspended", Number(e.License.Uint64()))
	case *contracts.LicensesSuspensionTooLong:
		return fmt.Sprintf("that would be %s of suspension in all, and the offer allows %s", seconds(e.Total), seconds(big.NewInt(int64(e.Most))))
	case *contracts.LicensesTransferForbidden:
		return fmt.Sprintf("license %s cannot be handed on: its offer says so", Number(e.License.Uint64()))
	case *contracts.LicensesNoConsent:
		return fmt.Sprintf("license %s can be handed on to %s only with the maker's consent", Number(e.License.Uint64()), e.To)
	case *contracts.LicensesAlreadyDelegate:
		return fmt.Sprintf("%s uses license %s already", e.Operator, Number(e.License.Uint64()))
	case *contracts.LicensesNoSuchDelegate:
		return fmt.Sprintf("%s is no delegate of license %s", e.Operator, Number(e.License.Uint64()))
	case *contracts.LicensesTooManyRecords:
		return fmt.Sprintf("%s has as many records for model %s as one address can have: use another address", e.Subject, short(e.Model))
	case *contracts.LicensesTimeInFuture:
		return fmt.Sprintf("%s is in the future of the chain", at(e.When))
	case *contracts.LicensesVoucherExpired:
		return fmt.Sprintf("the voucher was good until %s", at(e.Deadline))
	case *contracts.LicensesVoucherUsed:
		return fmt.Sprintf("the voucher with nonce %s was used or voided", e.Nonce)
	case *contracts.LicensesBadSignature:
		return fmt.Sprintf("the voucher is not signed by %s, the model's owner", e.Maker)
	case *contracts.LicensesBadScope:
		return fmt.Sprintf("the scope %s is not within that of the offer", license.Scope(e.Scope))
	case *contracts.LicensesBadDuration:
		return fmt.Sprintf("%s seconds are no time that the offer allows: not zero, whole periods where it is paid, and an end before the year 36812", e.Duration)
	case *contracts.LicensesNothingOwed:
		return fmt.Sprintf("nothing is owed to %s", e.Account)
	case *contracts.LicensesPaymentFailed:
		return fmt.Sprintf("%s does not take the payment", e.To)
	case *contracts.LicensesNoSuchToken:
		return fmt.Sprintf("no contract is at %s, which should be the token of the price", e.Token)
	case *contracts.LicensesTooManyPayees:
		return fmt.Sprintf("%s payees are more than an offer can have (8)", e.Count)
	case *contracts.LicensesEmptyPayee:
		return fmt.Sprintf("payee %s has no address or no share", new(big.Int).Add(e.Index, big.NewInt(1)))
	case *contracts.LicensesBadShares:
		return fmt.Sprintf("the payees' shares come to %s %%, not 100 %%", percent(e.Sum))
	case *contracts.LicensesStringTooLong:
		return fmt.Sprintf("the text of %d bytes is too long", len(e.Str))
	case *contracts.ModelRegistryNameLength:
		return fmt.Sprintf("the model's name has %s bytes, and can have 1 to 64", e.Length)
	case *contracts.LicensesERC721IncorrectOwner:
		return fmt.Sprintf("license %s is held by %s, not by %s", Number(e.TokenId.Uint64()), e.Owner, e.Sender)
	case *contracts.LicensesERC721InvalidReceiver:
		return fmt.Sprintf("%s cannot hold a license", e.Receiver)
	case *contracts.LicensesERC721InvalidSender:
		return fmt.Sprintf("%s cannot hand a license on", e.Sender)
	case *contracts.LicensesERC721InvalidOwner:
		return fmt.Sprintf("%s cannot hold licenses", e.Owner)
	case *contracts.LicensesERC721InvalidApprover:
		return fmt.Sprintf("%s cannot approve anybody for this license", e.Approver)
	case *contracts.LicensesERC721InvalidOperator:
		return fmt.Sprintf("%s cannot be approved", e.Operator)
	case *contracts.LicensesERC721NonexistentToken:
		return fmt.Sprintf("there is no license %s", Number(e.TokenId.Uint64()))
	case *contracts.LicensesERC721InsufficientApproval:
		return fmt.Sprintf("%s is not allowed to act for the holder of license %s", e.Operator, Number(e.TokenId.Uint64()))
	}
	if words, ok := plain[name]; ok {
		return words
	}
	return fmt.Sprintf("the contract refuses: %s %s", name, strings.TrimPrefix(fmt.Sprintf("%+v", value), "&"))
}

// plain are the sentences of errors that say all by their name.
var plain = map[string]string{
	"NoScope":                      "an offer needs at least one use",
	"ShareAboveWhole":              "a refund or a royalty is above 100 %",
	"RefundForEver":                "a license that is for ever has no unused time that could be refunded: give a period, or no refunds",
	"EmptySale":                    "selling would end before it begins",
	"NoWeights":                    "a version needs the digest of its weights",
	"ReentrancyGuardReentrantCall": "a contract called back in the middle of a payment",
	"InvalidShortString":           "the contract's own name is damaged",
}

// Number writes a license as its offer and its number there, as wallets show it.
func Number(license uint64) string { return fmt.Sprintf("%d-%d", license>>32, uint32(license)) }

// Ether writes an amount of the chain's coin.
func Ether(wei *big.Int) string {
	s := new(big.Rat).SetFrac(wei, big.NewInt(1e18)).FloatString(18)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " ETH"
}

func short(model [32]byte) string { return common.Hash(model).Hex()[:18] + "…" }

func at(t *big.Int) string { return time.Unix(t.Int64(), 0).UTC().Format(time.RFC3339) }

// percent writes hundredths of a percent.
func percent(n *big.Int) string {
	return strings.TrimSuffix(strings.TrimRight(new(big.Rat).SetFrac(n, big.NewInt(100)).FloatString(2), "0"), ".")
}

func seconds(n *big.Int) string { return (time.Duration(n.Int64()) * time.Second).String() }
