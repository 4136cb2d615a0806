// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base} from "./Base.sol";
import {Text} from "./mocks/Text.sol";
import {LicenseCard} from "../src/LicenseCard.sol";
import {Offer} from "../src/Offers.sol";
import {Records} from "../src/Records.sol";

/// What wallets show of a license.
contract CardTest is Base {
    using Text for string;

    string internal constant JSON = "data:application/json;base64,";
    string internal constant SVG = "data:image/svg+xml;base64,";

    function json(string memory uri) internal pure returns (string memory text) {
        isTrue(uri.startsWith(JSON), "kind of the URI");
        text = uri.slice(bytes(JSON).length, bytes(uri).length).fromBase64();
        text.isJSON();
    }

    function svg(string memory uri) internal pure returns (string memory text) {
        string memory image = json(uri).between('"image":"', '"');
        isTrue(image.startsWith(SVG), "kind of the image");
        text = image.slice(bytes(SVG).length, bytes(image).length).fromBase64();
        text.isXML();
    }

    function ending(uint40 end, uint40 revokedAt) internal view returns (string memory) {
        Records.License memory l = Records.License(3, T0, end, revokedAt, 0, 0, 0);
        return svg(licenses.CARD().uri((uint256(1) << 32) | 1, model, REASON, l));
    }

    function shows(string memory text, string memory part) internal pure {
        if (!text.contains(part)) revert Untrue(string.concat(part, " in ", text));
    }

    // The whole.

    function testMetadataIsWhatWalletsExpect() public {
        uint256 id = bought(offered(basic()), BOB);
        string memory image = json(licenses.tokenURI(id)).between('"image":"', '"');
        string memory want = string.concat(
            '{"name":"Model license 1-1","description":"A license to use a model. Terms: SHA-256 ',
            "0x00000000000000000000000000000000000000000000000000000000000007e4",
            '.","image":"',
            image,
            '","attributes":[{"trait_type":"Model","value":"',
            hexOf(model),
            '"},{"trait_type":"Scope","value":"0x00000003"},{"display_type":"date","trait_type":"Start","value":',
            VM.toString(T0),
            '},{"display_type":"date","trait_type":"End","value":',
            VM.toString(T0 + MONTH),
            '},{"display_type":"date","trait_type":"Revoked","value":0}]}'
        );
        equal(json(licenses.tokenURI(id)), want, "metadata");
    }

    function testPictureSaysWhichLicenseForWhichModel() public {
        uint32 offer = offered(basic());
        bought(offer, CAROL);
        string memory picture = svg(licenses.tokenURI(bought(offer, BOB)));
        shows(picture, '<svg xmlns="http://www.w3.org/2000/svg" ');
        shows(picture, ">Model license<");
        shows(picture, ">1-2<");
        shows(picture, string.concat(">model ", hexOf(model).slice(0, 18), unicode"…<"));
        shows(picture, ">until 2027-02-14<"); // T0 is the 15th of January 2027
    }

    function testNumbersOfAnySizeFit() public view {
        uint256 id = type(uint64).max;
        Records.License memory l = Records.License(
            type(uint32).max, FOR_EVER, FOR_EVER, FOR_EVER, type(uint16).max, type(uint16).max, type(uint16).max
        );
        string memory uri = licenses.CARD().uri(id, bytes32(type(uint256).max), bytes32(0), l);
        shows(json(uri), '"name":"Model license 4294967295-4294967295"');
        shows(json(uri), '"value":"0xffffffff"');
        shows(json(uri), '"value":1099511627775');
        shows(svg(uri), unicode">model 0xffffffffffffffff…<");
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzzCardIsWellFormed(uint256 id, bytes32 m, bytes32 terms, Records.License memory l) public view {
        svg(licenses.CARD().uri(id, m, terms, l));
    }

    function testUnknownLicenseHasNoCard() public {
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        licenses.tokenURI(5);
    }

    // Its state.

    function testCardFollowsTheLifeOfTheLicense() public {
        uint256 id = bought(offered(strict()), BOB);
        shows(svg(licenses.tokenURI(id)), "12355b");
        VM.warp(T0 + MONTH - 1);
        shows(svg(licenses.tokenURI(id)), ">until 2027-02-14<");
        shows(svg(licenses.tokenURI(id)), "12355b");
        VM.warp(T0 + MONTH);
        shows(svg(licenses.tokenURI(id)), ">ended 2027-02-14<");
        shows(svg(licenses.tokenURI(id)), "5a5a5a");
        renewed(id, BOB, 1);
        shows(svg(licenses.tokenURI(id)), ">until 2027-03-16<");
        shows(svg(licenses.tokenURI(id)), "12355b");
        revoked(id);
        shows(svg(licenses.tokenURI(id)), ">revoked from 2027-02-21<");
        VM.warp(T0 + MONTH + 7 days - 1);
        shows(svg(licenses.tokenURI(id)), "12355b");
        VM.warp(T0 + MONTH + 7 days);
        shows(svg(licenses.tokenURI(id)), "5a5a5a");
        shows(json(licenses.tokenURI(id)), string.concat('"Revoked","value":', VM.toString(T0 + MONTH + 7 days)));
    }

    function testCardSaysForEver() public {
        Offer memory o = perpetual();
        o.notice = 5;
        uint256 id = bought(offered(o), BOB);
        shows(svg(licenses.tokenURI(id)), ">for ever<");
        shows(svg(licenses.tokenURI(id)), "12355b");
        revoked(id);
        shows(svg(licenses.tokenURI(id)), ">revoked from 2027-01-15<");
    }

    // Dates.

    function testDatesAreThoseOfTheCalendar() public view {
        shows(ending(0, 0), ">ended 1970-01-01<");
        shows(ending(1 days - 1, 0), ">ended 1970-01-01<");
        shows(ending(1 days, 0), ">ended 1970-01-02<");
        shows(ending(951_782_399, 0), ">ended 2000-02-28<");
        shows(ending(951_782_400, 0), ">ended 2000-02-29<"); // the year 2000 is a leap year
        shows(ending(951_868_800, 0), ">ended 2000-03-01<");
        shows(ending(1_709_164_800, 0), ">ended 2024-02-29<");
        shows(ending(1_725_840_000, 0), ">ended 2024-09-09<");
        shows(ending(1_728_518_400, 0), ">ended 2024-10-10<");
        shows(ending(1_735_689_599, 0), ">ended 2024-12-31<");
        shows(ending(1_735_689_600, 0), ">ended 2025-01-01<");
        shows(ending(1_772_236_800, 0), ">ended 2026-02-28<");
        shows(ending(1_772_323_200, 0), ">ended 2026-03-01<"); // 2026 is none
        shows(ending(4_107_456_000, 0), ">until 2100-02-28<");
        shows(ending(4_107_542_400, 0), ">until 2100-03-01<"); // nor is 2100
        shows(ending(13_574_563_200, 0), ">until 2400-02-29<"); // but 2400
        shows(ending(253_402_300_799, 0), ">until 9999-12-31<");
        shows(ending(253_402_300_800, 0), ">until 10000-01-01<");
        shows(ending(FOR_EVER - 1, 0), ">until 36812-02-20<");
        shows(ending(FOR_EVER, 951_782_400), ">revoked from 2000-02-29<");
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzzDatesAreThoseOfASlowCalendar(uint40 time) public view {
        time %= 20_000_000_000; // to the year 2603
        shows(ending(time, 1 + time), string.concat(">revoked from ", slowDate(1 + time), "<"));
    }

    /// Counts days, year by year and month by month.
    function slowDate(uint256 time) internal pure returns (string memory) {
        uint256 left = time / 1 days;
        uint256 year = 1970;
        uint256 month = 1;
        while (left >= 337 + daysOf(year, 2)) left -= 337 + daysOf(year++, 2);
        while (left >= daysOf(year, month)) left -= daysOf(year, month++);
        return string.concat(VM.toString(year), two(month), two(left + 1));
    }

    function daysOf(uint256 year, uint256 month) internal pure returns (uint256) {
        if (month == 2) return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }

    function two(uint256 n) internal pure returns (string memory) {
        return string.concat(n < 10 ? "-0" : "-", VM.toString(n));
    }

    function hexOf(bytes32 word) internal pure returns (string memory) {
        bytes memory digits = "0123456789abcdef";
        bytes memory text = new bytes(66);
        (text[0], text[1]) = ("0", "x");
        for (uint256 i = 0; i < 64; ++i) text[2 + i] = digits[uint256(word) >> (252 - 4 * i) & 15];
        return string(text);
    }

    function testCardIsAContractOfItsOwn() public view {
        isTrue(address(licenses.CARD()).code.length > 0, "code");
        isTrue(address(LicenseCard(licenses.CARD())) != address(licenses), "address");
    }
}
