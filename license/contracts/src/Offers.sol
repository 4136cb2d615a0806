// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAuthority, ModelRegistry} from "./ModelRegistry.sol";

/// Whether licenses of an offer can be handed on.
enum TransferRule {
    Never,
    WithConsent,
    Free
}

/// What a maker offers. Nothing of it changes once it is made: who has read it buys just that. Five slots, of which
/// buying reads three.
struct Offer {
    bytes32 model;
    /// ERC-20 to pay in; zero for the chain's own coin
    address token;
    /// seconds that one price buys; zero for ever
    uint32 period;
    /// bit mask of uses
    uint32 scope;
    /// seconds from a revocation to its effect; the largest number where nothing can be revoked
    uint32 notice;
    /// for one period, in the token's smallest unit
    uint96 price;
    /// when it is sold; until is exclusive, zero means without end
    uint40 saleFrom;
    uint40 saleUntil;
    /// share of unused time that is paid back, in hundredths of a percent
    uint16 cancelRefund;
    uint16 revokeRefund;
    /// share of the price of a resale that is the maker's (ERC-2981), in hundredths of a percent
    uint16 royalty;
    /// most licenses; zero without limit
    uint32 supply;
    bytes32 termsHash;
    /// most requests and tokens a period, zero without limit; for who meters, the contract cannot see them
    uint64 requests;
    uint64 tokens;
    /// most seconds for which a license can be suspended, all suspensions together
    uint32 maxSuspension;
    TransferRule transferRule;
}

/// Who is paid what share, in hundredths of a percent.
struct Payee {
    address account;
    uint16 share;
}

