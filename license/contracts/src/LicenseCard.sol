// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Records} from "./Records.sol";

/// @title The face of a license in a wallet.
/// @notice Everything in it is a number or a hash, so nothing has to be escaped.
contract LicenseCard {
    using Strings for uint256;

    /// @notice Metadata of a license as a data URI.
    /// @param license its id
    /// @param model for which it is
    /// @param termsHash hash of its terms
    /// @param l its state
    /// @return the URI
    function uri(uint256 license, bytes32 model, bytes32 termsHash, Records.License calldata l)
        external
        view
        returns (string memory)
    {
        string memory number = string.concat((license >> 32).toString(), "-", (license & 0xffffffff).toString());
        bytes memory json = abi.encodePacked(
            '{"name":"Model license ', number, '","description":"A license to use a model. Terms: SHA-256 ',
            uint256(termsHash).toHexString(32), '.","image":"data:image/svg+xml;base64,',
            Base64.encode(_svg(number, model, l)), '","attributes":[', _attributes(model, l), "]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    function _attributes(bytes32 model, Records.License calldata l) private pure returns (bytes memory) {
        return abi.encodePacked(
            '{"trait_type":"Model","value":"', uint256(model).toHexString(32),
            '"},{"trait_type":"Scope","value":"', uint256(l.scope).toHexString(4),
            '"},{"display_type":"date","trait_type":"Start","value":', uint256(l.start).toString(),
            '},{"display_type":"date","trait_type":"End","value":', uint256(l.end).toString(),
            '},{"display_type":"date","trait_type":"Revoked","value":', uint256(l.revokedAt).toString(), "}"
        );
    }

    function _svg(string memory number, bytes32 model, Records.License calldata l) private view returns (bytes memory) {
        bool live = block.timestamp < l.end && (l.revokedAt == 0 || block.timestamp < l.revokedAt);
        return abi.encodePacked(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 240" font-family="sans-serif"><rect width="400" height="240" rx="16" fill="#',
            live ? "12355b" : "5a5a5a", '"/><g fill="#fff"><text x="28" y="56" font-size="22">Model license</text><text x="28" y="110" font-size="40">',
            number, '</text><text x="28" y="160" font-size="16">', _state(l),
            '</text><text x="28" y="208" font-size="13" font-family="monospace">', _short(model), "</text></g></svg>"
        );
    }

    function _state(Records.License calldata l) private view returns (string memory) {
        if (l.revokedAt != 0) return string.concat("revoked from ", _date(l.revokedAt));
        if (l.end == type(uint40).max) return "for ever";
        return string.concat(block.timestamp < l.end ? "until " : "ended ", _date(l.end));
    }

    function _short(bytes32 model) private pure returns (string memory) {
        return string.concat("model ", uint256(uint64(uint256(model) >> 192)).toHexString(8), unicode"…");
    }

    /// A day as YYYY-MM-DD: days since 0000-03-01 in eras of 400 years (Hinnant, "chrono-compatible low-level date
    /// algorithms", civil_from_days).
    function _date(uint256 time) private pure returns (string memory) {
        uint256 z = time / 1 days + 719468;
        uint256 era = z / 146097;
        uint256 doe = z - era * 146097;
        uint256 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
        uint256 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        uint256 mp = (5 * doy + 2) / 153;
        uint256 month = mp < 10 ? mp + 3 : mp - 9;
        uint256 year = yoe + era * 400 + (month <= 2 ? 1 : 0);
        return string.concat(year.toString(), _two(month), _two(doy - (153 * mp + 2) / 5 + 1));
    }

    function _two(uint256 n) private pure returns (string memory) {
        return string.concat(n < 10 ? "-0" : "-", n.toString());
    }
}
