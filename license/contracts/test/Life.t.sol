// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Offer} from "../src/Offers.sol";
import {Status} from "../src/Records.sol";

/// The life of a license.
contract LifeTest is Base {
    function testRenewalAfterALapseLeavesTheGap() public {
        uint256 begin = block.timestamp;
        uint256 id = bought(offered(basic()), BOB);
        VM.warp(begin + MONTH + 10 days);
        VM.prank(BOB);
        licenses.renewSubscription{value: 1 ether}(id, MONTH);
        equal(status(BOB, begin), Status.Authorized, "first second");
        equal(status(BOB, begin + MONTH - 1), Status.Authorized, "last second");
        equal(status(BOB, begin + MONTH), Status.Expired, "end is exclusive");
        equal(status(BOB, begin + MONTH + 10 days - 1), Status.Expired, "in the gap");
        equal(status(BOB, begin + MONTH + 10 days), Status.Authorized, "renewed");
    }
}
