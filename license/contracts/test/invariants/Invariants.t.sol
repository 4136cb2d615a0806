// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Handler} from "./Handler.sol";
import {Reader} from "./Reader.sol";
import {Offer, TransferRule} from "../../src/Offers.sol";
import {Records, Status} from "../../src/Records.sol";

/// What is true after any sequence of steps.
contract InvariantsTest is Reader {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal handler;

    function setUp() public override {
        handler = new Handler();
        licenses = handler.contracts();
        registry = licenses.REGISTRY();
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(handler);
    }

    /// What is done; what is named more than once is done more often.
    function actions() internal view returns (bytes4[24] memory) {
        Handler h = handler;
        return [
            h.wait.selector, h.wait.selector, h.wait.selector, h.buy.selector, h.buy.selector, h.buy.selector,
            h.makeOffer.selector, h.renew.selector, h.renew.selector, h.grant.selector, h.redeem.selector,
            h.cancel.selector, h.suspend.selector, h.resume.selector, h.revoke.selector, h.consent.selector,
            h.transfer.selector, h.name.selector, h.dismiss.selector, h.distribute.selector, h.release.selector,
            h.withdraw.selector, h.closeOffer.selector, h.commit.selector
        ];
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        bytes4[24] memory all = actions();
        bytes4[] memory selectors = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; ++i) selectors[i] = all[i];
        list[0] = FuzzSelector(address(handler), selectors);
    }

    /// The steps of the handler lead everywhere; else what follows would say little.
    function testLongWalkReachesEverything() public {
        bytes4[24] memory all = actions();
        for (uint256 i = 0; i < 1_500; ++i) {
            uint256 dice = uint256(keccak256(abi.encode("walk", i)));
            (bool done, bytes memory why) =
                address(handler).call(abi.encodeWithSelector(all[dice % 24], dice, uint24((dice >> 8) % 1 days)));
            if (!done) revert Untrue(string(why));
            if (i % 100 != 99) continue;
            invariantAllIsAsItShouldBe();
        }
        uint256[8] memory met;
        for (uint256 i = 0; i < handler.countLicenses(); ++i) {
            uint256 id = handler.ids(i);
            Records.License memory l = licenseOf(id);
            met[0] += l.periods;
            met[1] += l.suspensions;
            met[2] += l.transfers;
            if (l.revokedAt != 0) ++met[3];
            if (handler.refunded(id) > 0) ++met[4];
            if (heldOf(id) > 0) ++met[5];
        }
        for (uint256 i = 0; i < 6; ++i) {
            for (uint256 k = 0; k < 2; ++k) {
                for (uint256 n = 0; n < recordsOf(handler.models(k), handler.person(i)); ++n) {
                    Records.Record memory r = recordFor(handler.models(k), handler.person(i), n);
                    if (r.delegate) ++met[r.end == 0 ? 6 : 7];
                }
            }
        }
        for (uint256 i = 0; i < met.length; ++i) isTrue(met[i] >= 5, string.concat("met too seldom: ", VM.toString(i)));
        isTrue(handler.countCommitments(handler.models(0)) > 5, "commitments");
        isTrue(handler.answers().length == 40, "answers");
    }

    function invariantAllIsAsItShouldBe() public {
        moneyAddsUp();
        licensesKeepToTheirOffers();
        answersAreRightAndStay();
    }

    function moneyAddsUp() internal view {
        address token = address(handler.token());
        (uint256 coin, uint256 tokens) = (handler.owedOf(address(0)), handler.owedOf(token));
        for (uint256 i = 0; i < handler.countOffers(); ++i) {
            uint32 offer = handler.offers(i);
            if (termsOf(offer).token == token) tokens += revenueOf(offer);
            else coin += revenueOf(offer);
        }
        for (uint256 i = 0; i < handler.countLicenses(); ++i) {
            uint256 id = handler.ids(i);
            if (termsOf(offerOf(id)).token == token) tokens += heldOf(id);
            else coin += heldOf(id);
            isTrue(handler.refunded(id) + heldOf(id) <= handler.paid(id), "refunded and held is not more than paid");
        }
        equal(address(licenses).balance, coin, "coin");
        equal(handler.token().balanceOf(address(licenses)), tokens, "tokens");
    }

    function licensesKeepToTheirOffers() internal view {
        for (uint256 i = 0; i < handler.countLicenses(); ++i) {
            uint256 id = handler.ids(i);
            Offer memory o = termsOf(offerOf(id));
            Records.License memory l = licenseOf(id);
            isTrue(l.scope != 0 && l.scope & ~o.scope == 0, "scope is part of the offer's");
            isTrue(o.notice != type(uint32).max || l.revokedAt == 0, "what is irrevocable is not revoked");
            if (o.transferRule == TransferRule.Never) {
                equal(licenses.ownerOf(id), handler.firstHolder(id), "a soulbound license stays");
                equal(l.transfers, 0, "and was never elsewhere");
            }
            _inOrder(id, l, o.maxSuspension);
        }
        for (uint256 i = 0; i < handler.countOffers(); ++i) {
            uint32 offer = handler.offers(i);
            (uint32 sold,,) = licenses.sales(offer);
            isTrue(termsOf(offer).supply == 0 || sold <= termsOf(offer).supply, "supply");
        }
        for (uint256 k = 0; k < 2; ++k) {
            bytes32 m = handler.models(k);
            for (uint32 i = 0; i < handler.countCommitments(m); ++i) {
                bytes32 now_ = keccak256(abi.encode(registry.versionOf(m, i + 1)));
                equal(now_, handler.commitments(m, i), "commitments stay");
            }
        }
    }

    function _inOrder(uint256 id, Records.License memory l, uint32 mostSuspended) private view {
        uint40 last = 0;
        for (uint256 i = 0; i < l.periods; ++i) {
            (uint40 start, uint40 end) = licenses.periods(id, i);
            isTrue((i == 0 || last < start) && start <= end, "periods are apart and in order");
            last = end;
        }
        isTrue((l.periods == 0 || last < l.start) && l.start <= l.end, "the last one too");
        last = 0;
        uint256 total = 0;
        for (uint256 i = 0; i < l.suspensions; ++i) {
            (uint40 start, uint40 end, uint32 before) = licenses.suspensions(id, i);
            isTrue(last <= start && start <= end && before == total, "suspensions are in order");
            (last, total) = (end, total + end - start);
        }
        isTrue(total <= mostSuspended, "suspensions are within the budget");
        last = 0;
        for (uint256 i = 0; i < l.transfers; ++i) {
            (address holder, uint40 until) = licenses.holdings(id, i);
            isTrue(holder != address(0) && last <= until, "holdings are in order");
            last = until;
        }
    }

    function answersAreRightAndStay() internal {
        VM.warp(handler.time());
        Handler.Answer[] memory list = handler.answers();
        for (uint256 i = 0; i < list.length; ++i) {
            Handler.Answer memory a = list[i];
            (Status s, uint256 by) = licenses.statusOf(a.model, a.subject, a.scope, a.when);
            equal(s, a.status, "what was said once is said for ever");
            equal(by, a.license, "and of which license");
            (s, by) = slowStatus(a.model, a.subject, a.scope, a.when);
            equal(s, a.status, "what a slow reader says");
            equal(by, a.license, "and of which license");
        }
        uint40 time = handler.time();
        for (uint256 k = 0; k < 2; ++k) {
            for (uint256 i = 0; i < 6; ++i) _now(handler.models(k), handler.person(i), time);
        }
    }

    /// Of whom something is said now, it is true.
    function _now(bytes32 m, address who, uint40 time) private view {
        (Status s, uint256 id) = licenses.statusOf(m, who, 1, time);
        (Status slow, uint256 by) = slowStatus(m, who, 1, time);
        equal(s, slow, "now");
        isTrue(id == by, "by which license");
        isTrue(licenses.isAuthorized(m, who, 1, time) == (s == Status.Authorized), "authorized");
        if (s != Status.Authorized) return;
        Records.License memory l = licenseOf(id);
        isTrue(l.start <= time && time < l.end, "within the last period");
        isTrue(l.revokedAt == 0 || time < l.revokedAt, "not revoked");
        isTrue(l.scope & 1 == 1, "in scope");
        isTrue(termsOf(offerOf(id)).model == m, "for the model");
    }
}
