// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the registry has to know about licenses.
interface IAuthority {
    /// @notice Whether a subject was licensed for a model, for all uses in a scope, at a time.
    /// @param model the model
    /// @param subject who uses it
    /// @param scope bit mask of uses
    /// @param when seconds since 1970, not in the future
    /// @return whether it was
    function isAuthorized(bytes32 model, address subject, uint32 scope, uint40 when) external view returns (bool);
}

/// @title Models, who owns them, and what their makers committed to.
/// @notice A commitment is made before a version is released and never changes: nobody has a key to it, and there is
/// no upgrade. It says that these weights, this fingerprint set and this rule of decision were there at this time. It
/// does not say that the committer made them: who copies a digest from a pending transaction gains a commitment that
/// cannot be opened, since the root is that of salted leaves.
contract ModelRegistry {
    /// A model. One slot, then the hash, then the URI.
    struct Model {
        address owner;
        uint40 registeredAt;
        uint32 versions;
        bytes32 metadataHash;
        string metadataURI;
    }

    /// What is committed to; three slots.
    struct Version {
        bytes32 weights;
        /// keccak256(abi.encode(root of the set, hash of the decision rule))
        bytes32 fingerprints;
        uint40 committedAt;
        uint64 blockNumber;
        bool derived;
    }

    /// The version from which another is derived.
    struct Parent {
        bytes32 model;
        uint32 version;
    }

    /// @notice The use "publish what is derived from the model", as in the scope of licenses.
    uint32 public constant DERIVE = 1 << 4;

    /// @notice Longest name of a model, in bytes.
    uint256 public constant MAX_NAME = 64;

    /// @notice Says who holds a license to derive.
    IAuthority public immutable AUTHORITY;

    mapping(bytes32 model => Model) private _models;
    mapping(bytes32 model => address) private _pendingOwners;
    mapping(bytes32 model => mapping(uint32 version => Version)) private _versions;
    mapping(bytes32 model => mapping(uint32 version => Parent)) private _parents;

    // solhint-disable use-natspec
    event ModelRegistered(bytes32 indexed model, address indexed owner, string name, string metadataURI, bytes32 metadataHash);
    event MetadataChanged(bytes32 indexed model, string metadataURI, bytes32 metadataHash);
    event OwnershipOffered(bytes32 indexed model, address indexed from, address indexed to);
    event OwnershipTransferred(bytes32 indexed model, address indexed from, address indexed to);
    event VersionCommitted(
        bytes32 indexed model, uint32 indexed version, bytes32 indexed weights, bytes32 setRoot, bytes32 ruleHash
    );
    event VersionDerived(bytes32 indexed model, uint32 indexed version, bytes32 indexed parentModel, uint32 parentVersion);
    // solhint-enable use-natspec

    error NameLength(uint256 length);
    error ModelExists(bytes32 model);
    error UnknownModel(bytes32 model);
    error UnknownVersion(bytes32 model, uint32 version);
    error NotModelOwner(bytes32 model, address account);
    error NotOfferedTo(bytes32 model, address account);
    error NoWeights();
    error DerivingNotLicensed(bytes32 parentModel, address account);

    modifier onlyOwner(bytes32 model) {
        if (ownerOf(model) != msg.sender) revert NotModelOwner(model, msg.sender);
        _;
    }

    /// @notice For the contract of the licenses, which makes it.
    /// @param authority says who holds a license to derive
    constructor(IAuthority authority) {
        AUTHORITY = authority;
    }

    /// @notice The id of a model: names belong to who registers them, so nobody can take another's.
    /// @param registrant who registers it
    /// @param name its name
    /// @return the id
    function modelId(address registrant, string calldata name) public pure returns (bytes32) {
        return keccak256(abi.encode(registrant, name));
    }

    /// @notice Registers a model of the caller.
    /// @param name its name, 1 to 64 bytes
    /// @param metadataURI where its metadata is
    /// @param metadataHash of the metadata
    /// @return model its id
    function register(string calldata name, string calldata metadataURI, bytes32 metadataHash)
        external
        returns (bytes32 model)
    {
        uint256 length = bytes(name).length;
        if (length == 0 || length > MAX_NAME) revert NameLength(length);
        model = modelId(msg.sender, name);
        Model storage m = _models[model];
        if (m.registeredAt != 0) revert ModelExists(model);
        (m.owner, m.registeredAt) = (msg.sender, uint40(block.timestamp));
        (m.metadataURI, m.metadataHash) = (metadataURI, metadataHash);
        emit ModelRegistered(model, msg.sender, name, metadataURI, metadataHash);
    }

    /// @notice Changes where the metadata is, and what it is.
    /// @param model the caller's model
    /// @param metadataURI where it is
    /// @param metadataHash of the metadata
    function setMetadata(bytes32 model, string calldata metadataURI, bytes32 metadataHash) external onlyOwner(model) {
        (_models[model].metadataURI, _models[model].metadataHash) = (metadataURI, metadataHash);
        emit MetadataChanged(model, metadataURI, metadataHash);
    }

    /// @notice Offers a model to another owner, who has to accept; the zero address takes the offer back.
    /// @param model the caller's model
    /// @param to the next owner
    function offerOwnership(bytes32 model, address to) external onlyOwner(model) {
        _pendingOwners[model] = to;
        emit OwnershipOffered(model, msg.sender, to);
    }

    /// @notice Accepts a model that was offered to the caller.
    /// @param model the model
    function acceptOwnership(bytes32 model) external {
        address from = ownerOf(model);
        if (_pendingOwners[model] != msg.sender) revert NotOfferedTo(model, msg.sender);
        delete _pendingOwners[model];
        _models[model].owner = msg.sender;
        emit OwnershipTransferred(model, from, msg.sender);
    }

    /// @notice Commits to a version of the caller's model, for ever.
    /// @param model the model
    /// @param weights digest of the weights
    /// @param setRoot Merkle root of the salted fingerprints
    /// @param ruleHash hash of the rule by which an audit decides
    /// @return version its number, from 1
    function commit(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash)
        external
        onlyOwner(model)
        returns (uint32 version)
    {
        version = _commit(model, weights, setRoot, ruleHash, false);
    }

    /// @notice The same for what is derived from another version. If that is not a model of the caller too, the caller
    /// needs a license to derive that is in force now.
    /// @param model the model
    /// @param weights digest of the weights
    /// @param setRoot Merkle root of the salted fingerprints
    /// @param ruleHash hash of the rule by which an audit decides
    /// @param parent from which it is derived
    /// @return version its number, from 1
    function commitDerived(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash, Parent calldata parent)
        external
        onlyOwner(model)
        returns (uint32 version)
    {
        if (_versions[parent.model][parent.version].committedAt == 0) {
            revert UnknownVersion(parent.model, parent.version);
        }
        if (
            _models[parent.model].owner != msg.sender
                && !AUTHORITY.isAuthorized(parent.model, msg.sender, DERIVE, uint40(block.timestamp))
        ) revert DerivingNotLicensed(parent.model, msg.sender);
        version = _commit(model, weights, setRoot, ruleHash, true);
        _parents[model][version] = parent;
        emit VersionDerived(model, version, parent.model, parent.version);
    }

    function _commit(bytes32 model, bytes32 weights, bytes32 setRoot, bytes32 ruleHash, bool derived)
        private
        returns (uint32 version)
    {
        if (weights == 0) revert NoWeights();
        version = ++_models[model].versions;
        _versions[model][version] = Version({
            weights: weights,
            fingerprints: keccak256(abi.encode(setRoot, ruleHash)),
            committedAt: uint40(block.timestamp),
            blockNumber: uint64(block.number),
            derived: derived
        });
        emit VersionCommitted(model, version, weights, setRoot, ruleHash);
    }

    /// @notice The owner of a model.
    /// @param model the model
    /// @return owner its owner; an unknown model is an error
    function ownerOf(bytes32 model) public view returns (address owner) {
        owner = _models[model].owner;
        if (owner == address(0)) revert UnknownModel(model);
    }

    /// @notice To whom a model is offered.
    /// @param model the model
    /// @return the next owner, or zero
    function pendingOwnerOf(bytes32 model) external view returns (address) {
        return _pendingOwners[model];
    }

    /// @notice A model.
    /// @param model its id
    /// @return what is registered; an unknown model is an error
    function modelOf(bytes32 model) external view returns (Model memory) {
        ownerOf(model);
        return _models[model];
    }

    /// @notice A version.
    /// @param model the model
    /// @param version its number
    /// @return what was committed to; an unknown version is an error
    function versionOf(bytes32 model, uint32 version) external view returns (Version memory) {
        Version memory v = _versions[model][version];
        if (v.committedAt == 0) revert UnknownVersion(model, version);
        return v;
    }

    /// @notice From what a version is derived.
    /// @param model the model
    /// @param version its number
    /// @return the parent, all zero if it is not derived
    function parentOf(bytes32 model, uint32 version) external view returns (Parent memory) {
        return _parents[model][version];
    }
}
