// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Offer} from "../src/Offers.sol";
import {Status} from "../src/Records.sol";

/// The life of a license.
contract LifeTest is Base {
    function testRenewalAfterALapseLeavesTheGap() public {
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(T0 + MONTH + 10 days);
        VM.prank(BOB);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        equal(status(BOB, T0), Status.Authorized, "first second");
        equal(status(BOB, T0 + MONTH - 1), Status.Authorized, "last second");
        equal(status(BOB, T0 + MONTH), Status.Expired, "end is exclusive");
        equal(status(BOB, T0 + MONTH + 10 days - 1), Status.Expired, "in the gap");
        equal(status(BOB, T0 + MONTH + 10 days), Status.Authorized, "renewed");
    }
}
