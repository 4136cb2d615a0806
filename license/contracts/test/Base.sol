// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Licenses} from "../src/Licenses.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Offer, Payee, TransferRule} from "../src/Offers.sol";
import {Records, Status} from "../src/Records.sol";

/// What the tests ask of the engine that runs them; forge and Hardhat both know it.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function warp(uint256 time) external;
    function roll(uint256 number) external;
    function chainId(uint256 id) external;
    function deal(address who, uint256 amount) external;
    function prank(address who) external;
    function startPrank(address who) external;
    function stopPrank() external;
    function expectRevert() external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 selector) external;
    function expectEmit(address emitter) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function load(address who, bytes32 slot) external view returns (bytes32);
    function store(address who, bytes32 slot, bytes32 value) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function getCode(string calldata artifact) external view returns (bytes memory);
    function toString(uint256 n) external pure returns (string memory);
}

/// @title Contracts, people and an offer to begin with.
abstract contract Base {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address internal constant MAKER = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    address internal constant CAROL = address(0xCA401);
    address internal constant MALLORY = address(0x3A11041);
    address internal constant SERVER = address(0x5E41E4);
    uint32 internal constant MONTH = 30 days;
    uint40 internal constant FOR_EVER = type(uint40).max;
    bytes32 internal constant REASON = keccak256("reason");

    /// When tests begin. Not a variable that remembers block.timestamp: the optimizer takes that for constant and reads
    /// it again later, after the time has been changed.
    uint40 internal constant T0 = 1_800_000_000;

    // Places of what has no getter, and of what tests change; out/layout.json.
    uint256 internal constant LICENSES_SLOT = 1;
    uint256 internal constant SALES_SLOT = 7;
    uint256 internal constant HELD_SLOT = 18;

    Licenses internal licenses;
    ModelRegistry internal registry;
    bytes32 internal model;

    error Unequal(string what, uint256 got, uint256 want);
    error Untrue(string what);

    function setUp() public virtual {
        VM.warp(T0);
        licenses = deployed();
        registry = licenses.REGISTRY();
        VM.prank(MAKER);
        model = registry.register("llama", "ipfs://metadata", bytes32(uint256(1)));
        VM.deal(BOB, 100 ether);
        VM.deal(CAROL, 100 ether);
    }

    /// Not by `new`: forge would make a cheat code of it that EDR does not have.
    function deployed() internal returns (Licenses made) {
        bytes memory code = VM.getCode("src/Licenses.sol:Licenses");
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
        }
        isTrue(address(made) != address(0), "deployed");
    }

    // Offers.

    /// A month for an ether, every use of the lowest two bits, transfers free, and a maker who can do nothing.
    function basic() internal view returns (Offer memory o) {
        o.model = model;
        o.period = MONTH;
        o.scope = 3;
        o.price = 1 ether;
        o.notice = type(uint32).max;
        o.termsHash = bytes32(uint256(0x7e4));
        o.transferRule = TransferRule.Free;
    }

    /// The same for ever.
    function perpetual() internal view returns (Offer memory o) {
        o = basic();
        o.period = 0;
    }

    /// The same with refunds, and a maker who can suspend for ten days in all and revoke with a week's notice.
    function strict() internal view returns (Offer memory o) {
        o = basic();
        (o.cancelRefund, o.revokeRefund) = (5_000, 10_000);
        (o.notice, o.maxSuspension) = (7 days, 10 days);
    }

    function offered(Offer memory o) internal returns (uint32) {
        return offered(o, noPayees());
    }

    function noPayees() internal pure returns (Payee[] memory) {
        return new Payee[](0);
    }

    function offered(Offer memory o, Payee[] memory shares) internal returns (uint32) {
        VM.prank(MAKER);
        return licenses.makeOffer(o, shares);
    }

    function termsOf(uint32 offer) internal view returns (Offer memory) {
        (bool done, bytes memory data) = address(licenses).staticcall(abi.encodeCall(licenses.offers, (offer)));
        isTrue(done, "terms");
        return abi.decode(data, (Offer));
    }

    function offerOf(uint256 id) internal pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast): ids have 64 bits
        return uint32(id >> 32);
    }

    // Licenses.

    function bought(uint32 offer, address who) internal returns (uint256) {
        return bought(offer, who, 1);
    }

    function bought(uint32 offer, address who, uint16 periods) internal returns (uint256) {
        uint256 price = uint256(termsOf(offer).price) * periods;
        VM.prank(who);
        return licenses.buy{value: price}(offer, periods);
    }

    function granted(uint32 offer, address who) internal returns (uint256) {
        uint32 scope = termsOf(offer).scope;
        VM.prank(MAKER);
        return licenses.grant(offer, who, scope, 0);
    }

    function renewed(uint256 id, address who, uint16 periods) internal {
        Offer memory o = termsOf(offerOf(id));
        VM.prank(who);
        licenses.renewSubscription{value: uint256(o.price) * periods}(id, uint64(o.period) * periods);
    }

    function canceled(uint256 id, address who) internal {
        VM.prank(who);
        licenses.cancelSubscription(id);
    }

    function suspended(uint256 id, uint32 duration) internal {
        VM.prank(MAKER);
        licenses.suspend(id, duration, REASON);
    }

    function resumed(uint256 id) internal {
        VM.prank(MAKER);
        licenses.resume(id);
    }

    function revoked(uint256 id) internal {
        VM.prank(MAKER);
        licenses.revoke(id, REASON);
    }

    function moved(uint256 id, address from, address to) internal {
        VM.prank(from);
        licenses.transferFrom(from, to, id);
    }

    function named(uint256 id, address holder, address operator) internal {
        VM.prank(holder);
        licenses.addDelegate(id, operator);
    }

    function licenseOf(uint256 id) internal view returns (Records.License memory l) {
        (l.scope, l.start, l.end, l.revokedAt, l.periods, l.suspensions, l.transfers) = licenses.licenses(id);
    }

    function recordOf(address who, uint256 index) internal view returns (Records.Record memory r) {
        (r.license, r.start, r.end, r.holding, r.delegate, r.own, r.brought) = licenses.records(model, who, index);
    }

    function status(address who, uint40 time) internal view returns (Status s) {
        (s,) = licenses.statusOf(model, who, 1, time);
    }

    // Money.

    function revenueOf(uint32 offer) internal view returns (uint256 revenue) {
        (,, revenue) = licenses.sales(offer);
    }

    function slotOf(uint256 key, uint256 mappingSlot) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, mappingSlot));
    }

    function heldOf(uint256 id) internal view returns (uint256) {
        return uint256(VM.load(address(licenses), slotOf(id, HELD_SLOT))) & type(uint128).max;
    }

    // Expectations.

    /// The next call has to fail with this error, which has no arguments.
    function refuses(bytes4 selector) internal {
        VM.expectRevert(abi.encodeWithSelector(selector));
    }

    function refuses(bytes4 selector, uint256 a) internal {
        VM.expectRevert(abi.encodeWithSelector(selector, a));
    }

    function refuses(bytes4 selector, uint256 a, uint256 b) internal {
        VM.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    function refuses(bytes4 selector, uint256 a, address b) internal {
        VM.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    /// The next call has to fail as arithmetic does.
    function overflows() internal {
        VM.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
    }

    function within(uint256 x, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + x % (high - low + 1);
    }

    function equal(uint256 got, uint256 want, string memory what) internal pure {
        if (got != want) revert Unequal(what, got, want);
    }

    function equal(Status got, Status want, string memory what) internal pure {
        if (got != want) revert Unequal(what, uint256(got), uint256(want));
    }

    function equal(address got, address want, string memory what) internal pure {
        if (got != want) revert Unequal(what, uint160(got), uint160(want));
    }

    function equal(bytes32 got, bytes32 want, string memory what) internal pure {
        if (got != want) revert Unequal(what, uint256(got), uint256(want));
    }

    function equal(bytes memory got, bytes memory want, string memory what) internal pure {
        if (keccak256(got) != keccak256(want)) revert Untrue(what);
    }

    function equal(string memory got, string memory want, string memory what) internal pure {
        equal(bytes(got), bytes(want), what);
    }

    function isTrue(bool got, string memory what) internal pure {
        if (!got) revert Untrue(what);
    }
}
