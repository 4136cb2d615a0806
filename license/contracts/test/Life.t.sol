// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {IERC5643, Licenses} from "../src/Licenses.sol";
import {Offer, Offers} from "../src/Offers.sol";
import {Records, Status} from "../src/Records.sol";

/// Licenses are renewed, lapse and are canceled.
contract LifeTest is Base {
    function renews(uint256 id, uint64 duration, uint256 value) internal {
        VM.prank(BOB);
        licenses.renewSubscription{value: value}(id, duration);
    }

    function refusesCancelling(uint256 id, address who, bytes memory why) internal {
        VM.expectRevert(why);
        VM.prank(who);
        licenses.cancelSubscription(id);
    }

    // Renewal.

    function testRenewalInTimeGoesOnFromTheEnd() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + 10 days);
        VM.expectEmit(address(licenses));
        emit Licenses.Renewed(id, T0 + MONTH, T0 + 2 * MONTH);
        VM.expectEmit(address(licenses));
        emit IERC5643.SubscriptionUpdate(id, T0 + 2 * MONTH);
        renews(id, MONTH, 1 ether);
        Records.License memory l = licenseOf(id);
        isTrue(l.start == T0 && l.end == T0 + 2 * MONTH && l.periods == 0, "one period, longer");
    }

    function testRenewalInTheLastSecondLeavesNoGap() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + MONTH - 1);
        renews(id, MONTH, 1 ether);
        VM.warp(T0 + MONTH);
        equal(status(BOB, T0 + MONTH), Status.Authorized, "no gap");
    }

    function testRenewalAtTheEndLeavesNoGap() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + MONTH);
        equal(status(BOB, T0 + MONTH), Status.Expired, "before");
        renews(id, MONTH, 1 ether);
        equal(status(BOB, T0 + MONTH - 1), Status.Authorized, "last second of the first");
        equal(status(BOB, T0 + MONTH), Status.Authorized, "first second of the second");
        equal(licenseOf(id).periods, 0, "one period");
        equal(licenses.expiresAt(id), T0 + 2 * MONTH, "end");
    }

    function testRenewalASecondLateLeavesASecondsGap() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + MONTH + 1);
        VM.expectEmit(address(licenses));
        emit Licenses.Renewed(id, T0 + MONTH + 1, T0 + 2 * MONTH + 1);
        renews(id, MONTH, 1 ether);
        equal(status(BOB, T0 + MONTH), Status.Expired, "gap");
        equal(status(BOB, T0 + MONTH + 1), Status.Authorized, "renewed");
        equal(licenseOf(id).periods, 1, "two periods");
        (uint40 start, uint40 end) = licenses.periods(id, 0);
        isTrue(start == T0 && end == T0 + MONTH, "the first");
    }

    function testRenewalAfterALapseLeavesTheGap() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + MONTH + 10 days);
        renews(id, MONTH, 1 ether);
        equal(status(BOB, T0), Status.Authorized, "first second");
        equal(status(BOB, T0 + MONTH - 1), Status.Authorized, "last second");
        equal(status(BOB, T0 + MONTH), Status.Expired, "end is exclusive");
        equal(status(BOB, T0 + MONTH + 10 days - 1), Status.Expired, "in the gap");
        equal(status(BOB, T0 + MONTH + 10 days), Status.Authorized, "renewed");
    }

    function testSeveralLapsesLeaveAllTheirGaps() public {
        uint256 id = bought(offered(basic()), BOB);
        for (uint40 i = 1; i <= 6; ++i) {
            VM.warp(T0 + i * 50 days);
            renews(id, MONTH, 1 ether);
        }
        equal(licenseOf(id).periods, 6, "periods before the last");
        for (uint40 i = 0; i <= 6; ++i) {
            uint40 start = T0 + i * 50 days;
            VM.warp(T0 + 6 * 50 days + MONTH);
            equal(status(BOB, start), Status.Authorized, "first second");
            equal(status(BOB, start + MONTH - 1), Status.Authorized, "last second");
            equal(status(BOB, start + MONTH), Status.Expired, "end");
            if (i > 0) equal(status(BOB, start - 1), Status.Expired, "before");
        }
        equal(status(BOB, T0 - 1), Status.NoRecord, "before all");
    }

    function testRenewalIsForAWholeNumberOfPeriods() public {
        uint256 id = bought(offered(basic()), BOB);
        refuses(Licenses.BadDuration.selector, 0);
        renews(id, 0, 0);
        refuses(Licenses.BadDuration.selector, MONTH - 1);
        renews(id, MONTH - 1, 0);
        refuses(Licenses.BadDuration.selector, MONTH + 1);
        renews(id, MONTH + 1, 1 ether);
        refuses(Offers.WrongPayment.selector, 2 ether, 3 ether);
        renews(id, 3 * MONTH, 2 ether);
        renews(id, 3 * MONTH, 3 ether);
        equal(licenses.expiresAt(id), T0 + 4 * MONTH, "end");
        equal(revenueOf(1), 4 ether, "revenue");
    }

    function testRenewalEndsBeforeTimeDoes() public {
        Offer memory o = basic();
        (o.period, o.price) = (1, 0);
        uint256 id = bought(offered(o), BOB);
        refuses(Licenses.BadDuration.selector, FOR_EVER - T0 - 1);
        renews(id, FOR_EVER - T0 - 1, 0);
        refuses(Licenses.BadDuration.selector, type(uint64).max);
        renews(id, type(uint64).max, 0);
        renews(id, FOR_EVER - T0 - 2, 0);
        equal(licenses.expiresAt(id), FOR_EVER - 1, "last second but one");
    }

    function testPriceOfALongRenewalDoesNotWrap() public {
        Offer memory o = strict();
        (o.period, o.price) = (1, type(uint96).max);
        uint256 id = granted(offered(o), BOB);
        VM.deal(BOB, type(uint256).max);
        overflows();
        renews(id, 1 << 39, 0); // costs more than 2^128
    }

    function testWhatIsForEverIsNotRenewed() public {
        uint256 id = bought(offered(perpetual()), BOB);
        isTrue(!licenses.isRenewable(id), "says so");
        refuses(Licenses.NotRenewable.selector, id);
        renews(id, MONTH, 1 ether);
        canceled(id, BOB);
        refuses(Licenses.NotRenewable.selector, id);
        renews(id, MONTH, 1 ether);
    }

    function testGrantFromAnOfferForEverIsNotRenewed() public {
        uint32 offer = offered(perpetual());
        VM.prank(MAKER);
        uint256 id = licenses.grant(offer, BOB, 1, 1 days);
        isTrue(!licenses.isRenewable(id), "says so");
        refuses(Licenses.NotRenewable.selector, id);
        renews(id, MONTH, 1 ether);
    }

    function testGrantIsRenewedAtThePriceOfTheOffer() public {
        uint32 offer = offered(basic());
        VM.prank(MAKER);
        uint256 id = licenses.grant(offer, BOB, 1, 5 days);
        renews(id, MONTH, 1 ether);
        equal(licenses.expiresAt(id), T0 + 5 days + MONTH, "end");
        equal(licenseOf(id).scope, 1, "scope stays");
    }

    function testRenewalNeedsASale() public {
        Offer memory o = basic();
        (o.saleFrom, o.saleUntil) = (T0, T0 + 5 days);
        uint256 id = bought(offered(o), BOB);
        VM.warp(T0 + 5 days - 1);
        isTrue(licenses.isRenewable(id), "last second");
        renews(id, MONTH, 1 ether);
        VM.warp(T0 + 5 days);
        isTrue(!licenses.isRenewable(id), "after it");
        refuses(Offers.NotOnSale.selector, offerOf(id));
        renews(id, MONTH, 1 ether);
    }

    function testGrantBeforeTheSaleIsRenewedFromItsBeginningOn() public {
        Offer memory o = basic();
        o.saleFrom = T0 + 5 days;
        uint256 id = granted(offered(o), BOB);
        VM.warp(T0 + 5 days - 1);
        isTrue(!licenses.isRenewable(id), "too early");
        refuses(Offers.NotOnSale.selector, offerOf(id));
        renews(id, MONTH, 1 ether);
        VM.warp(T0 + 5 days);
        isTrue(licenses.isRenewable(id), "first second");
        renews(id, MONTH, 1 ether);
    }

    function testOnlyTheHolderAndWhomItApprovesRenew() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, CAROL, id));
        VM.prank(CAROL);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        VM.prank(BOB);
        licenses.approve(CAROL, id);
        renewed(id, CAROL, 1);
        equal(CAROL.balance, 99 ether, "who renews pays");
        equal(licenses.expiresAt(id), T0 + 2 * MONTH, "end");
    }

    function testUnknownLicenseIsNotRenewed() public {
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        renews(5, MONTH, 1 ether);
    }

    function testRevokedLicenseIsNotRenewed() public {
        uint256 id = bought(offered(strict()), BOB);
        revoked(id);
        isTrue(!licenses.isRenewable(id), "says so");
        refuses(Licenses.IsRevoked.selector, id);
        renews(id, MONTH, 1 ether); // not even within the notice
    }

    function testSuspendedLicenseIsRenewed() public {
        uint256 id = bought(offered(strict()), BOB);
        suspended(id, 1 days);
        renews(id, MONTH, 1 ether);
        equal(status(BOB, T0), Status.Suspended, "still suspended");
        equal(licenses.expiresAt(id), T0 + 2 * MONTH, "end");
    }

    function testFuzzRenewalsKeepPeriodsApartAndInOrder(uint24[8] memory waits) public {
        Offer memory o = basic();
        (o.period, o.price) = (1 days, 0);
        uint256 id = bought(offered(o), BOB);
        uint40 now_ = T0;
        for (uint256 i = 0; i < 8; ++i) {
            now_ += waits[i] % 3 days;
            VM.warp(now_);
            renews(id, 1 days, 0);
        }
        Records.License memory l = licenseOf(id);
        uint40 last = 0;
        for (uint256 i = 0; i < l.periods; ++i) {
            (uint40 start, uint40 end) = licenses.periods(id, i);
            isTrue(last < start && start < end, "apart and in order");
            last = end;
        }
        isTrue(last < l.start && l.start < l.end, "the last one too");
    }

    // Cancelling.

    function testCanceledLicenseEndsNow() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + 3);
        VM.expectEmit(address(licenses));
        emit Licenses.Canceled(id, T0 + 3, 0);
        VM.expectEmit(address(licenses));
        emit IERC5643.SubscriptionUpdate(id, T0 + 3);
        canceled(id, BOB);
        equal(licenses.expiresAt(id), T0 + 3, "end");
        equal(status(BOB, T0 + 2), Status.Authorized, "last second");
        equal(status(BOB, T0 + 3), Status.Expired, "then");
        equal(licenses.ownerOf(id), BOB, "it is still his");
    }

    function testOnlyTheHolderCancels() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.prank(BOB);
        licenses.setApprovalForAll(CAROL, true);
        bytes memory why = abi.encodeWithSelector(Licenses.NotHolder.selector, id, CAROL);
        refusesCancelling(id, CAROL, why); // though approved
        why = abi.encodeWithSelector(Licenses.NotHolder.selector, id, MAKER);
        refusesCancelling(id, MAKER, why);
        refusesCancelling(5, BOB, abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
    }

    function testWhatHasEndedIsNotCanceled() public {
        uint256 id = bought(offered(strict()), BOB);
        VM.warp(T0 + MONTH);
        refusesCancelling(id, BOB, abi.encodeWithSelector(Licenses.NotLive.selector, id));
        VM.warp(T0 + MONTH - 1);
        canceled(id, BOB);
        refusesCancelling(id, BOB, abi.encodeWithSelector(Licenses.NotLive.selector, id)); // not twice
    }

    function testRevokedLicenseIsNotCanceled() public {
        uint256 id = bought(offered(strict()), BOB);
        revoked(id);
        refusesCancelling(id, BOB, abi.encodeWithSelector(Licenses.IsRevoked.selector, id));
    }

    function testCancellingInTheFirstSecondLeavesNothing() public {
        uint256 id = bought(offered(basic()), BOB);
        canceled(id, BOB);
        equal(status(BOB, T0), Status.Expired, "no second of it");
    }

    function testCanceledLicenseIsRenewedWithAGap() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + 3 days);
        canceled(id, BOB);
        VM.warp(T0 + 5 days);
        renews(id, MONTH, 1 ether);
        equal(status(BOB, T0 + 3 days - 1), Status.Authorized, "before");
        equal(status(BOB, T0 + 3 days), Status.Expired, "gap begins");
        equal(status(BOB, T0 + 5 days - 1), Status.Expired, "gap ends");
        equal(status(BOB, T0 + 5 days), Status.Authorized, "renewed");
    }

    function testCanceledAndRenewedInTheSameSecondLeavesNoGap() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + 3 days);
        canceled(id, BOB);
        renews(id, MONTH, 1 ether);
        equal(status(BOB, T0 + 3 days - 1), Status.Authorized, "before");
        equal(status(BOB, T0 + 3 days), Status.Authorized, "after");
        equal(licenses.expiresAt(id), T0 + 3 days + MONTH, "end");
    }

    function testBoughtCanceledAndRenewedLaterNeverHadTheFirstPeriod() public {
        uint256 id = bought(offered(basic()), BOB);
        canceled(id, BOB);
        VM.warp(T0 + 1 days);
        renews(id, MONTH, 1 ether);
        equal(status(BOB, T0), Status.Expired, "first second");
        equal(status(BOB, T0 + 1 days - 1), Status.Expired, "before the renewal");
        equal(status(BOB, T0 + 1 days), Status.Authorized, "renewed");
    }

    function testWhatIsForEverCanBeCanceled() public {
        uint256 id = bought(offered(perpetual()), BOB);
        VM.warp(T0 + 9);
        canceled(id, BOB);
        equal(status(BOB, T0 + 8), Status.Authorized, "before");
        equal(status(BOB, T0 + 9), Status.Expired, "after");
    }
}
