// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Strict readers of what cards are made of. Each fails on the first byte that does not belong.
library Text {
    error NotBase64(uint256 place);
    error NotJSON(uint256 place);
    error NotXML(uint256 place);

    function contains(string memory text, string memory part) internal pure returns (bool) {
        return find(text, part, 0) != type(uint256).max;
    }

    function startsWith(string memory text, string memory prefix) internal pure returns (bool) {
        return _matches(bytes(text), bytes(prefix), 0);
    }

    function slice(string memory text, uint256 from, uint256 to) internal pure returns (string memory) {
        bytes memory part = new bytes(to - from);
        for (uint256 i = from; i < to; ++i) part[i - from] = bytes(text)[i];
        return string(part);
    }

    /// What stands between the first occurrence of one text and the next of another.
    function between(string memory text, string memory left, string memory right) internal pure returns (string memory) {
        uint256 from = find(text, left, 0) + bytes(left).length;
        return slice(text, from, find(text, right, from));
    }

    function find(string memory text, string memory part, uint256 from) internal pure returns (uint256) {
        for (uint256 i = from; i < bytes(text).length; ++i) if (_matches(bytes(text), bytes(part), i)) return i;
        return type(uint256).max;
    }

    function _matches(bytes memory text, bytes memory part, uint256 from) private pure returns (bool) {
        if (from + part.length > text.length) return false;
        for (uint256 n = 0; n < part.length; ++n) if (text[from + n] != part[n]) return false;
        return true;
    }

    function fromBase64(string memory text) internal pure returns (string memory) {
        bytes memory t = bytes(text);
        if (t.length % 4 != 0) revert NotBase64(t.length);
        uint256 padding = 0;
        while (padding < 2 && t.length > 0 && t[t.length - 1 - padding] == "=") ++padding;
        bytes memory result = new bytes(t.length / 4 * 3 - padding);
        uint256 bits = 0;
        uint256 n = 0;
        for (uint256 i = 0; i < t.length; ++i) {
            bits = bits << 6 | (i < t.length - padding ? _digit(uint8(t[i]), i) : 0);
            if (i % 4 != 3) continue;
            // forge-lint: disable-next-line(unsafe-typecast): the lowest byte is meant
            for (uint256 k = 0; k < 3 && n < result.length; ++k) result[n++] = bytes1(uint8(bits >> (16 - 8 * k)));
            bits = 0;
        }
        return string(result);
    }

    function _digit(uint8 c, uint256 place) private pure returns (uint256) {
        if (c >= 0x41 && c <= 0x5a) return c - 0x41; // A-Z
        if (c >= 0x61 && c <= 0x7a) return c - 0x61 + 26; // a-z
        if (c >= 0x30 && c <= 0x39) return c - 0x30 + 52; // 0-9
        if (c == 0x2b) return 62; // +
        if (c == 0x2f) return 63; // /
        revert NotBase64(place);
    }

    /// A JSON text (RFC 8259) of objects, arrays, strings without escapes and natural numbers.
    function isJSON(string memory text) internal pure {
        uint256 end = _value(bytes(text), 0);
        if (end != bytes(text).length) revert NotJSON(end);
    }

    function _value(bytes memory t, uint256 i) private pure returns (uint256) {
        if (i >= t.length) revert NotJSON(i);
        if (t[i] == '"') return _string(t, i);
        if (t[i] == "{" || t[i] == "[") return _list(t, i, t[i] == "{");
        uint256 from = i;
        while (i < t.length && t[i] >= "0" && t[i] <= "9") ++i;
        if (i == from || (t[from] == "0" && i > from + 1)) revert NotJSON(i);
        return i;
    }

    function _list(bytes memory t, uint256 i, bool named) private pure returns (uint256) {
        bytes1 close = "]";
        if (named) close = "}";
        do {
            ++i;
            if (named) {
                i = _string(t, i);
                if (t[i++] != ":") revert NotJSON(i);
            }
            i = _value(t, i);
        } while (t[i] == ",");
        if (t[i] != close) revert NotJSON(i);
        return i + 1;
    }

    function _string(bytes memory t, uint256 i) private pure returns (uint256) {
        if (t[i++] != '"') revert NotJSON(i);
        for (; t[i] != '"'; ++i) if (uint8(t[i]) < 0x20 || t[i] == "\\") revert NotJSON(i);
        return i + 1;
    }

    /// Elements that open and close in order, attributes in double quotes, no entities; not more than eight deep.
    function isXML(string memory text) internal pure {
        bytes memory t = bytes(text);
        bytes32[8] memory open;
        uint256 depth = 0;
        uint256 i = 0;
        do {
            if (t[i] != "<") revert NotXML(i);
            bool closes = t[i + 1] == "/";
            uint256 from = closes ? i + 2 : i + 1;
            uint256 to = from;
            while (t[to] != ">" && t[to] != " " && t[to] != "/") ++to;
            bytes32 name = keccak256(bytes(slice(text, from, to)));
            bool alone;
            (i, alone) = _tag(t, to);
            if (closes) {
                if (depth == 0 || open[--depth] != name) revert NotXML(from);
            } else if (!alone) {
                open[depth++] = name;
            }
            while (i < t.length && t[i] != "<") {
                if (t[i] == "&" || t[i] == ">" || depth == 0) revert NotXML(i);
                ++i;
            }
        } while (i < t.length);
        if (depth != 0) revert NotXML(i);
    }

    function _tag(bytes memory t, uint256 i) private pure returns (uint256, bool alone) {
        bool quoted = false;
        while (quoted || t[i] != ">") {
            if (t[i] == '"') quoted = !quoted;
            if (t[i] == "<" || t[i] == "&") revert NotXML(i);
            alone = t[i++] == "/";
        }
        return (i + 1, alone);
    }
}
