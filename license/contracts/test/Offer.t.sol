// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {GoodToken} from "./mocks/Tokens.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Offer, Offers, Payee, TransferRule} from "../src/Offers.sol";

/// What makers can offer, and what they cannot.
contract OfferTest is Base {
    function one(address account, uint16 share) internal pure returns (Payee[] memory list) {
        list = new Payee[](1);
        list[0] = Payee(account, share);
    }

    function two(address a, uint16 first, address b, uint16 second) internal pure returns (Payee[] memory list) {
        list = new Payee[](2);
        (list[0], list[1]) = (Payee(a, first), Payee(b, second));
    }

    function payeeOf(uint32 offer, uint256 index) internal view returns (Payee memory p) {
        (p.account, p.share) = licenses.payees(offer, index);
    }

    // What is kept.

    function testOfferIsKeptAsItWasMade() public {
        Offer memory o = strict();
        (o.token, o.saleFrom, o.saleUntil) = (address(new GoodToken()), T0 + 1, T0 + 2);
        (o.royalty, o.supply, o.requests, o.tokens) = (250, 7, 11, 13);
        uint32 offer = offered(o);
        equal(abi.encode(termsOf(offer)), abi.encode(o), "terms");
        (uint32 sold, bool closed, uint128 revenue) = licenses.sales(offer);
        isTrue(sold == 0 && !closed && revenue == 0, "nothing sold");
    }

    function testFuzzTermsAreKept(uint256 a, uint256 b, bytes32 termsHash) public {
        Offer memory o = basic();
        // forge-lint: disable-start(unsafe-typecast): some bits of chance each
        (o.period, o.scope, o.notice, o.maxSuspension) = (uint32(a), uint32(a >> 32), uint32(a >> 64), uint32(a >> 96));
        (o.supply, o.price) = (uint32(a >> 128), uint96(a >> 160));
        (o.saleFrom, o.saleUntil, o.requests, o.tokens) = (uint40(b), uint40(b >> 40), uint64(b >> 80), uint64(b >> 144));
        (o.cancelRefund, o.revokeRefund) = (uint16(b >> 208) % 10_001, uint16(b >> 224) % 10_001);
        (o.royalty, o.transferRule) = (uint16(b >> 240) % 10_001, TransferRule(b % 3));
        // forge-lint: disable-end(unsafe-typecast)
        o.termsHash = termsHash;
        if (o.scope == 0) o.scope = 1;
        if (o.period == 0) (o.cancelRefund, o.revokeRefund) = (0, 0);
        if (o.saleUntil <= o.saleFrom) o.saleUntil = 0;
        equal(abi.encode(termsOf(offered(o))), abi.encode(o), "terms");
    }

    function testOffersAreNumberedFromOne() public {
        equal(licenses.offerCount(), 0, "before");
        equal(offered(basic()), 1, "first");
        equal(offered(basic()), 2, "second");
        equal(licenses.offerCount(), 2, "after");
    }

    function testOfferIsAnnouncedWithAllOfIt() public {
        Offer memory o = basic();
        Payee[] memory list = two(BOB, 4_000, CAROL, 6_000);
        VM.expectEmit(address(licenses));
        emit Offers.OfferMade(1, model, MAKER, o, list);
        offered(o, list);
    }

    function testWithoutPayeesTheMakerGetsAll() public {
        VM.expectEmit(address(licenses));
        emit Offers.OfferMade(1, model, MAKER, basic(), one(MAKER, 10_000));
        uint32 offer = offered(basic());
        equal(payeeOf(offer, 0).account, MAKER, "payee");
        equal(payeeOf(offer, 0).share, 10_000, "share");
        VM.expectRevert();
        licenses.payees(offer, 1);
    }

    function testConstantsAreWhatTheyAre() public view {
        equal(licenses.WHOLE(), 10_000, "whole");
        equal(licenses.MAX_PAYEES(), 8, "payees");
        equal(licenses.IRREVOCABLE(), type(uint32).max, "irrevocable");
    }

    // Who can make one.

    function testOnlyTheOwnerOfAModelOffersIt() public {
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MALLORY);
        VM.prank(MALLORY);
        licenses.makeOffer(basic(), noPayees());
    }

    function testUnknownModelIsNotOffered() public {
        Offer memory o = basic();
        o.model = REASON;
        refuses(ModelRegistry.UnknownModel.selector, uint256(REASON));
        offered(o);
    }

    // Terms.

    function testOfferNeedsAScope() public {
        Offer memory o = basic();
        o.scope = 0;
        refuses(Offers.NoScope.selector);
        offered(o);
        o.scope = 1;
        offered(o);
    }

    function testSharesDoNotExceedTheWhole() public {
        Offer memory o = basic();
        (o.cancelRefund, o.revokeRefund, o.royalty) = (10_000, 10_000, 10_000);
        offered(o);
        o.cancelRefund = 10_001;
        refuses(Offers.ShareAboveWhole.selector);
        offered(o);
        (o.cancelRefund, o.revokeRefund) = (0, 10_001);
        refuses(Offers.ShareAboveWhole.selector);
        offered(o);
        (o.revokeRefund, o.royalty) = (0, 10_001);
        refuses(Offers.ShareAboveWhole.selector);
        offered(o);
    }

    function testWhatIsForEverHasNoUnusedTimeToRefund() public {
        Offer memory o = perpetual();
        offered(o);
        o.cancelRefund = 1;
        refuses(Offers.RefundForEver.selector);
        offered(o);
        (o.cancelRefund, o.revokeRefund) = (0, 1);
        refuses(Offers.RefundForEver.selector);
        offered(o);
        o.period = 1;
        offered(o);
    }

    function testSaleEndsAfterItBegins() public {
        Offer memory o = basic();
        (o.saleFrom, o.saleUntil) = (T0, T0);
        refuses(Offers.EmptySale.selector);
        offered(o);
        o.saleUntil = T0 - 1;
        refuses(Offers.EmptySale.selector);
        offered(o);
        o.saleUntil = T0 + 1;
        offered(o);
        o.saleUntil = 0; // without end
        offered(o);
    }

    function testTokenHasToBeAContract() public {
        Offer memory o = basic();
        o.token = BOB;
        refuses(Offers.NoSuchToken.selector, uint160(BOB));
        offered(o);
        o.token = address(new GoodToken());
        offered(o);
    }

    function testTransferRuleIsOneOfThree() public {
        bytes memory call = abi.encodeCall(licenses.makeOffer, (basic(), noPayees()));
        // The offer begins after the selector and the place of the payees; the rule is the last of its 17 words.
        call[4 + 32 * 18 - 1 - 32] = bytes1(uint8(3));
        VM.prank(MAKER);
        (bool done,) = address(licenses).call(call);
        isTrue(!done, "a fourth rule");
        call[4 + 32 * 18 - 1 - 32] = bytes1(uint8(2));
        VM.prank(MAKER);
        (done,) = address(licenses).call(call);
        isTrue(done, "the third rule");
    }

    // Payees.

    function testPayeesHaveSharesOfExactlyTheWhole() public {
        refuses(Offers.BadShares.selector, 9_999);
        offered(basic(), two(BOB, 1, CAROL, 9_998));
        refuses(Offers.BadShares.selector, 10_001);
        offered(basic(), two(BOB, 1, CAROL, 10_000));
        refuses(Offers.BadShares.selector, 2 * uint256(type(uint16).max));
        offered(basic(), two(BOB, type(uint16).max, CAROL, type(uint16).max));
        uint32 offer = offered(basic(), two(BOB, 1, CAROL, 9_999));
        equal(payeeOf(offer, 0).account, BOB, "first payee");
        equal(payeeOf(offer, 0).share, 1, "first share");
        equal(payeeOf(offer, 1).account, CAROL, "second payee");
        equal(payeeOf(offer, 1).share, 9_999, "second share");
    }

    function testPayeesAreNotEmpty() public {
        refuses(Offers.EmptyPayee.selector, 0);
        offered(basic(), two(address(0), 5_000, CAROL, 5_000));
        refuses(Offers.EmptyPayee.selector, 1);
        offered(basic(), two(CAROL, 5_000, address(0), 5_000));
        refuses(Offers.EmptyPayee.selector, 0);
        offered(basic(), two(BOB, 0, CAROL, 10_000));
        refuses(Offers.EmptyPayee.selector, 1);
        offered(basic(), two(BOB, 10_000, CAROL, 0));
    }

    function testAtMostEightPayees() public {
        Payee[] memory list = new Payee[](8);
        for (uint160 i = 0; i < 8; ++i) list[i] = Payee(address(i + 1), 1_250);
        equal(payeeOf(offered(basic(), list), 7).account, address(8), "eighth");
        refuses(Offers.TooManyPayees.selector, 9);
        offered(basic(), new Payee[](9));
    }

    function testRefusedOfferLeavesNothing() public {
        refuses(Offers.BadShares.selector, 5_000);
        offered(basic(), one(BOB, 5_000));
        equal(licenses.offerCount(), 0, "offers");
        equal(termsOf(1).scope, 0, "terms");
    }

    // Closing.

    function testClosedOfferSellsAndRenewsNoMore() public {
        uint32 offer = offered(basic());
        uint256 id = bought(offer, BOB);
        VM.expectEmit(address(licenses));
        emit Offers.OfferClosed(offer);
        VM.prank(MAKER);
        licenses.closeOffer(offer);
        (, bool closed,) = licenses.sales(offer);
        isTrue(closed, "closed");
        isTrue(!licenses.isRenewable(id), "not renewable");
        refuses(Offers.NotOnSale.selector, offer);
        VM.prank(CAROL);
        licenses.buy{value: 1 ether}(offer, 1);
        refuses(Offers.NotOnSale.selector, offer);
        VM.prank(BOB);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        VM.prank(MAKER);
        licenses.closeOffer(offer); // again: nothing changes
        equal(licenses.expiresAt(id), T0 + MONTH, "what was sold stays");
    }

    function testClosedOfferCanStillBeGranted() public {
        uint32 offer = offered(basic());
        VM.prank(MAKER);
        licenses.closeOffer(offer);
        equal(licenses.ownerOf(granted(offer, BOB)), BOB, "holder");
    }

    function testOnlyTheMakerClosesAnOffer() public {
        uint32 offer = offered(basic());
        refuses(Offers.NotMaker.selector, offer, MALLORY);
        VM.prank(MALLORY);
        licenses.closeOffer(offer);
    }

    function testMakerIsWhoOwnsTheModelNow() public {
        uint32 offer = offered(basic());
        VM.prank(MAKER);
        registry.offerOwnership(model, CAROL);
        VM.prank(CAROL);
        registry.acceptOwnership(model);
        refuses(Offers.NotMaker.selector, offer, MAKER);
        VM.prank(MAKER);
        licenses.closeOffer(offer);
        VM.prank(CAROL);
        licenses.closeOffer(offer);
        (, bool closed,) = licenses.sales(offer);
        isTrue(closed, "closed");
        equal(payeeOf(offer, 0).account, MAKER, "who is paid stays");
    }

    function testUnknownOfferIsAnErrorEverywhere() public {
        bytes4 unknown = Offers.UnknownOffer.selector;
        uint256 id = (uint256(1) << 32) | 1;
        VM.startPrank(MAKER);
        refuses(unknown, 1);
        licenses.closeOffer(1);
        refuses(unknown, 1);
        licenses.buy(1, 1);
        refuses(unknown, 1);
        licenses.buyWithPermit(1, 1, 0, 0, 0, 0);
        refuses(unknown, 1);
        licenses.grant(1, BOB, 1, 0);
        refuses(unknown, 1);
        licenses.distribute(1);
        refuses(unknown, 1);
        licenses.suspend(id, 1, 0);
        refuses(unknown, 1);
        licenses.resume(id);
        refuses(unknown, 1);
        licenses.revoke(id, 0);
        refuses(unknown, 1);
        licenses.consent(id, BOB);
        refuses(unknown, 1);
        licenses.royaltyInfo(id, 1);
        VM.stopPrank();
    }
}
