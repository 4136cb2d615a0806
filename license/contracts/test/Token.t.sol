// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Base} from "./Base.sol";
import {
    BonusToken, FalseToken, FeeToken, FrozenToken, GoodToken, RebasingToken, SilentToken
} from "./mocks/Tokens.sol";
import {Offer, Offers} from "../src/Offers.sol";
import {Status} from "../src/Records.sol";

/// Payment in tokens that are as they should be, and in those that are not.
contract TokenTest is Base {
    uint96 internal constant PRICE = 1_000_000;

    function priced(address token) internal returns (uint32) {
        Offer memory o = strict();
        (o.token, o.price) = (token, PRICE);
        return offered(o);
    }

    function approved(address token, address who, uint256 amount) internal {
        GoodToken(token).mint(who, amount);
        VM.prank(who);
        GoodToken(token).approve(address(licenses), amount);
    }

    function buys(uint32 offer, address who) internal returns (uint256) {
        VM.prank(who);
        return licenses.buy(offer, 1);
    }

    function withdraws(address who, address token) internal {
        VM.prank(who);
        licenses.withdraw(token, who);
    }

    /// Whatever a token does, what is paid in others goes on.
    function othersGoOn() internal {
        uint256 before = MAKER.balance;
        uint32 offer = offered(basic());
        bought(offer, BOB);
        licenses.distribute(offer);
        withdraws(MAKER, address(0));
        equal(MAKER.balance - before, 1 ether, "coin");
        GoodToken good = new GoodToken();
        offer = priced(address(good));
        approved(address(good), BOB, PRICE);
        uint256 id = buys(offer, BOB);
        canceled(id, BOB);
        licenses.distribute(offer);
        withdraws(BOB, address(good));
        withdraws(MAKER, address(good));
        equal(good.balanceOf(BOB), PRICE / 2, "another token, refund");
        equal(good.balanceOf(MAKER), PRICE / 2, "another token, earnings");
    }

    function testTokenIsPaidExactly() public {
        GoodToken token = new GoodToken();
        uint32 offer = priced(address(token));
        approved(address(token), BOB, PRICE);
        uint256 id = buys(offer, BOB);
        equal(token.balanceOf(address(licenses)), PRICE, "paid");
        equal(heldOf(id), PRICE, "held");
        othersGoOn();
    }

    function testTokenThatIsNotApprovedOrNotThereIsNotPaid() public {
        GoodToken token = new GoodToken();
        uint32 offer = priced(address(token));
        approved(address(token), BOB, PRICE - 1);
        bytes4 short = IERC20Errors.ERC20InsufficientAllowance.selector;
        VM.expectRevert(abi.encodeWithSelector(short, address(licenses), PRICE - 1, PRICE));
        buys(offer, BOB);
        VM.prank(BOB);
        token.approve(address(licenses), PRICE);
        VM.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, BOB, PRICE - 1, PRICE));
        buys(offer, BOB);
    }

    function testCoinBesideATokenIsRefused() public {
        GoodToken token = new GoodToken();
        uint32 offer = priced(address(token));
        approved(address(token), BOB, 2 * PRICE);
        refuses(Offers.WrongPayment.selector, PRICE, 0);
        VM.prank(BOB);
        licenses.buy{value: PRICE}(offer, 1);
        uint256 id = buys(offer, BOB);
        refuses(Offers.WrongPayment.selector, 1, 0);
        VM.prank(BOB);
        licenses.renewSubscription{value: 1}(id, MONTH);
    }

    function testTokenThatCostsNothingIsNotAsked() public {
        FrozenToken token = new FrozenToken();
        token.freeze(true);
        Offer memory o = strict();
        (o.token, o.price) = (address(token), 0);
        equal(licenses.ownerOf(buys(offered(o), BOB)), BOB, "holder");
    }

    function testRenewalIsPaidInTheToken() public {
        GoodToken token = new GoodToken();
        uint32 offer = priced(address(token));
        approved(address(token), BOB, 4 * PRICE);
        uint256 id = buys(offer, BOB);
        VM.prank(BOB);
        licenses.renewSubscription(id, 3 * MONTH);
        equal(token.balanceOf(address(licenses)), 4 * PRICE, "paid");
        equal(heldOf(id), 4 * PRICE, "held");
        equal(token.balanceOf(BOB), 0, "left");
    }

    function testTokenThatKeepsAFeeIsRefused() public {
        FeeToken token = new FeeToken();
        uint32 offer = priced(address(token));
        token.mint(address(licenses), PRICE); // what was there before has not arrived
        approved(address(token), BOB, PRICE);
        refuses(Offers.ShortPayment.selector, PRICE - PRICE / 100, PRICE);
        buys(offer, BOB);
        equal(token.balanceOf(BOB), PRICE, "nothing is lost");
        equal(status(BOB, T0), Status.NoRecord, "nor gained");
        othersGoOn();
    }

    function testTokenThatPaysMoreCountsAsItsPrice() public {
        BonusToken token = new BonusToken();
        uint32 offer = priced(address(token));
        approved(address(token), BOB, PRICE);
        uint256 id = buys(offer, BOB);
        equal(token.balanceOf(address(licenses)), PRICE + PRICE / 100, "paid");
        equal(heldOf(id) + revenueOf(offer), PRICE, "counted");
    }

    function testFrozenTokenStopsOnlyItself() public {
        FrozenToken token = new FrozenToken();
        uint32 offer = priced(address(token));
        approved(address(token), BOB, 2 * PRICE);
        uint256 id = buys(offer, BOB);
        token.freeze(true);
        VM.expectRevert(FrozenToken.Frozen.selector);
        buys(offer, BOB);
        VM.warp(T0 + MONTH / 2);
        canceled(id, BOB); // nothing of this moves tokens
        licenses.distribute(offer);
        equal(licenses.owed(address(token), BOB), PRICE / 4, "refund");
        VM.expectRevert(FrozenToken.Frozen.selector);
        withdraws(BOB, address(token));
        equal(licenses.owed(address(token), BOB), PRICE / 4, "it stays owed");
        othersGoOn();
        token.freeze(false);
        withdraws(BOB, address(token));
        withdraws(MAKER, address(token));
        equal(token.balanceOf(MAKER), PRICE - PRICE / 4, "earnings");
        equal(token.balanceOf(address(licenses)), 0, "left");
    }

    function testTokenThatSaysNoIsNotPaid() public {
        FalseToken token = new FalseToken();
        uint32 offer = priced(address(token));
        approved(address(token), BOB, 2 * PRICE);
        buys(offer, BOB);
        token.breaks(false);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        VM.expectRevert(failed);
        buys(offer, CAROL);
        VM.warp(T0 + MONTH);
        licenses.release((uint256(offer) << 32) | 1);
        licenses.distribute(offer);
        VM.expectRevert(failed);
        withdraws(MAKER, address(token));
        equal(licenses.owed(address(token), MAKER), PRICE, "it stays owed");
        othersGoOn();
    }

    function testTokenThatSaysYesAndDoesNothingIsNotPaid() public {
        FalseToken token = new FalseToken();
        uint32 offer = priced(address(token));
        token.breaks(true);
        refuses(Offers.ShortPayment.selector, 0, PRICE);
        buys(offer, BOB);
        equal(status(BOB, T0), Status.NoRecord, "no license");
    }

    function testTokenThatReturnsNothingIsPaid() public {
        SilentToken token = new SilentToken();
        uint32 offer = priced(address(token));
        token.mint(BOB, PRICE);
        VM.prank(BOB);
        token.approve(address(licenses), PRICE);
        uint256 id = buys(offer, BOB);
        VM.warp(T0 + MONTH / 2);
        canceled(id, BOB);
        licenses.distribute(offer);
        withdraws(BOB, address(token));
        withdraws(MAKER, address(token));
        equal(token.balanceOf(BOB), PRICE / 4, "refund");
        equal(token.balanceOf(MAKER), PRICE - PRICE / 4, "earnings");
        othersGoOn();
    }

    function testTokenThatShrinksHarmsOnlyThoseWhoUseIt() public {
        RebasingToken token = new RebasingToken();
        uint32 offer = priced(address(token));
        token.mint(BOB, PRICE);
        token.mint(CAROL, PRICE);
        uint256 first = buys(offer, BOB);
        uint256 second = buys(offer, CAROL);
        token.rebase(50);
        equal(token.balanceOf(address(licenses)), PRICE, "half of it is gone");
        othersGoOn();
        VM.prank(MAKER);
        licenses.revoke(first, REASON);
        VM.prank(MAKER);
        licenses.revoke(second, REASON);
        withdraws(BOB, address(token));
        VM.expectRevert(); // who comes later finds less
        withdraws(CAROL, address(token));
        isTrue(licenses.owed(address(token), CAROL) > 0, "it stays owed");
        token.mint(address(licenses), PRICE); // until somebody makes up for it
        withdraws(CAROL, address(token));
        othersGoOn();
    }

    function testTokenThatGrowsIsOwedAsItWasPaid() public {
        RebasingToken token = new RebasingToken();
        uint32 offer = priced(address(token));
        token.mint(BOB, PRICE);
        uint256 id = buys(offer, BOB);
        token.rebase(200);
        revoked(id);
        licenses.distribute(offer);
        equal(licenses.owed(address(token), BOB) + licenses.owed(address(token), MAKER), PRICE, "owed");
    }

    function testTokensOfTwoOffersAreNotMixed() public {
        GoodToken one = new GoodToken();
        GoodToken other = new GoodToken();
        uint32 first = priced(address(one));
        uint32 second = priced(address(other));
        approved(address(one), BOB, PRICE);
        approved(address(other), BOB, PRICE);
        uint256 id = buys(first, BOB);
        VM.prank(BOB);
        licenses.buy(second, 1);
        canceled(id, BOB);
        equal(licenses.owed(address(one), BOB), PRICE / 2, "the one");
        equal(licenses.owed(address(other), BOB), 0, "the other");
        equal(licenses.owed(address(0), BOB), 0, "coin");
    }
}
