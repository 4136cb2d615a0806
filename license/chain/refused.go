package chain

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
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
	var answer rpc.DataError
	if err == nil || !errors.As(err, &answer) {
		return err
	}
	data, ok := answer.ErrorData().(string)
	if !ok { // some nodes wrap it
		if raw, mErr := json.Marshal(answer.ErrorData()); mErr == nil {
			data = strings.Trim(string(raw), `"`)
		}
	}
	raw, decodeErr := hexutil.Decode(data)
	if decodeErr != nil || len(raw) < 4 {
		return err
	}
	value, unpackErr := c.licenses.UnpackError(raw)
	if unpackErr != nil {
		if value, unpackErr = c.registry.UnpackError(raw); unpackErr != nil {
			return fmt.Errorf("the contract refuses with %s: %w", data, err)
		}
	}
	name := reflect.TypeOf(value).Elem().Name()
	name = strings.TrimPrefix(strings.TrimPrefix(name, "ModelRegistry"), "Licenses")
	return &Refused{Name: name, Sentence: sentence(name, value)}
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
		return fmt.Sprintf("suspended for %s in all, the offer allows %s", seconds(e.Total), seconds(big.NewInt(int64(e.Most))))
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
		return fmt.Sprintf("%s is no number of periods that the offer sells", e.Duration)
	case *contracts.LicensesNothingOwed:
		return fmt.Sprintf("nothing is owed to %s", e.Account)
	case *contracts.LicensesPaymentFailed:
		return fmt.Sprintf("%s does not take the payment", e.To)
	case *contracts.LicensesERC721NonexistentToken:
		return fmt.Sprintf("there is no license %s", Number(e.TokenId.Uint64()))
	case *contracts.LicensesERC721InsufficientApproval:
		return fmt.Sprintf("%s is not allowed to act for the holder of license %s", e.Operator, Number(e.TokenId.Uint64()))
	}
	return fmt.Sprintf("the contract refuses: %s %s", name, strings.TrimPrefix(fmt.Sprintf("%+v", value), "&"))
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

func seconds(n *big.Int) string { return (time.Duration(n.Int64()) * time.Second).String() }
