// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {Receiver} from "./mocks/Wallets.sol";
import {Licenses} from "../src/Licenses.sol";
import {Offer, Offers, TransferRule} from "../src/Offers.sol";
import {Records, Status} from "../src/Records.sol";

/// Licenses are handed on, as their offers allow.
contract TransferTest is Base {
    function under(TransferRule rule) internal returns (uint256) {
        Offer memory o = basic();
        o.transferRule = rule;
        return bought(offered(o), BOB);
    }

    function consents(uint256 id, address to) internal {
        VM.prank(MAKER);
        licenses.consent(id, to);
    }

    function refusesMoving(uint256 id, address from, address to, bytes memory why) internal {
        VM.expectRevert(why);
        moved(id, from, to);
    }

    function noConsent(uint256 id, address to) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(Licenses.NoConsent.selector, id, to);
    }

    // Free.

    function testEachHolderIsLicensedForItsOwnTime() public {
        uint256 id = under(TransferRule.Free);
        VM.warp(T0 + 100);
        VM.expectEmit(address(licenses));
        emit IERC721.Transfer(BOB, CAROL, id);
        moved(id, BOB, CAROL);
        equal(licenses.ownerOf(id), CAROL, "holder");
        equal(licenses.balanceOf(BOB), 0, "balance before");
        equal(licenses.balanceOf(CAROL), 1, "balance after");
        VM.warp(T0 + 200);
        equal(status(BOB, T0 + 99), Status.Authorized, "the first, until then");
        equal(status(BOB, T0 + 100), Status.NoRecord, "the first, since");
        equal(status(CAROL, T0 + 99), Status.NoRecord, "the second, until then");
        equal(status(CAROL, T0 + 100), Status.Authorized, "the second, since");
        (address holder, uint40 until) = licenses.holdings(id, 0);
        equal(holder, BOB, "holding");
        equal(until, T0 + 100, "its end");
        equal(licenseOf(id).transfers, 1, "transfers");
        equal(licenseOf(id).end, T0 + MONTH, "the license is the same");
        Records.Record memory r = recordOf(CAROL, 0);
        isTrue(r.license == id && r.start == T0 + 100 && r.end == 0 && r.holding == 1 && !r.delegate, "record");
        isTrue(r.own == 0 && r.brought == 1, "brought by another");
    }

    function testLicenseComesBack() public {
        uint256 id = under(TransferRule.Free);
        VM.warp(T0 + 100);
        moved(id, BOB, CAROL);
        VM.warp(T0 + 200);
        moved(id, CAROL, BOB);
        VM.warp(T0 + 300);
        equal(status(BOB, T0 + 99), Status.Authorized, "first time");
        equal(status(BOB, T0 + 100), Status.NoRecord, "between");
        equal(status(BOB, T0 + 199), Status.NoRecord, "between");
        equal(status(BOB, T0 + 200), Status.Authorized, "second time");
        equal(status(CAROL, T0 + 199), Status.Authorized, "the other");
        equal(status(CAROL, T0 + 200), Status.NoRecord, "the other, since");
    }

    function testHandedOnInTheSecondItWasBought() public {
        uint256 id = under(TransferRule.Free);
        moved(id, BOB, CAROL);
        equal(status(BOB, T0), Status.NoRecord, "not a second");
        equal(status(CAROL, T0), Status.Authorized, "all of it");
    }

    function testHandedOnTwiceInOneSecond() public {
        uint256 id = under(TransferRule.Free);
        VM.warp(T0 + 5);
        moved(id, BOB, CAROL);
        moved(id, CAROL, SERVER);
        equal(status(BOB, T0 + 4), Status.Authorized, "first");
        equal(status(CAROL, T0 + 5), Status.NoRecord, "between");
        equal(status(SERVER, T0 + 5), Status.Authorized, "last");
        moved(id, SERVER, BOB);
        equal(status(BOB, T0 + 5), Status.Authorized, "back in the same second");
    }

    function testHandedOnToOneselfChangesNothing() public {
        uint256 id = under(TransferRule.Free);
        VM.warp(T0 + 5);
        moved(id, BOB, BOB);
        equal(licenseOf(id).transfers, 0, "transfers");
        isTrue(recordOf(BOB, 0).end == 0 && recordOf(BOB, 0).brought == 0, "record");
        equal(status(BOB, T0 + 5), Status.Authorized, "status");
        id = under(TransferRule.Never);
        moved(id, BOB, BOB); // nobody gets what is not his
        id = under(TransferRule.WithConsent);
        moved(id, BOB, BOB);
        equal(licenses.ownerOf(id), BOB, "holder");
    }

    function testExpiredLicenseIsHandedOnAndRenewed() public {
        uint256 id = under(TransferRule.Free);
        VM.warp(T0 + MONTH + 5);
        moved(id, BOB, CAROL);
        equal(status(CAROL, T0 + MONTH + 5), Status.Expired, "as it is");
        renewed(id, CAROL, 1);
        equal(status(CAROL, T0 + MONTH + 5), Status.Authorized, "renewed");
        equal(status(BOB, T0 + MONTH + 5), Status.NoRecord, "not for the first holder");
    }

    function testOnlyTheHolderHandsOn() public {
        uint256 id = under(TransferRule.Free);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, MALLORY, id));
        VM.prank(MALLORY);
        licenses.transferFrom(BOB, MALLORY, id);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, MAKER, id));
        VM.prank(MAKER);
        licenses.transferFrom(BOB, MAKER, id);
    }

    function testWrongHolderNobodyAndUnknownLicensesAreRefused() public {
        uint256 id = under(TransferRule.Free);
        bytes memory nobody = abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0));
        refusesMoving(id, BOB, address(0), nobody);
        refusesMoving(5, BOB, CAROL, abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, CAROL, id, BOB));
        VM.prank(BOB);
        licenses.transferFrom(CAROL, SERVER, id);
    }

    function testApprovedAccountHandsOnOnce() public {
        uint256 id = under(TransferRule.Free);
        VM.prank(BOB);
        licenses.approve(SERVER, id);
        VM.prank(SERVER);
        licenses.transferFrom(BOB, CAROL, id);
        equal(licenses.ownerOf(id), CAROL, "holder");
        equal(licenses.getApproved(id), address(0), "approval is used up");
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, SERVER, id));
        VM.prank(SERVER);
        licenses.transferFrom(CAROL, SERVER, id);
    }

    function testOperatorHandsOnAllOfAHolder() public {
        uint256 first = under(TransferRule.Free);
        uint256 second = under(TransferRule.Free);
        VM.prank(BOB);
        licenses.setApprovalForAll(SERVER, true);
        VM.startPrank(SERVER);
        licenses.transferFrom(BOB, CAROL, first);
        licenses.safeTransferFrom(BOB, CAROL, second);
        VM.stopPrank();
        equal(licenses.balanceOf(CAROL), 2, "both");
    }

    function testContractsAreAskedBeforeASafeTransfer() public {
        uint256 id = under(TransferRule.Free);
        Receiver receiver = new Receiver();
        VM.prank(BOB);
        licenses.safeTransferFrom(BOB, address(receiver), id, "hello");
        equal(receiver.note(), abi.encode(BOB, BOB, id, bytes("hello")), "what it was told");
        equal(status(address(receiver), T0), Status.Authorized, "status");
        uint256 another = under(TransferRule.Free);
        receiver.answers(0);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(receiver)));
        VM.prank(BOB);
        licenses.safeTransferFrom(BOB, address(receiver), another);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(registry)));
        VM.prank(BOB);
        licenses.safeTransferFrom(BOB, address(registry), another);
        equal(licenses.ownerOf(another), BOB, "still his");
        moved(another, BOB, address(receiver)); // without asking
    }

    function testNumberOfTransfersDoesNotBeginAgain() public {
        uint256 id = under(TransferRule.Free);
        bytes32 slot = slotOf(id, LICENSES_SLOT);
        uint256 word = uint256(VM.load(address(licenses), slot));
        VM.store(address(licenses), slot, bytes32(word | uint256(type(uint16).max) << 184));
        equal(licenseOf(id).transfers, type(uint16).max, "as many as can be");
        overflows();
        moved(id, BOB, CAROL);
    }

    // Never.

    function testSoulboundLicenseStaysWithItsHolder() public {
        uint256 id = under(TransferRule.Never);
        bytes memory why = abi.encodeWithSelector(Licenses.TransferForbidden.selector, id);
        refusesMoving(id, BOB, CAROL, why);
        VM.expectRevert(why);
        VM.prank(BOB);
        licenses.safeTransferFrom(BOB, CAROL, id);
        VM.prank(BOB);
        licenses.approve(SERVER, id);
        VM.expectRevert(why);
        VM.prank(SERVER);
        licenses.transferFrom(BOB, CAROL, id);
        consents(id, CAROL); // changes nothing
        refusesMoving(id, BOB, CAROL, why);
        equal(licenses.ownerOf(id), BOB, "holder");
        equal(licenseOf(id).transfers, 0, "transfers");
    }

    // With consent.

    function testConsentIsNeededAndUsedUp() public {
        uint256 id = under(TransferRule.WithConsent);
        refusesMoving(id, BOB, CAROL, noConsent(id, CAROL));
        VM.expectEmit(address(licenses));
        emit Licenses.TransferConsented(id, CAROL);
        consents(id, CAROL);
        refusesMoving(id, BOB, SERVER, noConsent(id, SERVER));
        moved(id, BOB, CAROL);
        equal(licenses.ownerOf(id), CAROL, "holder");
        refusesMoving(id, CAROL, BOB, noConsent(id, BOB));
    }

    function testConsentDoesNotOutliveTheHoldingForWhichItWasGiven() public {
        uint256 id = under(TransferRule.WithConsent);
        consents(id, CAROL);
        moved(id, BOB, CAROL);
        consents(id, BOB);
        moved(id, CAROL, BOB); // he has it again
        refusesMoving(id, BOB, CAROL, noConsent(id, CAROL)); // and needs another consent
    }

    function testConsentToTheHolderItselfIsNotUsedUpByAnother() public {
        uint256 id = under(TransferRule.WithConsent);
        consents(id, CAROL);
        moved(id, BOB, BOB);
        moved(id, BOB, CAROL); // the self-transfer was none
        equal(licenses.ownerOf(id), CAROL, "holder");
    }

    function testConsentIsTakenBack() public {
        uint256 id = under(TransferRule.WithConsent);
        consents(id, CAROL);
        consents(id, address(0));
        refusesMoving(id, BOB, CAROL, noConsent(id, CAROL));
    }

    function testLaterConsentReplacesTheEarlier() public {
        uint256 id = under(TransferRule.WithConsent);
        consents(id, CAROL);
        consents(id, SERVER);
        refusesMoving(id, BOB, CAROL, noConsent(id, CAROL));
        moved(id, BOB, SERVER);
    }

    function testConsentIsForOneLicense() public {
        uint256 first = under(TransferRule.WithConsent);
        uint256 second = under(TransferRule.WithConsent);
        consents(first, CAROL);
        refusesMoving(second, BOB, CAROL, noConsent(second, CAROL));
    }

    function testOnlyTheMakerConsents() public {
        uint256 id = under(TransferRule.WithConsent);
        refuses(Offers.NotMaker.selector, 1, BOB);
        VM.prank(BOB);
        licenses.consent(id, CAROL);
    }

    function testUnknownLicenseHasNoConsent() public {
        uint256 id = under(TransferRule.WithConsent) + 1;
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        consents(id, CAROL);
    }

    function testFuzzEachSecondHasOneHolder(uint8[10] memory steps, uint16[10] memory waits, uint40 asked) public {
        address[4] memory people = [BOB, CAROL, SERVER, MALLORY];
        uint256 id = under(TransferRule.Free);
        uint40 now_ = T0;
        address[11] memory holders;
        uint40[11] memory since;
        (holders[0], since[0]) = (BOB, T0);
        for (uint256 i = 0; i < 10; ++i) {
            now_ += waits[i];
            VM.warp(now_);
            holders[i + 1] = people[steps[i] % 4];
            since[i + 1] = now_;
            moved(id, holders[i], holders[i + 1]);
        }
        asked = T0 + asked % (now_ - T0 + 1);
        address holder;
        for (uint256 i = 0; i < 11; ++i) if (since[i] <= asked) holder = holders[i];
        for (uint256 i = 0; i < 4; ++i) {
            Status want = asked < T0 + MONTH ? Status.Authorized : Status.Expired;
            if (people[i] != holder) want = Status.NoRecord;
            equal(status(people[i], asked), want, "status");
        }
    }
}
