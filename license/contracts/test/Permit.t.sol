// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {FrozenToken, GoodToken, PermitToken} from "./mocks/Tokens.sol";
import {Offer, Offers} from "../src/Offers.sol";

/// Payment with a permit (ERC-2612).
contract PermitTest is Base {
    uint256 internal constant KEY = 0xB1;
    uint96 internal constant PRICE = 1_000_000;

    PermitToken internal token;
    address internal buyer;
    uint32 internal offer;

    struct Signature {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function setUp() public override {
        super.setUp();
        token = new PermitToken();
        buyer = VM.addr(KEY);
        token.mint(buyer, 10 * PRICE);
        offer = priced(address(token));
    }

    function priced(address with) internal returns (uint32) {
        Offer memory o = basic();
        (o.token, o.price) = (with, PRICE);
        return offered(o);
    }

    function permitted(uint256 key, uint256 value, uint256 deadline) internal view returns (Signature memory p) {
        bytes32 kind =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        uint256 nonce = token.nonces(buyer);
        bytes32 content = keccak256(abi.encode(kind, buyer, address(licenses), value, nonce, deadline));
        p.deadline = deadline;
        (p.v, p.r, p.s) = VM.sign(key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), content)));
    }

    function buys(uint16 periods, Signature memory p) internal returns (uint256) {
        VM.prank(buyer);
        return licenses.buyWithPermit(offer, periods, p.deadline, p.v, p.r, p.s);
    }

    function refusesWithout(uint256 allowance, uint256 price) internal {
        bytes4 short = IERC20Errors.ERC20InsufficientAllowance.selector;
        VM.expectRevert(abi.encodeWithSelector(short, address(licenses), allowance, price));
    }

    function testPermitPaysInOneTransaction() public {
        uint256 id = buys(1, permitted(KEY, PRICE, T0));
        equal(licenses.ownerOf(id), buyer, "holder");
        equal(token.balanceOf(address(licenses)), PRICE, "paid");
        equal(token.allowance(buyer, address(licenses)), 0, "nothing is left of it");
    }

    function testPermitIsForThePriceOfAllPeriods() public {
        Signature memory p = permitted(KEY, 3 * PRICE, T0);
        refusesWithout(0, 2 * uint256(PRICE));
        buys(2, p);
        uint256 id = buys(3, p);
        equal(licenses.expiresAt(id), T0 + 3 * MONTH, "end");
        equal(token.balanceOf(address(licenses)), 3 * PRICE, "paid");
    }

    function testPermitThatSomebodyElseUsedFirstIsAsGood() public {
        Signature memory p = permitted(KEY, PRICE, T0);
        VM.prank(MALLORY);
        token.permit(buyer, address(licenses), PRICE, p.deadline, p.v, p.r, p.s);
        equal(licenses.ownerOf(buys(1, p)), buyer, "holder");
    }

    function testPermitIsNotUsedTwice() public {
        Signature memory p = permitted(KEY, PRICE, T0);
        buys(1, p);
        refusesWithout(0, PRICE);
        buys(1, p);
    }

    function testExpiredPermitDoesNotPay() public {
        Signature memory p = permitted(KEY, PRICE, T0);
        VM.warp(T0 + 1);
        refusesWithout(0, PRICE);
        buys(1, p);
    }

    function testExpiredPermitDoesNotMatterWhereThePriceIsApproved() public {
        Signature memory p = permitted(KEY, PRICE, T0);
        VM.warp(T0 + 1);
        VM.prank(buyer);
        token.approve(address(licenses), PRICE);
        equal(licenses.ownerOf(buys(1, p)), buyer, "holder");
    }

    function testPermitOfAnotherDoesNotPay() public {
        Signature memory p = permitted(0xBAD, PRICE, T0);
        refusesWithout(0, PRICE);
        buys(1, p);
    }

    function testPermitIsOnlyForWhoSignedIt() public {
        Signature memory p = permitted(KEY, PRICE, T0);
        token.mint(MALLORY, PRICE);
        refusesWithout(0, PRICE);
        VM.prank(MALLORY);
        licenses.buyWithPermit(offer, 1, p.deadline, p.v, p.r, p.s);
        equal(token.balanceOf(buyer), 10 * PRICE, "nothing is taken");
    }

    function testTokenWithoutPermitIsPaidFromItsAllowance() public {
        GoodToken plain = new GoodToken();
        plain.mint(buyer, PRICE);
        offer = priced(address(plain));
        Signature memory p = permitted(KEY, PRICE, T0);
        refusesWithout(0, PRICE);
        buys(1, p);
        VM.prank(buyer);
        plain.approve(address(licenses), PRICE);
        equal(licenses.ownerOf(buys(1, p)), buyer, "holder");
    }

    function testOfferInCoinTakesNoPermit() public {
        offer = offered(basic());
        Signature memory p = permitted(KEY, 1 ether, T0);
        refuses(Offers.WrongPayment.selector, 0, 1 ether);
        buys(1, p);
    }

    function testOfferForNothingTakesAnyPermit() public {
        Signature memory p = permitted(KEY, 0, T0);
        Offer memory o = basic();
        o.price = 0;
        offer = offered(o);
        equal(licenses.ownerOf(buys(1, p)), buyer, "coin");
        FrozenToken frozen = new FrozenToken();
        frozen.freeze(true);
        o.token = address(frozen);
        offer = offered(o);
        equal(licenses.ownerOf(buys(1, p)), buyer, "token");
    }
}
