// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Offer} from "../src/Offers.sol";
import {Records, Status} from "../src/Records.sol";

/// How many records a subject can have, who can fill them, and where they are kept.
contract RecordsTest is Base {
    uint32 internal offer;

    function setUp() public override {
        super.setUp();
        Offer memory o = strict();
        o.price = 0;
        offer = offered(o);
    }

    function full(address who) internal {
        VM.expectRevert(abi.encodeWithSelector(Records.TooManyRecords.selector, model, who));
    }

    /// Fills what others can fill of a subject's records, with one license.
    function flooded(address who) internal returns (uint256 id) {
        id = bought(offer, MALLORY);
        VM.startPrank(MALLORY);
        for (uint256 i = 0; i < licenses.MAX_RECORDS(); ++i) {
            licenses.addDelegate(id, who);
            if (i + 1 < licenses.MAX_RECORDS()) licenses.removeDelegate(id, who);
        }
        VM.stopPrank();
    }

    function testASubjectHasThirtyTwoRecordsOfItsOwn() public {
        equal(licenses.MAX_RECORDS(), 32, "most");
        for (uint256 i = 0; i < 31; ++i) bought(offer, BOB);
        VM.prank(MAKER);
        licenses.grant(offer, BOB, 1, 0); // the maker's count as its own
        isTrue(recordOf(BOB, 0).own == 32 && recordOf(BOB, 0).brought == 0, "counts");
        full(BOB);
        VM.prank(BOB);
        licenses.buy(offer, 1);
        full(BOB);
        VM.prank(MAKER);
        licenses.grant(offer, BOB, 1, 0);
        equal(licenses.balanceOf(BOB), 32, "licenses");
    }

    function testOthersFillOnlyOneKind() public {
        flooded(BOB);
        isTrue(recordOf(BOB, 0).own == 0 && recordOf(BOB, 0).brought == 32, "counts");
        for (uint256 i = 0; i < 32; ++i) bought(offer, BOB); // as many as ever
        isTrue(recordOf(BOB, 0).own == 32 && recordOf(BOB, 0).brought == 32, "counts");
        equal(recordOf(BOB, 63).license, (uint256(offer) << 32) | 33, "last record");
        equal(status(BOB, T0), Status.Authorized, "status");
    }

    function testFullRecordsTakeNoMoreDelegations() public {
        flooded(BOB);
        uint256 id = bought(offer, CAROL);
        full(BOB);
        named(id, CAROL, BOB);
    }

    function testFullRecordsTakeNoMoreTransfers() public {
        uint256 theirs = flooded(BOB);
        uint256 id = bought(offer, CAROL);
        full(BOB);
        moved(id, CAROL, BOB);
        full(BOB);
        moved(theirs, MALLORY, BOB);
        equal(licenses.ownerOf(id), CAROL, "it stays where it was");
        equal(status(CAROL, T0), Status.Authorized, "with its record");
    }

    function testFullRecordsOfItsOwnLeaveRoomForTransfers() public {
        for (uint256 i = 0; i < 32; ++i) bought(offer, BOB);
        uint256 id = bought(offer, CAROL);
        moved(id, CAROL, BOB);
        equal(licenses.ownerOf(id), BOB, "holder");
        isTrue(recordOf(BOB, 0).own == 32 && recordOf(BOB, 0).brought == 1, "counts");
    }

    function testFloodedSubjectIsStillCheckedAndHandsOn() public {
        for (uint256 i = 0; i < 31; ++i) canceled(bought(offer, BOB), BOB);
        flooded(BOB);
        uint256 id = bought(offer, BOB); // the last of 64
        canceled((uint256(offer) << 32) | 32, MALLORY);
        equal(status(BOB, T0), Status.Authorized, "found at the end");
        moved(id, BOB, CAROL);
        equal(status(BOB, T0), Status.Expired, "handed on");
        isTrue(recordOf(BOB, 63).end == T0, "the last record is closed");
        isTrue(recordOf(BOB, 0).own == 32 && recordOf(BOB, 0).brought == 32, "counts");
    }

    function testRecordsOfOtherModelsAreOthers() public {
        for (uint256 i = 0; i < 32; ++i) bought(offer, BOB);
        VM.prank(MAKER);
        bytes32 other = registry.register("other", "", 0);
        Offer memory o = basic();
        o.model = other;
        bought(offered(o), BOB);
        isTrue(licenses.isAuthorized(other, BOB, 1, T0), "another model");
    }

    function testClosingARecordKeepsTheCounts() public {
        uint256 id = bought(offer, BOB); // the first record, which holds the counts
        bought(offer, BOB);
        VM.warp(T0 + 5);
        moved(id, BOB, CAROL);
        Records.Record memory r = recordOf(BOB, 0);
        isTrue(r.own == 2 && r.brought == 0 && r.end == T0 + 5 && r.license == id, "first record");
        isTrue(recordOf(BOB, 1).own == 0 && recordOf(BOB, 1).end == 0, "second record");
    }

    // Where they are: what a proof of storage shows.

    function recordSlot(bytes32 m, address who, uint256 index) internal pure returns (bytes32) {
        bytes32 ofModel = keccak256(abi.encode(m, uint256(0)));
        bytes32 ofSubject = keccak256(abi.encode(who, ofModel));
        return keccak256(abi.encode(index, ofSubject));
    }

    function testPresenceIsOneSlot() public {
        uint256 id = bought(offer, BOB);
        named(id, BOB, SERVER);
        uint256 word = uint256(VM.load(address(licenses), recordSlot(model, BOB, 0)));
        equal(word, id | uint256(T0) << 64 | uint256(1) << 168, "license, start, one of its own");
        word = uint256(VM.load(address(licenses), recordSlot(model, SERVER, 0)));
        equal(word, id | uint256(T0) << 64 | uint256(1) << 160 | uint256(1) << 176, "delegate, one brought");
        moved(id, BOB, CAROL);
        word = uint256(VM.load(address(licenses), recordSlot(model, CAROL, 0)));
        equal(word, id | uint256(T0) << 64 | uint256(1) << 144 | uint256(1) << 176, "second holding, one brought");
        word = uint256(VM.load(address(licenses), recordSlot(model, BOB, 0)));
        equal(word, id | uint256(T0) << 64 | uint256(T0) << 104 | uint256(1) << 168, "the first has its end");
    }

    function testAbsenceIsAnEmptySlot() public {
        bought(offer, BOB);
        equal(VM.load(address(licenses), recordSlot(model, CAROL, 0)), 0, "another subject");
        equal(VM.load(address(licenses), recordSlot(REASON, BOB, 0)), 0, "another model");
        equal(VM.load(address(licenses), recordSlot(model, BOB, 1)), 0, "the record after the last");
    }

    function testWhatACheckReadsOfALicenseIsOneSlot() public {
        uint256 id = bought(offer, BOB);
        bytes32 slot = slotOf(id, LICENSES_SLOT);
        uint256 word = uint256(VM.load(address(licenses), slot));
        equal(word, 3 | uint256(T0) << 32 | uint256(T0 + MONTH) << 72, "scope, start, end");
        suspended(id, 1);
        revoked(id);
        moved(id, BOB, CAROL);
        word ^= uint256(VM.load(address(licenses), slot));
        equal(word, uint256(T0 + 7 days) << 112 | uint256(1) << 168 | uint256(1) << 184, "and what came after");
    }
}
