// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {GoodToken} from "./mocks/Tokens.sol";
import {Licenses} from "../src/Licenses.sol";
import {Offer, Offers} from "../src/Offers.sol";
import {Records, Status} from "../src/Records.sol";

/// How licenses are bought and granted.
contract BuyTest is Base {
    function buys(uint32 offer, uint16 periods, uint256 value) internal returns (uint256) {
        VM.prank(BOB);
        return licenses.buy{value: value}(offer, periods);
    }

    function grants(uint32 offer, address subject, uint32 scope, uint40 duration) internal returns (uint256) {
        VM.prank(MAKER);
        return licenses.grant(offer, subject, scope, duration);
    }

    // Buying.

    function testBuyerGetsWhatTheOfferSays() public {
        uint32 offer = offered(basic());
        uint256 id = (uint256(offer) << 32) | 1;
        VM.expectEmit(address(licenses));
        emit IERC721.Transfer(address(0), BOB, id);
        VM.expectEmit(address(licenses));
        emit Licenses.Licensed(id, model, BOB, 3, T0, T0 + MONTH, true);
        equal(buys(offer, 1, 1 ether), id, "id");
        equal(licenses.ownerOf(id), BOB, "holder");
        equal(licenses.balanceOf(BOB), 1, "balance");
        Records.License memory l = licenseOf(id);
        isTrue(l.scope == 3 && l.start == T0 && l.end == T0 + MONTH, "license");
        isTrue(l.revokedAt == 0 && l.periods == 0 && l.suspensions == 0 && l.transfers == 0, "nothing happened yet");
        Records.Record memory r = recordOf(BOB, 0);
        isTrue(r.license == id && r.start == T0 && r.end == 0 && !r.delegate && r.holding == 0, "record");
        isTrue(r.own == 1 && r.brought == 0, "one record");
        equal(address(licenses).balance, 1 ether, "paid");
        equal(revenueOf(offer), 1 ether, "revenue");
    }

    function testLicensesOfAnOfferAreNumberedFromOne() public {
        uint32 first = offered(basic());
        uint32 second = offered(basic());
        equal(bought(second, BOB), (uint256(2) << 32) | 1, "first of the second offer");
        equal(bought(first, BOB), (uint256(1) << 32) | 1, "first of the first offer");
        equal(granted(second, CAROL), (uint256(2) << 32) | 2, "second of the second offer");
        (uint32 sold,,) = licenses.sales(second);
        equal(sold, 2, "sold");
    }

    function testLicenseCountsFromItsFirstSecondToItsLast() public {
        bought(offered(basic()), BOB);
        equal(status(BOB, T0 - 1), Status.NoRecord, "before");
        equal(status(BOB, T0), Status.Authorized, "first second");
        VM.warp(T0 + MONTH);
        equal(status(BOB, T0 + MONTH - 1), Status.Authorized, "last second");
        equal(status(BOB, T0 + MONTH), Status.Expired, "end is exclusive");
    }

    function testSeveralPeriodsAreBoughtAtOnce() public {
        uint32 offer = offered(basic());
        uint256 id = buys(offer, 12, 12 ether);
        equal(licenses.expiresAt(id), T0 + 12 * uint256(MONTH), "end");
        equal(revenueOf(offer), 12 ether, "revenue");
    }

    function testNoPeriodIsNotBought() public {
        uint32 offer = offered(basic());
        refuses(Licenses.BadDuration.selector, 0);
        buys(offer, 0, 0);
    }

    function testWhatIsForEverIsBoughtOnce() public {
        uint32 offer = offered(perpetual());
        refuses(Licenses.BadDuration.selector, 0);
        buys(offer, 0, 0);
        refuses(Licenses.BadDuration.selector, 2);
        buys(offer, 2, 2 ether);
        uint256 id = buys(offer, 1, 1 ether);
        equal(licenses.expiresAt(id), FOR_EVER, "end");
        VM.warp(FOR_EVER - 1);
        equal(status(BOB, FOR_EVER - 1), Status.Authorized, "in the last second there is");
    }

    function testPriceIsPaidExactly() public {
        uint32 offer = offered(basic());
        refuses(Offers.WrongPayment.selector, 1 ether - 1, 1 ether);
        buys(offer, 1, 1 ether - 1);
        refuses(Offers.WrongPayment.selector, 1 ether + 1, 1 ether);
        buys(offer, 1, 1 ether + 1);
        refuses(Offers.WrongPayment.selector, 1 ether, 2 ether);
        buys(offer, 2, 1 ether);
        refuses(Offers.WrongPayment.selector, 0, 1 ether);
        buys(offer, 1, 0);
    }

    function testPriceMayBeZero() public {
        Offer memory o = strict();
        o.price = 0;
        uint32 offer = offered(o);
        refuses(Offers.WrongPayment.selector, 1, 0);
        buys(offer, 1, 1);
        equal(licenses.ownerOf(buys(offer, 1, 0)), BOB, "holder");
        equal(revenueOf(offer), 0, "revenue");
    }

    function testSaleBeginsAndEndsToTheSecond() public {
        Offer memory o = basic();
        (o.saleFrom, o.saleUntil) = (T0 + 10, T0 + 20);
        uint32 offer = offered(o);
        VM.warp(T0 + 9);
        refuses(Offers.NotOnSale.selector, offer);
        buys(offer, 1, 1 ether);
        VM.warp(T0 + 10);
        buys(offer, 1, 1 ether);
        VM.warp(T0 + 19);
        buys(offer, 1, 1 ether);
        VM.warp(T0 + 20);
        refuses(Offers.NotOnSale.selector, offer);
        buys(offer, 1, 1 ether);
    }

    function testSaleWithoutEndGoesOn() public {
        Offer memory o = basic();
        o.saleFrom = T0 + 10;
        uint32 offer = offered(o);
        VM.warp(T0 + 10_000 days);
        buys(offer, 1, 1 ether);
    }

    function testSupplyIsNotExceeded() public {
        Offer memory o = basic();
        o.supply = 2;
        uint32 offer = offered(o);
        buys(offer, 1, 1 ether);
        granted(offer, CAROL); // counts too
        refuses(Offers.SoldOut.selector, offer);
        buys(offer, 1, 1 ether);
        refuses(Offers.SoldOut.selector, offer);
        grants(offer, CAROL, 1, 0);
    }

    function testSoldOutOfferStillRenews() public {
        Offer memory o = basic();
        o.supply = 1;
        uint256 id = bought(offered(o), BOB);
        renewed(id, BOB, 1);
        equal(licenses.expiresAt(id), T0 + 2 * MONTH, "end");
    }

    function testCanceledLicenseDoesNotMakeRoom() public {
        Offer memory o = basic();
        o.supply = 1;
        uint32 offer = offered(o);
        canceled(buys(offer, 1, 1 ether), BOB);
        refuses(Offers.SoldOut.selector, offer);
        buys(offer, 1, 1 ether);
    }

    function testNumbersOfLicensesDoNotBeginAgain() public {
        uint32 offer = offered(basic());
        VM.store(address(licenses), slotOf(offer, SALES_SLOT), bytes32(uint256(type(uint32).max)));
        overflows();
        buys(offer, 1, 1 ether);
    }

    function testLicensesEndBeforeTimeDoes() public {
        Offer memory o = basic();
        (o.period, o.price) = (type(uint32).max, 0);
        uint32 offer = offered(o);
        equal(licenses.expiresAt(buys(offer, 255, 0)), T0 + 255 * uint256(type(uint32).max), "end");
        refuses(Licenses.BadDuration.selector, 256 * uint256(type(uint32).max));
        buys(offer, 256, 0);
    }

    function testHighestPriceIsCountedExactly() public {
        GoodToken token = new GoodToken();
        Offer memory o = strict();
        (o.token, o.price, o.period) = (address(token), type(uint96).max, 1 days);
        uint32 offer = offered(o);
        uint256 price = uint256(type(uint96).max) * type(uint16).max;
        token.mint(BOB, price);
        VM.prank(BOB);
        token.approve(address(licenses), price);
        VM.expectRevert(abi.encodeWithSelector(Offers.WrongPayment.selector, 1, 0));
        buys(offer, type(uint16).max, 1); // no coin beside a token
        o.period = 1;
        offer = offered(o);
        uint256 id = buys(offer, type(uint16).max, 0);
        equal(token.balanceOf(address(licenses)), price, "paid");
        equal(revenueOf(offer) + heldOf(id), price, "counted");
    }

    function testFuzzBoughtTimeIsAuthorizedAndNoMore(uint32 period, uint16 periods, uint40 after_) public {
        Offer memory o = basic();
        (o.period, o.price) = (uint32(within(period, 1, 365 days)), 7);
        periods = uint16(within(periods, 1, 1_000));
        buys(offered(o), periods, 7 * uint256(periods));
        uint40 end = T0 + uint40(o.period) * periods;
        uint40 when = T0 + uint40(within(after_, 0, 2 * uint256(end - T0)));
        VM.warp(when);
        equal(status(BOB, when), when < end ? Status.Authorized : Status.Expired, "now");
        equal(status(BOB, T0), Status.Authorized, "then");
    }

    // Granting.

    function testMakerGivesALicenseAway() public {
        uint32 offer = offered(basic());
        uint256 id = (uint256(offer) << 32) | 1;
        VM.expectEmit(address(licenses));
        emit Licenses.Licensed(id, model, BOB, 2, T0, T0 + 5, false);
        equal(grants(offer, BOB, 2, 5), id, "id");
        equal(licenses.ownerOf(id), BOB, "holder");
        isTrue(licenseOf(id).scope == 2 && licenseOf(id).end == T0 + 5, "license");
        isTrue(recordOf(BOB, 0).own == 1 && recordOf(BOB, 0).brought == 0, "record");
        equal(revenueOf(offer), 0, "free");
        equal(heldOf(id), 0, "nothing to refund");
    }

    function testGrantWithoutDurationIsForOnePeriod() public {
        equal(licenses.expiresAt(grants(offered(basic()), BOB, 1, 0)), T0 + MONTH, "a period");
        equal(licenses.expiresAt(grants(offered(perpetual()), BOB, 1, 0)), FOR_EVER, "for ever");
        equal(licenses.expiresAt(grants(offered(perpetual()), BOB, 1, 9)), T0 + 9, "not for ever");
    }

    function testGrantStaysWithinTheScopeOfTheOffer() public {
        uint32 offer = offered(basic());
        refuses(Licenses.BadScope.selector, 0);
        grants(offer, BOB, 0, 0);
        refuses(Licenses.BadScope.selector, 4);
        grants(offer, BOB, 4, 0);
        refuses(Licenses.BadScope.selector, 7);
        grants(offer, BOB, 7, 0);
        grants(offer, BOB, 3, 0);
    }

    function testFuzzGrantedScopeIsPartOfTheOffered(uint32 scope, uint32 offeredScope) public {
        VM.assume(offeredScope != 0);
        Offer memory o = basic();
        o.scope = offeredScope;
        uint32 offer = offered(o);
        bool part = scope != 0 && scope | offeredScope == offeredScope;
        if (!part) refuses(Licenses.BadScope.selector, scope);
        uint256 id = grants(offer, BOB, scope, 0);
        if (part) equal(licenseOf(id).scope, scope, "scope");
    }

    function testGrantEndsBeforeTimeDoes() public {
        uint32 offer = offered(basic());
        equal(licenses.expiresAt(grants(offer, BOB, 1, FOR_EVER - T0 - 1)), FOR_EVER - 1, "last second");
        refuses(Licenses.BadDuration.selector, FOR_EVER - T0);
        grants(offer, BOB, 1, FOR_EVER - T0);
        refuses(Licenses.BadDuration.selector, FOR_EVER);
        grants(offer, BOB, 1, FOR_EVER);
    }

    function testOnlyTheMakerGrants() public {
        uint32 offer = offered(basic());
        refuses(Offers.NotMaker.selector, offer, MALLORY);
        VM.prank(MALLORY);
        licenses.grant(offer, MALLORY, 1, 0);
    }

    function testNobodyIsNotLicensed() public {
        uint32 offer = offered(basic());
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        grants(offer, address(0), 1, 0);
    }

    function testGrantsAreNotBoundToTheSale() public {
        Offer memory o = basic();
        (o.saleFrom, o.saleUntil) = (T0 + 1, T0 + 2);
        equal(licenses.ownerOf(granted(offered(o), BOB)), BOB, "holder");
    }
}
