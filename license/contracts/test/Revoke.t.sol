// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {Licenses} from "../src/Licenses.sol";
import {Offer, Offers} from "../src/Offers.sol";
import {Status} from "../src/Records.sol";

/// Makers revoke licenses, with the notice that they offered.
contract RevokeTest is Base {
    function withNotice(uint32 notice) internal returns (uint256) {
        Offer memory o = basic();
        o.notice = notice;
        return bought(offered(o), BOB);
    }

    function testRevocationTakesEffectAfterItsNotice() public {
        uint256 id = withNotice(7 days);
        VM.warp(T0 + 1 days);
        VM.expectEmit(address(licenses));
        emit Licenses.Revoked(id, T0 + 8 days, 0, REASON);
        revoked(id);
        equal(licenseOf(id).revokedAt, T0 + 8 days, "since when");
        equal(status(BOB, T0 + 1 days), Status.Authorized, "when it is said");
        VM.warp(T0 + 8 days);
        equal(status(BOB, T0 + 8 days - 1), Status.Authorized, "last second of the notice");
        equal(status(BOB, T0 + 8 days), Status.Revoked, "then");
        VM.warp(T0 + 2 * MONTH);
        equal(status(BOB, T0 + MONTH), Status.Revoked, "also when it would have ended");
        equal(licenses.ownerOf(id), BOB, "it is still his");
    }

    function testRevocationWithoutNoticeTakesEffectAtOnce() public {
        uint256 id = withNotice(0);
        VM.warp(T0 + 1 days);
        revoked(id);
        equal(status(BOB, T0 + 1 days - 1), Status.Authorized, "before");
        equal(status(BOB, T0 + 1 days), Status.Revoked, "that second");
    }

    function testRevocationInTheFirstSecondLeavesNothing() public {
        revoked(withNotice(0));
        equal(status(BOB, T0), Status.Revoked, "no second of it");
    }

    function testNoticeBeyondTheEndLeavesTheLicenseItsTime() public {
        uint256 id = withNotice(90 days);
        revoked(id);
        VM.warp(T0 + 90 days);
        equal(status(BOB, T0 + MONTH - 1), Status.Authorized, "last second");
        equal(status(BOB, T0 + MONTH), Status.Expired, "end");
        equal(status(BOB, T0 + 90 days - 1), Status.Expired, "notice");
        equal(status(BOB, T0 + 90 days), Status.Revoked, "then");
        isTrue(!licenses.isRenewable(id), "not renewable");
    }

    function testNoticeThatEndsWithTheLicense() public {
        uint256 id = withNotice(MONTH);
        revoked(id);
        VM.warp(T0 + MONTH);
        equal(status(BOB, T0 + MONTH - 1), Status.Authorized, "last second");
        equal(status(BOB, T0 + MONTH), Status.Revoked, "end");
    }

    function testWhatIsIrrevocableIsNotRevoked() public {
        uint256 id = withNotice(type(uint32).max);
        refuses(Licenses.Irrevocable.selector, id);
        revoked(id);
        id = withNotice(type(uint32).max - 1); // the longest notice that is one
        revoked(id);
        equal(licenseOf(id).revokedAt, uint256(T0) + type(uint32).max - 1, "since when");
    }

    function testLicenseIsRevokedOnce() public {
        uint256 id = withNotice(7 days);
        revoked(id);
        refuses(Licenses.IsRevoked.selector, id);
        revoked(id);
        VM.warp(T0 + 20 days);
        refuses(Licenses.IsRevoked.selector, id);
        revoked(id);
    }

    function testWhatHasEndedIsNotRevokedUntilItIsRenewed() public {
        uint256 id = withNotice(0);
        VM.warp(T0 + MONTH);
        refuses(Licenses.NotLive.selector, id);
        revoked(id);
        VM.warp(T0 + MONTH + 5);
        renewed(id, BOB, 1);
        revoked(id);
        equal(status(BOB, T0), Status.Authorized, "the first period stays");
        equal(status(BOB, T0 + MONTH + 5), Status.Revoked, "the second ends");
    }

    function testLastSecondCanBeRevoked() public {
        uint256 id = withNotice(0);
        VM.warp(T0 + MONTH - 1);
        revoked(id);
        equal(status(BOB, T0 + MONTH - 1), Status.Revoked, "last second");
    }

    function testCanceledLicenseIsNotRevoked() public {
        uint256 id = withNotice(0);
        canceled(id, BOB);
        refuses(Licenses.NotLive.selector, id);
        revoked(id);
    }

    function testOnlyTheMakerRevokes() public {
        uint256 id = withNotice(0);
        refuses(Offers.NotMaker.selector, 1, BOB);
        VM.prank(BOB);
        licenses.revoke(id, REASON);
    }

    function testNewOwnerOfTheModelRevokes() public {
        uint256 id = withNotice(0);
        VM.prank(MAKER);
        registry.offerOwnership(model, CAROL);
        VM.prank(CAROL);
        registry.acceptOwnership(model);
        refuses(Offers.NotMaker.selector, 1, MAKER);
        revoked(id);
        VM.prank(CAROL);
        licenses.revoke(id, REASON);
        equal(status(BOB, T0), Status.Revoked, "status");
    }

    function testUnknownLicenseIsNotRevoked() public {
        uint256 id = withNotice(0) + 1;
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        revoked(id);
        id = (uint256(1) << 64) | (uint256(1) << 32) | 1; // longer than an id
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        revoked(id);
    }

    function testWhatIsForEverIsRevoked() public {
        Offer memory o = perpetual();
        o.notice = 0;
        uint256 id = bought(offered(o), BOB);
        VM.warp(T0 + 1_000 days);
        revoked(id);
        equal(status(BOB, T0 + 1_000 days - 1), Status.Authorized, "before");
        equal(status(BOB, T0 + 1_000 days), Status.Revoked, "then");
    }

    function testSuspendedLicenseIsRevoked() public {
        uint256 id = bought(offered(strict()), BOB);
        suspended(id, 10 days);
        revoked(id);
        VM.warp(T0 + 7 days);
        equal(status(BOB, T0 + 7 days - 1), Status.Suspended, "before");
        equal(status(BOB, T0 + 7 days), Status.Revoked, "then");
        resumed(id); // ends the suspension, not the revocation
        equal(status(BOB, T0 + 7 days), Status.Revoked, "still");
    }

    function testRevokedLicenseIsHandedOnAsItIs() public {
        uint256 id = withNotice(7 days);
        revoked(id);
        VM.warp(T0 + 1 days);
        moved(id, BOB, CAROL);
        VM.warp(T0 + 7 days);
        equal(status(CAROL, T0 + 7 days - 1), Status.Authorized, "within the notice");
        equal(status(CAROL, T0 + 7 days), Status.Revoked, "then");
    }

    function testFuzzNothingIsAuthorizedSinceARevocation(uint32 notice, uint24 when, uint40 asked) public {
        notice %= 60 days;
        when = uint24(within(when, 0, MONTH - 1)); // a month is less than 2^24 seconds
        uint256 id = withNotice(notice);
        VM.warp(T0 + when);
        revoked(id);
        VM.warp(T0 + 200 days);
        asked = T0 + asked % 200 days;
        Status s = status(BOB, asked);
        if (asked >= T0 + when + notice) equal(s, Status.Revoked, "revoked");
        else equal(s, asked < T0 + MONTH ? Status.Authorized : Status.Expired, "not yet");
    }
}
