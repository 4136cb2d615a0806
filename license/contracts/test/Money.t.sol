// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {GoodToken} from "./mocks/Tokens.sol";
import {Account} from "./mocks/Wallets.sol";
import {Offer, Offers, Payee} from "../src/Offers.sol";
import {Voucher} from "../src/Licenses.sol";

/// What is earned is divided, and fetched by whom it is owed to.
contract MoneyTest is Base {
    address internal constant COIN = address(0);
    address internal constant A = address(0xAAAA);
    address internal constant B = address(0xBBBB);
    address internal constant C = address(0xCCCC);

    /// Sells the basic offer once at a price, with these shares.
    function sold(uint96 price, Payee[] memory shares) internal returns (uint32 offer) {
        Offer memory o = basic();
        o.price = price;
        offer = offered(o, shares);
        bought(offer, BOB);
    }

    function split(uint16 a, uint16 b, uint16 c) internal pure returns (Payee[] memory list) {
        list = new Payee[](3);
        (list[0], list[1], list[2]) = (Payee(A, a), Payee(B, b), Payee(C, c));
    }

    function withdraws(address who, address token, address to) internal returns (uint256) {
        VM.prank(who);
        return licenses.withdraw(token, to);
    }

    function due(address who) internal view returns (uint256) {
        return licenses.owed(COIN, who);
    }

    // Dividing.

    function testEarningsAreDividedByShares() public {
        uint32 offer = sold(1 ether, split(5_000, 3_000, 2_000));
        VM.expectEmit(address(licenses));
        emit Offers.Owed(COIN, A, 0.5 ether);
        VM.expectEmit(address(licenses));
        emit Offers.Owed(COIN, B, 0.3 ether);
        VM.expectEmit(address(licenses));
        emit Offers.Owed(COIN, C, 0.2 ether);
        licenses.distribute(offer);
        isTrue(due(A) == 0.5 ether && due(B) == 0.3 ether && due(C) == 0.2 ether, "owed");
        equal(revenueOf(offer), 0, "nothing is left");
    }

    function testTheLastPayeeGetsWhatRoundingLeaves() public {
        licenses.distribute(sold(10, split(3_333, 3_333, 3_334)));
        isTrue(due(A) == 3 && due(B) == 3 && due(C) == 4, "owed");
        licenses.distribute(sold(1, split(9_998, 1, 1)));
        isTrue(due(A) == 3 && due(B) == 3 && due(C) == 5, "a single unit");
    }

    function testNothingIsDividedIntoNothing() public {
        uint32 offer = sold(0, split(5_000, 3_000, 2_000));
        VM.recordLogs();
        licenses.distribute(offer);
        equal(VM.getRecordedLogs().length, 0, "events");
        equal(due(C), 0, "owed");
    }

    function testDividingTwiceDividesOnce() public {
        uint32 offer = sold(1 ether, split(5_000, 3_000, 2_000));
        licenses.distribute(offer);
        licenses.distribute(offer);
        equal(due(A), 0.5 ether, "owed");
    }

    function testAnybodyMayDivide() public {
        uint32 offer = sold(1 ether, noPayees());
        VM.prank(MALLORY);
        licenses.distribute(offer);
        equal(due(MAKER), 1 ether, "to the maker");
        equal(due(MALLORY), 0, "not to who divides");
    }

    function testPayeeMayBeNamedTwice() public {
        Payee[] memory list = split(5_000, 3_000, 2_000);
        list[2].account = list[0].account;
        licenses.distribute(sold(1 ether, list));
        equal(due(A), 0.7 ether, "both shares");
    }

    function testFuzzSharesSumUpExactly(uint96 price, uint16 a, uint16 b) public {
        a = uint16(within(a, 1, 9_998));
        b = uint16(within(b, 1, 9_999 - a));
        VM.deal(BOB, price);
        licenses.distribute(sold(price, split(a, b, 10_000 - a - b)));
        equal(due(A), uint256(price) * a / 10_000, "first");
        equal(due(B), uint256(price) * b / 10_000, "second");
        equal(due(A) + due(B) + due(C), price, "sum");
    }

    // Fetching.

    function testWhatIsOwedIsFetched() public {
        licenses.distribute(sold(1 ether, noPayees()));
        VM.expectEmit(address(licenses));
        emit Offers.Withdrawn(COIN, MAKER, MAKER, 1 ether);
        equal(withdraws(MAKER, COIN, MAKER), 1 ether, "amount");
        equal(MAKER.balance, 1 ether, "fetched");
        equal(due(MAKER), 0, "owed");
        equal(address(licenses).balance, 0, "left");
    }

    function testWhatIsOwedIsSentWhereItsOwnerWants() public {
        licenses.distribute(sold(1 ether, noPayees()));
        VM.expectEmit(address(licenses));
        emit Offers.Withdrawn(COIN, MAKER, SERVER, 1 ether);
        withdraws(MAKER, COIN, SERVER);
        equal(SERVER.balance, 1 ether, "there");
        equal(MAKER.balance, 0, "not here");
    }

    function testNothingOwedIsNotFetched() public {
        sold(1 ether, noPayees()); // not divided yet
        VM.expectRevert(abi.encodeWithSelector(Offers.NothingOwed.selector, COIN, MAKER));
        withdraws(MAKER, COIN, MAKER);
        licenses.distribute(1);
        VM.expectRevert(abi.encodeWithSelector(Offers.NothingOwed.selector, COIN, MALLORY));
        withdraws(MALLORY, COIN, MALLORY);
        withdraws(MAKER, COIN, MAKER);
        VM.expectRevert(abi.encodeWithSelector(Offers.NothingOwed.selector, COIN, MAKER));
        withdraws(MAKER, COIN, MAKER);
    }

    function testTokensAreFetchedByToken() public {
        GoodToken token = new GoodToken();
        token.mint(BOB, 500);
        Offer memory o = basic();
        (o.token, o.price) = (address(token), 500);
        uint32 offer = offered(o);
        VM.startPrank(BOB);
        token.approve(address(licenses), 500);
        licenses.buy(offer, 1);
        VM.stopPrank();
        licenses.distribute(offer);
        equal(licenses.owed(address(token), MAKER), 500, "owed");
        VM.expectRevert(abi.encodeWithSelector(Offers.NothingOwed.selector, COIN, MAKER));
        withdraws(MAKER, COIN, MAKER);
        equal(withdraws(MAKER, address(token), CAROL), 500, "amount");
        equal(token.balanceOf(CAROL), 500, "there");
        equal(token.balanceOf(address(licenses)), 0, "left");
        equal(licenses.owed(address(token), MAKER), 0, "owed after");
    }

    function testPayeeThatTakesNoMoneyHarmsNobody() public {
        Account stubborn = new Account();
        Payee[] memory list = split(5_000, 3_000, 2_000);
        list[0].account = address(stubborn);
        uint32 offer = sold(1 ether, list);
        licenses.distribute(offer);
        bytes memory fetch = abi.encodeCall(licenses.withdraw, (COIN, address(stubborn)));
        VM.expectRevert(Account.Declined.selector); // what it makes of PaymentFailed
        stubborn.run(address(licenses), 0, fetch);
        VM.expectRevert(abi.encodeWithSelector(Offers.PaymentFailed.selector, address(stubborn)));
        withdraws(address(stubborn), COIN, address(stubborn));
        equal(due(address(stubborn)), 0.5 ether, "it stays owed");
        withdraws(B, COIN, B);
        equal(B.balance, 0.3 ether, "the others get theirs");
        withdraws(address(stubborn), COIN, SERVER);
        equal(SERVER.balance, 0.5 ether, "it can have it sent elsewhere");
    }

    function testBuyerThatTakesNoMoneyIsRefundedAllTheSame() public {
        Account stubborn = new Account();
        VM.deal(address(stubborn), 1 ether);
        uint32 offer = offered(strict());
        stubborn.run(address(licenses), 1 ether, abi.encodeCall(licenses.buy, (offer, 1)));
        uint256 id = (uint256(offer) << 32) | 1;
        equal(licenses.ownerOf(id), address(stubborn), "holder");
        revoked(id);
        isTrue(due(address(stubborn)) > 0, "owed");
        stubborn.takes(true);
        stubborn.run(address(licenses), 0, abi.encodeCall(licenses.withdraw, (COIN, address(stubborn))));
        equal(due(address(stubborn)), 0, "fetched");
    }

    // Money sent by mistake.

    function send(uint256 value, bytes memory data) internal returns (bool done) {
        VM.prank(BOB);
        (done,) = address(licenses).call{value: value}(data);
    }

    function testCoinSentByMistakeIsRefused() public {
        isTrue(!send(1, ""), "plain");
        isTrue(!send(0, ""), "nothing");
        isTrue(!send(1, hex"12345678"), "unknown function");
        isTrue(!send(1, hex"12"), "less than a selector");
        VM.prank(BOB);
        (bool done,) = address(registry).call{value: 1}("");
        isTrue(!done, "registry");
        VM.prank(BOB);
        (done,) = address(licenses.CARD()).call{value: 1}("");
        isTrue(!done, "card");
        equal(address(licenses).balance, 0, "balance");
    }

    function testFunctionsThatCostNothingTakeNothing() public {
        uint32 offer = offered(strict());
        uint256 id = bought(offer, BOB);
        Voucher memory v;
        bytes[16] memory calls = [
            abi.encodeCall(licenses.buyWithPermit, (offer, 1, 0, 0, 0, 0)),
            abi.encodeCall(licenses.grant, (offer, BOB, 1, 0)),
            abi.encodeCall(licenses.redeem, (v, "")),
            abi.encodeCall(licenses.voidVoucher, (1)),
            abi.encodeCall(licenses.release, (id)),
            abi.encodeCall(licenses.distribute, (offer)),
            abi.encodeCall(licenses.withdraw, (COIN, BOB)),
            abi.encodeCall(licenses.suspend, (id, 1, 0)),
            abi.encodeCall(licenses.resume, (id)),
            abi.encodeCall(licenses.revoke, (id, 0)),
            abi.encodeCall(licenses.addDelegate, (id, SERVER)),
            abi.encodeCall(licenses.removeDelegate, (id, SERVER)),
            abi.encodeCall(licenses.consent, (id, SERVER)),
            abi.encodeCall(licenses.transferFrom, (BOB, CAROL, id)),
            abi.encodeCall(licenses.approve, (CAROL, id)),
            abi.encodeCall(licenses.closeOffer, (offer))
        ];
        for (uint256 i = 0; i < calls.length; ++i) isTrue(!send(1, calls[i]), VM.toString(i));
        equal(address(licenses).balance, 1 ether, "balance");
    }

    function testCancellingTakesNoCoinThoughItIsPayable() public {
        uint256 id = bought(offered(strict()), BOB);
        refuses(Offers.WrongPayment.selector, 1, 0);
        VM.prank(BOB);
        licenses.cancelSubscription{value: 1}(id);
    }
}