/// @title What makers offer, and the money.
/// @notice Money is only ever written down as owed, and fetched by whom it is owed to: no payment waits for another's
/// account. What a refund may need stays here until time has earned it.
abstract contract Offers is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// One slot, so that a sale writes once.
    struct Sales {
        uint32 sold;
        bool closed;
        /// earned and not yet divided among the payees
        uint128 revenue;
    }

    /// @notice Shares are parts of this.
    uint16 public constant WHOLE = 10_000;
    /// @notice Most payees of an offer.
    uint256 public constant MAX_PAYEES = 8;
    /// @notice A notice of this length means that nothing can be revoked.
    uint32 public constant IRREVOCABLE = type(uint32).max;

    /// @notice Models and who owns them.
    ModelRegistry public immutable REGISTRY;

    /// @notice How many offers there are; they are numbered from 1.
    uint32 public offerCount;

    /// @notice Offers.
    mapping(uint32 offer => Offer) public offers;
    /// @notice What was sold of them.
    mapping(uint32 offer => Sales) public sales;
    /// @notice Who is paid for them.
    mapping(uint32 offer => Payee[]) public payees;
    mapping(address token => mapping(address account => uint256)) private _owed;

    // solhint-disable use-natspec
    event OfferMade(uint32 indexed offer, bytes32 indexed model, address indexed maker, Offer terms, Payee[] payees);
    event OfferClosed(uint32 indexed offer);
    event Owed(address indexed token, address indexed account, uint256 amount);
    event Withdrawn(address indexed token, address indexed account, address to, uint256 amount);
    // solhint-enable use-natspec

    error UnknownOffer(uint32 offer);
    error NoScope();
    error ShareAboveWhole();
    error RefundForEver();
    error EmptySale();
    error NoSuchToken(address token);
    error TooManyPayees(uint256 count);
    error EmptyPayee(uint256 index);
    error BadShares(uint256 sum);
    error NotMaker(uint32 offer, address account);
    error NotOnSale(uint32 offer);
    error SoldOut(uint32 offer);
    error WrongPayment(uint256 sent, uint256 price);
    error ShortPayment(uint256 received, uint256 price);
    error NothingOwed(address token, address account);
    error PaymentFailed(address to);

    modifier onlyMaker(uint32 offer) {
        _checkMaker(offer);
        _;
    }

    constructor() {
        REGISTRY = new ModelRegistry(IAuthority(address(this)));
    }

    /// @notice Makes an offer for a model of the caller.
    /// @param terms the offer
    /// @param shares who is paid what share; none: the caller all of it
    /// @return offer its number
    function makeOffer(Offer memory terms, Payee[] memory shares) external returns (uint32 offer) {
        if (REGISTRY.ownerOf(terms.model) != msg.sender) revert ModelRegistry.NotModelOwner(terms.model, msg.sender);
        _checkTerms(terms);
        offer = ++offerCount;
        offers[offer] = terms;
        if (shares.length == 0) {
            shares = new Payee[](1);
            shares[0] = Payee(msg.sender, WHOLE);
        }
        _addPayees(offer, shares);
        emit OfferMade(offer, terms.model, msg.sender, terms, shares);
    }

    function _checkTerms(Offer memory o) private view {
        if (o.scope == 0) revert NoScope();
        if (o.cancelRefund > WHOLE || o.revokeRefund > WHOLE || o.royalty > WHOLE) revert ShareAboveWhole();
        if (o.period == 0 && (o.cancelRefund != 0 || o.revokeRefund != 0)) revert RefundForEver();
        if (o.saleUntil != 0 && o.saleUntil <= o.saleFrom) revert EmptySale();
        if (o.token != address(0) && o.token.code.length == 0) revert NoSuchToken(o.token);
    }

    function _addPayees(uint32 offer, Payee[] memory shares) private {
        if (shares.length > MAX_PAYEES) revert TooManyPayees(shares.length);
        uint256 sum = 0;
        for (uint256 i = 0; i < shares.length; ++i) {
            if (shares[i].account == address(0) || shares[i].share == 0) revert EmptyPayee(i);
            sum += shares[i].share;
            payees[offer].push(shares[i]);
        }
        if (sum != WHOLE) revert BadShares(sum);
    }

    /// @notice Stops selling, for ever. Licenses that were sold stay as they are, but are not renewed.
    /// @param offer of the caller's model
    function closeOffer(uint32 offer) external onlyMaker(offer) {
        sales[offer].closed = true;
        emit OfferClosed(offer);
    }

    /// @notice Divides what an offer has earned among its payees; the last gets what rounding leaves.
    /// @param offer its number
    function distribute(uint32 offer) external {
        Offer storage o = _offer(offer);
        uint256 amount = sales[offer].revenue;
        sales[offer].revenue = 0;
        Payee[] storage list = payees[offer];
        uint256 last = list.length - 1;
        uint256 left = amount;
        for (uint256 i = 0; i < last; ++i) {
            uint256 part = amount * list[i].share / WHOLE;
            left -= part;
            _owe(o.token, list[i].account, part);
        }
        _owe(o.token, list[last].account, left);
    }

    /// @notice Fetches what is owed to the caller.
    /// @param token the ERC-20, zero for the chain's own coin
    /// @param to where to send it
    /// @return amount how much it was
    function withdraw(address token, address to) external nonReentrant returns (uint256 amount) {
        amount = _owed[token][msg.sender];
        if (amount == 0) revert NothingOwed(token, msg.sender);
        delete _owed[token][msg.sender];
        emit Withdrawn(token, msg.sender, to, amount);
        if (token != address(0)) {
            IERC20(token).safeTransfer(to, amount);
            return amount;
        }
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert PaymentFailed(to);
    }

    /// @notice What is owed to an account.
    /// @param token the ERC-20, zero for the chain's own coin
    /// @param account whose it is
    /// @return how much
    function owed(address token, address account) external view returns (uint256) {
        return _owed[token][account];
    }

    function _offer(uint32 offer) internal view returns (Offer storage o) {
        o = offers[offer];
        if (o.scope == 0) revert UnknownOffer(offer);
    }

    function _checkMaker(uint32 offer) internal view {
        if (REGISTRY.ownerOf(_offer(offer).model) != msg.sender) revert NotMaker(offer, msg.sender);
    }

    function _onSale(uint32 offer, Offer storage o) internal view returns (bool) {
        return !sales[offer].closed && block.timestamp >= o.saleFrom
            && (o.saleUntil == 0 || block.timestamp < o.saleUntil);
    }

    function _owe(address token, address account, uint256 amount) internal {
        if (amount == 0) return;
        _owed[token][account] += amount;
        emit Owed(token, account, amount);
    }

    /// Takes a payment from the caller. What counts of an ERC-20 is what arrived.
    function _collect(address token, uint256 price) internal {
        if (token == address(0)) {
            if (msg.value != price) revert WrongPayment(msg.value, price);
            return;
        }
        if (msg.value != 0) revert WrongPayment(msg.value, 0);
        if (price == 0) return;
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), price);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received < price) revert ShortPayment(received, price);
    }

    /// A permit that somebody else has already used is as good as one that works.
    function _permit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) internal {
        if (token == address(0)) return;
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(token).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
    }
}
