// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "../Base.sol";
import {Records, Status} from "../../src/Records.sol";

/// What can be said about a subject, read from all that is written down, in the slowest way.
abstract contract Reader is Base {
    function recordFor(bytes32 m, address who, uint256 index) internal view returns (Records.Record memory r) {
        (r.license, r.start, r.end, r.holding, r.delegate, r.own, r.brought) = licenses.records(m, who, index);
    }

    function recordsOf(bytes32 m, address who) internal view returns (uint256) {
        Records.Record memory first = recordFor(m, who, 0);
        return uint256(first.own) + first.brought;
    }

    function slowStatus(bytes32 m, address who, uint32 scope, uint40 when)
        internal
        view
        returns (Status best, uint256 license)
    {
        uint256 n = recordsOf(m, who);
        for (uint256 i = 0; i < n; ++i) {
            Records.Record memory r = recordFor(m, who, i);
            if (!_counts(r, when)) continue;
            Status s = _slowLicense(r.license, scope, when);
            if (s > best) (best, license) = (s, r.license);
        }
    }

    /// A record counts from its start to its end, and that of a delegate not longer than the holding.
    function _counts(Records.Record memory r, uint40 when) private view returns (bool) {
        uint40 end = r.end == 0 ? type(uint40).max : r.end;
        if (r.delegate && r.holding < licenseOf(r.license).transfers) {
            (, uint40 until) = licenses.holdings(r.license, r.holding);
            if (until < end) end = until;
        }
        return r.start <= when && when < end;
    }

    function _slowLicense(uint256 id, uint32 scope, uint40 when) private view returns (Status) {
        Records.License memory l = licenseOf(id);
        if (l.revokedAt != 0 && l.revokedAt <= when) return Status.Revoked;
        bool paid = l.start <= when && when < l.end;
        for (uint256 i = 0; i < l.periods; ++i) {
            (uint40 start, uint40 end) = licenses.periods(id, i);
            paid = paid || (start <= when && when < end);
        }
        if (!paid) return Status.Expired;
        for (uint256 i = 0; i < l.suspensions; ++i) {
            (uint40 start, uint40 end,) = licenses.suspensions(id, i);
            if (start <= when && when < end) return Status.Suspended;
        }
        return l.scope & scope == scope ? Status.Authorized : Status.OutOfScope;
    }
}
