// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Offer} from "../src/Offers.sol";

/// What makers commit to, and what may be derived from it.
contract CommitTest is Base {
    bytes32 internal constant WEIGHTS = keccak256("weights");
    bytes32 internal constant ROOT = keccak256("root");
    bytes32 internal constant RULE = keccak256("rule");

    bytes32 internal fork;

    function setUp() public override {
        super.setUp();
        VM.prank(BOB);
        fork = registry.register("llama-fork", "", 0);
    }

    function committed() internal returns (uint32) {
        VM.prank(MAKER);
        return registry.commit(model, WEIGHTS, ROOT, RULE);
    }

    function derived(address who, bytes32 from, uint32 version) internal returns (uint32) {
        VM.prank(who);
        return registry.commitDerived(fork, WEIGHTS, ROOT, RULE, ModelRegistry.Parent(from, version));
    }

    function refusesDeriving(address who) internal {
        refuses(ModelRegistry.DerivingNotLicensed.selector, uint256(model), who);
        derived(who, model, 1);
    }

    /// A month's license to use and to derive.
    function deriving() internal returns (uint32) {
        Offer memory o = strict();
        o.scope = 1 | registry.DERIVE();
        return offered(o);
    }

    // Commitments.

    function testCommitmentSaysWhatAndWhen() public {
        VM.warp(T0 + 7);
        VM.roll(1234);
        VM.expectEmit(address(registry));
        emit ModelRegistry.VersionCommitted(model, 1, WEIGHTS, ROOT, RULE);
        equal(committed(), 1, "first version");
        ModelRegistry.Version memory v = registry.versionOf(model, 1);
        equal(v.weights, WEIGHTS, "weights");
        equal(v.fingerprints, keccak256(abi.encode(ROOT, RULE)), "root and rule");
        equal(v.committedAt, T0 + 7, "time");
        equal(v.blockNumber, 1234, "block");
        isTrue(!v.derived, "not derived");
        equal(registry.parentOf(model, 1).model, 0, "no parent");
        equal(registry.modelOf(model).versions, 1, "versions");
    }

    function testVersionsAreNumberedFromOneInEachModel() public {
        equal(committed(), 1, "first");
        equal(committed(), 2, "second, the same again");
        VM.prank(BOB);
        equal(registry.commit(fork, WEIGHTS, ROOT, RULE), 1, "first of another");
    }

    function testCommitmentNeedsWeights() public {
        refuses(ModelRegistry.NoWeights.selector);
        VM.prank(MAKER);
        registry.commit(model, 0, ROOT, RULE);
        committed();
        refuses(ModelRegistry.NoWeights.selector);
        VM.prank(MAKER);
        registry.commitDerived(model, 0, ROOT, RULE, ModelRegistry.Parent(model, 1));
    }

    function testOnlyTheOwnerCommits() public {
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MALLORY);
        VM.prank(MALLORY);
        registry.commit(model, WEIGHTS, ROOT, RULE);
        committed();
        refuses(ModelRegistry.NotModelOwner.selector, uint256(fork), MALLORY);
        derived(MALLORY, model, 1);
    }

    function testUnknownVersionIsAnError() public {
        committed();
        refuses(ModelRegistry.UnknownVersion.selector, uint256(model), 0);
        registry.versionOf(model, 0);
        refuses(ModelRegistry.UnknownVersion.selector, uint256(model), 2);
        registry.versionOf(model, 2);
    }

    function testCommitmentsNeverChange() public {
        committed();
        bytes32 before = keccak256(abi.encode(registry.versionOf(model, 1)));
        VM.warp(T0 + 1 days);
        VM.startPrank(MAKER);
        registry.commit(model, REASON, RULE, ROOT);
        registry.commitDerived(model, REASON, RULE, ROOT, ModelRegistry.Parent(model, 1));
        registry.setMetadata(model, "other", REASON);
        registry.offerOwnership(model, BOB);
        VM.stopPrank();
        VM.startPrank(BOB);
        registry.acceptOwnership(model);
        equal(registry.commit(model, REASON, RULE, ROOT), 4, "the new owner goes on");
        VM.stopPrank();
        equal(keccak256(abi.encode(registry.versionOf(model, 1))), before, "first version");
    }

    function testFuzzCommitmentsAreKept(bytes32 weights, bytes32 root, bytes32 rule, uint40 time, uint64 number) public {
        VM.assume(weights != 0 && time >= T0);
        VM.warp(time);
        VM.roll(number);
        VM.prank(MAKER);
        uint32 version = registry.commit(model, weights, root, rule);
        ModelRegistry.Version memory v = registry.versionOf(model, version);
        isTrue(
            v.weights == weights && v.fingerprints == keccak256(abi.encode(root, rule)) && v.committedAt == time
                && v.blockNumber == number && !v.derived,
            "as committed"
        );
    }

    // What is derived.

    function testOwnerDerivesFromItsOwnModelsWithoutLicense() public {
        committed();
        VM.prank(MAKER);
        bytes32 child = registry.register("llama-small", "", 0);
        VM.expectEmit(address(registry));
        emit ModelRegistry.VersionDerived(child, 1, model, 1);
        VM.prank(MAKER);
        uint32 version = registry.commitDerived(child, WEIGHTS, ROOT, RULE, ModelRegistry.Parent(model, 1));
        isTrue(registry.versionOf(child, version).derived, "derived");
        equal(registry.parentOf(child, version).model, model, "parent");
        equal(registry.parentOf(child, version).version, 1, "its version");
    }

    function testDerivingFromAnothersModelNeedsALicense() public {
        committed();
        refusesDeriving(BOB);
        granted(offered(basic()), BOB); // without that use
        refusesDeriving(BOB);
        granted(deriving(), CAROL); // not to him
        refusesDeriving(BOB);
        granted(deriving(), BOB);
        equal(derived(BOB, model, 1), 1, "with a license");
        isTrue(registry.versionOf(fork, 1).derived, "derived");
        equal(registry.parentOf(fork, 1).model, model, "parent");
    }

    function testLicenseToDeriveCountsFromItsFirstSecondToItsLast() public {
        committed();
        bought(deriving(), BOB);
        derived(BOB, model, 1);
        VM.warp(T0 + MONTH - 1);
        derived(BOB, model, 1);
        VM.warp(T0 + MONTH);
        refusesDeriving(BOB);
    }

    function testSuspendedOrRevokedLicenseDoesNotAllowDeriving() public {
        committed();
        uint256 id = bought(deriving(), BOB);
        suspended(id, 1 days);
        refusesDeriving(BOB);
        VM.warp(T0 + 1 days);
        derived(BOB, model, 1);
        revoked(id);
        VM.warp(T0 + 8 days - 1);
        derived(BOB, model, 1);
        VM.warp(T0 + 8 days);
        refusesDeriving(BOB);
    }

    function testDelegateOfALicenseeDerives() public {
        committed();
        uint256 id = bought(deriving(), CAROL);
        named(id, CAROL, BOB);
        equal(derived(BOB, model, 1), 1, "version");
    }

    function testLicenseForAnotherModelDoesNotAllowDeriving() public {
        committed();
        VM.prank(MAKER);
        bytes32 other = registry.register("other", "", 0);
        Offer memory o = basic();
        (o.model, o.scope) = (other, type(uint32).max);
        bought(offered(o), BOB);
        refusesDeriving(BOB);
    }

    function testParentHasToBeCommitted() public {
        refuses(ModelRegistry.UnknownVersion.selector, uint256(model), 1);
        derived(BOB, model, 1);
        refuses(ModelRegistry.UnknownVersion.selector, uint256(fork), 1); // nothing is derived from itself
        derived(BOB, fork, 1);
    }

    function testWhatWasDerivedStaysSoAfterTheLicenseEnds() public {
        committed();
        bought(deriving(), BOB);
        derived(BOB, model, 1);
        VM.warp(T0 + 2 * MONTH);
        isTrue(registry.versionOf(fork, 1).derived, "derived");
        equal(registry.parentOf(fork, 1).model, model, "parent");
    }

    function testFormerOwnerOfTheParentNeedsALicenseToo() public {
        committed();
        VM.prank(MAKER);
        bytes32 child = registry.register("child", "", 0);
        VM.prank(MAKER);
        registry.offerOwnership(model, CAROL);
        VM.prank(CAROL);
        registry.acceptOwnership(model);
        refuses(ModelRegistry.DerivingNotLicensed.selector, uint256(model), MAKER);
        VM.prank(MAKER);
        registry.commitDerived(child, WEIGHTS, ROOT, RULE, ModelRegistry.Parent(model, 1));
    }
}
