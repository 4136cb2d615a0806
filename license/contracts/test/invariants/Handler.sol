// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reader} from "./Reader.sol";
import {GoodToken} from "../mocks/Tokens.sol";
import {Licenses, Voucher} from "../../src/Licenses.sol";
import {Offer, Payee, TransferRule} from "../../src/Offers.sol";
import {Records, Status} from "../../src/Records.sol";

/// Two makers, four buyers and two servers, who do what they may in any order; and what has to stay true of each step.
/// A call that ought to work and does not fails the run.
contract Handler is Reader {
    /// What was said once of a time that was over.
    struct Answer {
        bytes32 model;
        address subject;
        uint32 scope;
        uint40 when;
        Status status;
        uint256 license;
    }

    uint256 internal constant MAKERS = 2;
    uint256 internal constant PEOPLE = 6;
    uint256 internal constant MOST_OFFERS = 10;
    uint256 internal constant MOST_LICENSES = 50;
    uint256 internal constant MOST_ANSWERS = 40;

    uint40 public time = T0;
    GoodToken public token;
    bytes32[] public models;
    uint32[] public offers;
    uint256[] public ids;
    Answer[] private _answers;
    uint256 private _nextAnswer;
    uint256 private _nextNonce;

    mapping(uint256 id => uint256) public paid;
    mapping(uint256 id => uint256) public refunded;
    mapping(uint256 id => address) public firstHolder;
    mapping(uint256 id => Records.License) private _lastSeen;
    mapping(bytes32 model => bytes32[]) public commitments;

    constructor() {
        setUp();
        token = new GoodToken();
        for (uint256 i = 0; i < MAKERS; ++i) {
            VM.prank(maker(i));
            models.push(registry.register("model", "", 0));
        }
        for (uint256 i = 0; i < PEOPLE; ++i) {
            VM.deal(person(i), 1e30);
            token.mint(person(i), 1e30);
            VM.prank(person(i));
            token.approve(address(licenses), type(uint256).max);
        }
    }

    // Who there is.

    function key(uint256 i) internal pure returns (uint256) {
        return 0xA11CE0 + i % MAKERS;
    }

    function maker(uint256 i) public pure returns (address) {
        return VM.addr(key(i));
    }

    function person(uint256 i) public pure returns (address) {
        // forge-lint: disable-next-line(unsafe-typecast): a small number
        return address(uint160(0xB0B0000 + i % PEOPLE));
    }

    /// The makers, and all other people.
    function everybody() public pure returns (address[] memory all) {
        all = new address[](MAKERS + PEOPLE);
        for (uint256 i = 0; i < MAKERS; ++i) all[i] = maker(i);
        for (uint256 i = 0; i < PEOPLE; ++i) all[MAKERS + i] = person(i);
    }

    function contracts() external view returns (Licenses) {
        return licenses;
    }

    function countOffers() external view returns (uint256) {
        return offers.length;
    }

    function countLicenses() external view returns (uint256) {
        return ids.length;
    }

    function answers() external view returns (Answer[] memory) {
        return _answers;
    }

    function makerOf(uint32 offer) internal view returns (address) {
        return registry.ownerOf(termsOf(offer).model);
    }

    /// What has to be true of every step: counters do not fall, ends of what is over stay, a sample is taken.
    modifier step(uint256 seed) {
        VM.warp(time);
        _;
        seed = mixed(~seed);
        for (uint256 i = 0; i < ids.length; ++i) {
            (Records.License memory was, Records.License memory is_) = (_lastSeen[ids[i]], licenseOf(ids[i]));
            isTrue(was.periods <= is_.periods && was.suspensions <= is_.suspensions, "counters of times");
            isTrue(was.transfers <= is_.transfers && was.start <= is_.start, "counters of holders");
            isTrue(was.revokedAt == 0 || was.revokedAt == is_.revokedAt, "a revocation stays");
            isTrue(was.scope == 0 || was.scope == is_.scope, "a scope stays");
            _lastSeen[ids[i]] = is_;
        }
        if (time > T0) sample(seed, uint40(T0 - 1 + (seed >> 128) % (time - T0 + 1))); // before now
    }

    function sample(uint256 seed, uint40 when) private {
        Answer memory a;
        (a.model, a.subject, a.when) = (models[seed % MAKERS], person(seed >> 8), when);
        a.scope = uint32((seed >> 16) % 4);
        (a.status, a.license) = licenses.statusOf(a.model, a.subject, a.scope, when);
        if (_answers.length < MOST_ANSWERS) _answers.push(a);
        else _answers[_nextAnswer++ % MOST_ANSWERS] = a;
    }

    // Time.

    function wait(uint256 seed, uint24 duration) external step(seed) {
        seed = mixed(seed);
        duration %= 6 days;
        if (duration == 0) return;
        sample(seed >> 3, time); // this second is over
        sample(seed >> 7, time);
        time += duration;
        VM.warp(time);
    }

    // Makers.

    function makeOffer(uint256 seed) external step(seed) {
        seed = mixed(seed);
        if (offers.length == MOST_OFFERS) return;
        Offer memory o = basic();
        o.model = models[seed % MAKERS];
        o.token = (seed >> 1) % 2 == 0 ? address(0) : address(token);
        o.period = (seed >> 2) % 8 == 0 ? 0 : uint32(1 + (seed >> 5) % 40 days);
        o.scope = uint32(1 + (seed >> 32) % 3);
        o.price = uint96((seed >> 34) % 3 == 0 ? (seed >> 36) % 1000 : (seed >> 36) % 1e24);
        if (o.period != 0) {
            o.cancelRefund = uint16((seed >> 116) % 3) * 3_333;
            o.revokeRefund = uint16((seed >> 118) % 10_001);
        }
        o.notice = (seed >> 132) % 4 == 0 ? type(uint32).max : uint32((seed >> 134) % 10 days);
        o.maxSuspension = uint32((seed >> 154) % 20 days);
        o.transferRule = TransferRule((seed >> 175) % 3);
        o.supply = (seed >> 177) % 4 == 0 ? uint32(1 + (seed >> 179) % 3) : 0;
        Payee[] memory shares = new Payee[](1 + (seed >> 181) % 3);
        uint16 left = 10_000;
        for (uint256 i = 0; i < shares.length; ++i) {
            uint16 part = i + 1 == shares.length ? left : uint16(1 + (seed >> (183 + 14 * i)) % (left - 3));
            shares[i] = Payee(person((seed >> 211) + i), part);
            left -= part;
        }
        VM.prank(maker(seed));
        offers.push(licenses.makeOffer(o, shares));
    }

    function closeOffer(uint256 seed) external step(seed) {
        seed = mixed(seed);
        if (offers.length < MOST_OFFERS / 2 || seed % 4 != 0) return;
        uint32 offer = offers[(seed >> 2) % offers.length];
        VM.prank(makerOf(offer));
        licenses.closeOffer(offer);
    }

    function commit(uint256 seed) external step(seed) {
        seed = mixed(seed);
        bytes32 m = models[seed % MAKERS];
        bytes32 word = keccak256(abi.encode(seed));
        VM.prank(maker(seed));
        uint32 version = registry.commit(m, word, ~word, word);
        commitments[m].push(keccak256(abi.encode(registry.versionOf(m, version))));
        equal(version, commitments[m].length, "versions are numbered");
    }

    function countCommitments(bytes32 m) external view returns (uint256) {
        return commitments[m].length;
    }

    function suspend(uint256 seed, uint32 duration) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0 || !live(id)) return;
        Records.License memory l = licenseOf(id);
        uint32 used = 0;
        if (l.suspensions > 0) {
            (uint40 start, uint40 end, uint32 before) = licenses.suspensions(id, l.suspensions - 1);
            if (end > time) return;
            // forge-lint: disable-next-line(unsafe-typecast): within the budget
            used = before + uint32(end - start);
        }
        uint32 most = termsOf(offerOf(id)).maxSuspension;
        if (used >= most) return;
        VM.prank(makerOf(offerOf(id)));
        licenses.suspend(id, 1 + duration % (most - used), REASON);
    }

    function resume(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0 || licenseOf(id).suspensions == 0) return;
        (, uint40 end,) = licenses.suspensions(id, licenseOf(id).suspensions - 1);
        if (end <= time) return;
        VM.prank(makerOf(offerOf(id)));
        licenses.resume(id);
    }

    function revoke(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0 || !live(id) || seed % 3 == 0) return;
        if (termsOf(offerOf(id)).notice == type(uint32).max) return;
        address holder = licenses.ownerOf(id);
        uint256 before = dueTo(id, holder);
        VM.prank(makerOf(offerOf(id)));
        licenses.revoke(id, REASON);
        refunded[id] += dueTo(id, holder) - before;
    }

    function consent(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0) return;
        VM.prank(makerOf(offerOf(id)));
        licenses.consent(id, person(seed >> 40));
    }

    function grant(uint256 seed) external step(seed) {
        seed = mixed(seed);
        (uint32 offer, Offer memory o) = sellable(seed, false);
        if (offer == 0 || recordFor(o.model, person(seed >> 9), 0).own == 32) return;
        VM.prank(makerOf(offer));
        took(licenses.grant(offer, person(seed >> 9), o.scope, uint40((seed >> 16) % 30 days)), person(seed >> 9));
    }

    function redeem(uint256 seed) external step(seed) {
        seed = mixed(seed);
        (uint32 offer, Offer memory o) = sellable(seed, false);
        if (offer == 0 || recordFor(o.model, person(seed >> 9), 0).own == 32) return;
        uint32 scope = o.scope & uint32(1 + (seed >> 12) % 3);
        Voucher memory v = Voucher(offer, person(seed >> 9), scope == 0 ? o.scope : scope, 0, _nextNonce++, time);
        uint256 signer = makerOf(offer) == maker(0) ? 0 : 1;
        (uint8 parity, bytes32 r, bytes32 s) = VM.sign(key(signer), licenses.voucherHash(v));
        bytes memory signature = abi.encodePacked(r, s, parity);
        took(licenses.redeem(v, signature), v.subject);
        VM.expectRevert(abi.encodeWithSelector(Licenses.VoucherUsed.selector, maker(signer), v.nonce));
        licenses.redeem(v, signature);
    }

    // Buyers.

    function buy(uint256 seed) external step(seed) {
        seed = mixed(seed);
        (uint32 offer, Offer memory o) = sellable(seed, true);
        address who = person(seed >> 9);
        if (offer == 0 || recordFor(o.model, who, 0).own == 32) return;
        uint16 periods = o.period == 0 ? 1 : uint16(1 + (seed >> 16) % 3);
        uint256 price = uint256(o.price) * periods;
        VM.prank(who);
        uint256 id = licenses.buy{value: o.token == address(0) ? price : 0}(offer, periods);
        took(id, who);
        paid[id] += price;
    }

    function renew(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0 || !licenses.isRenewable(id)) return;
        Offer memory o = termsOf(offerOf(id));
        uint64 periods = uint64(1 + (seed >> 40) % 3);
        uint256 price = o.price * periods;
        VM.prank(licenses.ownerOf(id));
        licenses.renewSubscription{value: o.token == address(0) ? price : 0}(id, periods * o.period);
        paid[id] += price;
    }

    function cancel(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0 || !live(id) || seed % 3 == 0) return;
        address holder = licenses.ownerOf(id);
        uint256 before = dueTo(id, holder);
        VM.prank(holder);
        licenses.cancelSubscription(id);
        refunded[id] += dueTo(id, holder) - before;
    }

    function transfer(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0) return;
        (address from, address to) = (licenses.ownerOf(id), person(seed >> 40));
        Offer memory o = termsOf(offerOf(id));
        if (from != to) {
            if (recordFor(o.model, to, 0).brought == 32) return;
            if (o.transferRule == TransferRule.Never) {
                VM.expectRevert(abi.encodeWithSelector(Licenses.TransferForbidden.selector, id));
            } else if (o.transferRule == TransferRule.WithConsent) {
                VM.prank(makerOf(offerOf(id)));
                licenses.consent(id, to);
            }
        }
        VM.prank(from);
        licenses.transferFrom(from, to, id);
    }

    function name(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0) return;
        (address holder, address operator) = (licenses.ownerOf(id), person(seed >> 40));
        bytes32 m = termsOf(offerOf(id)).model;
        if (operator == holder || isDelegate(id, m, operator) || recordFor(m, operator, 0).brought == 32) return;
        VM.prank(holder);
        licenses.addDelegate(id, operator);
    }

    function dismiss(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0) return;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            address operator = person((seed >> 40) + i);
            if (!isDelegate(id, termsOf(offerOf(id)).model, operator)) continue;
            VM.prank(seed % 2 == 0 ? operator : licenses.ownerOf(id));
            licenses.removeDelegate(id, operator);
            return;
        }
    }

    // Money.

    function distribute(uint256 seed) external step(seed) {
        seed = mixed(seed);
        if (offers.length == 0) return;
        uint32 offer = offers[seed % offers.length];
        uint256 before = owedOf(termsOf(offer).token);
        uint256 revenue = revenueOf(offer);
        licenses.distribute(offer);
        equal(owedOf(termsOf(offer).token) - before, revenue, "shares sum up");
        equal(revenueOf(offer), 0, "nothing is left");
    }

    function release(uint256 seed) external step(seed) {
        seed = mixed(seed);
        uint256 id = pick(seed);
        if (id == 0) return;
        uint256 before = heldOf(id) + revenueOf(offerOf(id));
        licenses.release(id);
        equal(heldOf(id) + revenueOf(offerOf(id)), before, "nothing is lost");
    }

    function withdraw(uint256 seed) external step(seed) {
        seed = mixed(seed);
        address with = seed % 2 == 0 ? address(0) : address(token);
        address who = person(seed >> 1);
        if (licenses.owed(with, who) == 0) return;
        VM.prank(who);
        licenses.withdraw(with, person(seed >> 9));
        equal(licenses.owed(with, who), 0, "owed no more");
    }

    /// What is owed to all people together.
    function owedOf(address with) public view returns (uint256 sum) {
        address[] memory all = everybody();
        for (uint256 i = 0; i < all.length; ++i) sum += licenses.owed(with, all[i]);
    }

    // Choices.

    /// The engine likes small numbers.
    function mixed(uint256 seed) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    function dueTo(uint256 id, address who) internal view returns (uint256) {
        return licenses.owed(termsOf(offerOf(id)).token, who);
    }

    function pick(uint256 seed) internal view returns (uint256) {
        return ids.length == 0 ? 0 : ids[(seed >> 24) % ids.length];
    }

    function live(uint256 id) internal view returns (bool) {
        Records.License memory l = licenseOf(id);
        return l.revokedAt == 0 && time < l.end;
    }

    function isDelegate(uint256 id, bytes32 m, address who) internal view returns (bool found) {
        for (uint256 i = 0; i < recordsOf(m, who); ++i) {
            Records.Record memory r = recordFor(m, who, i);
            found = found || (r.license == id && r.delegate && r.end == 0 && r.holding == licenseOf(id).transfers);
        }
    }

    /// An offer that has some left; zero if there is none.
    function sellable(uint256 seed, bool open) internal view returns (uint32 offer, Offer memory o) {
        if (offers.length == 0 || ids.length == MOST_LICENSES) return (0, o);
        offer = offers[(seed >> 48) % offers.length];
        o = termsOf(offer);
        (uint32 sold, bool closed,) = licenses.sales(offer);
        if ((o.supply != 0 && sold == o.supply) || (open && closed)) return (0, o);
    }

    function took(uint256 id, address who) internal {
        ids.push(id);
        equal(firstHolder[id], address(0), "a new license");
        equal(licenses.ownerOf(id), who, "its holder");
        firstHolder[id] = who;
    }
}
