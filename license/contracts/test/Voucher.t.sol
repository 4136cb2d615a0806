// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {Account, Wallet} from "./mocks/Wallets.sol";
import {Licenses, Voucher} from "../src/Licenses.sol";
import {Offer, Offers} from "../src/Offers.sol";
import {Status} from "../src/Records.sol";

/// Licenses that makers promise by signature.
contract VoucherTest is Base {
    uint256 internal constant KEY = 0xA11CE5;
    uint256 internal constant OTHER_KEY = 0xBAD;
    /// Order of the group of the curve secp256k1.
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    address internal maker;
    uint32 internal offer;

    function setUp() public override {
        super.setUp();
        maker = VM.addr(KEY);
        handedTo(maker);
        offer = made(basic());
    }

    // Who has the model, and what is signed.

    function handedTo(address next) internal {
        address owner = registry.ownerOf(model);
        VM.prank(owner);
        registry.offerOwnership(model, next);
        VM.prank(next);
        registry.acceptOwnership(model);
    }

    function made(Offer memory o) internal returns (uint32) {
        VM.prank(maker);
        return licenses.makeOffer(o, noPayees());
    }

    function voucher() internal view returns (Voucher memory) {
        return Voucher({offer: offer, subject: BOB, scope: 1, duration: 5 days, nonce: 7, deadline: T0 + 1 days});
    }

    function packed(uint8 v, bytes32 r, bytes32 s) internal pure returns (bytes memory) {
        return abi.encodePacked(r, s, v);
    }

    function signed(Voucher memory v, uint256 key) internal view returns (bytes memory) {
        (uint8 parity, bytes32 r, bytes32 s) = VM.sign(key, licenses.voucherHash(v));
        return packed(parity, r, s);
    }

    function redeems(Voucher memory v, bytes memory signature) internal returns (uint256) {
        VM.prank(CAROL); // whoever has it
        return licenses.redeem(v, signature);
    }

    function bad(address signer) internal {
        refuses(Licenses.BadSignature.selector, uint160(signer));
    }

    function used(address signer, uint256 nonce) internal {
        VM.expectRevert(abi.encodeWithSelector(Licenses.VoucherUsed.selector, signer, nonce));
    }

    // What a voucher is.

    function testDigestIsThatOfTheStandard() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("loyal licenses"),
                keccak256("1"),
                block.chainid,
                address(licenses)
            )
        );
        bytes32 content = keccak256(
            abi.encode(
                keccak256(
                    "Voucher(uint32 offer,address subject,uint32 scope,uint40 duration,uint256 nonce,uint40 deadline)"
                ),
                offer,
                BOB,
                1,
                5 days,
                7,
                T0 + 1 days
            )
        );
        bytes32 want = keccak256(abi.encodePacked(hex"1901", domain, content));
        equal(licenses.voucherHash(voucher()), want, "digest");
    }

    function testVoucherIsExchangedForALicense() public {
        bytes memory signature = signed(voucher(), KEY);
        uint256 id = (uint256(offer) << 32) | 1;
        VM.expectEmit(address(licenses));
        emit Licenses.Licensed(id, model, BOB, 1, T0, T0 + 5 days, false);
        equal(redeems(voucher(), signature), id, "id");
        equal(licenses.ownerOf(id), BOB, "its subject holds it, whoever redeems it");
        isTrue(recordOf(BOB, 0).own == 1, "the maker brought it about");
        equal(revenueOf(offer), 0, "free");
    }

    function testVoucherWithoutDurationIsForOnePeriod() public {
        Voucher memory v = voucher();
        v.duration = 0;
        equal(licenses.expiresAt(redeems(v, signed(v, KEY))), T0 + MONTH, "end");
        v.offer = made(perpetual());
        v.nonce = 8;
        equal(licenses.expiresAt(redeems(v, signed(v, KEY))), FOR_EVER, "for ever");
    }

    function testVoucherIsGoodInItsLastSecond() public {
        bytes memory signature = signed(voucher(), KEY);
        VM.warp(T0 + 1 days);
        redeems(voucher(), signature);
        equal(status(BOB, T0 + 1 days), Status.Authorized, "status");
    }

    function testVoucherIsNotGoodAfterItsLastSecond() public {
        bytes memory signature = signed(voucher(), KEY);
        VM.warp(T0 + 1 days + 1);
        refuses(Licenses.VoucherExpired.selector, T0 + 1 days);
        redeems(voucher(), signature);
    }

    function testVoucherIsGoodOnce() public {
        bytes memory signature = signed(voucher(), KEY);
        redeems(voucher(), signature);
        used(maker, 7);
        redeems(voucher(), signature);
        Voucher memory v = voucher();
        v.subject = CAROL; // another with the same nonce
        signature = signed(v, KEY);
        used(maker, 7);
        redeems(v, signature);
    }

    function testVoucherIsBoundToTheTermsOfTheOffer() public {
        Voucher memory v = voucher();
        v.scope = 4;
        bytes memory signature = signed(v, KEY);
        refuses(Licenses.BadScope.selector, 4);
        redeems(v, signature);
        v.scope = 0;
        signature = signed(v, KEY);
        refuses(Licenses.BadScope.selector, 0);
        redeems(v, signature);
        (v.scope, v.subject) = (1, address(0));
        signature = signed(v, KEY);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        redeems(v, signature);
        v.subject = BOB;
        redeems(v, signed(v, KEY)); // what was refused did not use it
    }

    function testVouchersCountAsSupplyAndDoNotNeedASale() public {
        Offer memory o = basic();
        (o.supply, o.saleFrom) = (1, T0 + 9);
        Voucher memory v = voucher();
        v.offer = made(o);
        redeems(v, signed(v, KEY));
        v.nonce = 8;
        bytes memory signature = signed(v, KEY);
        refuses(Offers.SoldOut.selector, v.offer);
        redeems(v, signature);
        v.offer = 99;
        refuses(Offers.UnknownOffer.selector, 99);
        redeems(v, signature);
    }

    // Signatures that are none.

    function testChangedVoucherIsRefused() public {
        uint32 another = made(strict());
        bytes memory signature = signed(voucher(), KEY);
        for (uint256 field = 0; field < 6; ++field) {
            Voucher memory v = voucher();
            if (field == 0) v.offer = another;
            if (field == 1) v.subject = MALLORY;
            if (field == 2) v.scope = 3;
            if (field == 3) v.duration = 6 days;
            if (field == 4) v.nonce = 8;
            if (field == 5) v.deadline = T0 + 2 days;
            bad(maker);
            redeems(v, signature);
        }
        redeems(voucher(), signature);
    }

    function testSignatureOfAnotherIsRefused() public {
        bytes memory signature = signed(voucher(), OTHER_KEY);
        bad(maker);
        redeems(voucher(), signature);
    }

    function testMirroredSignatureIsRefused() public {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY, licenses.voucherHash(voucher()));
        bytes memory mirrored = packed(v == 27 ? 28 : 27, r, bytes32(ORDER - uint256(s)));
        bad(maker);
        redeems(voucher(), mirrored);
        redeems(voucher(), packed(v, r, s));
        used(maker, 7); // nor would it help: it is the nonce that counts
        redeems(voucher(), packed(v, r, s));
    }

    function testSignatureOfAnyOtherLengthIsRefused() public {
        bytes memory good = signed(voucher(), KEY);
        bytes[5] memory wrong =
            [bytes(""), new bytes(64), new bytes(65), bytes.concat(good, hex"00"), bytes.concat(good, good)];
        for (uint256 i = 0; i < 64; ++i) wrong[1][i] = good[i];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bad(maker);
            redeems(voucher(), wrong[i]);
        }
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY, licenses.voucherHash(voucher()));
        bytes32 compact = bytes32(uint256(s) | (uint256(v - 27) << 255)); // ERC-2098
        bad(maker);
        redeems(voucher(), abi.encodePacked(r, compact));
    }

    function testSignatureWithAnyOtherParityIsRefused() public {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY, licenses.voucherHash(voucher()));
        uint8[4] memory wrong = [0, 1, 29, v == 27 ? 28 : 27];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bad(maker);
            redeems(voucher(), packed(wrong[i], r, s));
        }
    }

    function testSignatureOfTheBareDigestsIsRefused() public {
        // What wallets sign as a message begins otherwise.
        bytes32 digest = licenses.voucherHash(voucher());
        bytes32 message = keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", digest));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY, message);
        bad(maker);
        redeems(voucher(), packed(v, r, s));
    }

    function testFuzzNoiseIsNoSignature(bytes calldata noise) public {
        bad(maker);
        redeems(voucher(), noise);
    }

    function testSignatureForAnotherChainIsRefused() public {
        bytes memory signature = signed(voucher(), KEY);
        isTrue(block.chainid == 31_337, "the chain of the tests");
        VM.chainId(31_338); // a fork of it
        bad(maker);
        redeems(voucher(), signature);
        bytes memory there = signed(voucher(), KEY);
        VM.chainId(31_337);
        bad(maker);
        redeems(voucher(), there);
        redeems(voucher(), signature);
    }

    function testSignatureForAnotherContractIsRefused() public {
        Licenses copy = deployed();
        bytes memory signature = signed(voucher(), KEY);
        VM.startPrank(maker);
        bytes32 same = copy.REGISTRY().register("llama", "", 0);
        Offer memory o = basic();
        o.model = same;
        copy.makeOffer(o, noPayees());
        VM.stopPrank();
        isTrue(copy.voucherHash(voucher()) != licenses.voucherHash(voucher()), "another digest");
        bad(maker);
        copy.redeem(voucher(), signature);
    }

    // Nonces.

    function testVoidedVoucherIsWorthless() public {
        bytes memory signature = signed(voucher(), KEY);
        VM.expectEmit(address(licenses));
        emit Licenses.VoucherVoided(maker, 7);
        VM.prank(maker);
        licenses.voidVoucher(7);
        used(maker, 7);
        redeems(voucher(), signature);
        used(maker, 7);
        VM.prank(maker);
        licenses.voidVoucher(7);
    }

    function testRedeemedVoucherIsNotVoided() public {
        redeems(voucher(), signed(voucher(), KEY));
        used(maker, 7);
        VM.prank(maker);
        licenses.voidVoucher(7);
    }

    function testNobodyVoidsTheVouchersOfAnother() public {
        VM.prank(MALLORY);
        licenses.voidVoucher(7); // her own
        redeems(voucher(), signed(voucher(), KEY));
    }

    function testNoncesAreIndependentOfTheirNeighbours() public {
        uint256[8] memory nonces = [0, 1, 255, 256, 257, 511, 512, type(uint256).max];
        for (uint256 i = 0; i < nonces.length; ++i) {
            Voucher memory v = voucher();
            v.nonce = nonces[i];
            bytes memory signature = signed(v, KEY);
            redeems(v, signature);
            used(maker, nonces[i]);
            redeems(v, signature);
        }
        (uint32 sold,,) = licenses.sales(offer);
        equal(sold, nonces.length, "all of them");
    }

    function testNoncesOfAWordAreIndependent() public {
        VM.startPrank(maker);
        for (uint256 nonce = 256; nonce < 512; ++nonce) licenses.voidVoucher(nonce);
        VM.stopPrank();
        equal(uint256(VM.load(address(licenses), usedNonces(maker, 1))), type(uint256).max, "all of the word");
        equal(uint256(VM.load(address(licenses), usedNonces(maker, 0))), 0, "none of the one before");
        equal(uint256(VM.load(address(licenses), usedNonces(maker, 2))), 0, "none of the one after");
    }

    function usedNonces(address who, uint256 word) internal pure returns (bytes32) {
        return keccak256(abi.encode(word, keccak256(abi.encode(who, 20))));
    }

    function testFuzzNoncesAreIndependent(uint256 a, uint256 b) public {
        VM.assume(a != b);
        VM.startPrank(maker);
        licenses.voidVoucher(a);
        licenses.voidVoucher(b);
        used(maker, a);
        licenses.voidVoucher(a);
        used(maker, b);
        licenses.voidVoucher(b);
        VM.stopPrank();
    }

    // Models that are sold.

    function testVoucherOfAFormerOwnerIsWorthless() public {
        bytes memory signature = signed(voucher(), KEY);
        handedTo(VM.addr(OTHER_KEY));
        bad(VM.addr(OTHER_KEY));
        redeems(voucher(), signature);
        redeems(voucher(), signed(voucher(), OTHER_KEY)); // the new owner's is good
        handedTo(maker);
        equal(licenses.balanceOf(BOB), 1, "licenses");
        redeems(voucher(), signature); // whose nonces are his own
        equal(licenses.balanceOf(BOB), 2, "licenses");
    }

    // Makers that are contracts.

    function testWalletSignsThroughItsOwner() public {
        Wallet wallet = new Wallet(VM.addr(OTHER_KEY));
        handedTo(address(wallet));
        bytes memory signature = signed(voucher(), OTHER_KEY);
        bytes memory former = signed(voucher(), KEY);
        bad(address(wallet));
        redeems(voucher(), former);
        redeems(voucher(), signature);
        used(address(wallet), 7);
        redeems(voucher(), signature);
    }

    function testWalletThatChangedItsOwnerDoesNotSignAsBefore() public {
        Wallet wallet = new Wallet(VM.addr(OTHER_KEY));
        handedTo(address(wallet));
        bytes memory signature = signed(voucher(), OTHER_KEY);
        wallet.signs(VM.addr(KEY));
        bad(address(wallet));
        redeems(voucher(), signature);
        redeems(voucher(), signed(voucher(), KEY));
    }

    function testContractThatSignsNothingHasNoVouchers() public {
        Account account = new Account();
        handedTo(address(account));
        bytes memory signature = signed(voucher(), KEY);
        bad(address(account));
        redeems(voucher(), signature);
    }
}
