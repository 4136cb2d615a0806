// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {Licenses} from "../src/Licenses.sol";
import {Records, Status} from "../src/Records.sol";

/// Holders name servers that use a license on their behalf.
contract DelegateTest is Base {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = bought(offered(strict()), BOB);
    }

    function dismissed(address by, address operator) internal {
        VM.prank(by);
        licenses.removeDelegate(id, operator);
    }

    function noSuchDelegate(address operator) internal {
        VM.expectRevert(abi.encodeWithSelector(Records.NoSuchDelegate.selector, id, operator));
    }

    function testDelegateIsLicensedWhileItIsOne() public {
        VM.warp(T0 + 10);
        VM.expectEmit(address(licenses));
        emit Licenses.DelegateAdded(id, SERVER, T0 + 10);
        named(id, BOB, SERVER);
        VM.warp(T0 + 20);
        VM.expectEmit(address(licenses));
        emit Licenses.DelegateRemoved(id, SERVER, T0 + 20);
        dismissed(BOB, SERVER);
        VM.warp(T0 + 30);
        equal(status(SERVER, T0 + 9), Status.NoRecord, "before");
        equal(status(SERVER, T0 + 10), Status.Authorized, "first second");
        equal(status(SERVER, T0 + 19), Status.Authorized, "last second");
        equal(status(SERVER, T0 + 20), Status.NoRecord, "after");
        equal(status(BOB, T0 + 15), Status.Authorized, "its holder as well");
        Records.Record memory r = recordOf(SERVER, 0);
        isTrue(r.license == id && r.start == T0 + 10 && r.end == T0 + 20 && r.delegate, "record");
        isTrue(r.own == 0 && r.brought == 1, "brought by another");
    }

    function testDelegateSharesTheLifeOfTheLicense() public {
        named(id, BOB, SERVER);
        suspended(id, 5);
        equal(status(SERVER, T0), Status.Suspended, "suspended");
        VM.warp(T0 + MONTH);
        equal(status(SERVER, T0 + MONTH - 1), Status.Authorized, "last second");
        equal(status(SERVER, T0 + MONTH), Status.Expired, "expired");
        renewed(id, BOB, 1);
        equal(status(SERVER, T0 + MONTH), Status.Authorized, "renewed");
        revoked(id);
        VM.warp(T0 + MONTH + 7 days);
        equal(status(SERVER, T0 + MONTH + 7 days), Status.Revoked, "revoked");
    }

    function testNamedAndDismissedInTheSameSecondLeavesNothing() public {
        named(id, BOB, SERVER);
        dismissed(BOB, SERVER);
        equal(status(SERVER, T0), Status.NoRecord, "that second");
        named(id, BOB, SERVER);
        equal(status(SERVER, T0), Status.Authorized, "named again");
    }

    function testDelegateIsNamedAgainWithAGap() public {
        named(id, BOB, SERVER);
        VM.warp(T0 + 10);
        dismissed(BOB, SERVER);
        VM.warp(T0 + 20);
        named(id, BOB, SERVER);
        VM.warp(T0 + 30);
        equal(status(SERVER, T0 + 9), Status.Authorized, "first time");
        equal(status(SERVER, T0 + 10), Status.NoRecord, "gap");
        equal(status(SERVER, T0 + 19), Status.NoRecord, "gap");
        equal(status(SERVER, T0 + 20), Status.Authorized, "second time");
    }

    function testDelegateIsNamedOnce() public {
        named(id, BOB, SERVER);
        refuses(Licenses.AlreadyDelegate.selector, id, SERVER);
        named(id, BOB, SERVER);
    }

    function testHolderIsNotItsOwnDelegate() public {
        refuses(Licenses.AlreadyDelegate.selector, id, BOB);
        named(id, BOB, BOB);
    }

    function testOnlyTheHolderNames() public {
        refuses(Licenses.NotHolder.selector, id, MALLORY);
        named(id, MALLORY, MALLORY);
        VM.prank(BOB);
        licenses.setApprovalForAll(CAROL, true);
        refuses(Licenses.NotHolder.selector, id, CAROL);
        named(id, CAROL, SERVER); // not even who may hand it on
        named(id, BOB, SERVER);
        refuses(Licenses.NotHolder.selector, id, SERVER);
        named(id, SERVER, MALLORY); // nor a delegate
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id + 1));
        named(id + 1, BOB, SERVER);
    }

    function testOnlyTheHolderAndTheDelegateItselfDismiss() public {
        named(id, BOB, SERVER);
        refuses(Licenses.NotHolder.selector, id, MALLORY);
        dismissed(MALLORY, SERVER);
        refuses(Licenses.NotHolder.selector, id, MAKER);
        dismissed(MAKER, SERVER);
        dismissed(SERVER, SERVER);
        equal(status(SERVER, T0), Status.NoRecord, "gone");
    }

    function testWhoIsNoDelegateIsNotDismissed() public {
        noSuchDelegate(SERVER);
        dismissed(BOB, SERVER);
        noSuchDelegate(SERVER);
        dismissed(SERVER, SERVER);
        noSuchDelegate(BOB);
        dismissed(BOB, BOB); // a holder cannot end its own record so
        named(id, BOB, SERVER);
        dismissed(BOB, SERVER);
        noSuchDelegate(SERVER);
        dismissed(BOB, SERVER);
        equal(status(BOB, T0), Status.Authorized, "the holder stays");
    }

    function testDelegateOfOneLicenseIsNotDismissedByAnother() public {
        uint256 theirs = bought(offerOf(id), CAROL);
        named(theirs, CAROL, SERVER);
        noSuchDelegate(SERVER);
        dismissed(BOB, SERVER);
        equal(status(SERVER, T0), Status.Authorized, "still");
    }

    // Over transfers.

    function testRightOfADelegateEndsWithTheHolding() public {
        named(id, BOB, SERVER);
        VM.warp(T0 + 10);
        moved(id, BOB, CAROL);
        VM.warp(T0 + 20);
        equal(status(SERVER, T0 + 9), Status.Authorized, "until then");
        equal(status(SERVER, T0 + 10), Status.NoRecord, "since");
        noSuchDelegate(SERVER);
        dismissed(CAROL, SERVER); // it is nobody's delegate any more
        noSuchDelegate(SERVER);
        dismissed(SERVER, SERVER);
    }

    function testRightOfADelegateDoesNotComeBackWithTheLicense() public {
        named(id, BOB, SERVER);
        VM.warp(T0 + 10);
        moved(id, BOB, CAROL);
        VM.warp(T0 + 20);
        moved(id, CAROL, BOB);
        VM.warp(T0 + 30);
        equal(status(SERVER, T0 + 9), Status.Authorized, "first holding");
        equal(status(SERVER, T0 + 10), Status.NoRecord, "second holding");
        equal(status(SERVER, T0 + 20), Status.NoRecord, "third holding");
        named(id, BOB, SERVER);
        equal(status(SERVER, T0 + 30), Status.Authorized, "named again");
        equal(status(SERVER, T0 + 29), Status.NoRecord, "not before");
    }

    function testNextHolderNamesTheSameServer() public {
        named(id, BOB, SERVER);
        VM.warp(T0 + 10);
        moved(id, BOB, CAROL);
        named(id, CAROL, SERVER);
        VM.warp(T0 + 20);
        equal(status(SERVER, T0 + 9), Status.Authorized, "for the first");
        equal(status(SERVER, T0 + 10), Status.Authorized, "for the second");
        dismissed(CAROL, SERVER);
        equal(status(SERVER, T0 + 19), Status.Authorized, "until then");
        equal(status(SERVER, T0 + 20), Status.NoRecord, "since");
    }

    function testDismissedBeforeTheTransferEndsThen() public {
        named(id, BOB, SERVER);
        VM.warp(T0 + 5);
        dismissed(BOB, SERVER);
        VM.warp(T0 + 10);
        moved(id, BOB, CAROL);
        equal(status(SERVER, T0 + 4), Status.Authorized, "until then");
        equal(status(SERVER, T0 + 5), Status.NoRecord, "since");
    }

    function testNamedAndHandedOnInTheSameSecondLeavesNothing() public {
        named(id, BOB, SERVER);
        moved(id, BOB, CAROL);
        equal(status(SERVER, T0), Status.NoRecord, "that second");
    }

    function testDelegateBecomesTheHolder() public {
        named(id, BOB, CAROL);
        VM.warp(T0 + 10);
        moved(id, BOB, CAROL);
        VM.warp(T0 + 20);
        equal(status(CAROL, T0 + 9), Status.Authorized, "as a delegate");
        equal(status(CAROL, T0 + 10), Status.Authorized, "as the holder");
        equal(status(BOB, T0 + 10), Status.NoRecord, "the former holder");
        named(id, CAROL, BOB); // and the other way round
        equal(status(BOB, T0 + 20), Status.Authorized, "as a delegate");
        noSuchDelegate(CAROL);
        dismissed(CAROL, CAROL);
    }

    function testDelegateOfTwoLicensesIsLicensedByEither() public {
        uint256 theirs = bought(offerOf(id), CAROL);
        named(id, BOB, SERVER);
        named(theirs, CAROL, SERVER);
        canceled(id, BOB);
        (Status s, uint256 by) = licenses.statusOf(model, SERVER, 1, T0);
        equal(s, Status.Authorized, "status");
        equal(by, theirs, "by the other");
    }

    function testDelegateIsNotLicensedForAnotherModel() public {
        named(id, BOB, SERVER);
        VM.prank(MAKER);
        bytes32 other = registry.register("other", "", 0);
        isTrue(!licenses.isAuthorized(other, SERVER, 1, T0), "another model");
        isTrue(licenses.isAuthorized(model, SERVER, 1, T0), "the model");
    }
}
