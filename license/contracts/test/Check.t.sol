// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Offer} from "../src/Offers.sol";
import {Records, Status} from "../src/Records.sol";

/// What can be said about a subject at a time.
contract CheckTest is Base {
    /// A license of the offer strict() with this scope, bought now.
    function scoped(uint32 scope) internal returns (uint256) {
        Offer memory o = strict();
        o.scope = scope;
        return bought(offered(o), BOB);
    }

    function says(uint32 scope, uint40 when, Status want, uint256 license, string memory what) internal view {
        (Status got, uint256 by) = licenses.statusOf(model, BOB, scope, when);
        equal(got, want, what);
        equal(by, license, string.concat("license: ", what));
        isTrue(licenses.isAuthorized(model, BOB, scope, when) == (want == Status.Authorized), what);
    }

    function testNothingIsSaidOfWhomNothingIsKnown() public {
        scoped(1);
        VM.warp(T0 + 1);
        says(1, T0 - 1, Status.NoRecord, 0, "before");
        says(1, 0, Status.NoRecord, 0, "in 1970");
        (Status s, uint256 by) = licenses.statusOf(model, MALLORY, 1, T0);
        isTrue(s == Status.NoRecord && by == 0, "another subject");
        (s, by) = licenses.statusOf(REASON, BOB, 1, T0);
        isTrue(s == Status.NoRecord && by == 0, "another model");
    }

    function testNothingIsSaidOfTheFuture() public {
        uint256 id = scoped(1);
        says(1, T0, Status.Authorized, id, "now");
        refuses(Records.TimeInFuture.selector, T0 + 1);
        licenses.statusOf(model, BOB, 1, T0 + 1);
        refuses(Records.TimeInFuture.selector, type(uint40).max);
        licenses.isAuthorized(model, BOB, 1, type(uint40).max);
        refuses(Records.TimeInFuture.selector, T0 + 1);
        licenses.statusOf(model, MALLORY, 1, T0 + 1); // whoever it is
    }

    function testAllUsesInTheScopeHaveToBeCovered() public {
        uint256 id = scoped(6);
        says(2, T0, Status.Authorized, id, "one use");
        says(4, T0, Status.Authorized, id, "the other");
        says(6, T0, Status.Authorized, id, "both");
        says(1, T0, Status.OutOfScope, id, "a third");
        says(7, T0, Status.OutOfScope, id, "all three");
        says(type(uint32).max, T0, Status.OutOfScope, id, "every use there is");
        says(0, T0, Status.Authorized, id, "whatever it covers");
    }

    function testFuzzScopeIsCoveredWhenItIsPart(uint32 scope, uint32 asked) public {
        VM.assume(scope != 0);
        uint256 id = scoped(scope);
        says(asked, T0, asked | scope == scope ? Status.Authorized : Status.OutOfScope, id, "part or not");
    }

    function testTwoLicensesDoNotAddUpTheirScopes() public {
        uint256 first = scoped(1);
        uint256 second = scoped(2);
        says(1, T0, Status.Authorized, first, "by the first");
        says(2, T0, Status.Authorized, second, "by the second");
        says(3, T0, Status.OutOfScope, first, "by neither alone");
    }

    function testScopeMattersLeast() public {
        uint256 id = scoped(1);
        suspended(id, 1 days);
        says(2, T0, Status.Suspended, id, "suspended and out of scope");
        VM.warp(T0 + MONTH);
        says(2, T0 + MONTH, Status.Expired, id, "expired and out of scope");
    }

    function testRevocationIsSaidBeforeExpiry() public {
        uint256 id = scoped(1);
        revoked(id);
        VM.warp(T0 + 2 * MONTH);
        says(1, T0 + 7 days, Status.Revoked, id, "revoked");
        says(1, T0 + MONTH, Status.Revoked, id, "and over");
    }

    function testOfSeveralLicensesTheOneCountsThatSaysMost() public {
        uint256 expired = scoped(1);
        VM.warp(T0 + MONTH);
        says(1, T0 + MONTH, Status.Expired, expired, "expired");
        Offer memory o = strict();
        o.notice = 0;
        uint256 gone = bought(offered(o), BOB);
        revoked(gone);
        says(1, T0 + MONTH, Status.Revoked, gone, "revoked says more than expired");
        uint256 still = scoped(1);
        suspended(still, 10 days);
        says(1, T0 + MONTH, Status.Suspended, still, "suspended says more than revoked");
        uint256 narrow = scoped(2);
        says(1, T0 + MONTH, Status.OutOfScope, narrow, "out of scope says more than suspended");
        uint256 good = scoped(1);
        says(1, T0 + MONTH, Status.Authorized, good, "authorized says most");
        says(1, T0 + MONTH - 1, Status.Authorized, expired, "and then it was another");
    }

    function testOfTwoThatSayTheSameTheEarlierCounts() public {
        uint256 first = scoped(1);
        scoped(1);
        says(1, T0, Status.Authorized, first, "authorized");
        says(2, T0, Status.OutOfScope, first, "out of scope");
    }

    function testAnswersAboutThePastStay() public {
        uint256 id = scoped(1);
        VM.warp(T0 + 1 days);
        suspended(id, 1 days);
        VM.warp(T0 + 3 days);
        renewed(id, BOB, 1);
        VM.warp(T0 + 3 * MONTH);
        renewed(id, BOB, 1);
        moved(id, BOB, CAROL);
        revoked(id);
        VM.warp(T0 + 5 * MONTH);
        says(1, T0, Status.Authorized, id, "bought");
        says(1, T0 + 1 days - 1, Status.Authorized, id, "before the suspension");
        says(1, T0 + 1 days, Status.Suspended, id, "suspended");
        says(1, T0 + 2 days, Status.Authorized, id, "after it");
        says(1, T0 + 2 * MONTH - 1, Status.Authorized, id, "renewed");
        says(1, T0 + 2 * MONTH, Status.Expired, id, "lapsed");
        says(1, T0 + 3 * MONTH - 1, Status.Expired, id, "until it was renewed again");
        says(1, T0 + 3 * MONTH, Status.NoRecord, 0, "and handed on in that second");
        equal(status(CAROL, T0 + 3 * MONTH), Status.Authorized, "the next holder");
        equal(status(CAROL, T0 + 3 * MONTH + 7 days), Status.Revoked, "until it is revoked");
        equal(status(CAROL, T0 + 2 * MONTH - 1), Status.NoRecord, "not for the time before");
    }
}
