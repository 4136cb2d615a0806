// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {IERC5643} from "../src/Licenses.sol";
import {Offer, TransferRule} from "../src/Offers.sol";

/// What the standards ask of the contract.
contract ViewsTest is Base {
    function unknownLicense(uint256 id) internal {
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
    }

    function testInterfacesAreThoseOfTheStandards() public view {
        isTrue(licenses.supportsInterface(0x01ffc9a7), "ERC-165");
        isTrue(licenses.supportsInterface(0x80ac58cd), "ERC-721");
        isTrue(licenses.supportsInterface(0x5b5e139f), "ERC-721 metadata");
        isTrue(licenses.supportsInterface(0x2a55205a), "ERC-2981");
        isTrue(licenses.supportsInterface(0x8c65f84d), "ERC-5643");
        isTrue(licenses.supportsInterface(0xb45a3c0e), "ERC-5192");
        isTrue(!licenses.supportsInterface(0xffffffff), "what ERC-165 excludes");
        isTrue(!licenses.supportsInterface(0), "nothing");
        isTrue(!licenses.supportsInterface(0x780e9d63), "ERC-721 enumerable");
        isTrue(type(IERC5643).interfaceId == bytes4(0x8c65f84d), "id of ERC-5643");
        isTrue(licenses.locked.selector == bytes4(0xb45a3c0e), "id of ERC-5192");
    }

    function testFuzzNoOtherInterfaces(bytes4 id) public view {
        bytes4[6] memory known = [bytes4(0x01ffc9a7), 0x80ac58cd, 0x5b5e139f, 0x2a55205a, 0x8c65f84d, 0xb45a3c0e];
        bool expected = false;
        for (uint256 i = 0; i < known.length; ++i) expected = expected || known[i] == id;
        isTrue(licenses.supportsInterface(id) == expected, "interface");
    }

    function testContractHasAName() public view {
        equal(licenses.name(), "Model license", "name");
        equal(licenses.symbol(), "LICENSE", "symbol");
    }

    function testDomainOfSignaturesIsDescribed() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chain,
            address where,
            bytes32 salt,
            uint256[] memory more
        ) = licenses.eip712Domain();
        isTrue(fields == 0x0f, "fields");
        equal(name, "loyal licenses", "name");
        equal(version, "1", "version");
        equal(chain, block.chainid, "chain");
        equal(where, address(licenses), "contract");
        isTrue(salt == 0 && more.length == 0, "nothing else");
    }

    // Royalties.

    function testRoyaltyIsTheMakersShareOfAResale() public {
        Offer memory o = basic();
        o.royalty = 250;
        uint256 id = bought(offered(o), BOB);
        (address to, uint256 amount) = licenses.royaltyInfo(id, 10 ether);
        equal(to, MAKER, "to");
        equal(amount, 0.25 ether, "amount");
        (, amount) = licenses.royaltyInfo(id, 39);
        equal(amount, 0, "rounded down");
        (, amount) = licenses.royaltyInfo(id, 40);
        equal(amount, 1, "to the unit");
    }

    function testRoyaltyGoesToWhoOwnsTheModelNow() public {
        Offer memory o = basic();
        o.royalty = 10_000;
        uint256 id = bought(offered(o), BOB);
        VM.prank(MAKER);
        registry.offerOwnership(model, CAROL);
        VM.prank(CAROL);
        registry.acceptOwnership(model);
        (address to, uint256 amount) = licenses.royaltyInfo(id, 7);
        equal(to, CAROL, "to");
        equal(amount, 7, "all of it");
    }

    function testFuzzRoyaltyIsNotMoreThanThePrice(uint16 royalty, uint240 price) public {
        Offer memory o = basic();
        o.royalty = royalty % 10_001;
        (, uint256 amount) = licenses.royaltyInfo(bought(offered(o), BOB), price);
        equal(amount, uint256(price) * o.royalty / 10_000, "amount");
        isTrue(amount <= price, "not more");
    }

    // Locks.

    function testOnlySoulboundLicensesAreLocked() public {
        Offer memory o = basic();
        isTrue(!licenses.locked(bought(offered(o), BOB)), "free");
        o.transferRule = TransferRule.WithConsent;
        isTrue(!licenses.locked(bought(offered(o), BOB)), "with consent");
        o.transferRule = TransferRule.Never;
        isTrue(licenses.locked(bought(offered(o), BOB)), "never");
    }

    // Subscriptions.

    function testExpiryIsTheEndOfTheLastPeriod() public {
        uint256 id = bought(offered(strict()), BOB);
        equal(licenses.expiresAt(id), T0 + MONTH, "bought");
        renewed(id, BOB, 1);
        equal(licenses.expiresAt(id), T0 + 2 * MONTH, "renewed");
        revoked(id);
        equal(licenses.expiresAt(id), T0 + 2 * MONTH, "revoked: the period is the same");
    }

    function testRenewableIsWhatCanBeRenewed() public {
        uint256 id = bought(offered(strict()), BOB);
        isTrue(licenses.isRenewable(id), "bought");
        VM.warp(T0 + 2 * MONTH);
        isTrue(licenses.isRenewable(id), "lapsed");
        renewed(id, BOB, 1);
        canceled(id, BOB);
        isTrue(licenses.isRenewable(id), "canceled");
        renewed(id, BOB, 1);
        revoked(id);
        isTrue(!licenses.isRenewable(id), "revoked");
        uint32 offer = offered(perpetual());
        VM.prank(MAKER);
        id = licenses.grant(offer, BOB, 1, 5);
        isTrue(!licenses.isRenewable(id), "granted from what is for ever");
    }

    function testUnknownLicensesAreErrors() public {
        unknownLicense(5);
        licenses.ownerOf(5);
        unknownLicense(5);
        licenses.expiresAt(5);
        unknownLicense(5);
        licenses.isRenewable(5);
        unknownLicense(5);
        licenses.locked(5);
        unknownLicense(5);
        licenses.getApproved(5);
    }
}
