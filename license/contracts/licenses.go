// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package contracts

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// Offer is an auto generated low-level Go binding around an user-defined struct.
type Offer struct {
	Model         [32]byte
	Token         common.Address
	Period        uint32
	Scope         uint32
	Notice        uint32
	Price         *big.Int
	SaleFrom      *big.Int
	SaleUntil     *big.Int
	CancelRefund  uint16
	RevokeRefund  uint16
	Royalty       uint16
	Supply        uint32
	TermsHash     [32]byte
	Requests      uint64
	Tokens        uint64
	MaxSuspension uint32
	TransferRule  uint8
}

// Payee is an auto generated low-level Go binding around an user-defined struct.
type Payee struct {
	Account common.Address
	Share   uint16
}

// Voucher is an auto generated low-level Go binding around an user-defined struct.
type Voucher struct {
	Offer    uint32
	Subject  common.Address
	Scope    uint32
	Duration *big.Int
	Nonce    *big.Int
	Deadline *big.Int
}

// LicensesMetaData contains all meta data concerning the Licenses contract.
var LicensesMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"AlreadyDelegate\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"AlreadySuspended\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"duration\",\"type\":\"uint256\"}],\"name\":\"BadDuration\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"}],\"name\":\"BadScope\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"sum\",\"type\":\"uint256\"}],\"name\":\"BadShares\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"maker\",\"type\":\"address\"}],\"name\":\"BadSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"ERC721IncorrectOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"ERC721InsufficientApproval\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"approver\",\"type\":\"address\"}],\"name\":\"ERC721InvalidApprover\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"ERC721InvalidOperator\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"ERC721InvalidOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC721InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"}],\"name\":\"ERC721InvalidSender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"ERC721NonexistentToken\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"EmptyPayee\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"EmptySale\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"Irrevocable\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"IsRevoked\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"NoConsent\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoScope\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"NoSuchDelegate\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"NoSuchToken\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"NotHolder\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"NotLive\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"NotMaker\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"NotModelOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"NotOnSale\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"NotRenewable\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"NotSuspended\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"NothingOwed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"PaymentFailed\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ReentrancyGuardReentrantCall\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"RefundForEver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ShareAboveWhole\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"received\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"price\",\"type\":\"uint256\"}],\"name\":\"ShortPayment\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"SoldOut\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"most\",\"type\":\"uint32\"}],\"name\":\"SuspensionTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"}],\"name\":\"TimeInFuture\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"count\",\"type\":\"uint256\"}],\"name\":\"TooManyPayees\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"subject\",\"type\":\"address\"}],\"name\":\"TooManyRecords\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"TransferForbidden\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"UnknownOffer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint40\",\"name\":\"deadline\",\"type\":\"uint40\"}],\"name\":\"VoucherExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"maker\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"}],\"name\":\"VoucherUsed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"sent\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"price\",\"type\":\"uint256\"}],\"name\":\"WrongPayment\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"approved\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"approved\",\"type\":\"bool\"}],\"name\":\"ApprovalForAll\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"refund\",\"type\":\"uint256\"}],\"name\":\"Canceled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"}],\"name\":\"DelegateAdded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"}],\"name\":\"DelegateRemoved\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"EIP712DomainChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"holder\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"start\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"end\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"paid\",\"type\":\"bool\"}],\"name\":\"Licensed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"OfferClosed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"maker\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"period\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"notice\",\"type\":\"uint32\"},{\"internalType\":\"uint96\",\"name\":\"price\",\"type\":\"uint96\"},{\"internalType\":\"uint40\",\"name\":\"saleFrom\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"saleUntil\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"cancelRefund\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"revokeRefund\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"royalty\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"supply\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"termsHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"requests\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"tokens\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"maxSuspension\",\"type\":\"uint32\"},{\"internalType\":\"enumTransferRule\",\"name\":\"transferRule\",\"type\":\"uint8\"}],\"indexed\":false,\"internalType\":\"structOffer\",\"name\":\"terms\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"share\",\"type\":\"uint16\"}],\"indexed\":false,\"internalType\":\"structPayee[]\",\"name\":\"payees\",\"type\":\"tuple[]\"}],\"name\":\"OfferMade\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Owed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"start\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"end\",\"type\":\"uint40\"}],\"name\":\"Renewed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"}],\"name\":\"Resumed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"refund\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"reason\",\"type\":\"bytes32\"}],\"name\":\"Revoked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"expiration\",\"type\":\"uint64\"}],\"name\":\"SubscriptionUpdate\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"start\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"uint40\",\"name\":\"end\",\"type\":\"uint40\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"reason\",\"type\":\"bytes32\"}],\"name\":\"Suspended\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"TransferConsented\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"maker\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"}],\"name\":\"VoucherVoided\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"CARD\",\"outputs\":[{\"internalType\":\"contractLicenseCard\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"IRREVOCABLE\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"MAX_PAYEES\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"MAX_RECORDS\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"REGISTRY\",\"outputs\":[{\"internalType\":\"contractModelRegistry\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"WHOLE\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"addDelegate\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"internalType\":\"uint16\",\"name\":\"periods\",\"type\":\"uint16\"}],\"name\":\"buy\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"internalType\":\"uint16\",\"name\":\"periods\",\"type\":\"uint16\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"buyWithPermit\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"cancelSubscription\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"closeOffer\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"consent\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"distribute\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"expiresAt\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"getApproved\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"internalType\":\"address\",\"name\":\"subject\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint40\",\"name\":\"duration\",\"type\":\"uint40\"}],\"name\":\"grant\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"holdings\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"holder\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"until\",\"type\":\"uint40\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"isApprovedForAll\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"subject\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"}],\"name\":\"isAuthorized\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"isRenewable\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"licenses\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint40\",\"name\":\"start\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"end\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"revokedAt\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"periods\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"suspensions\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"transfers\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"locked\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"period\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"notice\",\"type\":\"uint32\"},{\"internalType\":\"uint96\",\"name\":\"price\",\"type\":\"uint96\"},{\"internalType\":\"uint40\",\"name\":\"saleFrom\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"saleUntil\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"cancelRefund\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"revokeRefund\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"royalty\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"supply\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"termsHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"requests\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"tokens\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"maxSuspension\",\"type\":\"uint32\"},{\"internalType\":\"enumTransferRule\",\"name\":\"transferRule\",\"type\":\"uint8\"}],\"internalType\":\"structOffer\",\"name\":\"terms\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"share\",\"type\":\"uint16\"}],\"internalType\":\"structPayee[]\",\"name\":\"shares\",\"type\":\"tuple[]\"}],\"name\":\"makeOffer\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"offerCount\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"offers\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"period\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"notice\",\"type\":\"uint32\"},{\"internalType\":\"uint96\",\"name\":\"price\",\"type\":\"uint96\"},{\"internalType\":\"uint40\",\"name\":\"saleFrom\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"saleUntil\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"cancelRefund\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"revokeRefund\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"royalty\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"supply\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"termsHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"requests\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"tokens\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"maxSuspension\",\"type\":\"uint32\"},{\"internalType\":\"enumTransferRule\",\"name\":\"transferRule\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"owed\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"ownerOf\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"name\":\"payees\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"share\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"periods\",\"outputs\":[{\"internalType\":\"uint40\",\"name\":\"start\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"end\",\"type\":\"uint40\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"subject\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"records\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"license\",\"type\":\"uint64\"},{\"internalType\":\"uint40\",\"name\":\"start\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"end\",\"type\":\"uint40\"},{\"internalType\":\"uint16\",\"name\":\"holding\",\"type\":\"uint16\"},{\"internalType\":\"bool\",\"name\":\"delegate\",\"type\":\"bool\"},{\"internalType\":\"uint8\",\"name\":\"own\",\"type\":\"uint8\"},{\"internalType\":\"uint8\",\"name\":\"brought\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"internalType\":\"address\",\"name\":\"subject\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint40\",\"name\":\"duration\",\"type\":\"uint40\"},{\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"},{\"internalType\":\"uint40\",\"name\":\"deadline\",\"type\":\"uint40\"}],\"internalType\":\"structVoucher\",\"name\":\"voucher\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"redeem\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"release\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"removeDelegate\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"duration\",\"type\":\"uint64\"}],\"name\":\"renewSubscription\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"name\":\"resume\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"reason\",\"type\":\"bytes32\"}],\"name\":\"revoke\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"salePrice\",\"type\":\"uint256\"}],\"name\":\"royaltyInfo\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"safeTransferFrom\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"safeTransferFrom\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"}],\"name\":\"sales\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"sold\",\"type\":\"uint32\"},{\"internalType\":\"bool\",\"name\":\"closed\",\"type\":\"bool\"},{\"internalType\":\"uint128\",\"name\":\"revenue\",\"type\":\"uint128\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"approved\",\"type\":\"bool\"}],\"name\":\"setApprovalForAll\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"subject\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint40\",\"name\":\"when\",\"type\":\"uint40\"}],\"name\":\"statusOf\",\"outputs\":[{\"internalType\":\"enumStatus\",\"name\":\"best\",\"type\":\"uint8\"},{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes4\",\"name\":\"id\",\"type\":\"bytes4\"}],\"name\":\"supportsInterface\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"duration\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"reason\",\"type\":\"bytes32\"}],\"name\":\"suspend\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"license\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"suspensions\",\"outputs\":[{\"internalType\":\"uint40\",\"name\":\"start\",\"type\":\"uint40\"},{\"internalType\":\"uint40\",\"name\":\"end\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"before\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"tokenURI\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"tokenId\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"}],\"name\":\"voidVoucher\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint32\",\"name\":\"offer\",\"type\":\"uint32\"},{\"internalType\":\"address\",\"name\":\"subject\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"scope\",\"type\":\"uint32\"},{\"internalType\":\"uint40\",\"name\":\"duration\",\"type\":\"uint40\"},{\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"},{\"internalType\":\"uint40\",\"name\":\"deadline\",\"type\":\"uint40\"}],\"internalType\":\"structVoucher\",\"name\":\"v\",\"type\":\"tuple\"}],\"name\":\"voucherHash\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"withdraw\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "Licenses",
	Bin: "0x6101a0604052346104f1576040516100186040826104f5565b600e815260208101906d6c6f79616c206c6963656e73657360901b8252604051916100446040846104f5565b600183526020830191603160f81b83526040516100626040826104f5565b600d81526c4d6f64656c206c6963656e736560981b60208201526040519061008b6040836104f5565b60078252664c4943454e534560c81b6020830152604051611202808201906001600160401b038211838310176102e7576020918391616a1983393081520301905ff080156102dc576080528051906001600160401b0382116102e757600a5490600182811c921680156104e7575b60208310146103e25781601f849311610471575b50602090601f831160011461040b575f92610400575b50508160011b915f199060031b1c191617600a555b8051906001600160401b0382116102e757600b5490600182811c921680156103f6575b60208310146103e25781601f84931161036c575b50602090601f8311600114610306575f926102fb575b50508160011b915f199060031b1c191617600b555b6101a381610518565b610140526101b084610518565b6101605251902091826101005251902080610120524660c0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a0815261021a60c0826104f5565b51902060a0523060e0526040516111508082016001600160401b038111838210176102e75782916158c9833903905ff080156102dc5761018052604051615345908161058482396080518181816110c801528181611d7f0152818161251e01528181612d5a0152614208015260a051816151bf015260c0518161527c015260e051816151890152610100518161520e01526101205181615234015261014051816118570152610160518161188001526101805181818161028e01526108ff0152f35b6040513d5f823e3d90fd5b634e487b7160e01b5f52604160045260245ffd5b015190505f80610185565b600b5f9081528281209350601f198516905b818110610354575090846001959493921061033c575b505050811b01600b5561019a565b01515f1960f88460031b161c191690555f808061032e565b92936020600181928786015181550195019301610318565b8281111561016f57600b5f52909150601f830160051c7f0175b7a638427703f0dbe7bb9bbf987a2551717b34e79f33b5b1008d1fa01db9602085106103da575b849392601f0160051c82900391015f5b8281106103ca57505061016f565b5f818301558594506001016103bc565b5f91506103ac565b634e487b7160e01b5f52602260045260245ffd5b91607f169161015b565b015190505f80610123565b600a5f9081528281209350601f198516905b8181106104595750908460019594939210610441575b505050811b01600a55610138565b01515f1960f88460031b161c191690555f8080610433565b9293602060018192878601518155019501930161041d565b8281111561010d57600a5f52909150601f830160051c7fc65a7bb8d6351c1cf70c95a316cc6a92839c986682d98bc35f958f4883f9d2a8602085106104df575b849392601f0160051c82900391015f5b8281106104cf57505061010d565b5f818301558594506001016104c1565b5f91506104b1565b91607f16916100f9565b5f80fd5b601f909101601f19168101906001600160401b038211908210176102e757604052565b601f815111610543576020815191015160208210610534571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f3560e01c90816301ffc9a714612d895750806306433b1b14612d4557806306fdde0314612c8a578063081812fc14612c4e578063095ea7b314612b6457806309eba34314612b485780631115c24d14612b25578063147aa8f714612ad057806317c9570914612a9257806319c4649814612a4d5780631cf6239b1461278b5780631d49611914612762578063212350831461268d57806323b872dd1461267657806328079e4a146126265780632a425bf5146125bf5780632a55205a146124dc5780632c4b05d0146124515780633323b6cf146123f9578063337908451461237657806334b522041461231b57806337bdc99b146122df5780633d3162b0146121ef578063414000b51461217657806342842e0e1461214d5780635ecc86e8146121325780636105865f14612114578063631041951461208e5780636352211e1461205e578063665f43f014611ff157806370a0823114611fa057806370e703dd14611ecf5780637278cb8b14611cfb57806373302e7514611caa578063776ce8681461193757806384b0196e1461183f578063890e1a9814610ea157806395d89b4114610d99578063a13bb90114610c68578063a22cb46514610bb4578063a8d98cc914610aa4578063a927503f14610a81578063b45a3c0e14610a30578063b88d4fde146109cf578063c87b56dd1461082b578063cde317af1461077e578063d3814be914610764578063dcfbf317146104e7578063e4fc1efc1461043e578063e7b4bf491461040f578063e985e9c5146103b8578063ec09f67014610371578063f83d952f1461030d578063f940e385146102c15763fd7512c014610279575f80fd5b346102bd575f3660031901126102bd576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b5f80fd5b346102bd5760403660031901126102bd5760206102f56102df612e62565b6102e7612e78565b906102f061449d565b613505565b5f5f5160206153255f395f51905f525d604051908152f35b346102bd5760403660031901126102bd57610326612ea4565b63ffffffff60243591165f52600860205260405f2080548210156102bd5760409161035091613013565b505481516001600160a01b038216815260a09190911c61ffff166020820152f35b346102bd5761038b61038236612eca565b929190916133a3565b6040519060068310156103a45760409282526020820152f35b634e487b7160e01b5f52602160045260245ffd5b346102bd5760403660031901126102bd576103d1612e62565b6103d9612e78565b9060018060a01b03165f52600f60205260405f209060018060a01b03165f52602052602060ff60405f2054166040519015158152f35b60403660031901126102bd5760206102f5610428612ea4565b610430612f4d565b9061043961449d565b61454c565b346102bd5760603660031901126102bd57610457612e78565b6004355f525f60205260405f209060018060a01b03165f5260205260405f206044355f5260205260e060405f205460ff604051916001600160401b038116835264ffffffffff8160401c16602084015264ffffffffff8160681c16604084015261ffff8160901c166060840152818160a01c1615156080840152818160a81c1660a084015260b01c1660c0820152f35b346102bd5760603660031901126102bd5760043560243563ffffffff81168091036102bd5763ffffffff8260201c1661051f816141e1565b64ffffffffff421691835f52600160205261053e8360405f2086613c0b565b8015610752575f91845f52600160205260405f209261ffff845460a81c16935f856106de575b61057f63ffffffff610576878a6130fb565b92169586613396565b9460405191606083018381106001600160401b038211176106ca57604090815289845264ffffffffff91821660208086018281528684019586525f8e8152600383528481209c81529b9091529190992093518454915164ffffffffff60281b60289190911b16921669ffffffffffffffffffff199091161717825551815463ffffffff60501b191660509190911b63ffffffff60501b16179055805461ffff60a81b61063260a883901c61ffff16614b66565b60a81b169061ffff60a81b19161790556106b7575f52600660205263ffffffff600460405f20015460801c16908181116106a257847fcb61a469fd2eb2f3a683923ee53d3e9be8c0bd66c7b791fcea8ccbc70e7eccf66060868660405191825260208201526044356040820152a2005b6322ab2e0b60e11b5f5260045260245260445ffd5b846320faaa9560e01b5f5260045260245ffd5b634e487b7160e01b5f52604160045260245ffd5b509050855f52600360205260405f205f19850185811161073e575f5260205260405f20549064ffffffffff8260281c169163ffffffff8061072a4286119564ffffffffff851690614291565b169160501c160163ffffffff811115610564575b634e487b7160e01b5f52601160045260245ffd5b638071238b60e01b5f5260045260245ffd5b346102bd575f3660031901126102bd576020604051818152f35b346102bd5760203660031901126102bd57602060043561079d8161365b565b5063ffffffff81831c16905f526001825260405f2090805f526006835260405f209063ffffffff600183015460a01c1615159283610814575b83610800575b50826107ef575b50506040519015158152f35b6107f99250614ad7565b82806107e3565b5460701c64ffffffffff16159250846107dc565b925064ffffffffff80845460481c161415926107d6565b346102bd5760203660031901126102bd576004356108488161365b565b5063ffffffff8160201c165f52600660205261ffff60405f2060038154910154835f52600160205260405f209160405194630a0f48bd60e11b86526004860152602485015260448401525463ffffffff8116606484015264ffffffffff8160201c16608484015264ffffffffff8160481c1660a484015264ffffffffff8160701c1660c4840152818160981c1660e4840152818160a81c1661010484015260b81c166101248201525f816101448160018060a01b037f0000000000000000000000000000000000000000000000000000000000000000165afa80156109c4575f9061094a575b61094690604051918291602083526020830190612e3e565b0390f35b503d805f833e61095a8183612f94565b8101906020818303126102bd578051906001600160401b0382116102bd57019080601f830112156102bd57815161099081612fc2565b9161099e6040519384612f94565b818352602082850101116102bd576020815f928261094696018386015e8301015261092e565b6040513d5f823e3d90fd5b346102bd5760803660031901126102bd576109e8612e62565b6109f0612e78565b606435916001600160401b0383116102bd57366023840112156102bd57610a24610a2e933690602481600401359101612fdd565b916044359161327d565b005b346102bd5760203660031901126102bd5763ffffffff600435610a528161365b565b5060201c165f52600660205260ff600460405f20015460a01c1660038110156103a45760209060405190158152f35b346102bd5760c03660031901126102bd576020610a9c61318f565b604051908152f35b346102bd5760203660031901126102bd57610abd612ea4565b63ffffffff610acb826141a5565b91165f908152600760209081526040808320805474ffffffffffffffffffffffffffffffff0000000000198116909155600890925290912080545f198101939260281c6001600160801b031690841161073e5791600101825f5b858110610b5a57505054610a2e936001600160a01b0390911691610b499190613013565b50546001600160a01b031690614c29565b80610bae610b8a612710610b8261ffff610b766001978b613013565b505460a01c16876130de565b048098613182565b96838060a01b03865416610b9e8489613013565b50858060a01b0390541690614c29565b01610b25565b346102bd5760403660031901126102bd57610bcd612e62565b602435908115158092036102bd573315610c55576001600160a01b0316908115610c4257335f52600f60205260405f20825f5260205260405f2060ff1981541660ff83161790556040519081527f17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c3160203392a3005b50630b61174360e31b5f5260045260245ffd5b63a9fbf51f60e01b5f525f60045260245ffd5b346102bd5760203660031901126102bd5763ffffffff610c86612ea4565b165f52600660205261022060405f20610d978154916001810154906002810154600460038301549201549260405195865260018060a01b038116602087015263ffffffff8160a01c16604087015263ffffffff8160c01c16606087015260e01c60808601526001600160601b03811660a086015264ffffffffff8160601c1660c086015264ffffffffff8160881c1660e086015261ffff8160b01c1661010086015261ffff8160c01c1661012086015261ffff8160d01c1661014086015260e01c6101608501526101808401526001600160401b0381166101a08401526001600160401b038160401c166101c084015263ffffffff8160801c166101e084015260ff61020084019160a01c16612fb5565bf35b346102bd575f3660031901126102bd576040515f600b548060011c90600181168015610e97575b602083108114610e8357828552908115610e5f5750600114610e01575b61094683610ded81850382612f94565b604051918291602083526020830190612e3e565b919050600b5f527f0175b7a638427703f0dbe7bb9bbf987a2551717b34e79f33b5b1008d1fa01db9915f905b808210610e4557509091508101602001610ded610ddd565b919260018160209254838588010152019101909291610e2d565b60ff191660208086019190915291151560051b84019091019150610ded9050610ddd565b634e487b7160e01b5f52602260045260245ffd5b91607f1691610dc0565b346102bd57366003190161024081126102bd57610220136102bd5760405161022081018181106001600160401b038211176106ca576040526004358152610ee6612e78565b6020820152610ef3612eb7565b604082015260643563ffffffff811681036102bd57606082015260843563ffffffff811681036102bd57608082015260a4356001600160601b03811681036102bd5760a082015260c43564ffffffffff811681036102bd5760c082015260e43564ffffffffff811681036102bd5760e08201526101043561ffff811681036102bd576101008201526101243561ffff811681036102bd576101208201526101443561ffff811681036102bd576101408201526101643563ffffffff811681036102bd57610160820152610184356101808201526101a4356001600160401b03811681036102bd576101a08201526101c4356001600160401b03811681036102bd576101c08201526101e43563ffffffff811681036102bd576101e08201526102043560038110156102bd576102008201526001600160401b0361022435116102bd57366023610224350112156102bd576102243560040135906001600160401b0382116106ca5760208260051b019161106f6040519384612f94565b80835260208301903660248260061b610224350101116102bd5760246102243501915b60248260061b61022435010183106117eb5750508151604051637dd5641160e01b815260048101919091528391506020816024817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9081156109c4575f916117bc575b50336001600160a01b03909116036117a45763ffffffff606083015116156117955761271061ffff61010084015116118015611781575b801561176d575b61175e5763ffffffff604083015116158061173a575b61172b5764ffffffffff60e0830151168015159081611715575b506117065760208201516001600160a01b0316801515806116fd575b6116eb57506005549063ffffffff82169163ffffffff831461073e5763ffffffff1916600183810163ffffffff169182176005555f918252600660209081526040928390208651815590860151928601516060870151608088015160a09290921b63ffffffff60a01b166001600160a01b03959095169490941760c09490941b63ffffffff60c01b169390931760e09390931b6001600160e01b031916929092179082015560049060a085015160c08087015160e0808901516101008a01516101208b01516101408c01516101608d015160609690961b64ffffffffff60601b166001600160601b03989098169790971760889390931b64ffffffffff60881b169290921760b09190911b61ffff60b01b1617931b61ffff60c01b169290921760d09390931b61ffff60d01b169290921791901b6001600160e01b0319161760028201556101808501516003820155016001600160401b03806101a086015116166001600160401b03198254161781556101c0840151815463ffffffff60801b6101e087015160801b169061020087015160038110156103a4576fffffffffffffffff00000000000000009060ff60a01b9060a01b169360401b169074ffffffffffffffffffffffffff0000000000000000191617171790555115611676575b82516008811161166457505f805b8451821015611489576001600160a01b03611393838761316e565b51511615801561146f575b61145c576113bf9061ffff60206113b5858961316e565b5101511690613396565b9063ffffffff60018401165f52600860205260405f20906113e0818761316e565b51918054680100000000000000008110156106ca5761140491600182018155613013565b6114495782518154602094909401516001600160b01b03199094166001600160a01b03919091161760a09390931b61ffff60a01b169290921790915560010190611378565b634e487b7160e01b5f525f60045260245ffd5b506338b9271560e01b5f5260045260245ffd5b5061ffff602061147f848861316e565b510151161561139e565b849391506127108103611652575080516115b46102006040519383855260018060a01b03602082015116602086015263ffffffff604082015116604086015263ffffffff606082015116606086015263ffffffff60808201511660808601526001600160601b0360a08201511660a086015264ffffffffff60c08201511660c086015264ffffffffff60e08201511660e086015261ffff6101008201511661010086015261ffff6101208201511661012086015261ffff6101408201511661014086015263ffffffff610160820151166101608601526101808101516101808601526001600160401b036101a0820151166101a08601526001600160401b036101c0820151166101c086015263ffffffff6101e0820151166101e08601520151610200840190612fb5565b61024061022083015283519384610240840152602061026084019101945f5b818110611623575050602094507f597061255336acd618aca086d129dda4a7fc0a7a8c99c0670337ecc3fd6ca4ad33938063ffffffff6001880116930390a463ffffffff60016040519201168152f35b865180516001600160a01b0316845260209081015161ffff1681850152909601956040909201916001016115d3565b6325497f0160e01b5f5260045260245ffd5b634adfb89960e01b5f5260045260245ffd5b915060409182516116878482612f94565b600181525f5b601f19850181106116c95750806116c39194516116a981612f5e565b33815261271060208201526116bd82613161565b52613161565b5061136a565b60209085516116d781612f5e565b5f81525f838201528282850101520161168d565b6368e303d560e11b5f5260045260245ffd5b50803b1561118a565b6329b2f48960e11b5f5260045ffd5b905064ffffffffff60c08401511610158461116e565b63f9d26a2d60e01b5f5260045ffd5b5061010082015161ffff16151580611154575061ffff610120830151161515611154565b6319bba55160e21b5f5260045ffd5b5061271061ffff610140840151161161113e565b5061271061ffff6101208401511611611137565b639ed0958760e01b5f5260045ffd5b505163c0d87d6b60e01b5f526004523360245260445ffd5b6117de915060203d6020116117e4575b6117d68183612f94565b8101906130bf565b84611100565b503d6117cc565b6040833603126102bd5760405161180181612f5e565b83356001600160a01b03811681036102bd578152602084013561ffff811681036102bd57602492826020928360409501528152019301929050611092565b346102bd575f3660031901126102bd576118db61187b7f0000000000000000000000000000000000000000000000000000000000000000615148565b6118a47f0000000000000000000000000000000000000000000000000000000000000000615148565b60206118e9604051926118b78385612f94565b5f84525f368137604051958695600f60f81b875260e08588015260e0870190612e3e565b908582036040870152612e3e565b4660608501523060808501525f60a085015283810360c08501528180845192838152019301915f5b82811061192057505050500390f35b835185528695509381019392810192600101611911565b60403660031901126102bd57600435602435906001600160401b0382168092036102bd5761196361449d565b611977816119708161365b565b3390614a27565b63ffffffff8160201c16815f52600160205260405f2090611997816141a5565b91600183019063ffffffff825460a01c16908115808015611c96575b611c835781549264ffffffffff8460701c16611c70576119d38787614ad7565b15611c5d578815918215611c42575b5050611c2f57859160481c64ffffffffff1690428210611ae557611a59837fb45a468203a671f275f144e0464a93a618b06617a85b6c888c848ba9aa15c87360209385611a508d7f2ec2be2c4b90c2cf13ecb6751a24daed6bb741ae5ed3f7371aabf9402f6d62e898614b3c565b9485809361303c565b6040805164ffffffffff928316815292909116602083015290a264ffffffffff60405191168152a263ffffffff6001600160601b03600285015416915460a01c16908115611ad1576001600160401b03611ab992611abf9704169061313e565b92614b79565b5f5f5160206153255f395f51905f525d005b634e487b7160e01b5f52601260045260245ffd5b50507f2ec2be2c4b90c2cf13ecb6751a24daed6bb741ae5ed3f7371aabf9402f6d62e8602064ffffffffff4216837fb45a468203a671f275f144e0464a93a618b06617a85b6c888c848ba9aa15c873611b3e8b84614b3c565b83611b4c82958c8c876142ad565b50835f5260018652611c2a8160405f20611bd3815464ffffffffff60405191611b7483612f5e565b81818e1c1683528c830190828160481c1682528b5f5260028e5261ffff60405f209160981c165f528d52818060405f20945116168219845416178355511664ffffffffff60281b82549160281b169064ffffffffff60281b1916179055565b805461ffff60981b611bec609883901c61ffff16614b66565b60981b169061ffff60981b1916178155611c06858261303c565b9068ffffffffff0000000082549160201b169068ffffffffff000000001916179055565b611a59565b86638071238b60e01b5f5260045260245ffd5b909150611ad15787066001600160401b0316151588806119e2565b85630fdcf49f60e21b5f5260045260245ffd5b876380bfafe360e01b5f5260045260245ffd5b8663968c912360e01b5f5260045260245ffd5b5064ffffffffff80835460481c16146119b3565b346102bd5760803660031901126102bd57611cc3612ea4565b611ccb612e78565b90611cd4612eb7565b6064359064ffffffffff821682036102bd5760209383611cf6610a9c956141e1565b614853565b346102bd57366003190160e081126102bd5760c0136102bd5760c4356001600160401b0381116102bd57366023820112156102bd578060040135906001600160401b0382116102bd5736602483830101116102bd57611d60611d5b613117565b6141a5565b54604051637dd5641160e01b81526004810191909152916020836024817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9283156109c4575f93611eae575b5064ffffffffff611dc661312a565b164211611e8d57611de7611dee92611ddc61318f565b926024369201612fdd565b90836147c3565b15611e6d5760843590611e01828261414b565b15611e5057611e0e613117565b602435906001600160a01b03821682036102bd5760443563ffffffff811681036102bd576064359064ffffffffff821682036102bd57602093610a9c93614853565b63425f611d60e11b5f5260018060a01b031660045260245260445ffd5b639a7d38d960e01b5f9081526001600160a01b0391909116600452602490fd5b64ffffffffff611e9b61312a565b631145e22360e31b5f521660045260245ffd5b611ec891935060203d6020116117e4576117d68183612f94565b9183611db7565b346102bd5760403660031901126102bd57600435611eeb612e78565b90611f1e600182818060a01b03851694853303611f92575b63ffffffff8260201c165f52600660205260405f20546137fd565b15611f7c57805464ffffffffff60681b191642606881901b64ffffffffff60681b16919091179091557fc6cbcba25f2d51bf4500df768c26254fec5ead51a68032663c39d703253f6a6d9060209064ffffffffff16604051908152a3005b50631c0400a960e11b5f5260045260245260445ffd5b611f9b8261368f565b611f03565b346102bd5760203660031901126102bd576001600160a01b03611fc1612e62565b168015611fde575f52600d602052602060405f2054604051908152f35b6322718ad960e21b5f525f60045260245ffd5b346102bd5760203660031901126102bd5763ffffffff61200f612ea4565b612018816141e1565b16805f52600760205260405f2064010000000064ff00000000198254161790557fafc9e897ccc913b3813611a3c56054ecd83f500b4eb2144f536c02a10149e1f75f80a2005b346102bd5760203660031901126102bd57602061207c60043561365b565b6040516001600160a01b039091168152f35b346102bd5760c03660031901126102bd576120a7612ea4565b6120af612f4d565b6064359060ff821682036102bd576020926104396102f5936120cf61449d565b6120d8836141a5565b6001600160601b03600260018060a01b03600184015416920154169160a435926084359261210e6044359261ffff8a16906130de565b906144d2565b346102bd575f3660031901126102bd57602060405163ffffffff8152f35b346102bd575f3660031901126102bd57602060405160088152f35b346102bd57610a2e61215e36612f13565b906040519261216e602085612f94565b5f845261327d565b346102bd5760203660031901126102bd5760043561219c63ffffffff8260201c166141e1565b6121a5816143f7565b156121dd577f290501d5cd08d7aaf7f95bd5272946e46a39620eacfc0182692427e80e882036602060405164ffffffffff42168152a2005b63b2f4e64b60e01b5f5260045260245ffd5b346102bd5760403660031901126102bd5760043563ffffffff8160201c16612216816141e1565b815f52600160205260405f209064ffffffffff421690612237828486613c0b565b5f52600660205260405f20600181015460e01c63ffffffff81146122cc577fafa9e461f087d956b97081df75a7f3a52d25b07d4c45739d0320313b0b068b83936122866122af926060956130fb565b815464ffffffffff60701b1916607082901b64ffffffffff60701b161790915591829086613db0565b64ffffffffff6040519216825260208201526024356040820152a2005b84637b907a8f60e11b5f5260045260245ffd5b346102bd5760203660031901126102bd57610a2e60043563ffffffff8160201c16805f52600660205260405f209064ffffffffff4216926142ad565b346102bd5760203660031901126102bd5763ffffffff612339612ea4565b165f526007602052606060405f20546001600160801b036040519163ffffffff8116835260ff8160201c161515602084015260281c166040820152f35b346102bd5760203660031901126102bd576004355f52600160205260e060405f205461ffff6040519163ffffffff8116835264ffffffffff8160201c16602084015264ffffffffff8160481c16604084015264ffffffffff8160701c166060840152818160981c166080840152818160a81c1660a084015260b81c1660c0820152f35b346102bd5761240736612e8e565b905f52600260205260405f20905f5260205261094660405f2054604051918164ffffffffff80859460281c1691168390929164ffffffffff60209181604085019616845216910152565b346102bd5760403660031901126102bd5760043561246d612e78565b61247f63ffffffff8360201c166141e1565b6124888261365b565b505f82815260136020526040812080546001600160a01b0319166001600160a01b039390931692831790559091907f091c7adfd122a9d7c2131a5b0cce0c1d06722d92c31e40e853b36edc0224f88a9080a3005b346102bd5763ffffffff6124fd6124f236612e8e565b929060201c166141a5565b8054604051637dd5641160e01b8152600481019190915291906020836024817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9283156109c4575f9361258d575b506127109161ffff600261257093015460d01c16906130de565b604080516001600160a01b03949094168452919004602083015290f35b6125709193509161ffff60026125b46127109560203d6020116117e4576117d68183612f94565b959350505091612556565b346102bd5760203660031901126102bd576004356125dd813361414b565b15612610576040519081527f473416f08fbf609afbec7dac4b017779baf407c56984fda2c836a24a0d3c4acc60203392a2005b63425f611d60e11b5f523360045260245260445ffd5b346102bd5760403660031901126102bd5761263f612e62565b612647612e78565b6001600160a01b039182165f908152600960209081526040808320949093168252928352819020549051908152f35b346102bd57610a2e61268736612f13565b9161305e565b60203660031901126102bd576004353461274b576126aa8161368f565b805f5260016020527f2ec2be2c4b90c2cf13ecb6751a24daed6bb741ae5ed3f7371aabf9402f6d62e8602060405f20837f060220e67678043152975fd0f07f1aae44f89ddf31c6da350604bc40ee4f8eb5604064ffffffffff421693612711858286613c0b565b63ffffffff84871c165f52600686526127378561273181855f2088613ca3565b9261303c565b81519085825286820152a2604051908152a2005b630374cb4760e21b5f52346004525f60245260445ffd5b346102bd5761277361038236612eca565b5060068110156103a457602090600560405191148152f35b346102bd5760403660031901126102bd576004356127a7612e78565b906127b18161368f565b63ffffffff8160201c165f52600660205260405f2054916127d38282856136c2565b90508015612a3b575b612a1857825f525f60205260405f2060018060a01b0382165f5260205260405f205f805260205260405f20805460ff808260a81c169160b01c16602081146129f5576128288183613396565b9061283290613951565b904264ffffffffff1696865f52600160205260405f205460b81c61ffff16916040519261285e84612f79565b6001600160401b038916845260208401908a8252604085015f81526060860191825260808601926001845260a08701945f865260c08801965f88525f525f60205260405f20600160a01b600190038d165f5260205260405f20905f5260205260405f2096516001600160401b03166001600160401b03166001600160401b03198854161787555186549060401b64ffffffffff60401b169064ffffffffff60401b19161786555164ffffffffff1661293490869081549064ffffffffff60681b9060681b169064ffffffffff60681b1916179055565b5184549151925163ffffffff60901b1990921660909190911b61ffff60901b161791151560a01b60ff60a01b169190911760a89190911b60ff60a81b1617825551815460ff60b01b191660b09190911b60ff60b01b16179055825460ff60b01b191660b09190911b60ff60b01b16178255815460ff60a81b191660a89190911b60ff60a81b161790556040519283526001600160a01b0316917fb224e109b62e8fb627c40f4ede1c500dbf047c4d340aea51d17b181b6e7288d490602090a3005b63e4c9f67d60e01b5f90815260048790526001600160a01b038516602452604490fd5b63329c4f3360e21b5f9081526004929092526001600160a01b0316602452604490fd5b506001600160a01b03811633146127dc565b346102bd57612a5b36612e8e565b905f52600460205260405f20905f526020526040805f205464ffffffffff82519160018060a01b038116835260a01c166020820152f35b346102bd5760203660031901126102bd57600435612aaf8161365b565b505f526001602052602064ffffffffff60405f205460481c16604051908152f35b346102bd57612ade36612e8e565b905f52600360205260405f20905f52602052606060405f205463ffffffff6040519164ffffffffff8116835264ffffffffff8160281c16602084015260501c166040820152f35b346102bd575f3660031901126102bd57602063ffffffff60055416604051908152f35b346102bd575f3660031901126102bd5760206040516127108152f35b346102bd5760403660031901126102bd57612b7d612e62565b602435612b898161365b565b33151580612c3b575b80612c0e575b612bfb5781906001600160a01b0384811691167f8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b9255f80a45f908152600e6020526040902080546001600160a01b0319166001600160a01b03909216919091179055005b63a9fbf51f60e01b5f523360045260245ffd5b506001600160a01b0381165f908152600f6020908152604080832033845290915290205460ff1615612b98565b506001600160a01b038116331415612b92565b346102bd5760203660031901126102bd57600435612c6b8161365b565b505f52600e602052602060018060a01b0360405f205416604051908152f35b346102bd575f3660031901126102bd576040515f600a548060011c90600181168015612d3b575b602083108114610e8357828552908115610e5f5750600114612cdd5761094683610ded81850382612f94565b919050600a5f527fc65a7bb8d6351c1cf70c95a316cc6a92839c986682d98bc35f958f4883f9d2a8915f905b808210612d2157509091508101602001610ded610ddd565b919260018160209254838588010152019101909291612d09565b91607f1691612cb1565b346102bd575f3660031901126102bd576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b346102bd5760203660031901126102bd576004359063ffffffff60e01b82168092036102bd5760209163152a902d60e11b8114908115612e2d575b8115612e1c575b8115612dd9575b5015158152f35b6380ac58cd60e01b811491508115612e0b575b8115612dfa575b5083612dd2565b6301ffc9a760e01b14905083612df3565b635b5e139f60e01b81149150612dec565b635a2d1e0760e11b81149150612dcb565b638c65f84d60e01b81149150612dc4565b805180835260209291819084018484015e5f828201840152601f01601f1916010190565b600435906001600160a01b03821682036102bd57565b602435906001600160a01b03821682036102bd57565b60409060031901126102bd576004359060243590565b6004359063ffffffff821682036102bd57565b6044359063ffffffff821682036102bd57565b60809060031901126102bd57600435906024356001600160a01b03811681036102bd579060443563ffffffff811681036102bd579060643564ffffffffff811681036102bd5790565b60609060031901126102bd576004356001600160a01b03811681036102bd57906024356001600160a01b03811681036102bd579060443590565b6024359061ffff821682036102bd57565b604081019081106001600160401b038211176106ca57604052565b60e081019081106001600160401b038211176106ca57604052565b90601f801991011681019081106001600160401b038211176106ca57604052565b9060038210156103a45752565b6001600160401b0381116106ca57601f01601f191660200190565b929192612fe982612fc2565b91612ff76040519384612f94565b8294818452818301116102bd578281602093845f960137010152565b8054821015613028575f5260205f2001905f90565b634e487b7160e01b5f52603260045260245ffd5b9064ffffffffff60481b82549160481b169064ffffffffff60481b1916179055565b91906001600160a01b038116156130ac5761307b90823391614055565b6001600160a01b03908116921680830361309457505050565b6364283d7b60e01b5f5260045260245260445260645ffd5b633250574960e11b5f525f60045260245ffd5b908160209103126102bd57516001600160a01b03811681036102bd5790565b8181029291811591840414171561073e57565b8115611ad1570490565b9064ffffffffff8091169116019064ffffffffff821161073e57565b60043563ffffffff811681036102bd5790565b60a43564ffffffffff811681036102bd5790565b906001600160801b03809116911602906001600160801b03821691820361073e57565b8051156130285760200190565b80518210156130285760209160051b010190565b9190820391821161073e57565b60043563ffffffff8116908181036102bd57506024356001600160a01b03811691908281036102bd57506044359163ffffffff8316928381036102bd57506064359264ffffffffff8416938481036102bd575060a4359364ffffffffff8516918286036102bd57604295506040519360208501957feb595e6e05cfab15b6f16f184559e868cc3e84116550fd1a449c334a470fbccb875260408601526060850152608084015260a083015260843560c083015260e082015260e0815261325761010082612f94565b519020613262615186565b906040519161190160f01b8352600283015260228201522090565b929161328a81838661305e565b813b613297575b50505050565b604051630a85bd0160e11b81523360048201526001600160a01b03948516602482015260448101919091526080606482015292169190602090829081906132e2906084830190612e3e565b03815f865af15f9181613351575b5061331e57506132fe6134d6565b805190816133195782633250574960e11b5f5260045260245ffd5b602001fd5b6001600160e01b03191663757a42ff60e11b0161333f57505f808080613291565b633250574960e11b5f5260045260245ffd5b9091506020813d60201161338e575b8161336d60209383612f94565b810103126102bd57516001600160e01b0319811681036102bd57905f6132f0565b3d9150613360565b9190820180921161073e57565b9190925f935f9364ffffffffff83164281116134c45750805f525f60205260405f2060018060a01b0383165f5260205260405f205f805260205260405f20946133f9865460ff808260b01c169160a81c16613396565b975f5b898110806134b0575b156134a45780613476575b6001600160401b0388541661342687828b614cb0565b1561347057613436878983614d6d565b9060068b10156103a45760068210156103a4578a8211613464575b50505b5f19811461073e576001016133fc565b90995092505f80613451565b50613454565b5f848152602081815260408083206001600160a01b0389168452825280832084845290915290209750613410565b50955095965050505050565b5060068910156103a4576005891415613405565b631365bbb560e31b5f5260045260245ffd5b3d15613500573d906134e782612fc2565b916134f56040519384612f94565b82523d5f602084013e565b606090565b6001600160a01b03165f8181526009602090815260408083203384529091529020549291908315613645575f818152600960209081526040808320338085529083528184209390935580516001600160a01b038616815291820187905283917fa4195c37c2947bbe89165f03e320b6903116f0b10d8cfdb522330f7ce6f9fa249190a3806135c757505f80808086855af161359e6134d6565b50156135a75750565b6306d133c960e31b5f9081526001600160a01b0391909116600452602490fd5b60405163a9059cbb60e01b5f9081526001600160a01b039093166004526024859052929392909160209060448180865af19060015f5114821615613624575b60405215613612575090565b635274afe760e01b5f5260045260245ffd5b90600181151661363c57823b15153d15161690613606565b503d5f823e3d90fd5b6353ead58b60e01b5f526004523360245260445ffd5b5f818152600c60205260409020546001600160a01b031690811561367d575090565b637e27328960e01b5f5260045260245ffd5b6136988161365b565b336001600160a01b03909116036136ac5750565b632f5ea62160e01b5f526004523360245260445ffd5b92905f92845f525f60205260405f2060018060a01b0383165f5260205260405f205f805260205261370360405f205460ff808260b01c169160a81c16613396565b90805f52600160205261ffff60405f205460b81c1690865f525f60205260405f2060018060a01b0385165f5260205260405f205f805260205260405f20965f9460018060a01b0316905b84861061375c57505050505050565b80919293949598505f525f60205260405f20825f5260205260405f20885f5260205260405f2097885485856001600160401b0383161491826137e9575b826137d5575b826137c4575b50506137b857600101949392919061374d565b50600196505050505050565b60901c61ffff16149050855f6137a5565b9150600160ff8360a01c161515149161379f565b915064ffffffffff8260681c161591613799565b9391925f93855f525f60205260405f2060018060a01b0384165f5260205260405f205f805260205261383f60405f205460ff808260b01c169160a81c16613396565b91815f52600160205261ffff60405f205460b81c1691875f525f60205260405f2060018060a01b0386165f5260205260405f205f805260205260405f20975f9560018060a01b0316905b8587106138995750505050505050565b8091929394959699505f525f60205260405f20825f5260205260405f20895f5260205260405f20988954846001600160401b03821614908161393d575b81613928575b81613902575b506138f557600101959493929190613889565b5060019750505050505050565b9050868615918215613917575b50505f6138e2565b60901c61ffff16149050865f61390f565b905085151560ff8260a01c16151514906138dc565b905064ffffffffff8160681c1615906138d6565b60ff1660ff811461073e5760010190565b909291815f525f60205260405f2060018060a01b0385165f5260205260405f205f805260205260405f209081549260ff808560a81c169460b01c169160208314613b47576001600160401b0360ff8493613af482613b0e95613b459b9c6139d56139cf613b289b8e613396565b99613951565b98825f526001602052613aae64ffffffffff61ffff60405f205460b81c16926040519a8b96613a0388612f79565b16865242821660208088019182525f6040808a0182815260608b0198895260808b0183815260a08c0184815260c0909c018481529e84528385528284206001600160a01b03909b168452998452818320958352949092528190209c518d549251935171ffffffffffffffffffffffffffffffffffff199093166001600160401b03919091161792901b64ffffffffff60401b1691909117911660681b64ffffffffff60681b16178955565b5187549151925160ff60a81b1962ffffff60901b1990931660909290921b61ffff60901b1691909117921515841660a01b9290921716911660a81b60ff60a81b16178455565b51825460ff60b01b1916911660b01b60ff60b01b16179055565b825460ff60b01b191660b09190911b60ff60b01b16178255565b805460ff60a81b191660a89290921b60ff60a81b16919091179055565b565b63e4c9f67d60e01b5f90815260048390526001600160a01b038816602452604490fd5b909291815f525f60205260405f2060018060a01b0385165f5260205260405f205f805260205260405f209081549260ff808560a81c169460b01c169160208514613b47576001600160401b0360ff8493613af482613b0e95613b459b9c613bdd613bd7613b289b8e613396565b9c613951565b9b825f526001602052613aae64ffffffffff61ffff60405f205460b81c16926040519a8b96613a0388612f79565b9190613c168361365b565b505464ffffffffff8160701c16613c505764ffffffffff809160481c1691161015613c3e5750565b6304f53fcd60e51b5f5260045260245ffd5b826380bfafe360e01b5f5260045260245ffd5b906001600160801b03809116911603906001600160801b03821161073e57565b906001600160801b03809116911601906001600160801b03821161073e57565b90613cba63ffffffff8360201c16938285856142ad565b926001600160801b0384168015613da757613d42959492613d8e8593613d2f613da194613b45985f52601260205260405f206001600160801b0319815416905561ffff613d28613d15600288019383855460b01c16906130de565b925482808260c01c169160b01c16614f76565b16906130f1565b9889966001600160801b03881690613c63565b905f526007602052613d6560405f20916001600160801b03835460281c16613c83565b65010000000000600160a81b0382549160281b169065010000000000600160a81b031916179055565b600101546001600160a01b03169161365b565b90614c29565b50505050505f90565b90613dc763ffffffff8360201c16938285856142ad565b926001600160801b0384168015613da757613d42959492613d8e8593613d2f613da194613b45985f52601260205260405f206001600160801b0319815416905561ffff613d28613d15600288019383855460c01c16906130de565b5f828152600c60205260409020546001600160a01b0316801580159490939092909185614022575b6001600160a01b038216958661400a575b835f52600c60205260405f20876001600160601b0360a01b8254161790558387837fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef5f80a4819590614001575b613ff8575063ffffffff8260201c165f52600660205260405f2060ff600482015460a01c1660038110156103a4578015613fe55760011480613fc5575b613fae57613b459394955054613efc838783614770565b825f52600160205260405f20604051613f1481612f5e565b6001600160a01b0388811682524264ffffffffff1660208084019182525f888152600482526040808220875460b890811c61ffff90811685529190945291209451855493516001600160c81b031990941694169390931760a09290921b64ffffffffff60a01b169190911790925582549161ffff60b81b91613f999184901c16614b66565b60b81b169061ffff60b81b1916179055613962565b85836322b127bf60e11b5f5260045260245260445ffd5b505f838152601360205260409020546001600160a01b0316861415613ee5565b83638bba160360e01b5f5260045260245ffd5b93505050915090565b50858114613ea8565b865f52600d60205260405f2060018154019055613e5b565b5f838152600e6020526040902080546001600160a01b0319169055805f52600d60205260405f205f198154019055613e4a565b5f828152600c60205260409020546001600160a01b03908116949193919291908290821661413a575b505083159283159485614022576001600160a01b038216958661400a57835f52600c60205260405f20876001600160601b0360a01b8254161790558387837fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef5f80a481959061400157613ff8575063ffffffff8260201c165f52600660205260405f2060ff600482015460a01c1660038110156103a4578015613fe55760011480613fc557613fae57613b459394955054613efc838783614770565b6141449186614a27565b5f8161407e565b90600160ff82161b9160018060a01b031690815f52601460205260405f209060081c90815f5260205260405f20549183831661419d575f52601460205260405f20905f526020521760405f2055600190565b505050505f90565b63ffffffff1690815f52600660205260405f209163ffffffff600184015460c01c16156141cf5750565b63eb26b3a160e01b5f5260045260245ffd5b6141ea816141a5565b54604051637dd5641160e01b815260048101919091526020816024817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9081156109c4575f91614272575b50336001600160a01b03909116036142555750565b63ffffffff9063b2f01c0960e01b5f52166004523360245260445ffd5b61428b915060203d6020116117e4576117d68183612f94565b5f614240565b9064ffffffffff8091169116039064ffffffffff821161073e57565b9091939293815f5260126020526001600160801b0360405f2054169485156143ee57825f52600160205264ffffffffff60405f205460481c168064ffffffffff8316105f146143dc5761434861430a63ffffffff93600193614291565b61ffff61434161432f64ffffffffff600289015494166001600160601b0385166130de565b9282808260c01c169160b01c16614f76565b16906130de565b92015460a01c1680612710029061271082040361073e57614368916130f1565b848110156143d7576143b3613b4593926001600160801b0363ffffffff93169687915f52601260205260405f206001600160801b0383166001600160801b0319825416179055613c63565b91165f526007602052613d6560405f20916001600160801b03835460281c16613c83565b505050565b505063ffffffff60016143485f61430a565b505f9450505050565b805f52600160205261ffff60405f205460a81c169081158015614469575b614463575f52600360205260405f20905f19810190811161073e575f90815260209190915260409020805469ffffffffff000000000019164260281b64ffffffffff60281b16179055600190565b50505f90565b50805f52600360205260405f205f19830183811161073e575f5260205264ffffffffff60405f205460281c16421015614415565b5f5160206153255f395f51905f525c6144c35760015f5160206153255f395f51905f525d565b633ee5aeb560e01b5f5260045ffd5b92946001600160a01b0390931693919291841561454457843b156102bd575f9460e493869260ff604051998a98899763d505accf60e01b89523360048a01523060248a01526044890152606488015216608486015260a485015260c48401525af161453a5750565b5f613b4591612f94565b505050505050565b919091614558816141a5565b926145638483614ad7565b156147575761ffff1680158015614736575b6107525760018401549363ffffffff8560a01c168281155f1461471157505063ffffffff64ffffffffff955b60c01c169263ffffffff811695865f52600760205260405f206145ca63ffffffff825416614c98565b906002850198895460e01c8015159081614701575b506146ef57509063ffffffff9182821683198254161790551667ffffffff000000008360201b16179364ffffffffff421695855f52600160205260405f20614627848261303c565b805463ffffffff831668ffffffffffffffffff1990911668ffffffffff0000000060208b901b161717905533156130ac576001600160a01b0361466a8733613e22565b166146dc57613b459664ffffffffff611ab99461468989338a54613b6a565b875492604051948552602085015216604083015260016060830152867fa335f3a36576f01029cc5721c757a0b495eb63a07df5901eada49592b7264f8960803394a46001600160601b038598541661313e565b6339e3563760e11b5f525f60045260245ffd5b6308b36eb760e11b5f5260045260245ffd5b905063ffffffff8416115f6145df565b6147236147309163ffffffff936130de565b64ffffffffff4216614b3c565b956145a1565b5063ffffffff600185015460a01c1615801561457557506001811415614575565b63ffffffff82630fdcf49f60e21b5f521660045260245ffd5b5f838361477c936137fd565b929092156147a6575050805464ffffffffff60681b19164260681b64ffffffffff60681b16179055565b631c0400a960e11b5f5260045260018060a01b031660245260445ffd5b9190823b6147fe57906147d591614f91565b5060048110156103a4571591826147eb57505090565b6001600160a01b03918216911614919050565b916020926064835f94519060405193630b135d3f60e11b855260048501526040602485015286820190604485015e8281018201859052601f01601f191601915afa630b135d3f60e11b5f5114601f3d11161690565b929061485e846141a5565b9163ffffffff8416938415908115614a0b575b506149f85764ffffffffff81166149ec575064ffffffffff63ffffffff600184015460a01c165b16806149d5575064ffffffffff935b63ffffffff8116805f52600760205260405f206148ca63ffffffff825416614c98565b91600286015460e01c80151590816149c5575b506146ef57508163ffffffff918267ffffffff0000000094168319825416179055169160201b16179364ffffffffff421692855f52600160205260405f20614925838261303c565b805468ffffffffffffffffff191668ffffffffff00000000602087901b1617861790556001600160a01b0383169485156130ac576001600160a01b0361496b8886613e22565b166146dc5764ffffffffff7fa335f3a36576f01029cc5721c757a0b495eb63a07df5901eada49592b7264f8993836149a88a809860809754613b6a565b549660405193845260208401521660408201525f6060820152a490565b905063ffffffff8416115f6148dd565b6149e69064ffffffffff4216614b3c565b936148a7565b64ffffffffff90614898565b836395d8ff8d60e01b5f5260045260245ffd5b63ffffffff809250600186015460c01c1619161615155f614871565b6001600160a01b039091169081151580614a7b575b15614a4657505050565b6001600160a01b0316614a665750637e27328960e01b5f5260045260245ffd5b63177e802f60e01b5f5260045260245260445ffd5b506001600160a01b038116828114908115614ab6575b5080614a3c57505f838152600e60205260409020546001600160a01b03168214614a3c565b90505f52600f60205260405f20825f5260205260ff60405f2054165f614a91565b63ffffffff165f52600760205260ff60405f205460201c16159081614b23575b81614b00575090565b6002015460881c64ffffffffff16801591508115614b1c575090565b9050421090565b600281015460601c64ffffffffff164210159150614af7565b8164ffffffffff614b4d9216613396565b9064ffffffffff821015610752575064ffffffffff1690565b61ffff1661ffff811461073e5760010190565b91614bec6001600160801b039263ffffffff614bcf613b45979661271087614bbd61ffff614bb660028b015482808260c01c169160b01c16614f76565b168b61313e565b160490878216614c01575b5087613c63565b91165f526007602052613d6560405f209185835460281c16613c83565b600101549116906001600160a01b0316614fcb565b5f52601260205260405f2087614c1a8382845416613c83565b1688198254161790555f614bc8565b82156143d75760207f7db67ca0eaf1eb1df6356349ae960f6d765d6ac9107e8ba57035a12bab0d52909160018060a01b031692835f526009825260405f2060018060a01b0382165f52825260405f20614c83868254613396565b90556040519485526001600160a01b031693a3565b63ffffffff60019116019063ffffffff821161073e57565b64ffffffffff909291925491169164ffffffffff8260401c1683108015614d46575b614d3f5760ff8260a01c16158015614d1c575b614d14575f52600460205261ffff60405f209160901c165f5260205264ffffffffff60405f205460a01c161190565b505050600190565b50805f52600160205261ffff60405f205460b81c1661ffff8360901c1614614ce5565b5050505f90565b5064ffffffffff8260681c168015159081614d62575b50614cd2565b90508310155f614d5c565b805f52600160205260405f20549264ffffffffff8460701c168015159081614f64575b50614f5b5764ffffffffff169064ffffffffff8460201c168210155f14614eb25764ffffffffff8460481c168210155b614ea95761ffff8460a81c16918215159283614dfe575b505050614df75763ffffffff918216191616614df257600590565b600490565b5050600390565b909192505f905b808210614e5a57508015159283614e22575b5050505f8080614dd7565b5f9081526003602052604090209192505f19810190811161073e575f5260205264ffffffffff60405f205460281c16115f8080614e17565b90614e658282613396565b60011c90845f52600360205260405f20825f526020528364ffffffffff60405f20541611155f14614ea257506001810180911161073e5790614e05565b9150614e05565b50505050600190565b61ffff8460981c165f905b808210614f0c57508015159081614ed6575b5015614dc0565b5f83815260026020526040902091505f19810190811161073e575f5260205264ffffffffff60405f205460281c1682105f614ecf565b90614f178282613396565b60011c90835f52600260205260405f20825f526020528464ffffffffff60405f20541611155f14614f5457506001810180911161073e5790614ebd565b9150614ebd565b50505050600290565b905064ffffffffff821610155f614d90565b9061ffff811661ffff8316115f14614f8c575090565b905090565b8151919060418303614fc157614fba9250602082015190606060408401519301515f1a906152a2565b9192909190565b50505f9160029190565b6001600160a01b03168015615127573461274b578115615123576040516370a0823160e01b8152306004820152602081602481855afa9081156109c4575f916150f1575b50604051916323b872dd60e01b5f5233600452306024528360445260205f60648180855af160015f51148116156150d2575b836040525f6060521561361257826024816020936370a0823160e01b82523060048301525afa80156109c4575f9061509e575b61507e9250613182565b818110615089575050565b633e2e8bfd60e11b5f5260045260245260445ffd5b506020823d6020116150ca575b816150b860209383612f94565b810103126102bd5761507e9151615074565b3d91506150ab565b60018115166150e857813b15153d151616615041565b833d5f823e3d90fd5b90506020813d60201161511b575b8161510c60209383612f94565b810103126102bd57515f61500f565b3d91506150ff565b5050565b508034036151325750565b630374cb4760e21b5f523460045260245260445ffd5b60ff811690601f82116151775760405191615164604084612f94565b6020808452838101919036833783525290565b632cd44ac360e21b5f5260045ffd5b307f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03161480615279575b156151e1577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261527360c082612f94565b51902090565b507f000000000000000000000000000000000000000000000000000000000000000046146151b8565b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411615319579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa156109c4575f516001600160a01b0381161561530f57905f905f90565b505f906001905f90565b5050505f916003919056fe9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f0060808060405234601557611136908161001a8239f35b5f80fdfe60806040526004361015610011575f80fd5b5f3560e01c63141e917a14610024575f80fd5b346108be576101403660031901126108be5760043560443560243560e03660631901126108be576020916100ae600161006d63ffffffff61006688881c610ad8565b9716610ad8565b85604051968792818085019a8051918291018c5e840190602d60f81b83830152805192839101602183015e01015f838201520301601f198101855284610a86565b806100b96042610abc565b916100c76040519384610a86565b604283526100d56042610abc565b602084019290601f190136843783511561092e576030835383516001101561092e576078602185015360415b60018111610a455750610942575064ffffffffff61011d610c63565b16421080610a18575b156109f257604051610139604082610a86565b60068152651899199a9ab160d11b60208201525b610155610ccb565b8460c01c90816101656012610abc565b906101736040519283610a86565b601282526101816012610abc565b602083019490601f190136863782511561092e576030855382516001101561092e576078602184015360115b600181116109b1575061099a5750604361043b94602b65036b7b232b6160d51b602096606d888f988f6104369a60a591610219600360268e60119f506040519a8b918a83019d8e525180918484015e81016271405360e91b838201520301601c1981018a520188610a86565b6040519d8e9a7f3c73766720786d6c6e733d22687474703a2f2f7777772e77332e6f72672f3230828d01527f30302f737667222076696577426f783d2230203020343030203234302220666f60408d01527f6e742d66616d696c793d2273616e732d7365726966223e3c726563742077696460608d01527f74683d2234303022206865696768743d22323430222072783d2231362220666960808d0152646c6c3d222360d81b60a08d0152805191829101858d015e8a01907f222f3e3c672066696c6c3d2223666666223e3c7465787420783d223238222079848301527f3d2235362220666f6e742d73697a653d223232223e4d6f64656c206c6963656e60c58301527f73653c2f746578743e3c7465787420783d2232382220793d223131302220666f60e58301526c373a16b9b4bd329e911a18111f60991b61010583015251809261011283015e0101907f3c2f746578743e3c7465787420783d2232382220793d223136302220666f6e74848301526a16b9b4bd329e91189b111f60a91b608d830152805192839101609883015e0101907f3c2f746578743e3c7465787420783d2232382220793d223230382220666f6e74848301527f2d73697a653d2231332220666f6e742d66616d696c793d226d6f6e6f73706163604b8301526232911f60e91b606b830152518092606e83015e0101701e17ba32bc3a1f1e17b39f1e17b9bb339f60791b838201520301600e19810184520182610a86565b610de2565b9083926104486042610abc565b946104566040519687610a86565b604286526104646042610abc565b602087019590601f190136873786511561092e576030865386516001101561092e576078602188015360415b60018111610959575061094257506064359363ffffffff85168095036108be57846104bb600a610abc565b956104c96040519788610a86565b600a87526104d7600a610abc565b602088019290601f190136843787511561092e576030835387516001101561092e576078602189015360095b600181116108d957506108c2575060843564ffffffffff8116908181036108be575061052e90610ad8565b610536610c63565b64ffffffffff1661054690610ad8565b9061054f610c77565b64ffffffffff1661055f90610ad8565b92604051988995602087019b7f7b2274726169745f74797065223a224d6f64656c222c2276616c7565223a22008d52518091603f89015e860190603f82017f227d2c7b2274726169745f74797065223a2253636f7065222c2276616c7565229052611d1160f11b605f830152518092606183015e01603f01602281017f227d2c7b22646973706c61795f74797065223a2264617465222c2274726169749052604281017f5f74797065223a225374617274222c2276616c7565223a000000000000000000905281516020819301605983015e01602201603781017f7d2c7b22646973706c61795f74797065223a2264617465222c2274726169745f9052733a3cb832911d1122b7321116113b30b63ab2911d60611b605782015281516020819301606b83015e01603701603481017f7d2c7b22646973706c61795f74797065223a2264617465222c2274726169745f9052605481017f74797065223a225265766f6b6564222c2276616c7565223a0000000000000000905281516020819301606c83015e0160340160388101607d60f81b905203603801601e198101855260010161070a9085610a86565b604051968796602088017f7b226e616d65223a224d6f64656c206c6963656e7365200000000000000000009052518091603789015e860190603782017f222c226465736372697074696f6e223a2241206c6963656e736520746f2075739052605782017f652061206d6f64656c2e205465726d733a205348412d323536200000000000009052518092607183015e01603701603a81017f2e222c22696d616765223a22646174613a696d6167652f7376672b786d6c3b629052605a810165185cd94d8d0b60d21b905281516020819301606083015e01603a01906f222c2261747472696275746573223a5b60801b6026830152518092603683015e0160260160108101615d7d60f01b905203601001601d198101825260020161082d9082610a86565b61083690610de2565b6040518060208101927f646174613a6170706c69636174696f6e2f6a736f6e3b6261736536342c000000845280516020819201603d84015e8101603d81015f905203603d01601f198101825261088c9082610a86565b60405191829160208352518091816020850152604084015e8082016040015f9052601f1990601f011681010360400190f35b5f80fd5b63e22e27eb60e01b5f52600452600460245260445ffd5b90600f8116601081101561092e576f181899199a1a9b1b9c1cb0b131b232b360811b901a610907838b610c52565b5360041c90801561091a575f1901610503565b634e487b7160e01b5f52601160045260245ffd5b634e487b7160e01b5f52603260045260245ffd5b63e22e27eb60e01b5f52600452602060245260445ffd5b90600f8116601081101561092e576f181899199a1a9b1b9c1cb0b131b232b360811b901a610987838a610c52565b5360041c90801561091a575f1901610490565b63e22e27eb60e01b5f52600452600860245260445ffd5b90600f8116601081101561092e576f181899199a1a9b1b9c1cb0b131b232b360811b901a6109df8386610c52565b5360041c90801561091a575f19016101ad565b604051610a00604082610a86565b600681526535613561356160d01b602082015261014d565b5064ffffffffff610a27610c77565b161580610126575064ffffffffff610a3d610c77565b164210610126565b90600f8116601081101561092e576f181899199a1a9b1b9c1cb0b131b232b360811b901a610a738387610c52565b5360041c90801561091a575f1901610101565b90601f8019910116810190811067ffffffffffffffff821117610aa857604052565b634e487b7160e01b5f52604160045260245ffd5b67ffffffffffffffff8111610aa857601f01601f191660200190565b805f9172184f03e93ff9f4daa797ed6e38ed64bf6a1f0160401b821015610c22575b806d04ee2d6d415b85acef8100000000600a921015610c07575b662386f26fc10000811015610bf3575b6305f5e100811015610be2575b612710811015610bd3575b6064811015610bc5575b1015610bba575b600a60216001840193610b5f85610abc565b94610b6d6040519687610a86565b808652610b7c601f1991610abc565b013660208701378401015b5f1901916f181899199a1a9b1b9c1cb0b131b232b360811b8282061a8353048015610bb557600a9091610b87565b505090565b600190910190610b4d565b606460029104930192610b46565b61271060049104930192610b3c565b6305f5e10060089104930192610b31565b662386f26fc1000060109104930192610b24565b6d04ee2d6d415b85acef810000000060209104930192610b14565b506040915072184f03e93ff9f4daa797ed6e38ed64bf6a1f0160401b8104610afa565b9190820180921161091a57565b90815181101561092e570160200190565b60a43564ffffffffff811681036108be5790565b60c43564ffffffffff811681036108be5790565b610cc9906020808095946040519684889551918291018487015e8401908282015f8152815193849201905e01015f815203601f198101845283610a86565b565b60c43564ffffffffff8116908181036108be5781610d9557505060a43564ffffffffff8116908181036108be5764ffffffffff8214610d6d57610d3d610d43928042105f14610d4657604051610d22604082610a86565b600681526503ab73a34b6160d51b6020820152925b50610f24565b90610c8b565b90565b604051610d54604082610a86565b6006815265032b73232b2160d51b602082015292610d37565b5050604051610d7d604082610a86565b60088152673337b91032bb32b960c11b602082015290565b602d610da7602093610d439350610f24565b6040519384916c03932bb37b5b2b210333937b69609d1b828401528051918291018484015e81015f838201520301601f198101835282610a86565b90815115610f015781516002810180911161091a5760039004600281901b91906001600160fe1b0381160361091a57604051917f4142434445464748494a4b4c4d4e4f505152535455565758595a616263646566601f527f6768696a6b6c6d6e6f707172737475767778797a303132333435363738392b2f603f52602083018480518101602081018051915f82525b808910610ec55750602095969750906003929152510680600114610eb057600214610ea3575b50808452830101604052565b603d905f1901535f610e97565b50603d90815f1982015360011901535f610e97565b939760036004910198603f8a51818160121c165183538181600c1c16516001840153818160061c16516002840153165160038201530193610e71565b9050604051610f11602082610a86565b5f815290565b9190820391821161091a57565b620151809004620afa6c810180911161091a5762023ab1810462023ab181029181159282810462023ab11484171561091a57610f5f91610f17565b61016d610f8d610f81610f766105b4850485610f17565b618eac850490610c45565b62023ab0840490610f17565b04908161016d029061016d8204830361091a57610fbe610fb4610fc4938560021c90610c45565b6064850490610f17565b90610f17565b918260050260058104840361091a576002810180911161091a576099900491600a8310156110cc576003830180841161091a57945b610190830292830461019014171561091a5761103261101e61103d9361103793610c45565b600287116110c45760ff60015b1690610c45565b610ad8565b936110de565b918160990291609983040361091a576002820180921161091a576005611064920490610f17565b916001830180931161091a576020610d4392818061108281976110de565b926040519786899751918291018489015e8601908282015f8152815193849201905e0101905f8252805192839101825e015f815203601f198101835282610a86565b60ff5f61102b565b600819830183811161091a5794610ff9565b610d4390600a81101561111157610d3d6040516110fc604082610a86565b600281526102d360f41b602082015291610ad8565b610d3d604051611122604082610a86565b60018152602d60f81b602082015291610ad85660a034606d57601f61120238819003918201601f19168301916001600160401b03831184841017607157808492602094604052833981010312606d57516001600160a01b0381168103606d5760805260405161117c908161008682396080518181816106b20152610cb70152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe60806040526004361015610011575f80fd5b5f3560e01c806303d8a29014610e1d5780631858aaba14610d785780631a9826ba14610a185780631b4f6c46146109635780634853aa6b146107b7578063670200f61461079c578063756bf254146107815780637dd564111461075157806389391ab4146106e157806389fcd7961461069d578063b783331a146104e8578063c0418d6e14610491578063d37e791e1461038d578063f5de1230146100f45763fa6e905d146100be575f80fd5b346100f05760203660031901126100f0576004355f526001602052602060018060a01b0360405f205416604051908152f35b5f80fd5b346100f05760603660031901126100f0576004356001600160401b0381116100f057610124903690600401610ff5565b6024356001600160401b0381116100f057610143903690600401610ff5565b916044359181158015610383575b6103705761016082863361113b565b93845f525f60205260405f2095865464ffffffffff8160a01c1661035d576001600160c81b0319164260a01b64ffffffffff60a01b161733178755600187018590556002909601956001600160401b038211610349576101c08754611045565b601f81116102f8575b5090859392916020975f601f8411600114610264577ffa349bf5cd185d98d379c71014ad8898ffc883ddd092cbbf5d9584ed3e6a4146959492849261024595610238935f91610259575b508460011b905f198660031b1c19161790555b6040519560608752606087019161107d565b918483038a86015261107d565b9360408201528033940390a3604051908152f35b90508501358d610213565b959493929190601f198316815f528a5f20905f5b8181106102de5750918493917ffa349bf5cd185d98d379c71014ad8898ffc883ddd092cbbf5d9584ed3e6a41469899610245979661023895106102c5575b5050600184811b019055610226565b8601355f19600387901b60f8161c191690558c806102b6565b868a01358355988c01988b98506001909201918c01610278565b828111156101c95796805f5260205f20601f840160051c9060208510610341575b810198601f0160051c035f5b818110610334575050966101c9565b5f8a820155600101610325565b5f9150610319565b634e487b7160e01b5f52604160045260245ffd5b86630921ba1360e21b5f5260045260245ffd5b5063a6b6a45160e01b5f5260045260245ffd5b5060408211610151565b346100f05761039b36611022565b905f60806040516103ab816110b0565b8281528260208201528260408201528260608201520152805f52600260205260405f2063ffffffff83165f5260205260405f20604051916103eb836110b0565b8154835260026001830154926020850193845201549164ffffffffff831694604085019286845260608601966001600160401b038660281c16885260ff608088019660681c1615158652156104745750509364ffffffffff6001600160401b039260a0966040519651875251602087015251166040850152511660608301525115156080820152f35b63ffffffff92506312eaaba960e21b5f526004521660245260445ffd5b346100f05760403660031901126100f0576004356001600160a01b03811681036100f0576024356001600160401b0381116100f0576020916104da6104e0923690600401610ff5565b9161113b565b604051908152f35b346100f05760803660031901126100f05760443560043560243560643561050e83611107565b336001600160a01b039091160361068657811561067757825f525f60205260405f209283549163ffffffff8360c81c1663ffffffff8114610663576020967fa04ec5ce51f39c06f72c00fdb931508bd08d44d7c7ecbe83bb5923359a71b3389260016040930163ffffffff811698899763ffffffff60c81b8360c81b169063ffffffff60c81b19161790555082518981019083825282858201528481526105b66060826110e6565b51902083516105c4816110b0565b8881528a81019182528481019164ffffffffff4216835264ffffffffff600260608401936001600160401b034316855260808101935f85528b5f528f839052895f208d5f52602052895f2091518255516001820155019351166cffffffffffffffff00000000008454935160281b169160ff60681b9051151560681b16926001600160701b0319161717179055825191825288820152a4604051908152f35b634e487b7160e01b5f52601160045260245ffd5b63737d26fd60e11b5f5260045ffd5b8263c0d87d6b60e01b5f526004523360245260445ffd5b346100f0575f3660031901126100f0576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b346100f0576106ef36611022565b905f60206040516106ff816110cb565b82815201525f52600360205263ffffffff60405f2091165f526020526040805f2063ffffffff8251610730816110cb565b60208260018554958685520154169101908152835192835251166020820152f35b346100f05760203660031901126100f057602061076f600435611107565b6040516001600160a01b039091168152f35b346100f0575f3660031901126100f057602060405160408152f35b346100f0575f3660031901126100f057602060405160108152f35b346100f05760203660031901126100f057600435606060806040516107db816110b0565b5f81525f60208201525f60408201525f8382015201526107fa81611107565b505f525f60205260405f20604051610811816110b0565b815460018060a01b0381168252602082019264ffffffffff8260a01c16845263ffffffff604084019260c81c1682526002600182015491606085019283520191604051925f9080549061086382611045565b808752916001811690811561093957506001146108f9575b8760e0886020898963ffffffff8a610895848c03856110e6565b6080860193845264ffffffffff60405198899787895260018060a01b039051168789015251166040870152511660608501525160808401525160a08084015280519182918260c0860152018484015e5f828201840152601f01601f19168101030190f35b5f908152602081209092505b81831061091f575050830160200163ffffffff60e061087b565b6001816020929493945483858a0101520191019190610905565b60ff191660208881019190915292151560051b8701909201925063ffffffff915060e0905061087b565b346100f05760203660031901126100f05760043561098081611107565b5f828152600160205260409020549091906001600160a01b03163303610a02575f81815260016020908152604080832080546001600160a01b0319908116909155918390528220805433921682179055926001600160a01b031691907f0b659dccc8eb950324170e8d9598af5ee04ee070883eb28651a96788721fbf839080a4005b631157ceed60e31b5f526004523360245260445ffd5b346100f05760c03660031901126100f05760443560643560043560243560403660831901126100f057610a4a82611107565b336001600160a01b0390911603610d615760843591825f52600260205260405f2063ffffffff610a7861109d565b165f5260205264ffffffffff600260405f2001541615610d3c575f838152602081905260409020546001600160a01b031633141580610c80575b610c6957811561067757805f525f60205260405f2091825463ffffffff8160c81c1663ffffffff8114610663577fa04ec5ce51f39c06f72c00fdb931508bd08d44d7c7ecbe83bb5923359a71b338604060209960018794019963ffffffff8b169a8b998a9763ffffffff60c81b8360c81b169063ffffffff60c81b19161790555082518c8101908382528285820152848152610b4f6060826110e6565b5190208351610b5d816110b0565b8881528d81019182528481019164ffffffffff4216835264ffffffffff600260608401936001600160401b03431685526080810193600185528b5f526020839052895f208d5f52602052895f2091518255516001820155019351166cffffffffffffffff00000000008454935160281b169160ff60681b9051151560681b16926001600160701b031916171717905582519182528b820152a4805f526003855260405f20825f528552600160405f208481550163ffffffff610c1d61109d565b1663ffffffff198254161790557f1d05818c5b51553c3562cef977561fc9ad7c6b79ae96812ed6f72a8673ccb31d85610c5461109d565b63ffffffff60405191168152a4604051908152f35b82631c17ada960e21b5f526004523360245260445ffd5b50604051631d49611960e01b815260048101849052336024820152601060448201524264ffffffffff1660648201526020816084817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa908115610d31575f91610cf6575b5015610ab2565b90506020813d602011610d29575b81610d11602093836110e6565b810103126100f0575180151581036100f05786610cef565b3d9150610d04565b6040513d5f823e3d90fd5b63ffffffff83610d4a61109d565b906312eaaba960e21b5f526004521660245260445ffd5b5063c0d87d6b60e01b5f526004523360245260445ffd5b346100f05760403660031901126100f0576024356001600160a01b03811690600435908290036100f057610dab81611107565b336001600160a01b0390911603610e0757805f52600160205260405f20826bffffffffffffffffffffffff60a01b82541617905533907f82b250fee9227304b3ee8ff433b6ed5c2f033d2d4e1437d7ae922c20a76bd83d5f80a4005b63c0d87d6b60e01b5f526004523360245260445ffd5b346100f05760603660031901126100f0576004356024356001600160401b0381116100f057610e50903690600401610ff5565b919060443592610e5f83611107565b336001600160a01b0390911603610686575f83815260208190526040902060018101859055600201936001600160401b03821161034957610ea08554611045565b601f8111610fa4575b505f94601f8311600114610f2257827f55ba7927749531ca01a7a721bd1da02d32014294aa15bc17bcd2336ecbd6c5e495965f91610f17575b508360011b905f198560031b1c19161790555b610f0c60405193849360408552604085019161107d565b9060208301520390a2005b905084013587610ee2565b601f19831695815f5260205f20905f5b888110610f8c5750847f55ba7927749531ca01a7a721bd1da02d32014294aa15bc17bcd2336ecbd6c5e4979810610f73575b5050600183811b019055610ef5565b8501355f19600386901b60f8161c191690558680610f64565b9091602060018192858a013581550193019101610f32565b82811115610ea957855f5260205f20601f840160051c9060208510610fed575b81601f9101920160051c03905f5b828110610fe0575050610ea9565b5f82820155600101610fd2565b5f9150610fc4565b9181601f840112156100f0578235916001600160401b0383116100f057602083818601950101116100f057565b60409060031901126100f0576004359060243563ffffffff811681036100f05790565b90600182811c92168015611073575b602083101461105f57565b634e487b7160e01b5f52602260045260245ffd5b91607f1691611054565b908060209392818452848401375f828201840152601f01601f1916010190565b60a43563ffffffff811681036100f05790565b60a081019081106001600160401b0382111761034957604052565b604081019081106001600160401b0382111761034957604052565b90601f801991011681019081106001600160401b0382111761034957604052565b5f818152602081905260409020546001600160a01b0316919082156111295750565b63a2dc062560e01b5f5260045260245ffd5b9161117690611168604051938492602084019660018060a01b03168752604080850152606084019161107d565b03601f1981018352826110e6565b5190209056",
}

