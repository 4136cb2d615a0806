// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// A token as it should be. Everybody may make more of it.
contract GoodToken is ERC20 {
    constructor() ERC20("Good", "GOOD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// One that can be spent by signature.
contract PermitToken is ERC20Permit {
    constructor() ERC20("Permit", "PERMIT") ERC20Permit("Permit") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// One that keeps a hundredth of each transfer.
contract FeeToken is GoodToken {
    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && to != address(0)) {
            super._update(from, address(0), amount / 100);
            amount -= amount / 100;
        }
        super._update(from, to, amount);
    }
}

/// One that pays a hundredth on top of each transfer.
contract BonusToken is GoodToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(address(0), to, amount / 100);
    }
}

/// One whose maker can forbid transfers.
contract FrozenToken is GoodToken {
    bool public frozen;

    error Frozen();

    function freeze(bool yes) external {
        frozen = yes;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (frozen) revert Frozen();
        super._update(from, to, amount);
    }
}

/// One that says no by returning false, or yes without having done anything.
contract FalseToken is GoodToken {
    bool public answer;
    bool public broken;

    function breaks(bool with) external {
        (broken, answer) = (true, with);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return broken ? answer : super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return broken ? answer : super.transferFrom(from, to, amount);
    }
}

/// One that returns nothing, as USDT does.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// One whose balances are shares of a pool that grows and shrinks.
contract RebasingToken {
    uint256 public percent = 100;
    mapping(address account => uint256) private _shares;

    function rebase(uint256 to) external {
        percent = to;
    }

    function mint(address to, uint256 amount) external {
        _shares[to] += amount * 100 / percent;
    }

    function balanceOf(address account) public view returns (uint256) {
        return _shares[account] * percent / 100;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        uint256 share = amount * 100 / percent;
        _shares[from] -= share;
        _shares[to] += share;
        return true;
    }
}

/// One that makes a call of its maker's choice during a transfer or permit, and notes what came of it. It is an account
/// of its own as well, which buys.
contract ReentrantToken is GoodToken {
    address private _target;
    bytes private _call;
    bool private _first;
    uint256 public count;
    bool public done;
    bytes public result;

    /// What to call, once, and whether before the tokens move.
    function calls(address target, bytes calldata data, bool first) external {
        (_target, _call, _first, count) = (target, data, first, 0);
    }

    function run(address target, bytes calldata data) external {
        (bool ran, bytes memory why) = target.call(data);
        if (!ran) {
            assembly {
                revert(add(why, 32), mload(why))
            }
        }
    }

    function permit(address owner, address spender, uint256 value, uint256, uint8, bytes32, bytes32) external {
        _strike();
        _approve(owner, spender, value);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (_first) _strike();
        super._update(from, to, amount);
        if (!_first) _strike();
    }

    function _strike() private {
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        (done, result) = target.call(_call);
        ++count;
    }
}
