// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";

/// Models: who has them, what they are called, how they are handed on.
contract RegistryTest is Base {
    function register(address who, string memory name) internal returns (bytes32) {
        VM.prank(who);
        return registry.register(name, "https://example.org/m", bytes32(uint256(2)));
    }

    function testModelBelongsToWhoRegistersIt() public {
        bytes32 id = registry.modelId(BOB, "gemma");
        VM.warp(T0 + 5);
        VM.expectEmit(address(registry));
        emit ModelRegistry.ModelRegistered(id, BOB, "gemma", "https://example.org/m", bytes32(uint256(2)));
        equal(register(BOB, "gemma"), id, "id");
        ModelRegistry.Model memory m = registry.modelOf(id);
        equal(m.owner, BOB, "owner");
        equal(m.registeredAt, T0 + 5, "time");
        equal(m.versions, 0, "versions");
        equal(m.metadataHash, bytes32(uint256(2)), "hash");
        equal(m.metadataURI, "https://example.org/m", "URI");
        equal(registry.ownerOf(id), BOB, "ownerOf");
        equal(registry.pendingOwnerOf(id), address(0), "pending");
    }

    function testIdIsTheHashOfRegistrantAndName() public view {
        equal(model, keccak256(abi.encode(MAKER, "llama")), "id");
        equal(registry.modelId(MAKER, "llama"), model, "modelId");
    }

    function testAuthorityIsTheLicensesContract() public view {
        equal(address(registry.AUTHORITY()), address(licenses), "authority");
        equal(registry.DERIVE(), 16, "bit of deriving");
        equal(registry.MAX_NAME(), 64, "longest name");
    }

    function testFuzzNobodyCanTakeAnothersName(address other, string calldata name) public {
        VM.assume(other != MAKER && bytes(name).length > 0 && bytes(name).length <= 64);
        bytes32 theirs = register(other, name);
        isTrue(theirs != registry.modelId(MAKER, name), "ids differ");
        if (keccak256(bytes(name)) != keccak256("llama")) register(MAKER, name);
        equal(registry.ownerOf(registry.modelId(MAKER, name)), MAKER, "still free for its maker");
    }

    function testNameHasOneToSixtyFourBytes() public {
        string memory longest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        equal(registry.ownerOf(register(BOB, "x")), BOB, "one");
        equal(registry.ownerOf(register(BOB, longest)), BOB, "sixty-four");
        refuses(ModelRegistry.NameLength.selector, 0);
        register(BOB, "");
        refuses(ModelRegistry.NameLength.selector, 65);
        register(BOB, string.concat(longest, "0"));
    }

    function testNameIsRegisteredOnce() public {
        refuses(ModelRegistry.ModelExists.selector, uint256(model));
        register(MAKER, "llama");
    }

    function testNameOfAModelThatWasHandedOnIsNotFreeAgain() public {
        VM.prank(MAKER);
        registry.offerOwnership(model, BOB);
        VM.prank(BOB);
        registry.acceptOwnership(model);
        refuses(ModelRegistry.ModelExists.selector, uint256(model));
        register(MAKER, "llama");
        equal(registry.ownerOf(model), BOB, "owner");
    }

    function testOwnerChangesMetadata() public {
        VM.expectEmit(address(registry));
        emit ModelRegistry.MetadataChanged(model, "ar://new", bytes32(uint256(9)));
        VM.prank(MAKER);
        registry.setMetadata(model, "ar://new", bytes32(uint256(9)));
        equal(registry.modelOf(model).metadataURI, "ar://new", "URI");
        equal(registry.modelOf(model).metadataHash, bytes32(uint256(9)), "hash");
        equal(registry.modelOf(model).owner, MAKER, "owner");
        equal(registry.modelOf(model).registeredAt, T0, "time");
    }

    function testOthersDoNotChangeMetadata() public {
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MALLORY);
        VM.prank(MALLORY);
        registry.setMetadata(model, "ar://evil", 0);
    }

    function testOwnershipTakesTwoSteps() public {
        VM.expectEmit(address(registry));
        emit ModelRegistry.OwnershipOffered(model, MAKER, BOB);
        VM.prank(MAKER);
        registry.offerOwnership(model, BOB);
        equal(registry.ownerOf(model), MAKER, "after the first step");
        equal(registry.pendingOwnerOf(model), BOB, "offered to");
        VM.expectEmit(address(registry));
        emit ModelRegistry.OwnershipTransferred(model, MAKER, BOB);
        VM.prank(BOB);
        registry.acceptOwnership(model);
        equal(registry.ownerOf(model), BOB, "after the second step");
        equal(registry.pendingOwnerOf(model), address(0), "offered to nobody");
    }

    function testOnlyWhoIsOfferedAModelAcceptsIt() public {
        refuses(ModelRegistry.NotOfferedTo.selector, uint256(model), MAKER);
        VM.prank(MAKER);
        registry.acceptOwnership(model);
        VM.prank(MAKER);
        registry.offerOwnership(model, BOB);
        refuses(ModelRegistry.NotOfferedTo.selector, uint256(model), MALLORY);
        VM.prank(MALLORY);
        registry.acceptOwnership(model);
    }

    function testOnlyTheOwnerOffersAModel() public {
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MALLORY);
        VM.prank(MALLORY);
        registry.offerOwnership(model, MALLORY);
    }

    function testOfferOfAModelIsTakenBack() public {
        VM.startPrank(MAKER);
        registry.offerOwnership(model, BOB);
        registry.offerOwnership(model, address(0));
        VM.stopPrank();
        refuses(ModelRegistry.NotOfferedTo.selector, uint256(model), BOB);
        VM.prank(BOB);
        registry.acceptOwnership(model);
    }

    function testLaterOfferOfAModelReplacesTheEarlier() public {
        VM.startPrank(MAKER);
        registry.offerOwnership(model, BOB);
        registry.offerOwnership(model, CAROL);
        VM.stopPrank();
        refuses(ModelRegistry.NotOfferedTo.selector, uint256(model), BOB);
        VM.prank(BOB);
        registry.acceptOwnership(model);
        VM.prank(CAROL);
        registry.acceptOwnership(model);
        equal(registry.ownerOf(model), CAROL, "owner");
    }

    function testModelIsNotAcceptedTwice() public {
        VM.prank(MAKER);
        registry.offerOwnership(model, BOB);
        VM.startPrank(BOB);
        registry.acceptOwnership(model);
        refuses(ModelRegistry.NotOfferedTo.selector, uint256(model), BOB);
        registry.acceptOwnership(model);
        VM.stopPrank();
    }

    function testFormerOwnerCanDoNothingMore() public {
        VM.prank(MAKER);
        registry.offerOwnership(model, BOB);
        VM.prank(BOB);
        registry.acceptOwnership(model);
        VM.startPrank(MAKER);
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MAKER);
        registry.setMetadata(model, "", 0);
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MAKER);
        registry.offerOwnership(model, MAKER);
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MAKER);
        registry.commit(model, REASON, 0, 0);
        refuses(ModelRegistry.NotModelOwner.selector, uint256(model), MAKER);
        licenses.makeOffer(basic(), noPayees());
        VM.stopPrank();
    }

    function testUnknownModelIsAnErrorEverywhere() public {
        bytes32 none = registry.modelId(BOB, "none");
        ModelRegistry.Parent memory parent;
        bytes4 unknown = ModelRegistry.UnknownModel.selector;
        VM.startPrank(BOB);
        refuses(unknown, uint256(none));
        registry.ownerOf(none);
        refuses(unknown, uint256(none));
        registry.modelOf(none);
        refuses(unknown, uint256(none));
        registry.setMetadata(none, "", 0);
        refuses(unknown, uint256(none));
        registry.offerOwnership(none, BOB);
        refuses(unknown, uint256(none));
        registry.acceptOwnership(none);
        refuses(unknown, uint256(none));
        registry.commit(none, REASON, 0, 0);
        refuses(unknown, uint256(none));
        registry.commitDerived(none, REASON, 0, 0, parent);
        VM.stopPrank();
        equal(registry.pendingOwnerOf(none), address(0), "offered to nobody");
    }
}
