// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {LicenseCard} from "./LicenseCard.sol";
import {Offer, Offers, TransferRule} from "./Offers.sol";
import {Records} from "./Records.sol";

/// A maker's signed promise of a license, free of charge. Each is good for one.
struct Voucher {
    uint32 offer;
    address subject;
    /// within that of the offer
    uint32 scope;
    /// seconds, zero for one period of the offer
    uint40 duration;
    /// chosen by the maker, who never uses one twice
    uint256 nonce;
    /// last second at which it is good
    uint40 deadline;
}

/// @notice Subscriptions as tokens (ERC-5643).
interface IERC5643 {
    // solhint-disable use-natspec
    event SubscriptionUpdate(uint256 indexed tokenId, uint64 expiration);
    // solhint-enable use-natspec

    /// @notice Renews for a whole number of periods.
    /// @param tokenId the license
    /// @param duration seconds
    function renewSubscription(uint256 tokenId, uint64 duration) external payable;
    /// @notice Ends a license now.
    /// @param tokenId the license
    function cancelSubscription(uint256 tokenId) external payable;
    /// @notice When the last period ends.
    /// @param tokenId the license
    /// @return seconds since 1970
    function expiresAt(uint256 tokenId) external view returns (uint64);
    /// @notice Whether it can be renewed.
    /// @param tokenId the license
    /// @return whether it can
    function isRenewable(uint256 tokenId) external view returns (bool);
}

