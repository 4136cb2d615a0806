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

// ModelRegistryModel is an auto generated low-level Go binding around an user-defined struct.
type ModelRegistryModel struct {
	Owner        common.Address
	RegisteredAt *big.Int
	Versions     uint32
	MetadataHash [32]byte
	MetadataURI  string
}

// ModelRegistryParent is an auto generated low-level Go binding around an user-defined struct.
type ModelRegistryParent struct {
	Model   [32]byte
	Version uint32
}

// ModelRegistryVersion is an auto generated low-level Go binding around an user-defined struct.
type ModelRegistryVersion struct {
	Weights      [32]byte
	Fingerprints [32]byte
	CommittedAt  *big.Int
	BlockNumber  uint64
	Derived      bool
}

// ModelRegistryMetaData contains all meta data concerning the ModelRegistry contract.
var ModelRegistryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIAuthority\",\"name\":\"authority\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"parentModel\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"DerivingNotLicensed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"}],\"name\":\"ModelExists\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"NameLength\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoWeights\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"NotModelOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"NotOfferedTo\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"}],\"name\":\"UnknownModel\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"}],\"name\":\"UnknownVersion\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"metadataHash\",\"type\":\"bytes32\"}],\"name\":\"MetadataChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"indexed\":false,\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"metadataHash\",\"type\":\"bytes32\"}],\"name\":\"ModelRegistered\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"OwnershipOffered\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"OwnershipTransferred\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"setRoot\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"ruleHash\",\"type\":\"bytes32\"}],\"name\":\"VersionCommitted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"parentModel\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"parentVersion\",\"type\":\"uint32\"}],\"name\":\"VersionDerived\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"AUTHORITY\",\"outputs\":[{\"internalType\":\"contractIAuthority\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"DERIVE\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"MAX_NAME\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"}],\"name\":\"acceptOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"setRoot\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"ruleHash\",\"type\":\"bytes32\"}],\"name\":\"commit\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"setRoot\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"ruleHash\",\"type\":\"bytes32\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"}],\"internalType\":\"structModelRegistry.Parent\",\"name\":\"parent\",\"type\":\"tuple\"}],\"name\":\"commitDerived\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"registrant\",\"type\":\"address\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"}],\"name\":\"modelId\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"}],\"name\":\"modelOf\",\"outputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"uint40\",\"name\":\"registeredAt\",\"type\":\"uint40\"},{\"internalType\":\"uint32\",\"name\":\"versions\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"metadataHash\",\"type\":\"bytes32\"},{\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"}],\"internalType\":\"structModelRegistry.Model\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"offerOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"}],\"name\":\"ownerOf\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"}],\"name\":\"parentOf\",\"outputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"}],\"internalType\":\"structModelRegistry.Parent\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"}],\"name\":\"pendingOwnerOf\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"},{\"internalType\":\"bytes32\",\"name\":\"metadataHash\",\"type\":\"bytes32\"}],\"name\":\"register\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"},{\"internalType\":\"bytes32\",\"name\":\"metadataHash\",\"type\":\"bytes32\"}],\"name\":\"setMetadata\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"model\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"version\",\"type\":\"uint32\"}],\"name\":\"versionOf\",\"outputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"weights\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"fingerprints\",\"type\":\"bytes32\"},{\"internalType\":\"uint40\",\"name\":\"committedAt\",\"type\":\"uint40\"},{\"internalType\":\"uint64\",\"name\":\"blockNumber\",\"type\":\"uint64\"},{\"internalType\":\"bool\",\"name\":\"derived\",\"type\":\"bool\"}],\"internalType\":\"structModelRegistry.Version\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "ModelRegistry",
	Bin: "0x60a034606d57601f61120238819003918201601f19168301916001600160401b03831184841017607157808492602094604052833981010312606d57516001600160a01b0381168103606d5760805260405161117c908161008682396080518181816106b20152610cb70152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe60806040526004361015610011575f80fd5b5f3560e01c806303d8a29014610e1d5780631858aaba14610d785780631a9826ba14610a185780631b4f6c46146109635780634853aa6b146107b7578063670200f61461079c578063756bf254146107815780637dd564111461075157806389391ab4146106e157806389fcd7961461069d578063b783331a146104e8578063c0418d6e14610491578063d37e791e1461038d578063f5de1230146100f45763fa6e905d146100be575f80fd5b346100f05760203660031901126100f0576004355f526001602052602060018060a01b0360405f205416604051908152f35b5f80fd5b346100f05760603660031901126100f0576004356001600160401b0381116100f057610124903690600401610ff5565b6024356001600160401b0381116100f057610143903690600401610ff5565b916044359181158015610383575b6103705761016082863361113b565b93845f525f60205260405f2095865464ffffffffff8160a01c1661035d576001600160c81b0319164260a01b64ffffffffff60a01b161733178755600187018590556002909601956001600160401b038211610349576101c08754611045565b601f81116102f8575b5090859392916020975f601f8411600114610264577ffa349bf5cd185d98d379c71014ad8898ffc883ddd092cbbf5d9584ed3e6a4146959492849261024595610238935f91610259575b508460011b905f198660031b1c19161790555b6040519560608752606087019161107d565b918483038a86015261107d565b9360408201528033940390a3604051908152f35b90508501358d610213565b959493929190601f198316815f528a5f20905f5b8181106102de5750918493917ffa349bf5cd185d98d379c71014ad8898ffc883ddd092cbbf5d9584ed3e6a41469899610245979661023895106102c5575b5050600184811b019055610226565b8601355f19600387901b60f8161c191690558c806102b6565b868a01358355988c01988b98506001909201918c01610278565b828111156101c95796805f5260205f20601f840160051c9060208510610341575b810198601f0160051c035f5b818110610334575050966101c9565b5f8a820155600101610325565b5f9150610319565b634e487b7160e01b5f52604160045260245ffd5b86630921ba1360e21b5f5260045260245ffd5b5063a6b6a45160e01b5f5260045260245ffd5b5060408211610151565b346100f05761039b36611022565b905f60806040516103ab816110b0565b8281528260208201528260408201528260608201520152805f52600260205260405f2063ffffffff83165f5260205260405f20604051916103eb836110b0565b8154835260026001830154926020850193845201549164ffffffffff831694604085019286845260608601966001600160401b038660281c16885260ff608088019660681c1615158652156104745750509364ffffffffff6001600160401b039260a0966040519651875251602087015251166040850152511660608301525115156080820152f35b63ffffffff92506312eaaba960e21b5f526004521660245260445ffd5b346100f05760403660031901126100f0576004356001600160a01b03811681036100f0576024356001600160401b0381116100f0576020916104da6104e0923690600401610ff5565b9161113b565b604051908152f35b346100f05760803660031901126100f05760443560043560243560643561050e83611107565b336001600160a01b039091160361068657811561067757825f525f60205260405f209283549163ffffffff8360c81c1663ffffffff8114610663576020967fa04ec5ce51f39c06f72c00fdb931508bd08d44d7c7ecbe83bb5923359a71b3389260016040930163ffffffff811698899763ffffffff60c81b8360c81b169063ffffffff60c81b19161790555082518981019083825282858201528481526105b66060826110e6565b51902083516105c4816110b0565b8881528a81019182528481019164ffffffffff4216835264ffffffffff600260608401936001600160401b034316855260808101935f85528b5f528f839052895f208d5f52602052895f2091518255516001820155019351166cffffffffffffffff00000000008454935160281b169160ff60681b9051151560681b16926001600160701b0319161717179055825191825288820152a4604051908152f35b634e487b7160e01b5f52601160045260245ffd5b63737d26fd60e11b5f5260045ffd5b8263c0d87d6b60e01b5f526004523360245260445ffd5b346100f0575f3660031901126100f0576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b346100f0576106ef36611022565b905f60206040516106ff816110cb565b82815201525f52600360205263ffffffff60405f2091165f526020526040805f2063ffffffff8251610730816110cb565b60208260018554958685520154169101908152835192835251166020820152f35b346100f05760203660031901126100f057602061076f600435611107565b6040516001600160a01b039091168152f35b346100f0575f3660031901126100f057602060405160408152f35b346100f0575f3660031901126100f057602060405160108152f35b346100f05760203660031901126100f057600435606060806040516107db816110b0565b5f81525f60208201525f60408201525f8382015201526107fa81611107565b505f525f60205260405f20604051610811816110b0565b815460018060a01b0381168252602082019264ffffffffff8260a01c16845263ffffffff604084019260c81c1682526002600182015491606085019283520191604051925f9080549061086382611045565b808752916001811690811561093957506001146108f9575b8760e0886020898963ffffffff8a610895848c03856110e6565b6080860193845264ffffffffff60405198899787895260018060a01b039051168789015251166040870152511660608501525160808401525160a08084015280519182918260c0860152018484015e5f828201840152601f01601f19168101030190f35b5f908152602081209092505b81831061091f575050830160200163ffffffff60e061087b565b6001816020929493945483858a0101520191019190610905565b60ff191660208881019190915292151560051b8701909201925063ffffffff915060e0905061087b565b346100f05760203660031901126100f05760043561098081611107565b5f828152600160205260409020549091906001600160a01b03163303610a02575f81815260016020908152604080832080546001600160a01b0319908116909155918390528220805433921682179055926001600160a01b031691907f0b659dccc8eb950324170e8d9598af5ee04ee070883eb28651a96788721fbf839080a4005b631157ceed60e31b5f526004523360245260445ffd5b346100f05760c03660031901126100f05760443560643560043560243560403660831901126100f057610a4a82611107565b336001600160a01b0390911603610d615760843591825f52600260205260405f2063ffffffff610a7861109d565b165f5260205264ffffffffff600260405f2001541615610d3c575f838152602081905260409020546001600160a01b031633141580610c80575b610c6957811561067757805f525f60205260405f2091825463ffffffff8160c81c1663ffffffff8114610663577fa04ec5ce51f39c06f72c00fdb931508bd08d44d7c7ecbe83bb5923359a71b338604060209960018794019963ffffffff8b169a8b998a9763ffffffff60c81b8360c81b169063ffffffff60c81b19161790555082518c8101908382528285820152848152610b4f6060826110e6565b5190208351610b5d816110b0565b8881528d81019182528481019164ffffffffff4216835264ffffffffff600260608401936001600160401b03431685526080810193600185528b5f526020839052895f208d5f52602052895f2091518255516001820155019351166cffffffffffffffff00000000008454935160281b169160ff60681b9051151560681b16926001600160701b031916171717905582519182528b820152a4805f526003855260405f20825f528552600160405f208481550163ffffffff610c1d61109d565b1663ffffffff198254161790557f1d05818c5b51553c3562cef977561fc9ad7c6b79ae96812ed6f72a8673ccb31d85610c5461109d565b63ffffffff60405191168152a4604051908152f35b82631c17ada960e21b5f526004523360245260445ffd5b50604051631d49611960e01b815260048101849052336024820152601060448201524264ffffffffff1660648201526020816084817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa908115610d31575f91610cf6575b5015610ab2565b90506020813d602011610d29575b81610d11602093836110e6565b810103126100f0575180151581036100f05786610cef565b3d9150610d04565b6040513d5f823e3d90fd5b63ffffffff83610d4a61109d565b906312eaaba960e21b5f526004521660245260445ffd5b5063c0d87d6b60e01b5f526004523360245260445ffd5b346100f05760403660031901126100f0576024356001600160a01b03811690600435908290036100f057610dab81611107565b336001600160a01b0390911603610e0757805f52600160205260405f20826bffffffffffffffffffffffff60a01b82541617905533907f82b250fee9227304b3ee8ff433b6ed5c2f033d2d4e1437d7ae922c20a76bd83d5f80a4005b63c0d87d6b60e01b5f526004523360245260445ffd5b346100f05760603660031901126100f0576004356024356001600160401b0381116100f057610e50903690600401610ff5565b919060443592610e5f83611107565b336001600160a01b0390911603610686575f83815260208190526040902060018101859055600201936001600160401b03821161034957610ea08554611045565b601f8111610fa4575b505f94601f8311600114610f2257827f55ba7927749531ca01a7a721bd1da02d32014294aa15bc17bcd2336ecbd6c5e495965f91610f17575b508360011b905f198560031b1c19161790555b610f0c60405193849360408552604085019161107d565b9060208301520390a2005b905084013587610ee2565b601f19831695815f5260205f20905f5b888110610f8c5750847f55ba7927749531ca01a7a721bd1da02d32014294aa15bc17bcd2336ecbd6c5e4979810610f73575b5050600183811b019055610ef5565b8501355f19600386901b60f8161c191690558680610f64565b9091602060018192858a013581550193019101610f32565b82811115610ea957855f5260205f20601f840160051c9060208510610fed575b81601f9101920160051c03905f5b828110610fe0575050610ea9565b5f82820155600101610fd2565b5f9150610fc4565b9181601f840112156100f0578235916001600160401b0383116100f057602083818601950101116100f057565b60409060031901126100f0576004359060243563ffffffff811681036100f05790565b90600182811c92168015611073575b602083101461105f57565b634e487b7160e01b5f52602260045260245ffd5b91607f1691611054565b908060209392818452848401375f828201840152601f01601f1916010190565b60a43563ffffffff811681036100f05790565b60a081019081106001600160401b0382111761034957604052565b604081019081106001600160401b0382111761034957604052565b90601f801991011681019081106001600160401b0382111761034957604052565b5f818152602081905260409020546001600160a01b0316919082156111295750565b63a2dc062560e01b5f5260045260245ffd5b9161117690611168604051938492602084019660018060a01b03168752604080850152606084019161107d565b03601f1981018352826110e6565b5190209056",
}

