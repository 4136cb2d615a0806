// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Licenses} from "../src/Licenses.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Offer, Payee, TransferRule} from "../src/Offers.sol";
import {Status} from "../src/Records.sol";

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
    function expectEmit(bool, bool, bool, bool) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function load(address who, bytes32 slot) external view returns (bytes32);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function lastCallGas() external view returns (uint64 limit, uint64 total, uint64 memory_, int64 refunded, uint64 left);
    function cool(address who) external;
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

    /// When tests begin. Not a variable that remembers block.timestamp: the optimizer takes that for constant and reads
    /// it again later, after the time has been changed.
    uint40 internal constant T0 = 1_800_000_000;

    Licenses internal licenses;
    ModelRegistry internal registry;
    bytes32 internal model;

    error Unequal(string what, uint256 got, uint256 want);
    error Untrue(string what);

    function setUp() public virtual {
        VM.warp(T0);
        licenses = new Licenses();
        registry = licenses.REGISTRY();
        VM.prank(MAKER);
        model = registry.register("llama", "ipfs://metadata", bytes32(uint256(1)));
        VM.deal(BOB, 100 ether);
        VM.deal(CAROL, 100 ether);
    }

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

    function offered(Offer memory o) internal returns (uint32) {
        VM.prank(MAKER);
        return licenses.makeOffer(o, new Payee[](0));
    }

    function bought(uint32 offer, address who) internal returns (uint256) {
        (,,,,, uint96 price,,,,,,,,,,,) = licenses.offers(offer);
        VM.prank(who);
        return licenses.buy{value: price}(offer, 1);
    }

    function status(address who, uint256 time) internal view returns (Status s) {
        (s,) = licenses.statusOf(model, who, 1, uint40(time));
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

    function isTrue(bool got, string memory what) internal pure {
        if (!got) revert Untrue(what);
    }
}