/// @title Licenses to use models: bought, granted, renewed, canceled, suspended, revoked, handed on.
/// @notice Nobody governs this contract and nothing in it can be exchanged. What a maker can do to a license is in the
/// offer, which never changes: suspend it for so long, revoke it with so much notice and that refund, or neither.
/// A token is the number of its offer times 2^32, plus its own.
contract Licenses is Records, Offers, ERC721, EIP712, IERC2981, IERC5643 {
    bytes32 private constant VOUCHER_TYPE = keccak256(
        "Voucher(uint32 offer,address subject,uint32 scope,uint40 duration,uint256 nonce,uint40 deadline)"
    );

    /// @notice Draws licenses.
    LicenseCard public immutable CARD;

    /// What has been paid and time has not earned yet, where the offer refunds.
    mapping(uint256 license => uint128) private _held;
    /// To whom a maker consents that a license is handed on. That can only happen once: then it is the holder.
    mapping(uint256 license => address) private _consents;
    mapping(address maker => mapping(uint256 word => uint256)) private _usedNonces;

    // solhint-disable use-natspec
    event Licensed(
        uint256 indexed license,
        bytes32 indexed model,
        address indexed holder,
        uint32 scope,
        uint40 start,
        uint40 end,
        bool paid
    );
    event Renewed(uint256 indexed license, uint40 start, uint40 end);
    event Canceled(uint256 indexed license, uint40 when, uint256 refund);
    event Suspended(uint256 indexed license, uint40 start, uint40 end, bytes32 reason);
    event Resumed(uint256 indexed license, uint40 when);
    event Revoked(uint256 indexed license, uint40 when, uint256 refund, bytes32 reason);
    event DelegateAdded(uint256 indexed license, address indexed operator, uint40 when);
    event DelegateRemoved(uint256 indexed license, address indexed operator, uint40 when);
    event TransferConsented(uint256 indexed license, address indexed to);
    event VoucherVoided(address indexed maker, uint256 nonce);
    // solhint-enable use-natspec

    error NotHolder(uint256 license, address account);
    error BadDuration(uint256 duration);
    error BadScope(uint32 scope);
    error NotRenewable(uint256 license);
    error NotLive(uint256 license);
    error IsRevoked(uint256 license);
    error Irrevocable(uint256 license);
    error SuspensionTooLong(uint256 total, uint32 most);
    error AlreadySuspended(uint256 license);
    error NotSuspended(uint256 license);
    error TransferForbidden(uint256 license);
    error NoConsent(uint256 license, address to);
    error AlreadyDelegate(uint256 license, address operator);
    error VoucherExpired(uint40 deadline);
    error VoucherUsed(address maker, uint256 nonce);
    error BadSignature(address maker);

    constructor() ERC721("Model license", "LICENSE") EIP712("loyal licenses", "1") {
        CARD = new LicenseCard();
    }

    // Getting a license.

    /// @notice Buys a license for the caller.
    /// @param offer its number
    /// @param periods how many to pay for; one where the license is for ever
    /// @return license its id
    function buy(uint32 offer, uint16 periods) external payable nonReentrant returns (uint256 license) {
        license = _buy(offer, periods);
    }

    /// @notice The same, with a permit (ERC-2612) for just the price.
    /// @param offer its number
    /// @param periods how many to pay for
    /// @param deadline of the permit
    /// @param v of the permit's signature
    /// @param r of the permit's signature
    /// @param s of the permit's signature
    /// @return license its id
    function buyWithPermit(uint32 offer, uint16 periods, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        returns (uint256 license)
    {
        Offer storage o = _offer(offer);
        _permit(o.token, uint256(o.price) * periods, deadline, v, r, s);
        license = _buy(offer, periods);
    }

    /// @notice Gives a license away.
    /// @param offer of the caller's model
    /// @param subject who gets it
    /// @param scope within that of the offer
    /// @param duration seconds, zero for one period of the offer
    /// @return license its id
    function grant(uint32 offer, address subject, uint32 scope, uint40 duration)
        external
        onlyMaker(offer)
        returns (uint256 license)
    {
        license = _grant(offer, subject, scope, duration);
    }

    /// @notice Exchanges a voucher for a license. Whoever has it can do so; its subject gets the license.
    /// @param voucher what the maker promised
    /// @param signature of the maker, also of one that is a contract (ERC-1271)
    /// @return license its id
    function redeem(Voucher calldata voucher, bytes calldata signature) external returns (uint256 license) {
        address maker = REGISTRY.ownerOf(_offer(voucher.offer).model);
        if (block.timestamp > voucher.deadline) revert VoucherExpired(voucher.deadline);
        if (!SignatureChecker.isValidSignatureNow(maker, voucherHash(voucher), signature)) revert BadSignature(maker);
        if (!_useNonce(maker, voucher.nonce)) revert VoucherUsed(maker, voucher.nonce);
        license = _grant(voucher.offer, voucher.subject, voucher.scope, voucher.duration);
    }

    /// @notice Makes vouchers of the caller with this nonce worthless.
    /// @param nonce theirs
    function voidVoucher(uint256 nonce) external {
        if (!_useNonce(msg.sender, nonce)) revert VoucherUsed(msg.sender, nonce);
        emit VoucherVoided(msg.sender, nonce);
    }

    /// @notice What a maker signs (EIP-712).
    /// @param v the voucher
    /// @return the digest
    function voucherHash(Voucher calldata v) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(VOUCHER_TYPE, v.offer, v.subject, v.scope, v.duration, v.nonce, v.deadline))
        );
    }

    function _useNonce(address maker, uint256 nonce) private returns (bool) {
        // forge-lint: disable-next-line(incorrect-shift): one bit of a word is meant
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = _usedNonces[maker][nonce >> 8];
        if (word & bit != 0) return false;
        _usedNonces[maker][nonce >> 8] = word | bit;
        return true;
    }

    function _buy(uint32 offer, uint16 periods) private returns (uint256 license) {
        Offer storage o = _offer(offer);
        if (!_onSale(offer, o)) revert NotOnSale(offer);
        if (periods == 0 || (o.period == 0 && periods != 1)) revert BadDuration(periods);
        uint40 end = o.period == 0 ? type(uint40).max : _later(uint40(block.timestamp), uint256(o.period) * periods);
        license = _mintLicense(offer, o, msg.sender, o.scope, end, true);
        _pay(license, offer, o, uint128(o.price) * periods);
    }

    function _grant(uint32 offer, address subject, uint32 scope, uint40 duration) private returns (uint256 license) {
        Offer storage o = _offer(offer);
        if (scope == 0 || scope & ~o.scope != 0) revert BadScope(scope);
        uint256 seconds_ = duration == 0 ? o.period : duration;
        uint40 end = seconds_ == 0 ? type(uint40).max : _later(uint40(block.timestamp), seconds_);
        license = _mintLicense(offer, o, subject, scope, end, false);
    }

    function _mintLicense(uint32 offer, Offer storage o, address holder, uint32 scope, uint40 end, bool paid)
        private
        returns (uint256 license)
    {
        Sales storage state = sales[offer];
        uint32 serial = state.sold + 1;
        if (o.supply != 0 && serial > o.supply) revert SoldOut(offer);
        state.sold = serial;
        license = (uint256(offer) << 32) | serial;
        uint40 start = uint40(block.timestamp);
        License storage l = licenses[license];
        (l.scope, l.start, l.end) = (scope, start, end);
        _mint(holder, license);
        _open(o.model, holder, license, false, false);
        emit Licensed(license, o.model, holder, scope, start, end, paid);
    }

    // The money of a license.

    /// Takes a payment, and keeps back what a refund may need.
    function _pay(uint256 license, uint32 offer, Offer storage o, uint128 price) private {
        uint128 refundable = price * _most(o.cancelRefund, o.revokeRefund) / WHOLE;
        if (refundable != 0) _held[license] += refundable;
        sales[offer].revenue += price - refundable;
        _collect(o.token, price);
    }

    /// @notice Counts as earned what time has earned.
    /// @param license its id
    function release(uint256 license) external {
        uint32 offer = _offerNumber(license);
        _release(license, offer, offers[offer], uint40(block.timestamp));
    }

    /// What stays unearned is the price of the time that is left, however often and by whom it is counted. Where more
    /// time is left than was paid for, since some was given away, that is all that is held.
    function _release(uint256 license, uint32 offer, Offer storage o, uint40 until) private returns (uint128 unearned) {
        uint128 held = _held[license];
        if (held == 0) return 0;
        uint40 end = licenses[license].end;
        uint256 left = until < end ? end - until : 0;
        left = o.price * left * _most(o.cancelRefund, o.revokeRefund) / (uint256(WHOLE) * o.period);
        if (left >= held) return held;
        // forge-lint: disable-next-line(unsafe-typecast): less than what is held
        unearned = uint128(left);
        _held[license] = unearned;
        sales[offer].revenue += held - unearned;
    }

    /// Pays back a share of what has not been earned until a time.
    function _refund(uint256 license, Offer storage o, uint40 until, bool cancels) private returns (uint256 refund) {
        uint32 offer = _offerNumber(license);
        uint128 unearned = _release(license, offer, o, until);
        if (unearned == 0) return 0;
        delete _held[license];
        uint16 share = cancels ? o.cancelRefund : o.revokeRefund;
        refund = uint256(unearned) * share / _most(o.cancelRefund, o.revokeRefund);
        // forge-lint: disable-next-line(unsafe-typecast): a share of it
        sales[offer].revenue += unearned - uint128(refund);
        _owe(o.token, ownerOf(license), refund);
    }

    // The life of a license.

    /// @inheritdoc IERC5643
    /// @dev Only its holder does, or whom the holder approved. After the license has ended, a period begins now: the
    /// gap stays one.
    function renewSubscription(uint256 tokenId, uint64 duration) external payable nonReentrant {
        _checkAuthorized(_requireOwned(tokenId), msg.sender, tokenId);
        (uint32 offer, License storage l) = (_offerNumber(tokenId), licenses[tokenId]);
        Offer storage o = _offer(offer);
        if (o.period == 0 || l.end == type(uint40).max) revert NotRenewable(tokenId);
        if (l.revokedAt != 0) revert IsRevoked(tokenId);
        if (!_onSale(offer, o)) revert NotOnSale(offer);
        if (duration == 0 || duration % o.period != 0) revert BadDuration(duration);
        uint40 start = l.end;
        uint40 end;
        if (block.timestamp <= start) {
            end = _later(start, duration);
            l.end = end;
        } else {
            start = uint40(block.timestamp);
            end = _later(start, duration);
            _release(tokenId, offer, o, start);
            _begin(tokenId, end);
        }
        emit Renewed(tokenId, start, end);
        emit SubscriptionUpdate(tokenId, end);
        _pay(tokenId, offer, o, uint128(o.price) * (duration / o.period));
    }

    /// @inheritdoc IERC5643
    /// @dev Only its holder does. What the offer refunds is then owed to the holder.
    function cancelSubscription(uint256 tokenId) external payable {
        if (msg.value != 0) revert WrongPayment(msg.value, 0);
        _checkHolder(tokenId);
        License storage l = licenses[tokenId];
        uint40 when = uint40(block.timestamp);
        _checkLive(tokenId, l, when);
        Offer storage o = offers[_offerNumber(tokenId)];
        uint256 refund = _refund(tokenId, o, when, true);
        l.end = when;
        emit Canceled(tokenId, when, refund);
        emit SubscriptionUpdate(tokenId, when);
    }

    /// @notice Suspends a license from now on, within what the offer allows in all.
    /// @param license of the caller's model
    /// @param duration seconds
    /// @param reason hash of the reason
    function suspend(uint256 license, uint32 duration, bytes32 reason) external onlyMaker(_offerNumber(license)) {
        uint40 when = uint40(block.timestamp);
        _checkLive(license, licenses[license], when);
        if (duration == 0) revert BadDuration(duration);
        (uint40 end, uint256 total, bool overlaps) = _suspend(license, duration);
        if (overlaps) revert AlreadySuspended(license);
        uint32 most = offers[_offerNumber(license)].maxSuspension;
        if (total > most) revert SuspensionTooLong(total, most);
        emit Suspended(license, when, end, reason);
    }

    /// @notice Ends a suspension now.
    /// @param license of the caller's model
    function resume(uint256 license) external onlyMaker(_offerNumber(license)) {
        if (!_resume(license)) revert NotSuspended(license);
        emit Resumed(license, uint40(block.timestamp));
    }

    /// @notice Revokes a license after the notice that the offer names. What the offer refunds is owed to the holder
    /// at once; the license cannot be renewed any more.
    /// @param license of the caller's model
    /// @param reason hash of the reason
    function revoke(uint256 license, bytes32 reason) external onlyMaker(_offerNumber(license)) {
        License storage l = licenses[license];
        uint40 when = uint40(block.timestamp);
        _checkLive(license, l, when);
        Offer storage o = offers[_offerNumber(license)];
        if (o.notice == IRREVOCABLE) revert Irrevocable(license);
        when += o.notice;
        l.revokedAt = when;
        uint256 refund = _refund(license, o, when, false);
        emit Revoked(license, when, refund, reason);
    }

    function _checkLive(uint256 license, License storage l, uint40 when) private view {
        _requireOwned(license);
        if (l.revokedAt != 0) revert IsRevoked(license);
        if (when >= l.end) revert NotLive(license);
    }

    function _checkHolder(uint256 license) private view {
        if (_requireOwned(license) != msg.sender) revert NotHolder(license, msg.sender);
    }

    // Who uses it.

    /// @notice Names another address, as that of a server, that uses the license on the holder's behalf. The right
    /// of a delegate ends with the holding: another holder names others.
    /// @param license of the caller
    /// @param operator the delegate
    function addDelegate(uint256 license, address operator) external {
        _checkHolder(license);
        bytes32 model = offers[_offerNumber(license)].model;
        (, bool found) = _find(model, operator, license, true);
        if (found || operator == msg.sender) revert AlreadyDelegate(license, operator);
        _open(model, operator, license, true, true);
        emit DelegateAdded(license, operator, uint40(block.timestamp));
    }

    /// @notice Ends the right of a delegate. The holder does, or the delegate itself.
    /// @param license the license
    /// @param operator the delegate
    function removeDelegate(uint256 license, address operator) external {
        if (msg.sender != operator) _checkHolder(license);
        _close(offers[_offerNumber(license)].model, operator, license, true);
        emit DelegateRemoved(license, operator, uint40(block.timestamp));
    }

    /// @notice Consents that the present holder of a license hands it on.
    /// @param license of the caller's model
    /// @param to to whom; zero takes the consent back
    function consent(uint256 license, address to) external onlyMaker(_offerNumber(license)) {
        _requireOwned(license);
        _consents[license] = to;
        emit TransferConsented(license, to);
    }

    /// Every change of holder comes through here.
    function _update(address to, uint256 license, address auth) internal override returns (address from) {
        from = super._update(to, license, auth);
        if (from == address(0) || from == to) return from;
        Offer storage o = offers[_offerNumber(license)];
        if (o.transferRule == TransferRule.Never) revert TransferForbidden(license);
        if (o.transferRule == TransferRule.WithConsent && _consents[license] != to) revert NoConsent(license, to);
        _handOn(o.model, license, from, to);
    }

    // What others ask of a token.

    /// @inheritdoc IERC5643
    function expiresAt(uint256 tokenId) external view returns (uint64) {
        _requireOwned(tokenId);
        return licenses[tokenId].end;
    }

    /// @inheritdoc IERC5643
    function isRenewable(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        (uint32 offer, License storage l) = (_offerNumber(tokenId), licenses[tokenId]);
        Offer storage o = offers[offer];
        return o.period != 0 && l.end != type(uint40).max && l.revokedAt == 0 && _onSale(offer, o);
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 tokenId, uint256 salePrice) external view returns (address receiver, uint256 amount) {
        Offer storage o = _offer(_offerNumber(tokenId));
        return (REGISTRY.ownerOf(o.model), salePrice * o.royalty / WHOLE);
    }

    /// @notice Whether a license can never be handed on (ERC-5192).
    /// @param tokenId its id
    /// @return whether that is so
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return offers[_offerNumber(tokenId)].transferRule == TransferRule.Never;
    }

    /// @notice Metadata with a picture, all of it in a data URI.
    /// @param tokenId its id
    /// @return the URI
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        Offer storage o = offers[_offerNumber(tokenId)];
        return CARD.uri(tokenId, o.model, o.termsHash, licenses[tokenId]);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) public view override(ERC721, IERC165) returns (bool) {
        // The last is ERC-5192.
        return id == type(IERC2981).interfaceId || id == type(IERC5643).interfaceId || id == 0xb45a3c0e
            || super.supportsInterface(id);
    }

    function _offerNumber(uint256 license) private pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast): ids have 64 bits, what is longer is no license
        return uint32(license >> 32);
    }

    function _later(uint40 start, uint256 duration) private pure returns (uint40) {
        uint256 end = start + duration;
        if (end >= type(uint40).max) revert BadDuration(duration);
        // forge-lint: disable-next-line(unsafe-typecast): checked
        return uint40(end);
    }

    function _most(uint16 a, uint16 b) private pure returns (uint16) {
        return a > b ? a : b;
    }
}