// ModelRegistry is an auto generated Go binding around an Ethereum contract.
type ModelRegistry struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *ModelRegistry) GetABI() abi.ABI {
	return c.abi
}

// NewModelRegistry creates a new instance of ModelRegistry.
func NewModelRegistry() *ModelRegistry {
	parsed, err := ModelRegistryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &ModelRegistry{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *ModelRegistry) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address authority) returns()
func (modelRegistry *ModelRegistry) PackConstructor(authority common.Address) []byte {
	enc, err := modelRegistry.abi.Pack("", authority)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAUTHORITY is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x89fcd796.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function AUTHORITY() view returns(address)
func (modelRegistry *ModelRegistry) PackAUTHORITY() []byte {
	enc, err := modelRegistry.abi.Pack("AUTHORITY")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAUTHORITY is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x89fcd796.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function AUTHORITY() view returns(address)
func (modelRegistry *ModelRegistry) TryPackAUTHORITY() ([]byte, error) {
	return modelRegistry.abi.Pack("AUTHORITY")
}

// UnpackAUTHORITY is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x89fcd796.
//
// Solidity: function AUTHORITY() view returns(address)
func (modelRegistry *ModelRegistry) UnpackAUTHORITY(data []byte) (common.Address, error) {
	out, err := modelRegistry.abi.Unpack("AUTHORITY", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackDERIVE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x670200f6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function DERIVE() view returns(uint32)
func (modelRegistry *ModelRegistry) PackDERIVE() []byte {
	enc, err := modelRegistry.abi.Pack("DERIVE")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDERIVE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x670200f6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function DERIVE() view returns(uint32)
func (modelRegistry *ModelRegistry) TryPackDERIVE() ([]byte, error) {
	return modelRegistry.abi.Pack("DERIVE")
}

// UnpackDERIVE is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x670200f6.
//
// Solidity: function DERIVE() view returns(uint32)
func (modelRegistry *ModelRegistry) UnpackDERIVE(data []byte) (uint32, error) {
	out, err := modelRegistry.abi.Unpack("DERIVE", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackMAXNAME is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x756bf254.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_NAME() view returns(uint256)
func (modelRegistry *ModelRegistry) PackMAXNAME() []byte {
	enc, err := modelRegistry.abi.Pack("MAX_NAME")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXNAME is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x756bf254.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_NAME() view returns(uint256)
func (modelRegistry *ModelRegistry) TryPackMAXNAME() ([]byte, error) {
	return modelRegistry.abi.Pack("MAX_NAME")
}

// UnpackMAXNAME is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x756bf254.
//
// Solidity: function MAX_NAME() view returns(uint256)
func (modelRegistry *ModelRegistry) UnpackMAXNAME(data []byte) (*big.Int, error) {
	out, err := modelRegistry.abi.Unpack("MAX_NAME", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackAcceptOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1b4f6c46.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function acceptOwnership(bytes32 model) returns()
func (modelRegistry *ModelRegistry) PackAcceptOwnership(model [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("acceptOwnership", model)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAcceptOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1b4f6c46.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function acceptOwnership(bytes32 model) returns()
func (modelRegistry *ModelRegistry) TryPackAcceptOwnership(model [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("acceptOwnership", model)
}

// PackCommit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb783331a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function commit(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash) returns(uint32 version)
func (modelRegistry *ModelRegistry) PackCommit(model [32]byte, weights [32]byte, setRoot [32]byte, ruleHash [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("commit", model, weights, setRoot, ruleHash)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCommit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb783331a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function commit(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash) returns(uint32 version)
func (modelRegistry *ModelRegistry) TryPackCommit(model [32]byte, weights [32]byte, setRoot [32]byte, ruleHash [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("commit", model, weights, setRoot, ruleHash)
}

// UnpackCommit is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb783331a.
//
// Solidity: function commit(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash) returns(uint32 version)
func (modelRegistry *ModelRegistry) UnpackCommit(data []byte) (uint32, error) {
	out, err := modelRegistry.abi.Unpack("commit", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackCommitDerived is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1a9826ba.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function commitDerived(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash, (bytes32,uint32) parent) returns(uint32 version)
func (modelRegistry *ModelRegistry) PackCommitDerived(model [32]byte, weights [32]byte, setRoot [32]byte, ruleHash [32]byte, parent ModelRegistryParent) []byte {
	enc, err := modelRegistry.abi.Pack("commitDerived", model, weights, setRoot, ruleHash, parent)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCommitDerived is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1a9826ba.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function commitDerived(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash, (bytes32,uint32) parent) returns(uint32 version)
func (modelRegistry *ModelRegistry) TryPackCommitDerived(model [32]byte, weights [32]byte, setRoot [32]byte, ruleHash [32]byte, parent ModelRegistryParent) ([]byte, error) {
	return modelRegistry.abi.Pack("commitDerived", model, weights, setRoot, ruleHash, parent)
}

// UnpackCommitDerived is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1a9826ba.
//
// Solidity: function commitDerived(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash, (bytes32,uint32) parent) returns(uint32 version)
func (modelRegistry *ModelRegistry) UnpackCommitDerived(data []byte) (uint32, error) {
	out, err := modelRegistry.abi.Unpack("commitDerived", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackModelId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc0418d6e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function modelId(address registrant, string name) pure returns(bytes32)
func (modelRegistry *ModelRegistry) PackModelId(registrant common.Address, name string) []byte {
	enc, err := modelRegistry.abi.Pack("modelId", registrant, name)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackModelId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc0418d6e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function modelId(address registrant, string name) pure returns(bytes32)
func (modelRegistry *ModelRegistry) TryPackModelId(registrant common.Address, name string) ([]byte, error) {
	return modelRegistry.abi.Pack("modelId", registrant, name)
}

// UnpackModelId is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc0418d6e.
//
// Solidity: function modelId(address registrant, string name) pure returns(bytes32)
func (modelRegistry *ModelRegistry) UnpackModelId(data []byte) ([32]byte, error) {
	out, err := modelRegistry.abi.Unpack("modelId", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackModelOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4853aa6b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function modelOf(bytes32 model) view returns((address,uint40,uint32,bytes32,string))
func (modelRegistry *ModelRegistry) PackModelOf(model [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("modelOf", model)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackModelOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4853aa6b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function modelOf(bytes32 model) view returns((address,uint40,uint32,bytes32,string))
func (modelRegistry *ModelRegistry) TryPackModelOf(model [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("modelOf", model)
}

// UnpackModelOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4853aa6b.
//
// Solidity: function modelOf(bytes32 model) view returns((address,uint40,uint32,bytes32,string))
func (modelRegistry *ModelRegistry) UnpackModelOf(data []byte) (ModelRegistryModel, error) {
	out, err := modelRegistry.abi.Unpack("modelOf", data)
	if err != nil {
		return *new(ModelRegistryModel), err
	}
	out0 := *abi.ConvertType(out[0], new(ModelRegistryModel)).(*ModelRegistryModel)
	return out0, nil
}

// PackOfferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1858aaba.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function offerOwnership(bytes32 model, address to) returns()
func (modelRegistry *ModelRegistry) PackOfferOwnership(model [32]byte, to common.Address) []byte {
	enc, err := modelRegistry.abi.Pack("offerOwnership", model, to)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOfferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1858aaba.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function offerOwnership(bytes32 model, address to) returns()
func (modelRegistry *ModelRegistry) TryPackOfferOwnership(model [32]byte, to common.Address) ([]byte, error) {
	return modelRegistry.abi.Pack("offerOwnership", model, to)
}

// PackOwnerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7dd56411.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function ownerOf(bytes32 model) view returns(address owner)
func (modelRegistry *ModelRegistry) PackOwnerOf(model [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("ownerOf", model)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwnerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7dd56411.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function ownerOf(bytes32 model) view returns(address owner)
func (modelRegistry *ModelRegistry) TryPackOwnerOf(model [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("ownerOf", model)
}

// UnpackOwnerOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7dd56411.
//
// Solidity: function ownerOf(bytes32 model) view returns(address owner)
func (modelRegistry *ModelRegistry) UnpackOwnerOf(data []byte) (common.Address, error) {
	out, err := modelRegistry.abi.Unpack("ownerOf", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackParentOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x89391ab4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function parentOf(bytes32 model, uint32 version) view returns((bytes32,uint32))
func (modelRegistry *ModelRegistry) PackParentOf(model [32]byte, version uint32) []byte {
	enc, err := modelRegistry.abi.Pack("parentOf", model, version)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackParentOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x89391ab4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function parentOf(bytes32 model, uint32 version) view returns((bytes32,uint32))
func (modelRegistry *ModelRegistry) TryPackParentOf(model [32]byte, version uint32) ([]byte, error) {
	return modelRegistry.abi.Pack("parentOf", model, version)
}

// UnpackParentOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x89391ab4.
//
// Solidity: function parentOf(bytes32 model, uint32 version) view returns((bytes32,uint32))
func (modelRegistry *ModelRegistry) UnpackParentOf(data []byte) (ModelRegistryParent, error) {
	out, err := modelRegistry.abi.Unpack("parentOf", data)
	if err != nil {
		return *new(ModelRegistryParent), err
	}
	out0 := *abi.ConvertType(out[0], new(ModelRegistryParent)).(*ModelRegistryParent)
	return out0, nil
}

// PackPendingOwnerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfa6e905d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pendingOwnerOf(bytes32 model) view returns(address)
func (modelRegistry *ModelRegistry) PackPendingOwnerOf(model [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("pendingOwnerOf", model)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPendingOwnerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfa6e905d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pendingOwnerOf(bytes32 model) view returns(address)
func (modelRegistry *ModelRegistry) TryPackPendingOwnerOf(model [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("pendingOwnerOf", model)
}

// UnpackPendingOwnerOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfa6e905d.
//
// Solidity: function pendingOwnerOf(bytes32 model) view returns(address)
func (modelRegistry *ModelRegistry) UnpackPendingOwnerOf(data []byte) (common.Address, error) {
	out, err := modelRegistry.abi.Unpack("pendingOwnerOf", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf5de1230.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function register(string name, string metadataURI, bytes32 metadataHash) returns(bytes32 model)
func (modelRegistry *ModelRegistry) PackRegister(name string, metadataURI string, metadataHash [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("register", name, metadataURI, metadataHash)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRegister is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf5de1230.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function register(string name, string metadataURI, bytes32 metadataHash) returns(bytes32 model)
func (modelRegistry *ModelRegistry) TryPackRegister(name string, metadataURI string, metadataHash [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("register", name, metadataURI, metadataHash)
}

// UnpackRegister is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf5de1230.
//
// Solidity: function register(string name, string metadataURI, bytes32 metadataHash) returns(bytes32 model)
func (modelRegistry *ModelRegistry) UnpackRegister(data []byte) ([32]byte, error) {
	out, err := modelRegistry.abi.Unpack("register", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackSetMetadata is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x03d8a290.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setMetadata(bytes32 model, string metadataURI, bytes32 metadataHash) returns()
func (modelRegistry *ModelRegistry) PackSetMetadata(model [32]byte, metadataURI string, metadataHash [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("setMetadata", model, metadataURI, metadataHash)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetMetadata is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x03d8a290.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setMetadata(bytes32 model, string metadataURI, bytes32 metadataHash) returns()
func (modelRegistry *ModelRegistry) TryPackSetMetadata(model [32]byte, metadataURI string, metadataHash [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("setMetadata", model, metadataURI, metadataHash)
}

// PackVersionOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd37e791e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function versionOf(bytes32 model, uint32 version) view returns((bytes32,bytes32,uint40,uint64,bool))
func (modelRegistry *ModelRegistry) PackVersionOf(model [32]byte, version uint32) []byte {
	enc, err := modelRegistry.abi.Pack("versionOf", model, version)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVersionOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd37e791e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function versionOf(bytes32 model, uint32 version) view returns((bytes32,bytes32,uint40,uint64,bool))
func (modelRegistry *ModelRegistry) TryPackVersionOf(model [32]byte, version uint32) ([]byte, error) {
	return modelRegistry.abi.Pack("versionOf", model, version)
}

// UnpackVersionOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd37e791e.
//
// Solidity: function versionOf(bytes32 model, uint32 version) view returns((bytes32,bytes32,uint40,uint64,bool))
func (modelRegistry *ModelRegistry) UnpackVersionOf(data []byte) (ModelRegistryVersion, error) {
	out, err := modelRegistry.abi.Unpack("versionOf", data)
	if err != nil {
		return *new(ModelRegistryVersion), err
	}
	out0 := *abi.ConvertType(out[0], new(ModelRegistryVersion)).(*ModelRegistryVersion)
	return out0, nil
}

// ModelRegistryMetadataChanged represents a MetadataChanged event raised by the ModelRegistry contract.
type ModelRegistryMetadataChanged struct {
	Model        [32]byte
	MetadataURI  string
	MetadataHash [32]byte
	Raw          *types.Log // Blockchain specific contextual infos
}

const ModelRegistryMetadataChangedEventName = "MetadataChanged"

// ContractEventName returns the user-defined event name.
func (ModelRegistryMetadataChanged) ContractEventName() string {
	return ModelRegistryMetadataChangedEventName
}

// UnpackMetadataChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event MetadataChanged(bytes32 indexed model, string metadataURI, bytes32 metadataHash)
func (modelRegistry *ModelRegistry) UnpackMetadataChangedEvent(log *types.Log) (*ModelRegistryMetadataChanged, error) {
	event := "MetadataChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != modelRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ModelRegistryMetadataChanged)
	if len(log.Data) > 0 {
		if err := modelRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range modelRegistry.abi.Events[event].Inputs {
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

// ModelRegistryModelRegistered represents a ModelRegistered event raised by the ModelRegistry contract.
type ModelRegistryModelRegistered struct {
	Model        [32]byte
	Owner        common.Address
	Name         string
	MetadataURI  string
	MetadataHash [32]byte
	Raw          *types.Log // Blockchain specific contextual infos
}

const ModelRegistryModelRegisteredEventName = "ModelRegistered"

// ContractEventName returns the user-defined event name.
func (ModelRegistryModelRegistered) ContractEventName() string {
	return ModelRegistryModelRegisteredEventName
}

// UnpackModelRegisteredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ModelRegistered(bytes32 indexed model, address indexed owner, string name, string metadataURI, bytes32 metadataHash)
func (modelRegistry *ModelRegistry) UnpackModelRegisteredEvent(log *types.Log) (*ModelRegistryModelRegistered, error) {
	event := "ModelRegistered"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != modelRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ModelRegistryModelRegistered)
	if len(log.Data) > 0 {
		if err := modelRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range modelRegistry.abi.Events[event].Inputs {
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

// ModelRegistryOwnershipOffered represents a OwnershipOffered event raised by the ModelRegistry contract.
type ModelRegistryOwnershipOffered struct {
	Model [32]byte
	From  common.Address
	To    common.Address
	Raw   *types.Log // Blockchain specific contextual infos
}

const ModelRegistryOwnershipOfferedEventName = "OwnershipOffered"

// ContractEventName returns the user-defined event name.
func (ModelRegistryOwnershipOffered) ContractEventName() string {
	return ModelRegistryOwnershipOfferedEventName
}

// UnpackOwnershipOfferedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipOffered(bytes32 indexed model, address indexed from, address indexed to)
func (modelRegistry *ModelRegistry) UnpackOwnershipOfferedEvent(log *types.Log) (*ModelRegistryOwnershipOffered, error) {
	event := "OwnershipOffered"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != modelRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ModelRegistryOwnershipOffered)
	if len(log.Data) > 0 {
		if err := modelRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range modelRegistry.abi.Events[event].Inputs {
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

// ModelRegistryOwnershipTransferred represents a OwnershipTransferred event raised by the ModelRegistry contract.
type ModelRegistryOwnershipTransferred struct {
	Model [32]byte
	From  common.Address
	To    common.Address
	Raw   *types.Log // Blockchain specific contextual infos
}

const ModelRegistryOwnershipTransferredEventName = "OwnershipTransferred"

// ContractEventName returns the user-defined event name.
func (ModelRegistryOwnershipTransferred) ContractEventName() string {
	return ModelRegistryOwnershipTransferredEventName
}

// UnpackOwnershipTransferredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipTransferred(bytes32 indexed model, address indexed from, address indexed to)
func (modelRegistry *ModelRegistry) UnpackOwnershipTransferredEvent(log *types.Log) (*ModelRegistryOwnershipTransferred, error) {
	event := "OwnershipTransferred"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != modelRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ModelRegistryOwnershipTransferred)
	if len(log.Data) > 0 {
		if err := modelRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range modelRegistry.abi.Events[event].Inputs {
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

// ModelRegistryVersionCommitted represents a VersionCommitted event raised by the ModelRegistry contract.
type ModelRegistryVersionCommitted struct {
	Model    [32]byte
	Version  uint32
	Weights  [32]byte
	SetRoot  [32]byte
	RuleHash [32]byte
	Raw      *types.Log // Blockchain specific contextual infos
}

const ModelRegistryVersionCommittedEventName = "VersionCommitted"

// ContractEventName returns the user-defined event name.
func (ModelRegistryVersionCommitted) ContractEventName() string {
	return ModelRegistryVersionCommittedEventName
}

// UnpackVersionCommittedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event VersionCommitted(bytes32 indexed model, uint32 indexed version, bytes32 indexed weights, bytes32 setRoot, bytes32 ruleHash)
func (modelRegistry *ModelRegistry) UnpackVersionCommittedEvent(log *types.Log) (*ModelRegistryVersionCommitted, error) {
	event := "VersionCommitted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != modelRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ModelRegistryVersionCommitted)
	if len(log.Data) > 0 {
		if err := modelRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range modelRegistry.abi.Events[event].Inputs {
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

// ModelRegistryVersionDerived represents a VersionDerived event raised by the ModelRegistry contract.
type ModelRegistryVersionDerived struct {
	Model         [32]byte
	Version       uint32
	ParentModel   [32]byte
	ParentVersion uint32
	Raw           *types.Log // Blockchain specific contextual infos
}

const ModelRegistryVersionDerivedEventName = "VersionDerived"

// ContractEventName returns the user-defined event name.
func (ModelRegistryVersionDerived) ContractEventName() string {
	return ModelRegistryVersionDerivedEventName
}

// UnpackVersionDerivedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event VersionDerived(bytes32 indexed model, uint32 indexed version, bytes32 indexed parentModel, uint32 parentVersion)
func (modelRegistry *ModelRegistry) UnpackVersionDerivedEvent(log *types.Log) (*ModelRegistryVersionDerived, error) {
	event := "VersionDerived"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != modelRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ModelRegistryVersionDerived)
	if len(log.Data) > 0 {
		if err := modelRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range modelRegistry.abi.Events[event].Inputs {
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
func (modelRegistry *ModelRegistry) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["DerivingNotLicensed"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackDerivingNotLicensedError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["ModelExists"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackModelExistsError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["NameLength"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackNameLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["NoWeights"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackNoWeightsError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["NotModelOwner"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackNotModelOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["NotOfferedTo"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackNotOfferedToError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["UnknownModel"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackUnknownModelError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["UnknownVersion"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackUnknownVersionError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// ModelRegistryDerivingNotLicensed represents a DerivingNotLicensed error raised by the ModelRegistry contract.
type ModelRegistryDerivingNotLicensed struct {
	ParentModel [32]byte
	Account     common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DerivingNotLicensed(bytes32 parentModel, address account)
func ModelRegistryDerivingNotLicensedErrorID() common.Hash {
	return common.HexToHash("0x705eb6a47f3ba94fd4e24a590c53f452bc538546ffd9cd2d37110cb1db22e5f8")
}

// UnpackDerivingNotLicensedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DerivingNotLicensed(bytes32 parentModel, address account)
func (modelRegistry *ModelRegistry) UnpackDerivingNotLicensedError(raw []byte) (*ModelRegistryDerivingNotLicensed, error) {
	out := new(ModelRegistryDerivingNotLicensed)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "DerivingNotLicensed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryModelExists represents a ModelExists error raised by the ModelRegistry contract.
type ModelRegistryModelExists struct {
	Model [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ModelExists(bytes32 model)
func ModelRegistryModelExistsErrorID() common.Hash {
	return common.HexToHash("0x2486e84c052de9ee5713d71255d16e161b570742e58700609fd2c741335e69a6")
}

// UnpackModelExistsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ModelExists(bytes32 model)
func (modelRegistry *ModelRegistry) UnpackModelExistsError(raw []byte) (*ModelRegistryModelExists, error) {
	out := new(ModelRegistryModelExists)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "ModelExists", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryNameLength represents a NameLength error raised by the ModelRegistry contract.
type ModelRegistryNameLength struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NameLength(uint256 length)
func ModelRegistryNameLengthErrorID() common.Hash {
	return common.HexToHash("0xa6b6a4518e8254eabebb937e438248479236d55704efe7feed27080dc36222b3")
}

// UnpackNameLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NameLength(uint256 length)
func (modelRegistry *ModelRegistry) UnpackNameLengthError(raw []byte) (*ModelRegistryNameLength, error) {
	out := new(ModelRegistryNameLength)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "NameLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryNoWeights represents a NoWeights error raised by the ModelRegistry contract.
type ModelRegistryNoWeights struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoWeights()
func ModelRegistryNoWeightsErrorID() common.Hash {
	return common.HexToHash("0xe6fa4dfa662a9d93d390a1ba8427fa01a0e7c526193d4775d57fb067ec2fc929")
}

// UnpackNoWeightsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoWeights()
func (modelRegistry *ModelRegistry) UnpackNoWeightsError(raw []byte) (*ModelRegistryNoWeights, error) {
	out := new(ModelRegistryNoWeights)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "NoWeights", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryNotModelOwner represents a NotModelOwner error raised by the ModelRegistry contract.
type ModelRegistryNotModelOwner struct {
	Model   [32]byte
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotModelOwner(bytes32 model, address account)
func ModelRegistryNotModelOwnerErrorID() common.Hash {
	return common.HexToHash("0xc0d87d6b109805e88b4c48a5b1eb97063d4bf7b08ff6a7c1dd78408e1976673a")
}

// UnpackNotModelOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotModelOwner(bytes32 model, address account)
func (modelRegistry *ModelRegistry) UnpackNotModelOwnerError(raw []byte) (*ModelRegistryNotModelOwner, error) {
	out := new(ModelRegistryNotModelOwner)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "NotModelOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryNotOfferedTo represents a NotOfferedTo error raised by the ModelRegistry contract.
type ModelRegistryNotOfferedTo struct {
	Model   [32]byte
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOfferedTo(bytes32 model, address account)
func ModelRegistryNotOfferedToErrorID() common.Hash {
	return common.HexToHash("0x8abe776811e596faeb7c004aea112ed08e9eee91ce2a2e90c17f33cac388f1d2")
}

// UnpackNotOfferedToError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOfferedTo(bytes32 model, address account)
func (modelRegistry *ModelRegistry) UnpackNotOfferedToError(raw []byte) (*ModelRegistryNotOfferedTo, error) {
	out := new(ModelRegistryNotOfferedTo)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "NotOfferedTo", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryUnknownModel represents a UnknownModel error raised by the ModelRegistry contract.
type ModelRegistryUnknownModel struct {
	Model [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownModel(bytes32 model)
func ModelRegistryUnknownModelErrorID() common.Hash {
	return common.HexToHash("0xa2dc0625b3fe9caa2cc8653c3bb80baa7333672dfd886a80b6343d529b2daa98")
}

// UnpackUnknownModelError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownModel(bytes32 model)
func (modelRegistry *ModelRegistry) UnpackUnknownModelError(raw []byte) (*ModelRegistryUnknownModel, error) {
	out := new(ModelRegistryUnknownModel)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "UnknownModel", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryUnknownVersion represents a UnknownVersion error raised by the ModelRegistry contract.
type ModelRegistryUnknownVersion struct {
	Model   [32]byte
	Version uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownVersion(bytes32 model, uint32 version)
func ModelRegistryUnknownVersionErrorID() common.Hash {
	return common.HexToHash("0x4baaaea489a76935fa057f2eb11f4e2a175d00e894ae77b9cf38b293c33aa26f")
}

// UnpackUnknownVersionError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownVersion(bytes32 model, uint32 version)
func (modelRegistry *ModelRegistry) UnpackUnknownVersionError(raw []byte) (*ModelRegistryUnknownVersion, error) {
	out := new(ModelRegistryUnknownVersion)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "UnknownVersion", raw); err != nil {
		return nil, err
	}
	return out, nil
}