// Licenses is an auto generated Go binding around an Ethereum contract.
type Licenses struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Licenses) GetABI() abi.ABI {
	return c.abi
}

// NewLicenses creates a new instance of Licenses.
func NewLicenses() *Licenses {
	parsed, err := LicensesMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Licenses{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Licenses) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackCARD is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfd7512c0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function CARD() view returns(address)
func (licenses *Licenses) PackCARD() []byte {
	enc, err := licenses.abi.Pack("CARD")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCARD is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfd7512c0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function CARD() view returns(address)
func (licenses *Licenses) TryPackCARD() ([]byte, error) {
	return licenses.abi.Pack("CARD")
}

// UnpackCARD is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfd7512c0.
//
// Solidity: function CARD() view returns(address)
func (licenses *Licenses) UnpackCARD(data []byte) (common.Address, error) {
	out, err := licenses.abi.Unpack("CARD", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackIRREVOCABLE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6105865f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function IRREVOCABLE() view returns(uint32)
func (licenses *Licenses) PackIRREVOCABLE() []byte {
	enc, err := licenses.abi.Pack("IRREVOCABLE")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIRREVOCABLE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6105865f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function IRREVOCABLE() view returns(uint32)
func (licenses *Licenses) TryPackIRREVOCABLE() ([]byte, error) {
	return licenses.abi.Pack("IRREVOCABLE")
}

// UnpackIRREVOCABLE is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6105865f.
//
// Solidity: function IRREVOCABLE() view returns(uint32)
func (licenses *Licenses) UnpackIRREVOCABLE(data []byte) (uint32, error) {
	out, err := licenses.abi.Unpack("IRREVOCABLE", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackMAXPAYEES is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5ecc86e8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_PAYEES() view returns(uint256)
func (licenses *Licenses) PackMAXPAYEES() []byte {
	enc, err := licenses.abi.Pack("MAX_PAYEES")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXPAYEES is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5ecc86e8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_PAYEES() view returns(uint256)
func (licenses *Licenses) TryPackMAXPAYEES() ([]byte, error) {
	return licenses.abi.Pack("MAX_PAYEES")
}

// UnpackMAXPAYEES is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5ecc86e8.
//
// Solidity: function MAX_PAYEES() view returns(uint256)
func (licenses *Licenses) UnpackMAXPAYEES(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("MAX_PAYEES", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackMAXRECORDS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3814be9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_RECORDS() view returns(uint8)
func (licenses *Licenses) PackMAXRECORDS() []byte {
	enc, err := licenses.abi.Pack("MAX_RECORDS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXRECORDS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3814be9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_RECORDS() view returns(uint8)
func (licenses *Licenses) TryPackMAXRECORDS() ([]byte, error) {
	return licenses.abi.Pack("MAX_RECORDS")
}

// UnpackMAXRECORDS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd3814be9.
//
// Solidity: function MAX_RECORDS() view returns(uint8)
func (licenses *Licenses) UnpackMAXRECORDS(data []byte) (uint8, error) {
	out, err := licenses.abi.Unpack("MAX_RECORDS", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackREGISTRY is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06433b1b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function REGISTRY() view returns(address)
func (licenses *Licenses) PackREGISTRY() []byte {
	enc, err := licenses.abi.Pack("REGISTRY")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackREGISTRY is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06433b1b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function REGISTRY() view returns(address)
func (licenses *Licenses) TryPackREGISTRY() ([]byte, error) {
	return licenses.abi.Pack("REGISTRY")
}

// UnpackREGISTRY is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06433b1b.
//
// Solidity: function REGISTRY() view returns(address)
func (licenses *Licenses) UnpackREGISTRY(data []byte) (common.Address, error) {
	out, err := licenses.abi.Unpack("REGISTRY", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackWHOLE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x09eba343.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function WHOLE() view returns(uint16)
func (licenses *Licenses) PackWHOLE() []byte {
	enc, err := licenses.abi.Pack("WHOLE")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWHOLE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x09eba343.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function WHOLE() view returns(uint16)
func (licenses *Licenses) TryPackWHOLE() ([]byte, error) {
	return licenses.abi.Pack("WHOLE")
}

// UnpackWHOLE is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x09eba343.
//
// Solidity: function WHOLE() view returns(uint16)
func (licenses *Licenses) UnpackWHOLE(data []byte) (uint16, error) {
	out, err := licenses.abi.Unpack("WHOLE", data)
	if err != nil {
		return *new(uint16), err
	}
	out0 := *abi.ConvertType(out[0], new(uint16)).(*uint16)
	return out0, nil
}

// PackAddDelegate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1cf6239b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function addDelegate(uint256 license, address operator) returns()
func (licenses *Licenses) PackAddDelegate(license *big.Int, operator common.Address) []byte {
	enc, err := licenses.abi.Pack("addDelegate", license, operator)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAddDelegate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1cf6239b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function addDelegate(uint256 license, address operator) returns()
func (licenses *Licenses) TryPackAddDelegate(license *big.Int, operator common.Address) ([]byte, error) {
	return licenses.abi.Pack("addDelegate", license, operator)
}

// PackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approve(address to, uint256 tokenId) returns()
func (licenses *Licenses) PackApprove(to common.Address, tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("approve", to, tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approve(address to, uint256 tokenId) returns()
func (licenses *Licenses) TryPackApprove(to common.Address, tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("approve", to, tokenId)
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address owner) view returns(uint256)
func (licenses *Licenses) PackBalanceOf(owner common.Address) []byte {
	enc, err := licenses.abi.Pack("balanceOf", owner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address owner) view returns(uint256)
func (licenses *Licenses) TryPackBalanceOf(owner common.Address) ([]byte, error) {
	return licenses.abi.Pack("balanceOf", owner)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address owner) view returns(uint256)
func (licenses *Licenses) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackBuy is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe7b4bf49.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function buy(uint32 offer, uint16 periods) payable returns(uint256 license)
func (licenses *Licenses) PackBuy(offer uint32, periods uint16) []byte {
	enc, err := licenses.abi.Pack("buy", offer, periods)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBuy is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe7b4bf49.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function buy(uint32 offer, uint16 periods) payable returns(uint256 license)
func (licenses *Licenses) TryPackBuy(offer uint32, periods uint16) ([]byte, error) {
	return licenses.abi.Pack("buy", offer, periods)
}

// UnpackBuy is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe7b4bf49.
//
// Solidity: function buy(uint32 offer, uint16 periods) payable returns(uint256 license)
func (licenses *Licenses) UnpackBuy(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("buy", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackBuyWithPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x63104195.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function buyWithPermit(uint32 offer, uint16 periods, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns(uint256 license)
func (licenses *Licenses) PackBuyWithPermit(offer uint32, periods uint16, deadline *big.Int, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := licenses.abi.Pack("buyWithPermit", offer, periods, deadline, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBuyWithPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x63104195.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function buyWithPermit(uint32 offer, uint16 periods, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns(uint256 license)
func (licenses *Licenses) TryPackBuyWithPermit(offer uint32, periods uint16, deadline *big.Int, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return licenses.abi.Pack("buyWithPermit", offer, periods, deadline, v, r, s)
}

// UnpackBuyWithPermit is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x63104195.
//
// Solidity: function buyWithPermit(uint32 offer, uint16 periods, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns(uint256 license)
func (licenses *Licenses) UnpackBuyWithPermit(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("buyWithPermit", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackCancelSubscription is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x21235083.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancelSubscription(uint256 tokenId) payable returns()
func (licenses *Licenses) PackCancelSubscription(tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("cancelSubscription", tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancelSubscription is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x21235083.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancelSubscription(uint256 tokenId) payable returns()
func (licenses *Licenses) TryPackCancelSubscription(tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("cancelSubscription", tokenId)
}

// PackCloseOffer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x665f43f0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function closeOffer(uint32 offer) returns()
func (licenses *Licenses) PackCloseOffer(offer uint32) []byte {
	enc, err := licenses.abi.Pack("closeOffer", offer)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCloseOffer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x665f43f0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function closeOffer(uint32 offer) returns()
func (licenses *Licenses) TryPackCloseOffer(offer uint32) ([]byte, error) {
	return licenses.abi.Pack("closeOffer", offer)
}

// PackConsent is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2c4b05d0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function consent(uint256 license, address to) returns()
func (licenses *Licenses) PackConsent(license *big.Int, to common.Address) []byte {
	enc, err := licenses.abi.Pack("consent", license, to)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackConsent is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2c4b05d0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function consent(uint256 license, address to) returns()
func (licenses *Licenses) TryPackConsent(license *big.Int, to common.Address) ([]byte, error) {
	return licenses.abi.Pack("consent", license, to)
}

// PackDistribute is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa8d98cc9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function distribute(uint32 offer) returns()
func (licenses *Licenses) PackDistribute(offer uint32) []byte {
	enc, err := licenses.abi.Pack("distribute", offer)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDistribute is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa8d98cc9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function distribute(uint32 offer) returns()
func (licenses *Licenses) TryPackDistribute(offer uint32) ([]byte, error) {
	return licenses.abi.Pack("distribute", offer)
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (licenses *Licenses) PackEip712Domain() []byte {
	enc, err := licenses.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (licenses *Licenses) TryPackEip712Domain() ([]byte, error) {
	return licenses.abi.Pack("eip712Domain")
}

// Eip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type Eip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (licenses *Licenses) UnpackEip712Domain(data []byte) (Eip712DomainOutput, error) {
	out, err := licenses.abi.Unpack("eip712Domain", data)
	outstruct := new(Eip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackExpiresAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17c95709.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function expiresAt(uint256 tokenId) view returns(uint64)
func (licenses *Licenses) PackExpiresAt(tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("expiresAt", tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackExpiresAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17c95709.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function expiresAt(uint256 tokenId) view returns(uint64)
func (licenses *Licenses) TryPackExpiresAt(tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("expiresAt", tokenId)
}

// UnpackExpiresAt is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x17c95709.
//
// Solidity: function expiresAt(uint256 tokenId) view returns(uint64)
func (licenses *Licenses) UnpackExpiresAt(data []byte) (uint64, error) {
	out, err := licenses.abi.Unpack("expiresAt", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// PackGetApproved is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x081812fc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getApproved(uint256 tokenId) view returns(address)
func (licenses *Licenses) PackGetApproved(tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("getApproved", tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetApproved is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x081812fc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getApproved(uint256 tokenId) view returns(address)
func (licenses *Licenses) TryPackGetApproved(tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("getApproved", tokenId)
}

// UnpackGetApproved is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x081812fc.
//
// Solidity: function getApproved(uint256 tokenId) view returns(address)
func (licenses *Licenses) UnpackGetApproved(data []byte) (common.Address, error) {
	out, err := licenses.abi.Unpack("getApproved", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackGrant is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x73302e75.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function grant(uint32 offer, address subject, uint32 scope, uint40 duration) returns(uint256 license)
func (licenses *Licenses) PackGrant(offer uint32, subject common.Address, scope uint32, duration *big.Int) []byte {
	enc, err := licenses.abi.Pack("grant", offer, subject, scope, duration)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGrant is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x73302e75.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function grant(uint32 offer, address subject, uint32 scope, uint40 duration) returns(uint256 license)
func (licenses *Licenses) TryPackGrant(offer uint32, subject common.Address, scope uint32, duration *big.Int) ([]byte, error) {
	return licenses.abi.Pack("grant", offer, subject, scope, duration)
}

// UnpackGrant is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x73302e75.
//
// Solidity: function grant(uint32 offer, address subject, uint32 scope, uint40 duration) returns(uint256 license)
func (licenses *Licenses) UnpackGrant(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("grant", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackHoldings is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x19c46498.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function holdings(uint256 license, uint256 index) view returns(address holder, uint40 until)
func (licenses *Licenses) PackHoldings(license *big.Int, index *big.Int) []byte {
	enc, err := licenses.abi.Pack("holdings", license, index)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHoldings is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x19c46498.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function holdings(uint256 license, uint256 index) view returns(address holder, uint40 until)
func (licenses *Licenses) TryPackHoldings(license *big.Int, index *big.Int) ([]byte, error) {
	return licenses.abi.Pack("holdings", license, index)
}

// HoldingsOutput serves as a container for the return parameters of contract
// method Holdings.
type HoldingsOutput struct {
	Holder common.Address
	Until  *big.Int
}

// UnpackHoldings is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x19c46498.
//
// Solidity: function holdings(uint256 license, uint256 index) view returns(address holder, uint40 until)
func (licenses *Licenses) UnpackHoldings(data []byte) (HoldingsOutput, error) {
	out, err := licenses.abi.Unpack("holdings", data)
	outstruct := new(HoldingsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Holder = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Until = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackIsApprovedForAll is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe985e9c5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isApprovedForAll(address owner, address operator) view returns(bool)
func (licenses *Licenses) PackIsApprovedForAll(owner common.Address, operator common.Address) []byte {
	enc, err := licenses.abi.Pack("isApprovedForAll", owner, operator)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsApprovedForAll is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe985e9c5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isApprovedForAll(address owner, address operator) view returns(bool)
func (licenses *Licenses) TryPackIsApprovedForAll(owner common.Address, operator common.Address) ([]byte, error) {
	return licenses.abi.Pack("isApprovedForAll", owner, operator)
}

// UnpackIsApprovedForAll is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe985e9c5.
//
// Solidity: function isApprovedForAll(address owner, address operator) view returns(bool)
func (licenses *Licenses) UnpackIsApprovedForAll(data []byte) (bool, error) {
	out, err := licenses.abi.Unpack("isApprovedForAll", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackIsAuthorized is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1d496119.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isAuthorized(bytes32 model, address subject, uint32 scope, uint40 when) view returns(bool)
func (licenses *Licenses) PackIsAuthorized(model [32]byte, subject common.Address, scope uint32, when *big.Int) []byte {
	enc, err := licenses.abi.Pack("isAuthorized", model, subject, scope, when)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsAuthorized is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1d496119.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isAuthorized(bytes32 model, address subject, uint32 scope, uint40 when) view returns(bool)
func (licenses *Licenses) TryPackIsAuthorized(model [32]byte, subject common.Address, scope uint32, when *big.Int) ([]byte, error) {
	return licenses.abi.Pack("isAuthorized", model, subject, scope, when)
}

// UnpackIsAuthorized is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1d496119.
//
// Solidity: function isAuthorized(bytes32 model, address subject, uint32 scope, uint40 when) view returns(bool)
func (licenses *Licenses) UnpackIsAuthorized(data []byte) (bool, error) {
	out, err := licenses.abi.Unpack("isAuthorized", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackIsRenewable is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcde317af.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isRenewable(uint256 tokenId) view returns(bool)
func (licenses *Licenses) PackIsRenewable(tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("isRenewable", tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsRenewable is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcde317af.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isRenewable(uint256 tokenId) view returns(bool)
func (licenses *Licenses) TryPackIsRenewable(tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("isRenewable", tokenId)
}

// UnpackIsRenewable is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xcde317af.
//
// Solidity: function isRenewable(uint256 tokenId) view returns(bool)
func (licenses *Licenses) UnpackIsRenewable(data []byte) (bool, error) {
	out, err := licenses.abi.Unpack("isRenewable", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackLicenses is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x33790845.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function licenses(uint256 license) view returns(uint32 scope, uint40 start, uint40 end, uint40 revokedAt, uint16 periods, uint16 suspensions, uint16 transfers)
func (licenses *Licenses) PackLicenses(license *big.Int) []byte {
	enc, err := licenses.abi.Pack("licenses", license)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLicenses is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x33790845.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function licenses(uint256 license) view returns(uint32 scope, uint40 start, uint40 end, uint40 revokedAt, uint16 periods, uint16 suspensions, uint16 transfers)
func (licenses *Licenses) TryPackLicenses(license *big.Int) ([]byte, error) {
	return licenses.abi.Pack("licenses", license)
}

// LicensesOutput serves as a container for the return parameters of contract
// method Licenses.
type LicensesOutput struct {
	Scope       uint32
	Start       *big.Int
	End         *big.Int
	RevokedAt   *big.Int
	Periods     uint16
	Suspensions uint16
	Transfers   uint16
}

// UnpackLicenses is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x33790845.
//
// Solidity: function licenses(uint256 license) view returns(uint32 scope, uint40 start, uint40 end, uint40 revokedAt, uint16 periods, uint16 suspensions, uint16 transfers)
func (licenses *Licenses) UnpackLicenses(data []byte) (LicensesOutput, error) {
	out, err := licenses.abi.Unpack("licenses", data)
	outstruct := new(LicensesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Scope = *abi.ConvertType(out[0], new(uint32)).(*uint32)
	outstruct.Start = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.End = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.RevokedAt = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.Periods = *abi.ConvertType(out[4], new(uint16)).(*uint16)
	outstruct.Suspensions = *abi.ConvertType(out[5], new(uint16)).(*uint16)
	outstruct.Transfers = *abi.ConvertType(out[6], new(uint16)).(*uint16)
	return *outstruct, nil
}

// PackLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb45a3c0e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function locked(uint256 tokenId) view returns(bool)
func (licenses *Licenses) PackLocked(tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("locked", tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb45a3c0e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function locked(uint256 tokenId) view returns(bool)
func (licenses *Licenses) TryPackLocked(tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("locked", tokenId)
}

// UnpackLocked is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb45a3c0e.
//
// Solidity: function locked(uint256 tokenId) view returns(bool)
func (licenses *Licenses) UnpackLocked(data []byte) (bool, error) {
	out, err := licenses.abi.Unpack("locked", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackMakeOffer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x890e1a98.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function makeOffer((bytes32,address,uint32,uint32,uint32,uint96,uint40,uint40,uint16,uint16,uint16,uint32,bytes32,uint64,uint64,uint32,uint8) terms, (address,uint16)[] shares) returns(uint32 offer)
func (licenses *Licenses) PackMakeOffer(terms Offer, shares []Payee) []byte {
	enc, err := licenses.abi.Pack("makeOffer", terms, shares)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMakeOffer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x890e1a98.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function makeOffer((bytes32,address,uint32,uint32,uint32,uint96,uint40,uint40,uint16,uint16,uint16,uint32,bytes32,uint64,uint64,uint32,uint8) terms, (address,uint16)[] shares) returns(uint32 offer)
func (licenses *Licenses) TryPackMakeOffer(terms Offer, shares []Payee) ([]byte, error) {
	return licenses.abi.Pack("makeOffer", terms, shares)
}

// UnpackMakeOffer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x890e1a98.
//
// Solidity: function makeOffer((bytes32,address,uint32,uint32,uint32,uint96,uint40,uint40,uint16,uint16,uint16,uint32,bytes32,uint64,uint64,uint32,uint8) terms, (address,uint16)[] shares) returns(uint32 offer)
func (licenses *Licenses) UnpackMakeOffer(data []byte) (uint32, error) {
	out, err := licenses.abi.Unpack("makeOffer", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (licenses *Licenses) PackName() []byte {
	enc, err := licenses.abi.Pack("name")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function name() view returns(string)
func (licenses *Licenses) TryPackName() ([]byte, error) {
	return licenses.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (licenses *Licenses) UnpackName(data []byte) (string, error) {
	out, err := licenses.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackOfferCount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1115c24d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function offerCount() view returns(uint32)
func (licenses *Licenses) PackOfferCount() []byte {
	enc, err := licenses.abi.Pack("offerCount")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOfferCount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1115c24d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function offerCount() view returns(uint32)
func (licenses *Licenses) TryPackOfferCount() ([]byte, error) {
	return licenses.abi.Pack("offerCount")
}

// UnpackOfferCount is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1115c24d.
//
// Solidity: function offerCount() view returns(uint32)
func (licenses *Licenses) UnpackOfferCount(data []byte) (uint32, error) {
	out, err := licenses.abi.Unpack("offerCount", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackOffers is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa13bb901.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function offers(uint32 offer) view returns(bytes32 model, address token, uint32 period, uint32 scope, uint32 notice, uint96 price, uint40 saleFrom, uint40 saleUntil, uint16 cancelRefund, uint16 revokeRefund, uint16 royalty, uint32 supply, bytes32 termsHash, uint64 requests, uint64 tokens, uint32 maxSuspension, uint8 transferRule)
func (licenses *Licenses) PackOffers(offer uint32) []byte {
	enc, err := licenses.abi.Pack("offers", offer)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOffers is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa13bb901.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function offers(uint32 offer) view returns(bytes32 model, address token, uint32 period, uint32 scope, uint32 notice, uint96 price, uint40 saleFrom, uint40 saleUntil, uint16 cancelRefund, uint16 revokeRefund, uint16 royalty, uint32 supply, bytes32 termsHash, uint64 requests, uint64 tokens, uint32 maxSuspension, uint8 transferRule)
func (licenses *Licenses) TryPackOffers(offer uint32) ([]byte, error) {
	return licenses.abi.Pack("offers", offer)
}

// OffersOutput serves as a container for the return parameters of contract
// method Offers.
type OffersOutput struct {
	Model         [32]byte
	Token         common.Address
	Period        uint32
	Scope         uint32
	Notice        uint32
	Price         *big.Int
	SaleFrom      *big.Int
	SaleUntil     *big.Int
	CancelRefund  uint16
	RevokeRefund  uint16
	Royalty       uint16
	Supply        uint32
	TermsHash     [32]byte
	Requests      uint64
	Tokens        uint64
	MaxSuspension uint32
	TransferRule  uint8
}

// UnpackOffers is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa13bb901.
//
// Solidity: function offers(uint32 offer) view returns(bytes32 model, address token, uint32 period, uint32 scope, uint32 notice, uint96 price, uint40 saleFrom, uint40 saleUntil, uint16 cancelRefund, uint16 revokeRefund, uint16 royalty, uint32 supply, bytes32 termsHash, uint64 requests, uint64 tokens, uint32 maxSuspension, uint8 transferRule)
func (licenses *Licenses) UnpackOffers(data []byte) (OffersOutput, error) {
	out, err := licenses.abi.Unpack("offers", data)
	outstruct := new(OffersOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Model = *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	outstruct.Token = *abi.ConvertType(out[1], new(common.Address)).(*common.Address)
	outstruct.Period = *abi.ConvertType(out[2], new(uint32)).(*uint32)
	outstruct.Scope = *abi.ConvertType(out[3], new(uint32)).(*uint32)
	outstruct.Notice = *abi.ConvertType(out[4], new(uint32)).(*uint32)
	outstruct.Price = abi.ConvertType(out[5], new(big.Int)).(*big.Int)
	outstruct.SaleFrom = abi.ConvertType(out[6], new(big.Int)).(*big.Int)
	outstruct.SaleUntil = abi.ConvertType(out[7], new(big.Int)).(*big.Int)
	outstruct.CancelRefund = *abi.ConvertType(out[8], new(uint16)).(*uint16)
	outstruct.RevokeRefund = *abi.ConvertType(out[9], new(uint16)).(*uint16)
	outstruct.Royalty = *abi.ConvertType(out[10], new(uint16)).(*uint16)
	outstruct.Supply = *abi.ConvertType(out[11], new(uint32)).(*uint32)
	outstruct.TermsHash = *abi.ConvertType(out[12], new([32]byte)).(*[32]byte)
	outstruct.Requests = *abi.ConvertType(out[13], new(uint64)).(*uint64)
	outstruct.Tokens = *abi.ConvertType(out[14], new(uint64)).(*uint64)
	outstruct.MaxSuspension = *abi.ConvertType(out[15], new(uint32)).(*uint32)
	outstruct.TransferRule = *abi.ConvertType(out[16], new(uint8)).(*uint8)
	return *outstruct, nil
}

// PackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x28079e4a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owed(address token, address account) view returns(uint256)
func (licenses *Licenses) PackOwed(token common.Address, account common.Address) []byte {
	enc, err := licenses.abi.Pack("owed", token, account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x28079e4a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owed(address token, address account) view returns(uint256)
func (licenses *Licenses) TryPackOwed(token common.Address, account common.Address) ([]byte, error) {
	return licenses.abi.Pack("owed", token, account)
}

// UnpackOwed is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x28079e4a.
//
// Solidity: function owed(address token, address account) view returns(uint256)
func (licenses *Licenses) UnpackOwed(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("owed", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackOwnerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6352211e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function ownerOf(uint256 tokenId) view returns(address)
func (licenses *Licenses) PackOwnerOf(tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("ownerOf", tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwnerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6352211e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function ownerOf(uint256 tokenId) view returns(address)
func (licenses *Licenses) TryPackOwnerOf(tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("ownerOf", tokenId)
}

// UnpackOwnerOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6352211e.
//
// Solidity: function ownerOf(uint256 tokenId) view returns(address)
func (licenses *Licenses) UnpackOwnerOf(data []byte) (common.Address, error) {
	out, err := licenses.abi.Unpack("ownerOf", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPayees is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf83d952f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function payees(uint32 offer, uint256 ) view returns(address account, uint16 share)
func (licenses *Licenses) PackPayees(offer uint32, arg1 *big.Int) []byte {
	enc, err := licenses.abi.Pack("payees", offer, arg1)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPayees is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf83d952f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function payees(uint32 offer, uint256 ) view returns(address account, uint16 share)
func (licenses *Licenses) TryPackPayees(offer uint32, arg1 *big.Int) ([]byte, error) {
	return licenses.abi.Pack("payees", offer, arg1)
}

// PayeesOutput serves as a container for the return parameters of contract
// method Payees.
type PayeesOutput struct {
	Account common.Address
	Share   uint16
}

// UnpackPayees is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf83d952f.
//
// Solidity: function payees(uint32 offer, uint256 ) view returns(address account, uint16 share)
func (licenses *Licenses) UnpackPayees(data []byte) (PayeesOutput, error) {
	out, err := licenses.abi.Unpack("payees", data)
	outstruct := new(PayeesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Account = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Share = *abi.ConvertType(out[1], new(uint16)).(*uint16)
	return *outstruct, nil
}

// PackPeriods is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3323b6cf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function periods(uint256 license, uint256 index) view returns(uint40 start, uint40 end)
func (licenses *Licenses) PackPeriods(license *big.Int, index *big.Int) []byte {
	enc, err := licenses.abi.Pack("periods", license, index)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPeriods is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3323b6cf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function periods(uint256 license, uint256 index) view returns(uint40 start, uint40 end)
func (licenses *Licenses) TryPackPeriods(license *big.Int, index *big.Int) ([]byte, error) {
	return licenses.abi.Pack("periods", license, index)
}

// PeriodsOutput serves as a container for the return parameters of contract
// method Periods.
type PeriodsOutput struct {
	Start *big.Int
	End   *big.Int
}

// UnpackPeriods is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3323b6cf.
//
// Solidity: function periods(uint256 license, uint256 index) view returns(uint40 start, uint40 end)
func (licenses *Licenses) UnpackPeriods(data []byte) (PeriodsOutput, error) {
	out, err := licenses.abi.Unpack("periods", data)
	outstruct := new(PeriodsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Start = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.End = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackRecords is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe4fc1efc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function records(bytes32 model, address subject, uint256 index) view returns(uint64 license, uint40 start, uint40 end, uint16 holding, bool delegate, uint8 own, uint8 brought)
func (licenses *Licenses) PackRecords(model [32]byte, subject common.Address, index *big.Int) []byte {
	enc, err := licenses.abi.Pack("records", model, subject, index)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRecords is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe4fc1efc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function records(bytes32 model, address subject, uint256 index) view returns(uint64 license, uint40 start, uint40 end, uint16 holding, bool delegate, uint8 own, uint8 brought)
func (licenses *Licenses) TryPackRecords(model [32]byte, subject common.Address, index *big.Int) ([]byte, error) {
	return licenses.abi.Pack("records", model, subject, index)
}

// RecordsOutput serves as a container for the return parameters of contract
// method Records.
type RecordsOutput struct {
	License  uint64
	Start    *big.Int
	End      *big.Int
	Holding  uint16
	Delegate bool
	Own      uint8
	Brought  uint8
}

// UnpackRecords is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe4fc1efc.
//
// Solidity: function records(bytes32 model, address subject, uint256 index) view returns(uint64 license, uint40 start, uint40 end, uint16 holding, bool delegate, uint8 own, uint8 brought)
func (licenses *Licenses) UnpackRecords(data []byte) (RecordsOutput, error) {
	out, err := licenses.abi.Unpack("records", data)
	outstruct := new(RecordsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.License = *abi.ConvertType(out[0], new(uint64)).(*uint64)
	outstruct.Start = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.End = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.Holding = *abi.ConvertType(out[3], new(uint16)).(*uint16)
	outstruct.Delegate = *abi.ConvertType(out[4], new(bool)).(*bool)
	outstruct.Own = *abi.ConvertType(out[5], new(uint8)).(*uint8)
	outstruct.Brought = *abi.ConvertType(out[6], new(uint8)).(*uint8)
	return *outstruct, nil
}

// PackRedeem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7278cb8b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function redeem((uint32,address,uint32,uint40,uint256,uint40) voucher, bytes signature) returns(uint256 license)
func (licenses *Licenses) PackRedeem(voucher Voucher, signature []byte) []byte {
	enc, err := licenses.abi.Pack("redeem", voucher, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRedeem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7278cb8b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function redeem((uint32,address,uint32,uint40,uint256,uint40) voucher, bytes signature) returns(uint256 license)
func (licenses *Licenses) TryPackRedeem(voucher Voucher, signature []byte) ([]byte, error) {
	return licenses.abi.Pack("redeem", voucher, signature)
}

// UnpackRedeem is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7278cb8b.
//
// Solidity: function redeem((uint32,address,uint32,uint40,uint256,uint40) voucher, bytes signature) returns(uint256 license)
func (licenses *Licenses) UnpackRedeem(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("redeem", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackRelease is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x37bdc99b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function release(uint256 license) returns()
func (licenses *Licenses) PackRelease(license *big.Int) []byte {
	enc, err := licenses.abi.Pack("release", license)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRelease is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x37bdc99b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function release(uint256 license) returns()
func (licenses *Licenses) TryPackRelease(license *big.Int) ([]byte, error) {
	return licenses.abi.Pack("release", license)
}

// PackRemoveDelegate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70e703dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function removeDelegate(uint256 license, address operator) returns()
func (licenses *Licenses) PackRemoveDelegate(license *big.Int, operator common.Address) []byte {
	enc, err := licenses.abi.Pack("removeDelegate", license, operator)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRemoveDelegate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70e703dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function removeDelegate(uint256 license, address operator) returns()
func (licenses *Licenses) TryPackRemoveDelegate(license *big.Int, operator common.Address) ([]byte, error) {
	return licenses.abi.Pack("removeDelegate", license, operator)
}

// PackRenewSubscription is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x776ce868.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function renewSubscription(uint256 tokenId, uint64 duration) payable returns()
func (licenses *Licenses) PackRenewSubscription(tokenId *big.Int, duration uint64) []byte {
	enc, err := licenses.abi.Pack("renewSubscription", tokenId, duration)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRenewSubscription is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x776ce868.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function renewSubscription(uint256 tokenId, uint64 duration) payable returns()
func (licenses *Licenses) TryPackRenewSubscription(tokenId *big.Int, duration uint64) ([]byte, error) {
	return licenses.abi.Pack("renewSubscription", tokenId, duration)
}

// PackResume is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x414000b5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function resume(uint256 license) returns()
func (licenses *Licenses) PackResume(license *big.Int) []byte {
	enc, err := licenses.abi.Pack("resume", license)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackResume is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x414000b5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function resume(uint256 license) returns()
func (licenses *Licenses) TryPackResume(license *big.Int) ([]byte, error) {
	return licenses.abi.Pack("resume", license)
}

// PackRevoke is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3d3162b0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function revoke(uint256 license, bytes32 reason) returns()
func (licenses *Licenses) PackRevoke(license *big.Int, reason [32]byte) []byte {
	enc, err := licenses.abi.Pack("revoke", license, reason)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRevoke is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3d3162b0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function revoke(uint256 license, bytes32 reason) returns()
func (licenses *Licenses) TryPackRevoke(license *big.Int, reason [32]byte) ([]byte, error) {
	return licenses.abi.Pack("revoke", license, reason)
}

// PackRoyaltyInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2a55205a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function royaltyInfo(uint256 tokenId, uint256 salePrice) view returns(address receiver, uint256 amount)
func (licenses *Licenses) PackRoyaltyInfo(tokenId *big.Int, salePrice *big.Int) []byte {
	enc, err := licenses.abi.Pack("royaltyInfo", tokenId, salePrice)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRoyaltyInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2a55205a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function royaltyInfo(uint256 tokenId, uint256 salePrice) view returns(address receiver, uint256 amount)
func (licenses *Licenses) TryPackRoyaltyInfo(tokenId *big.Int, salePrice *big.Int) ([]byte, error) {
	return licenses.abi.Pack("royaltyInfo", tokenId, salePrice)
}

// RoyaltyInfoOutput serves as a container for the return parameters of contract
// method RoyaltyInfo.
type RoyaltyInfoOutput struct {
	Receiver common.Address
	Amount   *big.Int
}

// UnpackRoyaltyInfo is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2a55205a.
//
// Solidity: function royaltyInfo(uint256 tokenId, uint256 salePrice) view returns(address receiver, uint256 amount)
func (licenses *Licenses) UnpackRoyaltyInfo(data []byte) (RoyaltyInfoOutput, error) {
	out, err := licenses.abi.Unpack("royaltyInfo", data)
	outstruct := new(RoyaltyInfoOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Receiver = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Amount = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackSafeTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42842e0e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function safeTransferFrom(address from, address to, uint256 tokenId) returns()
func (licenses *Licenses) PackSafeTransferFrom(from common.Address, to common.Address, tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("safeTransferFrom", from, to, tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSafeTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42842e0e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function safeTransferFrom(address from, address to, uint256 tokenId) returns()
func (licenses *Licenses) TryPackSafeTransferFrom(from common.Address, to common.Address, tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("safeTransferFrom", from, to, tokenId)
}

// PackSafeTransferFrom0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb88d4fde.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function safeTransferFrom(address from, address to, uint256 tokenId, bytes data) returns()
func (licenses *Licenses) PackSafeTransferFrom0(from common.Address, to common.Address, tokenId *big.Int, data []byte) []byte {
	enc, err := licenses.abi.Pack("safeTransferFrom0", from, to, tokenId, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSafeTransferFrom0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb88d4fde.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function safeTransferFrom(address from, address to, uint256 tokenId, bytes data) returns()
func (licenses *Licenses) TryPackSafeTransferFrom0(from common.Address, to common.Address, tokenId *big.Int, data []byte) ([]byte, error) {
	return licenses.abi.Pack("safeTransferFrom0", from, to, tokenId, data)
}

// PackSales is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x34b52204.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sales(uint32 offer) view returns(uint32 sold, bool closed, uint128 revenue)
func (licenses *Licenses) PackSales(offer uint32) []byte {
	enc, err := licenses.abi.Pack("sales", offer)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSales is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x34b52204.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sales(uint32 offer) view returns(uint32 sold, bool closed, uint128 revenue)
func (licenses *Licenses) TryPackSales(offer uint32) ([]byte, error) {
	return licenses.abi.Pack("sales", offer)
}

// SalesOutput serves as a container for the return parameters of contract
// method Sales.
type SalesOutput struct {
	Sold    uint32
	Closed  bool
	Revenue *big.Int
}

// UnpackSales is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x34b52204.
//
// Solidity: function sales(uint32 offer) view returns(uint32 sold, bool closed, uint128 revenue)
func (licenses *Licenses) UnpackSales(data []byte) (SalesOutput, error) {
	out, err := licenses.abi.Unpack("sales", data)
	outstruct := new(SalesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Sold = *abi.ConvertType(out[0], new(uint32)).(*uint32)
	outstruct.Closed = *abi.ConvertType(out[1], new(bool)).(*bool)
	outstruct.Revenue = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackSetApprovalForAll is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa22cb465.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setApprovalForAll(address operator, bool approved) returns()
func (licenses *Licenses) PackSetApprovalForAll(operator common.Address, approved bool) []byte {
	enc, err := licenses.abi.Pack("setApprovalForAll", operator, approved)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetApprovalForAll is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa22cb465.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setApprovalForAll(address operator, bool approved) returns()
func (licenses *Licenses) TryPackSetApprovalForAll(operator common.Address, approved bool) ([]byte, error) {
	return licenses.abi.Pack("setApprovalForAll", operator, approved)
}

// PackStatusOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xec09f670.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function statusOf(bytes32 model, address subject, uint32 scope, uint40 when) view returns(uint8 best, uint256 license)
func (licenses *Licenses) PackStatusOf(model [32]byte, subject common.Address, scope uint32, when *big.Int) []byte {
	enc, err := licenses.abi.Pack("statusOf", model, subject, scope, when)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStatusOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xec09f670.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function statusOf(bytes32 model, address subject, uint32 scope, uint40 when) view returns(uint8 best, uint256 license)
func (licenses *Licenses) TryPackStatusOf(model [32]byte, subject common.Address, scope uint32, when *big.Int) ([]byte, error) {
	return licenses.abi.Pack("statusOf", model, subject, scope, when)
}

// StatusOfOutput serves as a container for the return parameters of contract
// method StatusOf.
type StatusOfOutput struct {
	Best    uint8
	License *big.Int
}

// UnpackStatusOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xec09f670.
//
// Solidity: function statusOf(bytes32 model, address subject, uint32 scope, uint40 when) view returns(uint8 best, uint256 license)
func (licenses *Licenses) UnpackStatusOf(data []byte) (StatusOfOutput, error) {
	out, err := licenses.abi.Unpack("statusOf", data)
	outstruct := new(StatusOfOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Best = *abi.ConvertType(out[0], new(uint8)).(*uint8)
	outstruct.License = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackSupportsInterface is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x01ffc9a7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function supportsInterface(bytes4 id) view returns(bool)
func (licenses *Licenses) PackSupportsInterface(id [4]byte) []byte {
	enc, err := licenses.abi.Pack("supportsInterface", id)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSupportsInterface is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x01ffc9a7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function supportsInterface(bytes4 id) view returns(bool)
func (licenses *Licenses) TryPackSupportsInterface(id [4]byte) ([]byte, error) {
	return licenses.abi.Pack("supportsInterface", id)
}

// UnpackSupportsInterface is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x01ffc9a7.
//
// Solidity: function supportsInterface(bytes4 id) view returns(bool)
func (licenses *Licenses) UnpackSupportsInterface(data []byte) (bool, error) {
	out, err := licenses.abi.Unpack("supportsInterface", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackSuspend is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdcfbf317.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function suspend(uint256 license, uint32 duration, bytes32 reason) returns()
func (licenses *Licenses) PackSuspend(license *big.Int, duration uint32, reason [32]byte) []byte {
	enc, err := licenses.abi.Pack("suspend", license, duration, reason)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSuspend is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdcfbf317.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function suspend(uint256 license, uint32 duration, bytes32 reason) returns()
func (licenses *Licenses) TryPackSuspend(license *big.Int, duration uint32, reason [32]byte) ([]byte, error) {
	return licenses.abi.Pack("suspend", license, duration, reason)
}

// PackSuspensions is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x147aa8f7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function suspensions(uint256 license, uint256 index) view returns(uint40 start, uint40 end, uint32 before)
func (licenses *Licenses) PackSuspensions(license *big.Int, index *big.Int) []byte {
	enc, err := licenses.abi.Pack("suspensions", license, index)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSuspensions is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x147aa8f7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function suspensions(uint256 license, uint256 index) view returns(uint40 start, uint40 end, uint32 before)
func (licenses *Licenses) TryPackSuspensions(license *big.Int, index *big.Int) ([]byte, error) {
	return licenses.abi.Pack("suspensions", license, index)
}

// SuspensionsOutput serves as a container for the return parameters of contract
// method Suspensions.
type SuspensionsOutput struct {
	Start  *big.Int
	End    *big.Int
	Before uint32
}

// UnpackSuspensions is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x147aa8f7.
//
// Solidity: function suspensions(uint256 license, uint256 index) view returns(uint40 start, uint40 end, uint32 before)
func (licenses *Licenses) UnpackSuspensions(data []byte) (SuspensionsOutput, error) {
	out, err := licenses.abi.Unpack("suspensions", data)
	outstruct := new(SuspensionsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Start = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.End = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Before = *abi.ConvertType(out[2], new(uint32)).(*uint32)
	return *outstruct, nil
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (licenses *Licenses) PackSymbol() []byte {
	enc, err := licenses.abi.Pack("symbol")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function symbol() view returns(string)
func (licenses *Licenses) TryPackSymbol() ([]byte, error) {
	return licenses.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (licenses *Licenses) UnpackSymbol(data []byte) (string, error) {
	out, err := licenses.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTokenURI is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc87b56dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function tokenURI(uint256 tokenId) view returns(string)
func (licenses *Licenses) PackTokenURI(tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("tokenURI", tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTokenURI is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc87b56dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function tokenURI(uint256 tokenId) view returns(string)
func (licenses *Licenses) TryPackTokenURI(tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("tokenURI", tokenId)
}

// UnpackTokenURI is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc87b56dd.
//
// Solidity: function tokenURI(uint256 tokenId) view returns(string)
func (licenses *Licenses) UnpackTokenURI(data []byte) (string, error) {
	out, err := licenses.abi.Unpack("tokenURI", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 tokenId) returns()
func (licenses *Licenses) PackTransferFrom(from common.Address, to common.Address, tokenId *big.Int) []byte {
	enc, err := licenses.abi.Pack("transferFrom", from, to, tokenId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 tokenId) returns()
func (licenses *Licenses) TryPackTransferFrom(from common.Address, to common.Address, tokenId *big.Int) ([]byte, error) {
	return licenses.abi.Pack("transferFrom", from, to, tokenId)
}

// PackVoidVoucher is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2a425bf5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function voidVoucher(uint256 nonce) returns()
func (licenses *Licenses) PackVoidVoucher(nonce *big.Int) []byte {
	enc, err := licenses.abi.Pack("voidVoucher", nonce)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVoidVoucher is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2a425bf5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function voidVoucher(uint256 nonce) returns()
func (licenses *Licenses) TryPackVoidVoucher(nonce *big.Int) ([]byte, error) {
	return licenses.abi.Pack("voidVoucher", nonce)
}

// PackVoucherHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa927503f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function voucherHash((uint32,address,uint32,uint40,uint256,uint40) v) view returns(bytes32)
func (licenses *Licenses) PackVoucherHash(v Voucher) []byte {
	enc, err := licenses.abi.Pack("voucherHash", v)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVoucherHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa927503f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function voucherHash((uint32,address,uint32,uint40,uint256,uint40) v) view returns(bytes32)
func (licenses *Licenses) TryPackVoucherHash(v Voucher) ([]byte, error) {
	return licenses.abi.Pack("voucherHash", v)
}

// UnpackVoucherHash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa927503f.
//
// Solidity: function voucherHash((uint32,address,uint32,uint40,uint256,uint40) v) view returns(bytes32)
func (licenses *Licenses) UnpackVoucherHash(data []byte) ([32]byte, error) {
	out, err := licenses.abi.Unpack("voucherHash", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf940e385.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw(address token, address to) returns(uint256 amount)
func (licenses *Licenses) PackWithdraw(token common.Address, to common.Address) []byte {
	enc, err := licenses.abi.Pack("withdraw", token, to)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf940e385.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw(address token, address to) returns(uint256 amount)
func (licenses *Licenses) TryPackWithdraw(token common.Address, to common.Address) ([]byte, error) {
	return licenses.abi.Pack("withdraw", token, to)
}

// UnpackWithdraw is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf940e385.
//
// Solidity: function withdraw(address token, address to) returns(uint256 amount)
func (licenses *Licenses) UnpackWithdraw(data []byte) (*big.Int, error) {
	out, err := licenses.abi.Unpack("withdraw", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// LicensesApproval represents a Approval event raised by the Licenses contract.
type LicensesApproval struct {
	Owner    common.Address
	Approved common.Address
	TokenId  *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const LicensesApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (LicensesApproval) ContractEventName() string {
	return LicensesApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId)
func (licenses *Licenses) UnpackApprovalEvent(log *types.Log) (*LicensesApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesApproval)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesApprovalForAll represents a ApprovalForAll event raised by the Licenses contract.
type LicensesApprovalForAll struct {
	Owner    common.Address
	Operator common.Address
	Approved bool
	Raw      *types.Log // Blockchain specific contextual infos
}

const LicensesApprovalForAllEventName = "ApprovalForAll"

// ContractEventName returns the user-defined event name.
func (LicensesApprovalForAll) ContractEventName() string {
	return LicensesApprovalForAllEventName
}

// UnpackApprovalForAllEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ApprovalForAll(address indexed owner, address indexed operator, bool approved)
func (licenses *Licenses) UnpackApprovalForAllEvent(log *types.Log) (*LicensesApprovalForAll, error) {
	event := "ApprovalForAll"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesApprovalForAll)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesCanceled represents a Canceled event raised by the Licenses contract.
type LicensesCanceled struct {
	License *big.Int
	When    *big.Int
	Refund  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesCanceledEventName = "Canceled"

// ContractEventName returns the user-defined event name.
func (LicensesCanceled) ContractEventName() string {
	return LicensesCanceledEventName
}

// UnpackCanceledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Canceled(uint256 indexed license, uint40 when, uint256 refund)
func (licenses *Licenses) UnpackCanceledEvent(log *types.Log) (*LicensesCanceled, error) {
	event := "Canceled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesCanceled)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesDelegateAdded represents a DelegateAdded event raised by the Licenses contract.
type LicensesDelegateAdded struct {
	License  *big.Int
	Operator common.Address
	When     *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const LicensesDelegateAddedEventName = "DelegateAdded"

// ContractEventName returns the user-defined event name.
func (LicensesDelegateAdded) ContractEventName() string {
	return LicensesDelegateAddedEventName
}

// UnpackDelegateAddedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event DelegateAdded(uint256 indexed license, address indexed operator, uint40 when)
func (licenses *Licenses) UnpackDelegateAddedEvent(log *types.Log) (*LicensesDelegateAdded, error) {
	event := "DelegateAdded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesDelegateAdded)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesDelegateRemoved represents a DelegateRemoved event raised by the Licenses contract.
type LicensesDelegateRemoved struct {
	License  *big.Int
	Operator common.Address
	When     *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const LicensesDelegateRemovedEventName = "DelegateRemoved"

// ContractEventName returns the user-defined event name.
func (LicensesDelegateRemoved) ContractEventName() string {
	return LicensesDelegateRemovedEventName
}

// UnpackDelegateRemovedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event DelegateRemoved(uint256 indexed license, address indexed operator, uint40 when)
func (licenses *Licenses) UnpackDelegateRemovedEvent(log *types.Log) (*LicensesDelegateRemoved, error) {
	event := "DelegateRemoved"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesDelegateRemoved)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesEIP712DomainChanged represents a EIP712DomainChanged event raised by the Licenses contract.
type LicensesEIP712DomainChanged struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const LicensesEIP712DomainChangedEventName = "EIP712DomainChanged"

// ContractEventName returns the user-defined event name.
func (LicensesEIP712DomainChanged) ContractEventName() string {
	return LicensesEIP712DomainChangedEventName
}

// UnpackEIP712DomainChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EIP712DomainChanged()
func (licenses *Licenses) UnpackEIP712DomainChangedEvent(log *types.Log) (*LicensesEIP712DomainChanged, error) {
	event := "EIP712DomainChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesEIP712DomainChanged)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesLicensed represents a Licensed event raised by the Licenses contract.
type LicensesLicensed struct {
	License *big.Int
	Model   [32]byte
	Holder  common.Address
	Scope   uint32
	Start   *big.Int
	End     *big.Int
	Paid    bool
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesLicensedEventName = "Licensed"

// ContractEventName returns the user-defined event name.
func (LicensesLicensed) ContractEventName() string {
	return LicensesLicensedEventName
}

// UnpackLicensedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Licensed(uint256 indexed license, bytes32 indexed model, address indexed holder, uint32 scope, uint40 start, uint40 end, bool paid)
func (licenses *Licenses) UnpackLicensedEvent(log *types.Log) (*LicensesLicensed, error) {
	event := "Licensed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesLicensed)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesOfferClosed represents a OfferClosed event raised by the Licenses contract.
type LicensesOfferClosed struct {
	Offer uint32
	Raw   *types.Log // Blockchain specific contextual infos
}

const LicensesOfferClosedEventName = "OfferClosed"

// ContractEventName returns the user-defined event name.
func (LicensesOfferClosed) ContractEventName() string {
	return LicensesOfferClosedEventName
}

// UnpackOfferClosedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OfferClosed(uint32 indexed offer)
func (licenses *Licenses) UnpackOfferClosedEvent(log *types.Log) (*LicensesOfferClosed, error) {
	event := "OfferClosed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesOfferClosed)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesOfferMade represents a OfferMade event raised by the Licenses contract.
type LicensesOfferMade struct {
	Offer  uint32
	Model  [32]byte
	Maker  common.Address
	Terms  Offer
	Payees []Payee
	Raw    *types.Log // Blockchain specific contextual infos
}

const LicensesOfferMadeEventName = "OfferMade"

// ContractEventName returns the user-defined event name.
func (LicensesOfferMade) ContractEventName() string {
	return LicensesOfferMadeEventName
}

// UnpackOfferMadeEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OfferMade(uint32 indexed offer, bytes32 indexed model, address indexed maker, (bytes32,address,uint32,uint32,uint32,uint96,uint40,uint40,uint16,uint16,uint16,uint32,bytes32,uint64,uint64,uint32,uint8) terms, (address,uint16)[] payees)
func (licenses *Licenses) UnpackOfferMadeEvent(log *types.Log) (*LicensesOfferMade, error) {
	event := "OfferMade"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesOfferMade)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesOwed represents a Owed event raised by the Licenses contract.
type LicensesOwed struct {
	Token   common.Address
	Account common.Address
	Amount  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesOwedEventName = "Owed"

// ContractEventName returns the user-defined event name.
func (LicensesOwed) ContractEventName() string {
	return LicensesOwedEventName
}

// UnpackOwedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Owed(address indexed token, address indexed account, uint256 amount)
func (licenses *Licenses) UnpackOwedEvent(log *types.Log) (*LicensesOwed, error) {
	event := "Owed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesOwed)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesRenewed represents a Renewed event raised by the Licenses contract.
type LicensesRenewed struct {
	License *big.Int
	Start   *big.Int
	End     *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesRenewedEventName = "Renewed"

// ContractEventName returns the user-defined event name.
func (LicensesRenewed) ContractEventName() string {
	return LicensesRenewedEventName
}

// UnpackRenewedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Renewed(uint256 indexed license, uint40 start, uint40 end)
func (licenses *Licenses) UnpackRenewedEvent(log *types.Log) (*LicensesRenewed, error) {
	event := "Renewed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesRenewed)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesResumed represents a Resumed event raised by the Licenses contract.
type LicensesResumed struct {
	License *big.Int
	When    *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesResumedEventName = "Resumed"

// ContractEventName returns the user-defined event name.
func (LicensesResumed) ContractEventName() string {
	return LicensesResumedEventName
}

// UnpackResumedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Resumed(uint256 indexed license, uint40 when)
func (licenses *Licenses) UnpackResumedEvent(log *types.Log) (*LicensesResumed, error) {
	event := "Resumed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesResumed)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesRevoked represents a Revoked event raised by the Licenses contract.
type LicensesRevoked struct {
	License *big.Int
	When    *big.Int
	Refund  *big.Int
	Reason  [32]byte
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesRevokedEventName = "Revoked"

// ContractEventName returns the user-defined event name.
func (LicensesRevoked) ContractEventName() string {
	return LicensesRevokedEventName
}

// UnpackRevokedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Revoked(uint256 indexed license, uint40 when, uint256 refund, bytes32 reason)
func (licenses *Licenses) UnpackRevokedEvent(log *types.Log) (*LicensesRevoked, error) {
	event := "Revoked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesRevoked)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesSubscriptionUpdate represents a SubscriptionUpdate event raised by the Licenses contract.
type LicensesSubscriptionUpdate struct {
	TokenId    *big.Int
	Expiration uint64
	Raw        *types.Log // Blockchain specific contextual infos
}

const LicensesSubscriptionUpdateEventName = "SubscriptionUpdate"

// ContractEventName returns the user-defined event name.
func (LicensesSubscriptionUpdate) ContractEventName() string {
	return LicensesSubscriptionUpdateEventName
}

// UnpackSubscriptionUpdateEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SubscriptionUpdate(uint256 indexed tokenId, uint64 expiration)
func (licenses *Licenses) UnpackSubscriptionUpdateEvent(log *types.Log) (*LicensesSubscriptionUpdate, error) {
	event := "SubscriptionUpdate"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesSubscriptionUpdate)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesSuspended represents a Suspended event raised by the Licenses contract.
type LicensesSuspended struct {
	License *big.Int
	Start   *big.Int
	End     *big.Int
	Reason  [32]byte
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesSuspendedEventName = "Suspended"

// ContractEventName returns the user-defined event name.
func (LicensesSuspended) ContractEventName() string {
	return LicensesSuspendedEventName
}

// UnpackSuspendedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Suspended(uint256 indexed license, uint40 start, uint40 end, bytes32 reason)
func (licenses *Licenses) UnpackSuspendedEvent(log *types.Log) (*LicensesSuspended, error) {
	event := "Suspended"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesSuspended)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesTransfer represents a Transfer event raised by the Licenses contract.
type LicensesTransfer struct {
	From    common.Address
	To      common.Address
	TokenId *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (LicensesTransfer) ContractEventName() string {
	return LicensesTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)
func (licenses *Licenses) UnpackTransferEvent(log *types.Log) (*LicensesTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesTransfer)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesTransferConsented represents a TransferConsented event raised by the Licenses contract.
type LicensesTransferConsented struct {
	License *big.Int
	To      common.Address
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesTransferConsentedEventName = "TransferConsented"

// ContractEventName returns the user-defined event name.
func (LicensesTransferConsented) ContractEventName() string {
	return LicensesTransferConsentedEventName
}

// UnpackTransferConsentedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TransferConsented(uint256 indexed license, address indexed to)
func (licenses *Licenses) UnpackTransferConsentedEvent(log *types.Log) (*LicensesTransferConsented, error) {
	event := "TransferConsented"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesTransferConsented)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesVoucherVoided represents a VoucherVoided event raised by the Licenses contract.
type LicensesVoucherVoided struct {
	Maker common.Address
	Nonce *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const LicensesVoucherVoidedEventName = "VoucherVoided"

// ContractEventName returns the user-defined event name.
func (LicensesVoucherVoided) ContractEventName() string {
	return LicensesVoucherVoidedEventName
}

// UnpackVoucherVoidedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event VoucherVoided(address indexed maker, uint256 nonce)
func (licenses *Licenses) UnpackVoucherVoidedEvent(log *types.Log) (*LicensesVoucherVoided, error) {
	event := "VoucherVoided"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesVoucherVoided)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// LicensesWithdrawn represents a Withdrawn event raised by the Licenses contract.
type LicensesWithdrawn struct {
	Token   common.Address
	Account common.Address
	To      common.Address
	Amount  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const LicensesWithdrawnEventName = "Withdrawn"

// ContractEventName returns the user-defined event name.
func (LicensesWithdrawn) ContractEventName() string {
	return LicensesWithdrawnEventName
}

// UnpackWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Withdrawn(address indexed token, address indexed account, address to, uint256 amount)
func (licenses *Licenses) UnpackWithdrawnEvent(log *types.Log) (*LicensesWithdrawn, error) {
	event := "Withdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != licenses.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LicensesWithdrawn)
	if len(log.Data) > 0 {
		if err := licenses.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range licenses.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (licenses *Licenses) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], licenses.abi.Errors["AlreadyDelegate"].ID.Bytes()[:4]) {
		return licenses.UnpackAlreadyDelegateError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["AlreadySuspended"].ID.Bytes()[:4]) {
		return licenses.UnpackAlreadySuspendedError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["BadDuration"].ID.Bytes()[:4]) {
		return licenses.UnpackBadDurationError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["BadScope"].ID.Bytes()[:4]) {
		return licenses.UnpackBadScopeError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["BadShares"].ID.Bytes()[:4]) {
		return licenses.UnpackBadSharesError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["BadSignature"].ID.Bytes()[:4]) {
		return licenses.UnpackBadSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721IncorrectOwner"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721IncorrectOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721InsufficientApproval"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721InsufficientApprovalError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721InvalidApprover"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721InvalidApproverError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721InvalidOperator"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721InvalidOperatorError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721InvalidOwner"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721InvalidOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721InvalidReceiver"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721InvalidSender"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721InvalidSenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ERC721NonexistentToken"].ID.Bytes()[:4]) {
		return licenses.UnpackERC721NonexistentTokenError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["EmptyPayee"].ID.Bytes()[:4]) {
		return licenses.UnpackEmptyPayeeError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["EmptySale"].ID.Bytes()[:4]) {
		return licenses.UnpackEmptySaleError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return licenses.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["Irrevocable"].ID.Bytes()[:4]) {
		return licenses.UnpackIrrevocableError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["IsRevoked"].ID.Bytes()[:4]) {
		return licenses.UnpackIsRevokedError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NoConsent"].ID.Bytes()[:4]) {
		return licenses.UnpackNoConsentError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NoScope"].ID.Bytes()[:4]) {
		return licenses.UnpackNoScopeError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NoSuchDelegate"].ID.Bytes()[:4]) {
		return licenses.UnpackNoSuchDelegateError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NoSuchToken"].ID.Bytes()[:4]) {
		return licenses.UnpackNoSuchTokenError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NotHolder"].ID.Bytes()[:4]) {
		return licenses.UnpackNotHolderError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NotLive"].ID.Bytes()[:4]) {
		return licenses.UnpackNotLiveError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NotMaker"].ID.Bytes()[:4]) {
		return licenses.UnpackNotMakerError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NotModelOwner"].ID.Bytes()[:4]) {
		return licenses.UnpackNotModelOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NotOnSale"].ID.Bytes()[:4]) {
		return licenses.UnpackNotOnSaleError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NotRenewable"].ID.Bytes()[:4]) {
		return licenses.UnpackNotRenewableError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NotSuspended"].ID.Bytes()[:4]) {
		return licenses.UnpackNotSuspendedError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["NothingOwed"].ID.Bytes()[:4]) {
		return licenses.UnpackNothingOwedError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["PaymentFailed"].ID.Bytes()[:4]) {
		return licenses.UnpackPaymentFailedError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ReentrancyGuardReentrantCall"].ID.Bytes()[:4]) {
		return licenses.UnpackReentrancyGuardReentrantCallError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["RefundForEver"].ID.Bytes()[:4]) {
		return licenses.UnpackRefundForEverError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return licenses.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ShareAboveWhole"].ID.Bytes()[:4]) {
		return licenses.UnpackShareAboveWholeError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["ShortPayment"].ID.Bytes()[:4]) {
		return licenses.UnpackShortPaymentError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["SoldOut"].ID.Bytes()[:4]) {
		return licenses.UnpackSoldOutError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return licenses.UnpackStringTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["SuspensionTooLong"].ID.Bytes()[:4]) {
		return licenses.UnpackSuspensionTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["TimeInFuture"].ID.Bytes()[:4]) {
		return licenses.UnpackTimeInFutureError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["TooManyPayees"].ID.Bytes()[:4]) {
		return licenses.UnpackTooManyPayeesError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["TooManyRecords"].ID.Bytes()[:4]) {
		return licenses.UnpackTooManyRecordsError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["TransferForbidden"].ID.Bytes()[:4]) {
		return licenses.UnpackTransferForbiddenError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["UnknownOffer"].ID.Bytes()[:4]) {
		return licenses.UnpackUnknownOfferError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["VoucherExpired"].ID.Bytes()[:4]) {
		return licenses.UnpackVoucherExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["VoucherUsed"].ID.Bytes()[:4]) {
		return licenses.UnpackVoucherUsedError(raw[4:])
	}
	if bytes.Equal(raw[:4], licenses.abi.Errors["WrongPayment"].ID.Bytes()[:4]) {
		return licenses.UnpackWrongPaymentError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// LicensesAlreadyDelegate represents a AlreadyDelegate error raised by the Licenses contract.
type LicensesAlreadyDelegate struct {
	License  *big.Int
	Operator common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyDelegate(uint256 license, address operator)
func LicensesAlreadyDelegateErrorID() common.Hash {
	return common.HexToHash("0xca713ccc468e07a27c80e535549f70c22bf97e757d07b15891cd7d00c0bb3a92")
}

// UnpackAlreadyDelegateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyDelegate(uint256 license, address operator)
func (licenses *Licenses) UnpackAlreadyDelegateError(raw []byte) (*LicensesAlreadyDelegate, error) {
	out := new(LicensesAlreadyDelegate)
	if err := licenses.abi.UnpackIntoInterface(out, "AlreadyDelegate", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesAlreadySuspended represents a AlreadySuspended error raised by the Licenses contract.
type LicensesAlreadySuspended struct {
	License *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadySuspended(uint256 license)
func LicensesAlreadySuspendedErrorID() common.Hash {
	return common.HexToHash("0x20faaa95023670fbeb4cd5528aae3d77019099190a4066ceb29715c3ab1f30b3")
}

// UnpackAlreadySuspendedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadySuspended(uint256 license)
func (licenses *Licenses) UnpackAlreadySuspendedError(raw []byte) (*LicensesAlreadySuspended, error) {
	out := new(LicensesAlreadySuspended)
	if err := licenses.abi.UnpackIntoInterface(out, "AlreadySuspended", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesBadDuration represents a BadDuration error raised by the Licenses contract.
type LicensesBadDuration struct {
	Duration *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadDuration(uint256 duration)
func LicensesBadDurationErrorID() common.Hash {
	return common.HexToHash("0x8071238b20399326c5d816aee727b6f4e2c67b30031293431cf0bc7872ef4de0")
}

// UnpackBadDurationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadDuration(uint256 duration)
func (licenses *Licenses) UnpackBadDurationError(raw []byte) (*LicensesBadDuration, error) {
	out := new(LicensesBadDuration)
	if err := licenses.abi.UnpackIntoInterface(out, "BadDuration", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesBadScope represents a BadScope error raised by the Licenses contract.
type LicensesBadScope struct {
	Scope uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadScope(uint32 scope)
func LicensesBadScopeErrorID() common.Hash {
	return common.HexToHash("0x95d8ff8d63d4ed0559201f0dc0e6f403a93b1fd2d80e1ec40d914b459eab704a")
}

// UnpackBadScopeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadScope(uint32 scope)
func (licenses *Licenses) UnpackBadScopeError(raw []byte) (*LicensesBadScope, error) {
	out := new(LicensesBadScope)
	if err := licenses.abi.UnpackIntoInterface(out, "BadScope", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesBadShares represents a BadShares error raised by the Licenses contract.
type LicensesBadShares struct {
	Sum *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadShares(uint256 sum)
func LicensesBadSharesErrorID() common.Hash {
	return common.HexToHash("0x25497f01e8f605637c35187a44e3e0f01869da5c48cdf40d8b7a394345daf9ce")
}

// UnpackBadSharesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadShares(uint256 sum)
func (licenses *Licenses) UnpackBadSharesError(raw []byte) (*LicensesBadShares, error) {
	out := new(LicensesBadShares)
	if err := licenses.abi.UnpackIntoInterface(out, "BadShares", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesBadSignature represents a BadSignature error raised by the Licenses contract.
type LicensesBadSignature struct {
	Maker common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadSignature(address maker)
func LicensesBadSignatureErrorID() common.Hash {
	return common.HexToHash("0x9a7d38d94d3da0d5188ab778bbe9a3a38c77802b1bf2426c15740dc786da791d")
}

// UnpackBadSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadSignature(address maker)
func (licenses *Licenses) UnpackBadSignatureError(raw []byte) (*LicensesBadSignature, error) {
	out := new(LicensesBadSignature)
	if err := licenses.abi.UnpackIntoInterface(out, "BadSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721IncorrectOwner represents a ERC721IncorrectOwner error raised by the Licenses contract.
type LicensesERC721IncorrectOwner struct {
	Sender  common.Address
	TokenId *big.Int
	Owner   common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner)
func LicensesERC721IncorrectOwnerErrorID() common.Hash {
	return common.HexToHash("0x64283d7b313c8117c125f736876fa2b4e90ea3831a4716dfdb87d2f540e26289")
}

// UnpackERC721IncorrectOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner)
func (licenses *Licenses) UnpackERC721IncorrectOwnerError(raw []byte) (*LicensesERC721IncorrectOwner, error) {
	out := new(LicensesERC721IncorrectOwner)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721IncorrectOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721InsufficientApproval represents a ERC721InsufficientApproval error raised by the Licenses contract.
type LicensesERC721InsufficientApproval struct {
	Operator common.Address
	TokenId  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721InsufficientApproval(address operator, uint256 tokenId)
func LicensesERC721InsufficientApprovalErrorID() common.Hash {
	return common.HexToHash("0x177e802f6f313bc89797ecace66d6d29ab4719cbaaacbb87367264048b1eb861")
}

// UnpackERC721InsufficientApprovalError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721InsufficientApproval(address operator, uint256 tokenId)
func (licenses *Licenses) UnpackERC721InsufficientApprovalError(raw []byte) (*LicensesERC721InsufficientApproval, error) {
	out := new(LicensesERC721InsufficientApproval)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721InsufficientApproval", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721InvalidApprover represents a ERC721InvalidApprover error raised by the Licenses contract.
type LicensesERC721InvalidApprover struct {
	Approver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721InvalidApprover(address approver)
func LicensesERC721InvalidApproverErrorID() common.Hash {
	return common.HexToHash("0xa9fbf51f86b8e03595d59dc726bb10c329bb24f62589be276d8dd193ca0b69ea")
}

// UnpackERC721InvalidApproverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721InvalidApprover(address approver)
func (licenses *Licenses) UnpackERC721InvalidApproverError(raw []byte) (*LicensesERC721InvalidApprover, error) {
	out := new(LicensesERC721InvalidApprover)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721InvalidApprover", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721InvalidOperator represents a ERC721InvalidOperator error raised by the Licenses contract.
type LicensesERC721InvalidOperator struct {
	Operator common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721InvalidOperator(address operator)
func LicensesERC721InvalidOperatorErrorID() common.Hash {
	return common.HexToHash("0x5b08ba185e8f577075361f3a3555a6580a227ce22734dcc979c1aeadf894658b")
}

// UnpackERC721InvalidOperatorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721InvalidOperator(address operator)
func (licenses *Licenses) UnpackERC721InvalidOperatorError(raw []byte) (*LicensesERC721InvalidOperator, error) {
	out := new(LicensesERC721InvalidOperator)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721InvalidOperator", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721InvalidOwner represents a ERC721InvalidOwner error raised by the Licenses contract.
type LicensesERC721InvalidOwner struct {
	Owner common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721InvalidOwner(address owner)
func LicensesERC721InvalidOwnerErrorID() common.Hash {
	return common.HexToHash("0x89c62b6479af2e623826dcc39c5133061d35b66d72de92833401dd2fd6567480")
}

// UnpackERC721InvalidOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721InvalidOwner(address owner)
func (licenses *Licenses) UnpackERC721InvalidOwnerError(raw []byte) (*LicensesERC721InvalidOwner, error) {
	out := new(LicensesERC721InvalidOwner)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721InvalidOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721InvalidReceiver represents a ERC721InvalidReceiver error raised by the Licenses contract.
type LicensesERC721InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721InvalidReceiver(address receiver)
func LicensesERC721InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0x64a0ae9278f805eaf991dcd18ca78756d280b7508b764ef1b255c55845c11df9")
}

// UnpackERC721InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721InvalidReceiver(address receiver)
func (licenses *Licenses) UnpackERC721InvalidReceiverError(raw []byte) (*LicensesERC721InvalidReceiver, error) {
	out := new(LicensesERC721InvalidReceiver)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721InvalidSender represents a ERC721InvalidSender error raised by the Licenses contract.
type LicensesERC721InvalidSender struct {
	Sender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721InvalidSender(address sender)
func LicensesERC721InvalidSenderErrorID() common.Hash {
	return common.HexToHash("0x73c6ac6e10798e95d99e1f130d923eb40193ecb8d094ec3dce93292564eb3b17")
}

// UnpackERC721InvalidSenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721InvalidSender(address sender)
func (licenses *Licenses) UnpackERC721InvalidSenderError(raw []byte) (*LicensesERC721InvalidSender, error) {
	out := new(LicensesERC721InvalidSender)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721InvalidSender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesERC721NonexistentToken represents a ERC721NonexistentToken error raised by the Licenses contract.
type LicensesERC721NonexistentToken struct {
	TokenId *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC721NonexistentToken(uint256 tokenId)
func LicensesERC721NonexistentTokenErrorID() common.Hash {
	return common.HexToHash("0x7e273289a3a9ef6670f06df7dca227856fc925e956db96980692764a8bc734d7")
}

// UnpackERC721NonexistentTokenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC721NonexistentToken(uint256 tokenId)
func (licenses *Licenses) UnpackERC721NonexistentTokenError(raw []byte) (*LicensesERC721NonexistentToken, error) {
	out := new(LicensesERC721NonexistentToken)
	if err := licenses.abi.UnpackIntoInterface(out, "ERC721NonexistentToken", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesEmptyPayee represents a EmptyPayee error raised by the Licenses contract.
type LicensesEmptyPayee struct {
	Index *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error EmptyPayee(uint256 index)
func LicensesEmptyPayeeErrorID() common.Hash {
	return common.HexToHash("0x38b927152c6b3285499baa2024a591fcc5071e98af71e8928678ff75d7c8ebde")
}

// UnpackEmptyPayeeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error EmptyPayee(uint256 index)
func (licenses *Licenses) UnpackEmptyPayeeError(raw []byte) (*LicensesEmptyPayee, error) {
	out := new(LicensesEmptyPayee)
	if err := licenses.abi.UnpackIntoInterface(out, "EmptyPayee", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesEmptySale represents a EmptySale error raised by the Licenses contract.
type LicensesEmptySale struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error EmptySale()
func LicensesEmptySaleErrorID() common.Hash {
	return common.HexToHash("0x5365e9124bee399e5c91377eca98d65ad099a5b66f83670e7cd67afab4ee593f")
}

// UnpackEmptySaleError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error EmptySale()
func (licenses *Licenses) UnpackEmptySaleError(raw []byte) (*LicensesEmptySale, error) {
	out := new(LicensesEmptySale)
	if err := licenses.abi.UnpackIntoInterface(out, "EmptySale", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesInvalidShortString represents a InvalidShortString error raised by the Licenses contract.
type LicensesInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func LicensesInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (licenses *Licenses) UnpackInvalidShortStringError(raw []byte) (*LicensesInvalidShortString, error) {
	out := new(LicensesInvalidShortString)
	if err := licenses.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesIrrevocable represents a Irrevocable error raised by the Licenses contract.
type LicensesIrrevocable struct {
	License *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Irrevocable(uint256 license)
func LicensesIrrevocableErrorID() common.Hash {
	return common.HexToHash("0xf720f51ef78ed794e8ae9d4a052955afe1dac004317ec00bfa2cb714bb4ebc26")
}

// UnpackIrrevocableError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Irrevocable(uint256 license)
func (licenses *Licenses) UnpackIrrevocableError(raw []byte) (*LicensesIrrevocable, error) {
	out := new(LicensesIrrevocable)
	if err := licenses.abi.UnpackIntoInterface(out, "Irrevocable", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesIsRevoked represents a IsRevoked error raised by the Licenses contract.
type LicensesIsRevoked struct {
	License *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error IsRevoked(uint256 license)
func LicensesIsRevokedErrorID() common.Hash {
	return common.HexToHash("0x80bfafe3b482512db30a7cb8e54628e0bd535d78f8cea61b143ce1a4c54eb684")
}

// UnpackIsRevokedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error IsRevoked(uint256 license)
func (licenses *Licenses) UnpackIsRevokedError(raw []byte) (*LicensesIsRevoked, error) {
	out := new(LicensesIsRevoked)
	if err := licenses.abi.UnpackIntoInterface(out, "IsRevoked", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNoConsent represents a NoConsent error raised by the Licenses contract.
type LicensesNoConsent struct {
	License *big.Int
	To      common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoConsent(uint256 license, address to)
func LicensesNoConsentErrorID() common.Hash {
	return common.HexToHash("0x45624f7ef52ec9ec32c1a0157ca41e2f4e49e60a8049d095801d7f106cb25670")
}

// UnpackNoConsentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoConsent(uint256 license, address to)
func (licenses *Licenses) UnpackNoConsentError(raw []byte) (*LicensesNoConsent, error) {
	out := new(LicensesNoConsent)
	if err := licenses.abi.UnpackIntoInterface(out, "NoConsent", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNoScope represents a NoScope error raised by the Licenses contract.
type LicensesNoScope struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoScope()
func LicensesNoScopeErrorID() common.Hash {
	return common.HexToHash("0x9ed09587a1782874a0bab6cbc72265942a7e8bc32f14bce5745318fed6073029")
}

// UnpackNoScopeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoScope()
func (licenses *Licenses) UnpackNoScopeError(raw []byte) (*LicensesNoScope, error) {
	out := new(LicensesNoScope)
	if err := licenses.abi.UnpackIntoInterface(out, "NoScope", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNoSuchDelegate represents a NoSuchDelegate error raised by the Licenses contract.
type LicensesNoSuchDelegate struct {
	License  *big.Int
	Operator common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoSuchDelegate(uint256 license, address operator)
func LicensesNoSuchDelegateErrorID() common.Hash {
	return common.HexToHash("0x38080152392498025913e343d48e896fcb14426eea01ca6379e454211f177055")
}

// UnpackNoSuchDelegateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoSuchDelegate(uint256 license, address operator)
func (licenses *Licenses) UnpackNoSuchDelegateError(raw []byte) (*LicensesNoSuchDelegate, error) {
	out := new(LicensesNoSuchDelegate)
	if err := licenses.abi.UnpackIntoInterface(out, "NoSuchDelegate", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNoSuchToken represents a NoSuchToken error raised by the Licenses contract.
type LicensesNoSuchToken struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoSuchToken(address token)
func LicensesNoSuchTokenErrorID() common.Hash {
	return common.HexToHash("0xd1c607aaad6b9a20ba8a193fbc7835fd9747390a5b63475b0916acb4c5f5a9a8")
}

// UnpackNoSuchTokenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoSuchToken(address token)
func (licenses *Licenses) UnpackNoSuchTokenError(raw []byte) (*LicensesNoSuchToken, error) {
	out := new(LicensesNoSuchToken)
	if err := licenses.abi.UnpackIntoInterface(out, "NoSuchToken", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNotHolder represents a NotHolder error raised by the Licenses contract.
type LicensesNotHolder struct {
	License *big.Int
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotHolder(uint256 license, address account)
func LicensesNotHolderErrorID() common.Hash {
	return common.HexToHash("0x2f5ea62181e76d3b40234492f2ad8a6eb05ede51021ff0cb0a2000a6639b1237")
}

// UnpackNotHolderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotHolder(uint256 license, address account)
func (licenses *Licenses) UnpackNotHolderError(raw []byte) (*LicensesNotHolder, error) {
	out := new(LicensesNotHolder)
	if err := licenses.abi.UnpackIntoInterface(out, "NotHolder", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNotLive represents a NotLive error raised by the Licenses contract.
type LicensesNotLive struct {
	License *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotLive(uint256 license)
func LicensesNotLiveErrorID() common.Hash {
	return common.HexToHash("0x9ea7f9a0c2567da68071873f58038ee021b2465e272baf2e0e2cc43c8327cdaa")
}

// UnpackNotLiveError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotLive(uint256 license)
func (licenses *Licenses) UnpackNotLiveError(raw []byte) (*LicensesNotLive, error) {
	out := new(LicensesNotLive)
	if err := licenses.abi.UnpackIntoInterface(out, "NotLive", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNotMaker represents a NotMaker error raised by the Licenses contract.
type LicensesNotMaker struct {
	Offer   uint32
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotMaker(uint32 offer, address account)
func LicensesNotMakerErrorID() common.Hash {
	return common.HexToHash("0xb2f01c0923963e072919164a2a3716c3f8931363a6283e0cb621a10f0130ff0b")
}

// UnpackNotMakerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotMaker(uint32 offer, address account)
func (licenses *Licenses) UnpackNotMakerError(raw []byte) (*LicensesNotMaker, error) {
	out := new(LicensesNotMaker)
	if err := licenses.abi.UnpackIntoInterface(out, "NotMaker", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNotModelOwner represents a NotModelOwner error raised by the Licenses contract.
type LicensesNotModelOwner struct {
	Model   [32]byte
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotModelOwner(bytes32 model, address account)
func LicensesNotModelOwnerErrorID() common.Hash {
	return common.HexToHash("0xc0d87d6b109805e88b4c48a5b1eb97063d4bf7b08ff6a7c1dd78408e1976673a")
}

// UnpackNotModelOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotModelOwner(bytes32 model, address account)
func (licenses *Licenses) UnpackNotModelOwnerError(raw []byte) (*LicensesNotModelOwner, error) {
	out := new(LicensesNotModelOwner)
	if err := licenses.abi.UnpackIntoInterface(out, "NotModelOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNotOnSale represents a NotOnSale error raised by the Licenses contract.
type LicensesNotOnSale struct {
	Offer uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOnSale(uint32 offer)
func LicensesNotOnSaleErrorID() common.Hash {
	return common.HexToHash("0x3f73d27c17ea9eb9fb50ea036a7d3a7d57d011c6e4cb718764ab2d40fedb5ca2")
}

// UnpackNotOnSaleError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOnSale(uint32 offer)
func (licenses *Licenses) UnpackNotOnSaleError(raw []byte) (*LicensesNotOnSale, error) {
	out := new(LicensesNotOnSale)
	if err := licenses.abi.UnpackIntoInterface(out, "NotOnSale", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNotRenewable represents a NotRenewable error raised by the Licenses contract.
type LicensesNotRenewable struct {
	License *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotRenewable(uint256 license)
func LicensesNotRenewableErrorID() common.Hash {
	return common.HexToHash("0x968c9123a9b8063ad72a8da5d00681f6391dceba136318abc4b0e10703cce1fe")
}

// UnpackNotRenewableError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotRenewable(uint256 license)
func (licenses *Licenses) UnpackNotRenewableError(raw []byte) (*LicensesNotRenewable, error) {
	out := new(LicensesNotRenewable)
	if err := licenses.abi.UnpackIntoInterface(out, "NotRenewable", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNotSuspended represents a NotSuspended error raised by the Licenses contract.
type LicensesNotSuspended struct {
	License *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotSuspended(uint256 license)
func LicensesNotSuspendedErrorID() common.Hash {
	return common.HexToHash("0xb2f4e64b8cdc11d34dbf82e08cfec0868d05095ac715cf3eadeccdb25ea3e263")
}

// UnpackNotSuspendedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotSuspended(uint256 license)
func (licenses *Licenses) UnpackNotSuspendedError(raw []byte) (*LicensesNotSuspended, error) {
	out := new(LicensesNotSuspended)
	if err := licenses.abi.UnpackIntoInterface(out, "NotSuspended", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesNothingOwed represents a NothingOwed error raised by the Licenses contract.
type LicensesNothingOwed struct {
	Token   common.Address
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NothingOwed(address token, address account)
func LicensesNothingOwedErrorID() common.Hash {
	return common.HexToHash("0x53ead58b9dd0aab1182d5d452f526630aea1357722828935e9a3e43863d2bc41")
}

// UnpackNothingOwedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NothingOwed(address token, address account)
func (licenses *Licenses) UnpackNothingOwedError(raw []byte) (*LicensesNothingOwed, error) {
	out := new(LicensesNothingOwed)
	if err := licenses.abi.UnpackIntoInterface(out, "NothingOwed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesPaymentFailed represents a PaymentFailed error raised by the Licenses contract.
type LicensesPaymentFailed struct {
	To common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PaymentFailed(address to)
func LicensesPaymentFailedErrorID() common.Hash {
	return common.HexToHash("0x36899e48161ee4504f5f89aa55f7aed73460d464cb62f64e03057df7dbcdd0aa")
}

// UnpackPaymentFailedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PaymentFailed(address to)
func (licenses *Licenses) UnpackPaymentFailedError(raw []byte) (*LicensesPaymentFailed, error) {
	out := new(LicensesPaymentFailed)
	if err := licenses.abi.UnpackIntoInterface(out, "PaymentFailed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesReentrancyGuardReentrantCall represents a ReentrancyGuardReentrantCall error raised by the Licenses contract.
type LicensesReentrancyGuardReentrantCall struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ReentrancyGuardReentrantCall()
func LicensesReentrancyGuardReentrantCallErrorID() common.Hash {
	return common.HexToHash("0x3ee5aeb571de7fc460830b4d0017439a1ca56fb0bc39062227ade4fe4a24c1ca")
}

// UnpackReentrancyGuardReentrantCallError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ReentrancyGuardReentrantCall()
func (licenses *Licenses) UnpackReentrancyGuardReentrantCallError(raw []byte) (*LicensesReentrancyGuardReentrantCall, error) {
	out := new(LicensesReentrancyGuardReentrantCall)
	if err := licenses.abi.UnpackIntoInterface(out, "ReentrancyGuardReentrantCall", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesRefundForEver represents a RefundForEver error raised by the Licenses contract.
type LicensesRefundForEver struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RefundForEver()
func LicensesRefundForEverErrorID() common.Hash {
	return common.HexToHash("0xf9d26a2da0fbdfe70a0ef337372b51f80a73a5fe083a3df712890b21ad1947d2")
}

// UnpackRefundForEverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RefundForEver()
func (licenses *Licenses) UnpackRefundForEverError(raw []byte) (*LicensesRefundForEver, error) {
	out := new(LicensesRefundForEver)
	if err := licenses.abi.UnpackIntoInterface(out, "RefundForEver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Licenses contract.
type LicensesSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func LicensesSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (licenses *Licenses) UnpackSafeERC20FailedOperationError(raw []byte) (*LicensesSafeERC20FailedOperation, error) {
	out := new(LicensesSafeERC20FailedOperation)
	if err := licenses.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesShareAboveWhole represents a ShareAboveWhole error raised by the Licenses contract.
type LicensesShareAboveWhole struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ShareAboveWhole()
func LicensesShareAboveWholeErrorID() common.Hash {
	return common.HexToHash("0x66ee9544bf6c6e1e4da54bbe5293274a61c62fd6c02c27e2f8a5974be5ff9c16")
}

// UnpackShareAboveWholeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ShareAboveWhole()
func (licenses *Licenses) UnpackShareAboveWholeError(raw []byte) (*LicensesShareAboveWhole, error) {
	out := new(LicensesShareAboveWhole)
	if err := licenses.abi.UnpackIntoInterface(out, "ShareAboveWhole", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesShortPayment represents a ShortPayment error raised by the Licenses contract.
type LicensesShortPayment struct {
	Received *big.Int
	Price    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ShortPayment(uint256 received, uint256 price)
func LicensesShortPaymentErrorID() common.Hash {
	return common.HexToHash("0x7c5d17fa63ae0faa45d3c15bdf8279aafa449374ce35ab13c5df480e5df0315c")
}

// UnpackShortPaymentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ShortPayment(uint256 received, uint256 price)
func (licenses *Licenses) UnpackShortPaymentError(raw []byte) (*LicensesShortPayment, error) {
	out := new(LicensesShortPayment)
	if err := licenses.abi.UnpackIntoInterface(out, "ShortPayment", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesSoldOut represents a SoldOut error raised by the Licenses contract.
type LicensesSoldOut struct {
	Offer uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SoldOut(uint32 offer)
func LicensesSoldOutErrorID() common.Hash {
	return common.HexToHash("0x1166dd6edce44fd4dedc226cede69524176552bd658d293da33114dd00003126")
}

// UnpackSoldOutError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SoldOut(uint32 offer)
func (licenses *Licenses) UnpackSoldOutError(raw []byte) (*LicensesSoldOut, error) {
	out := new(LicensesSoldOut)
	if err := licenses.abi.UnpackIntoInterface(out, "SoldOut", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesStringTooLong represents a StringTooLong error raised by the Licenses contract.
type LicensesStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func LicensesStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (licenses *Licenses) UnpackStringTooLongError(raw []byte) (*LicensesStringTooLong, error) {
	out := new(LicensesStringTooLong)
	if err := licenses.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesSuspensionTooLong represents a SuspensionTooLong error raised by the Licenses contract.
type LicensesSuspensionTooLong struct {
	Total *big.Int
	Most  uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SuspensionTooLong(uint256 total, uint32 most)
func LicensesSuspensionTooLongErrorID() common.Hash {
	return common.HexToHash("0x45565c1635a3ea8a7be2124f66ff81fd8bcaf5c2d2223fd90208346f770fa466")
}

// UnpackSuspensionTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SuspensionTooLong(uint256 total, uint32 most)
func (licenses *Licenses) UnpackSuspensionTooLongError(raw []byte) (*LicensesSuspensionTooLong, error) {
	out := new(LicensesSuspensionTooLong)
	if err := licenses.abi.UnpackIntoInterface(out, "SuspensionTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesTimeInFuture represents a TimeInFuture error raised by the Licenses contract.
type LicensesTimeInFuture struct {
	When *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TimeInFuture(uint40 when)
func LicensesTimeInFutureErrorID() common.Hash {
	return common.HexToHash("0x9b2ddda8a9aac953eef6a562832426e187a5282030174a9ca65cd90d84e2c5c4")
}

// UnpackTimeInFutureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TimeInFuture(uint40 when)
func (licenses *Licenses) UnpackTimeInFutureError(raw []byte) (*LicensesTimeInFuture, error) {
	out := new(LicensesTimeInFuture)
	if err := licenses.abi.UnpackIntoInterface(out, "TimeInFuture", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesTooManyPayees represents a TooManyPayees error raised by the Licenses contract.
type LicensesTooManyPayees struct {
	Count *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TooManyPayees(uint256 count)
func LicensesTooManyPayeesErrorID() common.Hash {
	return common.HexToHash("0x4adfb899e890fdb7b83e2bffca92f99636a2d373827e751747d9fc65f0a0bce6")
}

// UnpackTooManyPayeesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TooManyPayees(uint256 count)
func (licenses *Licenses) UnpackTooManyPayeesError(raw []byte) (*LicensesTooManyPayees, error) {
	out := new(LicensesTooManyPayees)
	if err := licenses.abi.UnpackIntoInterface(out, "TooManyPayees", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesTooManyRecords represents a TooManyRecords error raised by the Licenses contract.
type LicensesTooManyRecords struct {
	Model   [32]byte
	Subject common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TooManyRecords(bytes32 model, address subject)
func LicensesTooManyRecordsErrorID() common.Hash {
	return common.HexToHash("0xe4c9f67d0db7feefc38d85a17b92957f1d1ccc36bcb6b613216f5a4f84d7b86d")
}

// UnpackTooManyRecordsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TooManyRecords(bytes32 model, address subject)
func (licenses *Licenses) UnpackTooManyRecordsError(raw []byte) (*LicensesTooManyRecords, error) {
	out := new(LicensesTooManyRecords)
	if err := licenses.abi.UnpackIntoInterface(out, "TooManyRecords", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesTransferForbidden represents a TransferForbidden error raised by the Licenses contract.
type LicensesTransferForbidden struct {
	License *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TransferForbidden(uint256 license)
func LicensesTransferForbiddenErrorID() common.Hash {
	return common.HexToHash("0x8bba16037c6bb7b793a16e01db6aaa8ed7637d4b9cede0ca45b98ef5ea23ec76")
}

// UnpackTransferForbiddenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TransferForbidden(uint256 license)
func (licenses *Licenses) UnpackTransferForbiddenError(raw []byte) (*LicensesTransferForbidden, error) {
	out := new(LicensesTransferForbidden)
	if err := licenses.abi.UnpackIntoInterface(out, "TransferForbidden", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesUnknownOffer represents a UnknownOffer error raised by the Licenses contract.
type LicensesUnknownOffer struct {
	Offer uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownOffer(uint32 offer)
func LicensesUnknownOfferErrorID() common.Hash {
	return common.HexToHash("0xeb26b3a1fcc3c4e8f19effb04e682a7142f1523683bd662094bcac8b75a23667")
}

// UnpackUnknownOfferError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownOffer(uint32 offer)
func (licenses *Licenses) UnpackUnknownOfferError(raw []byte) (*LicensesUnknownOffer, error) {
	out := new(LicensesUnknownOffer)
	if err := licenses.abi.UnpackIntoInterface(out, "UnknownOffer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesVoucherExpired represents a VoucherExpired error raised by the Licenses contract.
type LicensesVoucherExpired struct {
	Deadline *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error VoucherExpired(uint40 deadline)
func LicensesVoucherExpiredErrorID() common.Hash {
	return common.HexToHash("0x8a2f1118a8be3a588c937b34c2332204c1ef4379ac57422ffd13d1e65558eb0b")
}

// UnpackVoucherExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error VoucherExpired(uint40 deadline)
func (licenses *Licenses) UnpackVoucherExpiredError(raw []byte) (*LicensesVoucherExpired, error) {
	out := new(LicensesVoucherExpired)
	if err := licenses.abi.UnpackIntoInterface(out, "VoucherExpired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesVoucherUsed represents a VoucherUsed error raised by the Licenses contract.
type LicensesVoucherUsed struct {
	Maker common.Address
	Nonce *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error VoucherUsed(address maker, uint256 nonce)
func LicensesVoucherUsedErrorID() common.Hash {
	return common.HexToHash("0x84bec23aa8722db483362aaa0ee6f66f38a223bdcb1273452c9f1826bd5d0b64")
}

// UnpackVoucherUsedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error VoucherUsed(address maker, uint256 nonce)
func (licenses *Licenses) UnpackVoucherUsedError(raw []byte) (*LicensesVoucherUsed, error) {
	out := new(LicensesVoucherUsed)
	if err := licenses.abi.UnpackIntoInterface(out, "VoucherUsed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LicensesWrongPayment represents a WrongPayment error raised by the Licenses contract.
type LicensesWrongPayment struct {
	Sent  *big.Int
	Price *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongPayment(uint256 sent, uint256 price)
func LicensesWrongPaymentErrorID() common.Hash {
	return common.HexToHash("0x0dd32d1c3ef0af2f42e38a7f633c5c154da0aa1d3a58e8dcd04bcd6fb310ac9d")
}

// UnpackWrongPaymentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongPayment(uint256 sent, uint256 price)
func (licenses *Licenses) UnpackWrongPaymentError(raw []byte) (*LicensesWrongPayment, error) {
	out := new(LicensesWrongPayment)
	if err := licenses.abi.UnpackIntoInterface(out, "WrongPayment", raw); err != nil {
		return nil, err
	}
	return out, nil
}
