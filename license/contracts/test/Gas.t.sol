// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base, Vm} from "./Base.sol";
import {PermitToken} from "./mocks/Tokens.sol";
import {Licenses, Voucher} from "../src/Licenses.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Offer, Payee, TransferRule} from "../src/Offers.sol";

/// What measuring takes.
interface GasVm is Vm {
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function cool(address who) external;
}

/// What each call costs, as a transaction of its own: forge writes it to snapshots/gas.json with FOUNDRY_PROFILE=gas.
/// "Warm" is a call on what has been used before: an offer that has sold, a buyer with another license.
/// gas_test.go measures the same calls on go-ethereum, and what they will cost on the next fork.
contract GasTest is Base {
    GasVm internal constant GAS = GasVm(address(VM));
    uint256 internal constant KEY = 0xB1;
    bytes32 internal constant WORD = keccak256("word");

    PermitToken internal token;
    address internal buyer;
    uint256 internal other; // the buyer's license for another model
    string internal group;

    function setUp() public override {
        super.setUp();
        group = GAS.envOr("FOUNDRY_PROFILE", "default");
        buyer = VM.addr(KEY);
        token = new PermitToken();
        VM.deal(buyer, 1_000 ether);
        token.mint(buyer, 1_000 ether);
        bytes32 first = model;
        VM.prank(MAKER);
        model = registry.register("another", "", WORD);
        other = bought(offered(basic()), buyer);
        model = first;
    }

    function snap(string memory name) internal returns (uint256) {
        return GAS.snapshotGasLastCall(group, name);
    }

    /// Writes down what the last call cost, which has to be within a limit.
    function snap(string memory name, uint256 limit) internal {
        uint256 gas = snap(name);
        if (gas > limit) revert Unequal(name, gas, limit);
    }

    /// An offer that has sold, so that the next sale is warm.
    function sold(Offer memory o) internal returns (uint32 offer) {
        offer = offered(o);
        uint32 scope = o.scope;
        VM.prank(MAKER);
        licenses.grant(offer, CAROL, scope, 0);
        if (o.token != address(0)) token.mint(address(licenses), 1);
        if (o.price == 0) return offer;
        VM.deal(CAROL, 1_000 ether);
        token.mint(CAROL, o.price);
        VM.prank(CAROL);
        token.approve(address(licenses), o.price);
        VM.prank(CAROL);
        licenses.buy{value: o.token == address(0) ? o.price : 0}(offer, 1);
    }

    function inToken(Offer memory o) internal view returns (Offer memory) {
        o.token = address(token);
        return o;
    }

    function approved(uint256 amount) internal {
        VM.prank(buyer);
        token.approve(address(licenses), amount);
    }

    // The registry.

    function testRegister() public {
        string memory uri = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
        VM.prank(BOB);
        registry.register("meta-llama/Llama-3.2-1B", uri, WORD);
        snap("register");
    }

    function testCommit() public {
        VM.prank(MAKER);
        registry.commit(model, WORD, WORD, WORD);
        snap("commit, first", 105_000);
        VM.prank(MAKER);
        registry.commit(model, WORD, WORD, WORD);
        snap("commit", 105_000);
    }

    function testCommitDerived() public {
        VM.prank(MAKER);
        registry.commit(model, WORD, WORD, WORD);
        Offer memory o = basic();
        o.scope = 16;
        bought(offered(o), buyer);
        VM.prank(buyer);
        bytes32 fork = registry.register("fork", "", WORD);
        VM.prank(buyer);
        registry.commitDerived(fork, WORD, WORD, WORD, ModelRegistry.Parent(model, 1));
        snap("commitDerived, licensed");
    }

    function testHandOverAModel() public {
        VM.prank(MAKER);
        registry.offerOwnership(model, BOB);
        snap("offerOwnership");
        VM.prank(BOB);
        registry.acceptOwnership(model);
        snap("acceptOwnership");
    }

    // Offers.

    function testMakeOffer() public {
        offered(basic());
        offered(strict());
        snap("makeOffer, one payee");
        Payee[] memory three = new Payee[](3);
        (three[0], three[1], three[2]) = (Payee(BOB, 5_000), Payee(CAROL, 3_000), Payee(MAKER, 2_000));
        uint32 offer = offered(strict(), three);
        snap("makeOffer, three payees");
        VM.prank(MAKER);
        licenses.closeOffer(offer);
        snap("closeOffer");
    }

    // Getting a license.

    function testBuyFirst() public {
        uint32 offer = offered(basic());
        VM.deal(BOB, 1 ether);
        VM.prank(BOB);
        licenses.buy{value: 1 ether}(offer, 1);
        snap("buy, first of the offer and of the buyer");
    }

    function testBuyWarm() public {
        uint32 offer = sold(basic());
        VM.prank(buyer);
        licenses.buy{value: 1 ether}(offer, 1);
        snap("buy, warm", 120_000);
    }

    function testBuyAgain() public {
        uint32 offer = sold(basic());
        bought(offer, buyer);
        VM.prank(buyer);
        licenses.buy{value: 1 ether}(offer, 1);
        snap("buy, warm, another of the same model");
    }

    function testBuyRefundable() public {
        uint32 offer = sold(strict());
        VM.prank(buyer);
        licenses.buy{value: 1 ether}(offer, 1);
        snap("buy, warm, refundable");
    }

    function testBuyForNothing() public {
        Offer memory o = basic();
        o.price = 0;
        uint32 offer = sold(o);
        VM.prank(buyer);
        licenses.buy(offer, 1);
        snap("buy, warm, free");
    }

    function testBuyWithToken() public {
        uint32 offer = sold(inToken(basic()));
        approved(2 ether);
        VM.prank(buyer);
        licenses.buy(offer, 1);
        snap("buy, warm, ERC-20");
    }

    function testBuyWithPermit() public {
        uint32 offer = sold(inToken(basic()));
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 content = keccak256(abi.encode(kind, buyer, address(licenses), 1 ether, 0, T0));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), content));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY, digest);
        VM.prank(buyer);
        licenses.buyWithPermit(offer, 1, T0, v, r, s);
        snap("buyWithPermit, warm");
    }

    function testGrant() public {
        uint32 offer = sold(basic());
        VM.prank(MAKER);
        licenses.grant(offer, buyer, 1, 0);
        snap("grant, warm");
    }

    function testRedeem() public {
        address maker = VM.addr(0xA1);
        VM.prank(MAKER);
        registry.offerOwnership(model, maker);
        VM.prank(maker);
        registry.acceptOwnership(model);
        VM.prank(maker);
        uint32 offer = licenses.makeOffer(basic(), noPayees());
        VM.prank(maker);
        licenses.grant(offer, CAROL, 1, 0);
        VM.prank(maker);
        licenses.voidVoucher(0); // a word of nonces that is used
        snap("voidVoucher, first of 256");
        Voucher memory voucher = Voucher(offer, buyer, 1, 0, 1, T0);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(0xA1, licenses.voucherHash(voucher));
        VM.prank(CAROL);
        licenses.redeem(voucher, abi.encodePacked(r, s, v));
        snap("redeem, warm");
    }

    // Its life.

    function testRenewInTime() public {
        uint256 id = bought(offered(basic()), buyer);
        VM.prank(buyer);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        snap("renewSubscription, in time");
    }

    function testRenewAfterALapse() public {
        uint256 id = bought(offered(basic()), buyer);
        VM.warp(T0 + 2 * MONTH);
        VM.prank(buyer);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        snap("renewSubscription, after a lapse");
    }

    function testRenewRefundable() public {
        uint256 id = bought(offered(strict()), buyer);
        VM.prank(buyer);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        snap("renewSubscription, in time, refundable");
        VM.warp(T0 + 4 * MONTH);
        VM.prank(buyer);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        snap("renewSubscription, after a lapse, refundable");
    }

    function testCancel() public {
        uint256 id = bought(offered(basic()), buyer);
        VM.warp(T0 + 1 days);
        canceled(id, buyer);
        snap("cancelSubscription");
        id = bought(offered(strict()), buyer);
        VM.warp(T0 + 2 days);
        canceled(id, buyer);
        snap("cancelSubscription, refundable");
    }

    function testSuspend() public {
        uint256 id = bought(offered(strict()), buyer);
        suspended(id, 1 days);
        snap("suspend");
        resumed(id);
        snap("resume");
    }

    function testRevoke() public {
        Offer memory o = basic();
        o.notice = 7 days;
        uint256 id = bought(offered(o), buyer);
        VM.warp(T0 + 1 days);
        revoked(id);
        snap("revoke", 45_000);
        id = bought(offered(strict()), buyer);
        VM.warp(T0 + 2 days);
        revoked(id);
        snap("revoke, refundable");
    }

    function testTransfer() public {
        uint32 offer = sold(basic());
        uint256 id = bought(offer, buyer);
        moved(id, buyer, BOB);
        snap("transferFrom, to one without licenses");
        id = bought(offer, buyer);
        moved(id, buyer, CAROL);
        snap("transferFrom");
    }

    function testConsent() public {
        Offer memory o = basic();
        o.transferRule = TransferRule.WithConsent;
        uint256 id = bought(offered(o), buyer);
        VM.prank(MAKER);
        licenses.consent(id, CAROL);
        snap("consent");
        moved(id, buyer, CAROL);
        snap("transferFrom, with consent");
    }

    function testDelegate() public {
        uint256 id = bought(offered(basic()), buyer);
        named(id, buyer, SERVER);
        snap("addDelegate");
        VM.prank(buyer);
        licenses.removeDelegate(id, SERVER);
        snap("removeDelegate");
    }

    // Money.

    function testDistribute() public {
        uint32 offer = sold(basic());
        licenses.distribute(offer);
        snap("distribute, one payee, first");
        bought(offer, buyer);
        licenses.distribute(offer);
        snap("distribute, one payee");
        Payee[] memory three = new Payee[](3);
        (three[0], three[1], three[2]) = (Payee(BOB, 5_000), Payee(CAROL, 3_000), Payee(MAKER, 2_000));
        offer = offered(basic(), three);
        bought(offer, buyer);
        licenses.distribute(offer);
        bought(offer, buyer);
        licenses.distribute(offer);
        snap("distribute, three payees");
    }

    function testRelease() public {
        uint256 id = bought(offered(strict()), buyer);
        VM.warp(T0 + 1 days);
        licenses.release(id);
        VM.warp(T0 + 2 days);
        licenses.release(id);
        snap("release");
    }

    function testWithdraw() public {
        licenses.distribute(sold(basic()));
        VM.deal(MAKER, 1);
        VM.prank(MAKER);
        licenses.withdraw(address(0), MAKER);
        snap("withdraw, coin");
        uint32 offer = sold(inToken(basic()));
        licenses.distribute(offer);
        token.mint(MAKER, 1);
        VM.prank(MAKER);
        licenses.withdraw(address(token), MAKER);
        snap("withdraw, ERC-20");
    }

    // Checking: the gas of the call itself, all storage cold.

    function check(string memory name, address who, uint256 limit) internal {
        GAS.cool(address(licenses));
        licenses.isAuthorized(model, who, 1, T0);
        snap(name, limit);
    }

    function testCheck() public {
        uint256 id = bought(offered(strict()), buyer);
        named(id, buyer, SERVER);
        check("isAuthorized, holder", buyer, 10_000);
        check("isAuthorized, delegate", SERVER, 10_000);
        check("isAuthorized, nobody", MALLORY, 10_000);
        suspended(id, 1 days);
        check("isAuthorized, suspended", buyer, 10_000);
    }

    function testCheckOfManyRecords() public {
        Offer memory o = basic();
        (o.price, o.scope) = (0, 2);
        uint32 offer = offered(o);
        for (uint256 i = 0; i < 32; ++i) bought(offer, buyer);
        uint256 id = bought(offer, MALLORY);
        for (uint256 i = 0; i < 32; ++i) {
            named(id, MALLORY, buyer);
            VM.prank(MALLORY);
            licenses.removeDelegate(id, buyer);
        }
        check("isAuthorized, no one of 64 records", buyer, 1_000_000);
    }

    // Deploying all of it: the licenses, the registry and the card.

    function testDeploy() public {
        bytes memory code = type(Licenses).creationCode;
        address made;
        uint256 before = gasleft();
        assembly {
            made := create(0, add(code, 32), mload(code))
        }
        GAS.snapshotValue(group, "deploy", before - gasleft());
        isTrue(made.code.length > 0 && made.code.length <= 24_576, "EIP-170");
    }
}
