// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// An account that does what it is told, and takes no money unless told so.
contract Account {
    bool public rich;

    error Declined();

    function takes(bool money) external {
        rich = money;
    }

    function run(address to, uint256 value, bytes calldata data) external payable returns (bytes memory result) {
        bool done;
        (done, result) = to.call{value: value}(data);
        if (!done) revert Declined();
    }

    receive() external payable virtual {
        if (!rich) revert Declined();
    }
}

/// An account whose owner signs for it (ERC-1271).
contract Wallet is Account, IERC1271 {
    address public signer;

    constructor(address by) {
        signer = by;
    }

    function signs(address by) external {
        signer = by;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address by,,) = ECDSA.tryRecover(hash, signature);
        return by == signer && by != address(0) ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// An account that takes licenses, or not.
contract Receiver is IERC721Receiver {
    bytes4 public answer = IERC721Receiver.onERC721Received.selector;
    bytes public note;

    function answers(bytes4 with) external {
        answer = with;
    }

    function onERC721Received(address operator, address from, uint256 id, bytes calldata data)
        external
        returns (bytes4)
    {
        note = abi.encode(operator, from, id, data);
        return answer;
    }
}

/// An account that makes a call of its choice when it is paid.
contract ReentrantAccount is Account {
    address private _target;
    bytes private _call;
    bool public done;
    bytes public result;

    function calls(address to, bytes calldata data) external {
        (_target, _call) = (to, data);
    }

    function pay() external payable {}

    receive() external payable override {
        (done, result) = _target.call(_call);
    }
}
