// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Licenses} from "../src/Licenses.sol";
import {Offer} from "../src/Offers.sol";

/// What is paid is earned with time, and what is not earned can be refunded.
contract EscrowTest is Base {
    uint32 internal offer;
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        VM.deal(BOB, 1_000 ether);
        opened(10_000, 10_000);
    }

    /// A license for 30 days at 30 ether, bought now, with these refunds and no notice.
    function opened(uint16 cancelRefund, uint16 revokeRefund) internal {
        Offer memory o = strict();
        (o.price, o.notice) = (30 ether, 0);
        (o.cancelRefund, o.revokeRefund) = (cancelRefund, revokeRefund);
        offer = offered(o);
        id = bought(offer, BOB);
    }

    function due(address who) internal view returns (uint256) {
        return licenses.owed(address(0), who);
    }

    /// What is held, earned and owed to the buyer.
    function stands(uint256 held, uint256 earned, uint256 refund, string memory what) internal view {
        equal(heldOf(id), held, string.concat("held, ", what));
        equal(revenueOf(offer), earned, string.concat("earned, ", what));
        equal(due(BOB), refund, string.concat("refunded, ", what));
    }

    // Earning.

    function testWhatMayBeRefundedIsHeld() public {
        stands(30 ether, 0, 0, "all of it");
        opened(0, 0);
        stands(0, 30 ether, 0, "none of it");
        opened(2_500, 1_000);
        stands(7.5 ether, 22.5 ether, 0, "the larger share");
        opened(1_000, 2_500);
        stands(7.5 ether, 22.5 ether, 0, "the larger share");
    }

    function testTimeEarnsEvenly() public {
        licenses.release(id);
        stands(30 ether, 0, 0, "at once");
        VM.warp(T0 + 1 days);
        licenses.release(id);
        stands(29 ether, 1 ether, 0, "a day");
        VM.warp(T0 + 10 days);
        licenses.release(id);
        stands(20 ether, 10 ether, 0, "ten days");
        VM.warp(T0 + MONTH - 1);
        licenses.release(id);
        stands(uint256(30 ether) / MONTH, 30 ether - uint256(30 ether) / MONTH, 0, "all but a second");
        VM.warp(T0 + MONTH);
        licenses.release(id);
        stands(0, 30 ether, 0, "all");
        VM.warp(T0 + 2 * MONTH);
        licenses.release(id);
        stands(0, 30 ether, 0, "and no more");
    }

    function testEarnedAllAtOnceAtTheEnd() public {
        VM.warp(T0 + 5 * MONTH);
        licenses.release(id);
        stands(0, 30 ether, 0, "all");
    }

    function testCountingOftenDoesNotChangeWhatIsEarned() public {
        // Ten units in a month: a unit takes 72 hours. Who counts every hour would otherwise never see one earned.
        Offer memory o = strict();
        (o.price, o.cancelRefund) = (10, 10_000);
        offer = offered(o);
        id = bought(offer, BOB);
        for (uint40 hour = 1; hour <= 15 * 24; ++hour) {
            VM.warp(T0 + hour * 1 hours);
            VM.prank(BOB);
            licenses.release(id);
        }
        stands(5, 5, 0, "half of the time");
        canceled(id, BOB);
        stands(0, 5, 5, "half of the price");
    }

    function testFuzzCountingDoesNotChangeWhatIsEarned(uint96 price, uint24[5] memory waits, uint16 share) public {
        Offer memory o = strict();
        (o.price, o.cancelRefund, o.revokeRefund) = (price, share % 10_001, 10_000);
        VM.deal(BOB, uint256(price) * 2);
        offer = offered(o);
        id = bought(offer, BOB);
        uint256 silent = bought(offer, BOB);
        uint40 now_ = T0;
        for (uint256 i = 0; i < 5; ++i) {
            now_ += waits[i] % 10 days;
            VM.warp(now_);
            licenses.release(id);
        }
        licenses.release(silent);
        equal(heldOf(id), heldOf(silent), "held");
        uint256 left = now_ < T0 + MONTH ? T0 + MONTH - now_ : 0;
        equal(heldOf(id), uint256(price) * left / MONTH, "the price of the time left");
        equal(revenueOf(offer) + heldOf(id) + heldOf(silent), uint256(price) * 2, "sum");
    }

    function testUnknownLicenseEarnsNothing() public {
        licenses.release(id + 1);
        licenses.release(0);
        stands(30 ether, 0, 0, "as before");
    }

    // Refunds.

    function testCancellingRefundsByItsShare() public {
        opened(8_000, 10_000);
        VM.warp(T0 + 10 days);
        VM.expectEmit(address(licenses));
        emit Licenses.Canceled(id, T0 + 10 days, 16 ether);
        canceled(id, BOB);
        stands(0, 14 ether, 16 ether, "four fifths of twenty");
    }

    function testRevokingRefundsByItsShare() public {
        opened(8_000, 5_000);
        VM.warp(T0 + 10 days);
        VM.expectEmit(address(licenses));
        emit Licenses.Revoked(id, T0 + 10 days, 10 ether, REASON);
        revoked(id);
        stands(0, 20 ether, 10 ether, "half of twenty");
    }

    function testShareOfZeroRefundsNothing() public {
        opened(0, 10_000);
        VM.warp(T0 + 10 days);
        canceled(id, BOB);
        stands(0, 30 ether, 0, "canceled");
        opened(10_000, 0);
        revoked(id);
        stands(0, 30 ether, 0, "revoked");
    }

    function testCancellingInTheFirstSecondRefundsAll() public {
        canceled(id, BOB);
        stands(0, 0, 30 ether, "all");
    }

    function testCancellingInTheLastSecondRefundsASecond() public {
        VM.warp(T0 + MONTH - 1);
        canceled(id, BOB);
        uint256 second = uint256(30 ether) / MONTH;
        stands(0, 30 ether - second, second, "a second");
    }

    function testRevokingRefundsWhatIsLeftAfterTheNotice() public {
        Offer memory o = strict();
        o.price = 30 ether;
        offer = offered(o);
        id = bought(offer, BOB);
        VM.warp(T0 + 3 days);
        revoked(id); // from the tenth day on
        stands(0, 10 ether, 20 ether, "at once");
    }

    function testNoticeBeyondTheEndLeavesNothingToRefund() public {
        Offer memory o = strict();
        (o.price, o.notice) = (30 ether, 90 days);
        offer = offered(o);
        id = bought(offer, BOB);
        revoked(id);
        stands(0, 30 ether, 0, "all earned");
    }

    function testRefundGoesToWhoHoldsTheLicense() public {
        VM.warp(T0 + 10 days);
        moved(id, BOB, CAROL);
        revoked(id);
        stands(0, 10 ether, 0, "not to the first buyer");
        equal(due(CAROL), 20 ether, "to the holder");
    }

    function testReleasingAfterARefundChangesNothing() public {
        VM.warp(T0 + 10 days);
        canceled(id, BOB);
        VM.warp(T0 + 20 days);
        licenses.release(id);
        stands(0, 10 ether, 20 ether, "as before");
    }

    function testSuspensionDoesNotStopTimeFromEarning() public {
        suspended(id, 10 days);
        VM.warp(T0 + 10 days);
        licenses.release(id);
        stands(20 ether, 10 ether, 0, "as if it were not");
    }

    // Renewals.

    function testRenewalInTimeAddsToWhatIsHeld() public {
        VM.warp(T0 + 10 days);
        renewed(id, BOB, 1);
        stands(60 ether, 0, 0, "not counted yet");
        licenses.release(id);
        stands(50 ether, 10 ether, 0, "fifty days are left");
        VM.warp(T0 + 40 days);
        canceled(id, BOB);
        stands(0, 40 ether, 20 ether, "twenty days are refunded");
    }

    function testRenewalAtTheEndBeginsAnew() public {
        VM.warp(T0 + MONTH);
        licenses.release(id);
        renewed(id, BOB, 1);
        stands(30 ether, 30 ether, 0, "the second month");
        VM.warp(T0 + MONTH + 1 days);
        licenses.release(id);
        stands(29 ether, 31 ether, 0, "a day of it");
    }

    function testRenewalAtTheEndWithoutCounting() public {
        VM.warp(T0 + MONTH);
        renewed(id, BOB, 1);
        stands(60 ether, 0, 0, "both months");
        licenses.release(id);
        stands(30 ether, 30 ether, 0, "the first is earned");
    }

    function testRenewalAfterALapseEarnsNothingInTheGap() public {
        VM.warp(T0 + MONTH + 10 days);
        renewed(id, BOB, 1);
        stands(30 ether, 30 ether, 0, "the first month is earned");
        VM.warp(T0 + MONTH + 11 days);
        licenses.release(id);
        stands(29 ether, 31 ether, 0, "a day of the second");
        canceled(id, BOB);
        stands(0, 31 ether, 29 ether, "the rest is refunded");
    }

    function testRenewedGrantEarnsFromItsPaidTimeOn() public {
        VM.prank(MAKER);
        id = licenses.grant(offer, BOB, 1, 10 days);
        uint256 before = revenueOf(offer);
        renewed(id, BOB, 1);
        equal(heldOf(id), 30 ether, "held");
        VM.warp(T0 + 10 days);
        licenses.release(id);
        equal(heldOf(id), 30 ether, "the free time earns nothing");
        VM.warp(T0 + 11 days);
        licenses.release(id);
        equal(heldOf(id), 29 ether, "the paid does");
        equal(revenueOf(offer) - before, 1 ether, "earned");
    }

    function testRenewedGrantIsRefundedInItsFreeTime() public {
        VM.prank(MAKER);
        id = licenses.grant(offer, BOB, 1, 10 days);
        renewed(id, BOB, 2);
        VM.warp(T0 + 5 days);
        canceled(id, BOB);
        equal(due(BOB), 60 ether, "all that was paid");
        equal(heldOf(id), 0, "held");
    }

    function testRenewedGrantThatIsRevokedIsRefundedItsPaidTime() public {
        Offer memory o = strict(); // a week's notice
        o.price = 30 ether;
        offer = offered(o);
        VM.prank(MAKER);
        id = licenses.grant(offer, BOB, 1, 10 days);
        renewed(id, BOB, 1);
        VM.warp(T0 + 3 days);
        revoked(id); // from the end of the free time on
        stands(0, 0, 30 ether, "all of it");
        VM.prank(MAKER);
        id = licenses.grant(offer, BOB, 1, 4 days);
        renewed(id, BOB, 1);
        revoked(id); // three days after the end of the free time
        stands(0, 3 ether, 57 ether, "all but three days");
    }

    function testWhatIsForEverIsEarnedAtOnce() public {
        offer = offered(perpetual());
        id = bought(offer, BOB);
        licenses.release(id);
        stands(0, 1 ether, 0, "bought");
        canceled(id, BOB);
        stands(0, 1 ether, 0, "canceled");
    }

    function testCanceledAndRenewedBeginsAnew() public {
        VM.warp(T0 + 10 days);
        canceled(id, BOB);
        renewed(id, BOB, 1);
        stands(30 ether, 10 ether, 20 ether, "in the same second");
        VM.warp(T0 + 20 days);
        canceled(id, BOB);
        stands(0, 20 ether, 40 ether, "ten days later");
    }

    function testFuzzRefundsNeverExceedWhatWasPaid(
        uint96 price,
        uint16 cancelShare,
        uint16 revokeShare,
        uint32[6] memory dice
    ) public {
        Offer memory o = strict();
        (o.price, o.notice, o.period) = (price, uint32(dice[0] % 40 days), uint32(1 + dice[1] % 40 days));
        (o.cancelRefund, o.revokeRefund) = (cancelShare % 10_001, revokeShare % 10_001);
        offer = offered(o);
        VM.deal(BOB, uint256(price) * 8);
        id = bought(offer, BOB, uint16(1 + dice[2] % 4));
        uint40 now_ = T0 + dice[3] % (100 days);
        VM.warp(now_);
        if (dice[3] % 2 == 0) licenses.release(id);
        renewed(id, BOB, uint16(1 + dice[4] % 4));
        uint256 paid = uint256(price) * 8 - BOB.balance;
        VM.warp(now_ + dice[5] % o.period);
        if (dice[5] % 2 == 0) canceled(id, BOB);
        else revoked(id);
        isTrue(due(BOB) <= paid, "refund");
        equal(due(BOB) + revenueOf(offer), paid, "sum");
        equal(heldOf(id), 0, "held");
    }
}
