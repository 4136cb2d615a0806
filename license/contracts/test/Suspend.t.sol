// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {Licenses} from "../src/Licenses.sol";
import {Offer, Offers} from "../src/Offers.sol";
import {Records, Status} from "../src/Records.sol";

/// Makers suspend licenses, within what they offered.
contract SuspendTest is Base {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = bought(offered(strict()), BOB);
    }

    function suspends(uint32 duration) internal {
        VM.prank(MAKER);
        licenses.suspend(id, duration, REASON);
    }

    function suspensionOf(uint256 index) internal view returns (Records.Suspension memory s) {
        (s.start, s.end, s.before) = licenses.suspensions(id, index);
    }

    // What it does.

    function testSuspensionCountsFromItsFirstSecondToItsLast() public {
        VM.warp(T0 + 100);
        VM.expectEmit(address(licenses));
        emit Licenses.Suspended(id, T0 + 100, T0 + 150, REASON);
        suspends(50);
        VM.warp(T0 + 150);
        equal(status(BOB, T0 + 99), Status.Authorized, "before");
        equal(status(BOB, T0 + 100), Status.Suspended, "first second");
        equal(status(BOB, T0 + 149), Status.Suspended, "last second");
        equal(status(BOB, T0 + 150), Status.Authorized, "after");
        equal(licenses.expiresAt(id), T0 + MONTH, "it is not longer for that");
    }

    function testResumedLicenseIsAuthorizedFromThatSecondOn() public {
        suspends(50);
        VM.warp(T0 + 20);
        VM.expectEmit(address(licenses));
        emit Licenses.Resumed(id, T0 + 20);
        resumed(id);
        equal(status(BOB, T0 + 19), Status.Suspended, "before");
        equal(status(BOB, T0 + 20), Status.Authorized, "after");
    }

    function testSuspendedAndResumedInTheSameSecondLeavesNothing() public {
        suspends(50);
        resumed(id);
        equal(status(BOB, T0), Status.Authorized, "that second");
        suspends(50);
        equal(status(BOB, T0), Status.Suspended, "suspended again");
        isTrue(suspensionOf(0).end == T0 && suspensionOf(1).start == T0, "both are written down");
    }

    function testResumedAndSuspendedInTheSameSecondLeavesNoGap() public {
        suspends(50);
        VM.warp(T0 + 20);
        resumed(id);
        suspends(50);
        equal(status(BOB, T0 + 19), Status.Suspended, "before");
        equal(status(BOB, T0 + 20), Status.Suspended, "after");
    }

    function testSeveralSuspensionsAreAllRemembered() public {
        for (uint40 i = 0; i < 7; ++i) {
            VM.warp(T0 + i * 100);
            suspends(10);
        }
        VM.warp(T0 + 700);
        for (uint40 i = 0; i < 7; ++i) {
            uint40 start = T0 + i * 100;
            equal(status(BOB, start), Status.Suspended, "first second");
            equal(status(BOB, start + 9), Status.Suspended, "last second");
            equal(status(BOB, start + 10), Status.Authorized, "after");
            equal(status(BOB, start + 99), Status.Authorized, "before the next");
            isTrue(suspensionOf(i).before == i * 10, "seconds before it");
        }
        equal(licenseOf(id).suspensions, 7, "count");
    }

    function testWhatIsOverIsExpiredEvenWhenSuspended() public {
        VM.warp(T0 + MONTH - 1);
        suspends(100);
        VM.warp(T0 + MONTH);
        equal(status(BOB, T0 + MONTH - 1), Status.Suspended, "last second");
        equal(status(BOB, T0 + MONTH), Status.Expired, "over");
        VM.warp(T0 + MONTH + 50);
        renewed(id, BOB, 1);
        equal(status(BOB, T0 + MONTH + 49), Status.Expired, "in the gap");
        equal(status(BOB, T0 + MONTH + 50), Status.Suspended, "renewed, still suspended");
        VM.warp(T0 + MONTH + 99);
        equal(status(BOB, T0 + MONTH + 98), Status.Suspended, "last second of it");
        equal(status(BOB, T0 + MONTH + 99), Status.Authorized, "after it");
    }

    // The budget.

    function testSuspensionMayBeAsLongAsOffered() public {
        suspends(10 days);
        equal(suspensionOf(0).end, T0 + 10 days, "end");
    }

    function testSuspensionIsNotLongerThanOffered() public {
        refuses(Licenses.SuspensionTooLong.selector, 10 days + 1, 10 days);
        suspends(10 days + 1);
        refuses(Licenses.SuspensionTooLong.selector, type(uint32).max, 10 days);
        suspends(type(uint32).max);
    }

    function testAllSuspensionsTogetherAreNotLongerThanOffered() public {
        suspends(6 days);
        VM.warp(T0 + 7 days);
        refuses(Licenses.SuspensionTooLong.selector, 10 days + 1, 10 days);
        suspends(4 days + 1);
        suspends(3 days);
        VM.warp(T0 + 12 days);
        suspends(1 days);
        VM.warp(T0 + 15 days);
        refuses(Licenses.SuspensionTooLong.selector, 10 days + 1, 10 days);
        suspends(1);
    }

    function testOnlyTimeThatWasSuspendedCounts() public {
        suspends(10 days);
        VM.warp(T0 + 1 days);
        resumed(id);
        refuses(Licenses.SuspensionTooLong.selector, 10 days + 1, 10 days);
        suspends(9 days + 1);
        suspends(9 days);
    }

    function testOfferWithoutSuspensionHasNone() public {
        id = bought(offered(basic()), BOB);
        refuses(Licenses.SuspensionTooLong.selector, 1, 0);
        suspends(1);
    }

    function testSuspensionHasADuration() public {
        refuses(Licenses.BadDuration.selector, 0);
        suspends(0);
    }

    function testRefusedSuspensionLeavesNothing() public {
        refuses(Licenses.SuspensionTooLong.selector, 11 days, 10 days);
        suspends(11 days);
        equal(licenseOf(id).suspensions, 0, "count");
        equal(status(BOB, T0), Status.Authorized, "status");
    }

    function testCountOfSuspensionsDoesNotBeginAgain() public {
        // 65,535 of no length, one a transaction: a count that began again would forget all and refill the budget.
        bytes32 slot = slotOf(id, LICENSES_SLOT);
        uint256 word = uint256(VM.load(address(licenses), slot));
        VM.store(address(licenses), slot, bytes32(word | uint256(type(uint16).max) << 168));
        equal(licenseOf(id).suspensions, type(uint16).max, "as many as can be");
        overflows();
        suspends(1);
    }

    function testFuzzSuspendedTimeNeverExceedsTheBudget(uint32[6] memory durations, uint24[6] memory waits) public {
        uint40 now_ = T0;
        for (uint256 i = 0; i < 6; ++i) {
            VM.prank(MAKER);
            try licenses.suspend(id, durations[i] % 12 days, REASON) {} catch {}
            now_ += waits[i] % 3 days;
            VM.warp(now_);
            if (waits[i] % 2 == 0) continue;
            VM.prank(MAKER);
            try licenses.resume(id) {} catch {}
        }
        uint256 total = 0;
        for (uint256 i = 0; i < licenseOf(id).suspensions; ++i) {
            isTrue(suspensionOf(i).before == total, "those before");
            total += suspensionOf(i).end - suspensionOf(i).start;
        }
        isTrue(total <= 10 days, "within the budget");
    }

    // Who, and when.

    function testOnlyTheMakerSuspends() public {
        refuses(Offers.NotMaker.selector, 1, BOB);
        VM.prank(BOB);
        licenses.suspend(id, 1, REASON);
        suspends(5);
        refuses(Offers.NotMaker.selector, 1, BOB);
        VM.prank(BOB);
        licenses.resume(id);
    }

    function testMakerOfAnotherModelDoesNotSuspend() public {
        VM.prank(MALLORY);
        bytes32 theirs = registry.register("theirs", "", 0);
        Offer memory o = strict();
        o.model = theirs;
        VM.prank(MALLORY);
        licenses.makeOffer(o, noPayees());
        refuses(Offers.NotMaker.selector, 1, MALLORY);
        VM.prank(MALLORY);
        licenses.suspend(id, 1, REASON);
    }

    function testSuspendedLicenseIsNotSuspendedAgain() public {
        suspends(50);
        VM.warp(T0 + 49);
        refuses(Licenses.AlreadySuspended.selector, id);
        suspends(1);
        VM.warp(T0 + 50);
        suspends(1);
    }

    function testOnlyWhatIsSuspendedIsResumed() public {
        refuses(Licenses.NotSuspended.selector, id);
        resumed(id);
        suspends(50);
        VM.warp(T0 + 49);
        resumed(id);
        refuses(Licenses.NotSuspended.selector, id);
        resumed(id);
        suspends(50);
        VM.warp(T0 + 99);
        refuses(Licenses.NotSuspended.selector, id);
        resumed(id);
    }

    function testWhatHasEndedIsNotSuspended() public {
        VM.warp(T0 + MONTH);
        refuses(Licenses.NotLive.selector, id);
        suspends(1);
    }

    function testRevokedLicenseIsNotSuspended() public {
        revoked(id);
        refuses(Licenses.IsRevoked.selector, id);
        suspends(1);
    }

    function testUnknownLicenseIsNotSuspended() public {
        id += 1;
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        suspends(1);
        refuses(Licenses.NotSuspended.selector, id);
        resumed(id);
        id = (uint256(1) << 64) | (uint256(1) << 32) | 1; // longer than an id
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        suspends(1);
    }

    function testSuspensionHitsOneLicenseOfAHolder() public {
        uint256 other = bought(offerOf(id), BOB);
        suspends(50);
        (Status s, uint256 by) = licenses.statusOf(model, BOB, 1, T0);
        equal(s, Status.Authorized, "status");
        equal(by, other, "by the other");
    }
}
