// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Base} from "./Base.sol";
import {ReentrantToken} from "./mocks/Tokens.sol";
import {ReentrantAccount} from "./mocks/Wallets.sol";
import {Offer, Payee} from "../src/Offers.sol";
import {Status} from "../src/Records.sol";

/// Who is called during a payment calls back.
contract ReentrancyTest is Base {
    uint96 internal constant PRICE = 1_000_000;
    bytes4 internal constant GUARD = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;

    ReentrantToken internal token;
    ReentrantAccount internal account;
    uint32 internal offer;
    uint256 internal id;

    /// The token has a license of its own offer, and is owed a refund of another; so is the account, in coin.
    function setUp() public override {
        super.setUp();
        token = new ReentrantToken();
        Offer memory o = strict();
        (o.token, o.price) = (address(token), PRICE);
        offer = offered(o);
        token.mint(address(token), 100 * PRICE);
        token.run(address(token), abi.encodeCall(token.approve, (address(licenses), 10 * PRICE)));
        id = buys();
        uint256 other = buys();
        token.run(address(licenses), abi.encodeCall(licenses.cancelSubscription, (other)));

        account = new ReentrantAccount();
        VM.deal(address(account), 2 ether);
        uint32 inCoin = offered(strict());
        account.run(address(licenses), 1 ether, abi.encodeCall(licenses.buy, (inCoin, 1)));
        uint256 theirs = (uint256(inCoin) << 32) | 1;
        account.run(address(licenses), 0, abi.encodeCall(licenses.cancelSubscription, (theirs)));
    }

    function buys() internal returns (uint256) {
        token.run(address(licenses), abi.encodeCall(licenses.buy, (offer, 1)));
        (uint32 sold,,) = licenses.sales(offer);
        return (uint256(offer) << 32) | sold;
    }

    /// What a call to each function that moves money looks like.
    function attack(uint256 kind) internal view returns (bytes memory) {
        if (kind == 0) return abi.encodeCall(licenses.buy, (offer, 1));
        if (kind == 1) return abi.encodeCall(licenses.buyWithPermit, (offer, 1, 0, 0, 0, 0));
        if (kind == 2) return abi.encodeCall(licenses.renewSubscription, (id, MONTH));
        return abi.encodeCall(licenses.withdraw, (address(token), address(token)));
    }

    /// Everything that is in the contract of the token is somebody's.
    function solvent() internal view {
        (uint32 sold,,) = licenses.sales(offer);
        uint256 sum = revenueOf(offer) + licenses.owed(address(token), MAKER);
        sum += licenses.owed(address(token), address(token));
        for (uint256 i = 1; i <= sold; ++i) sum += heldOf((uint256(offer) << 32) | i);
        equal(token.balanceOf(address(licenses)), sum, "tokens");
    }

    function testNothingThatMovesMoneyIsEnteredAgainByAToken() public {
        for (uint256 first = 0; first < 2; ++first) {
            for (uint256 outer = 0; outer < 4; ++outer) {
                for (uint256 inner = 0; inner < 4; ++inner) {
                    if (outer == 3 && licenses.owed(address(token), address(token)) == 0) {
                        token.run(address(licenses), abi.encodeCall(licenses.cancelSubscription, (buys())));
                    }
                    token.run(address(token), abi.encodeCall(token.approve, (address(licenses), 2 * PRICE)));
                    token.calls(address(licenses), attack(inner), first == 0);
                    token.run(address(licenses), attack(outer));
                    equal(token.count(), 1, "it tried");
                    isTrue(!token.done(), "it failed");
                    equal(token.result(), abi.encodeWithSelector(GUARD), "because of the guard");
                    solvent();
                }
            }
        }
    }

    function testWhoIsPaidInCoinDoesNotFetchItTwice() public {
        equal(licenses.owed(address(0), address(account)), 0.5 ether, "owed");
        bytes memory fetch = abi.encodeCall(licenses.withdraw, (address(0), address(account)));
        account.calls(address(licenses), fetch);
        account.run(address(licenses), 0, fetch);
        isTrue(!account.done(), "it failed");
        equal(account.result(), abi.encodeWithSelector(GUARD), "because of the guard");
        equal(address(account).balance, 1.5 ether, "paid once");
        equal(licenses.owed(address(0), address(account)), 0, "owed after");
    }

    function testWhoIsPaidInCoinSeesThatNothingIsOwedAnyMore() public {
        account.calls(address(licenses), abi.encodeCall(licenses.owed, (address(0), address(account))));
        account.run(address(licenses), 0, abi.encodeCall(licenses.withdraw, (address(0), address(account))));
        isTrue(account.done(), "a view");
        equal(account.result(), abi.encode(0), "nothing");
    }

    function testWhatIsBoughtMayBeCanceledDuringThePayment() public {
        for (uint256 first = 0; first < 2; ++first) {
            (uint32 sold,,) = licenses.sales(offer);
            uint256 next = ((uint256(offer) << 32) | sold) + 1;
            token.calls(address(licenses), abi.encodeCall(licenses.cancelSubscription, (next)), first == 0);
            uint256 before = licenses.owed(address(token), address(token));
            equal(buys(), next, "bought");
            isTrue(token.done(), "canceled");
            equal(licenses.owed(address(token), address(token)) - before, PRICE / 2, "refund");
            equal(licenses.expiresAt(next), T0, "end");
            solvent();
        }
    }

    function testWhatIsBoughtMayBeHandedOnDuringThePayment() public {
        (uint32 sold,,) = licenses.sales(offer);
        uint256 next = ((uint256(offer) << 32) | sold) + 1;
        token.calls(address(licenses), abi.encodeCall(licenses.transferFrom, (address(token), BOB, next)), true);
        buys();
        equal(licenses.ownerOf(next), BOB, "holder");
        equal(status(BOB, T0), Status.Authorized, "status");
        solvent();
    }

    function testEarningsMayBeDividedDuringAPayment() public {
        for (uint256 first = 0; first < 2; ++first) {
            token.calls(address(licenses), abi.encodeCall(licenses.distribute, (offer)), first == 0);
            buys();
            isTrue(token.done(), "divided");
            solvent();
            token.calls(address(licenses), abi.encodeCall(licenses.release, (id)), first == 0);
            VM.warp(T0 + (first + 1) * 1 days);
            token.run(address(licenses), attack(2));
            isTrue(token.done(), "counted");
            solvent();
        }
    }

    function testPaymentThatEndsShortUndoesWhatWasDoneDuringIt() public {
        (uint32 sold,,) = licenses.sales(offer);
        uint256 next = ((uint256(offer) << 32) | sold) + 1;
        // What is bought is canceled and the price not paid: the allowance is used up.
        token.run(address(token), abi.encodeCall(token.approve, (address(licenses), 0)));
        token.calls(address(licenses), abi.encodeCall(licenses.cancelSubscription, (next)), true);
        uint256 before = licenses.owed(address(token), address(token));
        VM.expectRevert();
        token.run(address(licenses), attack(0));
        equal(licenses.owed(address(token), address(token)), before, "no refund");
        equal(licenses.balanceOf(address(token)), 2, "no license");
    }

    function testOfferWhosePayeeCallsBackIsDividedAllTheSame() public {
        Payee[] memory list = new Payee[](2);
        (list[0], list[1]) = (Payee(address(account), 5_000), Payee(MAKER, 5_000));
        uint32 shared = offered(basic(), list);
        bought(shared, BOB);
        account.calls(address(licenses), abi.encodeCall(licenses.distribute, (shared)));
        licenses.distribute(shared); // calls nobody
        account.run(address(licenses), 0, abi.encodeCall(licenses.withdraw, (address(0), address(account))));
        equal(address(account).balance, 2 ether, "its half, and the refund");
        VM.prank(MAKER);
        licenses.withdraw(address(0), MAKER);
        equal(MAKER.balance, 0.5 ether, "the other's");
    }
}
